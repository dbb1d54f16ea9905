"""A person's own results in an edition: what is done, what is missing, and for what."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import ActivityKind, CapstoneKind, EnrolmentStatus, ProgressState
from app.policy import Action
from app.queries.outlines import ModuleState, module_states, next_activity, outline
from app.queries.results import certificate_of, presence, quiz_results
from app.queries.visits import EditionSeen
from app.web.content import content_language
from app.web.edition_place import edition_place
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)

Taker = Annotated[
    EditionVisit, guarded_by(edition_where(Action.TAKE_ACTIVITIES, with_standing=True))
]


@router.get("/editions/{edition}/results", name="results.show")
def show(request: Request, visit: Taker) -> Response:
    edition, enrolment, stands = visit.edition, visit.enrolled, visit.standing
    whole = outline(visit.session, edition.id, edition.version, content_language(visit))
    states = module_states(whole, stands, on=clock.today(current_zone()))
    return render(
        request,
        visit,
        "results/show.html",
        **edition_place(visit),
        outline=whole,
        standing=stands,
        **_counted(edition, states),
        quizzes=quiz_results(visit.session, edition.id, enrolment.id),
        presence=presence(visit.session, edition.id, enrolment.id),
        certificate=certificate_of(visit.session, enrolment.id),
        next_line=next_activity(states),
        open_now={line.id for state in states for line in state.open_now},
        completed=enrolment.status is EnrolmentStatus.COMPLETED,
    )


def _counted(edition: EditionSeen, states: list[ModuleState]) -> dict[str, Any]:
    """What the certificate asks for, and how much of it is done."""
    own = [pair for state in states for pair in state.own]
    counting = [how for line, how in own if line.counts]
    needed = -(-len(counting) * edition.required_share // 100)  # rounded up
    return {
        "done": sum(how is ProgressState.DONE for how in counting),
        "counting": len(counting),
        "needed": needed,
        "rule": rule_in_words(edition, needed=needed, counting=len(counting)),
        "has_quizzes": any(line.kind is ActivityKind.QUIZ for line, _how in own),
    }


def rule_in_words(edition: EditionSeen, *, needed: int, counting: int) -> str:
    """What the certificate asks for, in one sentence."""
    if not edition.gives_certificate:
        return _("This edition gives no certificate.")
    work = edition.capstone if edition.requires_capstone else None
    if counting == 0 and work is None:
        return _("There are no activities here yet that a certificate could ask for.")
    if needed == 0:
        return {
            None: _("This edition asks for nothing but taking part."),
            CapstoneKind.PROJECT: _("Have your team's project accepted."),
            CapstoneKind.ROADMAP: _("Have your team's roadmap accepted."),
        }[work]
    return _with_activities(work, needed=needed, counting=counting)


def _with_activities(work: CapstoneKind | None, *, needed: int, counting: int) -> str:
    some = {
        None: _("Do %(needed)s of the %(total)s activities."),
        CapstoneKind.PROJECT: _(
            "Do %(needed)s of the %(total)s activities and have your team's project accepted."
        ),
        CapstoneKind.ROADMAP: _(
            "Do %(needed)s of the %(total)s activities and have your team's roadmap accepted."
        ),
    }
    everything = {
        None: ngettext("Do the activity.", "Do all %(total)s activities.", counting),
        CapstoneKind.PROJECT: ngettext(
            "Do the activity and have your team's project accepted.",
            "Do all %(total)s activities and have your team's project accepted.",
            counting,
        ),
        CapstoneKind.ROADMAP: ngettext(
            "Do the activity and have your team's roadmap accepted.",
            "Do all %(total)s activities and have your team's roadmap accepted.",
            counting,
        ),
    }
    sentences = everything if needed == counting else some
    return sentences[work] % {"needed": needed, "total": counting}
