"""The five roles of the demonstration see exactly what they may."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Meet, follow

#: Who gets which answer: 200 may see, 303 is asked to sign in, 403 may not, 404 learns nothing.
PAGES = """
    address               visitor participant tutor focal coordinator admin
    /                     200     200         200   200   200         200
    /home                 303     200         200   200   200         200
    /account              303     200         200   200   200         200
    /editions             303     403         403   200   200         200
    /statistics           303     403         403   200   200         200
    /reports/annual/2022  303     403         403   403   200         200
    /certificates         303     403         403   200   200         200
    /reviews              303     403         200   403   200         200
    /outbox               303     403         403   403   403         200
    /audit                303     403         403   403   403         200
    /verify               200     200         200   200   200         200
    /videoconferences     200     200         200   200   200         200
"""


def table() -> dict[str, dict[str, int]]:
    head, *lines = [line.split() for line in PAGES.strip().splitlines()]
    found: dict[str, dict[str, int]] = {role: {} for role in head[1:]}
    for address, *answers in lines:
        for role, status in zip(head[1:], answers, strict=True):
            found[role][address] = int(status)
    return found


@pytest.mark.parametrize("role", list(table()))
def test_every_role_sees_exactly_what_it_may(meet: Meet, site: str, role: str) -> None:
    page = meet(None if role == "visitor" else role).page

    seen = {
        address: page.request.get(f"{site}{address}", max_redirects=0).status
        for address in table()[role]
    }

    assert seen == table()[role]


def test_signing_out_everywhere_ends_every_other_browser(meet: Meet) -> None:
    phone, office = meet("participant", width=375, afresh=True), meet("participant", afresh=True)

    page = office.go("/account")
    follow(page.get_by_role("button", name="Sign out everywhere"))

    expect(phone.go("/home").get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_said_and_the_address_kept(meet: Meet) -> None:
    page = meet().go("/sign-in")
    page.get_by_label("E-mail").fill("participant@taller.example")
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("participant@taller.example")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
