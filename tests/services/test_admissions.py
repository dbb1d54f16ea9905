"""Deciding about several people at once: all told, nothing counted twice, and taken back whole."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import Session, SQLModel, col, select

from app.core import db
from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from app.models import (
    PARTICIPANTS,
    Account,
    AuditEvent,
    BulkDecisionLine,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Message,
    OfferState,
    Reason,
    ReservedSeats,
    SeatOffer,
    Verdict,
)
from app.queries.balance import balance, room
from app.queries.figures import PART_OF, Part
from app.queries.own_data import Person, rows_about
from app.services.admissions import Decided, Judgement, decide
from app.services.deletions import delete_account
from app.services.enrolments import change_status
from app.services.undoing import UNDO_WITHIN, undo
from tests.make import NOW, Make

APPLIED, ACTIVE, WAITLISTED = (
    EnrolmentStatus.APPLIED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.WAITLISTED,
)
REJECTED, WITHDRAWN = EnrolmentStatus.REJECTED, EnrolmentStatus.WITHDRAWN
LATER = NOW + timedelta(minutes=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(policy=EnrolmentPolicy.APPLICATION, capacity=5)


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


def there(
    make: Make, edition: Edition, status: EnrolmentStatus = APPLIED, **about: object
) -> Enrolment:
    admitted = NOW - timedelta(days=9) if status in {*PARTICIPANTS, WITHDRAWN} else None
    enrolment = make.enrolment(make.account(**about), edition, status=status, admitted_at=admitted)
    return make.counted(enrolment)


def judge(
    session: Session, edition: Edition, boss: Account, judgement: Judgement, *who: Enrolment
) -> Decided:
    done = decide(session, edition.id, [one.id for one in who], judgement, by=boss.id, now=NOW)
    session.flush()
    return done


def statuses(session: Session, *who: Enrolment) -> list[EnrolmentStatus]:
    session.expire_all()
    return [session.get_one(Enrolment, one.id).status for one in who]


def counts_are_true(session: Session) -> bool:
    rows: dict[object, int] = {}
    for e in session.exec(select(Enrolment)):
        key = (e.status, e.country, e.gender)
        rows[key] = rows.get(key, 0) + 1
    counted: dict[object, int] = {}
    for c in session.exec(select(EnrolmentCount).where(EnrolmentCount.n > 0)):
        key = (c.status, c.country, c.gender)
        counted[key] = counted.get(key, 0) + c.n
    return rows == counted


@pytest.mark.parametrize(
    ("verdict", "before", "after"),
    [
        (Verdict.APPROVE, WAITLISTED, ACTIVE),
        (Verdict.WAITLIST, APPLIED, WAITLISTED),
        (Verdict.DECLINE, WAITLISTED, REJECTED),
        (Verdict.WITHDRAW, ACTIVE, WITHDRAWN),
    ],
)
def test_each_verdict_moves_tells_and_can_be_taken_back_exactly(
    session: Session,
    make: Make,
    edition: Edition,
    boss: Account,
    verdict: Verdict,
    before: EnrolmentStatus,
    after: EnrolmentStatus,
) -> None:
    sena, ina = make.institution(), make.institution()
    one = there(make, edition, before, institution_id=sena.id, gender=Gender.MAN)
    facts = one.model_dump(exclude={"version", "status"})
    account = session.get_one(Account, one.account_id)
    account.institution_id, account.gender, account.country = ina.id, Gender.WOMAN, "UY"
    session.add(account)
    session.flush()

    decided = judge(session, edition, boss, Judgement(verdict), one)
    moved = statuses(session, one)
    back = undo(session, edition.id, decided.id, by=boss.id, now=LATER)
    session.flush()

    assert (decided.done, decided.left, moved) == (1, 0, [after])
    assert (back.done, back.stay, statuses(session, one)) == (1, [], [before])
    again = session.get_one(Enrolment, one.id).model_dump(exclude={"version", "status"})
    assert again == facts
    assert counts_are_true(session)
    told = session.exec(select(Message).where(Message.account_id == account.id)).all()
    assert len(told) == 2
    assert told[-1].kind == "decision taken back"
    acts = [event.action for event in session.exec(select(AuditEvent))]
    assert acts[-1] == "take decision back"


def test_the_reason_reaches_only_those_who_are_to_know_it(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    ana, bob = there(make, edition, language="es"), there(make, edition)
    why = Judgement(Verdict.DECLINE, Reason.BALANCE, "Vuelva en marzo.", tell_reason=True)
    secret = Judgement(Verdict.DECLINE, Reason.OTHER_PROFILE, "Not for them.")

    judge(session, edition, boss, why, ana)
    judge(session, edition, boss, secret, bob)

    told = {m.account_id: m.body for m in session.exec(select(Message))}
    assert (
        "Los cupos se reparten entre países e instituciones. Vuelva en marzo."
        in (told[ana.account_id])
    )
    assert "Not for them" not in told[bob.account_id]
    assert "meant for people" not in told[bob.account_id]


def test_whoever_the_verdict_does_not_fit_stays_and_is_counted(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    first, second = there(make, edition), there(make, edition, ACTIVE)

    decided = judge(session, edition, boss, Judgement(Verdict.DECLINE), first, second)

    assert (decided.done, decided.left) == (1, 1)
    assert statuses(session, first, second) == [REJECTED, ACTIVE]


def test_of_two_coordinators_at_once_one_wins_and_the_other_is_told(
    session: Session, make: Make, edition: Edition
) -> None:
    chosen = [there(make, edition) for _ in range(3)]
    bosses = [make.coordinator(), make.coordinator()]
    together = Barrier(2)

    def press(boss: Account, verdict: Verdict) -> str:
        together.wait()
        try:
            with db.changing() as own:
                decide(
                    own, edition.id, [c.id for c in chosen], Judgement(verdict), by=boss.id, now=NOW
                )
        except Conflict as told:
            return told.message
        return ""

    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(press, bosses, [Verdict.WAITLIST, Verdict.WAITLIST]))

    assert sorted(map(bool, heard)) == [False, True]
    assert set(statuses(session, *chosen)) == {WAITLISTED}
    assert len(session.exec(select(Message)).all()) == 3
    assert len(session.exec(select(BulkDecisionLine)).all()) == 3
    assert counts_are_true(session)


def test_people_of_another_edition_are_refused_with_all_the_rest(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    here, stranger = there(make, edition), there(make, make.edition())

    with pytest.raises(NotFound):
        judge(session, edition, boss, Judgement(Verdict.DECLINE), here, stranger)

    assert statuses(session, here, stranger) == [APPLIED, APPLIED]


def test_whoever_moved_on_since_stays_and_is_named(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    ana, bob = there(make, edition, name="Ana"), there(make, edition, name="Bob")
    decided = judge(session, edition, boss, Judgement(Verdict.APPROVE), ana, bob)
    change_status(session, bob, EnrolmentStatus.COMPLETED, now=LATER)

    back = undo(session, edition.id, decided.id, by=boss.id, now=LATER)

    assert (back.done, back.stay) == (1, ["Bob"])
    assert statuses(session, ana, bob) == [APPLIED, EnrolmentStatus.COMPLETED]


def test_a_decision_that_was_made_anew_meanwhile_is_not_undone(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    one = there(make, edition)
    first = judge(session, edition, boss, Judgement(Verdict.APPROVE), one)
    for verdict, minutes in ((Verdict.WITHDRAW, 1), (Verdict.APPROVE, 2)):
        at = NOW + timedelta(minutes=minutes)
        decide(session, edition.id, [one.id], Judgement(verdict), by=boss.id, now=at)

    with pytest.raises(Conflict, match="All of them have moved on"):
        undo(session, edition.id, first.id, by=boss.id, now=LATER)

    assert statuses(session, one) == [ACTIVE]


def test_a_decision_is_taken_back_once_within_an_hour_by_whoever_made_it(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    decided = judge(session, edition, boss, Judgement(Verdict.DECLINE), there(make, edition))
    elsewhere = make.edition()

    with pytest.raises(NotFound):
        undo(session, elsewhere.id, decided.id, by=boss.id, now=LATER)
    with pytest.raises(NotAllowed):
        undo(session, edition.id, decided.id, by=make.coordinator().id, now=LATER)
    with pytest.raises(RuleBroken, match="for an hour"):
        undo(session, edition.id, decided.id, by=boss.id, now=NOW + UNDO_WITHIN + SECOND)
    undo(session, edition.id, decided.id, by=boss.id, now=NOW + UNDO_WITHIN)
    with pytest.raises(Conflict, match="taken back before"):
        undo(session, edition.id, decided.id, by=boss.id, now=LATER)


def test_nobody_comes_back_to_a_place_that_others_have_now(
    session: Session, make: Make, boss: Account
) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION, capacity=1)
    old, new = there(make, edition, ACTIVE), there(make, edition)
    decided = judge(session, edition, boss, Judgement(Verdict.WITHDRAW), old)
    judge(session, edition, boss, Judgement(Verdict.APPROVE), new)

    with pytest.raises(RuleBroken, match="others have come in since"):
        undo(session, edition.id, decided.id, by=boss.id, now=LATER)

    assert statuses(session, old, new) == [WITHDRAWN, ACTIVE]


PEOPLE = some.lists(
    some.tuples(
        some.sampled_from(list(EnrolmentStatus)),
        some.sampled_from(list(Gender)),
        some.sampled_from(["CO", "CR", "BR"]),
        some.booleans(),
    ),
    max_size=8,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people=PEOPLE)
def test_the_balance_adds_up_and_is_what_approval_makes_of_it(
    session: Session, make: Make, people: list[tuple[EnrolmentStatus, Gender, str, bool]]
) -> None:
    edition, boss = make.edition(capacity=3), make.coordinator()
    sena = make.institution()
    everybody = [
        (
            there(
                make, edition, status,
                gender=gender, country=country, institution_id=sena.id if ticked else None,
            ),
            ticked,
        )
        for status, gender, country, ticked in people
    ]  # fmt: skip
    chosen = [one.id for one, ticked in everybody if ticked]

    found = balance(session, edition.id, chosen, on=NOW.date())

    for mix in (found.now, found.chosen, found.after):
        assert sum(mix.parts.values()) == mix.total
        assert set(mix.parts) == set(Part)
    after = [one for one, ticked in everybody if ticked or one.status in PARTICIPANTS]
    assert found.chosen.total == len(chosen)
    assert found.after.total == len(after)
    assert found.left_after == 3 - len(after)
    assert found.after.countries == {one.country for one in after}
    assert found.after.institutions == ({sena.id} if chosen else set())
    for part in Part:
        assert found.after.parts[part] == sum(PART_OF[one.gender] is part for one in after)
    edition.capacity = None
    session.add(edition)
    session.flush()
    coming = [one for one, ticked in everybody if ticked and one.status not in PARTICIPANTS]
    if coming:
        judge(session, edition, boss, Judgement(Verdict.APPROVE), *coming)
        assert balance(session, edition.id, [], on=NOW.date()).now == found.after


def test_the_balance_counts_whoever_is_to_come_as_they_are_today(
    session: Session, make: Make, edition: Edition
) -> None:
    one = there(make, edition, gender=Gender.NOT_ANSWERED)
    account = session.get_one(Account, one.account_id)
    account.gender, account.country = Gender.WOMAN, "BR"
    session.add(account)
    session.flush()
    stranger = there(make, make.edition())

    found = balance(session, edition.id, [one.id, stranger.id], on=NOW.date())

    assert found.chosen.parts[Part.WOMEN] == 1
    assert found.chosen.countries == {"BR"}
    assert found.missing == 1


def test_what_is_left_is_what_approval_can_give(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    """Offered and reserved places are nobody else's, and whoever gets them takes no other."""
    for _place in range(3):
        there(make, edition, EnrolmentStatus.ACTIVE, country="UY")
    awaited = there(make, edition, EnrolmentStatus.WAITLISTED, country="UY")
    make.saved(
        SeatOffer(
            enrolment_id=awaited.id,
            edition_id=edition.id,
            ends_at=NOW + timedelta(days=1),
            state=OfferState.OPEN,
        )
    )
    make.saved(ReservedSeats(edition_id=edition.id, country="CV", seats=1))
    from_there, other = there(make, edition, country="CV"), there(make, edition, country="UY")

    def left_with(*chosen: Enrolment) -> int | None:
        return balance(session, edition.id, [one.id for one in chosen], on=NOW.date()).left_after

    seen = room(session, edition.id, on=NOW.date())
    assert (seen.taken, seen.left, seen.held, seen.kept) == (3, 2, 1, 1)
    assert left_with() == left_with(awaited) == left_with(from_there) == 0
    assert left_with(other) == -1
    with pytest.raises(RuleBroken):
        judge(session, edition, boss, Judgement(Verdict.APPROVE), other)
    assert judge(session, edition, boss, Judgement(Verdict.APPROVE), awaited, from_there).done == 2


