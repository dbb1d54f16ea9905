"""Whose results somebody may see, and how the table of them is written."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from app.core import clock
from app.core.db import reading
from app.core.errors import NotFound
from app.core.i18n import choose, country_name, current_locale
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus
from app.policy import About, Action, Role
from app.queries.completion import needed
from app.queries.edition_results import (
    JudgedActivity,
    PersonResults,
    Whose,
    how_many,
    judged_activities,
    people_results,
    person_results,
    placed,
)
from app.queries.editions import EditionTerms, terms_of
from app.services.exports import Exported
from app.web.export_records import note_export
from app.web.exports import Cell, Column
from app.web.guards import EditionVisit
from app.web.labels import label

AT_ONCE = 500


def whose_results(visit: EditionVisit) -> Whose:
    """What `ONLY` of the policy says of these roles, for a whole list."""
    if visit.may_with_all(Action.SEE_RESULTS):
        return Whose(everybody=True)
    return Whose(
        institution_id=visit.viewer.coordinates_id if Role.FOCAL in visit.roles else None,
        tutor_id=visit.viewer.id if Role.TUTOR in visit.roles else None,
    )


def about_person(visit: EditionVisit, enrolment_id: UUID, action: Action) -> dict[str, Any]:
    """One person's results, if ``action`` is allowed with them; else they are not here."""
    edition_id = visit.edition.id
    where = placed(visit.session, edition_id, enrolment_id)
    if where is None:
        raise NotFound(_("There is nothing at this address."))
    about = About(institution_id=where.institution_id, tutor_id=where.tutor_id)
    person = person_results(visit.session, edition_id, enrolment_id, now=clock.now())
    if person is None or not visit.may(action, about):
        raise NotFound(_("There is nothing at this address."))
    return {"person": person, "may_change": visit.may(Action.CHANGE_RESULTS, about)}


def columns(visit: EditionVisit) -> list[Column]:
    found = judged_activities(visit.session, visit.edition.id)
    return [
        Column("name", _("Name"), 32),
        Column("institution", _("Institution"), 20),
        Column("country", _("Country")),
        Column("status", _("Status")),
        *(Column(f"result_{n}", choose(one.title), 20) for n, one in enumerate(found, 1)),
        Column("total", _("Total, in per cent")),
        Column("activities_done", _("Activities done")),
        Column("activities_needed", _("Activities asked for")),
        Column("sessions_attended", _("Sessions attended")),
        Column("sessions_held", _("Sessions held")),
    ]


def cells(visit: EditionVisit) -> Iterator[list[Cell]]:
    """Read while they are sent, so in a session of their own, so many people at once."""
    edition_id, whose, now = visit.edition.id, whose_results(visit), clock.now()
    statuses = {one: label(one) for one in EnrolmentStatus}
    locale = current_locale()

    def rows() -> Iterator[list[Cell]]:
        with reading() as session:
            judged, terms = judged_activities(session, edition_id), terms_of(session, edition_id)
            page = 1
            while True:
                people = people_results(
                    session, edition_id, whose, page=page, size=AT_ONCE, now=now
                )
                for one in people:
                    yield _row(one, judged, terms, statuses[one.status], locale)
                if len(people) < AT_ONCE:
                    return
                page += 1

    return rows()


def _row(
    one: PersonResults,
    judged: list[JudgedActivity],
    terms: EditionTerms,
    status: str,
    locale: str,
) -> list[Cell]:
    out = (one.results.get(activity.id) for activity in judged)
    facts = one.facts
    return [
        one.name,
        one.institution or "",
        country_name(one.country, locale),
        status,
        *(None if result is None else round(result.percent, 2) for result in out),
        None if facts.result is None else round(facts.result, 2),
        facts.done,
        needed(terms, facts.total),
        facts.came,
        facts.held,
    ]


def note_results_export(visit: EditionVisit, file: str, shown: list[Column]) -> None:
    """Have the audit log know who takes whose results along."""
    rows = how_many(visit.session, visit.edition.id, whose_results(visit))
    exported = Exported("results", file, rows, [column.key for column in shown], {})
    note_export(visit, exported, edition=visit.edition.id)
