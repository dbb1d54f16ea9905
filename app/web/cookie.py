"""The cookies, all of them: set here alone, so that none is without what keeps it ours."""

from datetime import timedelta
from enum import StrEnum
from http.cookies import SimpleCookie

from fastapi import Request, Response

from app.core.ids import token
from app.core.settings import settings

#: As long as the links in messages hold.
AN_HOUR = timedelta(hours=1)


class Cookie(StrEnum):
    SIGN_IN = "taller"
    ASKED = "asked"  # the browser that asked for an account
    FLASH = "flash"
    LANGUAGE = "lang"
    LIGHT = "light"
    ATTEMPT = "sso"  # on the way to a provider of sign-ins
    TOLD = "told"  # and back
    ZONE = "tz"  # set by `taller.js` itself, which alone knows it: no answer ever sets it


def cookie_name(cookie: Cookie = Cookie.SIGN_IN) -> str:
    """In production browsers themselves see to it that no other site can set a ``__Host-`` one."""
    return f"__Host-{cookie}" if settings().in_production else cookie.value


def cookie_in(request: Request, cookie: Cookie) -> str:
    """What the browser kept; empty: nothing."""
    return request.cookies.get(cookie_name(cookie), "")


def cookie_line(cookie: Cookie, value: str, *, keep: timedelta | None = None) -> str:
    """The header that gives it: for this host alone, out of reach of scripts and other sites.

    Kept for the time of ``keep``, or until the browser is closed.
    """
    name = cookie_name(cookie)
    made = SimpleCookie({name: value})
    made[name] |= {"path": "/", "httponly": True, "samesite": "lax"}
    made[name]["secure"] = settings().in_production
    if keep is not None:
        made[name]["max-age"] = str(int(keep.total_seconds()))
    return made[name].OutputString()


def put(response: Response, cookie: Cookie, value: str, *, keep: timedelta | None = None) -> None:
    response.headers.append("Set-Cookie", cookie_line(cookie, value, keep=keep))


def remove(response: Response, cookie: Cookie) -> None:
    put(response, cookie, "", keep=timedelta(0))


def secret_in(request: Request) -> str:
    return cookie_in(request, Cookie.SIGN_IN)


def hand_over(response: Response, secret: str, *, keep: timedelta | None) -> None:
    """Give a browser its secret: for the time of ``keep``, or until it is closed."""
    put(response, Cookie.SIGN_IN, secret, keep=keep)


def take_back(response: Response) -> None:
    """Sign a browser out; of what it kept, Back shows the next person nothing."""
    remove(response, Cookie.SIGN_IN)
    response.headers["Clear-Site-Data"] = '"cache"'


def browser_secret(request: Request) -> str:
    """The secret by which the browser that asked for an account is known; empty: it has none."""
    return cookie_in(request, Cookie.ASKED)


def remember_browser(response: Response, secret: str) -> None:
    put(response, Cookie.ASKED, secret, keep=AN_HOUR)


def new_browser_secret(request: Request) -> str:
    """The one that the browser has, so that links it was sent before are known; or a new one."""
    return browser_secret(request) or token()