def test_all_are_named_in_the_audit_log(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    who = [there(make, edition) for _ in range(2)]

    judge(session, edition, boss, Judgement(Verdict.DECLINE, Reason.TOO_LATE), *who)

    events = session.exec(select(AuditEvent).where(col(AuditEvent.actor_id) == boss.id)).all()
    assert {(e.action, e.subject_id) for e in events} == {
        ("decline enrolment", one.id) for one in who
    }
    assert {e.details["reason"] for e in events} == {"too_late"}


def test_words_about_somebody_are_theirs_to_read_and_go_with_them(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    ana, bob = there(make, edition), there(make, edition)
    why = Judgement(Verdict.DECLINE, Reason.OTHER_PROFILE, "Teaches nobody yet.")
    judge(session, edition, boss, why, ana, bob)
    account = session.get_one(Account, ana.account_id)
    lines = SQLModel.metadata.tables["bulk_decision_line"]

    own = list(rows_about(session, lines, Person(account.id, account.email)))
    delete_account(session, account.id, by=None, now=LATER)

    assert [row["words"] for row in own] == ["Teaches nobody yet."]
    kept = session.exec(select(BulkDecisionLine.enrolment_id, BulkDecisionLine.words)).all()
    assert kept == [(bob.id, "Teaches nobody yet.")]
