"""Writing questions and quizzes in the browser, and marking what was written in answer."""

import re
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, col, select

from app.core.question_content import Essay, QuestionKind
from app.models import (
    Activity,
    Answer,
    Attempt,
    AuditEvent,
    Edition,
    Question,
    QuestionVersion,
    Quiz,
    QuizExtension,
    QuizSlot,
)
from app.services.activity_kinds import carry_over
from app.services.attempts import Sender, Sent, begin_attempt, hand_in
from tests.conftest import Browser
from tests.make import NOW, Make

#: A valid form of each kind, as somebody types it.
FORMS: dict[QuestionKind, dict[str, str]] = {
    QuestionKind.SINGLE: {
        "option-0-key": "", "option-0-text-en": "Lima", "option-1-key": "", "right": "0",
        "option-1-text-en": "Quito", "option-1-share": "25", "option-1-feedback-en": "Near.",
    },
    QuestionKind.MULTIPLE: {
        "option-0-key": "", "option-0-text-en": "Two", "option-0-right": "on", "option-1-key": "",
        "option-1-text-en": "Four", "option-1-right": "on", "option-2-key": "",
        "option-2-text-en": "Five", "whole": "partial", "penalty": "50",
    },
    QuestionKind.TRUE_FALSE: {"answer": "false", "true-feedback-en": "No, it is not."},
    QuestionKind.SHORT: {
        "accepted-0-key": "", "accepted-0-pattern": "*glove*", "accepted-1-key": "",
        "accepted-1-pattern": "hand*", "accepted-1-share": "50", "mind_case": "on",
    },
    QuestionKind.NUMERICAL: {
        "amount-0-key": "", "amount-0-value": "3,5", "amount-0-tolerance": "2",
        "amount-0-relative": "percent", "unit-0-key": "", "unit-0-name": "kg", "unit-0-factor": "1",
        "unit-1-key": "", "unit-1-name": "g", "unit-1-factor": "0.001",
    },
    QuestionKind.MATCHING: {
        "pair-0-key": "", "pair-0-left-en": "Peru", "pair-0-right-en": "Lima", "pair-1-key": "",
        "pair-1-left-en": "Chile", "pair-1-right-en": "Santiago", "pair-2-key": "",
        "pair-2-right-en": "Quito",
    },
    QuestionKind.ORDERING: {
        "item-0-key": "", "item-0-text-en": "Measure", "item-1-key": "", "item-1-text-en": "Cut",
    },
    QuestionKind.GAPS: {
        "text-en": "Measure [[1]], cut [[2]].", "gap-0-key": "", "gap-0-way": "typed",
        "gap-0-answers": "twice\ntwo times", "gap-1-key": "", "gap-1-way": "chosen",
        "gap-1-options-en": "once\nnever",
    },
    QuestionKind.ESSAY: {"notes-en": "Look for an example."},
}  # fmt: skip


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(languages=["en", "es"])


@pytest.fixture
def quiz(make: Make, edition: Edition) -> Activity:
    return make.quiz(make.module(edition))


@pytest.fixture
def tutor(make: Make, edition: Edition, browser: Browser) -> UUID:
    account = make.tutor(edition)
    browser.sign_in(account)
    return account.id


def bank(edition: Edition) -> str:
    return f"/editions/{edition.id}/content/questions"


def writing(quiz: Activity) -> str:
    return f"/editions/{quiz.edition_id}/content/activities/{quiz.id}"


def fields(html: str) -> dict[str, Any]:
    """What the page's form would send as it stands."""
    soup, found = BeautifulSoup(html, "html.parser"), {}
    form = soup.select('form[action*="/content/questions/"]')[-2 if "retirement" in html else -1]
    for one in form.select("input[name], textarea[name], select[name]"):
        name = str(one["name"])
        if one.name == "textarea":
            found[name] = one.get_text().removeprefix("\n").strip("\n")
        elif one.name == "select":
            chosen = one.select_one("option[selected]") or one.select_one("option")
            found[name] = str(chosen.get("value", chosen.get_text())) if chosen else ""
        elif one.get("type") not in {"radio", "checkbox"} or one.has_attr("checked"):
            found[name] = str(one.get("value", ""))
    return found


