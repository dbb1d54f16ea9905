"""Giving a result in place of the one that was judged, with a reason, and taking that back."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import PARTICIPANTS, Activity, Enrolment, Progress, ResultOverride
from app.queries.activities import is_shown
from app.queries.edition_results import JUDGED
from app.services.audit import record
from app.services.enrolments import LOCK, show_anew
from app.services.progress import complete_if_done, override_of, record_fulfilled, start


def override_result(  # noqa: PLR0913 -- whose result, in what, which, and why
    session: Session,
    edition_id: UUID,
    enrolment_id: UUID,
    activity_id: UUID,
    percent: float,
    reason: str,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """What was judged stays beside it. Done by the result before, the activity stays done."""
    activity = _found(session, edition_id, enrolment_id, activity_id)
    if session.get_one(Enrolment, enrolment_id).account_id == by:
        raise RuleBroken(_("Nobody gives themselves a result."))
    if not reason.strip():
        raise RuleBroken(_("Write the reason."))
    if not 0 <= percent <= 100:  # noqa: PLR2004 -- a percentage
        raise RuleBroken(_("Write a number between %(least)s and %(most)s.") % BOUNDS)
    start(session, enrolment_id, activity_id, now=now)
    progress = session.get_one(Progress, (enrolment_id, activity_id))
    given = override_of(session, enrolment_id, activity_id)
    before = progress.percent
    if given is None:
        given = ResultOverride(
            enrolment_id=enrolment_id,
            activity_id=activity_id,
            original=before,
            percent=0,
            reason="",
        )
    given.percent, given.reason, given.given_by_id = percent, reason.strip(), by
    progress.percent = percent
    session.add_all([given, progress])
    session.flush()
    _go_on(session, enrolment_id, activity, now)
    _record(session, "override result", by, activity, enrolment_id, before, percent)


BOUNDS = {"least": 0, "most": 100}


def take_override_back(
    session: Session,
    edition_id: UUID,
    enrolment_id: UUID,
    activity_id: UUID,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """The result is what was judged again. What was done with the other one stays done."""
    activity = _found(session, edition_id, enrolment_id, activity_id)
    given = override_of(session, enrolment_id, activity_id)
    if given is None:
        return
    progress = session.get_one(Progress, (enrolment_id, activity_id))
    before, progress.percent = progress.percent, given.original
    session.add(progress)
    session.delete(given)
    session.flush()
    _go_on(session, enrolment_id, activity, now)
    _record(session, "take result back", by, activity, enrolment_id, before, progress.percent)


def _go_on(session: Session, enrolment_id: UUID, activity: Activity, now: datetime) -> None:
    record_fulfilled(session, enrolment_id, activity, now=now)
    complete_if_done(session, enrolment_id, now=now)
    show_anew(session, enrolment_id)


def _found(session: Session, edition_id: UUID, enrolment_id: UUID, activity_id: UUID) -> Activity:
    """The activity, if it is judged and shown, and the person takes this edition."""
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=LOCK, populate_existing=True)
    activity = session.exec(
        select(Activity).where(
            Activity.id == activity_id,
            Activity.edition_id == edition_id,
            col(Activity.kind).in_(JUDGED),
            is_shown(),
        )
    ).one_or_none()
    is_here = enrolment is not None and enrolment.edition_id == edition_id
    if activity is None or not is_here or enrolment.status not in PARTICIPANTS:  # type: ignore[union-attr]
        raise NotFound(_("There is nothing at this address."))
    return activity


def _record(
    session: Session,
    what: str,
    by: UUID,
    activity: Activity,
    enrolment_id: UUID,
    before: float | None,
    after: float | None,
) -> None:
    """The reason stands beside the result: it may speak of the person, and goes with them."""
    record(
        session,
        by,
        what,
        "enrolment",
        enrolment_id,
        edition=activity.edition_id,
        before={"result": before},
        after={"result": after},
    )
