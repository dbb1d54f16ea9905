"""Who may become a focal point, and who may say so."""

import pytest
from sqlmodel import Session, select

from app.core.errors import NotAllowed, NotFound, RuleBroken
from app.models import Account, AuditEvent, Institution, Message, PlatformRole
from app.services.focal_points import name_focal_point, remove_focal_point
from tests.make import Make


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", country="CO")


def test_a_focal_point_is_named_told_and_removed(
    session: Session, make: Make, sena: Institution
) -> None:
    boss, person = make.coordinator(), make.account(email="ana@example.org", language="es")

    name_focal_point(session, sena.id, " ANA@example.org ", by=boss.id)
    session.refresh(person)
    assert (person.platform_role, person.coordinates_id) == (PlatformRole.COORDINATOR, sena.id)
    message = session.exec(select(Message)).one()
    assert (message.account_id, message.kind) == (person.id, "made focal point")
    assert "SENA, Colombia" in message.subject

    remove_focal_point(session, sena.id, person.id, by=boss.id)
    session.refresh(person)
    assert (person.platform_role, person.coordinates_id) == (None, None)
    with pytest.raises(NotFound):
        remove_focal_point(session, sena.id, person.id, by=boss.id)
    events = session.exec(select(AuditEvent)).all()
    assert [(e.action, e.person_id) for e in events] == [
        ("name focal point", person.id),
        ("remove focal point", person.id),
    ]


def test_nobody_raises_themselves_and_no_focal_point_names_others(
    session: Session, make: Make, sena: Institution
) -> None:
    focal, person, boss = make.focal(sena), make.account(), make.coordinator()

    for actor in (focal, person):
        with pytest.raises(NotAllowed):
            name_focal_point(session, sena.id, person.email, by=actor.id)
        with pytest.raises(NotAllowed):
            remove_focal_point(session, sena.id, focal.id, by=actor.id)
    with pytest.raises(NotAllowed, match="your own role"):
        name_focal_point(session, sena.id, boss.email, by=boss.id)
    session.refresh(person)
    assert person.platform_role is None


def test_an_address_that_nobody_confirmed_is_nobodys(
    session: Session, make: Make, sena: Institution
) -> None:
    boss = make.coordinator()
    typed = make.account(password_hash="x", email_confirmed_at=None)

    with pytest.raises(RuleBroken, match="Nobody has an account"):
        name_focal_point(session, sena.id, typed.email, by=boss.id)


def test_roles_that_reach_further_are_left_alone(
    session: Session, make: Make, sena: Institution
) -> None:
    boss, other = make.coordinator(), make.institution()
    refused: list[tuple[Account, str]] = [
        (make.coordinator(), "whole platform"),
        (make.administrator(), "whole platform"),
        (make.focal(other), "another institution"),
        (make.focal(sena), "already"),
    ]

    for account, sentence in refused:
        before = (account.platform_role, account.coordinates_id)
        with pytest.raises(RuleBroken, match=sentence):
            name_focal_point(session, sena.id, account.email, by=boss.id)
        session.refresh(account)
        assert (account.platform_role, account.coordinates_id) == before
    with pytest.raises(RuleBroken, match="register first"):
        name_focal_point(session, sena.id, "nobody@example.org", by=boss.id)
    with pytest.raises(NotFound):
        remove_focal_point(session, sena.id, refused[2][0].id, by=boss.id)
