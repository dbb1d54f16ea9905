"""The settings of an edition, as a coordinator changes them and as others may not."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.models import (
    AuditEvent,
    CapstoneKind,
    Certificate,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
)
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.make import Make

SETTINGS = {
    "starts_on": "2026-03-01",
    "ends_on": "2026-06-30",
    "reporting_year": "2026",
    "policy": "application",
    "enrol_until": "2026-02-15",
    "capacity": "40",
    "required_share": "75",
    "requires_capstone": "on",
    "gives_certificate": "on",
    "capstone_due_on": "2026-06-01",
}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 7, 31),
        capstone=CapstoneKind.PROJECT,
        reporting_year=2026,
    )


def save(browser: Browser, edition: Edition, **given: Any) -> Any:
    return browser.post(f"/editions/{edition.id}/settings", data=SETTINGS | given)


def test_the_form_shows_what_is_set(make: Make, browser: Browser, edition: Edition) -> None:
    browser.sign_in(make.coordinator())

    soup = BeautifulSoup(browser.get(f"/editions/{edition.id}/settings").text, "html.parser")
    shown = {i["name"]: i.get("value", "") for i in soup.select("main input:not([type=radio])")}
    ticked = {i["name"] for i in soup.select("main input[type=checkbox][checked]")}

    assert shown["starts_on"] == "2026-04-01"
    assert (shown["reporting_year"], shown["capacity"]) == ("2026", "")
    assert shown["required_share"] == "100"
    assert ticked == {"gives_certificate", "waiting_list"}
    assert [i["value"] for i in soup.select("input[name=policy][checked]")] == ["open"]


def test_what_is_saved_is_there_for_everybody(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    boss, before = make.coordinator(), edition.version
    browser.sign_in(boss)

    answer = save(browser, edition)
    page = browser.get(answer.headers["Location"]).text

    session.refresh(edition)
    assert answer.status_code == 303
    assert "The settings were saved." in page
    assert (edition.starts_on, edition.ends_on) == (date(2026, 3, 1), date(2026, 6, 30))
    assert (edition.policy, edition.enrol_until) == (
        EnrolmentPolicy.APPLICATION,
        date(2026, 2, 15),
    )
    assert (edition.capacity, edition.required_share) == (40, 75)
    assert edition.requires_capstone
    assert edition.gives_certificate
    assert edition.capstone_due_on == date(2026, 6, 1)
    assert edition.version == before + 1


def test_what_is_left_empty_is_no_longer_set(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    save(browser, edition)

    browser.post(
        f"/editions/{edition.id}/settings",
        data={"reporting_year": "2026", "policy": "closed", "required_share": "0"},
    )

    session.refresh(edition)
    assert (edition.starts_on, edition.capacity, edition.capstone_due_on) == (None, None, None)
    assert not edition.requires_capstone
    assert not edition.gives_certificate


def test_saving_the_same_changes_nothing(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    save(browser, edition)
    session.refresh(edition)
    version = edition.version

    answer = save(browser, edition)

    session.refresh(edition)
    assert "Nothing was changed." in browser.get(answer.headers["Location"]).text
    assert edition.version == version
    assert len(session.exec(select(AuditEvent)).all()) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ends_on": "2026-02-28"}, "The last day comes before the first day."),
        ({"enrol_until": "2026-07-01"}, "Nobody can enrol after the last day of the edition."),
        ({"reporting_year": "26"}, "Write a number of at least 2000."),
        ({"reporting_year": ""}, "Fill this in."),
        ({"capacity": "0"}, "Write a number of at least 1."),
        ({"capacity": "many"}, "Write a whole number."),
        ({"required_share": "101"}, "Write a number of at most 100."),
        ({"policy": "by post"}, "Choose one of the options."),
        ({"starts_on": "31/02/2026"}, "Write a date, such as 2026-05-31."),
    ],
)
def test_what_cannot_be_is_explained_beside_its_field(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    given: dict[str, str],
    said: str,
) -> None:
    browser.sign_in(make.coordinator())
    version = edition.version

    answer = save(browser, edition, **given)
    soup = BeautifulSoup(answer.text, "html.parser")
    name, typed = next(iter(given.items()))

    assert answer.status_code == 422
    error = soup.find(id=f"{name}-error")
    assert error is not None
    assert error.get_text(strip=True) == said
    if name != "policy":
        assert soup.find(id=name).get("value", "") == typed  # type: ignore[union-attr]
    session.refresh(edition)
    assert edition.version == version


def test_work_cannot_be_asked_for_where_there_is_none(
    make: Make, session: Session, browser: Browser
) -> None:
    alone = make.edition(capstone=None)
    browser.sign_in(make.coordinator())

    page = browser.get(f"/editions/{alone.id}/settings").text
    answer = save(browser, alone)

    session.refresh(alone)
    assert "requires_capstone" not in page
    assert answer.status_code == 422
    assert not alone.requires_capstone


def test_another_reporting_year_takes_its_people_along_and_says_so(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    for _ in range(3):
        count(session, make.enrolment(make.account(), edition), by=1)
    browser.sign_in(make.coordinator())

    answer = save(browser, edition, reporting_year="2027", confirmed="on")

    page = browser.get(answer.headers["Location"]).text
    assert "The settings were saved. 3 enrolments are now counted in 2027." in page


def test_only_coordinators_of_all_change_an_edition(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own = make.institution()
    count(session, make.enrolment(make.account(institution_id=own.id), edition), by=1)
    address = f"/editions/{edition.id}/settings"
    asked = browser.get(address)
    browser.sign_in(make.account())
    strange = [browser.get(address).status_code, save(browser, edition).status_code]
    refused = []
    for reader in (make.tutor(edition), make.focal(own), make.participant(edition)):
        browser.sign_in(reader)
        refused += [browser.get(address).status_code, save(browser, edition).status_code]

    session.refresh(edition)
    assert asked.headers["Location"] == f"/sign-in?next={address}"
    assert strange == [404, 404]
    assert refused == [403] * 6
    assert edition.starts_on == date(2026, 4, 1)


def test_two_who_change_different_settings_at_once_both_get_theirs(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    first, second = opened(browser, edition), opened(browser, edition)

    one = send(browser, edition, first | {"capacity": "20"})
    other = send(browser, edition, second | {"required_share": "80"})

    session.refresh(edition)
    assert (one.status_code, other.status_code) == (303, 303)
    assert (edition.capacity, edition.required_share) == (20, 80)


def test_two_who_change_the_same_setting_are_told_of_each_other(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    first, second = opened(browser, edition), opened(browser, edition)

    send(browser, edition, first | {"capacity": "20", "policy": "application"})
    told = send(browser, edition, second | {"capacity": "30", "policy": "closed"})
    session.refresh(edition)
    between = edition.capacity
    again = form_in(told.text)
    insisted = send(browser, edition, again)

    assert told.status_code == 422
    assert "Somebody else saved “20” here meanwhile." in told.text
    assert between == 20
    assert again["capacity"] == "30"
    assert insisted.status_code == 303
    session.refresh(edition)
    assert edition.capacity == 30


def test_who_had_done_all_that_is_asked_for_now_completes_the_edition(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    edition.requires_capstone = True
    make.saved(edition)
    activity = make.activity(make.module(edition))
    done, idle = make.participant(edition), make.participant(edition)
    browser.sign_in(done)
    browser.post(f"/editions/{edition.id}/activities/{activity.id}/done")
    browser.sign_in(make.coordinator())
    form = opened(browser, edition)
    form.pop("requires_capstone")

    shown = send(browser, edition, form)
    session.expire_all()
    before = {e.status for e in session.exec(select(Enrolment)).all()}
    answer = send(browser, edition, form_in(shown.text))

    assert done.name in shown.text
    assert idle.name not in shown.text
    assert before == {EnrolmentStatus.ACTIVE}
    assert "1 person had done all" in browser.get(answer.headers["Location"]).text
    session.expire_all()
    by_person = {e.account_id: e.status for e in session.exec(select(Enrolment)).all()}
    assert by_person == {done.id: EnrolmentStatus.COMPLETED, idle.id: EnrolmentStatus.ACTIVE}
    assert session.exec(select(Certificate.id)).all()


def opened(browser: Browser, edition: Edition) -> dict[str, str]:
    return form_in(browser.get(f"/editions/{edition.id}/settings").text)


def form_in(html: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    form = BeautifulSoup(html, "html.parser").select_one("main form")
    assert form is not None
    sent = {}
    for one in form.select("input[name]"):
        if one.get("type") not in {"checkbox", "radio"} or one.has_attr("checked"):
            ticked = "on" if one.get("type") == "checkbox" else ""
            sent[str(one["name"])] = str(one.get("value", ticked))
    return sent


def send(browser: Browser, edition: Edition, form: dict[str, str]) -> Any:
    return browser.post(f"/editions/{edition.id}/settings", data=form)
