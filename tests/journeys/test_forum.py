"""A participant asks, a tutor answers and marks it, and who follows hears of it."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Meet, follow

COURSE = "Big Data and skills gap"
TITLE = "Which year do the tables begin in?"
ONE_TOPIC = re.compile(r"/topics/[0-9a-f-]{36}")


def forum_of(page: Page) -> None:
    follow(page.get_by_role("link", name=COURSE, exact=True).first)
    course = page.get_by_role("navigation", name="Course", exact=True)
    follow(course.get_by_role("link", name="Forum"))
    follow(page.get_by_role("link", name="Foro del curso"))


def test_a_question_is_asked_answered_followed_and_told(meet: Meet, javascript: bool) -> None:
    asking = meet("participant", width=375)
    participant = asking.go("/home")
    forum_of(participant)
    follow(participant.get_by_role("link", name="Begin a topic"))
    participant.get_by_label("Title", exact=True).fill(TITLE)
    participant.get_by_label("Text", exact=True).fill("We found **2015** and 2017.")
    if javascript:
        expect(participant.get_by_text("Draft saved")).to_be_visible()
        participant.reload()
        expect(participant.get_by_label("Text", exact=True)).to_have_value(re.compile("2017"))
    participant.get_by_role("button", name="Send").click()
    participant.wait_for_url(ONE_TOPIC)
    address = participant.url
    expect(participant.get_by_role("button", name="Unfollow")).to_be_visible()

    tutor = meet("tutor").go("/home")
    forum_of(tutor)
    follow(tutor.get_by_role("link", name=TITLE, exact=True))
    follow(tutor.get_by_role("link", name=re.compile("^Quote")))
    expect(tutor.get_by_label("Your answer")).to_have_value(re.compile(r"^> We found"))
    tutor.get_by_label("Your answer").press_sequentially("In 2015; see module 2.")
    tutor.get_by_role("button", name="Send").click()
    expect(tutor.get_by_text("Your post is there.")).to_be_visible()
    tutor.get_by_role("button", name=re.compile("^Mark as the answer")).click()
    expect(tutor.get_by_text("Marked as the answer.")).to_be_visible()

    participant.goto(address)
    answer = participant.get_by_role("region", name="Answered by a tutor")
    expect(answer.get_by_text("In 2015; see module 2.")).to_be_visible()

    outbox = meet("admin").go("/outbox")
    for subject in (f"New post: {TITLE}", f"Answered: {TITLE}", f"New topic: {TITLE}"):
        expect(
            outbox.get_by_text(re.compile(re.escape(subject.split(": ")[1]))).first
        ).to_be_visible()


def test_what_is_reported_is_looked_at_and_hidden(meet: Meet) -> None:
    participant = meet("participant").go("/home")
    forum_of(participant)
    follow(participant.get_by_role("link", name="Encuesta de hogares", exact=False).first)
    address = participant.url
    follow(participant.get_by_role("link", name=re.compile("^Report it")).last)
    participant.get_by_label("What is wrong with it").fill("It names somebody.")
    follow(participant.get_by_role("button", name="Report a post"))

    tutor = meet("tutor").go("/home")
    forum_of(tutor)
    follow(tutor.get_by_role("link", name="Look at it"))
    expect(tutor.get_by_text("It names somebody.")).to_be_visible()
    follow(tutor.get_by_role("link", name=re.compile("^Hide the post")))
    tutor.get_by_label("Reason").fill("Please without names.")
    follow(tutor.get_by_role("button", name="Hide a post"))

    participant.goto(address)
    expect(participant.get_by_text("This post was hidden")).to_be_visible()


def test_who_took_the_course_in_any_edition_meets_the_others(meet: Meet) -> None:
    page = meet("participant", width=375).go("/home")
    follow(page.get_by_role("link", name=re.compile(f"^Community of the course.*{COURSE}")))
    page.get_by_label("Words").fill("boletin")
    page.get_by_role("button", name="Search").click()

    expect(page.locator("mark", has_text="boletín")).to_be_visible()
