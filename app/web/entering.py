"""Letting somebody in: the one door through which everybody passes who showed who they are."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.core import clock
from app.core.errors import TooMany
from app.models import PlatformRole
from app.services.links import Entered
from app.services.sign_ins import KEPT_FOR, begin_sign_in
from app.web.browsers import browser_named
from app.web.cookie import hand_over, secret_in
from app.web.onward import landing, path_within
from app.web.pages import go_to


class Proof(StrEnum):
    """How somebody showed that an account is theirs."""

    PASSWORD = "password"  # noqa: S105 -- the name of a proof
    LINK = "link"
    NEW_PASSWORD = "new password"  # noqa: S105 -- chosen with a link
    CONFIRMATION = "confirmation"  # of the address of a new account


@dataclass(frozen=True)
class Proven:
    """Somebody has shown that an account is theirs: how, and where they were going."""

    account_id: UUID
    by: Proof
    onward: str  # a path of this site
    keep: bool = False


def proven_by_link(made: Entered, by: Proof) -> Proven:
    return Proven(made.account_id, by, destination(made.onward, made.platform_role))


def destination(wanted: str, role: PlatformRole | None) -> str:
    return path_within(wanted) or landing(role)


def let_in(request: Request, session: Session, proven: Proven, *, say: str = "") -> Response:
    """Sign a person in with a new secret; the one that this browser had opens nothing any more.

    Every proof of identity comes through here and nowhere else: what more it takes to be signed in
    is asked here.
    """
    secret = begin_sign_in(
        session,
        proven.account_id,
        browser=browser_named(request.headers.get("User-Agent", "")),
        keep=proven.keep,
        replaces=secret_in(request),
        now=clock.now(),
    )
    response = go_to(proven.onward, say=say)
    hand_over(response, secret, keep=KEPT_FOR if proven.keep else None)
    return response


def later_please(response: Response, error: TooMany) -> Response:
    """The answer to a try too many, which says when the next one makes sense."""
    response.status_code = error.status
    response.headers["Retry-After"] = str(error.wait)
    return response
