"""The bank of a course's questions, as those write it who write an edition's content."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import Question, QuestionKind, QuestionVersion
from app.policy import Action
from app.queries.questions import Wanted, as_it_would_be_asked, bank, question_of, shelves
from app.services.questions import Written, retire, rewrite_question, write_question
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.question_form import QuestionForm, act_of, blank, filled, rows_of, written_from
from app.web.quiz_writing import around_bank, bank_address, languages_of

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content/questions")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
Typed = Annotated[Form[QuestionForm], Depends(submitted(QuestionForm))]

A_PAGE = 50


class BankAsked(BaseModel):
    category: str = Field(default="", max_length=200)
    tag: str = Field(default="", max_length=60)
    kind: QuestionKind | None = None
    q: str = Field(default="", max_length=100)
    retired: bool = False
    page: int = Field(default=1, ge=1, le=10_000)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.category, self.tag, self.kind, self.q, self.retired)


class Retirement(BaseModel):
    retired: bool = False


@router.get("", name="questions.index")
def index(
    request: Request,
    visit: Writer,
    form: Annotated[Form[BankAsked], Depends(asked(BankAsked))],
) -> Response:
    data = form.data or BankAsked()
    lines = bank(visit.session, visit.edition.course_id, data.wanted)
    categories, tags = shelves(visit.session, visit.edition.course_id)
    return render(
        request,
        visit,
        "questions/index.html",
        lines=lines[(data.page - 1) * A_PAGE : data.page * A_PAGE],
        total=len(lines),
        page_number=data.page,
        last_page=max(1, -(-len(lines) // A_PAGE)),
        form=form,
        categories=categories,
        tags=tags,
        QuestionKind=QuestionKind,
        languages=visit.edition.languages,
        **around_bank(visit),
    )


class NewAsked(BaseModel):
    kind: QuestionKind = QuestionKind.SINGLE
    category: str = Field(default="", max_length=200)


@router.get("/new", name="questions.new")
def new(
    request: Request,
    visit: Writer,
    form: Annotated[Form[NewAsked], Depends(asked(NewAsked))],
) -> Response:
    data = form.data or NewAsked()
    return _page(request, visit, blank(data.kind, data.category), data.kind)


@router.post("/new", name="questions.write")
def write(request: Request, visit: Writer, form: Typed) -> Response:
    kind = form.data.kind if form.data else QuestionKind.SINGLE
    written = _written(visit, form, kind)
    if written is None:
        return _page(request, visit, form, kind)
    question = write_question(
        visit.session, visit.edition.course_id, kind, written, by=visit.viewer.id
    )
    return go_to(f"{bank_address(visit)}/{question.id}", say=_("The question was added."))


@router.get("/{question}", name="questions.show")
def show(request: Request, visit: Writer, question: UUID) -> Response:
    found, version = _found(visit, question)
    return _page(request, visit, filled(found, version), found.kind, (found, version))


@router.post("/{question}", name="questions.rewrite")
def rewrite(request: Request, visit: Writer, question: UUID, form: Typed) -> Response:
    found, version = _found(visit, question)
    written = _written(visit, form, found.kind, version)
    if written is None:
        return _page(request, visit, form, found.kind, (found, version))
    rewrite_question(visit.session, visit.edition.course_id, question, written, by=visit.viewer.id)
    return go_to(f"{bank_address(visit)}/{question}", say=_("The question was saved."))


@router.post("/{question}/retirement", name="questions.retire")
def take_out(
    visit: Writer, question: UUID, form: Annotated[Form[Retirement], Depends(submitted(Retirement))]
) -> Response:
    retired = bool(form.data and form.data.retired)
    retire(visit.session, visit.edition.course_id, question, retired=retired, by=visit.viewer.id)
    said = (
        _("The question is not asked any more.") if retired else _("The question is asked again.")
    )
    return go_to(f"{bank_address(visit)}/{question}", say=said)


def _written(
    visit: EditionVisit,
    form: Form[QuestionForm],
    kind: QuestionKind,
    version: QuestionVersion | None = None,
) -> Written | None:
    """What is to be saved; None while rows come and go, and while something is wrong."""
    act = act_of(form)
    if act == "rows":
        form.errors.clear()
        return None
    written = written_from(form, kind, visit.edition.languages, version)
    return written if act == "save" else None


def _found(visit: EditionVisit, question_id: UUID) -> tuple[Question, QuestionVersion]:
    found = question_of(visit.session, visit.edition.course_id, question_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _page(
    request: Request,
    visit: EditionVisit,
    form: Form[QuestionForm],
    kind: QuestionKind,
    found: tuple[Question, QuestionVersion] | None = None,
) -> Response:
    categories, tags = shelves(visit.session, visit.edition.course_id)
    return render(
        request,
        visit,
        "questions/form.html",
        status=422 if form.errors else 200,
        form=form,
        kind=kind,
        rows=rows_of(form, kind),
        question=found[0] if found else None,
        preview=_preview(visit, form, kind),
        languages=languages_of(visit),
        categories=categories,
        tags=tags,
        QuestionKind=QuestionKind,
        **around_bank(visit),
    )


def _preview(visit: EditionVisit, form: Form[QuestionForm], kind: QuestionKind) -> object:
    """The question as a participant sees it, in each language, if that was asked for."""
    if form.typed.get("do") != "preview" or form.errors:
        return None
    written = written_from(form, kind, visit.edition.languages)
    if written is None:
        return None
    question = Question(course_id=visit.edition.course_id, kind=kind)
    version = QuestionVersion(
        question_id=question.id, text=written.text, explanation=written.explanation,
        content=written.content.model_dump(mode="json"),
    )  # fmt: skip
    return [
        as_it_would_be_asked(version, question, language, number=n)
        for n, language in enumerate(visit.edition.languages, 1)
    ]
