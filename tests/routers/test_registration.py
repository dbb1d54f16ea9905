"""Making an account, as a newcomer, a namesake and a mischief-maker meet it."""

from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from sqlmodel import Session, col, select

from app.core.passwords import password_matches
from app.models import Account, Gender, Message, SignIn
from app.queries.institution_proposals import how_many_wait
from tests.conftest import Browser
from tests.links import link_in, secret_in
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


def messages(session: Session) -> list[Message]:
    return list(session.exec(select(Message).order_by(col(Message.id))))


def confirm(browser: Browser, message: Message, **given: str) -> Response:
    """Open the link of a message, and press its button."""
    link = link_in(message)
    assert browser.get(link).status_code == 200
    return browser.post("/register/confirm", data={"secret": secret_in(link)} | given)


def test_a_newcomer_confirms_the_address_and_goes_on_to_where_they_were_going(
    session: Session, browser: Browser
) -> None:
    asked = register(browser, next="/courses/big-data")

    assert "Open the message that we sent to maria@example.org" in asked.text
    assert browser.get("/account").status_code == 303
    (message,) = messages(session)
    account = the_account(session)
    assert (account.is_pending, message.email, message.language) == (True, account.email, "es")

    answer = confirm(browser, message)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses/big-data")
    assert "maria@example.org" in browser.get("/account").text
    session.refresh(account)
    assert account.email_confirmed_at
    assert password_matches(PASSWORD, account.password_hash)
    assert [m.kind for m in messages(session)] == ["confirm address", "welcome"]
    assert PASSWORD not in "".join(m.body for m in messages(session))


def test_an_account_that_is_not_confirmed_can_do_nothing(
    session: Session, browser: Browser
) -> None:
    register(browser)
    answer = browser.post("/sign-in", data={"email": "maria@example.org", "password": PASSWORD})
    free = browser.post("/sign-in", data={"email": "luis@example.org", "password": PASSWORD})

    assert answer.status_code == 422
    assert answer.text == free.text.replace("luis@", "maria@")
    assert session.exec(select(SignIn)).all() == []


def test_a_stranger_in_another_browser_does_not_choose_the_password(
    session: Session, browser: Browser
) -> None:
    """They register with somebody's address; its owner opens the link, and must not be theirs."""
    register(browser)
    (message,) = messages(session)
    browser.cookies.clear()

    page = browser.get(link_in(message))
    without = confirm(browser, message)
    weak = confirm(browser, message, password="contraseña123")
    answer = confirm(browser, message, password="mi propia contraseña")

    assert "choose it here" in page.text
    assert (without.status_code, weak.status_code, answer.status_code) == (422, 422, 303)
    assert not password_matches(PASSWORD, the_account(session).password_hash)
    assert password_matches("mi propia contraseña", the_account(session).password_hash)


def test_a_message_to_an_address_that_may_be_anybodys_says_nothing_that_was_typed(
    session: Session, browser: Browser
) -> None:
    register(browser, name="Buy at http://evil.example")

    assert "evil" not in messages(session)[0].body


def test_who_registers_again_replaces_what_nobody_confirmed(
    session: Session, browser: Browser
) -> None:
    register(browser, name="Squatter")
    browser.cookies.clear()
    register(browser, name="María Rojas", password="otra buena contraseña")
    first, second = messages(session)

    assert browser.get(link_in(first)).status_code == 404
    assert confirm(browser, second).status_code == 303
    account = the_account(session)
    assert account.name == "María Rojas"
    assert password_matches("otra buena contraseña", account.password_hash)


