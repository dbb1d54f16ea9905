"""The secret addresses of calendar feeds."""

from uuid import UUID

import pytest

from app.core.feeds import account_of, feed_token, opens_feed
from app.core.settings import secret_key, settings

ANA = UUID("01938a52-0000-7000-8000-000000000001")
LUZ = UUID("01938a52-0000-7000-8000-000000000002")


@pytest.fixture(autouse=True)
def _own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with_key(monkeypatch, "one key")


def with_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("TALLER_SECRET_KEY", key)
    settings.cache_clear()
    secret_key.cache_clear()


def test_a_feed_opens_with_its_own_address_only() -> None:
    token = feed_token(ANA, 1)

    assert account_of(token) == ANA
    assert opens_feed(token, ANA, 1)
    assert not opens_feed(token, LUZ, 1)
    assert not opens_feed(feed_token(LUZ, 1), ANA, 1)


def test_an_address_is_void_once_there_is_a_new_one() -> None:
    assert not opens_feed(feed_token(ANA, 1), ANA, 2)


def test_nobody_without_the_key_can_make_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    token = feed_token(ANA, 1)
    with_key(monkeypatch, "another key")

    assert not opens_feed(token, ANA, 1)


def test_the_address_needs_no_quoting() -> None:
    assert set(feed_token(ANA, 1)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@pytest.mark.parametrize("token", ["", "x", "ä" * 54, "=" * 54, "A" * 53, "A" * 400, "..", "a/b"])
def test_what_is_no_address_is_nobodys(token: str) -> None:
    assert account_of(token) is None


def test_every_change_of_a_letter_is_noticed() -> None:
    token = feed_token(ANA, 1)
    altered = [
        token[:at] + ("A" if letter != "A" else "B") + token[at + 1 :]
        for at, letter in enumerate(token)
    ]

    assert not any(opens_feed(other, ANA, 1) for other in altered)
