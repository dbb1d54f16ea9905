"""The second step of signing in: who passes it, and that nothing opens before."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from bs4 import BeautifulSoup
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlmodel import Session, col, select

from app.core import clock, db
from app.core.ids import uuid7
from app.core.links import link_secret
from app.core.passwords import hash_password
from app.core.settings import settings
from app.models import (
    Account,
    Authenticator,
    LinkKind,
    Message,
    OneTimeToken,
    Passkey,
    PlatformRole,
    RecoveryCode,
    SignIn,
)
from app.routers import ROUTERS
from app.services.links import give_link
from app.services.second_step import (
    begin_authenticator,
    confirm_authenticator,
    secret_to_scan,
    try_code,
)
from app.web.cookie import cookie_name
from tests.conftest import Browser
from tests.make import Make
from tests.soft_key import SoftKey

PASSWORD = "tres tristes tigres"
HASH = hash_password(PASSWORD)
STEP, OWN = "/sign-in/second-step", "/account/second-step"
LATER = timedelta(seconds=60)


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org", password_hash=HASH)


def sign_in(browser: Browser, **more: str) -> Response:
    return browser.post("/sign-in", data={"email": "ana@example.org", "password": PASSWORD} | more)


def secret_shown(page: str) -> str:
    caption = BeautifulSoup(page, "lxml").select_one("figcaption")
    assert caption is not None
    return caption.text.replace(" ", "")


def code_of(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=steps)


def wrong_code_for(secret: str) -> str:
    """None of the codes around now; there are so many that one of them is always left."""
    right = {code_of(secret, steps=steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in right)


def codes_shown(answer: Response) -> list[str]:
    return [line.text for line in BeautifulSoup(answer.text, "lxml").select("ul.codes li")]


def set_up(browser: Browser, account: Account) -> tuple[str, list[str]]:
    """An application for codes on an account; gives its secret and the recovery codes."""
    browser.sign_in(account)
    browser.post(f"{OWN}/authenticator")
    secret = secret_shown(browser.get(OWN).text)
    answer = browser.post(f"{OWN}/authenticator/confirm", data={"code": code_of(secret, steps=-1)})
    browser.sign_out()
    return secret, codes_shown(answer)


def is_in(browser: Browser) -> bool:
    return browser.get("/home").status_code == 200


def test_the_password_alone_opens_nothing_once_there_is_a_second_step(
    browser: Browser, ana: Account
) -> None:
    secret, _codes = set_up(browser, ana)

    answer = sign_in(browser, next="/sessions", keep="on")

    assert answer.headers["Location"] == f"{STEP}?next=%2Fsessions&keep=on"
    assert not is_in(browser)
    page = browser.get(answer.headers["Location"])
    assert secret not in page.text.replace(" ", "")
    done = browser.post(STEP, data={"code": code_of(secret), "next": "/sessions", "keep": "on"})
    assert done.headers["Location"] == "/sessions"
    assert "Max-Age=1209600" in done.headers["Set-Cookie"]
    assert is_in(browser)


def test_half_signed_in_every_page_answers_as_to_a_visitor(browser: Browser, ana: Account) -> None:
    set_up(browser, ana)
    addresses = [
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and not route.path.startswith(STEP)
        for method in route.methods or ()
        if "{" not in route.path and route.path not in {"/readyz", "/metrics", "/sign-out"}
    ]

    def answers() -> dict[tuple[str, str], tuple[int, str]]:
        found = {}
        for method, path in addresses:
            answer = browser.request(method, path)
            found[method, path] = (answer.status_code, answer.headers.get("Location", ""))
        return found

    as_a_visitor = answers()
    sign_in(browser)
    half = answers()

    print(f"{len(addresses)} cases run, {sum(half[a] != as_a_visitor[a] for a in half)} violations")
    assert half == as_a_visitor


def test_the_secret_of_the_first_step_dies_with_the_second(browser: Browser, ana: Account) -> None:
    secret, _codes = set_up(browser, ana)
    sign_in(browser)
    before = browser.cookies[cookie_name()]
    browser.post(STEP, data={"code": code_of(secret)})

    browser.cookies.clear()
    browser.cookies.set(cookie_name(), before)

    assert not is_in(browser)
    assert browser.get(STEP).headers["Location"].startswith("/sign-in?")


def test_the_second_step_may_take_a_quarter_of_an_hour(
    session: Session, browser: Browser, ana: Account
) -> None:
    secret, _codes = set_up(browser, ana)
    sign_in(browser, keep="on")
    [half] = session.exec(select(SignIn).where(col(SignIn.second_step_due))).all()
    assert timedelta(minutes=14) < half.expires_at - clock.now() <= timedelta(minutes=15)
    half.expires_at = clock.now()
    session.add(half)
    session.flush()

    answer = browser.post(STEP, data={"code": code_of(secret)})

    assert answer.headers["Location"] == "/sign-in"
    assert not is_in(browser)


@pytest.mark.parametrize("steps", [-3, 3, 100])
def test_a_code_of_another_time_is_refused_and_said(
    browser: Browser, ana: Account, steps: int
) -> None:
    secret, _codes = set_up(browser, ana)
    sign_in(browser)

    answer = browser.post(STEP, data={"code": code_of(secret, steps=steps), "next": "/sessions"})

    assert answer.status_code == 422
    assert "This code is not right, or has passed." in answer.text
    assert 'value="/sessions"' in answer.text
    assert not is_in(browser)


@pytest.mark.parametrize(
    "typed", ["", "12345", "\N{FULLWIDTH DIGIT ONE}" * 6, "' OR 1=1", "0" * 41]
)
def test_what_is_no_code_is_refused(browser: Browser, ana: Account, typed: str) -> None:
    set_up(browser, ana)
    sign_in(browser)

    assert browser.post(STEP, data={"code": typed}).status_code == 422


def test_a_secret_that_another_sign_in_has_seen_is_not_taken_into_use(
    browser: Browser, ana: Account
) -> None:
    """Who knew the password leaves a begun application behind, for the owner to confirm."""
    browser.sign_in(ana)
    browser.post(f"{OWN}/authenticator")
    strangers = secret_shown(browser.get(OWN).text)
    browser.sign_in(ana)  # the owner, in a sign-in of their own

    assert strangers not in browser.get(OWN).text.replace(" ", "")
    code = {"code": code_of(strangers)}
    assert browser.post(f"{OWN}/authenticator/confirm", data=code).status_code == 404
    browser.post(f"{OWN}/authenticator")
    own = secret_shown(browser.get(OWN).text)
    browser.post(f"{OWN}/authenticator")

    assert own != strangers
    assert secret_shown(browser.get(OWN).text) == own, "it may have been scanned already"
    answer = browser.post(f"{OWN}/authenticator/confirm", data={"code": code_of(own, steps=-1)})
    assert len(codes_shown(answer)) == 10
    sign_in(browser)
    assert browser.post(STEP, data={"code": code_of(strangers)}).status_code == 422
    assert browser.post(STEP, data={"code": code_of(own)}).status_code == 303


def test_a_code_works_once_even_for_two_at_once(session: Session, ana: Account) -> None:
    now, sign_in_id = clock.now(), uuid7()
    begin_authenticator(session, sign_in_id, ana.id)
    secret = secret_to_scan(session, sign_in_id, ana.id)
    assert secret
    before = now - LATER
    code = pyotp.TOTP(secret).at(before)
    confirm_authenticator(session, sign_in_id, ana, code, now=before)
    session.flush()
    code = pyotp.TOTP(secret).at(now)

    def use(_nth: int) -> bool:
        with db.changing() as own:
            return try_code(own, own.get_one(Account, ana.id), code, now=now)

    with ThreadPoolExecutor(6) as threads:
        passed = list(threads.map(use, range(6)))

    assert sum(passed) == 1


def test_a_recovery_code_replaces_the_step_once_and_is_told(
    session: Session, browser: Browser, ana: Account
) -> None:
    _secret, codes = set_up(browser, ana)
    assert len(set(codes)) == 10

    sign_in(browser)
    typed = codes[3].lower().replace("-", " ")
    assert browser.post(STEP, data={"code": typed}).status_code == 303
    assert is_in(browser)
    sign_in(browser)
    assert browser.post(STEP, data={"code": codes[3]}).status_code == 422
    assert not is_in(browser)

    kinds = session.exec(select(Message.kind)).all()
    assert sorted(kinds) == ["recovery code used", "second step added"]


def test_nothing_readable_is_kept_of_secrets(
    session: Session, browser: Browser, ana: Account
) -> None:
    secret, codes = set_up(browser, ana)

    kept = session.exec(select(Authenticator.sealed_secret)).all()
    kept = [*kept, *session.exec(select(RecoveryCode.code_hash)).all()]

    for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert all(text not in row for row in kept)


def test_another_persons_codes_open_nothing(make: Make, browser: Browser, ana: Account) -> None:
    secret, _codes = set_up(browser, ana)
    _other, others_codes = set_up(browser, make.account())

    sign_in(browser)

    assert browser.post(STEP, data={"code": others_codes[0]}).status_code == 422
    assert browser.post(STEP, data={"code": code_of(secret)}).status_code == 303


def test_who_tries_codes_must_wait_wherever_they_try_from(browser: Browser, ana: Account) -> None:
    secret, _codes = set_up(browser, ana)
    sign_in(browser)

    answers = [browser.post(STEP, data={"code": f"{n:06}"}).status_code for n in range(11)]

    print(f"{len(answers)} cases run, {answers.count(303)} violations")
    assert answers == [422] * 10 + [429]
    assert browser.post(STEP, data={"code": code_of(secret)}).status_code == 429


@pytest.mark.parametrize(
    ("role", "must"),
    [(None, False), (PlatformRole.COORDINATOR, True), (PlatformRole.ADMINISTRATOR, True)],
)
def test_staff_set_one_up_before_anything_opens_where_the_settings_say_so(
    make: Make,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    role: PlatformRole | None,
    must: bool,
) -> None:
    monkeypatch.setenv("TALLER_SECOND_STEP_FOR_STAFF", "true")
    settings.cache_clear()
    make.account(email="ana@example.org", password_hash=HASH, platform_role=role)

    answer = sign_in(browser)

    assert answer.headers["Location"].startswith(STEP) is must
    assert is_in(browser) is not must
    if must:
        assert "Set up a second step" in browser.get(STEP).text
        browser.post(f"{STEP}/authenticator", data={"next": "/editions"})
        secret = secret_shown(browser.get(STEP).text)
        code = wrong_code_for(secret)
        wrong = browser.post(f"{STEP}/authenticator/confirm", data={"code": code})
        assert wrong.status_code == 422
        done = browser.post(
            f"{STEP}/authenticator/confirm", data={"code": code_of(secret), "next": "/editions"}
        )
        assert len(codes_shown(done)) == 10
        assert 'href="/editions"' in done.text
        assert is_in(browser)


def test_a_password_alone_puts_no_other_second_step_in_place(
    session: Session, browser: Browser, ana: Account
) -> None:
    """Who knows only the password could else replace the owner's device by their own."""
    set_up(browser, ana)
    sign_in(browser)

    for path in ("authenticator", "passkeys/challenge"):
        assert browser.post(f"{STEP}/{path}").status_code == 403
    answer = SoftKey().made('{"challenge": "AAAA"}')
    added = browser.post(f"{STEP}/passkeys", data={"name": "x", "answer": answer})
    assert added.status_code == 403
    assert browser.post(f"{OWN}/authenticator/remove").headers["Location"].startswith("/sign-in")
    assert session.exec(select(Passkey)).all() == []


