"""The content of an edition as those see it who write it: all modules, in their order."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.content import ModuleWritten, written
from app.queries.next_editions import source_of
from app.services.modules import (
    ModuleWords,
    add_module,
    change_module,
    duplicate_module,
    hide_module,
    place_module,
    remove_module,
    step_module,
)
from app.web.asked import asked
from app.web.content_forms import (
    ModuleForm,
    around_content,
    module_typed,
    named,
    require_title,
    texts,
    to_content,
    writing_begins,
)
from app.web.content_page import module_page, module_written
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.merging import merge
from app.web.one_hop import OneHopRoute
from app.web.opening_page import Way
from app.web.outline import rule_words
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class Shown(BaseModel):
    at: UUID | None = None  # where the keyboard is
    way: Way | None = None  # on which of its buttons


class ModuleMove(BaseModel):
    way: Way | None = None
    before: UUID | None = None


class Visibility(BaseModel):
    hidden: bool = False


@router.get("", name="content.show")
def show(
    request: Request, visit: Writer, form: Annotated[Form[Shown], Depends(asked(Shown))]
) -> Response:
    shown = form.data or Shown()
    modules = written(visit.session, visit.edition.id, visit.edition.languages)
    return render(
        request,
        visit,
        "content/show.html",
        part="content/_structure.html",
        **around_content(visit),
        modules=modules,
        source=source_of(visit.session, visit.edition.id),
        lacks=_lacks(modules, visit.edition.languages),
        rule_words=rule_words,
        begins={
            activity.id: writing_begins(request, visit.edition.id, activity.id)
            for module in modules
            for activity in module.activities
        },
        at=shown.at,
        way=shown.way,
    )


@router.get("/modules/new", name="content.new_module")
def new_module(request: Request, visit: Writer) -> Response:
    return module_page(request, visit, None, Form[ModuleForm]())


@router.post("/modules/new", name="content.add_module")
def add(
    request: Request,
    visit: Writer,
    form: Annotated[Form[ModuleForm], Depends(submitted(ModuleForm))],
) -> Response:
    words = _words(visit, form, None)
    if words is None:
        return module_page(request, visit, None, form)
    made = add_module(visit.session, visit.edition.id, words, by=visit.viewer.id)
    return to_content(visit, _("“%(title)s” was added.") % named(words.title), made)


@router.get("/modules/{module}", name="content.module")
def show_module(request: Request, visit: Writer, module: UUID) -> Response:
    seen = module_written(visit, module)
    return module_page(request, visit, seen, module_typed(seen))


@router.post("/modules/{module}", name="content.save_module")
def save_module(
    request: Request,
    visit: Writer,
    module: UUID,
    form: Annotated[Form[ModuleForm], Depends(submitted(ModuleForm))],
) -> Response:
    seen = module_written(visit, module)
    merge(form, module_typed(seen).typed, ModuleForm)
    words = _words(visit, form, seen)
    if words is None:
        return module_page(request, visit, seen, form)
    change_module(visit.session, visit.edition.id, module, words, by=visit.viewer.id)
    return to_content(visit, _("“%(title)s” was saved.") % named(words.title), module)


@router.post("/modules/{module}/place", name="content.move_module")
def move(
    visit: Writer, module: UUID, form: Annotated[Form[ModuleMove], Depends(submitted(ModuleMove))]
) -> Response:
    asked_for, session, here = form.data or ModuleMove(), visit.session, visit.edition.id
    if asked_for.way:
        up = asked_for.way is Way.UP
        moved = step_module(session, here, module, up=up, by=visit.viewer.id)
    else:
        moved = place_module(session, here, module, before=asked_for.before, by=visit.viewer.id)
    said = _("“%(title)s” is in place %(place)s now.")
    told = named(moved.title) | {"place": moved.position}
    return to_content(visit, said % told, module, asked_for.way or "")


@router.post("/modules/{module}/visibility", name="content.hide_module")
def hide(
    visit: Writer, module: UUID, form: Annotated[Form[Visibility], Depends(submitted(Visibility))]
) -> Response:
    hidden = form.data is not None and form.data.hidden
    seen = hide_module(visit.session, visit.edition.id, module, hidden=hidden, by=visit.viewer.id)
    said = _("“%(title)s” is hidden now.") if hidden else _("“%(title)s” is shown now.")
    return to_content(visit, said % named(seen.title), module)


@router.post("/modules/{module}/duplicate", name="content.duplicate_module")
def duplicate(visit: Writer, module: UUID) -> Response:
    made = duplicate_module(visit.session, visit.edition.id, module, by=visit.viewer.id)
    return to_content(visit, _("There is a copy now. It is hidden until you show it."), made)


@router.post("/modules/{module}/removal", name="content.remove_module")
def remove(visit: Writer, module: UUID) -> Response:
    remove_module(visit.session, visit.edition.id, module, by=visit.viewer.id)
    return to_content(visit, _("The module was deleted."))


def _words(
    visit: EditionVisit, form: Form[ModuleForm], seen: ModuleWritten | None
) -> ModuleWords | None:
    languages = visit.edition.languages
    require_title(form, languages)
    if form.data is None:
        return None
    title = texts(form.data, "title", languages, seen.title if seen else {})
    summary = texts(form.data, "summary", languages, seen.summary if seen else {})
    return ModuleWords(title, summary, is_hidden=form.data.is_hidden)


def _lacks(modules: list[ModuleWritten], languages: list[str]) -> list[tuple[str, int]]:
    """How much is missing in each language."""
    gaps = [gap for module in modules for gap in module.all_gaps]
    return [
        (code, sum(gap.title + gap.text for gap in gaps if gap.language == code))
        for code in languages
    ]
