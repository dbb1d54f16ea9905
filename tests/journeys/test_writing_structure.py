"""A tutor builds the modules of a course with the keyboard alone, and puts them in order."""

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from app.demo.open_editions import TO_APPLY_FOR
from app.demo.rows import named
from tests.journeys.conftest import Meet

CONTENT = f"/editions/{named('edition', TO_APPLY_FOR, 'upcoming')}/content"
#: What the thing is called on which the keyboard is.
CALLED = """() => {
  const it = document.activeElement;
  const label = it.labels?.[0]?.innerText || it.getAttribute("aria-label") || it.innerText || "";
  return label.replace(/\\s+/g, " ").trim();
}"""


def reach(page: Page, name: str) -> None:
    """Go on with the tabulator until the keyboard is on what is called so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if str(page.evaluate(CALLED)).startswith(name):
            return
    raise AssertionError(f"The keyboard never comes to {name!r}.")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Press what leads to another address, and be there."""
    reach(page, name)
    here = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda address: address != here)


def fill(page: Page, name: str, words: str) -> None:
    reach(page, name)
    page.keyboard.type(words)


def expect_order(page: Page, which: str, wanted: Sequence[str]) -> None:
    expect(page.locator(f"#structure {which}")).to_have_text(list(wanted))


def test_three_modules_are_built_and_put_in_order_with_the_keyboard_and_by_dragging(
    meet: Meet,
) -> None:
    person = meet("coordinator")
    page = person.go(CONTENT)
    press(page, "Add the first module")
    for n, name in enumerate(("Uno", "Dos", "Tres")):
        if n:
            press(page, "Add a module")
        fill(page, "Title, in Spanish", name)
        press(page, "Add the module")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
        for activity in (f"Leer {name}", f"Mirar {name}"):
            press(page, "Add an activity")
            fill(page, "Title, in Spanish", activity)
            press(page, "Add the activity")
            page = person.go(CONTENT)
            reach(page, activity)
    expect_order(page, "h2", ["1. Uno", "2. Dos", "3. Tres"])

    page = person.go(CONTENT)
    reach(page, "Move up: Tres")
    page.keyboard.press("Enter")
    expect_order(page, "h2", ["1. Uno", "2. Tres", "3. Dos"])
    expect(page.get_by_role("button", name="Move up: Tres")).to_be_focused()
    page.keyboard.press("Enter")
    expect_order(page, "h2", ["1. Tres", "2. Uno", "3. Dos"])
    expect(page.get_by_role("button", name="Move down: Tres")).to_be_focused()
    reach(page, "Move down: Mirar Tres")
    page.keyboard.press("Enter")
    wanted = ["Leer Tres", "Mirar Tres", "Leer Uno", "Mirar Uno", "Leer Dos", "Mirar Dos"]
    expect_order(page, "h3", wanted)
    expect(page.get_by_text("is in place 1 of its module now")).to_be_visible()

    if person.scripts:
        drag(page, wanted)
    remove_all(page)


def drag(page: Page, wanted: list[str]) -> None:
    """An activity into another module, and a module in front of the others."""
    page.set_viewport_size({"width": 1280, "height": 1600})  # all of it in sight: nothing scrolls
    item = page.locator("li", has=page.get_by_role("link", name="Leer Uno"))
    over = page.locator("li", has=page.get_by_role("link", name="Mirar Dos"))
    item.locator(".grip").drag_to(over, target_position={"x": 200, "y": 5})
    expect_order(page, "h3", [*wanted[:2], "Mirar Uno", "Leer Dos", "Leer Uno", "Mirar Dos"])
    page.wait_for_load_state()
    section = page.locator("section[data-module]", has=page.get_by_role("link", name="Mirar Dos"))
    first = page.locator("section[data-module]").first
    section.locator("> .grip").drag_to(
        first, source_position={"x": 4, "y": 10}, target_position={"x": 200, "y": 5}
    )
    expect_order(page, "h2", ["1. Dos", "2. Tres", "3. Uno"])


def remove_all(page: Page) -> None:
    """So that the next finds the edition as it was."""
    while page.locator("#structure h2 a").count():
        page.locator("#structure h2 a").first.click()
        page.get_by_role("button", name="Delete the module").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        page.wait_for_url(f"**{CONTENT}")
