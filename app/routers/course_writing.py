"""Writing the catalogue: courses, and the edition with which one begins from nothing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.errors import NotFound, RuleBroken
from app.core.formats import current_zone
from app.core.i18n import LANGUAGES, choose, language_name
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.models import EnrolmentPolicy, Mode
from app.policy import Action
from app.queries.course_writing import CourseWritten, all_courses, course_written
from app.services.courses import AddressTaken, add_course, change_course, open_edition
from app.web.asked import asked
from app.web.course_forms import POLICIES, CourseForm, EditionForm, course_typed, words_of
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/editions")

Writer = Annotated[Visit, guarded_by(may(Action.WRITE_CATALOGUE))]


class Wanted(BaseModel):
    course: UUID | None = None


@router.get("/courses", name="course_writing.index")
def index(request: Request, visit: Writer) -> Response:
    return render(
        request,
        visit,
        "course_writing/index.html",
        here="editions",
        courses=all_courses(visit.session),
    )


@router.get("/courses/new", name="course_writing.new")
def new(request: Request, visit: Writer) -> Response:
    plain = {"mode": Mode.TUTOR_LED.value}
    return _course_page(request, visit, None, Form[CourseForm](typed=plain))


@router.post("/courses/new", name="course_writing.add")
def add(
    request: Request,
    visit: Writer,
    form: Annotated[Form[CourseForm], Depends(submitted(CourseForm))],
) -> Response:
    words = words_of(form)
    if words is None:
        return _course_page(request, visit, None, form)
    try:
        made = add_course(visit.session, words, by=visit.viewer.id)
    except AddressTaken as taken:
        form.refuse("slug", taken.message)
        return _course_page(request, visit, None, form)
    say = _("“%(title)s” was added.") % {"title": choose(words.title)}
    return go_to(f"/editions/new?course={made}", say=say)


@router.get("/courses/{course}", name="course_writing.show")
def show(request: Request, visit: Writer, course: UUID) -> Response:
    found = _written(visit, course)
    return _course_page(request, visit, found, course_typed(found))


@router.post("/courses/{course}", name="course_writing.save")
def save(
    request: Request,
    visit: Writer,
    course: UUID,
    form: Annotated[Form[CourseForm], Depends(submitted(CourseForm))],
) -> Response:
    found, words = _written(visit, course), words_of(form)
    if words is None:
        return _course_page(request, visit, found, form)
    try:
        changed = change_course(visit.session, course, words, by=visit.viewer.id)
    except AddressTaken as taken:
        form.refuse("slug", taken.message)
        return _course_page(request, visit, found, form)
    say = _("The course was saved.") if changed else _("Nothing was changed.")
    return go_to(f"/editions/courses/{course}", say=say)


@router.get("/new", name="course_writing.new_edition")
def new_edition(
    request: Request, visit: Writer, form: Annotated[Form[Wanted], Depends(asked(Wanted))]
) -> Response:
    chosen = form.data.course if form.data else None
    found = course_written(visit.session, chosen) if chosen else None
    year = str(clock.today(current_zone()).year)
    typed = {"course": str(chosen or ""), "reporting_year": year, "slug": year}
    typed["policy"] = EnrolmentPolicy.CLOSED.value
    spoken = list(found.languages) if found else []
    return _edition_page(request, visit, Form(typed=typed, many={"languages": spoken}))


@router.post("/new", name="course_writing.open_edition")
def add_edition(
    request: Request,
    visit: Writer,
    form: Annotated[Form[EditionForm], Depends(submitted(EditionForm))],
) -> Response:
    wanted = form.data
    if wanted and wanted.starts_on and wanted.ends_on and wanted.ends_on < wanted.starts_on:
        form.refuse("ends_on", _("The last day comes before the first day."))
    if form.data is None:
        return _edition_page(request, visit, form)
    try:
        made = open_edition(visit.session, form.data.course, form.data.wanted, by=visit.viewer.id)
    except RuleBroken as broken:
        form.refuse("slug", broken.message)
        return _edition_page(request, visit, form)
    return go_to(f"/editions/{made}/content", say=_("The edition is here. Write what is in it."))


def _written(visit: Visit, course_id: UUID) -> CourseWritten:
    found = course_written(visit.session, course_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _course_page(
    request: Request, visit: Visit, course: CourseWritten | None, form: Form[CourseForm]
) -> Response:
    return render(
        request,
        visit,
        "course_writing/form.html",
        status=422 if form.errors else 200,
        here="editions",
        course=course,
        form=form,
        languages=_languages(),
        Mode=Mode,
    )


def _edition_page(request: Request, visit: Visit, form: Form[EditionForm]) -> Response:
    form.typed.setdefault("press", str(uuid7()))
    courses = [(str(one.id), choose(one.title)) for one in all_courses(visit.session)]
    return render(
        request,
        visit,
        "course_writing/edition.html",
        status=422 if form.errors else 200,
        here="editions",
        form=form,
        courses=courses,
        languages=_languages(),
        policies=POLICIES,
    )


def _languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in LANGUAGES]
