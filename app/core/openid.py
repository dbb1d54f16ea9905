"""Taking another house's word for who somebody is: OpenID Connect Core 1.0.

The code flow with PKCE (RFC 7636), a state and a nonce. What comes back is believed when its
signature, issuer, audience, age and nonce are right, and not before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.core.settings import SignInProvider

#: What a provider may sign with: all of them need its private key.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519"]
PATIENCE = 10.0  # seconds
#: A provider's clock may differ from ours by this many seconds.
LEEWAY = 60
KEPT_FOR = timedelta(hours=1)


class OutOfReach(Exception):
    """The provider did not answer, or with something that is no answer."""


class NotBelieved(Exception):
    """The provider answered, and what it says does not hold."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is kept in the browser of somebody who went to a provider, to know them by again."""

    provider: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says of somebody. ``subject`` is theirs for ever, the address may change."""

    issuer: str
    subject: str
    email: str
    is_verified: bool  # the provider made sure that the address is theirs
    name: str


@dataclass(frozen=True, slots=True)
class _About:
    """What a provider says of itself (OpenID Connect Discovery 1.0), and when it said so."""

    metadata: dict[str, Any]
    keys: KeySet
    at: datetime


_known: dict[str, _About] = {}
_lock = Lock()


def forget_providers() -> None:
    """Ask all providers anew: for tests."""
    _known.clear()


def begin(provider: SignInProvider, back_to: str, *, now: datetime) -> tuple[str, Attempt]:
    """The provider's address to send somebody to, and what to know them by when they are back."""
    attempt = Attempt(provider.key, generate_token(43), generate_token(43), generate_token(64))
    with _client(provider, back_to) as client:
        address, _state = client.create_authorization_url(
            _about(provider, now=now).metadata["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
    return str(address), attempt


def finish(
    provider: SignInProvider, attempt: Attempt, code: str, back_to: str, *, now: datetime
) -> Told:
    """Change ``code`` for what the provider says of the person who brought it.

    Raises `OutOfReach` or `NotBelieved`. A code can be changed once.
    """
    about = _about(provider, now=now)
    try:
        with _client(provider, back_to) as client:
            answer = client.fetch_token(
                about.metadata["token_endpoint"], code=code, code_verifier=attempt.verifier
            )
            claims = _believed(provider, attempt, answer, now=now)
            if "email" not in claims and "userinfo_endpoint" in about.metadata:
                claims = _with_more(claims, client.get(about.metadata["userinfo_endpoint"]).json())
    except (OAuthError, JoseError) as error:
        raise NotBelieved(type(error).__name__) from error
    except (HTTPError, ValueError, KeyError) as error:
        raise OutOfReach(type(error).__name__) from error
    return Told(
        provider.issuer,
        _text(claims["sub"], 255),
        _text(claims.get("email"), 254),
        _is_verified(claims),
        _text(claims.get("name"), 250),
    )


def _is_verified(claims: dict[str, Any]) -> bool:
    """An address in other letters may be another's mailbox, though we read it as the plain one."""
    address = _text(claims.get("email"), 254)
    plain = address.rpartition("@")[0].isascii()
    return plain and claims.get("email_verified") in (True, "true")


def _text(claim: object, longest: int) -> str:
    return claim[:longest] if isinstance(claim, str) else ""


def _believed(
    provider: SignInProvider, attempt: Attempt, answer: dict[str, Any], *, now: datetime
) -> dict[str, Any]:
    """The claims of the ID token, checked as Core 1.0, section 3.1.3.7 asks."""
    token = jwt.decode(answer["id_token"], _keys(provider, now=now), algorithms=ALGORITHMS)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        {
            "nonce": attempt.nonce,
            "client_id": provider.client_id,
            "access_token": answer.get("access_token"),
        },
    )
    claims.validate(now=now.timestamp(), leeway=LEEWAY)
    if not (isinstance(claims["sub"], str) and claims["sub"]):
        raise NotBelieved("no subject")
    return dict(claims)


def _with_more(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    if more.get("sub") != claims["sub"]:
        raise NotBelieved("somebody else")
    return more | claims


def _keys(provider: SignInProvider, *, now: datetime) -> KeySet:
    return _about(provider, now=now).keys


def _about(provider: SignInProvider, *, now: datetime) -> _About:
    """What the provider says of itself, asked once an hour."""
    with _lock:
        known = _known.get(provider.key)
    if known is None or not known.at <= now < known.at + KEPT_FOR:
        known = _asked(provider, now=now)
        with _lock:
            _known[provider.key] = known
    return known


def _asked(provider: SignInProvider, *, now: datetime) -> _About:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with httpx.Client(timeout=PATIENCE) as client:
            metadata = client.get(address).raise_for_status().json()
            if metadata["issuer"] != provider.issuer:
                raise NotBelieved("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _must_be_spoken_to_in_secret(provider, metadata[name])
            keys = client.get(metadata["jwks_uri"]).raise_for_status().json()
            return _About(metadata, KeySet.import_key_set(keys), now)
    except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError) as error:
        raise OutOfReach(type(error).__name__) from error


def _must_be_spoken_to_in_secret(provider: SignInProvider, address: str) -> None:
    """No secret goes over the open network because a provider's metadata say so."""
    if urlsplit(address).scheme != urlsplit(provider.issuer).scheme:
        raise OutOfReach("not in secret")


def _client(provider: SignInProvider, back_to: str) -> OAuth2Client:
    return OAuth2Client(
        provider.client_id,
        provider.client_secret.get_secret_value(),
        scope=provider.scope,
        redirect_uri=back_to,
        code_challenge_method="S256",
        timeout=PATIENCE,
        follow_redirects=False,
    )
