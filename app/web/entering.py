"""Letting somebody in: the one door through which everybody passes who showed who they are."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.core import clock
from app.core.errors import TooMany
from app.core.settings import settings
from app.models import PlatformRole
from app.queries.second_step import needs_second_step
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
    PROVIDER = "provider"  # another house's word
    SECOND_STEP = "second step"  # after one of the others


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
    """Let somebody in who has shown who they are; first to their second step, if it is due.

    Every proof of identity comes through here and nowhere else.
    """
    if needs_second_step(session, proven.account_id, staff_must=settings().second_step_for_staff):
        way = urlencode({"next": proven.onward} | ({"keep": "on"} if proven.keep else {}))
        response = go_to(f"/sign-in/second-step?{way}")
        hand_over(response, _begun(request, session, proven, due=True), keep=None)
        return response
    return let_in_fully(request, session, proven, go_to(proven.onward, say=say))


def let_in_fully(
    request: Request, session: Session, proven: Proven, response: Response
) -> Response:
    """Sign a person in with a new secret; the one that this browser had opens nothing any more."""
    secret = _begun(request, session, proven)
    hand_over(response, secret, keep=KEPT_FOR if proven.keep else None)
    return response


def _begun(request: Request, session: Session, proven: Proven, *, due: bool = False) -> str:
    return begin_sign_in(
        session,
        proven.account_id,
        browser=browser_named(request.headers.get("User-Agent", "")),
        keep=proven.keep,
        second_step_due=due,
        replaces=secret_in(request),
        now=clock.now(),
    )


def later_please(response: Response, error: TooMany) -> Response:
    """The answer to a try too many, which says when the next one makes sense."""
    response.status_code = error.status
    response.headers["Retry-After"] = str(error.wait)
    return response