@pytest.mark.parametrize("kind", QuestionKind)
@pytest.mark.usefixtures("tutor")
def test_a_question_of_each_kind_is_written_read_back_and_saved_unchanged(
    browser: Browser, session: Session, edition: Edition, kind: QuestionKind
) -> None:
    form = {"kind": kind.value, "text-en": "What?", "category": " M1 / Safety", "tags": "a, b"}
    assert browser.get(f"{bank(edition)}/new?kind={kind.value}").status_code == 200

    made = browser.post(f"{bank(edition)}/new", data=form | FORMS[kind])
    page = browser.get(made.headers["Location"])
    before = session.exec(select(QuestionVersion)).one()
    again = browser.post(made.headers["Location"], data=fields(page.text) | {"do": "save"})

    assert (made.status_code, page.status_code, again.status_code) == (303, 200, 303)
    question = session.exec(select(Question)).one()
    content = before.content
    session.expire_all()
    after = session.exec(select(QuestionVersion)).one()
    assert (question.kind, question.category, question.tags) == (kind, "M1/Safety", ["a", "b"])
    if kind is not QuestionKind.GAPS:  # what there is to choose in a gap gets new keys
        assert after.content == content
    shown = browser.post(made.headers["Location"], data=fields(page.text) | {"do": "preview"})
    assert "As participants see it" in shown.text


@pytest.mark.usefixtures("tutor")
def test_adding_and_removing_a_choice_keeps_what_was_typed(
    browser: Browser, session: Session, edition: Edition
) -> None:
    form = {"kind": "single", "text-en": "What?"} | FORMS[QuestionKind.SINGLE]

    more = browser.post(f"{bank(edition)}/new", data=form | {"do": "add-option"})
    less = browser.post(f"{bank(edition)}/new", data=fields(more.text) | {"do": "remove-option-0"})

    assert more.status_code == less.status_code == 200
    assert "option-2-key" in fields(more.text)
    left = fields(less.text)
    assert left["option-1-text-en"] == "Quito"
    assert left["text-en"] == "What?"
    assert "option-0-key" not in left
    assert session.exec(select(Question)).all() == []


