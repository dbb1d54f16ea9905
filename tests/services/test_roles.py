"""Giving and taking roles: nobody raises themselves, and somebody always stays in charge."""

from threading import Thread
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.core import clock, db
from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from app.models import (
    Account,
    AuditEvent,
    EditionStaff,
    PlatformRole,
    SignIn,
    StaffRole,
)
from app.services.roles import appoint, appoint_by_address, dismiss, give_platform_role
from app.services.suspensions import reactivate, sign_out, suspend
from tests.make import Make, a_sign_in


@pytest.fixture
def boss(make: Make) -> Account:
    return make.administrator()


def told(session: Session) -> list[tuple[str, object, object]]:
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
    return [(e.action, e.details.get("before"), e.details.get("after")) for e in events]


def test_an_administrator_makes_a_coordinator_who_signs_in_anew(
    session: Session, make: Make, boss: Account
) -> None:
    ana, sena = make.account(), make.institution()
    make.saved(a_sign_in(ana, "phone"))

    give_platform_role(
        session, ana.id, PlatformRole.COORDINATOR, institution_id=sena.id, by=boss.id
    )

    assert (ana.platform_role, ana.coordinates_id) == (PlatformRole.COORDINATOR, sena.id)
    assert session.exec(select(SignIn).where(SignIn.account_id == ana.id)).all() == []
    nothing = {"role": None, "institution": None, "suspended": False}
    now = {"role": "coordinator", "institution": str(sena.id), "suspended": False}
    assert told(session) == [("give platform role", nothing, now)]


