"""An edition, for those who are in it: its modules, how far one is, and the one next thing."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from app.core import clock
from app.core.formats import current_habits, current_zone, zone_name
from app.core.i18n import choose, chosen_language
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus
from app.policy import Action
from app.queries.outlines import (
    ActivityLine,
    Counted,
    ModuleState,
    Outline,
    counted,
    module_states,
    next_activity,
)
from app.queries.outlines import outline as outline_of
from app.queries.progress import Standing
from app.queries.schedule import SessionAhead, schedule, upcoming
from app.web.content import content_language, sees_hidden
from app.web.edition_tabs import edition_tabs
from app.web.frame import render_framed
from app.web.fresh import unless_unchanged
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.outline import module_section, outline_entry
from app.web.pieces import around, piece

router = APIRouter(route_class=OneHopRoute)

Visitor = Annotated[
    EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION, with_standing=True))
]


@router.get("/editions/{edition}", name="editions.show")
def show(request: Request, visit: Visitor) -> Response:
    coming = schedule(visit.session, visit.edition.id, visit.edition.version)
    ahead = upcoming(coming, now=clock.now())
    return unless_unchanged(request, _made_of(visit, ahead), lambda: _page(request, visit, ahead))


def _made_of(visit: EditionVisit, ahead: SessionAhead | None) -> tuple[object, ...]:
    """All that the page depends on: the same parts, the same page."""
    return (
        visit.edition.id,
        visit.edition.version,
        visit.enrolment and (visit.enrolment.id, visit.enrolment.version),
        visit.viewer.id,
        visit.viewer.seen_by_id,
        visit.viewer.seen_until,
        visit.viewer.name,
        visit.viewer.theme,
        sorted(visit.roles),
        ahead and ahead.id,
        current_habits(),
        current_zone(),
        clock.today(current_zone()),
    )


def _page(request: Request, visit: EditionVisit, ahead: SessionAhead | None) -> Response:
    edition = visit.edition
    personal = visit.may(Action.TAKE_ACTIVITIES)
    spoken = content_language(visit)
    outline = outline_of(
        visit.session, edition.id, edition.version, spoken, hidden=sees_hidden(visit)
    )
    stands = visit.standing if personal else None
    title = Title(choose(edition.title, spoken), chosen_language(edition.title, spoken))
    return render_framed(
        request,
        visit,
        "editions/show.html",
        here="home" if personal else "editions",
        title=title.text,
        top=[_top(visit, title)],
        session=[_next_session(visit, ahead)] if ahead else [],
        **_modules(visit, outline, stands, title),
    )


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    language: str


def _top(visit: EditionVisit, title: Title) -> Markup:
    return piece(
        "editions/_top.html",
        home=("/home", _("Editions") if visit.may(Action.SEE_PEOPLE) else _("My learning")),
        title=title,
        starts_on=visit.edition.starts_on,
        ends_on=visit.edition.ends_on,
        hours=visit.edition.hours,
        tab_items=tuple(edition_tabs(visit)),
        write=f"/editions/{visit.edition.id}/announcements/new"
        if visit.may(Action.ANNOUNCE)
        else "",
    )


def _next_session(visit: EditionVisit, ahead: SessionAhead) -> Markup:
    return piece(
        "editions/_next_session.html",
        upcoming=ahead,
        address=_address(visit),
        zone_name=zone_name(current_zone(), ahead.starts_at),
    )


def _modules(
    visit: EditionVisit, outline: Outline, stands: Standing | None, title: Title
) -> dict[str, list[Markup]]:
    """The modules: the present one open, the others folded; all open for those who accompany."""
    address, personal = _address(visit), stands is not None
    states = module_states(
        outline, stands or Standing(), on=clock.today(current_zone()), all_open=not personal
    )
    so_far = counted(states)
    line = next_activity(states) if personal else None
    present = _present(states, line)
    return {
        "outline": _outline(address, title, states, so_far, personal=personal),
        "next": [_next(visit, stands, line, so_far)] if stands else [],
        "current": [module_section(present, address, folded=False, personal=True)]
        if present
        else [],
        "others": [
            module_section(state, address, folded=personal, personal=personal)
            for state in states
            if state is not present
        ],
        "empty": [] if states else [_empty(visit)],
    }


def _outline(
    address: str, title: Title, states: list[ModuleState], so_far: Counted, *, personal: bool
) -> list[Markup]:
    if not states:
        return []
    before, after = around(
        "editions/_outline.html",
        title=title,
        address=address,
        done=so_far.done if personal else None,
        total=so_far.total,
    )
    return [before, *(outline_entry(state, address, None) for state in states), after]


def _next(
    visit: EditionVisit, stands: Standing, line: ActivityLine | None, so_far: Counted
) -> Markup:
    return piece(
        "editions/_next.html",
        certificate=stands.certificate,
        completed=visit.enrolled.status is EnrolmentStatus.COMPLETED,
        line=line,
        begun=so_far.done > 0,
        capstone=visit.edition.capstone,
        capstone_status=stands.capstone,
        address=_address(visit),
    )


def _empty(visit: EditionVisit) -> Markup:
    may_write = visit.may(Action.WRITE_CONTENT)
    return piece("editions/_empty.html", address=_address(visit), may_write=may_write)


def _present(states: list[ModuleState], line: object) -> ModuleState | None:
    """The module in which the next activity lies."""
    for state in states:
        if line is not None and line in state.module.activities:
            return state
    return None


def _address(visit: EditionVisit) -> str:
    return f"/editions/{visit.edition.id}"
