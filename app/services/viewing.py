"""Looking at the product as a participant sees it, to help them: for a while, and only to look."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.errors import NotAllowed, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, SignIn
from app.queries.visits import may_be_looked_at
from app.services.audit import record

LONGEST_LOOK = timedelta(minutes=30)
NOBODY = {"viewing_as_id": None, "viewing_until": None}


def begin_look(
    session: Session, sign_in_id: UUID, account_id: UUID, *, by: UUID, now: datetime
) -> None:
    """In this browser, see the pages of a participant; they are told on their own page."""
    if account_id == by:
        raise RuleBroken(_("These are your own pages."))
    if session.get(Account, account_id) is None:
        raise NotFound(_("There is no such account."))
    allowed = select(Account.id).where(Account.id == account_id, may_be_looked_at())
    if session.exec(allowed).first() is None:
        raise NotAllowed(
            _("Nobody looks at the pages of those who run the platform, or of suspended accounts.")
        )
    until = now + LONGEST_LOOK
    looking = update(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.account_id) == by)
    session.execute(looking.values(viewing_as_id=account_id, viewing_until=until))
    record(
        session,
        by,
        "begin viewing as",
        "account",
        account_id,
        before={"viewing": False},
        after={"viewing": True, "until": until.isoformat(timespec="seconds")},
    )


def end_look(session: Session, sign_in_id: UUID, *, by: UUID) -> UUID | None:
    """Back to one's own pages; gives whose were looked at."""
    mine = (col(SignIn.id) == sign_in_id, col(SignIn.account_id) == by)
    account_id = session.exec(select(SignIn.viewing_as_id).where(*mine)).one_or_none()
    if account_id is None:
        return None
    session.execute(update(SignIn).where(*mine).values(NOBODY))
    record(
        session,
        by,
        "end viewing as",
        "account",
        account_id,
        before={"viewing": True},
        after={"viewing": False},
    )
    return account_id


def end_looks_at(session: Session, account_id: UUID) -> None:
    """Nobody looks at this person's pages any more: they may not be looked at from now on."""
    session.execute(update(SignIn).where(col(SignIn.viewing_as_id) == account_id).values(NOBODY))


def end_looks(session: Session, by: UUID) -> None:
    """Whoever looked at somebody's pages is back at their own."""
    session.execute(update(SignIn).where(col(SignIn.account_id) == by).values(NOBODY))
