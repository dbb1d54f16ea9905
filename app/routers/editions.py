"""An edition, for those who are in it: its modules, how far one is, and the one next thing."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import choose, chosen_language, current_locale, ngettext
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus
from app.policy import Action
from app.queries.outlines import ModuleState, Outline, module_states, next_activity
from app.queries.outlines import outline as outline_of
from app.queries.progress import Standing, standing
from app.queries.schedule import SessionAhead, schedule, upcoming
from app.web.content import content_language
from app.web.edition_tabs import edition_tabs
from app.web.frame import render_framed
from app.web.fresh import answer_if_unchanged, with_tag
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.outline import module_section, outline_entry

router = APIRouter()

Visitor = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION))]


@router.get("/editions/{edition}", name="editions.show")
def show(request: Request, visit: Visitor) -> Response:
    now = clock.now()
    ahead = upcoming(schedule(visit.session, visit.edition.id, visit.edition.version), now=now)
    tag = _tag(visit, ahead, now=now)
    if (unchanged := answer_if_unchanged(request, tag)) is not None:
        return unchanged
    return with_tag(request, _page(request, visit, ahead), tag)


def _tag(visit: EditionVisit, ahead: SessionAhead | None, *, now: datetime) -> tuple[object, ...]:
    """All that the page depends on: the same parts, the same page."""
    return (
        visit.edition.id,
        visit.edition.version,
        visit.enrolment and (visit.enrolment.id, visit.enrolment.version),
        visit.viewer.id,
        visit.viewer.name,
        visit.viewer.theme,
        sorted(visit.roles),
        ahead and ahead.id,
        current_locale(),
        current_zone(),
        now.date(),
    )


def _page(request: Request, visit: EditionVisit, ahead: SessionAhead | None) -> Response:
    edition, enrolment = visit.edition, visit.enrolment
    personal = visit.may(Action.TAKE_ACTIVITIES)
    spoken = content_language(visit)
    outline = outline_of(visit.session, edition.id, edition.version, spoken)
    stands = standing(visit.session, enrolment.id) if personal and enrolment else Standing()
    shown = _shown(outline, stands, visit, personal=personal)
    return render_framed(
        request,
        visit,
        "editions/show.html",
        "editions/_show.html",
        here="home" if personal else "editions",
        home=("/home", _home_words(visit)),
        edition=edition,
        title=choose(edition.title, spoken),
        spoken=chosen_language(edition.title, spoken),
        hours_in_words=ngettext("%(num)s hour", "%(num)s hours", edition.hours)
        % {"num": edition.hours},
        outline=outline,
        standing=stands,
        done=stands.done() if personal else None,
        completed=bool(enrolment and enrolment.status is EnrolmentStatus.COMPLETED),
        nothing_personal=not personal,
        upcoming=ahead,
        tab_items=edition_tabs(visit),
        **shown,
    )


def _shown(
    outline: Outline, stands: Standing, visit: EditionVisit, *, personal: bool
) -> dict[str, Any]:
    """The modules: the present one open, the others folded; all open for those who accompany."""
    address = f"/editions/{visit.edition.id}"
    states = module_states(
        outline, stands.activities, on=clock.today(current_zone()), all_open=not personal
    )
    line = next_activity(states) if personal else None
    present = _present(states, line)
    return {
        "next_line": line,
        "entries": [outline_entry(state, address, None) for state in states],
        "current": present and module_section(present, address, folded=False, personal=personal),
        "others": [
            module_section(state, address, folded=personal, personal=personal)
            for state in states
            if state is not present
        ],
    }


def _present(states: list[ModuleState], line: object) -> ModuleState | None:
    """The module in which the next activity lies."""
    for state in states:
        if line is not None and line in state.module.activities:
            return state
    return None


def _home_words(visit: EditionVisit) -> str:
    return _("Editions") if visit.may(Action.SEE_PEOPLE) else _("My learning")
