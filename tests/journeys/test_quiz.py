"""A quiz on a bad line: nothing that was answered is lost, and the clock is the server's."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Meet, Person, follow

QUIZ = "Cuestionario: evidencia y orden"


def open_quiz(person: Person) -> Page:
    page = person.go("/home")
    follow(page.get_by_role("link", name="The digitalization of vocational training").first)
    follow(page.get_by_role("link", name=QUIZ).first)
    return page


def begin(person: Person) -> Page:
    page = open_quiz(person)
    page.get_by_role("button", name=re.compile("^Begin")).click()
    page.locator("form#quiz fieldset").first.wait_for()
    return page


def choose(page: Page, question: int, choice: int = 0) -> str:
    field = page.locator(f"#question-{question} label.check input").nth(choice)
    field.check()
    return str(field.get_attribute("value"))


def chosen(page: Page, question: int) -> list[str]:
    ticked = page.locator(f"#question-{question} input:checked").all()
    return [str(one.get_attribute("value")) for one in ticked]


def overlook(person: Person) -> None:
    """The browser complains of each request that found no line; that is what is tried here."""
    person.complaints[:] = [line for line in person.complaints if "ERR_INTERNET" not in line]


def answers_outlive_a_line_that_is_cut_five_times_and_a_dead_battery(meet: Meet) -> None:
    person = meet("participant")
    page = begin(person)
    saved, lost = page.get_by_text(re.compile(r"^Saved \d")), page.get_by_text("Not saved yet")
    first = choose(page, 1)
    expect(saved).to_be_visible()
    line = page.context
    for cut in range(5):
        line.set_offline(True)
        page.locator("#question-2 label.check input").nth(cut % 2).click()
        expect(lost).to_be_visible()
        line.set_offline(False)
        expect(saved).to_be_visible()
    second = chosen(page, 2)

    line.set_offline(True)
    third = choose(page, 3)
    expect(lost).to_be_visible()
    page.close()
    line.set_offline(False)
    again = Person(line.new_page(), person.site, scripts=True)
    page = open_quiz(again)

    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    elsewhere = open_quiz(meet("participant"))
    for one in (page, elsewhere):
        assert (chosen(one, 1), chosen(one, 2)) == ([first], second)
        assert chosen(one, 3) == [third]
    assert again.complaints == []
    overlook(person)


def two_devices_tell_which_answer_counts(meet: Meet) -> None:
    person = meet("participant")
    phone, tablet = open_quiz(person), open_quiz(meet("participant"))

    kept = choose(phone, 4, 1)
    expect(phone.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    choose(tablet, 4, 0)

    expect(tablet.get_by_text("Question 4 has a newer answer")).to_be_visible()
    tablet.reload()
    assert chosen(tablet, 4) == [kept]
    expect(tablet.get_by_text("Question 4: a newer answer was there.")).to_be_visible()


def when_the_time_is_over_the_quiz_is_handed_in(meet: Meet) -> None:
    staff = meet("coordinator")
    person = meet("participant")
    at = re.sub(r"\?.*", "", open_quiz(person).url)
    person.page.get_by_role("button", name="Hand in my answers").click()
    follow(person.page.get_by_role("button", name="Hand in now"))
    rules = staff.go(at.replace("/activities/", "/content/activities/") + "/quiz-rules")
    rules.get_by_label("Minutes for a try").fill("6")
    rules.get_by_role("button", name="Save the rules").click()
    expect(rules.get_by_text("The rules were saved.")).to_be_visible()
    page = person.page
    page.clock.install()
    follow(page.get_by_role("link", name="Try again"))
    page.get_by_role("button", name="Begin another try").click()
    page.locator("form#quiz fieldset").first.wait_for()
    expect(page.get_by_text("Time left: 05:")).to_be_visible()
    answered = choose(page, 1)
    page.clock.run_for(62_000)
    expect(page.locator("#status")).to_have_text("Five minutes left.")

    page.clock.run_for(300_000)

    expect(page.get_by_text(re.compile("points: not passed yet|Passed with"))).to_be_visible()
    assert answered
    expect(page.get_by_text("You answered").first).to_be_visible()


def test_nothing_is_lost_in_a_quiz_and_the_clock_is_the_servers(
    meet: Meet, javascript: bool
) -> None:
    """One try in the course of an hour: each part goes on where the one before ended."""
    if not javascript:
        pytest.skip(
            "without scripts the buttons save, and the server hands in: see the routes' tests"
        )
    answers_outlive_a_line_that_is_cut_five_times_and_a_dead_battery(meet)
    two_devices_tell_which_answer_counts(meet)
    when_the_time_is_over_the_quiz_is_handed_in(meet)
