"""What an event of the audit log says besides the deed: before, after, why, and of whom."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.formats import listing, long_day, number
from app.core.i18n import country_name, gettext, ngettext
from app.core.i18n import gettext as _
from app.models import (
    Audience,
    CertificateStatus,
    Completion,
    Corrected,
    EnrolmentPolicy,
    EnrolmentStatus,
    PlatformRole,
    Reason,
    StaffRole,
)
from app.queries.audit import EventSeen
from app.queries.audit_subjects import OF_INSTITUTIONS, SubjectSeen
from app.services.admission_news import reason_words
from app.web.export_records import export_notes
from app.web.labels import N_, label

#: What can be set in an edition, as its settings call it.
TERMS = {
    "status": N_("State"),
    "role": N_("Role"),
    "sign_ins": N_("Sign-ins"),
    "title": N_("Title"),
    "summary": N_("Summary"),
    "hidden": N_("Hidden"),
    "is_hidden": N_("Hidden"),
    "counts": N_("Counts for the certificate"),
    "place": N_("Place"),
    "module": N_("Module"),
    "rules": N_("Opening rules"),
    "minutes": N_("Minutes"),
    "done_when": N_("Done when"),
    "done_number": N_("Number"),
    "weight": N_("Weight"),
    "result": N_("Result, in per cent"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "reporting_year": N_("Reporting year"),
    "policy": N_("Enrolment"),
    "enrol_until": N_("Last day to enrol"),
    "capacity": N_("Places"),
    "required_share": N_("Share of the activities to be done, in per cent"),
    "required_count": N_("Number of activities to be done"),
    "minimum_result": N_("Least total, in per cent"),
    "minimum_attendance": N_("Least attendance, in per cent"),
    "requires_capstone": N_("The team's work must be accepted"),
    "gives_certificate": N_("Who completes this edition gets a certificate"),
    "capstone_due_on": N_("Day on which the team's work is due"),
}

#: Details that the sentence says already, or that only programs need.
UNSAID = {"after", "code", "edition", "number", "suspension", "title"}
#: What is before and after, and said by the sentence.
SAID_BY_THE_DEED = {"form", "state", "suspended_at", "there", "until", "viewing"}

#: What else was recorded, by the name under which it was.
BESIDES = {
    "added": N_("Added"),
    "alias": N_("Other name"),
    "audience": N_("For"),
    "changed": N_("Changed"),
    "country": N_("Country"),
    "decision": N_("Decision"),
    "given_back": N_("Given back"),
    "institution": N_("Institution"),
    "into": N_("Merged into"),
    "out_of": N_("Out of"),
    "people": N_("People"),
    "proposed": N_("Proposed"),
    "recipients": N_("Recipients"),
    "shared": N_("Also for the focal point"),
    "taken_in": N_("Merged with"),
    "thing": N_("What"),
    "what": N_("What"),
}

_DECIDED = {
    "approve": N_("approved"),
    "waitlist": N_("put on the waiting list"),
    "decline": N_("declined"),
    "withdraw": N_("withdrawn"),
}


def notes_of(
    event: EventSeen, named: Mapping[UUID, SubjectSeen], in_words: Callable[[str], str]
) -> list[str]:
    """Before and after, the reason, and whatever else was recorded.

    ``in_words`` says the acts and things of the log itself.
    """
    details = event.details
    if event.action.startswith("export "):
        return export_notes(details, in_words)
    if event.action == "take attendance":
        return [_people_changed(len(details.get("after", {})))]
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) or isinstance(after, dict):
        notes = _changes(event.subject_type, before or {}, after or {})
    elif "before" in details:
        notes = [_("Before: %(state)s") % {"state": _state(event.subject_type, details["before"])}]
    else:
        notes = []
    for name, value in details.items():
        if name in UNSAID or name == "before" or value in (None, ""):
            continue
        notes.append(_note(name, value, named))
    return notes


def _note(name: str, value: Any, named: Mapping[UUID, SubjectSeen]) -> str:
    if name == "reason":
        reasons = {reason.value: reason_words(reason) for reason in Reason}
        return _("Reason: %(reason)s") % {"reason": reasons.get(value, value)}
    if name == "score":
        return _("Points: %(points)s") % {"points": number(value)}
    words = {"name": gettext(BESIDES.get(name, name)), "words": _besides(name, value, named)}
    return _("%(name)s: %(words)s") % words


def _besides(name: str, value: Any, named: Mapping[UUID, SubjectSeen]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "country":
        return country_name(value)
    if name == "decision":
        return gettext(_DECIDED.get(value, value))
    if name in {"audience", "what"}:
        return _chosen((*Audience, *Corrected), value)
    if name in OF_INSTITUTIONS and (known := _named(value, named)):
        return known.name
    return _plain(value)


def _named(value: Any, named: Mapping[UUID, SubjectSeen]) -> SubjectSeen | None:
    try:
        return named.get(UUID(str(value)))
    except ValueError:
        return None


def _people_changed(count: int) -> str:
    return ngettext(
        "The minutes of %(num)s person are others now.",
        "The minutes of %(num)s people are others now.",
        count,
    ) % {"num": count}


def _changes(subject_type: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        _("%(what)s: %(before)s before, %(after)s now")
        % {
            "what": gettext(TERMS[name]) if name in TERMS else name,
            "before": _term(subject_type, name, before.get(name)),
            "after": _term(subject_type, name, after.get(name)),
        }
        for name in before | after
        if name not in SAID_BY_THE_DEED
    ]


def _term(subject_type: str, name: str, value: Any) -> str:
    """What was before or after, as the log keeps it, in words."""
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "status":
        return _state(subject_type, value)
    if name in _CHOICES:
        return _chosen(_CHOICES[name], value)
    if name.endswith(("_on", "_until")) and len(value) == len("2026-05-31"):
        return long_day(date.fromisoformat(value))
    return str(value) if name == "reporting_year" else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):  # a text in several languages
        return listing([words for words in value.values() if words]) or _("nothing")
    return number(value) if isinstance(value, int | float) else str(value)


#: What is chosen from a list, by the name under which it is kept.
_CHOICES: dict[str, tuple[StrEnum, ...]] = {
    "done_when": tuple(Completion),
    "policy": tuple(EnrolmentPolicy),
    "role": (*StaffRole, *PlatformRole),
}


def _chosen(choices: tuple[StrEnum, ...], value: Any) -> str:
    return next((label(choice) for choice in choices if choice.value == value), str(value))


_STATES = {"enrolment": EnrolmentStatus, "certificate": CertificateStatus}


def _state(subject_type: str, value: Any) -> str:
    kind = _STATES.get(subject_type)
    return label(kind(value)) if kind is not None and value in set(kind) else str(value)
