"""The people of an edition, as coordinators, focal coordinators, tutors and strangers meet them."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlmodel import Session

from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Progress,
    ProgressState,
    StaffRole,
)
from app.queries import people
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
APPLIED, ACTIVE = EnrolmentStatus.APPLIED, EnrolmentStatus.ACTIVE


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(
        make.course(title={"en": "Big Data"}), policy=EnrolmentPolicy.APPLICATION, capacity=5
    )


def put(
    make: Make,
    session: Session,
    edition: Edition,
    name: str,
    status: EnrolmentStatus = ACTIVE,
    **given: object,
) -> Enrolment:
    """Somebody in the edition, counted as the service would."""
    enrolment = make.enrolment(make.account(name=name, **given), edition, status=status)
    count(session, enrolment, by=1)
    return enrolment


def names(page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    return [next(th.stripped_strings) for th in soup.select("#people-table tbody th")]


def tabs(page: str) -> dict[str, str]:
    found = BeautifulSoup(page, "html.parser").select("#people nav.tabs a")
    return {
        a.get_text(" ", strip=True).rpartition(" ")[0]: a.span.get_text() for a in found if a.span
    }


def words(page: str) -> str:
    soup = BeautifulSoup(page, "html.parser").find(id="people")
    assert soup is not None
    return " ".join(soup.get_text(" ", strip=True).split())


def lines_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def three(make: Make, session: Session, edition: Edition) -> list[Enrolment]:
    sena, ina = make.institution(acronym="SENA"), make.institution(acronym="INA", country="CR")
    return [
        put(make, session, edition, "Zoë Núñez", institution_id=sena.id, gender=Gender.WOMAN),
        put(
            make, session, edition, "Álvaro Gómez",
            APPLIED, institution_id=ina.id, country="CR", gender=Gender.MAN,
        ),
        put(
            make, session, edition, "bea silva",
            EnrolmentStatus.WITHDRAWN, country="AR", gender=Gender.PREFERS_NOT_TO_SAY,
        ),
    ]  # fmt: skip


@pytest.mark.usefixtures("three")
def test_a_coordinator_sees_everybody_by_name(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())

    page = browser.get(f"/editions/{edition.id}/people").text

    assert names(page) == ["Álvaro Gómez", "bea silva", "Zoë Núñez"]
    assert "3 people · women 1, men 1, other 0, not stated 1" in words(page)
    assert "1 of 5 places taken, 4 left." in words(page)
    assert tabs(page) == {
        "All": "3",
        "To decide": "1",
        "Waiting list": "0",
        "Taking part": "1",
        "Completed": "0",
        "Declined or withdrawn": "1",
    }


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=nunez", ["Zoë Núñez"]),
        ("q=SILVA+bea", ["bea silva"]),
        ("q=%25", []),
        ("country=CR", ["Álvaro Gómez"]),
        ("gender=not_stated", ["bea silva"]),
        ("gender=women", ["Zoë Núñez"]),
        ("state=to-decide", ["Álvaro Gómez"]),
        ("state=left", ["bea silva"]),
        ("status=withdrawn", ["bea silva"]),
        ("status=rejected&state=left", []),
        ("state=completed", []),
        ("country=CO&gender=men", []),
        ("sort=-name", ["Zoë Núñez", "bea silva", "Álvaro Gómez"]),
        ("sort=country", ["bea silva", "Zoë Núñez", "Álvaro Gómez"]),
        ("sort=institution", ["Álvaro Gómez", "Zoë Núñez", "bea silva"]),
        ("sort=-institution", ["Zoë Núñez", "Álvaro Gómez", "bea silva"]),
        ("sort=gender", ["Zoë Núñez", "Álvaro Gómez", "bea silva"]),
        ("sort=nonsense&page=99", ["Álvaro Gómez", "bea silva", "Zoë Núñez"]),
    ],
)
def test_people_are_found_and_put_in_order(
    make: Make, browser: Browser, edition: Edition, query: str, found: list[str]
) -> None:
    browser.sign_in(make.coordinator())

    assert names(browser.get(f"/editions/{edition.id}/people?{query}").text) == found


def test_people_are_found_by_institution(
    make: Make, browser: Browser, edition: Edition, three: list[Enrolment]
) -> None:
    browser.sign_in(make.coordinator())

    page = browser.get(f"/editions/{edition.id}/people?institution={three[1].institution_id}").text
    offered = BeautifulSoup(page, "html.parser").select("select[name=institution] option")

    assert names(page) == ["Álvaro Gómez"]
    assert [o.get_text() for o in offered] == [
        "All institutions",
        "INA, Costa Rica",
        "SENA, Colombia",
    ]


@pytest.mark.usefixtures("three")
def test_the_numbers_are_those_of_the_filters(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())

    by_gender = browser.get(f"/editions/{edition.id}/people?gender=men").text
    by_name = browser.get(f"/editions/{edition.id}/people?q=silva").text

    assert (tabs(by_gender)["All"], tabs(by_gender)["To decide"]) == ("1", "1")
    assert (tabs(by_name)["All"], tabs(by_name)["Declined or withdrawn"]) == ("1", "1")
    assert "women 0, men 0, other 0, not stated 1" in words(by_name)


@pytest.mark.usefixtures("three")
def test_a_status_is_looked_for_within_a_name_too(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())

    page = browser.get(f"/editions/{edition.id}/people?q=a&status=applied").text

    assert names(page) == ["Álvaro Gómez"]
    assert tabs(page)["All"] == "1"


def test_gender_and_institution_are_those_of_the_admission(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    sena = make.institution(acronym="SENA")
    enrolment = put(make, session, edition, "Ana", institution_id=sena.id, gender=Gender.MAN)
    account = session.get_one(Account, enrolment.account_id)
    account.institution_id, account.gender, account.country = None, Gender.WOMAN, "UY"
    session.add(account)
    session.flush()
    browser.sign_in(make.coordinator())

    page = words(browser.get(f"/editions/{edition.id}/people").text)

    assert "SENA Colombia Man Taking part" in page


def test_how_far_each_person_is_stands_in_the_list(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    enrolment = put(make, session, edition, "Ana")
    module = make.module(edition)
    first, second = make.activity(module), make.activity(module)
    for activity, state in ((first, ProgressState.DONE), (second, ProgressState.STARTED)):
        session.add(
            Progress(
                enrolment_id=enrolment.id, activity_id=activity.id, state=state, changed_at=NOW
            )
        )
    session.flush()
    browser.sign_in(make.tutor(edition))

    assert "1 of 2" in words(browser.get(f"/editions/{edition.id}/people").text)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("role", [StaffRole.TUTOR, StaffRole.OBSERVER])
def test_tutors_and_observers_learn_nothing_of_gender(
    make: Make, browser: Browser, edition: Edition, role: StaffRole
) -> None:
    person = make.account()
    make.staff(edition, person, role)
    browser.sign_in(person)
    address = f"/editions/{edition.id}/people"

    page = browser.get(f"{address}?gender=women&sort=gender")
    file = browser.get(f"{address}.csv?gender=women&sort=gender&keys=1")

    assert names(page.text) == ["Álvaro Gómez", "bea silva", "Zoë Núñez"]
    for text in (page.text.replace("gender=women&amp;sort=gender", ""), file.text):
        for word in ("Gender", "gender", "Woman", "women", "Not stated"):
            assert word not in text
    assert len(lines_of(file.text)) == 2 + 3


def test_a_focal_coordinator_sees_only_the_own_institution(
    make: Make, session: Session, browser: Browser, edition: Edition, three: list[Enrolment]
) -> None:
    own = make.institution(acronym="SENAI", country="BR")
    put(make, session, edition, "Rita Lima", institution_id=own.id, country="BR")
    browser.sign_in(make.focal(own))
    address = f"/editions/{edition.id}/people"

    page = browser.get(address).text
    tried = browser.get(f"{address}?institution={three[0].institution_id}").text
    file = browser.get(f"{address}.csv").text
    soup = BeautifulSoup(page, "html.parser")

    assert names(page) == ["Rita Lima"]
    assert tabs(page)["All"] == "1"
    assert "women 1, men 0, other 0, not stated 0" in words(page)
    assert "places taken" not in page
    offered = {
        s["name"]: [o.get_text() for o in s.select("option")][1:] for s in soup.select("select")
    }
    assert offered["country"] == ["Brazil"]
    assert offered["institution"] == ["SENAI, Brazil"]
    assert names(tried) == []
    assert [line[0] for line in lines_of(file)] == ["Name", "Rita Lima"]


def test_a_focal_coordinator_who_tutors_sees_everybody_but_no_gender(
    make: Make, session: Session, browser: Browser, edition: Edition, three: list[Enrolment]
) -> None:
    own = make.institution()
    put(make, session, edition, "Rita Lima", institution_id=own.id)
    person = make.focal(own)
    make.staff(edition, person)
    browser.sign_in(person)

    page = browser.get(f"/editions/{edition.id}/people").text

    assert len(names(page)) == len(three) + 1
    assert "women" not in page


def test_strangers_learn_nothing_and_participants_may_not(
    make: Make, browser: Browser, edition: Edition
) -> None:
    address = f"/editions/{edition.id}/people"
    asked = browser.get(address)
    browser.sign_in(make.account())
    strange = [browser.get(a).status_code for a in (address, f"{address}.csv")]
    browser.sign_in(make.focal(make.institution()))
    elsewhere = browser.get(address).status_code
    browser.sign_in(make.participant(edition))
    inside = [browser.get(a).status_code for a in (address, f"{address}.csv")]

    assert asked.headers["Location"] == f"/sign-in?next={address}"
    assert strange == [404, 404]
    assert elsewhere == 404
    assert inside == [403, 403]


@pytest.mark.usefixtures("three")
def test_the_file_has_the_columns_of_the_screen_and_obeys_its_filters(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people.csv"

    everybody = browser.get(f"{address}?sort=-name&keys=1")
    chosen = browser.get(f"{address}?country=CR&state=to-decide")

    assert everybody.headers["Content-Type"].startswith("text/csv")
    assert everybody.headers["Content-Disposition"].startswith('attachment; filename="people-')
    head, keys, *rows = lines_of(everybody.text)
    assert head == [
        "Name", "E-mail", "Institution", "Country", "Gender", "Status", "Supported",
        "Activities done", "Since",
    ]  # fmt: skip
    assert keys[0] == "name"
    assert [row[0] for row in rows] == ["Zoë Núñez", "bea silva", "Álvaro Gómez"]
    first = lines_of(chosen.text)[1]
    assert [*first[:1], *first[2:8]] == [
        "Álvaro Gómez",
        "INA, Costa Rica",
        "Costa Rica",
        "Man",
        "Applied",
        "",
        "0",
    ]


@pytest.mark.usefixtures("three")
def test_a_long_file_is_read_in_pieces_and_keeps_its_order(
    make: Make, browser: Browser, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "AT_ONCE", 2)
    browser.sign_in(make.coordinator())

    file = browser.get(f"/editions/{edition.id}/people.csv").text

    assert [line[0] for line in lines_of(file)[1:]] == ["Álvaro Gómez", "bea silva", "Zoë Núñez"]


def test_a_name_that_is_a_formula_is_defused(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    put(make, session, edition, '=HYPERLINK("http://evil.example")')
    browser.sign_in(make.coordinator())

    file = browser.get(f"/editions/{edition.id}/people.csv").text

    assert lines_of(file)[1][0] == '\'=HYPERLINK("http://evil.example")'


def test_htmx_gets_the_list_alone(make: Make, browser: Browser, edition: Edition) -> None:
    browser.sign_in(make.coordinator())

    part = browser.get(f"/editions/{edition.id}/people?q=a", headers=PART).text

    assert part.lstrip().startswith('<div id="people"')
    assert "<html" not in part


def test_fifty_people_stand_on_a_page(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    for n in range(51):
        put(make, session, edition, f"Person {n:02}", APPLIED)
    browser.sign_in(make.coordinator())

    first = browser.get(f"/editions/{edition.id}/people?state=to-decide").text
    second = browser.get(f"/editions/{edition.id}/people?state=to-decide&page=2").text

    assert len(names(first)) == 50
    assert names(second) == ["Person 50"]
    assert f'/editions/{edition.id}/people?state=to-decide&amp;page=2"' in first


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_seven_statements_however_many_the_people(
    make: Make, session: Session, browser: Browser, edition: Edition, how_many: int
) -> None:
    for n in range(how_many):
        put(make, session, edition, f"Person {n}", institution_id=make.institution().id)
    browser.sign_in(make.coordinator())

    with statements() as sent:
        assert browser.get(f"/editions/{edition.id}/people?q=person").status_code == 200

    assert len(sent) == 7, sent


def test_up_to_five_hundred_people_stand_on_one_page_when_asked(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    for n in range(51):
        put(make, session, edition, f"Person {n:02}", APPLIED)
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"

    first = browser.get(address).text
    everybody = browser.get(f"{address}?all=1").text

    assert f'{address}?all=1">All 51</a>' in first
    assert len(names(everybody)) == 51


def test_every_column_puts_people_in_order_both_ways(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    ana, bea = (put(make, session, edition, name) for name in ("Ana", "Bea"))
    activity = make.activity(make.module(edition))
    session.add(
        Progress(
            enrolment_id=bea.id, activity_id=activity.id, state=ProgressState.DONE, changed_at=NOW
        )
    )
    ana.admitted_at = NOW + timedelta(days=1)
    session.add(ana)
    session.flush()
    browser.sign_in(make.coordinator())
    page = browser.get(f"/editions/{edition.id}/people").text
    heads = BeautifulSoup(page, "html.parser").select("#people-table thead a")
    keys = {str(a["href"]).rpartition("=")[2].lstrip("-") for a in heads}

    assert keys == {order.value for order in people.Order}
    for key in ("done", "since"):
        up = names(browser.get(f"/editions/{edition.id}/people?sort={key}").text)
        down = names(browser.get(f"/editions/{edition.id}/people?sort=-{key}").text)
        assert (up, down) == ((["Ana", "Bea"], ["Bea", "Ana"])
                              if key == "done" else (["Bea", "Ana"], ["Ana", "Bea"]))  # fmt: skip


@pytest.mark.usefixtures("three")
def test_addresses_are_seen_and_found_by_those_alone_who_may(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    put(make, session, edition, "Hidden", email="needle@example.org")
    address = f"/editions/{edition.id}/people"
    browser.sign_in(make.coordinator())
    seen = [names(browser.get(f"{address}?q=needle").text), "needle@" in browser.get(address).text]
    browser.sign_in(make.tutor(edition))
    hidden = [
        names(browser.get(f"{address}?q=needle").text),
        "needle@" in browser.get(address).text,
        "needle@" in browser.get(f"{address}.csv?keys=1").text,
    ]

    assert seen == [["Hidden"], True]
    assert hidden == [[], False, False]


@pytest.mark.usefixtures("three")
def test_the_workbook_has_the_rows_and_columns_of_the_screen(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"

    as_csv = lines_of(browser.get(f"{address}.csv?keys=1&sort=-name").text)
    book = load_workbook(BytesIO(browser.get(f"{address}.xlsx?keys=1&sort=-name").content))

    assert book.active is not None
    rows = [[cell.value or "" for cell in row] for row in book.active.iter_rows()]
    assert [row[:5] for row in rows] == [row[:5] for row in as_csv]
    assert [row[0] for row in rows[2:]] == names(browser.get(f"{address}?sort=-name").text)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("order", list(people.Order))
def test_every_column_sorts_both_ways_and_filters_keep_the_order(
    make: Make, browser: Browser, edition: Edition, order: people.Order
) -> None:
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"

    forth = browser.get(f"{address}?sort={order}").text
    back = browser.get(f"{address}?sort=-{order}&country=AR").text
    soup = BeautifulSoup(back, "html.parser")

    assert sorted(names(forth)) == ["Zoë Núñez", "bea silva", "Álvaro Gómez"]
    assert names(back) == ["bea silva"]
    [chosen] = soup.select("form.filters select[name=sort] option[selected]")
    assert chosen["value"] == f"-{order}"
    assert all(f"sort=-{order}" in str(a["href"]) for a in soup.select("#people nav.tabs a"))


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("gender=other", "Nobody is here"),
        ("country=CO&status=rejected", "Nobody is here"),
        ("state=waiting", "Nobody is here"),
        ("q=none", "Nobody is here"),
    ],
)
def test_an_empty_answer_says_that_filters_are_why(
    make: Make, browser: Browser, edition: Edition, query: str, said: str
) -> None:
    browser.sign_in(make.coordinator())

    assert said in browser.get(f"/editions/{edition.id}/people?{query}").text


def test_an_edition_with_nobody_says_so_to_each_who_looks(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    all_of_it = browser.get(f"/editions/{edition.id}/people").text
    put_elsewhere = make.institution()
    make.crowd(edition, 1)
    browser.sign_in(make.focal(put_elsewhere))
    own = browser.get(f"/editions/{edition.id}/people")

    assert "Nobody is in this edition yet" in all_of_it
    assert own.status_code == 404, "who has nobody in it learns nothing of it"
