"""The page on which a team writes its work: as it stands, or with one part of it being edited."""

from typing import Any

from fastapi import Request, Response

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.ids import token
from app.models import CapstoneKind, CapstoneStatus, SectionKey
from app.queries.capstones import TeamWork, WholeWork, is_late, team_work, whole_work
from app.queries.reviews import ANSWER_WITHIN
from app.queries.versions import MilestoneSeen
from app.services.capstones import missing
from app.web.content import content_language
from app.web.edition_tabs import edition_tabs
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render

#: What is edited is named in the query: a section, ``title``, a milestone's id, or a new one.
NEW_MILESTONE = "milestone"
ADVISED_WORDS = 400


def team_of(visit: EditionVisit) -> TeamWork | None:
    """The team of the one who asks; None for a participant who is in no team yet."""
    if visit.edition.capstone is None:
        raise NotFound(_("There is nothing at this address."))
    return team_work(visit.session, visit.enrolled.id, visit.edition.id)


def own_team(visit: EditionVisit) -> TeamWork:
    """The same where there is nothing to do without a team."""
    team = team_of(visit)
    if team is None:
        raise NotFound(_("You are not in a team of this edition yet."))
    return team


def show_work(
    request: Request,
    visit: EditionVisit,
    team: TeamWork,
    *,
    editing: str = "",
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    """``form`` is what came back; with status 409, because somebody else was quicker."""
    whole = whole_work(visit.session, team)
    if form is None:
        form = _filled(whole, editing) if team.can_be_written else None
        editing = editing if form else ""
    return render(
        request,
        visit,
        "capstones/show.html",
        status=status,
        whole=whole,
        editing=editing,
        form=form or Form[Any](),
        conflict=status == 409,  # noqa: PLR2004 -- the status says it
        gaps=missing(whole.content),
        late=is_late(clock.now(), visit.edition.capstone_due_on),
        answer_by=whole.versions[0].submitted_at + ANSWER_WITHIN if whole.versions else None,
        **about_work(visit),
    )


def about_work(visit: EditionVisit) -> dict[str, Any]:
    """What every page about a team's work shows around it."""
    spoken = content_language(visit)
    return {
        "here": "home",
        "edition": visit.edition,
        "edition_title": choose(visit.edition.title, spoken),
        "address": f"/editions/{visit.edition.id}",
        "tab_items": edition_tabs(visit),
        "CapstoneKind": CapstoneKind,
        "CapstoneStatus": CapstoneStatus,
        "advised_words": ADVISED_WORDS,
    }


def _filled(whole: WholeWork, editing: str) -> Form[Any] | None:
    """The form for what is to be edited, with what is there now; None for an unknown part."""
    if editing == "title":
        return Form(typed={"title": whole.work.title, "was": whole.work.title})
    if editing == NEW_MILESTONE:
        return Form()
    if editing in list(SectionKey):
        section = whole.sections[SectionKey(editing)]
        page = token()
        return Form(typed={"body": section.body, "version": str(section.version), "page": page})
    found = next((one for one in whole.milestones if str(one.id) == editing), None)
    return Form(typed=_typed(found)) if found else None


def _typed(milestone: MilestoneSeen) -> dict[str, str]:
    return {
        "title": milestone.title,
        "responsible": milestone.responsible,
        "due_on": milestone.due_on.isoformat() if milestone.due_on else "",
        "indicator": milestone.indicator,
        "resources": milestone.resources,
        "was": milestone.mark,
    }
