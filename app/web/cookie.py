"""The sign-in cookie: a secret that only this site's answers set and only its requests carry."""

from datetime import timedelta

from fastapi import Request, Response

from app.core.ids import token
from app.core.settings import settings

#: As long as the links in messages hold.
AN_HOUR = 3600


def cookie_name(plain: str = "taller") -> str:
    """In production browsers themselves see to it that no other site can set a ``__Host-`` one."""
    return f"__Host-{plain}" if settings().in_production else plain


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


def browser_secret(request: Request) -> str:
    """The secret by which the browser that asked for an account is known; empty: it has none."""
    return request.cookies.get(cookie_name("asked"), "")


def remember_browser(response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name("asked"),
        secret,
        max_age=AN_HOUR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().in_production,
    )


def new_browser_secret(request: Request) -> str:
    """The one that the browser has, so that links it was sent before are known; or a new one."""
    return browser_secret(request) or token()
