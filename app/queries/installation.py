"""How the installation fares: whether counts are right, files whole, work done, settings safe."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import obstore
from sqlalchemy import Select, Uuid, case, func, literal, or_, select, union_all
from sqlmodel import Session, col

from app.core import files, migrating
from app.core.db import engine
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.core.work import Work
from app.models import (
    NO_INSTITUTION,
    Account,
    Certificate,
    CertificateStatus,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Invitation,
    InvitationState,
    Message,
    MessageStatus,
    StoredFile,
    WaitingPlace,
)
from app.queries.audit import examined, refuses_changes
from app.queries.work import WAITS, state_of

#: Work that waits longer is stuck: the worker looks each minute.
PATIENCE = timedelta(minutes=15)
SHORTEST_KEY = 32
#: The columns of the counts, as `counted_anew` gives them.
COUNTED = (
    "edition_id",
    "status",
    "country",
    "gender",
    "institution_key",
    "course_id",
    "reporting_year",
    "n",
)


type Columns = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in a sentence; ``fine`` or not."""

    fine: bool
    sentence: str


def findings(
    session: Session,
    *,
    now: datetime,
    deep: bool = False,
    anchor: str = "",
    progress: Callable[[int, int], object] = lambda _n, _of: None,
) -> Iterator[Finding]:
    """Everything that can be told without changing anything; ``deep`` reads every file.

    ``anchor`` is an end of the audit trail that was kept elsewhere.
    """
    if not migrating.is_current(engine()):
        yield Finding(fine=False, sentence="The database has another shape: run taller migrate.")
        return
    yield Finding(fine=True, sentence="The database has the newest shape.")
    yield _counts(session)
    yield _audit_trail(session, anchor)
    yield _lines(session)
    yield _files(session, deep=deep, progress=progress)
    yield from _work(session, now)
    yield from _production(session)


def refuse_unsafe_production(session: Session) -> None:
    """Production does not start with accounts everybody knows, or with a key it made itself."""
    for trouble in production_troubles(session):
        raise RuleBroken(trouble)


def production_troubles(session: Session) -> list[str]:
    if not settings().in_production:
        return []
    found = []
    key = settings().secret_key.get_secret_value()
    if not key:
        found.append("Production needs a key of its own: set TALLER_SECRET_KEY.")
    elif len(key) < SHORTEST_KEY:
        found.append(f"TALLER_SECRET_KEY has fewer than {SHORTEST_KEY} letters.")
    if session.execute(select(col(Account.id)).where(col(Account.is_demo)).limit(1)).first():
        found.append("This database holds demonstration accounts, whose password everybody knows.")
    return found


def counted_anew() -> Columns:
    """The counts as the enrolments themselves say, in the order of the columns of `COUNTED`."""
    places = select(
        col(Enrolment.edition_id),
        col(Enrolment.status),
        col(Enrolment.country),
        col(Enrolment.gender),
        func.coalesce(col(Enrolment.institution_id), literal(NO_INSTITUTION, Uuid())).label("key"),
        col(Enrolment.course_id),
        col(Enrolment.reporting_year),
    ).subquery()
    return select(*places.c, func.count().label("n")).group_by(*places.c)


def miscounted(session: Session) -> int:
    """How many lines of the counts differ from the enrolments themselves."""
    kept: Columns = select(*(getattr(EnrolmentCount, name) for name in COUNTED))
    *alike, n = counted_anew().subquery().c
    both = union_all(kept, select(*alike, -n)).subquery()
    *alike, n = both.c
    wrong = select(*alike).group_by(*alike).having(func.sum(n) != 0).subquery()
    return int(session.execute(select(func.count()).select_from(wrong)).scalar_one())


def _counts(session: Session) -> Finding:
    wrong = miscounted(session)
    if wrong:
        sentence = f"{wrong} lines of the counts are wrong: run taller doctor --rebuild."
        return Finding(fine=False, sentence=sentence)
    return Finding(fine=True, sentence="The counts agree with the enrolments.")


def _audit_trail(session: Session, anchor: str) -> Finding:
    """Every act of staff is still told as it was, and the database keeps it so."""
    trail = examined(session, anchor)
    if trail.trouble:
        return Finding(fine=False, sentence=f"The audit trail is broken: {trail.trouble}.")
    if not refuses_changes(session):
        sentence = "The audit trail is whole, but the database would let it be changed."
        return Finding(fine=False, sentence=sentence)
    sentence = f"The audit trail is whole, {trail.rows} rows; its end is {trail.anchor}"
    return Finding(fine=True, sentence=sentence)


