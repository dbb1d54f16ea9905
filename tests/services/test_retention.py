"""What has had its time is forgotten, and nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.db import Table
from app.jobs import sweep
from app.models import (
    Account,
    EmailChange,
    LinkKind,
    LinkRequest,
    Message,
    OneTimeToken,
    SignIn,
    SignInTry,
)
from app.services.email_changes import ask_to_change
from app.services.links import give_link
from app.services.notifications import welcome
from app.services.retention import UNCONFIRMED_FOR, forget_the_unconfirmed, forget_what_is_over
from app.services.tries import note_failure
from tests.make import NOW, Make

MINUTE = timedelta(minutes=1)


def left(session: Session, *tables: type[Table]) -> int:
    return sum(len(session.exec(select(table)).all()) for table in tables)


@pytest.mark.parametrize(("after", "n"), [(-MINUTE, 1), (timedelta(), 0)])
def test_links_and_what_waits_for_them_are_forgotten_after_an_hour(
    session: Session, make: Make, after: timedelta, n: int
) -> None:
    ana = make.account()
    give_link(session, ana, LinkKind.SIGN_IN, now=NOW)
    ask_to_change(session, ana.id, "new@example.org", "203.0.113.9", now=NOW)

    forget_what_is_over(session, now=NOW + 60 * MINUTE + after)

    assert left(session, OneTimeToken) == 3 * n
    assert left(session, EmailChange) == n
    assert left(session, LinkRequest) == 2 * n
    assert left(session, Account) == 1


def test_failed_tries_and_sign_ins_are_forgotten(session: Session, make: Make) -> None:
    ana = make.account()
    note_failure(session, ana.email, "203.0.113.9", now=NOW)
    make.saved(SignIn(account_id=ana.id, token_hash="x", expires_at=NOW + 15 * MINUTE))

    forget_what_is_over(session, now=NOW + 14 * MINUTE)
    assert left(session, SignInTry, SignIn) == 2
    forget_what_is_over(session, now=NOW + 15 * MINUTE)
    assert left(session, SignInTry, SignIn) == 0


def test_an_account_that_nobody_confirmed_is_forgotten_after_a_day(
    session: Session, make: Make
) -> None:
    nobody = {"email_confirmed_at": None, "password_hash": "x"}
    old = make.account(**nobody, created_at=NOW - UNCONFIRMED_FOR)
    welcome(session, old)
    give_link(session, old, LinkKind.CONFIRM, now=NOW)
    kept = [
        make.account(**nobody, created_at=NOW - UNCONFIRMED_FOR + MINUTE),
        make.account(email_confirmed_at=None, created_at=NOW - timedelta(days=99)),  # imported
        make.account(password_hash="x", created_at=NOW - timedelta(days=99)),
        make.participant(make.edition(), **nobody, created_at=NOW - timedelta(days=99)),
        make.tutor(make.edition(), **nobody, created_at=NOW - timedelta(days=99)),
    ]
    session.flush()

    forget_the_unconfirmed(session, now=NOW)

    assert set(session.exec(select(Account.id)).all()) == {account.id for account in kept}
    assert left(session, Message, OneTimeToken) == 0


def test_the_sweep_of_the_worker_forgets(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.account(email_confirmed_at=None, password_hash="x")
    tomorrow = clock.now() + UNCONFIRMED_FOR + MINUTE
    sweep()
    assert left(session, Account) == 1
    monkeypatch.setattr(clock, "now", lambda: tomorrow)

    sweep()

    assert left(session, Account) == 0