def test_an_open_desk_changes_nothing(session: Session, browser: Browser, ana: Account) -> None:
    browser.sign_in(ana)
    [here] = session.exec(select(SignIn)).all()
    here.created_at = clock.now() - timedelta(minutes=16)
    session.add(here)
    session.flush()

    for path in ("authenticator", "passkeys/challenge", "recovery-codes", "authenticator/remove"):
        assert browser.post(f"{OWN}/{path}").status_code == 403
    assert "Sign in again to change this." in browser.get(OWN).text
    again = browser.post(f"{OWN}/again")
    assert again.headers["Location"] == f"/sign-in?next={OWN}"
    assert not is_in(browser)


def test_taken_away_the_password_is_enough_again_and_the_owner_is_told(
    session: Session, browser: Browser, ana: Account
) -> None:
    set_up(browser, ana)
    browser.sign_in(ana)

    assert browser.post(f"{OWN}/authenticator/remove").status_code == 303
    assert browser.post(f"{OWN}/authenticator/remove").status_code == 404

    browser.sign_out()
    assert sign_in(browser).headers["Location"] == "/home"
    assert session.exec(select(RecoveryCode)).all() == []
    assert "second step removed" in session.exec(select(Message.kind)).all()


def test_new_recovery_codes_make_the_old_ones_void(browser: Browser, ana: Account) -> None:
    _secret, old = set_up(browser, ana)
    browser.sign_in(ana)
    new = codes_shown(browser.post(f"{OWN}/recovery-codes"))

    sign_in(browser)

    assert browser.post(STEP, data={"code": old[0]}).status_code == 422
    assert browser.post(STEP, data={"code": new[0]}).status_code == 303


