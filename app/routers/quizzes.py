"""Handing in the answers to a quiz."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.quizzes import QuizSeen, questions_to_ask, quiz_of
from app.services.quizzes import hand_in
from app.web.content import place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.place_page import Wanted
from app.web.quiz_page import QuizForm, show_quiz

router = APIRouter(route_class=OneHopRoute)

Taker = Annotated[
    EditionVisit, guarded_by(edition_where(Action.TAKE_ACTIVITIES, with_standing=True))
]


@router.post("/editions/{edition}/activities/{activity}/answers", name="quizzes.hand_in")
def answer(
    request: Request,
    visit: Taker,
    activity: UUID,
    form: Annotated[Form[QuizForm], Depends(submitted(QuizForm))],
) -> Response:
    where = place(visit, activity)
    quiz = quiz_of(visit.session, where.activity.id)
    if quiz is None:
        raise NotFound(_("There is nothing at this address."))
    answers = _chosen(form, questions_to_ask(visit.session, quiz, where.spoken))
    if form.errors or form.data is None:
        return show_quiz(request, visit, where, Wanted(), form=form)
    attempt = hand_in(
        visit.session,
        visit.enrolled.id,
        where.activity,
        answers,
        number=form.data.number,
        now=clock.now(),
    )
    return go_to(f"{where.address}/activities/{activity}?attempt={attempt.number}")


def _chosen(form: Form[QuizForm], quiz: QuizSeen) -> dict[UUID, Sequence[UUID]]:
    """The choices of each question; one left open is asked for beside it."""
    found: dict[UUID, Sequence[UUID]] = {}
    for question in quiz.questions:
        known = {str(choice.id): choice.id for choice in question.choices}
        given = form.many.get(f"q-{question.id}", [])
        found[question.id] = [known[value] for value in given if value in known]
        if not found[question.id]:
            form.errors[f"q-{question.id}"] = _("Choose an answer to question %(number)s.") % {
                "number": question.number
            }
    return found
