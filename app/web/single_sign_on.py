"""What a browser keeps while somebody is on the way to a provider of sign-ins and back."""

from dataclasses import asdict
from functools import cache
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.openid import Attempt, Told
from app.core.settings import SignInProvider, secret_key, settings

TEN_MINUTES = 600


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
    _keep(response, "sso", {"attempt": asdict(attempt), "onward": onward})


def attempt_in(request: Request, provider: SignInProvider) -> tuple[Attempt, str] | None:
    """The attempt at ``provider`` that this browser began, and where it was to lead."""
    kept = _kept(request, "sso")
    if not kept or kept["attempt"]["provider"] != provider.key:
        return None
    return Attempt(**kept["attempt"]), kept["onward"]


def forget_attempt(response: Response) -> None:
    _forget(response, "sso")


def keep_told(response: Response, provider: SignInProvider, told: Told, onward: str) -> None:
    """Keep what a provider said until the person has decided what to do with it."""
    _keep(response, "told", {"provider": provider.key, "told": asdict(told), "onward": onward})


def told_in(request: Request, provider: SignInProvider) -> tuple[Told, str]:
    kept = _kept(request, "told")
    if not kept or kept["provider"] != provider.key:
        raise NotFound(_("This took too long. Begin again at the page to sign in."))
    return Told(**kept["told"]), kept["onward"]


def forget_told(response: Response) -> None:
    _forget(response, "told")


def _name(what: str) -> str:
    return f"__Host-{what}" if settings().in_production else what


@cache
def _signer(key: str, what: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=f"single sign-on {what}")


def _keep(response: Response, what: str, content: dict[str, Any]) -> None:
    response.set_cookie(
        _name(what),
        str(_signer(secret_key(), what).dumps(content)),
        max_age=TEN_MINUTES,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().in_production,
    )


def _kept(request: Request, what: str) -> dict[str, Any] | None:
    try:
        kept = _signer(secret_key(), what).loads(
            request.cookies.get(_name(what), ""), max_age=TEN_MINUTES
        )
    except BadSignature:
        return None
    return dict(kept)


def _forget(response: Response, what: str) -> None:
    response.delete_cookie(
        _name(what), path="/", httponly=True, samesite="lax", secure=settings().in_production
    )
