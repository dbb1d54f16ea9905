"""So many tries a minute from one address, and no more."""

import pytest
from starlette.requests import Request

from app.web.throttle import MOST_ADDRESSES, Throttle, address_of


class Watch:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_next_try_waits_until_the_first_is_a_minute_old() -> None:
    watch = Watch()
    throttle = Throttle(most=3, seconds=60, time=watch)
    early = []
    for _ in range(5):
        early.append(throttle.admits("a"))
        watch.now += 1

    watch.now = 1059.9
    just_before = throttle.admits("a")
    watch.now = 1060.0
    then = [throttle.admits("a"), throttle.admits("a")]

    assert early == [True, True, True, False, False]
    assert just_before is False
    assert then == [True, False]


def test_one_address_does_not_use_up_the_tries_of_another() -> None:
    throttle = Throttle(most=1, seconds=60, time=Watch())

    assert [throttle.admits(address) for address in ("a", "b", "a", "b")] == [
        True,
        True,
        False,
        False,
    ]


def test_it_does_not_remember_more_addresses_than_it_must() -> None:
    watch = Watch()
    throttle = Throttle(most=1, seconds=60, time=watch)
    for number in range(MOST_ADDRESSES):
        throttle.admits(f"quiet {number}")
    watch.now += 59
    throttle.admits("busy")
    watch.now += 1

    throttle.admits("next")

    assert throttle.admits("busy") is False
    assert throttle.remembered == 2


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    throttle = Throttle(most=1, seconds=60, time=Watch())
    for number in range(3 * MOST_ADDRESSES):
        throttle.admits(f"{number}")

    assert throttle.remembered <= MOST_ADDRESSES


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002"),
        ("2001:db8:1:2:ffff::1", "20010db800010002"),
        ("testclient", "testclient"),
    ],
)
def test_the_addresses_of_one_house_are_one(host: str, address: str) -> None:
    request = Request({"type": "http", "headers": [], "client": (host, 50000)})

    assert address_of(request) == address