# --- Passkeys


def add_passkey(browser: Browser, key: SoftKey, name: str = "My phone") -> Response:
    options = browser.post(f"{OWN}/passkeys/challenge").text
    return browser.post(f"{OWN}/passkeys", data={"name": name, "answer": key.made(options)})


@pytest.fixture
def key(browser: Browser, ana: Account) -> SoftKey:
    """A passkey of Ana's, who is signed out again."""
    key = SoftKey()
    browser.sign_in(ana)
    assert len(codes_shown(add_passkey(browser, key))) == 10
    browser.sign_out()
    return key


def use(browser: Browser, answer_to: Callable[[str], str]) -> Response:
    options = browser.post(f"{STEP}/challenge").text
    return browser.post(f"{STEP}/passkey", data={"answer": answer_to(options), "next": "/sessions"})


def test_a_passkey_does_the_second_step(session: Session, browser: Browser, key: SoftKey) -> None:
    assert sign_in(browser).headers["Location"].startswith(STEP)

    assert use(browser, key.signed).headers["Location"] == "/sessions"

    assert is_in(browser)
    [kept] = session.exec(select(Passkey)).all()
    assert (kept.name, kept.uses) == ("My phone", 1)


def a_copy(key: SoftKey) -> SoftKey:
    """The same key, taken off the device before it was used last: its counter falls behind."""
    return SoftKey(name=key.name, key=key.key, uses=-1)


