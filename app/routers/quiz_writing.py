"""Writing a quiz: which questions it asks, by which rules, and who gets more time."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, field_validator

from app.core.errors import RuleBroken
from app.core.formats import current_zone, local
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.zones import NoSuchHour, instant_of
from app.models import Activity, Counting, QuestionKind, Quiz, Reveal
from app.policy import Action
from app.queries.questions import Wanted, bank, shelves
from app.queries.quizzes import extensions, people_to_extend, slots
from app.services.quizzes import (
    Rules,
    add_draw,
    add_questions,
    change_rules,
    change_slot,
    end_extension,
    extend,
    move_slot,
    remove_slot,
)
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.quiz_writing import around_quiz, quiz_in
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]

MOST_SHOWN = 100


class BankAsked(BaseModel):
    category: str = Field(default="", max_length=200)
    q: str = Field(default="", max_length=100)


class ChosenForm(BaseModel):
    chosen: list[UUID] = Field(default_factory=list, max_length=200)


class DrawForm(BaseModel):
    category: str = Field(default="", max_length=200)
    tag: str = Field(default="", max_length=60)
    draws: int = Field(default=1, ge=1, le=200)
    points: float = Field(default=1, gt=0, le=1000)

    @field_validator("points", mode="before")
    @classmethod
    def _comma(cls, typed: object) -> object:
        return typed.replace(",", ".") if isinstance(typed, str) else typed


class SlotForm(DrawForm):
    do: Literal["save", "up", "down", "remove"] = "save"


class RulesForm(BaseModel):
    pass_percent: int = Field(ge=0, le=100)
    most_attempts: int | None = Field(default=None, ge=1, le=1000)
    counting: Counting = Counting.BEST
    minutes: int | None = Field(default=None, ge=1, le=10_000)
    grace_seconds: int = Field(default=60, ge=0, le=3600)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    password: str = Field(default="", max_length=200)
    no_password: bool = False
    shuffle_questions: bool = False
    shuffle_choices: bool = False
    in_order: bool = False
    per_page: int | None = Field(default=None, ge=1, le=200)
    wrong_costs: int = Field(default=0, ge=0, le=100)
    feedback: Reveal = Reveal.SUBMITTED
    solution: Reveal = Reveal.SUBMITTED

    @field_validator("opens_at", "closes_at")
    @classmethod
    def _of_the_writers_clock(cls, typed: datetime | None) -> datetime | None:
        if typed is None or typed.tzinfo is not None:
            return typed
        try:
            return instant_of(typed, current_zone()).instant
        except NoSuchHour as jumped:
            said = _("The clocks jump over that hour. Choose another one.")
            raise ValueError(said) from jumped

    @property
    def rules(self) -> Rules:
        return Rules(**self.model_dump(exclude={"password", "no_password"}))


class ExtensionForm(BaseModel):
    enrolment: UUID
    minutes: int = Field(default=0, ge=0, le=10_000)
    attempts: int = Field(default=0, ge=0, le=100)
    reason: str = Field(min_length=3, max_length=500)


@router.get("/questions", name="quiz_writing.questions")
def show_questions(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[BankAsked], Depends(asked(BankAsked))],
) -> Response:
    return _questions_page(request, visit, *quiz_in(visit, activity), form, Form())


@router.post("/questions", name="quiz_writing.add")
def add(
    visit: Writer, activity: UUID, form: Annotated[Form[ChosenForm], Depends(submitted(ChosenForm))]
) -> Response:
    row, _quiz = quiz_in(visit, activity)
    chosen = form.data.chosen if form.data else []
    count = add_questions(visit.session, row, chosen, by=visit.viewer.id)
    said = ngettext("%(num)s question was added.", "%(num)s questions were added.", count)
    return _to(visit, activity, "questions", said % {"num": count})


@router.post("/draws", name="quiz_writing.draw")
def draw(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[DrawForm], Depends(submitted(DrawForm))],
) -> Response:
    row, quiz = quiz_in(visit, activity)
    if form.data is None:
        return _questions_page(request, visit, row, quiz, Form(), form)
    add_draw(visit.session, row, **form.data.model_dump(), by=visit.viewer.id)
    return _to(visit, activity, "questions", _("The questions will be drawn by chance."))


@router.post("/slots/{slot}", name="quiz_writing.slot")
def change(
    visit: Writer,
    activity: UUID,
    slot: UUID,
    form: Annotated[Form[SlotForm], Depends(submitted(SlotForm))],
) -> Response:
    row, _quiz = quiz_in(visit, activity)
    if form.data is None:
        raise RuleBroken(_("Write how many points it is worth: a number above 0."))
    data, by = form.data, visit.viewer.id
    if data.do == "remove":
        remove_slot(visit.session, row, slot, by=by)
    elif data.do == "save":
        change_slot(visit.session, row, slot, points=data.points, draws=data.draws, by=by)
    else:
        move_slot(visit.session, row, slot, up=data.do == "up", by=by)
    return _to(visit, activity, f"questions#slot-{slot}", "")


@router.get("/rules", name="quiz_writing.rules")
def show_rules(request: Request, visit: Writer, activity: UUID) -> Response:
    row, quiz = quiz_in(visit, activity)
    return _rules_page(request, visit, row, quiz, _typed(quiz), Form())


@router.post("/rules", name="quiz_writing.save_rules")
def save_rules(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[RulesForm], Depends(submitted(RulesForm))],
) -> Response:
    row, quiz = quiz_in(visit, activity)
    if form.data is None:
        return _rules_page(request, visit, row, quiz, form, Form())
    data = form.data
    password = "" if data.no_password else (data.password.strip() or None)
    try:
        changed = change_rules(
            visit.session, row, data.rules, by=visit.viewer.id, password=password
        )
    except RuleBroken as refusal:
        form.refuse("closes_at", refusal.message)
        return _rules_page(request, visit, row, quiz, form, Form())
    said = _("The rules were saved.") if changed else _("Nothing was changed.")
    return _to(visit, activity, "rules", said)


@router.post("/extensions", name="quiz_writing.extend")
def give_more(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[ExtensionForm], Depends(submitted(ExtensionForm))],
) -> Response:
    row, quiz = quiz_in(visit, activity)
    if form.data and not (form.data.minutes or form.data.attempts):
        form.refuse("minutes", _("Give some minutes, or some tries."))
    if form.data is None:
        return _rules_page(request, visit, row, quiz, _typed(quiz), form)
    data = form.data
    extend(
        visit.session, row, data.enrolment, minutes=data.minutes, attempts=data.attempts,
        reason=data.reason, by=visit.viewer.id,
    )  # fmt: skip
    return _to(visit, activity, "rules#more", _("They have more from now on."))


@router.post("/extensions/{extension}/end", name="quiz_writing.end_extension")
def take_back(visit: Writer, activity: UUID, extension: UUID) -> Response:
    row, _quiz = quiz_in(visit, activity)
    end_extension(visit.session, row, extension, by=visit.viewer.id)
    return _to(visit, activity, "rules#more", _("The rules hold for them as for all."))


def _to(visit: EditionVisit, activity: UUID, part: str, say: str) -> Response:
    return go_to(f"{writing_address(visit.edition.id, activity)}/{part}", say=say)


def _questions_page(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    quiz: Quiz,
    wanted: Form[BankAsked],
    draw_form: Form[DrawForm],
) -> Response:
    data = wanted.data or BankAsked()
    there = slots(visit.session, quiz.id, visit.edition.languages[0])
    taken = {slot.question.id for slot in there if slot.question}
    course = visit.edition.course_id
    lines = bank(visit.session, course, Wanted(category=data.category, words=data.q))
    categories, tags = shelves(visit.session, course)
    return render(
        request,
        visit,
        "quizzes/questions.html",
        status=422 if draw_form.errors else 200,
        slots=there,
        offered=[line for line in lines if line.id not in taken][:MOST_SHOWN],
        form=wanted,
        draw_form=draw_form if draw_form.typed else Form(typed={"draws": "1", "points": "1"}),
        categories=categories,
        tags=tags,
        total=sum(slot.draws for slot in there),
        points=sum(slot.draws * slot.points for slot in there),
        QuestionKind=QuestionKind,
        **around_quiz(visit, activity),
    )


def _rules_page(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    quiz: Quiz,
    form: Form[RulesForm],
    more: Form[ExtensionForm],
) -> Response:
    return render(
        request,
        visit,
        "quizzes/rules.html",
        status=422 if form.errors or more.errors else 200,
        form=form,
        more=more,
        quiz=quiz,
        extensions=extensions(visit.session, activity.id),
        people=people_to_extend(visit.session, visit.edition.id),
        Counting=Counting,
        Reveal=Reveal,
        **around_quiz(visit, activity),
    )


def _typed(quiz: Quiz) -> Form[RulesForm]:
    typed: dict[str, str] = {}
    for name in RulesForm.model_fields:
        value = getattr(quiz, name, None)
        if value is True:
            typed[name] = "on"
        elif isinstance(value, datetime):
            typed[name] = local(value).strftime("%Y-%m-%dT%H:%M")
        elif value is not None and value is not False:
            typed[name] = str(value)
    return Form(typed=typed)
