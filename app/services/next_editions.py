"""Opening the next edition of a course: what it says carried over, its dates moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Account,
    Activity,
    ApplicationForm,
    ApplicationQuestion,
    CarriedPiece,
    Course,
    Edition,
    EditionStaff,
    EnrolmentPolicy,
    LiveSession,
    Module,
    Quiz,
    SessionStatus,
    StaffRole,
)
from app.queries.next_editions import TERMS, Dated, DateOf, dates_in
from app.queries.says import Piece, pieces
from app.services.activity_kinds import carry_all_over
from app.services.audit import record
from app.services.modules import copy_rules
from app.services.waiting_lists import lock

#: What each edition has of its own.
_OWN = {
    "id", "created_at", "slug", "version", "key_hash", "policy", "came_from_id", "starts_on",
    "reporting_year",
}  # fmt: skip

type Moment = date | datetime | None


@dataclass(frozen=True, slots=True)
class NextEdition:
    """What somebody wants the next edition to be. ``id``: by it a second press is known."""

    id: UUID
    slug: str
    starts_on: date | None
    reporting_year: int
    dates: Mapping[str, Moment] = field(default_factory=dict)  # by the names of `Dated`
    staff_ids: tuple[UUID, ...] = ()
    with_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    edition_id: UUID
    activities: int = 0
    dates: int = 0  # that are other days now
    teams: int = 0  # rules about teams, which stay behind
    is_new: bool = True


def open_next_edition(
    session: Session, source_id: UUID, wanted: NextEdition, *, by: UUID, now: datetime
) -> Made:
    """Make an edition from the last one, all of it or nothing; closed until somebody opens it."""
    source = _held(session, source_id)
    if found := session.get(Edition, wanted.id):
        return _made_before(found, source_id)
    refuse_slug(session, source.course_id, wanted.slug)
    dates = dates_in(session, source, "UTC")
    _refuse_senseless(source, wanted, dates)
    edition = _edition(source, wanted)
    session.add(edition)
    session.flush()
    _copy_form(session, source_id, edition.id)
    there = pieces(session, source_id)
    copies = _copy_content(session, there, source_id, edition.id)
    teams = copy_rules(session, copies, edition.id, _days(dates, wanted))
    _set_quizzes(session, copies, dates, wanted)
    if wanted.with_sessions:
        _copy_sessions(session, source_id, edition.id, wanted, now=now)
    _appoint(session, source_id, edition.id, wanted.staff_ids, by=by)
    moved = sum(_is_moved(one, wanted) for one in dates)
    activities = sum(piece.module_id is not None for piece in there.values())
    record(
        session,
        by,
        "open next edition",
        "edition",
        edition.id,
        source=str(source_id),
        before={"there": False},
        after={"there": True, "slug": edition.slug, "activities": activities, "dates": moved},
    )
    return Made(edition.id, activities, moved, teams)


def _held(session: Session, source_id: UUID) -> Edition:
    """The edition that is copied, which nobody writes meanwhile; of its course one at a time."""
    course_id = session.exec(select(Edition.course_id).where(Edition.id == source_id)).one()
    session.exec(
        select(Course.id).where(Course.id == course_id).with_for_update(key_share=True)
    ).one()
    return lock(session, source_id)


def _made_before(found: Edition, source_id: UUID) -> Made:
    """Whoever presses twice finds what the first press made."""
    if found.came_from_id != source_id:
        raise NotFound(_("There is nothing at this address."))
    return Made(found.id, is_new=False)


class SlugTaken(RuleBroken):
    """There is an edition of this name; a form says so beside its field."""


def refuse_slug(session: Session, course_id: UUID, slug: str) -> None:
    taken = select(Edition.id).where(Edition.course_id == course_id, Edition.slug == slug)
    if session.exec(taken).first():
        raise SlugTaken(_("The course has an edition with this address already."))


def _refuse_senseless(source: Edition, wanted: NextEdition, dates: list[Dated]) -> None:
    ends_on = wanted.dates.get(DateOf.LAST_DAY.value, source.ends_on)
    if wanted.starts_on and isinstance(ends_on, date) and ends_on < wanted.starts_on:
        raise RuleBroken(_("The last day comes before the first day."))
    for one in dates:
        if one.what is DateOf.QUIZ_OPENS:
            closes = f"{DateOf.QUIZ_CLOSES.value}-{one.name.partition('-')[2]}"
            opens_at, closes_at = wanted.dates.get(one.name, one.old), wanted.dates.get(closes)
            if opens_at and closes_at and closes_at <= opens_at:
                raise RuleBroken(_("The quiz closes before it opens."))


def _edition(source: Edition, wanted: NextEdition) -> Edition:
    values: dict[str, Any] = source.model_dump(exclude=_OWN)
    terms = {
        what.value: wanted.dates.get(what.value, values[what.value])
        for what in TERMS
        if values[what.value] is not None
    }
    return Edition(
        **values
        | terms
        | {
            "id": wanted.id,
            "slug": wanted.slug,
            "starts_on": wanted.starts_on,
            "reporting_year": wanted.reporting_year,
            "policy": EnrolmentPolicy.CLOSED,
            "came_from_id": source.id,
        }
    )


def _copy_form(session: Session, source_id: UUID, edition_id: UUID) -> None:
    """What applicants are asked."""
    if form := session.get(ApplicationForm, source_id):
        values = form.model_dump(exclude={"edition_id"})
        session.add(ApplicationForm(edition_id=edition_id, **values))
    questions = select(ApplicationQuestion).where(ApplicationQuestion.edition_id == source_id)
    for question in session.exec(questions).all():
        values = question.model_dump(exclude={"id", "created_at", "edition_id"})
        session.add(ApplicationQuestion(edition_id=edition_id, **values))
    session.flush()


def _copy_content(
    session: Session, there: Mapping[UUID, Piece], source_id: UUID, edition_id: UUID
) -> dict[UUID, UUID]:
    """All modules, then all activities, each at once; say which copy is of what."""
    modules: dict[UUID, Module] = {}
    for module in session.exec(select(Module).where(Module.edition_id == source_id)).all():
        values = module.model_dump(exclude={"id", "created_at", "came_from_id"})
        modules[module.id] = Module(
            **values | {"edition_id": edition_id, "came_from_id": module.id}
        )
    session.add_all(modules.values())
    session.flush()
    copies: dict[UUID, tuple[Activity, Activity]] = {}
    for activity in session.exec(select(Activity).where(Activity.edition_id == source_id)).all():
        values = activity.model_dump(exclude={"id", "created_at", "came_from_id"})
        place = {"edition_id": edition_id, "module_id": modules[activity.module_id].id}
        copy = Activity(**values | place | {"came_from_id": activity.id})
        copies[activity.id] = (activity, copy)
    session.add_all(copy for _original, copy in copies.values())
    session.flush()
    carry_all_over(session, copies)
    made = {old: new.id for old, new in modules.items()}
    made |= {old: copy.id for old, (_original, copy) in copies.items()}
    session.add_all(carried(edition_id, piece, made[piece.id]) for piece in there.values())
    session.flush()
    return made


def carried(edition_id: UUID, piece: Piece, copy_id: UUID) -> CarriedPiece:
    """Remember what a piece said when it was copied."""
    return CarriedPiece(
        edition_id=edition_id,
        source_id=piece.id,
        module_id=None if piece.module_id else copy_id,
        activity_id=copy_id if piece.module_id else None,
        seen=piece.prints,
    )


def _days(dates: list[Dated], wanted: NextEdition) -> dict[UUID, date | None]:
    found: dict[UUID, date | None] = {}
    for one in dates:
        day = wanted.dates.get(one.name, one.old)
        if one.what is DateOf.OPENING and not isinstance(day, datetime):
            found[UUID(one.name.partition("-")[2])] = day
    return found


def _set_quizzes(
    session: Session, copies: Mapping[UUID, UUID], dates: list[Dated], wanted: NextEdition
) -> None:
    """When the copies of quizzes open and close."""
    columns = {DateOf.QUIZ_OPENS: "opens_at", DateOf.QUIZ_CLOSES: "closes_at"}
    given = [one for one in dates if one.what in columns and one.name in wanted.dates]
    if not given:
        return
    of = {
        quiz.id: copies[quiz.activity_id]
        for quiz in session.exec(
            select(Quiz).where(
                col(Quiz.id).in_([UUID(one.name.partition("-")[2]) for one in given])
            )
        )
    }
    own = {
        quiz.activity_id: quiz
        for quiz in session.exec(select(Quiz).where(col(Quiz.activity_id).in_(of.values())))
    }
    for one in given:
        quiz = own[of[UUID(one.name.partition("-")[2])]]
        setattr(quiz, columns[one.what], wanted.dates[one.name])
        session.add(quiz)
    session.flush()


def _copy_sessions(
    session: Session, source_id: UUID, edition_id: UUID, wanted: NextEdition, *, now: datetime
) -> None:
    """Agreed for their new hours, with nobody to lead them and no room to meet in yet."""
    for one in session.exec(
        select(LiveSession).where(
            LiveSession.edition_id == source_id, LiveSession.status == SessionStatus.SCHEDULED
        )
    ).all():
        at = wanted.dates.get(f"{DateOf.SESSION.value}-{one.id}")
        if not isinstance(at, datetime):
            continue
        local = at.astimezone(ZoneInfo(one.timezone))
        session.add(
            LiveSession(
                edition_id=edition_id,
                title=one.title,
                agenda=one.agenda,
                language=one.language,
                starts_at=at,
                timezone=one.timezone,
                local_start=f"{local:%Y-%m-%dT%H:%M}",
                minutes=one.minutes,
                changed_at=now,
            )
        )
    session.flush()


def _appoint(
    session: Session, source_id: UUID, edition_id: UUID, chosen: tuple[UUID, ...], *, by: UUID
) -> None:
    """Who opens it accompanies it as before; so do those of the last one who were chosen."""
    rows = session.exec(
        select(EditionStaff)
        .join(Account, col(Account.id) == col(EditionStaff.account_id))
        .where(
            EditionStaff.edition_id == source_id,
            col(EditionStaff.account_id).in_([*chosen, by]),
            col(Account.suspended_at).is_(None),
        )
    ).all()
    for one in rows:
        if one.account_id == by and one.role is not StaffRole.TUTOR:
            continue
        session.add(EditionStaff(edition_id=edition_id, account_id=one.account_id, role=one.role))
    session.flush()


def _is_moved(one: Dated, wanted: NextEdition) -> bool:
    if one.what is DateOf.SESSION and not wanted.with_sessions:
        return False
    return wanted.dates.get(one.name, one.old) != one.old