@pytest.mark.parametrize("who", ["coordinator", "nobody", "suspended administrator"])
def test_who_is_no_administrator_gives_no_role_on_the_platform(
    session: Session, make: Make, boss: Account, who: str
) -> None:
    by = {
        "coordinator": make.coordinator,
        "nobody": make.account,
        "suspended administrator": lambda: make.administrator(suspended_at=clock.now()),
    }[who]()
    ana = make.account()

    deeds: list[Any] = [
        lambda: give_platform_role(session, ana.id, PlatformRole.ADMINISTRATOR, by=by.id),
        lambda: suspend(session, ana.id, "because", by=by.id, now=clock.now()),
        lambda: suspend(session, boss.id, "because", by=by.id, now=clock.now()),
        lambda: sign_out(session, boss.id, by=by.id),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()

    assert (ana.platform_role, ana.suspended_at, boss.suspended_at) == (None, None, None)
    assert told(session) == []


def test_nobody_changes_their_own_standing(session: Session, make: Make, boss: Account) -> None:
    make.administrator()
    edition = make.edition()
    deeds: list[Any] = [
        lambda: give_platform_role(session, boss.id, None, by=boss.id),
        lambda: suspend(session, boss.id, "because", by=boss.id, now=clock.now()),
        lambda: appoint(session, edition.id, boss.id, StaffRole.TUTOR, by=boss.id),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()
    assert told(session) == []


def test_the_last_administrator_stays(session: Session, make: Make, boss: Account) -> None:
    make.administrator(suspended_at=clock.now())  # counts no more

    with pytest.raises(NotAllowed, match="only administrator"):
        give_platform_role(session, boss.id, None, by=boss.id)
    with pytest.raises(NotAllowed, match="only administrator"):
        suspend(session, boss.id, "because", by=boss.id, now=clock.now())


def test_of_two_who_take_each_others_role_away_the_second_is_too_late(
    session: Session, make: Make, boss: Account
) -> None:
    other = make.administrator()
    give_platform_role(session, other.id, None, by=boss.id)

    with pytest.raises(NotAllowed):
        give_platform_role(session, boss.id, None, by=other.id)

    assert boss.platform_role is PlatformRole.ADMINISTRATOR


def test_a_role_that_makes_no_sense_is_refused(session: Session, make: Make, boss: Account) -> None:
    ana, sena = make.account(), make.institution()

    with pytest.raises(RuleBroken, match="coordinator"):
        give_platform_role(
            session, ana.id, PlatformRole.ADMINISTRATOR, institution_id=sena.id, by=boss.id
        )
    with pytest.raises(RuleBroken, match="institution"):
        give_platform_role(
            session, ana.id, PlatformRole.COORDINATOR, institution_id=ana.id, by=boss.id
        )
    with pytest.raises(Conflict):
        give_platform_role(session, ana.id, None, by=boss.id)
    with pytest.raises(NotFound):
        give_platform_role(session, sena.id, PlatformRole.COORDINATOR, by=boss.id)


def test_somebody_accompanies_an_edition_and_then_no_more(session: Session, make: Make) -> None:
    by, ana, edition = make.coordinator(), make.account(email="ana@example.org"), make.edition()
    before = edition.version

    name = appoint_by_address(session, edition.id, " ANA@example.org", StaffRole.TUTOR, by=by.id)
    appoint(session, edition.id, ana.id, StaffRole.OBSERVER, by=by.id)
    dismiss(session, edition.id, ana.id, by=by.id)

    assert name == ana.name
    assert session.exec(select(EditionStaff)).all() == []
    assert edition.version == before + 3
    assert told(session) == [
        ("appoint staff", {"role": None}, {"role": "tutor"}),
        ("appoint staff", {"role": "tutor"}, {"role": "observer"}),
        ("dismiss staff", {"role": "observer"}, {"role": None}),
    ]
    events = session.exec(select(AuditEvent)).all()
    assert {(e.person_id, e.edition_id) for e in events} == {(ana.id, edition.id)}


def test_nobody_accompanies_what_they_take_and_no_suspended_person_accompanies(
    session: Session, make: Make
) -> None:
    by, edition = make.coordinator(), make.edition()
    for person in (make.participant(edition), make.account(suspended_at=clock.now())):
        with pytest.raises(RuleBroken):
            appoint(session, edition.id, person.id, StaffRole.TUTOR, by=by.id)
    with pytest.raises(RuleBroken, match="Nobody has an account"):
        appoint_by_address(session, edition.id, "nobody@example.org", StaffRole.TUTOR, by=by.id)
    make.account(email="typed@example.org", password_hash="x", email_confirmed_at=None)
    with pytest.raises(RuleBroken, match="Nobody has an account"):
        appoint_by_address(session, edition.id, "typed@example.org", StaffRole.TUTOR, by=by.id)
    with pytest.raises(NotFound):
        dismiss(session, edition.id, make.account().id, by=by.id)


def test_a_suspension_says_who_and_why_and_names_no_reason_in_the_trail(
    session: Session, make: Make, boss: Account
) -> None:
    ana = make.account()

    suspend(session, ana.id, "Ana wrote threats.", by=boss.id, now=clock.now())
    with pytest.raises(Conflict):
        suspend(session, ana.id, "Again.", by=boss.id, now=clock.now())
    reactivate(session, ana.id, "She said sorry.", by=boss.id, now=clock.now())
    with pytest.raises(Conflict):
        reactivate(session, ana.id, "Again.", by=boss.id, now=clock.now())

    assert ana.suspended_at is None
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
    assert [e.details["after"]["suspended"] for e in events] == [True, False]
    assert "threats" not in str([e.details for e in events])


def test_two_administrators_who_suspend_each_other_at_once_leave_one(
    make: Make, boss: Account
) -> None:
    other = make.administrator()
    done: list[str] = []

    def act(by: Account, whom: Account) -> None:
        try:
            with db.changing() as session:
                suspend(session, whom.id, "because", by=by.id, now=clock.now())
            done.append("suspended")
        except NotAllowed:
            done.append("refused")

    threads = [Thread(target=act, args=pair) for pair in ((boss, other), (other, boss))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == ["refused", "suspended"]
