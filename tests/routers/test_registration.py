"""Making an account, as a newcomer, a namesake and a mischief-maker meet it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from sqlmodel import Session, select

from app.core.passwords import password_matches
from app.models import Account, Gender, Message, SignIn
from tests.conftest import Browser
from tests.make import Make

PASSWORD = "colibri 7 lluvia"
ANSWERS = {
    "name": "María Rojas",
    "email": "maria@example.org",
    "password": PASSWORD,
    "country": "CO",
    "language": "es",
}


def register(browser: Browser, **given: str) -> Response:
    return browser.post("/register", data=ANSWERS | given)


def the_account(session: Session) -> Account:
    return session.exec(select(Account).where(Account.email == "maria@example.org")).one()


def test_a_newcomer_is_signed_in_at_once_and_welcomed(session: Session, browser: Browser) -> None:
    answer = register(browser, next="/courses/big-data")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses/big-data")
    assert "maria@example.org" in browser.get("/account").text
    account = the_account(session)
    assert account.password_hash is not None
    assert password_matches(PASSWORD, account.password_hash)
    message = session.exec(select(Message)).one()
    assert (message.account_id, message.kind, message.language) == (account.id, "welcome", "es")
    assert PASSWORD not in message.body


def test_what_is_not_answered_stays_unanswered(session: Session, browser: Browser) -> None:
    register(browser)
    account = the_account(session)

    assert account.gender is Gender.NOT_ANSWERED
    assert account.institution_id is None
    assert account.timezone == "America/Bogota"
    assert account.platform_role is None


def test_every_answer_is_taken_down(session: Session, make: Make, browser: Browser) -> None:
    sena = make.institution(acronym="SENA", country="CO")
    register(
        browser,
        institution="SENA, Colombia",
        gender="another",
        gender_word="no binaria",
        language="pt",
        zone="America/Mexico_City",
    )
    account = the_account(session)

    assert account.institution_id == sena.id
    assert (account.gender, account.gender_word) == (Gender.ANOTHER, "no binaria")
    assert (account.language, account.timezone) == ("pt", "America/Mexico_City")


def test_an_own_word_is_kept_with_its_answer_only(session: Session, browser: Browser) -> None:
    register(browser, gender="woman", gender_word="mujer")

    assert (the_account(session).gender, the_account(session).gender_word) == (Gender.WOMAN, "")


def test_nobody_makes_themselves_an_administrator(session: Session, browser: Browser) -> None:
    register(browser, platform_role="administrator", is_demo="1", id="1", coordinates_id="x")

    assert the_account(session).platform_role is None


def test_the_form_asks_everything_with_a_label_and_a_hint_for_browsers(browser: Browser) -> None:
    page = BeautifulSoup(browser.get("/register").text, "html.parser")
    form = page.select_one("form[action='/register']")
    assert form is not None
    tokens = {
        str(field["name"]): field.get("autocomplete")
        for field in form.select("input:not([type=radio], [type=hidden]), select")
    }

    assert tokens == {
        "email": "username",
        "password": "new-password",
        "name": "name",
        "country": "country",
        "institution": "organization",
        "gender_word": None,
        "language": None,
        "zone": None,
    }
    for field in form.select("input:not([type=hidden]), select"):
        labelled = page.select_one(f"label[for='{field['id']}']") or field.find_parent("label")
        assert labelled is not None, field
    assert form.select("input[type=radio][checked]") == []


def test_countries_stand_in_the_order_of_the_readers_language(browser: Browser) -> None:
    def countries(language: str) -> list[str]:
        page = BeautifulSoup(browser.get(f"/register?lang={language}").text, "html.parser")
        return [option.text for option in page.select("#country option[value]:not([value=''])")]

    spanish, english = countries("es"), countries("en")
    assert len(spanish) == len(english) == 250
    assert spanish.index("Alemania") < spanish.index("Brasil") < spanish.index("Zambia")
    assert english[:3] == ["Afghanistan", "Åland Islands", "Albania"]


def test_the_browsers_own_zone_is_chosen_for_it(browser: Browser) -> None:
    browser.cookies.set("tz", "America/Buenos_Aires")  # as some browsers still call it
    page = BeautifulSoup(browser.get("/register").text, "html.parser")

    assert [str(o["value"]) for o in page.select("#zone option[selected]")] == [
        "America/Argentina/Buenos_Aires"
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "maria@"}, "Write a whole e-mail address"),
        ({"email": ""}, "Fill this in."),
        ({"password": "corto"}, "Write at least 10 characters."),
        ({"password": "a" * 201}, "Write at most 200 characters."),
        ({"password": "maria@example.org"}, "Choose something else than your e-mail address."),
        ({"password": "contraseña123"}, "Many people use this password"),
        ({"name": ""}, "Fill this in."),
        ({"name": "\u202e\u200b"}, "Fill this in."),
        ({"name": "a" * 251}, "Write at most 250 characters."),
        ({"country": "XX"}, "Choose one of the options."),
        ({"country": ""}, "Fill this in."),
        ({"gender": "yes"}, "Choose one of the options."),
        ({"gender_word": "a" * 61}, "Write at most 60 characters."),
        ({"language": "de"}, "Choose one of the options."),
        ({"zone": "Mars/Olympus"}, "Choose one of the options."),
    ],
)
def test_a_wrong_answer_is_explained_and_the_others_stay(
    session: Session, browser: Browser, wrong: dict[str, str], sentence: str
) -> None:
    answer = register(browser, institution="", **wrong)
    page = BeautifulSoup(answer.text, "html.parser")

    assert answer.status_code == 422
    assert sentence in page.select("main [role=alert]")[0].text
    name = page.select_one("#name")
    assert name is not None
    assert name.get("value", "") == (ANSWERS | wrong)["name"]
    assert PASSWORD not in answer.text
    assert session.exec(select(Account)).all() == []


def test_a_name_of_250_letters_fits(session: Session, browser: Browser) -> None:
    register(browser, name="María " + "a" * 244)

    assert len(the_account(session).name) == 250
    assert browser.get("/account").status_code == 200


def test_a_name_cannot_turn_what_is_printed_after_it(session: Session, browser: Browser) -> None:
    register(browser, name="  María\u202e \u2067Rojas\u200f ")

    assert the_account(session).name == "María Rojas"


def test_an_address_is_kept_in_one_spelling(session: Session, browser: Browser) -> None:
    register(browser, email="MARIA@Example.org")

    assert the_account(session).name == "María Rojas"
    assert register(browser, email="maria@EXAMPLE.org").status_code == 422


def test_an_address_in_use_leads_to_signing_in(
    session: Session, make: Make, browser: Browser
) -> None:
    make.account(email="maria@example.org", name="The first Maria")

    answer = register(browser, next="/courses/big-data")

    assert answer.status_code == 422
    assert "An account with this address exists. Sign in instead." in answer.text
    assert 'href="/sign-in?next=/courses/big-data"' in answer.text
    assert the_account(session).name == "The first Maria"
    assert session.exec(select(SignIn)).all() == []


def test_asking_for_many_addresses_has_to_wait(make: Make, browser: Browser) -> None:
    make.account(email="maria@example.org")
    asked = [register(browser).status_code for _ in range(11)]

    assert asked == [422] * 10 + [429]


def test_of_two_at_once_with_one_address_one_gets_it(session: Session, browser: Browser) -> None:
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda n: register(browser, name=f"María {n}"), range(4)))

    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    assert len(session.exec(select(Account)).all()) == 1
    assert len(session.exec(select(Message)).all()) == 1


def test_an_institution_is_found_by_what_people_call_it(
    session: Session, make: Make, browser: Browser
) -> None:
    make.institution(acronym="MTSS", country="CU", name="Ministry of Labour (Cuba)")
    uruguay = make.institution(acronym="MTSS", country="UY", name="Ministry of Labour (Uruguay)")

    register(browser, institution="mtss", country="UY")

    assert the_account(session).institution_id == uruguay.id


def test_an_unknown_institution_is_asked_about(
    session: Session, make: Make, browser: Browser
) -> None:
    sena = make.institution(acronym="SENA", country="CO", name="National Training Service")
    make.institution(acronym="INA", country="CR", name="National Learning Institute")

    answer = register(browser, institution="SENNA")
    page = BeautifulSoup(answer.text, "html.parser")
    offered = {str(r["value"]): r for r in page.select("[name=institution_choice]")}
    chosen = register(browser, institution="SENNA", institution_choice=str(sena.id))

    assert answer.status_code == 422
    assert "We know no institution by this name." in answer.text
    assert set(offered) == {str(sena.id), "propose", "none"}
    assert chosen.status_code == 303
    assert the_account(session).institution_id == sena.id


def test_an_institution_that_is_not_listed_is_left_out(session: Session, browser: Browser) -> None:
    asked = register(browser, institution="Taller de Doña Rosa")
    register(browser, institution="Taller de Doña Rosa", institution_choice="none")

    assert "It is not in the list: leave it out" in asked.text
    assert the_account(session).institution_id is None
