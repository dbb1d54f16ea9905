"""An import of people in words: what becomes of its rows, what is wrong, how far it is."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.models import EnrolmentStatus, Fate, ImportStatus
from app.queries.list_words import KEYS, headings
from app.queries.people_imports import ImportSeen, recent_imports, rows_seen
from app.web.asked import address_of, in_pages
from app.web.edition_place import edition_place
from app.web.exports import Column
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.labels import label
from app.web.pages import render, wants_part

PAGE = 50
RECENT = 5


class UploadForm(BaseModel):
    """The file itself comes beside it."""


class RowsAsked(BaseModel):
    fate: Fate | None = None
    page: int = Field(default=1, ge=1, le=100_000)


def template_columns() -> list[Column]:
    """The columns of the file to fill in: those of a list, without what ours has in the name."""
    words = headings()
    return [Column(key, words[key], 24) for key in KEYS if key != "surname"]


def fate_words(fate: Fate) -> str:
    return {
        Fate.NEW_PERSON: _("New account and enrolment"),
        Fate.NEW_ENROLMENT: _("Known person, new enrolment"),
        Fate.CHANGED: _("Changed"),
        Fate.UNCHANGED: _("Already there, unchanged"),
        Fate.WRONG: _("Error"),
    }[fate]


def kept_words(key: str) -> str:
    return {
        "name": _("name"),
        "country": _("country"),
        "institution": _("institution"),
        "gender": _("gender"),
        "status": _("status"),
    }[key]


#: What can be wrong with a row, in words that say how to go on.
_TROUBLES: dict[str, Callable[[], str]] = {
    "no_email": lambda: _("The e-mail address is missing."),
    "bad_email": lambda: _("“%(value)s” is no whole e-mail address."),
    "duplicate": lambda: _("The same address stands in line %(line)s."),
    "no_name": lambda: _("The name is missing."),
    "long_name": lambda: _("The name is longer than 250 letters."),
    "no_country": lambda: _("The country is missing."),
    "unknown_country": lambda: _("We know no country “%(value)s”."),
    "unknown_gender": lambda: _("We do not know what “%(value)s” means for gender."),
    "unclear_gender": lambda: _(
        "“%(value)s” can mean a man or a woman in this list. Write the whole word."
    ),
    "unknown_language": lambda: _("“%(value)s” is none of our languages."),
    "unknown_status": lambda: _("We do not know the status “%(value)s”."),
    "status_not_importable": lambda: _("Nobody can begin with the status “%(value)s”."),
    "unknown_institution": lambda: _("We know no institution “%(value)s”."),
    "ambiguous_institution": lambda: _("“%(value)s” is the name of several institutions."),
    "over_capacity": lambda: _("There is no place left for this person."),
}


def trouble_words(trouble: dict[str, Any]) -> str:
    about = dict(trouble)
    if "status" in about:
        about["value"] = label(EnrolmentStatus(about["status"]))
    sentence = _TROUBLES[about["key"]]() % about
    if about.get("near"):
        meant = " / ".join(about["near"])
        return f"{sentence} {_('Perhaps: %(names)s.') % {'names': meant}}"
    return sentence


def show_upload(request: Request, visit: EditionVisit, form: Form[UploadForm]) -> Response:
    return render(
        request,
        visit,
        "people/import.html",
        status=422 if form.errors else 200,
        **edition_place(visit),
        form=form,
        recent=recent_imports(visit.session, visit.edition.id, most=RECENT),
        columns=[column.label for column in template_columns()],
        status_words=import_words,
        address_here=f"/editions/{visit.edition.id}/people/import",
    )


def import_words(status: ImportStatus) -> str:
    return {
        ImportStatus.CHECKING: _("Being checked"),
        ImportStatus.READY: _("Waits for you"),
        ImportStatus.APPLYING: _("Being taken in"),
        ImportStatus.DONE: _("Taken in"),
        ImportStatus.REFUSED: _("Could not be read"),
        ImportStatus.FORGOTTEN: _("Thrown away"),
    }[status]


def show_import(
    request: Request, visit: EditionVisit, seen: ImportSeen, form: Form[RowsAsked]
) -> Response:
    """The page of one import, at whatever point it is; an open page that waited is led on."""
    asked = form.data or RowsAsked()
    is_ready = seen.status is ImportStatus.READY
    total = seen.number(asked.fate) if asked.fate else seen.rows
    on_page, last = in_pages(total if is_ready else 0, asked.page, PAGE)
    path = f"/editions/{visit.edition.id}/people/import/{seen.id}"
    if wants_part(request) and not seen.is_at_work:
        return Response(headers={"HX-Redirect": path})
    rows = (
        rows_seen(visit.session, seen.id, asked.fate, page=on_page, size=PAGE) if is_ready else []
    )
    return render(
        request,
        visit,
        "people/import_show.html",
        part="people/_import.html",
        **edition_place(visit),
        seen=seen,
        rows=rows,
        on_page=on_page,
        last=last,
        fate_tabs=[
            ("", path, pgettext("rows", "All"), seen.rows),
            *((f.value, f"{path}?fate={f}", fate_words(f), seen.number(f)) for f in Fate),
        ],
        fate_here=asked.fate or "",
        fate_words=fate_words,
        kept_words=kept_words,
        trouble_words=trouble_words,
        import_address=path,
        page_address=address_of(path, form, "page"),
        Fate=Fate,
        ImportStatus=ImportStatus,
    )
