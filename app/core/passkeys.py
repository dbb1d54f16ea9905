"""Passkeys: what a browser is asked, and whether what it answers is right (WebAuthn Level 3)."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core.settings import settings

#: The second of two steps: having the key is enough, the password was the other.
_ASKED = UserVerificationRequirement.PREFERRED


class NotRight(Exception):
    """What the browser answered is not what was asked, or not signed by the right key."""


@dataclass(frozen=True, slots=True)
class NewKey:
    credential: str
    public_key: str
    uses: int


def _site() -> str:
    return urlsplit(settings().base_url).hostname or "localhost"


def asked_to_make(account_id: UUID, email: str, *, held: list[str]) -> tuple[str, str]:
    """What the browser is to make a key with, as JSON, and the challenge to remember."""
    options = generate_registration_options(
        rp_id=_site(),
        rp_name="Taller",
        user_id=account_id.bytes,
        user_name=email,
        exclude_credentials=_named(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_ASKED
        ),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def made(answer: str, *, challenge: str) -> NewKey:
    try:
        found = verify_registration_response(
            credential=_json(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site(),
            expected_origin=settings().base_url,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotRight(str(error)) from error
    return NewKey(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def asked_to_sign(*, held: list[str]) -> tuple[str, str]:
    """What the browser is to sign, as JSON, and the challenge to remember."""
    options = generate_authentication_options(
        rp_id=_site(), allow_credentials=_named(held), user_verification=_ASKED
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def credential_in(answer: str) -> str:
    """Which key the browser says that it signed with."""
    name = _json(answer).get("id")
    if not isinstance(name, str):
        raise NotRight("no key named")
    return name


def signed(answer: str, *, challenge: str, public_key: str, uses: int) -> int:
    """How often the key has signed by now, if it signed ``challenge``.

    A counter that does not rise shows that there are two copies of the key (section 6.1.1).
    """
    try:
        found = verify_authentication_response(
            credential=_json(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site(),
            expected_origin=settings().base_url,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=uses,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotRight(str(error)) from error
    return int(found.new_sign_count)


def _json(answer: str) -> dict[str, object]:
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise NotRight("not JSON") from error
    if not isinstance(found, dict):
        raise NotRight("not an object")
    return found


def _named(credentials: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(name)) for name in credentials]
