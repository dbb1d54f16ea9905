"""Mending what was taken down on admission: visible, counted at once, gender by oneself alone."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from app.core.errors import NotFound, RuleBroken
from app.models import (
    Account,
    AuditEvent,
    Corrected,
    Edition,
    Enrolment,
    EnrolmentCorrection,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    LeavingReason,
    Reason,
)
from app.queries.figures import Part
from app.queries.installation import miscounted
from app.queries.leaving import by_country, by_reason, drop_outs
from app.services.corrections import Mended, correct, correct_own_gender
from app.services.enrolments import enrol, leave
from tests.deciding import withdraw
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
LATER = datetime(2027, 2, 1, 15, 0, tzinfo=UTC)
DAY = date(2026, 6, 8)


def placed(session: Session, make: Make, edition: Edition, **given: object) -> Enrolment:
    return enrol(session, make.account(**given), edition, language="en", on=DAY, now=NOW)


def test_a_correction_is_kept_with_what_was_and_moves_the_counts(
    session: Session, make: Make
) -> None:
    ina, boss = make.institution(acronym="INA", country="CR"), make.coordinator()
    edition = make.edition()
    place = placed(session, make, edition)

    changed = correct(
        session, edition.id, place.id, Mended("CR", ina.id, "Wrong list"), by=boss.id, now=LATER
    )
    again = correct(
        session, edition.id, place.id, Mended("CR", ina.id, "Wrong list"), by=boss.id, now=LATER
    )

    rows = session.exec(select(EnrolmentCorrection)).all()
    assert (changed, again) == ([Corrected.COUNTRY, Corrected.INSTITUTION], [])
    assert {(r.what, r.before, r.after, r.why, r.by_id, r.created_at) for r in rows} == {
        (Corrected.COUNTRY, "CO", "CR", "Wrong list", boss.id, LATER),
        (Corrected.INSTITUTION, "", "INA (CR)", "Wrong list", boss.id, LATER),
    }
    assert (place.country, place.institution_id) == ("CR", ina.id)
    assert [e.action for e in session.exec(select(AuditEvent))] == ["correct enrolment"] * 2
    assert miscounted(session) == 0


def test_a_correction_needs_a_reason_and_something_taken_down(session: Session, make: Make) -> None:
    boss, edition = make.coordinator(), make.edition(policy=EnrolmentPolicy.APPLICATION)
    applied = placed(session, make, edition)
    taken = placed(session, make, make.edition())

    with pytest.raises(RuleBroken, match="Nothing is taken down yet"):
        correct(session, edition.id, applied.id, Mended("CR", None, "x"), by=boss.id, now=NOW)
    with pytest.raises(RuleBroken, match="Say why"):
        correct(session, taken.edition_id, taken.id, Mended("CR", None, " "), by=boss.id, now=NOW)
    with pytest.raises(NotFound):
        correct(session, edition.id, taken.id, Mended("CR", None, "x"), by=boss.id, now=NOW)

    assert session.exec(select(EnrolmentCorrection)).all() == []


def test_a_person_has_their_own_answer_on_gender_counted_and_nobody_reads_how_it_changed(
    session: Session, make: Make
) -> None:
    edition = make.edition()
    place = placed(session, make, edition, gender=Gender.MAN)
    account = place.account_id
    assert not correct_own_gender(session, account, edition.id, now=LATER)

    person = session.get_one(Account, account)
    person.gender = Gender.ANOTHER
    make.saved(person)

    assert correct_own_gender(session, account, edition.id, now=LATER)

    row = session.exec(select(EnrolmentCorrection)).one()
    assert place.gender is Gender.ANOTHER
    assert (row.what, row.before, row.after, row.by_id) == (Corrected.GENDER, "", "", account)
    assert session.exec(select(AuditEvent)).all() == []
    assert miscounted(session) == 0


def test_who_left_is_a_figure_by_gender_country_and_reason(session: Session, make: Make) -> None:
    edition, boss = make.edition(), make.coordinator()
    time, other = LeavingReason.TIME, LeavingReason.OTHER
    for gender, country, reason in (
        (Gender.WOMAN, "CO", time),
        (Gender.WOMAN, "CR", time),
        (Gender.MAN, "CO", None),
        (Gender.PREFERS_NOT_TO_SAY, "CO", other),
    ):
        place = placed(session, make, edition, gender=gender, country=country)
        leave(session, place.account_id, edition.id, because=reason, word="Moved", now=NOW)
    taken_out = placed(session, make, edition, gender=Gender.MAN)
    withdraw(
        session, edition.id, [taken_out.id], by=boss.id, now=NOW, because=Reason.NEVER_TOOK_PART
    )
    placed(session, make, edition)
    by_application = make.edition(policy=EnrolmentPolicy.APPLICATION)
    applied = placed(session, make, by_application)
    leave(session, applied.account_id, by_application.id, because=time, word="", now=NOW)

    found = drop_outs(session, edition.id)

    reasons = {row.key: (row.total, row.parts[Part.WOMEN]) for row in by_reason(found)}
    assert reasons == {
        "time": (2, 2),
        "never_took_part": (1, 0),
        "other": (1, 0),
        "not_stated": (1, 0),
    }
    assert {row.key: row.total for row in by_country(found)} == {"CO": 4, "CR": 1}
    assert sum(row.parts[Part.NOT_STATED] for row in by_country(found)) == 1
    assert drop_outs(session, by_application.id) == []
    words = {e.left_word for e in session.exec(select(Enrolment))}
    assert words == {"", "Moved"}


def test_who_left_by_choice_comes_back_and_who_was_taken_out_does_not(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(), make.coordinator()
    first, second = placed(session, make, edition), placed(session, make, edition)
    leave(session, first.account_id, edition.id, because=LeavingReason.TIME, word="", now=NOW)
    withdraw(session, edition.id, [second.id], by=boss.id, now=NOW)

    statuses = [
        enrol(
            session,
            session.get_one(Account, place.account_id),
            edition,
            language="en",
            on=DAY,
            now=LATER,
        ).status
        for place in (first, second)
    ]

    assert statuses == [EnrolmentStatus.ACTIVE, EnrolmentStatus.WITHDRAWN]
    assert (first.left_because, first.left_by_choice) == (None, False)
    assert miscounted(session) == 0
