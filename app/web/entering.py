"""Letting somebody in: the browser gets its secret and goes on to where they wanted to be."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.core import clock
from app.core.errors import TooMany
from app.core.settings import settings
from app.queries.second_step import needs_second_step
from app.services.sign_ins import KEPT_FOR, begin_sign_in
from app.web.browsers import browser_named
from app.web.cookie import hand_over, secret_in
from app.web.pages import go_to


def let_in(
    request: Request,
    session: Session,
    account_id: UUID,
    *,
    keep: bool,
    onward: str,
    say: str = "",
) -> Response:
    """Let somebody in who has shown who they are; first to their second step, if it is due.

    Whatever shows who somebody is ends here: a password, a link, another house's word.
    """
    if needs_second_step(session, account_id, staff_must=settings().second_step_for_staff):
        way = urlencode({"next": onward} | ({"keep": "on"} if keep else {}))
        response = go_to(f"/sign-in/second-step?{way}")
        hand_over(response, _begun(request, session, account_id, keep=keep, due=True), keep=None)
        return response
    return let_in_fully(request, session, account_id, keep=keep, response=go_to(onward, say=say))


def let_in_fully(
    request: Request, session: Session, account_id: UUID, *, keep: bool, response: Response
) -> Response:
    """Sign a person in with a new secret; the one that this browser had opens nothing any more."""
    secret = _begun(request, session, account_id, keep=keep)
    hand_over(response, secret, keep=KEPT_FOR if keep else None)
    return response


def _begun(
    request: Request, session: Session, account_id: UUID, *, keep: bool, due: bool = False
) -> str:
    return begin_sign_in(
        session,
        account_id,
        browser=browser_named(request.headers.get("User-Agent", "")),
        keep=keep,
        second_step_due=due,
        replaces=secret_in(request),
        now=clock.now(),
    )


def later_please(response: Response, error: TooMany) -> Response:
    """The answer to a try too many, which says when the next one makes sense."""
    response.status_code = error.status
    response.headers["Retry-After"] = str(error.wait)
    return response
