"""What of an export goes into the audit log, and how it is read there."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.core.db import changing
from app.core.formats import long_day
from app.core.i18n import country_name, gettext, ngettext
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus, InstitutionKind
from app.queries.figures import Part
from app.services.exports import Exported, record_export
from app.web.exports import Column
from app.web.figures import part_words
from app.web.forms import Form
from app.web.guards import Visit
from app.web.labels import N_, label

#: Of what an address asks for, that which changes nothing in who is in the file.
NO_FILTERS = {"sort", "page", "all", "tick", "keys", "lang", "light"}
#: What somebody typed may be a name: the log says only that they looked for something.
TYPED = {"q", "person"}


def note_export(visit: Visit, exported: Exported, *, edition: UUID | None = None) -> int:
    """Written though a page is read: on its own, before the first line leaves. Gives its number."""
    with changing() as own:
        return record_export(own, exported, by=visit.viewer.signed_in_id, edition=edition).seq


def exported_from[T: BaseModel](
    what: str, file: str, rows: int, columns: Iterable[Column], form: Form[T], **filters: str
) -> Exported:
    """The export of a list that was asked for with ``form``; ``filters`` are said otherwise."""
    asked: dict[str, str | bool] = {
        name: True if name in TYPED else text.strip()
        for name, text in form.typed.items()
        if text.strip() and name not in NO_FILTERS and name not in form.errors
    }
    keys = [column.key for column in columns]
    return Exported(what, file, rows, keys, asked | {n: t for n, t in filters.items() if t})


#: The columns of the files and the filters of the lists, as pages call them.
NAMES = {
    "acronym": N_("Acronym"),
    "action": N_("What was done"),
    "activities_done": N_("Activities done"),
    "activities_needed": N_("Activities asked for"),
    "actor": N_("Who"),
    "actor_id": N_("Who (id)"),
    "aliases": N_("Other names"),
    "answer": N_("Answer"),
    "at": N_("When"),
    "country": N_("Country"),
    "details": N_("Details"),
    "edition_id": N_("Edition (id)"),
    "email": N_("E-mail"),
    "gender": N_("Gender"),
    "group": N_("Group"),
    "hash": N_("Fingerprint"),
    "institution": N_("Institution"),
    "is_example": N_("Example"),
    "kind": N_("Kind"),
    "name": N_("Name"),
    "needs_review": N_("To check"),
    "number": N_("Number"),
    "participants": N_("Participants"),
    "person": N_("Person"),
    "person_id": N_("About whom (id)"),
    "question": N_("Question"),
    "sessions_attended": N_("Sessions attended"),
    "sessions_held": N_("Sessions held"),
    "since": N_("Since"),
    "state": N_("State"),
    "status": N_("Status"),
    "supported": N_("Supported"),
    "survey": N_("Survey (id)"),
    "thing_id": N_("To what (id)"),
    "total": N_("Total, in per cent"),
    "until": N_("To"),
    "value": N_("Value"),
    "what": N_("Figure"),
}

_STATES = {
    "to-decide": N_("To decide"),
    "waiting": N_("Waiting list"),
    "taking-part": N_("Taking part"),
    "completed": N_("Completed"),
    "left": N_("Declined or withdrawn"),
    "review": N_("To check"),
    "example": N_("Examples"),
    "merged": N_("Merged entries"),
    "proposed": N_("Proposed"),
}


def export_notes(details: Mapping[str, Any], in_words: Callable[[str], str]) -> list[str]:
    """How many rows left, with what in them, and who was asked for.

    ``in_words`` says the acts and things of the log itself.
    """
    rows = details.get("rows", 0)
    lines = ngettext("%(num)s row as %(file)s", "%(num)s rows as %(file)s", rows)
    columns = ", ".join(map(_name, details.get("columns", [])))
    return [
        lines % {"num": rows, "file": details.get("file", "")},
        _("Columns: %(columns)s") % {"columns": columns},
        *(_filter(name, value, in_words) for name, value in details.get("filters", {}).items()),
    ]


def _name(key: str) -> str:
    return gettext(NAMES[key]) if key in NAMES else key


def _filter(name: str, value: Any, in_words: Callable[[str], str]) -> str:
    if value is True:
        return _("Searched by words, which are not kept here")
    words = in_words(_value(name, str(value)))
    return _("%(name)s: %(words)s") % {"name": _name(name), "words": words}


def _value(name: str, value: str) -> str:
    if name == "country":
        return country_name(value)
    if name == "gender" and value in set(Part):
        return part_words(Part(value))
    if name == "state" and value in _STATES:
        return gettext(_STATES[value])
    if name in {"since", "until"} and _is_day(value):
        return long_day(date.fromisoformat(value))
    if name == "supported":
        return _("yes") if value == "true" else _("no")
    members = {"status": EnrolmentStatus, "kind": InstitutionKind}.get(name)
    return label(members(value)) if members and value in set(members) else value


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