@pytest.mark.parametrize(
    "forged",
    [
        lambda key: SoftKey(name=key.name),
        lambda key: SoftKey(
            name=key.name, key=key.key, uses=5, origin="https://taller.evil.example"
        ),
        lambda key: SoftKey(name=key.name, key=key.key, uses=5, site="evil.example"),
        lambda _key: SoftKey(),
        a_copy,
    ],
    ids=["another key", "another origin", "another site", "unknown", "copy"],
)
def test_a_forged_signature_opens_nothing(
    browser: Browser, key: SoftKey, forged: Callable[[SoftKey], SoftKey]
) -> None:
    sign_in(browser)
    use(browser, key.signed)
    sign_in(browser)

    assert use(browser, forged(key).signed).status_code == 422

    assert not is_in(browser)


def test_a_signature_works_for_its_own_challenge_once(browser: Browser, key: SoftKey) -> None:
    sign_in(browser)
    options = browser.post(f"{STEP}/challenge").text
    answer = key.signed(options)
    assert browser.post(f"{STEP}/passkey", data={"answer": answer}).status_code == 303

    sign_in(browser)
    assert browser.post(f"{STEP}/passkey", data={"answer": answer}).status_code == 422
    browser.post(f"{STEP}/challenge")
    assert browser.post(f"{STEP}/passkey", data={"answer": answer}).status_code == 422
    assert not is_in(browser)


@pytest.mark.parametrize("answer", ["", "no JSON", "[]", "{}", '{"id": "x"}', '{"id": 5}'])
def test_what_is_no_answer_is_refused(browser: Browser, key: SoftKey, answer: str) -> None:
    del key
    sign_in(browser)

    assert use(browser, lambda _options: answer).status_code == 422


def test_a_passkey_is_added_for_ones_own_challenge_only(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.sign_in(ana)
    browser.post(f"{OWN}/passkeys/challenge")
    answer = SoftKey().made('{"challenge": "AAAA"}')

    added = browser.post(f"{OWN}/passkeys", data={"name": "x", "answer": answer})

    assert added.status_code == 422
    assert session.exec(select(Passkey)).all() == []


def test_only_its_owner_removes_a_passkey(
    session: Session, make: Make, browser: Browser, ana: Account, key: SoftKey
) -> None:
    del key
    [kept] = session.exec(select(Passkey)).all()
    path = f"{OWN}/passkeys/{kept.id}/remove"

    browser.sign_in(make.account())
    assert browser.post(path).status_code == 404
    browser.sign_in(ana)
    assert "My phone" in browser.get(OWN).text
    assert browser.post(path).status_code == 303
    assert sign_in(browser).headers["Location"] == "/home"


@pytest.mark.parametrize(
    ("kind", "deed"),
    [(LinkKind.SIGN_IN, "/sign-in/by-link"), (LinkKind.PASSWORD, "/sign-in/new-password")],
)
def test_a_link_does_not_replace_the_second_step(
    session: Session, browser: Browser, ana: Account, kind: LinkKind, deed: str
) -> None:
    set_up(browser, ana)
    browser.post("/sign-out")
    give_link(session, ana, kind, now=clock.now())
    secret = link_secret(session.exec(select(OneTimeToken.id)).one())

    answer = browser.post(deed, data={"secret": secret, "password": "colibri 7 lluvia"})

    assert answer.headers["Location"].startswith("/sign-in/second-step")
    assert not is_in(browser)
