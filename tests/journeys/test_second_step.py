"""A coordinator signs in in two steps, with an application for codes and with a passkey."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Meet


def with_a_device(page: Page) -> None:
    """The browser has a device that keeps passkeys and always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def first_step(page: Page, site: str, who: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail").fill(f"{who}@taller.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()


def test_codes_of_an_application_and_a_code_on_paper(meet: Meet, site: str) -> None:
    page = meet("tutor", width=375).go("/account/second-step")
    page.get_by_role("button", name="Set up an application").click()
    secret = page.locator("figcaption").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm the application").click()
    codes = page.locator("ul.codes li")
    expect(codes).to_have_count(10)
    paper = codes.first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()

    page.context.clear_cookies(name="taller")
    first_step(page, site, "tutor")
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is not right").first).to_be_visible()
    page.get_by_label("Code", exact=True).fill(paper)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url(re.compile("/home$"))


def test_a_passkey(meet: Meet, site: str, *, javascript: bool) -> None:
    if not javascript:
        pytest.skip("browsers ask devices for passkeys by script; codes need none")
    page = meet("coordinator").go("/account/second-step")
    with_a_device(page)
    page.get_by_label("What you call this device").fill("Office computer")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("ul.codes li")).to_have_count(10)

    page.context.clear_cookies(name="taller")
    first_step(page, site, "coordinator")
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url(re.compile("/editions$"))
    page.goto(f"{site}/account/second-step")
    expect(page.get_by_text("Passkey: Office computer")).to_be_visible()
    expect(page.get_by_text("Last used")).to_be_visible()
