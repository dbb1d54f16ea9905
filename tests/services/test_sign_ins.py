"""Who must wait before the next try to sign in, by a clock of our own."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.errors import NotFound, TooMany
from app.core.ids import token_hash
from app.models import SignIn, SignInTry
from app.services.sign_ins import (
    A_WORKING_DAY,
    KEPT_FOR,
    begin_sign_in,
    end_sign_in,
)
from app.services.tries import forget_failures, note_failure, refuse_guessing
from tests.conftest import Browser
from tests.make import NOW, Make

ANA, PLACE = "ana@example.org", "203.0.113.9"
MINUTE = timedelta(minutes=1)


def fail(session: Session, times: int, *, email: str = ANA, place: str = PLACE) -> None:
    """Fail ``times``, a second apart, the first at NOW."""
    for n in range(times):
        note_failure(session, email, place, now=NOW + timedelta(seconds=n))


def test_nine_slips_are_forgiven(session: Session) -> None:
    fail(session, 9)

    refuse_guessing(session, ANA, PLACE, now=NOW + MINUTE)


def test_after_ten_one_waits_until_the_first_is_a_quarter_of_an_hour_old(session: Session) -> None:
    fail(session, 10)

    with pytest.raises(TooMany, match="in 14 minutes") as told:
        refuse_guessing(session, ANA.upper(), PLACE, now=NOW + MINUTE)
    assert told.value.wait == 14 * 60
    with pytest.raises(TooMany, match=r"in 1 minute\."):
        refuse_guessing(session, ANA, PLACE, now=NOW + 15 * MINUTE - timedelta(seconds=1))
    refuse_guessing(session, ANA, PLACE, now=NOW + 15 * MINUTE)


def test_others_do_not_wait_for_one(session: Session) -> None:
    fail(session, 10)

    refuse_guessing(session, ANA, "198.51.100.7", now=NOW + MINUTE)
    refuse_guessing(session, "luis@example.org", PLACE, now=NOW + MINUTE)


def test_one_place_has_fifty_tries_for_all_addresses(session: Session) -> None:
    for n in range(49):
        fail(session, 1, email=f"p{n}@example.org")
    refuse_guessing(session, "new@example.org", PLACE, now=NOW + MINUTE)

    fail(session, 1, email="p50@example.org")

    with pytest.raises(TooMany):
        refuse_guessing(session, "new@example.org", PLACE, now=NOW + MINUTE)
    refuse_guessing(session, "new@example.org", "198.51.100.7", now=NOW + MINUTE)


def test_what_counts_no_more_is_not_kept(session: Session) -> None:
    fail(session, 3)

    note_failure(session, "luis@example.org", "198.51.100.7", now=NOW + 16 * MINUTE)

    assert session.exec(select(SignInTry.email)).all() == ["luis@example.org"]


def test_getting_in_forgets_ones_own_failures_only(session: Session) -> None:
    fail(session, 2)
    fail(session, 1, place="198.51.100.7")
    fail(session, 1, email="luis@example.org")

    forget_failures(session, ANA, PLACE)

    left = session.exec(select(SignInTry.email, SignInTry.address)).all()
    assert set(left) == {(ANA, "198.51.100.7"), ("luis@example.org", PLACE)}


@pytest.mark.parametrize(("keep", "lasts"), [(True, KEPT_FOR), (False, A_WORKING_DAY)])
def test_only_the_hash_of_the_secret_is_kept(
    session: Session, make: Make, keep: bool, lasts: timedelta
) -> None:
    ana = make.account()

    secret = begin_sign_in(session, ana.id, browser="Firefox" * 99, keep=keep, now=NOW)

    row = session.exec(select(SignIn)).one()
    assert row.token_hash == token_hash(secret)
    assert secret not in repr(row.model_dump())
    assert row.expires_at == NOW + lasts
    assert len(row.browser) == 200


def test_a_sign_in_that_ended_cannot_be_ended_again(session: Session, make: Make) -> None:
    ana, luis = make.account(), make.account()
    begin_sign_in(session, ana.id, browser="", keep=False, now=NOW)
    row = session.exec(select(SignIn)).one()

    with pytest.raises(NotFound):
        end_sign_in(session, luis.id, row.id)
    end_sign_in(session, ana.id, row.id)
    with pytest.raises(NotFound):
        end_sign_in(session, ana.id, row.id)


def test_last_use_is_noted_to_the_hour(
    make: Make, session: Session, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(make.account())
    began = session.exec(select(SignIn.seen_at)).one()

    def seen_after(minutes: int) -> timedelta:
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=minutes))
        assert browser.get("/home").status_code == 200
        session.expire_all()
        return session.exec(select(SignIn.seen_at)).one() - began

    assert seen_after(59) == timedelta()
    assert seen_after(60) == timedelta(minutes=60)
    assert seen_after(119) == timedelta(minutes=60)
