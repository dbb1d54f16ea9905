"""The accounts, as those who look after them search, read and change them."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import Account, EditionStaff, PlatformRole, SignIn, StaffRole
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make, a_sign_in


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    boss = make.administrator(name="Olga Ruiz")
    browser.sign_in(boss)
    return boss


def names(browser: Browser, query: str = "") -> set[str]:
    page = BeautifulSoup(browser.get(f"/accounts{query}").text, "html.parser")
    return {link.text for link in page.select("#accounts th a")}


@pytest.mark.usefixtures("boss")
def test_one_finds_people_by_word_role_country_and_state(make: Make, browser: Browser) -> None:
    edition, sena = make.edition(), make.institution()
    make.coordinator(name="Coco")
    make.focal(sena, name="Fofo")
    make.tutor(edition, name="Tito Ñandú", email="tt@example.org")
    make.observer(edition, name="Obi")
    make.participant(edition, name="Pía")
    make.account(name="Suso", suspended_at=clock.now(), country="PT")
    everybody = {"Olga Ruiz", "Coco", "Fofo", "Tito Ñandú", "Obi", "Pía", "Suso"}

    assert names(browser) == everybody
    for query, found in {
        "?q=nandu": {"Tito Ñandú"},
        "?q=tt%40example": {"Tito Ñandú"},
        "?role=administrator": {"Olga Ruiz"},
        "?role=coordinator": {"Coco"},
        "?role=focal": {"Fofo"},
        "?role=tutor": {"Tito Ñandú"},
        "?role=observer": {"Obi"},
        "?role=participant": {"Pía"},
        "?state=suspended": {"Suso"},
        "?state=open": everybody - {"Suso"},
        "?country=PT": {"Suso"},
        "?role=nonsense": everybody,
        "?q=%25": set(),
    }.items():
        assert names(browser, query) == found, query


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize("how_many", [1, 60])
def test_the_list_takes_pages_and_no_more_statements(
    make: Make, browser: Browser, how_many: int
) -> None:
    for _ in range(how_many):
        make.account()

    with statements() as sent:
        page = browser.get("/accounts")

    assert len(sent) == 4
    assert ('aria-label="Pages"' in page.text) is (how_many > 49)


def test_a_coordinator_sees_accounts_and_changes_none(make: Make, browser: Browser) -> None:
    ana, edition = make.account(), make.edition()
    make.saved(a_sign_in(ana, "her phone"))
    browser.sign_in(make.coordinator())
    address = f"/accounts/{ana.id}"

    page = browser.get(address).text

    for closed in ("/role", "/suspension", "/sign-outs"):
        assert f'action="{address}{closed}"' not in page
        assert browser.post(f"{address}{closed}", data={"reason": "because"}).status_code == 403
    assert f'action="{address}/view"' in page
    given = {"edition": str(edition.id), "staff_role": "tutor"}
    assert browser.post(f"{address}/editions", data=given).status_code == 303


def test_the_page_of_an_account_takes_few_statements(
    make: Make, browser: Browser, boss: Account
) -> None:
    ana = make.account()
    for _ in range(3):
        make.enrolment(ana, make.edition())
        make.staff(make.edition(), ana)
        make.saved(a_sign_in(ana, f"phone {_}"))
    del boss

    with statements() as sent:
        page = browser.get(f"/accounts/{ana.id}")

    assert page.status_code == 200
    assert len(sent) == 8, sent


def test_a_role_is_given_and_taken_by_the_form(
    session: Session, make: Make, browser: Browser, boss: Account
) -> None:
    ana, sena = make.account(), make.institution()
    address = f"/accounts/{ana.id}/role"

    given = browser.post(address, data={"role": "coordinator", "institution": str(sena.id)})
    session.refresh(ana)
    assert (given.status_code, ana.platform_role) == (303, PlatformRole.COORDINATOR)
    assert ana.coordinates_id == sena.id
    wrong = browser.post(address, data={"role": "administrator", "institution": str(sena.id)})
    assert wrong.status_code == 422
    assert "Only a coordinator" in wrong.text
    assert f'value="{sena.id}" selected' in wrong.text, "what was chosen stays"
    browser.post(address, data={"role": "", "platform_role": "administrator"})
    session.refresh(ana)

    assert [ana.platform_role, ana.coordinates_id] == [None, None]
    assert browser.post(f"/accounts/{boss.id}/role", data={"role": ""}).status_code == 403


@pytest.mark.usefixtures("boss")
def test_suspending_asks_for_a_reason_and_is_shown(
    session: Session, make: Make, browser: Browser
) -> None:
    ana = make.account()
    make.saved(a_sign_in(ana, "her phone"))
    address = f"/accounts/{ana.id}"

    assert browser.post(f"{address}/suspension", data={"reason": "x"}).status_code == 422
    browser.post(f"{address}/suspension", data={"reason": "A stolen phone."})
    page = browser.get(address).text
    assert "Suspended since" in page
    assert "A stolen phone." in page
    assert session.exec(select(SignIn).where(SignIn.account_id == ana.id)).all() == []
    again = browser.post(f"{address}/suspension", data={"reason": "Once more."})
    assert (again.status_code, "already" in again.text) == (422, True)
    browser.post(f"{address}/suspension/end", data={"reason": "She has a new one."})

    page = browser.get(address).text
    assert "Suspended since" not in page
    assert "She has a new one." in page


@pytest.mark.usefixtures("boss")
def test_sign_ins_of_others_are_ended_one_or_all(
    session: Session, make: Make, browser: Browser
) -> None:
    ana, eva = make.account(), make.account()
    mine = [make.saved(a_sign_in(ana, f"ana {n}")) for n in range(3)]
    hers = make.saved(a_sign_in(eva, "eva"))
    address = f"/accounts/{ana.id}"

    assert browser.post(f"{address}/sign-ins/{hers.id}/end").status_code == 404
    assert browser.post(f"{address}/sign-ins/{mine[0].id}/end").status_code == 303
    assert len(session.exec(select(SignIn.id).where(SignIn.account_id == ana.id)).all()) == 2
    assert browser.post(f"{address}/sign-outs").status_code == 303
    assert session.exec(select(SignIn.id).where(SignIn.account_id == ana.id)).all() == []
    assert session.exec(select(SignIn.id).where(SignIn.account_id == eva.id)).all() == [hers.id]


def test_staff_is_added_and_removed_on_the_settings_of_an_edition(
    session: Session, make: Make, browser: Browser
) -> None:
    edition, ana = make.edition(), make.account(name="Ana Tutora", email="ana@example.org")
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/settings"

    wrong = browser.post(f"{address}/staff", data={"email": "no@example.org", "role": "tutor"})
    assert wrong.status_code == 422
    assert 'value="no@example.org"' in wrong.text
    given = browser.post(f"{address}/staff", data={"email": "ana@example.org", "role": "observer"})
    assert given.headers["Location"] == f"{address}#staff"
    assert "Ana Tutora" in browser.get(address).text
    staff = session.exec(select(EditionStaff)).one()
    assert staff.role is StaffRole.OBSERVER
    browser.post(f"{address}/staff/{ana.id}/end")

    assert session.exec(select(EditionStaff)).all() == []
