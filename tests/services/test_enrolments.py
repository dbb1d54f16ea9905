"""The rules of joining an edition and leaving it, and that the counts always tell the truth."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.core import db
from app.core.errors import Conflict, NotFound, RuleBroken
from app.models import (
    NO_INSTITUTION,
    Account,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Institution,
    Message,
)
from app.services.approvals import approve
from app.services.enrolments import change_status, enrol
from tests.deciding import decline, withdraw
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)

APPLIED, ACTIVE, REJECTED = (
    EnrolmentStatus.APPLIED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.REJECTED,
)


def join(session: Session, account: Account, edition: Edition) -> Enrolment:
    return enrol(session, account, edition, language="en", on=DAY, now=NOW)


def counted(session: Session) -> Counter[tuple[object, ...]]:
    """What the summary says, line by line; lines of nobody left out."""
    return Counter(
        {
            (c.edition_id, c.course_id, c.status, c.country, c.gender, c.institution_key): c.n
            for c in session.exec(select(EnrolmentCount))
            if c.n
        }
    )


def there(session: Session) -> Counter[tuple[object, ...]]:
    """The same, counted from the enrolments one by one."""
    return Counter(
        (
            e.edition_id,
            e.course_id,
            e.status,
            e.country,
            e.gender,
            e.institution_id or NO_INSTITUTION,
        )
        for e in session.exec(select(Enrolment))
    )


def test_an_open_edition_is_joined_at_once(session: Session, make: Make) -> None:
    edition, account = make.edition(), make.account()

    enrolment = join(session, account, edition)

    assert (enrolment.status, enrolment.admitted_at) == (ACTIVE, NOW)
    assert counted(session) == there(session)


def test_an_edition_by_application_takes_the_application(session: Session, make: Make) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION)

    enrolment = join(session, make.account(), edition)

    assert (enrolment.status, enrolment.admitted_at) == (APPLIED, None)


def test_enrolling_twice_is_one_enrolment(session: Session, make: Make) -> None:
    edition, account = make.edition(), make.account()

    first, second = join(session, account, edition), join(session, account, edition)

    assert first.id == second.id
    assert sum(counted(session).values()) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"policy": EnrolmentPolicy.CLOSED},
        {"enrol_until": date(2026, 6, 7)},
        {"ends_on": date(2026, 6, 7)},
        {"ends_on": date(2026, 6, 7), "enrol_until": date(2026, 6, 30)},
    ],
)
def test_a_closed_edition_is_refused_with_a_sentence(
    session: Session, make: Make, given: dict[str, Any]
) -> None:
    edition = make.edition(**given)

    with pytest.raises(RuleBroken, match="not open for enrolment"):
        join(session, make.account(), edition)

    assert there(session) == Counter()


def test_the_last_day_of_enrolment_is_a_day_of_enrolment(session: Session, make: Make) -> None:
    edition = make.edition(enrol_until=DAY, ends_on=DAY)

    assert join(session, make.account(), edition).status is ACTIVE


def test_a_full_edition_without_a_waiting_list_takes_nobody_more(
    session: Session, make: Make
) -> None:
    edition = make.edition(capacity=1, waiting_list=False)
    join(session, make.account(), edition)

    with pytest.raises(RuleBroken, match="All places of this edition are taken"):
        join(session, make.account(), edition)


def test_the_language_is_one_of_the_editions(session: Session, make: Make) -> None:
    edition = make.edition(make.course(languages=["es", "pt"]))

    chosen = enrol(session, make.account(), edition, language="pt", on=DAY, now=NOW)
    unknown = enrol(session, make.account(), edition, language="fr", on=DAY, now=NOW)

    assert (chosen.language, unknown.language) == ("pt", "es")


def test_twenty_people_at_once_take_the_last_three_places(session: Session, make: Make) -> None:
    edition = make.edition(capacity=5, waiting_list=False)
    for _ in range(2):
        join(session, make.account(), edition)
    people = [make.account() for _ in range(20)]
    together = Barrier(20)

    def try_it(account: Account) -> bool:
        together.wait()
        try:
            with db.changing() as own:
                mine = own.get_one(Edition, edition.id)
                join(own, own.get_one(Account, account.id), mine)
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(try_it, people))

    assert taken.count(True) == 3
    assert there(session).total() == 5
    assert counted(session) == there(session)


def test_one_person_who_presses_twice_at_once_has_one_place(session: Session, make: Make) -> None:
    edition, account = make.edition(), make.account()
    together = Barrier(8)

    def press(_: int) -> Enrolment:
        together.wait()
        with db.changing() as own:
            return join(own, own.get_one(Account, account.id), own.get_one(Edition, edition.id))

    with ThreadPoolExecutor(8) as pool:
        places = {enrolment.id for enrolment in pool.map(press, range(8))}

    assert len(places) == 1
    assert counted(session) == there(session)


def test_two_coordinators_who_decide_at_once_count_a_person_once(
    session: Session, make: Make
) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION)
    enrolment, boss = join(session, make.account(), edition), make.coordinator()
    together = Barrier(2)

    def decide(how: Callable[..., int]) -> None:
        together.wait()
        try:
            with db.changing() as own:
                how(own, edition.id, [enrolment.id], by=boss.id, now=NOW)
        except (RuleBroken, Conflict):
            return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decide, [approve, decline]))

    session.expire_all()
    assert there(session).total() == 1
    assert counted(session) == there(session)


def test_admission_takes_down_the_person_as_they_are_then(session: Session, make: Make) -> None:
    sena, ina = make.institution(), make.institution(country="CR")
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION)
    account = make.account(institution_id=sena.id, gender=Gender.NOT_ANSWERED)
    enrolment = join(session, account, edition)
    account.institution_id, account.country, account.gender = ina.id, "CR", Gender.WOMAN
    session.add(account)
    session.flush()

    change_status(session, enrolment, ACTIVE, now=LATER)

    assert (enrolment.institution_id, enrolment.country) == (ina.id, "CR")
    assert (enrolment.gender, enrolment.admitted_at) == (Gender.WOMAN, LATER)
    assert counted(session) == there(session)


@pytest.mark.parametrize("status", [EnrolmentStatus.COMPLETED, EnrolmentStatus.WITHDRAWN])
def test_what_was_taken_down_on_admission_stays_when_the_account_changes(
    session: Session, make: Make, status: EnrolmentStatus
) -> None:
    sena = make.institution()
    edition, account = make.edition(), make.account(institution_id=sena.id, gender=Gender.MAN)
    enrolment = join(session, account, edition)
    account.institution_id, account.country, account.gender = None, "CR", Gender.WOMAN
    session.add(account)
    session.flush()

    change_status(session, enrolment, status, now=LATER)

    assert (enrolment.institution_id, enrolment.country) == (sena.id, "CO")
    assert (enrolment.gender, enrolment.admitted_at) == (Gender.MAN, NOW)
    assert counted(session) == there(session)


def test_approval_gives_places_and_tells_people_in_their_language(
    session: Session, make: Make
) -> None:
    course = make.course(title={"es": "Empleos verdes", "en": "Green jobs"})
    edition = make.edition(course, policy=EnrolmentPolicy.APPLICATION)
    ana, bob = make.account(language="es"), make.account(language="en")
    chosen = [join(session, person, edition).id for person in (ana, bob)]
    boss = make.coordinator()

    moved = approve(session, edition.id, chosen, by=boss.id, now=NOW)
    session.flush()

    assert moved == 2
    assert {e.status for e in session.exec(select(Enrolment))} == {ACTIVE}
    told = {m.account_id: m for m in session.exec(select(Message))}
    assert "Empleos verdes" in told[ana.id].subject
    assert told[bob.id].subject == "You have a place in “Green jobs”"
    assert f"/editions/{edition.id}" in told[bob.id].body
    noted = session.exec(select(AuditEvent)).all()
    assert {(n.actor_id, n.action, n.subject_id) for n in noted} == {
        (boss.id, "approve enrolment", id_) for id_ in chosen
    }


def test_approval_gives_all_of_the_places_asked_for_or_none(session: Session, make: Make) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION, capacity=2)
    chosen = [join(session, make.account(), edition).id for _ in range(3)]

    with pytest.raises(RuleBroken, match="only 2 places left"):
        approve(session, edition.id, chosen, by=make.coordinator().id, now=NOW)

    assert {e.status for e in session.exec(select(Enrolment))} == {APPLIED}
    told = session.exec(select(Message)).all()
    assert {m.kind for m in told} == {"application received"}


def test_whoever_was_declined_or_withdrawn_can_be_approved_again(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(policy=EnrolmentPolicy.APPLICATION), make.coordinator()
    enrolment = join(session, make.account(), edition)
    seen = []

    for act in (decline, approve, withdraw, approve):
        act(session, edition.id, [enrolment.id], by=boss.id, now=NOW)
        session.refresh(enrolment)
        seen.append(enrolment.status)
        assert counted(session) == there(session)

    assert seen == [REJECTED, ACTIVE, EnrolmentStatus.WITHDRAWN, ACTIVE]


def test_what_no_longer_fits_is_left_as_it_is(session: Session, make: Make) -> None:
    edition, boss = make.edition(policy=EnrolmentPolicy.APPLICATION), make.coordinator()
    first, second = (join(session, make.account(), edition) for _ in range(2))
    approve(session, edition.id, [first.id], by=boss.id, now=NOW)

    decided = decline(session, edition.id, [first.id, second.id], by=boss.id, now=NOW)
    with pytest.raises(RuleBroken, match="Choose at least one person"):
        approve(session, edition.id, [first.id], by=boss.id, now=NOW)

    assert (decided.done, decided.left) == (1, 1)
    assert [session.get_one(Enrolment, e.id).status for e in (first, second)] == [ACTIVE, REJECTED]


def test_people_of_another_edition_are_not_touched(session: Session, make: Make) -> None:
    here, elsewhere = (make.edition(policy=EnrolmentPolicy.APPLICATION) for _ in range(2))
    stranger = join(session, make.account(), elsewhere)

    with pytest.raises(NotFound):
        approve(session, here.id, [stranger.id], by=make.coordinator().id, now=NOW)

    assert session.get_one(Enrolment, stranger.id).status is APPLIED


STEP = st.tuples(
    st.sampled_from(["join", *EnrolmentStatus, "woman", "man", "moves"]), st.integers(0, 4)
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, max_size=25))
def test_the_counts_are_those_of_the_rows_after_any_sequence_of_changes(
    session: Session, make: Make, steps: list[tuple[str, int]]
) -> None:
    edition = make.edition()
    people = [make.account() for _ in range(5)]
    institution: Institution = make.institution()
    joined: dict[int, Enrolment] = {}

    for what, who in steps:
        account = people[who]
        if what == "join":
            joined[who] = join(session, account, edition)
        elif what in set(EnrolmentStatus):
            if who in joined:
                change_status(session, joined[who], EnrolmentStatus(what), now=NOW)
        else:
            account.gender = Gender(what) if what != "moves" else account.gender
            account.institution_id = institution.id if what == "moves" else account.institution_id
            session.add(account)
            session.flush()

        assert counted(session) == there(session)
