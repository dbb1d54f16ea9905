"""Letting somebody in: the browser gets its secret and goes on to where they wanted to be."""

from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.core import clock
from app.core.errors import TooMany
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
    """Sign a person in with a new secret; the one that this browser had opens nothing any more."""
    secret = begin_sign_in(
        session,
        account_id,
        browser=browser_named(request.headers.get("User-Agent", "")),
        keep=keep,
        replaces=secret_in(request),
        now=clock.now(),
    )
    response = go_to(onward, say=say)
    hand_over(response, secret, keep=KEPT_FOR if keep else None)
    return response


def later_please(response: Response, error: TooMany) -> Response:
    """The answer to a try too many, which says when the next one makes sense."""
    response.status_code = error.status
    response.headers["Retry-After"] = str(error.wait)
    return response
