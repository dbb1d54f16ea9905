"""The sign-in cookie: a secret that only this site's answers set and only its requests carry."""

from datetime import timedelta

from fastapi import Request, Response

from app.core.settings import settings


def cookie_name() -> str:
    """In production browsers themselves see to it that no other site can set a ``__Host-`` one."""
    return "__Host-taller" if settings().in_production else "taller"


def secret_in(request: Request) -> str:
    return request.cookies.get(cookie_name(), "")


def hand_over(response: Response, secret: str, *, keep: timedelta | None) -> None:
    """Give a browser its secret: for the time of ``keep``, or until it is closed."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(keep.total_seconds()) if keep else None,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().in_production,
    )


def take_back(response: Response) -> None:
    response.delete_cookie(
        cookie_name(), path="/", httponly=True, samesite="lax", secure=settings().in_production
    )
