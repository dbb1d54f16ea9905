"""Signing in and out, as its owner, a stranger and a guesser meet it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import SimpleCookie
from statistics import median
from time import process_time

import pytest
from httpx2 import Response
from sqlmodel import Session, select

from app.core import clock, db
from app.core.ids import token_hash
from app.core.passwords import hash_password, hashing
from app.core.settings import settings
from app.models import Account, PlatformRole, SignIn, SignInTry
from app.services.accounts import change_password
from app.web.cookie import cookie_name
from tests.conftest import Browser
from tests.make import Make

PASSWORD = "tres tristes tigres"
WRONG = "cuatro tristes tigres"
RATHER_MANY = 7


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))


def sign_in(
    browser: Browser, email: str = "ana@example.org", password: str = PASSWORD, **more: str
) -> Response:
    return browser.post("/sign-in", data={"email": email, "password": password, **more})


def cookie_of(answer: Response) -> SimpleCookie:
    return SimpleCookie(
        next(
            line for line in answer.headers.get_list("Set-Cookie") if line.startswith(cookie_name())
        )
    )


def secret_of(answer: Response) -> str:
    return cookie_of(answer)[cookie_name()].value


@pytest.mark.usefixtures("ana")
def test_the_right_password_opens_ones_own_pages(browser: Browser) -> None:
    answer = sign_in(browser)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/home")
    assert "ana@example.org" in browser.get("/account").text


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("typed", ["ANA@Example.ORG", "  ana@example.org "])
def test_an_address_is_the_same_however_it_is_written(browser: Browser, typed: str) -> None:
    assert sign_in(browser, email=typed).status_code == 303


@pytest.mark.parametrize("role", PlatformRole)
def test_those_who_run_editions_begin_with_them(
    make: Make, browser: Browser, role: PlatformRole
) -> None:
    make.account(email="c@example.org", password_hash=hash_password(PASSWORD), platform_role=role)

    assert sign_in(browser, email="c@example.org").headers["Location"] == "/editions"


def test_a_wrong_password_is_said_beside_it_and_never_shown(browser: Browser, ana: Account) -> None:
    answer = sign_in(browser, password=WRONG)

    assert answer.status_code == 422
    assert "This password does not match the e-mail." in answer.text
    assert f'value="{ana.email}"' in answer.text
    assert WRONG not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_unknown_and_known_addresses_get_the_same_answer(
    make: Make, browser: Browser, ana: Account
) -> None:
    imported = make.account(email="b@example.org")
    known = sign_in(browser, password=WRONG)
    unknown = sign_in(browser, email="nobody@example.org", password=WRONG)
    without_password = sign_in(browser, email=imported.email, password=WRONG)

    plain = {
        answer.text.replace(email, "…")
        for answer, email in (
            (known, ana.email),
            (unknown, "nobody@example.org"),
            (without_password, imported.email),
        )
    }
    assert len(plain) == 1
    assert known.status_code == unknown.status_code == without_password.status_code == 422


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("given", [{}, {"email": "ana@example.org"}, {"password": PASSWORD}])
def test_what_is_missing_is_asked_for(browser: Browser, given: dict[str, str]) -> None:
    answer = browser.post("/sign-in", data=given)

    assert answer.status_code == 422
    assert "Fill this in." in answer.text


def test_signing_in_lasts_a_day_of_work_or_fourteen_days(
    session: Session, browser: Browser, ana: Account
) -> None:
    before = clock.now()
    for_a_day = sign_in(browser)
    for_long = sign_in(browser, keep="on")

    until = session.exec(select(SignIn.expires_at).where(SignIn.account_id == ana.id)).one()
    assert cookie_of(for_a_day)[cookie_name()]["max-age"] == ""
    assert cookie_of(for_long)[cookie_name()]["max-age"] == str(14 * 24 * 3600)
    assert timedelta(days=13, hours=23) < until - before <= timedelta(days=14, minutes=1)


def test_an_old_sign_in_opens_nothing(session: Session, browser: Browser, ana: Account) -> None:
    secret = secret_of(sign_in(browser))
    row = session.exec(select(SignIn)).one()
    assert row.token_hash == token_hash(secret)
    row.expires_at = clock.now() - timedelta(seconds=1)
    session.add(row)
    session.flush()

    assert browser.get("/account").status_code == 303
    sign_in(browser)
    assert len(session.exec(select(SignIn).where(SignIn.account_id == ana.id)).all()) == 1


@pytest.mark.usefixtures("ana")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    cookie = cookie_of(sign_in(browser))[cookie_name()]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert cookie["domain"] == ""


@pytest.mark.usefixtures("ana")
def test_in_production_the_cookie_belongs_to_this_host_alone(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLER_ENV", "production")
    settings.cache_clear()
    browser.base_url = "https://testserver"

    cookie = cookie_of(sign_in(browser))

    assert list(cookie) == ["__Host-taller"]
    assert (cookie["__Host-taller"]["secure"], cookie["__Host-taller"]["path"]) == (True, "/")
    assert "ana@example.org" in browser.get("/account").text


def test_every_sign_in_has_a_secret_of_its_own_and_ends_the_one_before(
    browser: Browser, make: Make, ana: Account
) -> None:
    other = make.account(email="b@example.org", password_hash=hash_password(PASSWORD))
    browser.cookies.set(cookie_name(), "chosen-by-somebody-else")
    first = secret_of(sign_in(browser))
    second = secret_of(sign_in(browser, email=other.email))

    assert len({"chosen-by-somebody-else", first, second}) == 3
    assert other.email in browser.get("/account").text
    browser.cookies.clear()
    browser.cookies.set(cookie_name(), first)
    assert browser.get("/account").status_code == 303
    assert ana.email not in browser.get("/sign-in").text


@pytest.mark.usefixtures("ana")
def test_who_is_signed_in_is_led_on(browser: Browser) -> None:
    sign_in(browser)

    assert browser.get("/sign-in").headers["Location"] == "/home"
    assert browser.get("/sign-in?next=/account").headers["Location"] == "/account"
    assert browser.get("/register?next=//evil.example").headers["Location"] == "/home"


@pytest.mark.usefixtures("ana")
def test_one_goes_on_to_the_page_one_wanted(browser: Browser) -> None:
    asked = browser.get("/account?from=mail")
    page = browser.get(asked.headers["Location"])
    answer = sign_in(browser, next="/account?from=mail")

    assert 'name="next" value="/account?from=mail"' in page.text
    assert answer.headers["Location"] == "/account?from=mail"


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"]
)
def test_nobody_is_led_to_another_site(browser: Browser, elsewhere: str) -> None:
    page = browser.get("/sign-in", params={"next": elsewhere})
    answer = sign_in(browser, next=elsewhere)

    assert "evil.example" not in page.text.partition("<main")[2].partition("</main")[0]
    assert answer.headers["Location"] == "/home"


@pytest.mark.usefixtures("ana")
def test_signing_out_ends_the_sign_in_itself(browser: Browser) -> None:
    secret = secret_of(sign_in(browser))

    answer = browser.post("/sign-out")
    browser.cookies.set(cookie_name(), secret)

    assert answer.status_code == 303
    assert cookie_of(answer)[cookie_name()]["max-age"] == "0"
    assert browser.get("/account").status_code == 303


def test_signing_out_twice_is_harmless(browser: Browser) -> None:
    assert browser.post("/sign-out").status_code == 303


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    "address",
    [
        *("/sign-in", "/sign-out", "/register", "/account", "/account/password"),
        *("/account/sign-outs", "/account/calendar", "/account/keys"),
    ],
)
def test_another_site_cannot_act_for_somebody(
    session: Session, browser: Browser, address: str, headers: dict[str, str]
) -> None:
    sign_in(browser)

    answer = browser.post(
        address, data={"email": "ana@example.org", "password": PASSWORD}, headers=headers
    )

    assert answer.status_code == 403
    assert len(session.exec(select(SignIn)).all()) == 1


@pytest.mark.usefixtures("ana")
def test_the_eleventh_guess_has_to_wait_even_if_it_is_right(
    session: Session, browser: Browser
) -> None:
    guesses = [sign_in(browser, password=WRONG).status_code for _ in range(10)]
    right = sign_in(browser)

    assert guesses == [422] * 10
    assert right.status_code == 429
    assert 0 < int(right.headers["Retry-After"]) <= 15 * 60
    assert "Too many tries did not work. Try again in 15 minutes." in right.text
    assert len(session.exec(select(SignInTry)).all()) == 10


@pytest.mark.usefixtures("ana")
def test_after_the_wait_the_owner_gets_in(session: Session, browser: Browser) -> None:
    for _ in range(10):
        sign_in(browser, password=WRONG)
    for failure in session.exec(select(SignInTry)):
        failure.created_at -= timedelta(minutes=15)
        session.add(failure)
    session.flush()

    assert sign_in(browser).status_code == 303


@pytest.mark.usefixtures("ana")
def test_a_stranger_cannot_lock_the_owner_out(session: Session, browser: Browser) -> None:
    for _ in range(60):
        session.add(SignInTry(email="ana@example.org", address="203.0.113.9"))
    session.flush()

    assert sign_in(browser).status_code == 303


@pytest.mark.usefixtures("ana")
def test_many_addresses_tried_from_one_place_have_to_wait(
    session: Session, browser: Browser
) -> None:
    for n in range(50):
        session.add(SignInTry(email=f"p{n}@example.org", address="testclient"))
    session.flush()

    assert sign_in(browser).status_code == 429


@pytest.mark.usefixtures("ana")
def test_getting_in_clears_ones_own_slips(session: Session, browser: Browser) -> None:
    session.add(SignInTry(email="other@example.org", address="testclient"))
    session.flush()
    for _ in range(3):
        sign_in(browser, password=WRONG)

    sign_in(browser)

    assert session.exec(select(SignInTry.email)).all() == ["other@example.org"]


@pytest.mark.usefixtures("ana")
def test_many_guesses_at_once_are_counted_one_by_one(browser: Browser) -> None:
    with ThreadPoolExecutor(24) as people:
        statuses = list(
            people.map(lambda _: sign_in(browser, password=WRONG).status_code, range(24))
        )

    assert sorted(statuses) == [422] * 10 + [429] * 14


def test_an_unknown_address_takes_as_long_as_a_known_one(make: Make, browser: Browser) -> None:
    known = [make.account(password_hash=hash_password(PASSWORD)).email for _ in range(RATHER_MANY)]
    unknown = [f"nobody{n}@example.org" for n in range(RATHER_MANY)]
    sign_in(browser, email="first@example.org", password=WRONG)

    def seconds(email: str) -> float:
        """What this process worked, not what passed while others did."""
        began = process_time()
        sign_in(browser, email=email, password=WRONG)
        return process_time() - began

    pairs = [(seconds(a), seconds(b)) for a, b in zip(known, unknown, strict=True)]

    # Without the comparison with nobody's password the second would be a fraction of the first.
    assert median(b for _, b in pairs) > 0.6 * median(a for a, _ in pairs)


def test_a_password_that_is_changed_while_it_is_looked_at_lets_nobody_in(
    session: Session, browser: Browser, ana: Account
) -> None:
    """Whoever knows the old one and tries without end would be in the moment after the change."""
    new = hash_password("another long password")
    queue = [hashing(PASSWORD) for _ in range(20)]  # so that looking takes a while

    with ThreadPoolExecutor(1) as thread:
        trying = thread.submit(sign_in, browser)
        queue[4].result()  # the account has been read by now
        with db.changing() as own:
            change_password(own, ana.id, new)
        was_waiting = not queue[-1].done()
        answer = trying.result()

    assert was_waiting
    assert answer.status_code == 422
    assert session.exec(select(SignIn)).all() == []
