"""Deciding about one person on their own page, by the rules of the list."""

from typing import Any
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus, Verdict
from app.policy import Action
from app.queries.admissions import LastDecision, last_decision
from app.queries.applications import PersonSeen
from app.queries.balance import balance
from app.queries.notes import supports
from app.services.admissions import POSSIBLE
from app.services.undoing import UNDO_WITHIN
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.people_page import DecisionForm, carry_out, check_reason, reasons


def decided(
    visit: EditionVisit, person: PersonSeen, form: Form[DecisionForm]
) -> tuple[str, UUID] | None:
    """Decide: what is to be said of it, and its id; None, with the reason in the form, if not."""
    check_reason(form)
    if form.data is None:
        if "do" in form.errors:
            form.errors = {"": _("Choose what is to become of this person.")}
        return None
    try:
        return carry_out(visit, [person.id], form)
    except Conflict:
        form.refuse("", _("This person has moved on in the meantime. See below what happened."))
    except RuleBroken as refusal:
        form.refuse("", refusal.message)
    return None


def deciding(visit: EditionVisit, person: PersonSeen, form: Form[DecisionForm]) -> dict[str, Any]:
    """What the section of the decision shows, to those who decide and to the focal point."""
    speaks = visit.may(Action.SUPPORT_APPLICANTS)
    if not visit.may(Action.ADMIT_PEOPLE):
        return {"decides": False, "speaks": speaks}
    deeds = [verdict for verdict in Verdict if person.status in POSSIBLE[verdict]]
    weighs = Verdict.APPROVE in deeds
    return {
        "decides": True,
        "speaks": speaks,
        "decision": form,
        "deeds": deeds,
        "reasons": reasons(),
        "balance": balance(visit.session, visit.edition.id, [person.id], on=clock.today())
        if weighs
        else None,
        "supports": supports(visit.session, person.id) if _is_open(person) else [],
        "last_decision": _to_take_back(visit, person),
    }


def _is_open(person: PersonSeen) -> bool:
    return person.status in {EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED}


def _to_take_back(visit: EditionVisit, person: PersonSeen) -> LastDecision | None:
    """What the reader decided about this person within the hour, if it still stands."""
    since = clock.now() - UNDO_WITHIN
    found = last_decision(
        visit.session, visit.edition.id, visit.viewer.id, since=since, about=person.id
    )
    return found if found and found.verdict.status is person.status else None
