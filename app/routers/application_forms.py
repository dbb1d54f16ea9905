"""The application form of an edition, as its coordinators make it."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.core.text import one_line
from app.models import Asked, AskedKind, Edition, EnrolmentPolicy
from app.policy import Action
from app.queries.applications import QuestionAsked, form_of
from app.services.applications import (
    Basics,
    Wording,
    drop_question,
    move_question,
    put_question,
    set_basics,
)
from app.web.admission import WORDS
from app.web.edition_place import around_settings, to_settings
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/settings/form")

Changer = Annotated[EditionVisit, guarded_by(edition_where(Action.CHANGE_EDITION))]


class BasicsForm(BaseModel):
    motivation: Asked
    motivation_length: int = Field(default=2000, ge=100, le=10_000)
    position: Asked
    letter: Asked


class QuestionForm(BaseModel):
    """A question; its words are in fields by language: ``text-es``, ``choices-es``."""

    kind: AskedKind
    is_required: bool = False


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


class Move(BaseModel):
    way: Way


@router.get("", name="application_forms.show")
def show_form(request: Request, visit: Changer) -> Response:
    return _form_page(request, visit, _basics(visit), Form[QuestionForm](typed={"kind": "short"}))


@router.post("", name="application_forms.basics")
def save_form(
    request: Request,
    visit: Changer,
    form: Annotated[Form[BasicsForm], Depends(submitted(BasicsForm))],
) -> Response:
    if form.data is None:
        return _form_page(request, visit, form, Form[QuestionForm](typed={"kind": "short"}))
    set_basics(visit.session, visit.edition.id, Basics(**dict(form.data)), by=visit.viewer.id)
    return to_settings(visit, "form", _("The form was saved."))


@router.post("/questions", name="application_forms.ask")
def add_question(
    request: Request,
    visit: Changer,
    form: Annotated[Form[QuestionForm], Depends(submitted(QuestionForm))],
) -> Response:
    wording = _wording(visit, form)
    if wording is None:
        return _form_page(request, visit, _basics(visit), form)
    put_question(visit.session, visit.edition.id, None, wording, by=visit.viewer.id)
    return to_settings(visit, "form", _("The question was added."))


@router.get("/questions/{question}", name="application_forms.question")
def show_question(request: Request, visit: Changer, question: UUID) -> Response:
    return _question_page(request, visit, _question(visit, question), None)


@router.post("/questions/{question}", name="application_forms.reword")
def save_question(
    request: Request,
    visit: Changer,
    question: UUID,
    form: Annotated[Form[QuestionForm], Depends(submitted(QuestionForm))],
) -> Response:
    seen, wording = _question(visit, question), _wording(visit, form)
    if wording is None:
        return _question_page(request, visit, seen, form)
    put_question(visit.session, visit.edition.id, question, wording, by=visit.viewer.id)
    return to_settings(
        visit, "form", _("The question was changed. Answers given keep its old words.")
    )


@router.post("/questions/{question}/place", name="application_forms.order")
def order_question(
    visit: Changer, question: UUID, form: Annotated[Form[Move], Depends(submitted(Move))]
) -> Response:
    if form.data is not None:
        up = form.data.way is Way.UP
        move_question(visit.session, visit.edition.id, question, up=up, by=visit.viewer.id)
    return to_settings(visit, "form")


@router.post("/questions/{question}/removal", name="application_forms.drop")
def remove_question(visit: Changer, question: UUID) -> Response:
    drop_question(visit.session, visit.edition.id, question, by=visit.viewer.id)
    return to_settings(visit, "form", _("The question is asked no more. Answers given are kept."))


def _basics(visit: EditionVisit) -> Form[BasicsForm]:
    seen = form_of(visit.session, visit.edition.id)
    return Form(
        typed={
            "motivation": seen.motivation,
            "motivation_length": str(seen.motivation_length),
            "position": seen.position,
            "letter": seen.letter,
        }
    )


def _form_page(
    request: Request, visit: EditionVisit, form: Form[BasicsForm], question: Form[QuestionForm]
) -> Response:
    edition = visit.session.get_one(Edition, visit.edition.id)
    return render(
        request,
        visit,
        "application_forms/show.html",
        status=422 if form.errors or question.errors else 200,
        **around_settings(visit),
        **WORDS,
        form=form,
        question_form=question,
        seen=form_of(visit.session, visit.edition.id),
        is_by_application=edition.policy is EnrolmentPolicy.APPLICATION,
        languages=[(code, language_name(code)) for code in visit.edition.languages],
    )


def _question(visit: EditionVisit, question: UUID) -> QuestionAsked:
    for one in form_of(visit.session, visit.edition.id).questions:
        if one.id == question:
            return one
    raise NotFound(_("This question is not on the form any more."))


def _question_page(
    request: Request,
    visit: EditionVisit,
    question: QuestionAsked,
    form: Form[QuestionForm] | None,
) -> Response:
    typed = {"kind": question.kind.value} | ({"is_required": "on"} if question.is_required else {})
    for code in visit.edition.languages:
        typed[f"text-{code}"] = question.text.get(code, "")
        lines = [choice["texts"].get(code, "") for choice in question.choices]
        typed[f"choices-{code}"] = "\n".join(lines)
    return render(
        request,
        visit,
        "application_forms/question.html",
        status=422 if form and form.errors else 200,
        **around_settings(visit),
        **WORDS,
        question=question,
        question_form=form or Form[QuestionForm](typed=typed),
        languages=[(code, language_name(code)) for code in visit.edition.languages],
    )


def _wording(visit: EditionVisit, form: Form[QuestionForm]) -> Wording | None:
    """The question as it was written; None, with the errors beside their fields."""
    languages = visit.edition.languages
    texts = {code: one_line(form.typed.get(f"text-{code}", "")) for code in languages}
    lines = {code: form.typed.get(f"choices-{code}", "").strip().splitlines() for code in languages}
    if not any(texts.values()):
        form.refuse(f"text-{languages[0]}", _("Fill this in."))
    for code, text in texts.items():
        if len(text) > MOST_TEXT:
            form.refuse(f"text-{code}", _("Write at most %(max_length)s characters.") % SO_LONG)
    if form.typed.get("kind") in {AskedKind.ONE, AskedKind.SEVERAL}:
        _check_choices(form, lines)
    if form.errors or form.data is None:
        return None
    return Wording(
        kind=form.data.kind, text=texts, choices=_tidy(lines), is_required=form.data.is_required
    )


MOST_TEXT, MOST_CHOICES = 300, 30


SO_LONG = {"max_length": MOST_TEXT}


def _tidy(lines: dict[str, list[str]]) -> dict[str, list[str]]:
    return {code: [one_line(line) for line in its] for code, its in lines.items() if its}


def _check_choices(form: Form[QuestionForm], lines: dict[str, list[str]]) -> None:
    written = {code: its for code, its in lines.items() if its}
    first = next(iter(written), next(iter(lines)))
    most = max(map(len, lines.values()))
    if most < len(Way):
        form.refuse(f"choices-{first}", _("Write at least two choices, one on each line."))
    elif most > MOST_CHOICES or any(
        len(line) > MOST_TEXT for its in lines.values() for line in its
    ):
        form.refuse(f"choices-{first}", _("Write fewer or shorter choices."))
    for code, its in written.items():
        if len(its) != most or not all(line.strip() for line in its):
            sentence = _("Write the same number of choices in each language, none of them empty.")
            form.refuse(f"choices-{code}", sentence)
