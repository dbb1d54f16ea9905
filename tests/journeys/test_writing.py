"""A tutor writes a page of the course with the keyboard, a colleague is slower, nothing is lost."""

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Meet, follow

COURSE = "Big Data and skills gap"
MOST_STOPS = 120


def reach(page: Page, wanted: Locator) -> None:
    """Go on with Tab until ``wanted`` has the focus."""
    for _ in range(MOST_STOPS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Enter")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def box(page: Page) -> Locator:
    return page.locator("textarea[name=body]")


def write(page: Page, text: str) -> None:
    """Type ``text`` in place of what is there."""
    reach(page, box(page))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def open_first_page(page: Page) -> str:
    """Where the text of the course's first activity is written, and where it is read."""
    page.goto(page.url.split("/home")[0] + "/home")
    follow(page.get_by_role("link", name=COURSE, exact=True).first)
    first = page.locator("main a[href*='/activities/']").first.get_attribute("href")
    page.goto(page.url.split("/editions/")[0] + str(first))
    read_at = page.url
    press(page, page.get_by_role("link", name="Edit", exact=True))
    page.wait_for_url("**/text")
    return read_at


def test_a_page_is_written_with_the_keyboard_and_nobody_undoes_anybody(meet: Meet) -> None:
    person = meet("tutor")
    tutor = person.page
    read_at = open_first_page(tutor)
    first = box(tutor).input_value()
    colleague = meet("coordinator").go(tutor.url)

    write(tutor, "## De la tutora\n\nPara leer: $x^2$")
    if person.scripts:
        tutor.keyboard.press("Shift+Tab")  # one stop: the row of buttons
        tutor.keyboard.press("ArrowRight")
        expect(button(tutor, "Italic")).to_be_focused()
        tutor.keyboard.press("End")
        tutor.keyboard.press("Enter")
        expect(box(tutor)).to_have_value("## De la tutora\n\nPara leer: $x^2$$x^2$")
        tutor.keyboard.press("Control+z")
        expect(tutor.get_by_text("Draft kept")).to_be_visible()
    press(tutor, button(tutor, "Preview"))
    seen = tutor.get_by_role("region", name="Preview")
    expect(seen.get_by_role("heading", name="De la tutora")).to_be_visible()
    expect(seen.locator("math")).to_be_visible()
    if person.scripts:
        tutor.reload()  # the draft is there again; without scripts the text came with the preview
    expect(box(tutor)).to_have_value("## De la tutora\n\nPara leer: $x^2$")
    press(tutor, button(tutor, "Save for everybody"))
    expect(tutor.get_by_text("Version 2 is saved")).to_be_visible()

    write(colleague, "Del colega")
    press(colleague, button(colleague, "Save for everybody"))
    theirs = colleague.get_by_role("region", name="The saved text, version 2")
    expect(theirs.get_by_text("De la tutora")).to_be_visible()
    expect(box(colleague)).to_have_value("Del colega")
    write(colleague, "## De la tutora\n\nDel colega")
    press(colleague, button(colleague, "Save my text in its place"))
    expect(colleague.get_by_text("Version 3 is saved")).to_be_visible()

    press(tutor, tutor.get_by_role("link", name="All versions"))
    tutor.wait_for_url("**/versions**")
    press(tutor, tutor.get_by_role("link", name="Version 1", exact=True))
    press(tutor, button(tutor, "Restore this version"))
    expect(tutor.get_by_text("as version 4")).to_be_visible()
    expect(box(tutor)).to_have_value(first)
    learner = meet("participant").go(read_at)
    expect(learner.get_by_text("Del colega")).to_have_count(0)
    expect(learner.get_by_role("link", name="Edit", exact=True)).to_have_count(0)


def test_what_was_typed_outlives_a_lost_line_and_a_closed_page(meet: Meet) -> None:
    person = meet("tutor")
    if not person.scripts:
        return  # the page itself keeps nothing without them
    page = person.page
    open_first_page(page)
    where, before = page.url, box(page).input_value()
    page.route("**/draft?*", lambda route: route.abort())
    write(page, "Escrito sin línea")
    page.wait_for_timeout(2500)
    page.unroute("**/draft?*")
    page.goto(where)

    expect(page.get_by_text("This device keeps a text that was never saved.")).to_be_visible()
    expect(box(page)).to_have_value(before)
    press(page, button(page, "Use this text"))
    expect(box(page)).to_have_value("Escrito sin línea")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    page.reload()
    button(page, "Discard the draft").click()  # who comes next finds the page as it was
    expect(box(page)).to_have_value(before)
    person.complaints.clear()  # of the line that was cut