def _lines(session: Session) -> Finding:
    """Each waiting list has the positions 1 to n, and holds those whose status says so."""
    of = WaitingPlace
    number, highest = func.count(), func.max(col(of.position))
    different = func.count(func.distinct(col(of.position)))
    gaps = (
        select(col(of.edition_id))
        .group_by(col(of.edition_id))
        .having(or_(highest != number, different != number))
    )
    waiting = select(col(Enrolment.id)).where(col(Enrolment.status) == EnrolmentStatus.WAITLISTED)
    in_line = select(col(of.enrolment_id))
    strays = union_all(
        waiting.where(col(Enrolment.id).not_in(in_line)),
        in_line.where(col(of.enrolment_id).not_in(waiting)),
    )
    if session.execute(gaps).first() or session.execute(strays).first():
        sentence = "A waiting list is not in order: run taller doctor --rebuild."
        return Finding(fine=False, sentence=sentence)
    return Finding(fine=True, sentence="The waiting lists agree with the enrolments.")


def _files(session: Session, *, deep: bool, progress: Callable[[int, int], object]) -> Finding:
    """Every file is there and as long as it should be; ``deep``: and the same to the last byte."""
    known = session.execute(
        select(col(StoredFile.key), col(StoredFile.size), col(StoredFile.sha256))
    ).all()
    missing = changed = 0
    for number, (key, size, sha256) in enumerate(known, 1):
        try:
            is_whole = int(obstore.head(files.store(), key)["size"]) == size
        except FileNotFoundError:
            missing += 1
            continue
        changed += not (is_whole and (not deep or _digest(key, size) == sha256))
        progress(number, len(known))
    if missing or changed:
        sentence = f"Of {len(known)} files {missing} are missing and {changed} have changed."
        return Finding(fine=False, sentence=sentence)
    how = "unchanged" if deep else "there, of the right size"
    return Finding(fine=True, sentence=f"All {len(known)} files are {how}.")


def _digest(key: str, size: int) -> str:
    digest = hashlib.sha256()
    for piece in files.stream(key, 0, size):
        digest.update(piece)
    return digest.hexdigest()


def _work(session: Session, now: datetime) -> Iterator[Finding]:
    """What waits too long, or was given up."""
    for work, words, model, waiting, failed in (
        (
            Work.DRAW_CERTIFICATE,
            "certificates",
            Certificate,
            CertificateStatus.REQUESTED,
            CertificateStatus.FAILED,
        ),
        (Work.SEND_MESSAGE, "messages", Message, MessageStatus.QUEUED, MessageStatus.FAILED),
        (
            Work.SEND_INVITATION,
            "invitations",
            Invitation,
            InvitationState.QUEUED,
            InvitationState.FAILED,
        ),
    ):
        status = col(state_of(model))
        written = model.changed_at if model is Invitation else model.created_at
        since = func.coalesce(col(model.tried_at), col(written))
        patience = WAITS[work][-1] + PATIENCE  # of what failed once and is tried again
        is_stuck = case(
            (col(model.tries) == 0, since < now - PATIENCE), else_=since < now - patience
        )
        stuck = session.execute(
            select(func.count()).select_from(model).where(status == waiting, is_stuck)
        ).scalar_one()
        given_up = session.execute(
            select(func.count()).select_from(model).where(status == failed)
        ).scalar_one()
        if stuck or given_up:
            sentence = f"{stuck} {words} wait for the worker, {given_up} were given up."
            yield Finding(fine=False, sentence=sentence)
        else:
            yield Finding(fine=True, sentence=f"No {words} are stuck.")


def _production(session: Session) -> Iterator[Finding]:
    if not settings().in_production:
        yield Finding(fine=True, sentence="This is no production: it may hold a demonstration.")
        return
    troubles = production_troubles(session)
    if settings().base_url.startswith("http://"):
        troubles.append("TALLER_BASE_URL begins with http://: cookies need https://.")
    if not settings().smtp_url.get_secret_value():
        troubles.append("TALLER_SMTP_URL is not set: no message leaves this server.")
    for trouble in troubles:
        yield Finding(fine=False, sentence=trouble)
    if not troubles:
        yield Finding(fine=True, sentence="The settings are fit for production.")
