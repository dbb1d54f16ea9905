"""The JSON API, as a program with somebody's key meets it."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.i18n import LANGUAGES
from app.core.settings import secret_key, settings
from app.models import Account, ApiToken, Edition, EditionStaff, StaffRole
from app.services.accounts import change_password
from app.services.enrolments import enrol
from app.services.keys import make_key
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


class Program:
    """Something that reads the API with a person's key."""

    def __init__(self, browser: Browser, session: Session, account: Account) -> None:
        self.browser = browser
        self.key = make_key(session, account.id, name="test")

    def get(self, address: str) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.browser.get(f"/api/v1{address}", headers=headers)

    def ids(self, address: str = "/editions") -> list[str]:
        return [item["id"] for item in self.get(address).json()["items"]]


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data", "es": "Datos"}))


def put_in(session: Session, account: Account, edition: Edition) -> None:
    now = clock.now()
    enrol(session, account, edition, language="en", on=now.date(), now=now)


def test_a_key_tells_whose_it_is(session: Session, make: Make, browser: Browser) -> None:
    sena = make.institution(acronym="SENA")
    ana = make.account(institution_id=sena.id)

    told = Program(browser, session, ana).get("/me").json()

    assert told == {
        "id": str(ana.id),
        "name": ana.name,
        "email": ana.email,
        "country": "CO",
        "institution": "SENA",
        "language": "en",
        "timezone": "UTC",
        "roles": ["signed in"],
    }


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "bearer taller_x", "x"]
)
@pytest.mark.parametrize("address", ["/me", "/editions", "/editions/{id}/people"])
def test_without_a_valid_key_nothing_is_told(
    browser: Browser, edition: Edition, address: str, header: str | None
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = browser.get("/api/v1" + address.format(id=edition.id), headers=headers)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert {"title": "Unauthorized", "status": 401}.items() <= answer.json().items()


def test_a_cookie_opens_nothing(make: Make, browser: Browser) -> None:
    browser.sign_in(make.administrator())

    assert browser.get("/api/v1/me").status_code == 401


def test_a_key_opens_no_page(session: Session, make: Make, browser: Browser) -> None:
    key = make_key(session, make.administrator().id, name="x")

    assert browser.get("/account", headers={"Authorization": f"Bearer {key}"}).status_code == 303


def test_a_withdrawn_key_opens_nothing(session: Session, make: Make, browser: Browser) -> None:
    program = Program(browser, session, make.account())
    assert program.get("/me").status_code == 200
    for token in session.exec(select(ApiToken)):
        token.revoked_at = clock.now()
        session.add(token)
    session.flush()

    assert program.get("/me").status_code == 401


def test_a_key_lists_what_its_owner_may_see(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    hidden = make.edition()
    sena = make.institution()
    member = make.account(institution_id=sena.id)
    put_in(session, member, edition)
    both = sorted(str(e.id) for e in (edition, hidden))
    seen_by = {
        "stranger": (make.account(), []),
        "participant": (member, [str(edition.id)]),
        "tutor": (make.tutor(edition), [str(edition.id)]),
        "focal": (make.focal(sena), [str(edition.id)]),
        "coordinator": (make.coordinator(), both),
        "administrator": (make.administrator(), both),
    }

    assert {who: Program(browser, session, a).ids() for who, (a, _) in seen_by.items()} == {
        who: expected for who, (_, expected) in seen_by.items()
    }


def test_an_edition_is_told_in_all_its_languages(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    told = Program(browser, session, make.tutor(edition)).get("/editions").json()

    assert told["next"] is None
    assert told["items"][0]["title"] == {"en": "Big Data", "es": "Datos"}
    assert told["items"][0]["starts_on"] == "2026-04-01"
    assert set(LANGUAGES) >= set(told["items"][0]["languages"])


def test_long_lists_come_in_pieces(session: Session, make: Make, browser: Browser) -> None:
    made = sorted(str(make.edition().id) for _ in range(5))
    program = Program(browser, session, make.coordinator())

    found, address = [], "/editions?limit=2"
    while address:
        piece = program.get(address).json()
        found += [item["id"] for item in piece["items"]]
        address = (piece["next"] or "").removeprefix("/api/v1")

    assert found == made


def test_staff_read_the_people_of_their_edition(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    sena = make.institution(acronym="SENA")
    ana = make.account(institution_id=sena.id)
    put_in(session, ana, edition)

    people = Program(browser, session, make.tutor(edition)).get(f"/editions/{edition.id}/people")

    (told,) = people.json()["items"]
    assert (told["name"], told["status"], told["institution"]) == (ana.name, "active", "SENA")
    assert "gender" not in told


def test_a_focal_coordinator_reads_the_own_people_only(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    sena, ina = make.institution(), make.institution()
    ours, theirs = make.account(institution_id=sena.id), make.account(institution_id=ina.id)
    for account in (ours, theirs):
        put_in(session, account, edition)
    focal = make.focal(sena)
    program = Program(browser, session, focal)

    def names() -> list[str]:
        people = program.get(f"/editions/{edition.id}/people").json()["items"]
        return [person["name"] for person in people]

    assert names() == [ours.name]
    session.add(EditionStaff(edition_id=edition.id, account_id=focal.id, role=StaffRole.TUTOR))
    session.flush()
    assert names() == [ours.name, theirs.name]


def test_a_participant_is_refused_and_a_stranger_learns_nothing(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    address = f"/editions/{edition.id}/people"
    refused = Program(browser, session, make.participant(edition)).get(address)
    strange = Program(browser, session, make.account()).get(address)
    absent = Program(browser, session, make.account()).get(
        "/editions/019a0000-0000-7000-8000-000000000000/people"
    )

    assert (refused.status_code, strange.status_code, absent.status_code) == (403, 404, 404)
    assert strange.json() == absent.json()
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/editions/x/people", 404),
        ("/editions?after=x", 422),
        ("/editions?limit=501", 422),
        ("/editions?limit=0", 422),
    ],
)
def test_every_refusal_is_a_problem_a_program_can_read(
    session: Session, make: Make, browser: Browser, address: str, status: int
) -> None:
    answer = Program(browser, session, make.account()).get(address)

    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_the_description_lists_every_address_and_how_to_open_it(browser: Browser) -> None:
    told = browser.get("/api/v1/openapi.json").json()

    assert set(told["paths"]) == {
        "/api/v1/me",
        "/api/v1/editions",
        "/api/v1/editions/{edition}/people",
    }
    assert told["security"] == [{"key": []}]
    assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    people = told["paths"]["/api/v1/editions/{edition}/people"]["get"]
    assert set(people["responses"]) == {"200", "401", "403", "404", "422"}
    assert {p["name"] for p in people["parameters"]} == {"edition", "after", "limit"}


def test_the_answer_takes_two_statements(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    for _ in range(3):
        make.participant(edition)
    program = Program(browser, session, make.coordinator())

    with statements() as sent:
        program.get(f"/editions/{edition.id}/people")
    assert len(sent) == 2, sent


def test_addresses_are_given_only_to_those_who_write_to_people(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    put_in(session, make.account(email="ana@example.org"), edition)
    people = f"/editions/{edition.id}/people"

    def address_for(account: Account) -> object:
        (item,) = Program(browser, session, account).get(people).json()["items"]
        return item["email"]

    assert address_for(make.coordinator()) == "ana@example.org"
    assert address_for(make.tutor(edition)) is None
    assert address_for(make.observer(edition)) is None


def test_a_key_ends_with_the_password_it_was_made_under_and_with_the_installations_key(
    session: Session, make: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, luis = make.account(), make.account()
    hers, his = Program(browser, session, ana), Program(browser, session, luis)
    browser.sign_in(luis)
    generation = ana.calendar_generation

    change_password(session, ana.id, "another hash")
    session.refresh(ana)
    after_the_password = (hers.get("/me").status_code, his.get("/me").status_code)
    monkeypatch.setenv("TALLER_SECRET_KEY", "k" * 40)
    settings.cache_clear()
    secret_key.cache_clear()

    assert after_the_password == (401, 200)
    assert ana.calendar_generation == generation + 1
    assert his.get("/me").status_code == 401
    assert browser.get("/home").status_code == 303
