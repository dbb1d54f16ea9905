"""A copy of everything that is held about somebody: asked for, put together, and kept a week."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.files import Kept
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.core.work import Work, later
from app.models import Account, CopyStatus, DataCopy, StoredFile
from app.queries.own_data import Person, latest_copy
from app.queries.work import MOST_TRIES
from app.services.notifications import tell
from app.services.uploads import let_go

KEPT_FOR = timedelta(days=7)


def ask_for_copy(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Have a copy put together. Who asked before and waits need not ask again."""
    session.get_one(Account, account_id, with_for_update=True)  # asked twice at once, it is one
    before = latest_copy(session, account_id, now=now)
    if before and before.status is CopyStatus.REQUESTED:
        raise RuleBroken(_("Your copy is being put together already. A message says when."))
    asked = DataCopy(account_id=account_id, expires_at=now + KEPT_FOR, created_at=now)
    session.add(asked)
    session.flush()
    later(session, Work.COPY_DATA, asked.id)


def copy_to_make(session: Session, copy_id: UUID) -> tuple[Person, str] | None:
    """Of whom a copy is wanted, and in which language; None if it was made meanwhile."""
    asked = session.get(DataCopy, copy_id)
    if asked is None or asked.status is not CopyStatus.REQUESTED:
        return None
    account = session.get_one(Account, asked.account_id)
    return Person(account.id, account.email), account.language


def record_copied(session: Session, copy_id: UUID, kept: Kept, *, now: datetime) -> bool:
    """Keep the archive and tell its owner; False if it no longer waits."""
    asked = _waiting(session, copy_id)
    if asked is None:
        return False
    file = StoredFile(
        key=kept.key,
        name=f"taller-{now:%Y-%m-%d}.zip",
        content_type="application/zip",
        size=kept.size,
        sha256=kept.sha256,
    )
    session.add(file)
    session.flush()
    _let_go_of_former(session, asked.account_id)
    asked.file_id, asked.status, asked.trouble = file.id, CopyStatus.READY, ""
    asked.ready_at, asked.expires_at = now, now + KEPT_FOR
    session.add(asked)
    _tell(session, session.get_one(Account, asked.account_id))
    return True


def _let_go_of_former(session: Session, account_id: UUID) -> None:
    """One copy is enough: who asked again and again would fill the disk."""
    former = session.exec(
        select(DataCopy).where(
            DataCopy.account_id == account_id, col(DataCopy.file_id).is_not(None)
        )
    ).all()
    for copy in former:
        file_id = copy.file_id
        session.delete(copy)
        session.flush()
        if file_id:
            let_go(session, file_id)


def record_not_copied(session: Session, copy_id: UUID, trouble: str) -> None:
    asked = _waiting(session, copy_id)
    if asked is None:
        return
    asked.tries += 1
    asked.trouble = trouble[:500]
    if asked.tries >= MOST_TRIES:
        asked.status = CopyStatus.FAILED
    session.add(asked)


def _waiting(session: Session, copy_id: UUID) -> DataCopy | None:
    return session.exec(
        select(DataCopy)
        .where(DataCopy.id == copy_id, DataCopy.status == CopyStatus.REQUESTED)
        .with_for_update()
    ).one_or_none()


def _tell(session: Session, account: Account) -> None:
    tell(session, account, "copy ready", {"address": f"{settings().base_url}/account/data"})