def test_registering_goes_on_without_a_password_for_those_who_have_an_account(
    session: Session, make: Make, browser: Browser
) -> None:
    imported = make.account(email="maria@example.org", email_confirmed_at=None)

    register(browser, next="/courses/big-data")

    (message,) = messages(session)
    assert (message.account_id, message.kind) == (imported.id, "already registered")
    sign_in, new_password = (secret_in(link_in(message, n)) for n in (0, 1))
    answer = browser.post("/sign-in/by-link", data={"secret": sign_in})
    assert answer.headers["Location"] == "/courses/big-data"
    assert browser.get(f"/link/{new_password}").status_code == 200
    assert imported.password_hash is None


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
    confirm(browser, messages(session)[0])
    assert browser.get("/account").status_code == 200


def test_a_name_cannot_turn_what_is_printed_after_it(session: Session, browser: Browser) -> None:
    register(browser, name="  María\u202e \u2067Rojas\u200f ")

    assert the_account(session).name == "María Rojas"


def test_an_address_is_kept_in_one_spelling(session: Session, browser: Browser) -> None:
    register(browser, email="MARIA@Example.org")

    assert the_account(session).name == "María Rojas"
    register(browser, email="maria@EXAMPLE.org.")
    register(browser, email="m\u200baria@example.org")
    assert len(session.exec(select(Account)).all()) == 1


def test_a_free_address_and_a_taken_one_get_the_same_answer(
    session: Session, make: Make, browser: Browser
) -> None:
    make.account(email="maria@example.org", name="The first Maria")

    def plain(email: str) -> tuple[int, str, list[str]]:
        browser.cookies.clear()
        answer = register(browser, email=email)
        cookies = [line.split("=")[0] for line in answer.headers.get_list("Set-Cookie")]
        return answer.status_code, answer.text.replace(email, "…"), cookies

    assert plain("maria@example.org") == plain("marta@example.org")
    assert the_account(session).name == "The first Maria"
    assert [m.kind for m in messages(session)] == ["already registered", "confirm address"]


def test_an_address_gets_three_messages_and_its_links_go_on_working(
    session: Session, browser: Browser
) -> None:
    pages = {register(browser, name=f"María {n}").text for n in range(5)}

    assert len(pages) == 1
    assert len(messages(session)) == 3
    assert the_account(session).name == "María 2"
    assert confirm(browser, messages(session)[-1]).status_code == 303


def test_of_some_at_once_with_one_address_each_gets_the_answer_and_one_the_account(
    session: Session, browser: Browser
) -> None:
    with ThreadPoolExecutor(3) as people:
        answers = list(people.map(lambda n: register(browser, name=f"María {n}"), range(3)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(session.exec(select(Account)).all()) == 1
    alive = [browser.get(link_in(message)).status_code for message in messages(session)]
    assert sorted(alive) == [200, 404, 404]


@pytest.mark.parametrize("field", ["institution", "proposed_name"])
def test_an_endless_name_of_an_institution_is_not_looked_for(
    make: Make, browser: Browser, field: str
) -> None:
    """Comparing it with each that we know would take a stranger's request half a minute."""
    for _nth in range(20):
        make.institution()
    typed = (
        {"institution": "Sena", "institution_choice": "propose"} if field != "institution" else {}
    )

    began = process_time()
    answer = register(browser, **typed | {field: "xn " * 250_000})

    assert answer.status_code == 422
    assert "Write at most" in answer.text
    assert "We know no institution by this name" not in answer.text
    assert process_time() - began < 2


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
    assert chosen.status_code == 200
    assert the_account(session).institution_id == sena.id


def test_an_institution_that_is_not_listed_is_left_out(session: Session, browser: Browser) -> None:
    asked = register(browser, institution="Taller de Doña Rosa")
    register(browser, institution="Taller de Doña Rosa", institution_choice="none")

    assert "It is not in the list: leave it out" in asked.text
    assert the_account(session).institution_id is None


def test_what_is_proposed_waits_for_a_coordinator_once_the_address_is_confirmed(
    session: Session, browser: Browser
) -> None:
    register(browser, institution="Taller de Doña Rosa", institution_choice="propose")
    before = how_many_wait(session)
    confirm(browser, messages(session)[0])

    assert (before, how_many_wait(session)) == (0, 1)
