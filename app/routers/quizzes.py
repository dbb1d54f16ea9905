"""Taking a quiz: begun, answered page by page, and handed in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from app.core import clock
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.policy import Action
from app.queries.attempts import page_of, unanswered
from app.services.attempts import (
    Saved,
    WrongPassword,
    begin_attempt,
    check_answer,
    hand_in,
    save_answers,
    turn_page,
)
from app.web.content import Place, place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part
from app.web.place_page import Wanted
from app.web.quiz_page import AnswersForm, BeginForm, sent_answers, show_quiz

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/activities/{activity}/attempts"
)

Taker = Annotated[
    EditionVisit, guarded_by(edition_where(Action.TAKE_ACTIVITIES, with_standing=True))
]
Number = Annotated[int, Path(ge=1, le=100_000)]
Typed = Annotated[Form[AnswersForm], Depends(submitted(AnswersForm))]


@router.post("", name="quizzes.begin")
def begin(
    request: Request,
    visit: Taker,
    activity: UUID,
    form: Annotated[Form[BeginForm], Depends(submitted(BeginForm))],
) -> Response:
    where = place(visit, activity)
    password = form.data.password if form.data else ""
    try:
        begin_attempt(
            visit.session, visit.enrolled.id, where.activity, password=password, now=clock.now()
        )
    except WrongPassword as refusal:
        form.refuse("password", refusal.message)
        return show_quiz(request, visit, where, Wanted(again=True), form=form)
    return go_to(_address(where))


@router.post("/{attempt}/answers", name="quizzes.save")
def save(request: Request, visit: Taker, activity: UUID, attempt: Number, form: Typed) -> Response:
    """Saved as it is answered; or saved and turned, checked or handed in, as ``do`` says."""
    where, data = place(visit, activity), form.data or AnswersForm()
    facts = (visit.session, visit.enrolled.id, where.activity.id, attempt)
    sent, sender, now = sent_answers(form), data.sender, clock.now()
    what, _dash, number = data.do.partition("-")
    n = int(number) if number.isdecimal() and len(number) <= LONGEST_NUMBER else 1
    if what == "page":
        saved = turn_page(*facts, n, sent, sender, now=now)
    elif what == "check":
        saved = check_answer(*facts, n, sent, sender, now=now)
    else:
        saved = save_answers(*facts, sent, sender, now=now)
    if wants_part(request):
        return _part(request, visit, saved)
    return _after(visit, where, saved, what, n)


LONGEST_NUMBER = 4


@router.post("/{attempt}/submission", name="quizzes.hand_in")
def submit(visit: Taker, activity: UUID, attempt: Number, form: Typed) -> Response:
    where, data = place(visit, activity), form.data or AnswersForm()
    saved = hand_in(
        visit.session,
        visit.enrolled.id,
        where.activity.id,
        attempt,
        sent_answers(form),
        data.sender,
        now=clock.now(),
    )
    return go_to(_result(where, saved), say=_trouble(saved), kind="due")


def _part(request: Request, visit: EditionVisit, saved: Saved) -> Response:
    """For the page that goes on: which versions stand, and in words what became of the rest."""
    is_refused = bool(saved.older or saved.late)
    return render(
        request,
        visit,
        "quizzes/_saved.html",
        status=409 if is_refused else 200,
        saved=saved,
        trouble=_trouble(saved),
    )


def _after(visit: EditionVisit, where: Place, saved: Saved, what: str, n: int) -> Response:
    trouble, attempt = _trouble(saved), saved.attempt
    if saved.is_over:
        return go_to(_result(where, saved), say=trouble, kind="due")
    if what == "summary":
        is_open = unanswered(visit.session, attempt.id)
        say = _open_words(len(is_open)) if is_open else ""
        return go_to(f"{_address(where)}?summary=1", say=trouble or say, kind="due")
    page = page_of(n, attempt.per_page) if what == "check" else attempt.page
    end = f"#question-{n}" if what == "check" else ""
    said = trouble or ("" if what in {"page", "check"} else _("Your answers were saved."))
    kind = "due" if trouble else "done"
    return go_to(f"{_address(where)}?page={page}{end}", say=said, kind=kind)


def _open_words(count: int) -> str:
    return ngettext(
        "%(num)s question has no answer yet.", "%(num)s questions have no answer yet.", count
    ) % {"num": count}


def _trouble(saved: Saved) -> str:
    """What of it does not count, and why; nothing of it is lost."""
    if saved.late:
        return _(
            "The time was over when this arrived. It was kept beside your answers, and does not "
            "count."
        )
    if saved.older:
        numbers = {"numbers": ", ".join(map(str, saved.older))}
        return (
            _(
                "Question %(numbers)s has a newer answer, from another page or device. That one "
                "counts; this one was kept beside it."
            )
            % numbers
        )
    return saved.refusal


def _address(where: Place) -> str:
    return f"{where.address}/activities/{where.activity.id}"


def _result(where: Place, saved: Saved) -> str:
    if saved.attempt.submitted_at is None:
        return _address(where)
    return f"{_address(where)}?attempt={saved.attempt.number}"
