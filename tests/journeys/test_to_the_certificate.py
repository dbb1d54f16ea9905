"""A visitor finds a course, registers, takes it to the end, and shows the certificate."""

import re
import tomllib
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from app.demo import courses as _courses
from tests.journeys.conftest import Meet, Person, follow

COURSE = Path(_courses.__file__).parent / "courses" / "digitalization"
TITLE = "The digitalization of vocational training"
NAME = "María José de la Cruz Ñáñez"


def right_answers() -> dict[str, list[str]]:
    """The right choices of every question of the course, by the question's words in English."""
    found: dict[str, list[str]] = {}
    for file in COURSE.rglob("*.quiz.toml"):
        for question in tomllib.loads(file.read_text())["question"]:
            if question["kind"] == "true_false":
                right = ["True" if question["answer"] else "False"]
            else:
                right = [c["text"]["en"] for c in question["choice"] if c["right"]]
            found[question["text"]["en"]] = right
    return found


def register(person: Person, email: str) -> None:
    page = person.go("/")
    page.get_by_label("Word or topic").fill("digitalizacion")
    page.get_by_role("button", name="Show courses").click()
    expect(page.get_by_role("link", name="Leadership for Industry 4.0", exact=True)).to_have_count(
        0
    )
    follow(page.get_by_role("link", name=TITLE, exact=True))
    follow(page.get_by_role("link", name="Register to take part"))
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("E-mail").fill("not an address")
    page.get_by_label("Password").fill("three short words")
    page.get_by_label("Country").select_option(label="Colombia")
    page.get_by_label("Institution").fill("SENA, Colombia")
    page.get_by_label("I prefer not to say").check()
    page.get_by_label("Language of the pages and messages").select_option(label="English")
    # the browser itself would refuse the address: let the server say it
    page.locator("form[action='/register']").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_text("Write a whole e-mail address").first).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value(NAME)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("three short words")
    page.get_by_role("button", name="Make my account").click()
    # without a mail server the page itself shows the message
    expect(
        page.get_by_role("heading", name=f"Open the message that we sent to {email}")
    ).to_be_visible()
    page.get_by_role("main").locator("a[href*='/link/']").click()
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page.get_by_text("Your account is ready.")).to_be_visible()


def take_everything(page: Page, answers: dict[str, list[str]]) -> int:
    """Go from one next thing to the next until there is none; say how many there were."""
    onward = page.get_by_role("link", name=re.compile("^(Begin|Continue)$"))
    check = page.get_by_role("button", name="Begin the quiz")
    mark = page.get_by_role("button", name="Mark as done")
    course = page.url
    done = 0
    while onward.count():
        follow(onward)
        expect(check.or_(mark)).to_be_visible()
        if check.count():
            answer(page, answers)
        else:
            follow(mark)  # comes to what is next
        done += 1
        page.get_by_role("navigation", name="You are here").get_by_role("link").nth(1).click()
        page.wait_for_url(course)
    return done


def answer(page: Page, answers: dict[str, list[str]]) -> None:
    page.get_by_role("button", name=re.compile("^Begin")).click()
    form = page.locator("form#quiz")
    form.get_by_role("group").first.wait_for()
    for group in form.get_by_role("group").all():
        words = re.sub(r"^\d+\.\s*", "", group.locator("legend").inner_text())
        for choice in answers[words]:
            group.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name="Hand in my answers").click()
    page.get_by_role("button", name="Hand in now").click()
    expect(page.get_by_role("main").get_by_text(re.compile("^Passed with"))).to_be_visible()


def test_a_visitor_becomes_a_participant_with_a_certificate(meet: Meet, tmp_path: Path) -> None:
    person = meet(width=375)
    register(person, "maria.delacruz@example.org")
    page = person.page
    page.get_by_label("English").check()
    page.get_by_role("button", name="Enrol").click()
    page.wait_for_url("**/editions/*")

    assert take_everything(page, right_answers()) == 30

    expect(page.get_by_text("You have completed this course")).to_be_visible()
    for _ in range(60):  # the worker draws it within seconds
        if page.get_by_role("link", name="Download the certificate").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as download:
        link = page.get_by_role("link", name="Download the certificate")
        link.evaluate("link => link.download = ''")  # rather than open it in a viewer
        link.click()
    file = tmp_path / "certificate.pdf"
    download.value.save_as(file)
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    assert NAME in text
    assert TITLE in text

    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    assert code is not None
    stranger = meet().go("/verify")
    stranger.get_by_label("Code").fill(code.group().lower().replace("-", " "))
    follow(stranger.get_by_role("button", name="Check"))
    expect(stranger.get_by_text("This certificate is valid")).to_be_visible()
    for printed in (NAME, TITLE, "10 hours", "SENA", "Colombia"):
        expect(stranger.get_by_role("main").get_by_text(printed).first).to_be_visible()


def test_wrong_answers_are_explained_and_may_be_tried_again(meet: Meet) -> None:
    page = meet("participant").go("/home")
    follow(page.get_by_role("link", name="The digitalization of vocational training").first)
    follow(page.get_by_role("link", name="Cuestionario: evidencia y orden").first)
    assert "Ya lo vieron" not in page.content()

    page.get_by_role("button", name=re.compile("^Begin")).click()
    page.get_by_role("button", name="Hand in my answers").click()
    expect(page.get_by_text("No answer yet:")).to_be_visible()
    follow(page.get_by_role("link", name="Back to the questions"))
    for group in page.locator("form#quiz").get_by_role("group").all():
        group.locator("input").last.check()
    page.get_by_role("button", name="Hand in my answers").click()
    page.get_by_role("button", name="Hand in now").click()

    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    expect(page.get_by_text("Right would be:").first).to_be_visible()


@pytest.mark.parametrize("code", ["T7K4-9WQX-3HMR", "nonsense"])
def test_an_unknown_code_is_said_to_be_unknown(meet: Meet, code: str) -> None:
    page = meet().go(f"/verify/{code}")

    expect(page.get_by_text("We have no certificate with this code")).to_be_visible()
