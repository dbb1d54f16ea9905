"""A tutor opens next year's edition with the keyboard, and takes over what changes later."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Meet, follow
from tests.journeys.test_pages import AXE, RULES, faults

COURSE = "Big Data and skills gap"
MOST_STOPS = 150


def press(page: Page, role: str, name: str) -> None:
    """Go on with Tab to what is called so, press it, and be at another address."""
    wanted = page.get_by_role("main").get_by_role(role, name=name).first  # type: ignore[arg-type]
    for _ in range(MOST_STOPS):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"Tab does not lead to {name}")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_next_years_edition_is_opened_and_a_later_change_is_taken_over(meet: Meet) -> None:
    person = meet("tutor", language="en")
    page = person.go("/home")
    follow(page.get_by_role("link", name=COURSE, exact=True).first)
    older = page.url.split("?")[0]
    page.goto(f"{older}/content")
    press(page, "link", "Open the next edition")
    opens = page.locator("input[name^=rule-]").first
    was = opens.locator("xpath=ancestor::tr").locator("time").get_attribute("datetime")
    suggested = opens.input_value()
    opens.fill("")
    page.keyboard.type("10202031")
    typed = opens.input_value()
    press(page, "button", "Make the edition")

    assert was != suggested != typed == "2031-10-20"
    expect(page.get_by_text(re.compile("Made from “Big Data"))).to_be_visible()
    newer = page.url.split("/content")[0]
    assert newer != older
    press(page, "link", "What changed there since")
    expect(page.get_by_role("heading", name="Nothing has changed there")).to_be_visible()

    page.goto(f"{older}/content")
    follow(page.locator("#structure h2 a").first)
    title = page.locator("[name=title_es]")
    title.fill("Por qué medir mejor las brechas")
    with page.expect_navigation():
        title.press("Enter")
    page.goto(f"{newer}/changes")
    if person.scripts:
        page.evaluate(AXE)
        assert faults(page, RULES, seen="a change") == []
    expect(page.locator("main ins").first).to_be_visible()
    press(page, "button", "Take over")

    expect(page.get_by_text("1 piece was taken over.")).to_be_visible()
    page.goto(f"{newer}/content?lang=es")
    expect(page.locator("#structure h2").first).to_contain_text("Por qué medir mejor las brechas")
