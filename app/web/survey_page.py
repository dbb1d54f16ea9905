"""A survey as those who take the edition find it: to answer, answered, or closed."""

from dataclasses import replace
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import Survey, SurveyKind, SurveyQuestion
from app.policy import Action
from app.queries.activities import read_activity
from app.queries.surveys import (
    has_answered,
    how_many_answered,
    own_answers,
    questions_of,
    survey_of,
)
from app.services.surveys import LONGEST, Given, wrong_with
from app.web.content import Place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.place_page import Wanted, about_place


class AnswersForm(BaseModel):
    """The answers have fields of their own, by the ids of their questions."""


def survey_at(visit: EditionVisit, activity_id: UUID) -> Survey:
    survey = survey_of(visit.session, activity_id)
    if survey is None:
        raise NotFound(_("There is nothing at this address."))
    return survey


def show_survey(
    request: Request,
    visit: EditionVisit,
    where: Place,
    _asked: Wanted,
    *,
    form: Form[AnswersForm] | None = None,
) -> Response:
    survey, now = survey_at(visit, where.activity.id), clock.now()
    person = visit.enrolled.id if where.personal else None
    questions = questions_of(visit.session, survey.id)
    answered = person is not None and has_answered(visit.session, survey.id, person)
    changes = answered and not survey.anonymous and survey.is_open(now)
    if form is None and changes and person:
        form = _typed(own_answers(visit.session, survey.id, person))
    form = form or Form()
    return render(
        request,
        visit,
        "surveys/show.html",
        status=422 if form.errors else 200,
        seen=read_activity(visit.session, where.activity, where.spoken),
        survey=survey,
        questions=questions,
        labels={field(q): choose(q.text, where.spoken) for q in questions},
        field=field,
        form=form,
        takes=survey.is_open(now) and bool(questions) and (not answered or changes),
        answered=answered,
        changes=changes,
        closed=survey.is_closed(now),
        count=None if where.personal else how_many_answered(visit.session, survey.id),
        sees_results=may_see_results(visit, survey),
        keep=f"survey-{survey.id}-{person}",
        LONGEST=LONGEST,
        SurveyKind=SurveyKind,
        **about_place(visit, where),
    )


def may_see_results(visit: EditionVisit, survey: Survey) -> bool:
    """Staff always finds the page; all others where the survey shows it, once it is closed."""
    if visit.may(Action.SEE_SURVEY_RESULTS):
        return True
    return survey.shows_results and survey.is_closed(clock.now())


def field(question: SurveyQuestion) -> str:
    return f"q-{question.id}"


def given_answers(
    form: Form[AnswersForm], questions: list[SurveyQuestion]
) -> dict[UUID, Given] | None:
    """What was answered; None: something is wrong, and said beside its question."""
    given = {question.id: _given(form, question) for question in questions}
    for question in questions:
        if said := wrong_with(question, given[question.id]):
            form.refuse(field(question), said)
    return None if form.errors else given


def _given(form: Form[AnswersForm], question: SurveyQuestion) -> Given:
    texts = form.many.get(field(question), [])
    if question.kind.is_text:
        return Given(words=texts[0].strip() if texts else "")
    chosen = sorted(
        {int(text) for text in texts if text.isdecimal() and len(text) < LONGEST_CHOICE}
    )
    known = Given(chosen=tuple(chosen))
    if any(texts) and not chosen:
        return replace(known, chosen=(NO_CHOICE,))
    return known


#: Longer than any number of a choice; and a choice that no question has.
LONGEST_CHOICE, NO_CHOICE = 4, -1


def _typed(answers: dict[UUID, tuple[list[int], str]]) -> Form[AnswersForm]:
    """The form as it was answered."""
    many = {
        f"q-{question}": [words] if words else [str(one) for one in chosen]
        for question, (chosen, words) in answers.items()
    }
    return Form(typed={name: texts[0] for name, texts in many.items() if texts}, many=many)
