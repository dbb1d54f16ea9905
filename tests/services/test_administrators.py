"""The first administrator: an account with a password that is not guessed first."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.errors import RuleBroken
from app.core.passwords import password_matches
from app.models import Account, AuditEvent, PlatformRole
from app.services.administrators import create_administrator
from tests.make import NOW, Make

PERSON: dict[str, Any] = {"name": "Ana Pérez", "country": "UY", "language": "es", "now": NOW}


def test_an_administrator_can_sign_in_with_the_password(session: Session) -> None:
    create_administrator(
        session, **PERSON, email=" Ana@Example.org ", password=" torno y compás 7\r"
    )
    session.flush()

    (account,) = session.exec(select(Account)).all()
    assert account.email == "ana@example.org"
    assert account.platform_role is PlatformRole.ADMINISTRATOR
    assert password_matches("torno y compás 7", account.password_hash)
    (event,) = session.exec(select(AuditEvent)).all()
    assert (event.actor_id, event.subject_id) == (None, account.id)


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("no address", "torno y compás 7", "no e-mail address"),
        ("ana@example.org", "short", "at least 10"),
        ("ana@example.org", "1234567890", "guessed first"),
        ("somebody@example.org", "torno y compás 7", "exists"),
    ],
)
def test_what_would_not_do_is_refused(
    make: Make, session: Session, email: str, password: str, sentence: str
) -> None:
    other = make.account(email="somebody@example.org")

    with pytest.raises(RuleBroken, match=sentence):
        create_administrator(session, **PERSON, email=email, password=password)
    session.rollback()

    assert session.exec(select(Account.id)).all() == [other.id]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " \u200b "}, "has a name"),
        ({"country": "XYZ"}, "no country: XYZ"),
        ({"language": "de"}, "speaks es, pt, en, fr"),
    ],
)
def test_what_no_form_would_take_is_refused(
    session: Session, wrong: dict[str, str], sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        create_administrator(
            session, **(PERSON | wrong), email="ana@example.org", password="torno y compás 7"
        )
