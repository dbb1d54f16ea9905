"""What a browser keeps while somebody is on the way to a provider of sign-ins and back."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.openid import Attempt, Told
from app.core.settings import SignInProvider, secret_key, settings
from app.web.cookie import Cookie, cookie_in, put, remove

TEN_MINUTES = timedelta(minutes=10)


def provider_named(key: str) -> SignInProvider:
    for provider in settings().sign_in_providers:
        if provider.key == key:
            return provider
    raise NotFound(_("There is nothing at this address."))


def back_from(provider: SignInProvider) -> str:
    """Where the provider sends people back to: the address that it was told of beforehand."""
    return f"{settings().base_url}/sign-in/with/{provider.key}/back"


def keep_attempt(response: Response, attempt: Attempt, onward: str) -> None:
    """Know the browser by again when it is back; one that was not sent by us opens nothing."""
    _keep(response, Cookie.ATTEMPT, {"attempt": asdict(attempt), "onward": onward})


def attempt_in(request: Request, provider: SignInProvider) -> tuple[Attempt, str] | None:
    """The attempt at ``provider`` that this browser began, and where it was to lead."""
    kept = _kept(request, Cookie.ATTEMPT)
    if not kept or kept["attempt"]["provider"] != provider.key:
        return None
    return Attempt(**kept["attempt"]), kept["onward"]


def forget_attempt(response: Response) -> None:
    remove(response, Cookie.ATTEMPT)


def keep_told(response: Response, provider: SignInProvider, told: Told, onward: str) -> None:
    """Keep what a provider said until the person has decided what to do with it."""
    _keep(response, Cookie.TOLD, {"provider": provider.key, "told": asdict(told), "onward": onward})


def told_in(request: Request, provider: SignInProvider) -> tuple[Told, str]:
    kept = _kept(request, Cookie.TOLD)
    if not kept or kept["provider"] != provider.key:
        raise NotFound(_("This took too long. Begin again at the page to sign in."))
    return Told(**kept["told"]), kept["onward"]


def forget_told(response: Response) -> None:
    remove(response, Cookie.TOLD)


@cache
def _signer(key: str, cookie: Cookie) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=f"single sign-on {cookie}")


def _keep(response: Response, cookie: Cookie, content: dict[str, Any]) -> None:
    put(response, cookie, str(_signer(secret_key(), cookie).dumps(content)), keep=TEN_MINUTES)


def _kept(request: Request, cookie: Cookie) -> dict[str, Any] | None:
    age = int(TEN_MINUTES.total_seconds())
    try:
        kept = _signer(secret_key(), cookie).loads(cookie_in(request, cookie), max_age=age)
    except BadSignature:
        return None
    return dict(kept)
