"""Importing people into an edition: the file, what it would do, the yes, and how far it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import NotFound
from app.core.files import TooLarge
from app.core.formats import size as size_in_words
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.tables import MOST_BYTES
from app.policy import Action
from app.queries.people_imports import import_seen
from app.services.import_rows import trouble_with_list
from app.services.people_imports import begin, confirm, throw_away
from app.web.asked import asked
from app.web.exports import Sheet, csv_response, xlsx_response
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.people_import import (
    RowsAsked,
    UploadForm,
    show_import,
    show_upload,
    template_columns,
)

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/people/import")

Importer = Annotated[EditionVisit, guarded_by(edition_where(Action.IMPORT_PEOPLE))]
Typed = Annotated[Form[UploadForm], Depends(submitted(UploadForm))]
Asked = Annotated[Form[RowsAsked], Depends(asked(RowsAsked))]


@router.get("", name="people_import.new")
def new(request: Request, visit: Importer) -> Response:
    return show_upload(request, visit, Form())


@router.post("", name="people_import.upload")
def upload(request: Request, visit: Importer, form: Typed) -> Response:
    given = form.files.get("list")
    if given is None:
        form.refuse("list", _("Choose a file."))
    elif (given.size or 0) > MOST_BYTES:
        form.refuse("list", _too_large())
    elif trouble := trouble_with_list(given.file):
        form.refuse("list", trouble)
    if given is None or form.errors:
        return show_upload(request, visit, form)
    try:
        begun = begin(
            visit.session,
            visit.edition.id,
            given.file,
            given.filename or "",
            limit=MOST_BYTES,
            language=current_locale(),
            by=visit.viewer.id,
            now=clock.now(),
        )
    except TooLarge:
        form.refuse("list", _too_large())
        return show_upload(request, visit, form)
    return go_to(f"/editions/{visit.edition.id}/people/import/{begun.id}")


@router.get("/template.csv", name="people_import.template_csv")
def template_csv(visit: Importer) -> Response:  # noqa: ARG001 -- who may import gets it
    return csv_response("people-template", template_columns(), [])


@router.get("/template.xlsx", name="people_import.template_xlsx")
def template_xlsx(visit: Importer) -> Response:  # noqa: ARG001 -- as above
    return xlsx_response("people-template", Sheet(_("People"), template_columns(), []))


@router.get("/{people_import}", name="people_import.show")
def show(request: Request, visit: Importer, people_import: UUID, form: Asked) -> Response:
    seen = import_seen(visit.session, visit.edition.id, people_import)
    if seen is None:
        raise NotFound(_("There is nothing at this address."))
    return show_import(request, visit, seen, form)


@router.post("/{people_import}/apply", name="people_import.apply")
def apply(visit: Importer, people_import: UUID) -> Response:
    confirm(visit.session, visit.edition.id, people_import, by=visit.viewer.id)
    return go_to(f"/editions/{visit.edition.id}/people/import/{people_import}")


@router.post("/{people_import}/throw-away", name="people_import.throw_away")
def forget(visit: Importer, people_import: UUID) -> Response:
    throw_away(visit.session, visit.edition.id, people_import)
    return go_to(
        f"/editions/{visit.edition.id}/people/import", say=_("The list and its file are gone.")
    )


def _too_large() -> str:
    return _("The file is larger than %(most)s. Split the list.") % {
        "most": size_in_words(MOST_BYTES)
    }
