"""A quiz as a page: before it begins, while it is answered, and as it was judged."""

from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.core.i18n import gettext as _
from app.core.question_content import Given, QuestionKind, new_key
from app.models import Attempt, Counting, Reveal
from app.queries.activities import read_activity
from app.queries.attempts import Turn, looked_back, set_aside, sheet, turn_of
from app.queries.quizzes import slots
from app.services.attempts import Sender, Sent
from app.web.content import Place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.place_page import Wanted, about_place


class BeginForm(BaseModel):
    password: str = Field(default="", max_length=200)


class AnswersForm(BaseModel):
    """What to do and who sends it; the answers have fields of their own, by their numbers."""

    do: str = Field(default="save", max_length=20)
    page_id: str = Field(default="", max_length=40)
    after: str = Field(default="", max_length=40)
    count: int = Field(default=1, ge=0, le=1_000_000)

    @property
    def sender(self) -> Sender:
        return Sender(self.page_id, self.count, self.after)


def show_quiz(
    request: Request,
    visit: EditionVisit,
    where: Place,
    asked: Wanted,
    *,
    form: Form[BeginForm] | None = None,
) -> Response:
    """The page that fits: going on with a try, looking back on one, or beginning one."""
    person = visit.enrolment.id if where.personal and visit.enrolment else None
    turn = turn_of(visit.session, where.activity.id, person)
    if turn is None:
        raise NotFound(_("There is nothing at this address."))
    page = _Page(request, visit, where, turn)
    if not where.personal:
        return page.preview()
    if asked.attempt is not None:
        return page.result(_finished(turn, asked.attempt))
    if turn.running is not None:
        return page.sheet(turn.running, asked)
    if turn.finished and not asked.again and form is None:
        return page.result(turn.finished[-1])
    return page.begin(form or Form())


def _finished(turn: Turn, number: int) -> Attempt:
    for attempt in turn.finished:
        if attempt.number == number:
            return attempt
    raise NotFound(_("There is nothing at this address."))


class _Page:
    """One visit to one quiz, and the page that is its answer."""

    def __init__(self, request: Request, visit: EditionVisit, where: Place, turn: Turn) -> None:
        self.request, self.visit, self.where, self.turn = request, visit, where, turn
        self.now = clock.now()

    def show(self, template: str, *, status: int = 200, **given: Any) -> Response:
        return render(
            self.request,
            self.visit,
            f"quizzes/{template}.html",
            status=status,
            turn=self.turn,
            quiz=self.turn.quiz,
            QuestionKind=QuestionKind,
            Counting=Counting,
            Reveal=Reveal,
            **given,
            **about_place(self.visit, self.where),
        )

    def begin(self, form: Form[BeginForm]) -> Response:
        return self.show(
            "begin",
            status=422 if form.errors else 200,
            form=form,
            seen=read_activity(self.visit.session, self.where.activity, self.where.spoken),
        )

    def preview(self) -> Response:
        return self.show(
            "preview",
            seen=read_activity(self.visit.session, self.where.activity, self.where.spoken),
            slots=slots(self.visit.session, self.turn.quiz.id, self.where.spoken),
        )

    def sheet(self, attempt: Attempt, asked: Wanted) -> Response:
        page = asked.page or attempt.page
        if attempt.in_order and page != attempt.page:
            raise NotAllowed(_("In this quiz there is no way back, and no page can be skipped."))
        shown = sheet(self.visit.session, self.turn, attempt, page, self.where.spoken, now=self.now)
        if page > shown.pages:
            raise NotFound(_("There is nothing at this address."))
        return self.show(
            "summary" if asked.summary or self._is_over(attempt) else "sheet",
            sheet=shown,
            is_over=self._is_over(attempt),
            page_id=new_key(),
            time_left=self._time_left(attempt),
            asides=set_aside(self.visit.session, attempt.id),
            checks=Reveal.EACH in {self.turn.quiz.feedback, self.turn.quiz.solution},
        )

    def result(self, attempt: Attempt) -> Response:
        return self.show(
            "result",
            result=attempt,
            page_id=new_key(),
            questions=looked_back(
                self.visit.session, self.turn, attempt, self.where.spoken, now=self.now
            ),
            asides=set_aside(self.visit.session, attempt.id),
            closed=self.turn.is_closed_for_all(self.now),
        )

    def _is_over(self, attempt: Attempt) -> bool:
        return attempt.due_at is not None and self.now > attempt.due_at

    def _time_left(self, attempt: Attempt) -> int | None:
        """In seconds, by our clock."""
        if attempt.due_at is None:
            return None
        return max(0, int((attempt.due_at - self.now).total_seconds()))


def sent_answers(form: Form[AnswersForm]) -> dict[int, Sent]:
    """The answers of a page by their numbers. A question is sent if its version is."""
    found = {}
    for name, version in form.typed.items():
        number = name.removeprefix("v")
        if name.startswith("v") and number.isdecimal() and version.isdecimal():
            found[int(number[:9])] = Sent(_given(form, f"q{number}"), int(version[:9]))
    return found


def _given(form: Form[AnswersForm], name: str) -> Given:
    """What the fields of one question say, in every way that its kind may read."""
    beginning = f"{name}."
    parts = {n.removeprefix(beginning): v for n, v in form.typed.items() if n.startswith(beginning)}
    return {
        "chosen": form.many.get(name, []),
        "text": form.typed.get(name, ""),
        "matched": parts,
        "places": parts,
        "gaps": parts,
    }
