"""Surveys on screen: written, answered once, and seen by those who may and as far as they may."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock, db
from app.models import (
    Activity,
    ActivityKind,
    AuditEvent,
    Edition,
    Enrolment,
    Gender,
    SplitBy,
    Survey,
    SurveyBox,
    SurveyKind,
    SurveyQuestion,
)
from app.services import surveys
from app.services.activity_kinds import begin
from app.services.surveys import Given, QuestionSaid, SurveyRules, answer_survey
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["en", "es"]))


@pytest.fixture
def activity(make: Make, session: Session, edition: Edition) -> Activity:
    made = make.activity(make.module(edition), kind=ActivityKind.SURVEY, title={"en": "At the end"})
    begin(session, made)
    return made


def writing(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/content/activities/{activity.id}"


def reading(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def asked(session: Session, make: Make, activity: Activity) -> list[SurveyQuestion]:
    """A scale told apart by gender, and a text."""
    by = make.coordinator().id
    words = {"en": "How was it?"}
    scale = QuestionSaid(SurveyKind.SCALE, words, split_by=SplitBy.GENDER, required=True)
    text = QuestionSaid(SurveyKind.LONG, {"en": "What was missing?"})
    return [surveys.add_question(session, activity, said, by=by) for said in (scale, text)]


def answered(
    session: Session, make: Make, activity: Activity, questions: list[SurveyQuestion]
) -> list[Enrolment]:
    """Eight women and eight men, half of whom say 4 and half 5; each writes something."""
    edition = session.get_one(Edition, activity.edition_id)
    people = [
        one
        for gender in (Gender.WOMAN, Gender.MAN)
        for one in make.crowd(edition, 8, gender=gender, country="BO")
    ]
    for n, one in enumerate(people):
        given = {questions[0].id: Given((4 + n % 2,)), questions[1].id: Given(words=f"Text {n:02}")}
        answer_survey(session, activity, one.id, given, on=clock.today("UTC"), now=clock.now())
    return people


def closed(session: Session, make: Make, activity: Activity, *, shows: bool = False) -> None:
    by = make.coordinator().id
    rules = SurveyRules(anonymous=True, opens_at=None, closes_at=None, shows_results=shows)
    surveys.change_survey(session, activity, rules, by=by, now=clock.now())
    surveys.close_survey(session, activity, by=by, now=clock.now() - timedelta(seconds=1))


def test_a_survey_is_written_in_all_languages_without_javascript(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    browser.sign_in(make.tutor(edition))
    page = f"{writing(activity)}/survey-questions"
    assert "text-es" in browser.get(f"{page}?kind=one").text
    typed = {
        "kind": "one",
        "text-en": "Again?",
        "text-es": "¿Otra vez?",
        "options-en": "Yes\nNo",
        "options-es": "Sí",
        "split_by": "country",
    }
    refused = browser.post(page, data=typed)
    assert refused.status_code == 422
    assert "Write as many choices here as there are: 2." in refused.text
    assert "¿Otra vez?" in refused.text
    typed["options-es"] = "Sí\nNo"
    assert browser.post(page, data=typed).status_code == 303
    browser.post(page, data={"kind": "long", "text-en": "Why?"})
    first, second = session.exec(select(SurveyQuestion).order_by(SurveyQuestion.position)).all()  # type: ignore[arg-type]
    assert first.options == [{"en": "Yes", "es": "Sí"}, {"en": "No", "es": "No"}]
    assert "not written in: Spanish" in browser.get(page).text
    browser.post(f"{page}/{second.id}/place", data={"way": "up"})
    session.expire_all()
    assert second.position < first.position
    browser.post(f"{page}/{second.id}/removal")
    assert [q.kind for q in session.exec(select(SurveyQuestion))] == [SurveyKind.ONE]


def test_who_answers_is_told_first_that_nobody_can_tell(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    asked(session, make, activity)
    browser.sign_in(make.participant(edition))
    soup = BeautifulSoup(browser.get(reading(activity)).text, "lxml")
    panel, form = soup.select_one(".panel"), soup.select_one("form[data-keep]")
    assert panel
    assert form
    assert "This survey is anonymous" in panel.text
    assert "Your gender is counted with this answer." in form.text
    assert form in panel.find_all_next("form")


def test_an_answer_that_is_missing_is_said_beside_its_question_and_all_else_is_kept(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    scale, text = asked(session, make, activity)
    browser.sign_in(make.participant(edition))
    page = browser.post(f"{reading(activity)}/survey-answers", data={f"q-{text.id}": "A word"})
    assert page.status_code == 422
    assert "This question needs an answer." in page.text
    assert "A word" in page.text
    assert not session.exec(select(SurveyBox)).all()
    given = {f"q-{scale.id}": "5", f"q-{text.id}": "A word"}
    for _ in range(2):  # pressed twice
        assert browser.post(f"{reading(activity)}/survey-answers", data=given).status_code == 303
    assert "They can't be told from others" in browser.get(reading(activity)).text
    assert [text for box in session.exec(select(SurveyBox)) for text in box.texts] == ["A word"]


def test_results_wait_until_it_is_closed_even_for_staff(
    make: Make, browser: Browser, session: Session, activity: Activity
) -> None:
    answered(session, make, activity, asked(session, make, activity))
    browser.sign_in(make.coordinator())
    page = browser.get(f"{reading(activity)}/survey-results").text
    assert "is shown when the survey is closed" in page
    assert "Text 0" not in page
    files = browser.get(f"{reading(activity)}/survey-results.csv").text
    assert "Text 0" not in files


def test_staff_sees_figures_and_texts_and_nobodys_name(
    make: Make, browser: Browser, session: Session, activity: Activity
) -> None:
    people = answered(session, make, activity, asked(session, make, activity))
    closed(session, make, activity)
    browser.sign_in(make.coordinator())
    page = browser.get(f"{reading(activity)}/survey-results").text
    soup = BeautifulSoup(page, "lxml")
    assert "mean 4.5 (n = 16)" in page
    assert "median 4.5" in page
    split = soup.select("table")[1]
    assert [row.get_text(" ", strip=True) for row in split.select("tbody tr")] == [
        "4 4 4",
        "5 4 4",
        "Mean 4.5 4.5",
        "Median 4.5 4.5",
    ]
    assert page.count("Text ") >= 16
    del people


def test_the_files_say_what_the_page_says_and_who_took_them_is_known(
    make: Make, browser: Browser, session: Session, activity: Activity
) -> None:
    answered(session, make, activity, asked(session, make, activity))
    closed(session, make, activity)
    browser.sign_in(make.coordinator())
    text = browser.get(f"{reading(activity)}/survey-results.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[0] == ["Number", "Question", "Figure", "Answer", "Group", "Value"]
    assert ["1", "How was it?", "Chosen", "4", "Women", "4"] in rows
    assert sum(row[2] == "Text" for row in rows) == 16
    book = browser.get(f"{reading(activity)}/survey-results.xlsx")
    assert book.status_code == 200
    told = [e for e in session.exec(select(AuditEvent)) if e.action == "export survey results"]
    assert [event.details["file"] for event in told] == ["CSV", "XLSX"]


def test_participants_see_results_only_where_they_are_shown_and_closed(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    answered(session, make, activity, asked(session, make, activity))
    browser.sign_in(make.participant(edition))
    page = f"{reading(activity)}/survey-results"
    assert browser.get(page).status_code == 403
    closed(session, make, activity, shows=True)
    assert browser.get(page).status_code == 200
    assert browser.get(f"{page}.csv").status_code == 403


def test_a_survey_with_names_shows_them_to_staff_alone(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    questions = asked(session, make, activity)
    by = make.coordinator()
    rules = SurveyRules(anonymous=False, opens_at=None, closes_at=None, shows_results=True)
    surveys.change_survey(session, activity, rules, by=by.id, now=clock.now())
    (one,) = make.crowd(edition, name="Rosa Quispe")
    given = {questions[0].id: Given((1,)), questions[1].id: Given(words="Time")}
    answer_survey(session, activity, one.id, given, on=clock.today("UTC"), now=clock.now())
    browser.sign_in(by)
    soup = BeautifulSoup(browser.get(f"{reading(activity)}/survey-results").text, "lxml")
    told = [one.get_text(" ", strip=True) for one in soup.select("details li")]
    assert told == ["Rosa Quispe 1", "Rosa Quispe Time"]
    surveys.close_survey(session, activity, by=by.id, now=clock.now() - timedelta(seconds=1))
    browser.sign_in(make.participant(edition))
    page = browser.get(f"{reading(activity)}/survey-results").text
    assert "Rosa Quispe" not in page
    assert "Fewer than five people answered" in page


def test_rules_are_kept_as_typed_and_a_closed_survey_stays_closed(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    answered(session, make, activity, asked(session, make, activity))
    browser.sign_in(make.tutor(edition))
    page = f"{writing(activity)}/survey-rules"
    past = browser.post(page, data={"closes_at": "2020-01-01T10:00"})
    assert past.status_code == 422
    assert "2020-01-01T10:00" in past.text
    assert browser.post(f"{page}/closing").status_code == 303
    again = browser.post(page, data={"shows_results": "true"})
    assert again.status_code == 422
    with db.reading() as own:
        survey = own.exec(select(Survey)).one()
        assert survey.is_closed(clock.now())


def test_a_survey_takes_few_statements_however_many_questions_it_has(
    make: Make, browser: Browser, session: Session, activity: Activity, edition: Edition
) -> None:
    asked(session, make, activity)
    browser.sign_in(make.participant(edition))
    browser.get(reading(activity))
    with statements() as few:
        browser.get(reading(activity))
    asked(session, make, activity)
    browser.get(reading(activity))
    with statements() as more:
        browser.get(reading(activity))
    assert len(few) == len(more) <= 8
