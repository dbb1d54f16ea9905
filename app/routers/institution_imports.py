"""Bringing institutions in from a file: choose it, see what each line would do, then do it."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.institution_imports import Fate, RowRead, fingerprint, plan
from app.queries.institutions import institutions
from app.services.institution_imports import import_institutions
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may
from app.web.institution_file import (
    MOST_BYTES,
    MOST_LINES,
    packed,
    rows_of,
    unpacked,
)
from app.web.institutions import columns
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/institutions/import")

Changer = Annotated[Visit, guarded_by(may(Action.CHANGE_INSTITUTIONS))]


class FileForm(BaseModel):
    """The file itself is among the form's files."""


class ApplyForm(BaseModel):
    content: str = Field(max_length=2 * MOST_BYTES)
    shown: str = Field(max_length=64)


@router.get("", name="institution_imports.ask")
def ask(request: Request, visit: Changer) -> Response:
    return _page(request, visit, Form())


@router.post("", name="institution_imports.preview")
def preview(
    request: Request,
    visit: Changer,
    form: Annotated[Form[FileForm], Depends(submitted(FileForm))],
) -> Response:
    """Nothing is changed yet: every line is told what would become of it."""
    file = form.files.get("file")
    if file is None:
        form.refuse("file", _("Choose a file."))
        return _page(request, visit, form)
    content = file.file.read(MOST_BYTES + 1)
    try:
        return _preview(request, visit, content, rows_of(content))
    except RuleBroken as error:
        form.refuse("file", error.message)
        return _page(request, visit, form)


@router.post("/apply", name="institution_imports.apply")
def apply(
    request: Request,
    visit: Changer,
    form: Annotated[Form[ApplyForm], Depends(submitted(ApplyForm))],
) -> Response:
    if form.data is None:
        raise RuleBroken(_("The file got lost on the way. Choose it once more."))
    content = unpacked(form.data.content)
    rows = rows_of(content)
    try:
        done = import_institutions(visit.session, rows, shown=form.data.shown, by=visit.viewer.id)
    except Conflict as error:
        return _preview(request, visit, content, rows, changed=error.message)
    said = _("The file is in the list: %(added)s new, %(changed)s changed.")
    return go_to("/institutions", say=said % {"added": done.added, "changed": done.changed})


def _page(request: Request, visit: Visit, form: Form[Any]) -> Response:
    return render(
        request,
        visit,
        "institutions/import.html",
        status=422 if form.errors else 200,
        here="institutions",
        trail=[("/institutions", _("Institutions")), (None, _("Import"))],
        form=form,
        columns=columns(),
        most=MOST_LINES,
        planned=None,
    )


def _preview(
    request: Request, visit: Visit, content: bytes, rows: list[RowRead], *, changed: str = ""
) -> Response:
    planned = plan(institutions(visit.session, merged=True), rows)
    return render(
        request,
        visit,
        "institutions/import.html",
        status=409 if changed else 200,
        here="institutions",
        trail=[("/institutions", _("Institutions")), (None, _("Import"))],
        form=Form(),
        columns=columns(),
        most=MOST_LINES,
        planned=planned,
        numbers=Counter(one.fate for one in planned),
        Fate=Fate,
        content=packed(content),
        shown=fingerprint(planned),
        changed=changed,
    )