@pytest.mark.usefixtures("tutor")
@pytest.mark.parametrize(
    ("kind", "changed", "sentence"),
    [
        ("single", {"right": ""}, "Say which is right."),
        ("single", {"option-1-text-en": ""}, "Write at least two choices."),
        ("single", {"text-en": " "}, "Write the question."),
        ("multiple", {"penalty": "101"}, "Write a number from 0 to 100."),
        ("numerical", {"amount-0-value": "much"}, "Write a number, such as 3.5 or 3,5."),
        ("numerical", {"unit-1-factor": "0"}, "Write a number above 0."),
        ("gaps", {"text-en": "No gap."}, "Put each gap into the text once"),
        ("short", {"accepted-0-pattern": "", "accepted-1-pattern": ""}, "at least one answer"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    browser: Browser, session: Session, edition: Edition,
    kind: str, changed: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    form = {"kind": kind, "text-en": "What?"} | FORMS[QuestionKind(kind)] | changed

    answer = browser.post(f"{bank(edition)}/new", data=form | {"tags": "kept"})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="kept"' in answer.text
    assert session.exec(select(Question)).all() == []


@pytest.mark.usefixtures("tutor")
def test_what_was_asked_once_stays_and_a_change_is_a_new_version(
    make: Make, browser: Browser, session: Session, edition: Edition, quiz: Activity
) -> None:
    question = session.exec(select(Question).order_by(col(Question.id))).first()
    assert question
    address = f"{bank(edition)}/{question.id}"

    def change(words: str) -> None:
        form = fields(browser.get(address).text)
        assert browser.post(address, data=form | {"text-en": words}).status_code == 303
        session.expire_all()

    change("Mended before anybody was asked?")
    assert question.number == 1
    ana = make.enrolment(make.account(), edition)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    session.commit()
    change("Mended afterwards?")

    assert question.number == 2
    first = session.exec(select(Answer).where(Answer.question_id == question.id)).one()
    asked = session.get_one(QuestionVersion, first.version_id)
    assert (asked.number, asked.text["en"]) == (1, "Mended before anybody was asked?")
    assert attempt.out_of == 3


@pytest.mark.usefixtures("tutor")
def test_questions_come_from_the_bank_are_moved_and_taken_out(
    make: Make, browser: Browser, session: Session, edition: Edition, quiz: Activity
) -> None:
    new = make.question(edition.course_id, QuestionKind.ESSAY, Essay(), category="M1")
    strange = make.question(make.course().id, QuestionKind.ESSAY, Essay())

    page = browser.get(f"{writing(quiz)}/questions?category=M1")
    added = browser.post(
        f"{writing(quiz)}/questions", data={"chosen": [str(new.id), str(new.id), str(strange.id)]}
    )

    assert str(new.id) in page.text
    assert str(strange.id) not in page.text
    assert added.status_code == 303
    row = session.exec(select(Quiz)).one()

    def order() -> list[UUID | None]:
        session.expire_all()
        rows = select(QuizSlot.question_id).where(QuizSlot.quiz_id == row.id)
        return list(session.exec(rows.order_by(col(QuizSlot.position))))

    assert order()[3:] == [new.id]
    slot = session.exec(select(QuizSlot).where(QuizSlot.question_id == new.id)).one()
    at = f"{writing(quiz)}/slots/{slot.id}"
    browser.post(at, data={"do": "up", "points": "1"})
    assert order()[2] == new.id
    browser.post(at, data={"do": "save", "points": "2,5"})
    session.expire_all()
    assert slot.points == 2.5
    refused = browser.post(at, data={"do": "save", "points": "0"})
    assert refused.status_code == 422
    browser.post(at, data={"do": "remove", "points": "1"})
    assert new.id not in order()
    drawn = browser.post(
        f"{writing(quiz)}/draws", data={"category": "M1", "draws": "2", "points": "1"}
    )
    assert drawn.status_code == 303
    assert "drawn by chance" in browser.get(f"{writing(quiz)}/questions").text


@pytest.mark.usefixtures("tutor")
def test_rules_are_saved_in_the_writers_hours_and_refused_when_senseless(
    browser: Browser, session: Session, quiz: Activity
) -> None:
    form = {"pass_percent": "60", "most_attempts": "2", "minutes": "30", "per_page": "1",
            "opens_at": "2026-06-01T10:00", "closes_at": "2026-06-02T10:00", "in_order": "on",
            "password": "sesame", "feedback": "closed", "solution": "never"}  # fmt: skip

    saved = browser.post(f"{writing(quiz)}/rules", data=form)
    page = browser.get(f"{writing(quiz)}/rules").text
    senseless = browser.post(
        f"{writing(quiz)}/rules", data=form | {"closes_at": "2026-05-01T10:00"}
    )
    never = browser.post(f"{writing(quiz)}/rules", data=form | {"closes_at": ""})

    assert saved.status_code == 303
    assert 'value="2026-06-01T10:00"' in page
    assert "sesame" not in page
    assert "closes before it opens" in senseless.text
    assert "say when it closes" in never.text
    session.expire_all()
    row = session.exec(select(Quiz)).one()
    assert (row.minutes, row.in_order, row.shuffle_choices) == (30, True, False)
    assert row.password_hash not in {"", "sesame"}
    event = session.exec(select(AuditEvent)).one()
    assert event.action == "change quiz"
    assert "sesame" not in str(event.details)
    assert row.password_hash not in str(event.details)


@pytest.mark.usefixtures("tutor")
def test_more_time_is_given_with_a_reason_and_recorded(
    make: Make, browser: Browser, session: Session, edition: Edition, quiz: Activity
) -> None:
    ana = make.enrolment(make.account(), edition)
    elsewhere = make.enrolment(make.account(), make.edition(make.course()))
    form = {"enrolment": str(ana.id), "minutes": "15", "attempts": "1", "reason": "A slow line"}

    for changed in ({"reason": ""}, {"minutes": "0", "attempts": "0"}):
        assert browser.post(f"{writing(quiz)}/extensions", data=form | changed).status_code == 422
    strange = form | {"enrolment": str(elsewhere.id)}
    assert browser.post(f"{writing(quiz)}/extensions", data=strange).status_code == 404
    assert browser.post(f"{writing(quiz)}/extensions", data=form).status_code == 303
    one = session.exec(select(QuizExtension)).one()

    assert "A slow line" in browser.get(f"{writing(quiz)}/rules").text
    assert browser.post(f"{writing(quiz)}/extensions/{one.id}/end").status_code == 303
    session.expire_all()
    assert session.exec(select(QuizExtension)).all() == []
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
    assert [event.action for event in events] == ["extend quiz", "extend quiz"]
    assert "slow line" not in str([event.details for event in events])


@pytest.mark.usefixtures("tutor")
def test_an_essay_is_read_and_marked_by_a_tutor(
    make: Make, browser: Browser, session: Session, edition: Edition, quiz: Activity
) -> None:
    row = session.exec(select(Quiz)).one()
    essay = make.question(edition.course_id, QuestionKind.ESSAY, Essay(notes={"en": "Look well."}))
    make.saved(QuizSlot(quiz_id=row.id, position=4, question_id=essay.id, points=5))
    ana = make.enrolment(make.account(), edition)
    begin_attempt(session, ana.id, quiz, now=NOW)
    sent = {4: Sent({"text": "<b>I</b> think"}, 0)}
    hand_in(session, ana.id, quiz.id, 1, sent, Sender("a", 1), now=NOW)
    session.commit()

    page = browser.get(f"{writing(quiz)}/marking").text
    found = re.search(r"/marking/([0-9a-f-]{36})", page)
    assert found
    at = f"{writing(quiz)}/marking/{found[1]}"
    too_many = browser.post(at, data={"points": "6", "comment": "Kept"})
    marked = browser.post(at, data={"points": "4,5", "comment": "Well argued."})

    assert "&lt;b&gt;I&lt;/b&gt; think" in page
    assert "Look well." in page
    assert too_many.status_code == 422
    assert "Give from 0 to 5 points" in too_many.text
    assert "Kept" in too_many.text
    assert marked.status_code == 303
    assert "Nothing here." in browser.get(f"{writing(quiz)}/marking").text
    assert "Well argued." in browser.get(f"{writing(quiz)}/marking?marked=1").text
    session.expire_all()
    assert session.exec(select(Attempt.score)).one() == 4.5


def test_questions_of_another_course_are_not_there(
    make: Make, browser: Browser, edition: Edition, tutor: UUID
) -> None:
    del tutor
    strange = make.question(make.course().id, QuestionKind.ESSAY, Essay(), text={"en": "Strange"})

    assert "Strange" not in browser.get(bank(edition)).text
    assert browser.get(f"{bank(edition)}/{strange.id}").status_code == 404
    assert browser.post(f"{bank(edition)}/{strange.id}", data={"text-en": "x"}).status_code == 404
    assert browser.post(f"{bank(edition)}/{strange.id}/retirement").status_code == 404


def test_a_copy_of_a_quiz_has_its_rules_and_questions_and_nobodys_tries(
    make: Make, session: Session, edition: Edition, quiz: Activity
) -> None:
    ana = make.enrolment(make.account(), edition)
    begin_attempt(session, ana.id, quiz, now=NOW)
    copy = make.saved(
        Activity(**quiz.model_dump(exclude={"id", "created_at", "position"}) | {"position": 99})
    )

    carry_over(session, quiz, copy)

    rows = session.exec(select(Quiz).order_by(col(Quiz.id))).all()
    first, second = (
        [slot.question_id for slot in session.exec(
            select(QuizSlot).where(QuizSlot.quiz_id == row.id).order_by(col(QuizSlot.position)))]
        for row in rows
    )  # fmt: skip
    assert first == second
    assert rows[1].pass_percent == 60
    assert len(session.exec(select(Attempt)).all()) == 1
