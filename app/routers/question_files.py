"""Questions in and out of a bank as files: choose one, see what becomes of it, then take it in."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import RuleBroken
from app.core.gift_writing import written_gift
from app.core.i18n import choose, ngettext
from app.core.i18n import gettext as _
from app.core.moodle_xml_writing import written_moodle_xml
from app.core.question_files import MOST_BYTES, MOST_QUESTIONS
from app.policy import Action
from app.queries.questions import known_likenesses, portables, shelves
from app.services.questions import take_in
from app.web.asked import asked
from app.web.exports import attached, file_name
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.question_file import MOST_CARRIED, packed, read_file, unpacked
from app.web.quiz_writing import around_bank, bank_address, languages_of

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content/questions")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class FileForm(BaseModel):
    """The file itself is among the form's files."""

    language: str = Field(default="", max_length=10)


class ApplyForm(BaseModel):
    questions: str = Field(max_length=MOST_CARRIED)


class ExportAsked(BaseModel):
    language: str = Field(default="", max_length=10)
    category: str = Field(default="", max_length=200)


Wanted = Annotated[Form[ExportAsked], Depends(asked(ExportAsked))]


@router.get("/import", name="question_files.ask")
def ask(request: Request, visit: Writer) -> Response:
    return _page(request, visit, Form())


@router.post("/import", name="question_files.preview")
def preview(
    request: Request,
    visit: Writer,
    form: Annotated[Form[FileForm], Depends(submitted(FileForm))],
) -> Response:
    """Nothing is changed yet: of every question it is said what would become of it."""
    file = form.files.get("file")
    if file is None:
        form.refuse("file", _("Choose a file."))
        return _page(request, visit, form)
    language = _language(visit, form.typed.get("language", ""))
    try:
        known = known_likenesses(visit.session, visit.edition.course_id)
        read = read_file(file.file.read(MOST_BYTES + 1), language, known)
        carried = packed(read.new)
    except RuleBroken as error:
        form.refuse("file", error.message)
        return _page(request, visit, form)
    return _page(request, visit, form, read=read, carried=carried)


@router.post("/import/apply", name="question_files.apply")
def apply(
    visit: Writer, form: Annotated[Form[ApplyForm], Depends(submitted(ApplyForm))]
) -> Response:
    questions = unpacked(form.data.questions if form.data else "")
    edition = visit.edition
    count = take_in(visit.session, edition.course_id, edition.id, questions, by=visit.viewer.id)
    said = ngettext("%(num)s question was taken in.", "%(num)s questions were taken in.", count)
    return go_to(bank_address(visit), say=said % {"num": count})


@router.get("/export.gift", name="question_files.gift")
def gift(visit: Writer, form: Wanted) -> Response:
    return _file(visit, form, "gift", "text/plain; charset=utf-8", written_gift)


@router.get("/export.xml", name="question_files.xml")
def moodle_xml(visit: Writer, form: Wanted) -> Response:
    return _file(visit, form, "xml", "application/xml; charset=utf-8", written_moodle_xml)


def _file(
    visit: EditionVisit,
    form: Form[ExportAsked],
    ending: str,
    media_type: str,
    write: Callable[..., tuple[Any, Any]],
) -> Response:
    data = form.data or ExportAsked()
    language = _language(visit, data.language)
    questions = portables(visit.session, visit.edition.course_id, data.category)
    content, _report = write(questions, language)
    name = file_name(choose(visit.edition.title), data.category, language)
    return Response(content, 200, attached(f"{name}.{ending}"), media_type)


def _language(visit: EditionVisit, asked_for: str) -> str:
    languages = visit.edition.languages
    return asked_for if asked_for in languages else languages[0]


def _page(request: Request, visit: EditionVisit, form: Form[FileForm], **found: Any) -> Response:
    questions = portables(visit.session, visit.edition.course_id)
    categories, _tags = shelves(visit.session, visit.edition.course_id)
    language = visit.edition.languages[0]
    lost = {
        "GIFT": [one for one in written_gift(questions, language)[1] if one.notes],
        "Moodle XML": [one for one in written_moodle_xml(questions, language)[1] if one.notes],
    }
    return render(
        request,
        visit,
        "questions/import.html",
        status=422 if form.errors else 200,
        form=form,
        read=found.get("read"),
        carried=found.get("carried", ""),
        languages=languages_of(visit),
        categories=categories,
        most=MOST_QUESTIONS,
        count=len(questions),
        lost=lost,
        **around_bank(visit),
    )
