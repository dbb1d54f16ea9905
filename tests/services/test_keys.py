"""Keys to the API: who makes one is told, and they end when their owner becomes somebody else."""

import pytest
from sqlmodel import Session, select

from app.models import Account, ApiToken, Message, PlatformRole
from app.services.focal_points import name_focal_point, remove_focal_point
from app.services.keys import make_key
from app.services.roles import give_platform_role
from tests.make import Make


@pytest.fixture
def ana(session: Session, make: Make) -> Account:
    account = make.account(email="ana@example.org", language="en")
    make_key(session, account.id, name="Statistics office")
    return account


def keys(session: Session) -> list[str]:
    return list(session.exec(select(ApiToken.name)))


def test_whoever_makes_a_key_is_told_by_mail_and_how_to_end_it(
    session: Session, ana: Account
) -> None:
    told = session.exec(select(Message)).one()

    assert (told.kind, told.account_id) == ("key made", ana.id)
    assert "“Statistics office”" in told.body
    assert "/sign-in/password" in told.body
    assert "taller_" not in told.body


def test_a_key_that_was_made_for_less_opens_no_more_with_a_new_role(
    session: Session, make: Make, ana: Account
) -> None:
    before = keys(session)

    give_platform_role(session, ana.id, PlatformRole.COORDINATOR, by=make.administrator().id)

    assert (before, keys(session)) == (["Statistics office"], [])


def test_a_focal_points_keys_end_with_the_role_and_begin_anew_with_it(
    session: Session, make: Make, ana: Account
) -> None:
    boss, institution = make.coordinator(), make.institution()

    name_focal_point(session, institution.id, ana.email, by=boss.id)
    as_one = keys(session)
    make_key(session, ana.id, name="Own people")
    remove_focal_point(session, institution.id, ana.id, by=boss.id)

    assert (as_one, keys(session)) == ([], [])
