"""One institution's page, and the pages that change it: who gets in, and what is refused."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, SQLModel, select

from app.core import db
from app.models import (
    Account,
    Institution,
    InstitutionAlias,
    InstitutionKind,
    InstitutionMerge,
    InstitutionProposal,
    Message,
    PlatformRole,
)
from app.queries.institution_proposals import queue
from app.services.institution_merges import merge
from app.services.institution_proposals import Proposed, settle_institution
from tests.conftest import Browser
from tests.counting import statements
from tests.links import link_in, secret_in
from tests.make import Make


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", country="CO", name="National Learning Service")


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    """A coordinator, who is signed in."""
    boss = make.coordinator()
    browser.sign_in(boss)
    return boss


def text_of(html: str) -> str:
    return BeautifulSoup(html, "html.parser").select("main")[0].get_text(" ", strip=True)


def test_its_page_says_what_is_known(
    make: Make, browser: Browser, sena: Institution, boss: Account
) -> None:
    edition = make.edition()
    make.crowd(edition, 2, institution_id=sena.id)
    make.alias(sena, "El Servicio")
    make.focal(sena, name="Rosa Punto", email="rosa@example.org")
    page = browser.get(f"/institutions/{sena.id}")

    for words in ("National Learning Service", "SENA", "Colombia", "El Servicio", "Rosa Punto"):
        assert words in text_of(page.text)
    rows = BeautifulSoup(page.text, "html.parser").select("tbody tr")
    assert [row.select("td")[-1].text for row in rows] == ["2"]
    assert boss.coordinates_id is None


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_few_statements_however_much_it_shows(
    make: Make, browser: Browser, sena: Institution, how_many: int
) -> None:
    for n in range(how_many):
        make.crowd(make.edition(), institution_id=sena.id)
        make.alias(sena, f"Name {n}")
        make.focal(sena)
        gone = make.institution(country="CO")
        with db.changing() as unit:
            merge(unit, gone.id, sena.id, by=make.coordinator().id)
    with statements() as sent:
        assert browser.get(f"/institutions/{sena.id}").status_code == 200

    assert len(sent) == 9, sent


def everything(session: Session) -> dict[str, list[str]]:
    """Every row of every table that an institution page could change."""
    session.expire_all()
    names = ("institution", "institution_alias", "institution_merge", "institution_proposal",
             "account", "audit_event")  # fmt: skip
    tables = [SQLModel.metadata.tables[name] for name in names]
    return {t.name: sorted(map(str, session.execute(t.select()).all())) for t in tables}


#: What may be asked of an institution: method, the rest of the address, what is sent.
ADDRESSES: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "", {}),
    ("GET", "/edit", {}),
    ("POST", "/edit", {"acronym": "X", "name": "Y", "country": "CO", "kind": "other"}),
    ("POST", "/aliases", {"alias": "Z"}),
    ("POST", "/aliases/{alias}/remove", {}),
    ("POST", "/proposals", {"wish": "W"}),
    ("GET", "/merge", {}),
    ("POST", "/merge", {"into": "{other}"}),
    ("POST", "/focal-points", {"focal_email": "ana@example.org"}),
    ("POST", "/focal-points/{focal}/remove", {}),
]
#: What an own focal point may do of these.
OWN = {("GET", ""), ("POST", "/proposals")}
ACTORS: list[tuple[str, Callable[[Make, Institution], Account]]] = [
    ("person", lambda make, _one: make.account()),
    ("tutor", lambda make, _one: make.tutor(make.edition())),
    ("stranger", lambda make, _one: make.focal(make.institution())),
    ("own", lambda make, one: make.focal(one)),
]


@pytest.mark.parametrize(("who", "actor"), ACTORS)
def test_whoever_may_not_changes_nothing_and_learns_nothing(
    session: Session,
    make: Make,
    browser: Browser,
    sena: Institution,
    who: str,
    actor: Callable[[Make, Institution], Account],
) -> None:
    other = make.institution(country="CO")
    alias, focal = make.alias(sena, "El Servicio"), make.focal(sena)
    make.account(email="ana@example.org")
    browser.sign_in(actor(make, sena))
    before = everything(session)
    told = {"alias": alias.id, "focal": focal.id, "other": other.id}

    for method, rest, data in ADDRESSES:
        if who == "own" and (method, rest) in OWN:
            continue
        sent = {key: value.format(**told) for key, value in data.items()}
        path = rest.format(**told)
        there = browser.request(method, f"/institutions/{sena.id}{path}", data=sent)
        absent = browser.request(method, f"/institutions/{uuid4()}{path}", data=sent)

        assert there.status_code == {"own": 403, "stranger": 404}.get(who, 403), (method, rest)
        if who != "own":
            assert (there.status_code, len(there.text)) == (absent.status_code, len(absent.text))

    assert everything(session) == before


def test_a_visitor_is_asked_to_sign_in(browser: Browser, sena: Institution) -> None:
    for method, rest, data in ADDRESSES:
        path = rest.format(alias=uuid4(), focal=uuid4())
        answer = browser.request(method, f"/institutions/{sena.id}{path}", data=data)
        assert answer.headers["Location"].startswith("/sign-in"), path


def test_only_staff_reach_the_pages_of_the_whole_list(
    make: Make, browser: Browser, sena: Institution
) -> None:
    addresses = [
        ("GET", "/institutions/new"),
        ("POST", "/institutions/new"),
        ("GET", "/institutions/import"),
        ("POST", "/institutions/import"),
        ("POST", "/institutions/import/apply"),
        ("POST", f"/institutions/merges/{uuid4()}/undo"),
        *((m, f"/institutions/proposals/{uuid4()}{rest}") for m, rest in (
            ("GET", ""), ("POST", "/accept"), ("POST", "/alias"), ("POST", "/change"),
            ("POST", "/decline"))),
    ]  # fmt: skip
    for account in (make.focal(sena), make.account(), make.tutor(make.edition())):
        browser.sign_in(account)
        for method, address in addresses:
            assert browser.request(method, address).status_code == 403, address


def test_a_focal_point_is_shown_no_queue_and_no_history(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    proposer = make.account(name="Somebody Else")
    settle_institution(session, proposer.id, Proposed("Escuela Secreta"))
    session.flush()
    browser.sign_in(make.focal(sena))

    listed = browser.get("/institutions?state=proposed")
    assert "Escuela Secreta" not in listed.text
    assert "Proposed" not in text_of(listed.text)
    assert "History" not in text_of(browser.get(f"/institutions/{sena.id}").text)


@pytest.mark.usefixtures("boss")
def test_adding_asks_whether_it_is_there_already(
    session: Session, browser: Browser, sena: Institution
) -> None:
    sent = {"acronym": "SENNA", "name": "Learning", "country": "CO", "kind": "ministry"}

    doubt = browser.post("/institutions/new", data=sent)
    done = browser.post("/institutions/new", data=sent | {"sure": "true", "merged_into_id": "x"})

    assert doubt.status_code == 422
    assert "Is it one of these?" in doubt.text
    assert f"/institutions/{sena.id}" in doubt.text
    assert 'value="SENNA"' in doubt.text
    added = session.get_one(Institution, UUID(done.headers["Location"].rpartition("/")[2]))
    assert (added.acronym, added.kind) == ("SENNA", InstitutionKind.MINISTRY)


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"acronym": ""}, "Fill this in."),
        ({"acronym": "\u202e "}, "Fill this in."),
        ({"acronym": "a" * 41}, "at most 40 characters"),
        ({"name": "a" * 201}, "at most 200 characters"),
        ({"country": "XX"}, "Choose one of the options."),
        ({"kind": "guild"}, "Choose one of the options."),
        ({"acronym": "sena"}, "This is a name of SENA, Colombia"),
    ],
)
def test_a_wrong_answer_is_explained_and_the_others_stay(
    session: Session, browser: Browser, sena: Institution, wrong: dict[str, str], sentence: str
) -> None:
    given = {"acronym": "NEW", "name": "Escuela", "country": "CO", "kind": "other"} | wrong
    other = session.exec(select(Institution)).all()

    for address in ("/institutions/new",):
        answer = browser.post(address, data=given)
        assert answer.status_code == 422
        assert sentence in BeautifulSoup(answer.text, "html.parser").select("[role=alert]")[0].text
    assert len(session.exec(select(Institution)).all()) == len(other)
    assert sena.acronym == "SENA"


@pytest.mark.usefixtures("boss")
def test_two_who_edit_at_once_do_not_overwrite_each_other(
    session: Session, browser: Browser, sena: Institution
) -> None:
    opened = BeautifulSoup(browser.get(f"/institutions/{sena.id}/edit").text, "html.parser")
    was = {str(i["name"]): str(i["value"]) for i in opened.select("input[name^=was-]")}
    mine = {"acronym": "SENA", "country": "CO", "kind": "training"}
    browser.post(f"/institutions/{sena.id}/edit", data=mine | was | {"name": "First"})

    kept = browser.post(f"/institutions/{sena.id}/edit", data=mine | was | {"name": "Second"})

    assert kept.status_code == 422
    assert "Somebody else saved “First” here meanwhile." in kept.text
    session.refresh(sena)
    assert sena.name == "First"
    history = text_of(browser.get(f"/institutions/{sena.id}").text).partition("History")[2]
    assert "National Learning Service → First" in history


@pytest.mark.usefixtures("boss")
def test_names_and_focal_points_are_managed_on_the_page(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    ana = make.account(email="ana@example.org", name="Ana Pérez")
    page = f"/institutions/{sena.id}"

    assert browser.post(f"{page}/aliases", data={"alias": "El Servicio"}).status_code == 303
    again = browser.post(f"{page}/aliases", data={"alias": "el servicio"})
    assert (again.status_code, "It is called so already." in again.text) == (422, True)
    alias = session.exec(select(InstitutionAlias)).one()
    assert browser.post(f"{page}/aliases/{alias.id}/remove").status_code == 303

    wrong = browser.post(f"{page}/focal-points", data={"focal_email": "who@example.org"})
    assert (wrong.status_code, "who@example.org" in wrong.text) == (422, True)
    browser.post(f"{page}/focal-points", data={"focal_email": "Ana@example.org"})
    session.refresh(ana)
    assert (ana.platform_role, ana.coordinates_id) == (PlatformRole.COORDINATOR, sena.id)
    browser.post(f"{page}/focal-points/{ana.id}/remove")
    session.refresh(ana)
    assert ana.platform_role is None


@pytest.mark.usefixtures("boss")
def test_a_merge_is_looked_at_done_and_undone(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    gone = make.institution(acronym="SENNA", name="Servicio", country="CO")
    person = make.account(institution_id=gone.id)
    page = f"/institutions/{gone.id}/merge"

    assert browser.post(page, data={"into": str(gone.id)}).status_code == 422
    assert "Merge them" not in text_of(browser.get(page).text)
    preview = text_of(browser.get(f"{page}?into={sena.id}").text)
    assert "SENNA becomes SENA, Colombia" in preview
    assert "People who move 1" in preview
    browser.post(page, data={"into": str(sena.id)})
    session.refresh(person)
    assert person.institution_id == sena.id
    assert "It is SENA now" in browser.get(f"/institutions/{gone.id}").text
    options = browser.get("/institutions/options?institution=senna").text
    assert ('"SENNA, ' in options, '"SENA, Colombia"' in options) == (False, True)
    assert "SENNA" not in browser.get("/register").text

    event = session.exec(select(InstitutionMerge)).one()
    browser.post(f"/institutions/merges/{event.id}/undo")
    session.refresh(person)
    assert person.institution_id == gone.id
    assert browser.post(f"/institutions/merges/{event.id}/undo").status_code == 409


def test_a_proposal_is_made_while_registering_and_decided_in_the_queue(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    answers = {
        "name": "María Rojas",
        "email": "maria@example.org",
        "password": "colibri 7 lluvia",
        "country": "CO",
        "language": "en",
        "institution": "Escuela Única",
    }
    asked = browser.post("/register", data=answers)
    assert 'value="Escuela Única"' in asked.text
    made = browser.post(
        "/register",
        data=answers | {"institution_choice": "propose", "proposed_acronym": "EU"},
    )
    assert "Open the message" in made.text
    (message,) = session.exec(select(Message)).all()
    assert queue(session) == []  # nobody's yet
    confirmed = browser.post("/register/confirm", data={"secret": secret_in(link_in(message))})
    assert confirmed.status_code == 303
    maria = session.exec(select(Account).where(Account.email == "maria@example.org")).one()
    own = browser.get("/account")
    assert "You proposed “Escuela Única”" in own.text
    again = {k: answers[k] for k in ("name", "country", "language", "institution")}
    assert browser.post("/account", data=again).status_code == 303
    assert len(session.exec(select(InstitutionProposal)).all()) == 1

    browser.cookies.clear()
    browser.sign_in(make.coordinator())
    assert "Escuela Única (EU)" in text_of(browser.get("/institutions?state=proposed").text)
    (seen,) = queue(session)
    page = f"/institutions/proposals/{seen.id}"
    assert "María Rojas" in browser.get(page).text
    assert browser.post(f"{page}/accept", data={"name": "x"}).status_code == 422
    terms = {"acronym": "EU", "name": "Escuela Única", "country": "CO", "kind": "training"}
    assert browser.post(f"{page}/accept", data=terms).status_code == 303
    session.refresh(maria)
    assert maria.institution_id not in {None, sena.id}
    assert browser.get(page).status_code == 404
    assert browser.post(f"{page}/decline").status_code == 409


def test_a_proposal_that_is_known_after_all_is_taken_as_known(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    person = make.account(country="CO")
    browser.sign_in(person)
    sent = {
        "name": "Ana",
        "country": "CO",
        "language": "en",
        "institution": "Zzz",
        "institution_choice": "propose",
        "proposed_name": "national learning service",
    }

    browser.post("/account", data=sent)

    session.refresh(person)
    assert person.institution_id == sena.id
    assert queue(session) == []


def test_a_proposal_is_taken_back_by_leaving_the_answer_empty(
    session: Session, make: Make, browser: Browser
) -> None:
    person = make.account(country="CO")
    settle_institution(session, person.id, Proposed("Escuela Única"))
    session.flush()
    browser.sign_in(person)

    browser.post("/account", data={"name": "Ana", "country": "CO", "language": "en"})

    session.expire_all()
    assert session.exec(select(InstitutionProposal)).all() == []


@pytest.mark.usefixtures("boss", "sena")
def test_a_known_name_and_a_refusal_are_decided_too(
    session: Session, make: Make, browser: Browser
) -> None:
    people = [make.account(), make.account()]
    for person, name in zip(people, ("Aprendizaje", "Nada"), strict=True):
        settle_institution(session, person.id, Proposed(name))
    session.flush()
    first, second = queue(session)
    known = session.exec(select(Institution).where(Institution.acronym == "SENA")).one()

    page = f"/institutions/proposals/{first.id}"
    assert browser.post(f"{page}/alias", data={"institution": ""}).status_code == 422
    browser.post(f"{page}/alias", data={"institution": str(known.id)})
    browser.post(f"/institutions/proposals/{second.id}/decline", data={"reason": "No"})

    for person in people:
        session.refresh(person)
    assert [p.institution_id for p in people] == [known.id, None]
    assert "Nothing waits" in browser.get("/institutions?state=proposed").text
