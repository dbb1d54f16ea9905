"""How much is guessed from one place in a quarter of an hour, and that nobody else waits."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlmodel import Session, select

from app.core import clock
from app.core.passwords import hash_password
from app.models import Account, Course, Edition, EnrolmentPolicy, SignInTry, TryKind
from app.queries.tries import LIMITS, WINDOW
from app.routers import ROUTERS
from app.services.enrolments import key_hash
from tests.conftest import Browser
from tests.make import Make
from tests.routers.test_second_step import set_up, sign_in

PASSWORD, KEY = "tres tristes tigres", "mango 2026"
HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"
#: Of one account; the second step needs the password first.
MOST_OF_ACCOUNT = 10
#: Over all doors together, of whichever accounts: passwords, long secrets, keys of editions.
MOST_OF_PLACE = 150
#: Secrets of 256 bits in addresses: a wrong one costs a look at a hash, and opens nothing.
NOT_COUNTED = {
    "/calendar/{token}.ics",
    "/unsubscribe/{token}",
    "/invitations/{invitation}/{secret}",
}


@pytest.fixture
def course(make: Make) -> Course:
    return make.course(slug="big-data")


@pytest.fixture
def edition(make: Make, course: Course) -> Edition:
    return make.edition(course, slug="run", policy=EnrolmentPolicy.KEY, key_hash=key_hash(KEY))


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))


class From:
    """A browser at a place of our choice."""

    def __init__(self, browser: Browser, place: str) -> None:
        self.browser = browser
        browser._transport.client = (place, 50000)  # type: ignore[attr-defined]  # noqa: SLF001 -- no other way


def enter(browser: Browser, key: str) -> Response:
    return browser.post("/courses/big-data/run/enrolment", data={"key": key})


def doors(browser: Browser) -> dict[str, Callable[[int], Response]]:
    """Every door at which a secret is tried, each tried with a wrong one."""
    mango = {"password": "a long mango password"}

    def secret(n: int) -> dict[str, str]:
        return {"secret": f"{n:043d}"}

    return {
        "/sign-in": lambda n: browser.post(
            "/sign-in", data={"email": f"p{n % 7}@example.org", "password": f"wrong {n} wrong"}
        ),
        "/account/password": lambda n: browser.post(
            "/account/password", data={"present": f"wrong {n}"} | mango
        ),
        "/account/email": lambda n: browser.post(
            "/account/email", data={"email": "n@example.org", "present": f"wrong {n}"}
        ),
        "/sign-in/by-link": lambda n: browser.post("/sign-in/by-link", data=secret(n)),
        "/sign-in/new-password": lambda n: browser.post(
            "/sign-in/new-password", data=secret(n) | mango
        ),
        "/register/confirm": lambda n: browser.post("/register/confirm", data=secret(n)),
        "/account/email/confirm": lambda n: browser.post("/account/email/confirm", data=secret(n)),
        "/account/email/refuse": lambda n: browser.post("/account/email/refuse", data=secret(n)),
        "/api/v1/me": lambda n: browser.get(
            "/api/v1/me", headers={"Authorization": f"Bearer wrong-{n}"}
        ),
        "/courses/{course}/{run}/enrolment": lambda n: enter(browser, f"wrong {n}"),
    }


def tries_let_through(browser: Browser, make: Make) -> Iterator[tuple[str, bool]]:
    """Try all doors in turn until none lets anybody try, and again as others, who get what is left.

    Gives each try, and whether it was let through.
    """
    for _person in range(6):
        browser.sign_in(make.account(password_hash=hash_password(PASSWORD)))
        shut = set[str]()
        for n in range(60):
            for door, attempt in doors(browser).items():
                if door not in shut:
                    is_let_through = attempt(n).status_code != 429
                    shut |= set() if is_let_through else {door}
                    yield door, is_let_through
        assert shut == set(doors(browser))


def test_over_all_doors_together_one_place_has_so_many_tries(
    session: Session, make: Make, browser: Browser, edition: Edition, ana: Account
) -> None:
    From(browser, HERE)
    tried = list(tries_let_through(browser, make))
    let_through = [door for door, is_let_through in tried if is_let_through]
    total = len(let_through)
    counted = session.exec(select(SignInTry.kind).where(SignInTry.address == HERE)).all()

    print(f"{total} tries in {WINDOW} from one place over {len(doors(browser))} doors together")
    print(f"{len(tried)} cases run, {max(0, total - MOST_OF_PLACE)} violations")
    assert set(let_through) == set(doors(browser))
    assert total == MOST_OF_PLACE == sum(limit.of_address for limit in LIMITS.values())
    assert {kind: counted.count(kind) for kind in TryKind} == dict.fromkeys(TryKind, 50)

    From(browser, ELSEWHERE)
    browser.sign_out()
    owner = browser.post("/sign-in", data={"email": ana.email, "password": PASSWORD})
    assert owner.headers["Location"] == "/home", "and the owner of an account waits for nobody"
    assert enter(browser, KEY).status_code == 303
    del edition


def test_one_account_has_ten_tries_of_a_key_wherever_they_are_made(
    make: Make, browser: Browser, edition: Edition
) -> None:
    del edition
    person, statuses = make.account(), list[int]()
    for n in range(14):
        From(browser, f"203.0.113.{n}")
        browser.sign_in(person)  # and signing in anew does not wipe them out
        statuses.append(enter(browser, f"wrong {n}").status_code)
    late = enter(browser, KEY)
    browser.sign_in(make.account())
    other = enter(browser, KEY)

    print(f"{len(statuses)} cases run, {statuses.count(422) - MOST_OF_ACCOUNT} violations")
    assert statuses == [422] * MOST_OF_ACCOUNT + [429] * 4
    assert (late.status_code, other.status_code) == (429, 303)
    assert "Too many tries did not work. Try again in 15 minutes." in late.text
    assert 'value="mango 2026"' in late.text
    assert 0 < int(late.headers["Retry-After"]) <= WINDOW.total_seconds()


def test_tries_of_a_key_are_counted_for_all_workers_and_end_with_the_window(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    """They stand in the database: another process sees them, and a new start forgets none."""
    del edition
    browser.sign_in(make.account())
    for n in range(10):
        enter(browser, f"wrong {n}")
    rows = session.exec(select(SignInTry)).all()
    assert len(rows) == 20  # for the person, and for the place

    assert enter(browser, KEY).status_code == 429
    for row in rows:
        row.created_at = clock.now() - WINDOW - timedelta(seconds=1)
        session.add(row)
    session.flush()
    assert enter(browser, KEY).status_code == 303


def test_of_many_keys_tried_at_once_ten_are_looked_at(
    make: Make, browser: Browser, edition: Edition
) -> None:
    del edition
    browser.sign_in(make.account())

    with ThreadPoolExecutor(12) as people:
        statuses = list(people.map(lambda n: enter(browser, f"wrong {n}").status_code, range(24)))

    assert sorted(statuses) == [422] * 10 + [429] * 14


def test_a_new_sign_in_forgets_wrong_passwords_and_no_wrong_keys(
    session: Session, make: Make, browser: Browser, edition: Edition, ana: Account
) -> None:
    del make, edition
    browser.sign_in(ana)
    enter(browser, "wrong")
    browser.post("/sign-in", data={"email": ana.email, "password": "wrong wrong wrong"})
    browser.post("/sign-in", data={"email": ana.email, "password": PASSWORD})

    assert session.exec(select(SignInTry.kind)).all() == [TryKind.KEY, TryKind.KEY]


def test_one_account_has_ten_tries_at_each_step(browser: Browser, ana: Account) -> None:
    """A stranger who has the password gets no further, from however many places."""
    set_up(browser, ana)
    admitted = 0
    for n in range(14):
        From(browser, f"203.0.113.{n}")
        assert sign_in(browser).headers["Location"].startswith("/sign-in/second-step")
        answer = browser.post("/sign-in/second-step", data={"code": f"{n:06d}"})
        admitted += answer.status_code != 429

    print(f"14 cases run, {max(0, admitted - MOST_OF_ACCOUNT)} violations")
    assert admitted == MOST_OF_ACCOUNT


def test_every_door_with_a_secret_is_tried_here(browser: Browser) -> None:
    """So that a new form with a password, a secret, a code or a key is not forgotten."""
    asked = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and {"{token}", "{secret}"} & set(route.path.replace(".ics", "").split("/"))
        and "GET" in (route.methods or ())
    }

    assert asked == NOT_COUNTED | {"/link/{secret}"}  # which is looked at sixty times a minute
    assert len(doors(browser)) == 10
