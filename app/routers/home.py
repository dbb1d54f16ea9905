"""A person's first page: the one next thing, and everything they have under way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from app.core import clock
from app.core.formats import current_zone, local
from app.core.i18n import choose, chosen_language
from app.core.i18n import gettext as _
from app.models import CapstoneStatus, Edition, EnrolmentStatus, StaffRole
from app.policy import Action
from app.queries.announcements import Latest, latest_for
from app.queries.certificates import certificates_of
from app.queries.home import NO_STEPS, OwnEdition, OwnWork, Steps, own_editions, steps_of, works_of
from app.queries.live_sessions import SessionAnywhere, sessions_everywhere
from app.queries.outlines import ActivityLine, module_states, next_activity, outline
from app.web.guards import Visit, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)

Person = Annotated[Visit, guarded_by(signed_in)]

LONGEST_SESSION = timedelta(hours=12)
SOON = timedelta(days=30)
MOST_SESSIONS = 50
NEWS = timedelta(days=21)
MOST_NEWS = 3
MOST_LISTED = 5  # so that the days on which work is due stay in sight


class Kind(StrEnum):
    SESSION = "session"
    CAPSTONE = "capstone"
    END = "end"


@dataclass(frozen=True)
class DateToKeep:
    """Something that happens on a day; ``title`` is the session's or the course's."""

    day: date
    kind: Kind
    title: str
    language: str
    address: str
    at: datetime | None = None
    work: str = ""  # the kind of the team's work, where that is due


@dataclass(frozen=True)
class NextStep:
    edition: OwnEdition
    line: ActivityLine


@router.get("/home", name="home.show")
def show(request: Request, visit: Person) -> Response:
    now, today = clock.now(), clock.today(current_zone())
    own = own_editions(visit.session, visit.viewer, on=today)
    return render(
        request,
        visit,
        "home/show.html",
        here="home",
        greeting=_greeting(local(now).hour),
        today=today,
        titles={edition.id: edition for edition in own},
        StaffRole=StaffRole,
        applications=[e for e in own if e.status in ASKED],
        accompanied=_running_first([e for e in own if e.role], today=today),
        certificates=certificates_of(visit.session, visit.viewer.id),
        runs_programme=visit.may(Action.SEE_EDITIONS),
        **_under_way(visit, own, now=now, today=today),
    )


def _under_way(
    visit: Visit, own: list[OwnEdition], *, now: datetime, today: date
) -> dict[str, Any]:
    """What the person takes, how far they are, and what comes next."""
    taken = [edition for edition in own if edition.takes_part]
    steps = steps_of(visit.session, [e.enrolment_id for e in taken if e.enrolment_id])
    teamed = [e.enrolment_id for e in taken if e.capstone and e.enrolment_id]
    works = works_of(visit.session, teamed)
    ahead = _sessions_ahead(visit, own, now=now, today=today)
    return {
        "courses": _by_last_touch(taken, steps),
        "steps": steps,
        "no_steps": NO_STEPS,
        "next_step": _next_step(visit, taken, steps, today=today),
        "works": works,
        "returned": next((w for w in works if w.status is CapstoneStatus.RETURNED), None),
        "next_session": ahead[0] if ahead else None,
        "dates": _dates(own, works, ahead, now=now, today=today),
        "news": _news(visit, own, now=now, today=today),
    }


#: Enrolments that wait for an answer, or got a no.
ASKED = {EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED, EnrolmentStatus.REJECTED}


def _greeting(hour: int) -> str:
    if 5 <= hour < 12:  # noqa: PLR2004 -- hours -- hours of the day
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if 12 <= hour < 19 else _("Good evening, %(name)s")  # noqa: PLR2004


def _by_last_touch(taken: list[OwnEdition], steps: dict[Any, Steps]) -> list[OwnEdition]:
    """What one is doing first, the latest touched on top; then what is completed."""

    def order(edition: OwnEdition) -> tuple[bool, float]:
        last = steps.get(edition.enrolment_id, NO_STEPS).last
        return not edition.is_under_way, -last.timestamp() if last else 0.0

    return sorted(taken, key=order)


def _running_first(editions: list[OwnEdition], *, today: date) -> list[OwnEdition]:
    """What runs, then what is to come, then what is over."""

    def order(edition: OwnEdition) -> tuple[bool, bool]:
        return _is_over(edition, today), bool(edition.starts_on and edition.starts_on > today)

    return sorted(editions, key=order)


def _next_step(
    visit: Visit, taken: list[OwnEdition], steps: dict[Any, Steps], *, today: date
) -> NextStep | None:
    """The next activity in the running course that was touched last and has one open."""
    for edition in _by_last_touch(taken, steps):
        if edition.is_under_way and edition.something_to_do and not _is_over(edition, today):
            whole = outline(visit.session, edition.id, edition.version, edition.spoken)
            stands = steps.get(edition.enrolment_id, NO_STEPS).standing(edition.team_id)
            line = next_activity(module_states(whole, stands, on=today))
            if line:
                return NextStep(edition, line)
    return None


def _is_over(edition: OwnEdition, today: date) -> bool:
    return edition.ends_on is not None and edition.ends_on < today


def _sessions_ahead(
    visit: Visit, own: list[OwnEdition], *, now: datetime, today: date
) -> list[SessionAnywhere]:
    """Sessions that are on or to come, of what the person takes or accompanies."""
    running = [e.id for e in own if (e.takes_part or e.role) and not _is_over(e, today)]
    if not running:
        return []
    found = sessions_everywhere(
        visit.session,
        col(Edition.id).in_(running),
        begin=now - LONGEST_SESSION,
        most=MOST_SESSIONS,
    )
    return [s for s in found if not s.session.is_over(now) and not s.session.is_cancelled]


def _news(visit: Visit, own: list[OwnEdition], *, now: datetime, today: date) -> list[Latest]:
    """What was announced of late in what runs."""
    running = [edition for edition in own if not _is_over(edition, today)]
    taken = [edition.id for edition in running if edition.takes_part]
    accompanied = [edition.id for edition in running if edition.role]
    if not taken and not accompanied:
        return []
    return latest_for(
        visit.session,
        visit.viewer.id,
        taken=taken,
        accompanied=accompanied,
        since=now - NEWS,
        most=MOST_NEWS,
    )


def _dates(
    own: list[OwnEdition],
    works: list[OwnWork],
    ahead: list[SessionAnywhere],
    *,
    now: datetime,
    today: date,
) -> list[DateToKeep]:
    accepted = {work.edition_id for work in works if work.status is CapstoneStatus.ACCEPTED}
    found = [_session_date(s) for s in ahead[:MOST_LISTED] if s.session.starts_at < now + SOON]
    for edition in own:
        if not edition.is_under_way:
            continue
        title, language = choose(edition.title), chosen_language(edition.title)
        address = f"/editions/{edition.id}"
        due = edition.capstone_due_on
        if due and due >= today and edition.id not in accepted:
            work = edition.capstone.value if edition.capstone else ""
            found.append(
                DateToKeep(due, Kind.CAPSTONE, title, language, f"{address}/capstone", work=work)
            )
        if edition.ends_on and edition.ends_on >= today:
            found.append(DateToKeep(edition.ends_on, Kind.END, title, language, address))
    return sorted(found, key=lambda date_to_keep: date_to_keep.day)


def _session_date(found: SessionAnywhere) -> DateToKeep:
    seen = found.session
    return DateToKeep(
        local(seen.starts_at).date(),
        Kind.SESSION,
        seen.title,
        seen.language,
        f"/editions/{seen.edition_id}/sessions/{seen.id}",
        at=seen.starts_at,
    )
