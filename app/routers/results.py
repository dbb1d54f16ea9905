"""A person's own results in an edition: what is done, what is missing, and for what."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.core import clock
from app.core.formats import current_zone
from app.models import EnrolmentStatus
from app.policy import Action
from app.queries.completion import Asked, Facts, facts, parts, withheld
from app.queries.edition_results import results_out
from app.queries.outlines import module_states, next_activity, outline
from app.queries.results import certificate_of, quiz_results
from app.web.completion_words import parts_in_words
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
        **_achieved(visit),
        quizzes=quiz_results(visit.session, edition.id, enrolment.id),
        certificate=certificate_of(visit.session, enrolment.id),
        next_line=next_activity(states),
        own={line.id for state in states for line, _how in state.own},
        open_now={line.id for state in states for line in state.open_now},
        completed=enrolment.status is EnrolmentStatus.COMPLETED,
    )


def _achieved(visit: EditionVisit) -> dict[str, Any]:
    """What the edition asks for, where the person stands on each part, and what is out."""
    session, edition, now = visit.session, visit.edition, clock.now()
    mine = [visit.enrolled.id]
    kept_back = withheld(session, edition.id, now=now)
    found = facts(session, edition.id, mine, now=now, kept_back=kept_back)
    of_them = found.get(visit.enrolled.id, Facts())
    asked = parts(edition, of_them)
    return {
        "facts": of_them,
        "asked": parts_in_words(asked, of_them, edition.capstone),
        "withheld": kept_back,
        "results": results_out(session, edition.id, mine, kept_back).get(visit.enrolled.id, {}),
        "activities_part": next((one for one in asked if one.asked is Asked.ACTIVITIES), None),
    }
