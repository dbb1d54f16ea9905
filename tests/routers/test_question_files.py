"""Questions that come into a bank as a file, and leave it as one."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, col, func, select

from app.core.gift import read_gift
from app.models import AuditEvent, Edition, Question, QuestionVersion
from app.queries.questions import portables
from tests.conftest import Browser
from tests.make import Make

GIFT = b"""$CATEGORY: M1

::Q1:: Capital of Peru? {=Lima ~Quito}

::Q2:: [html]<p>Look <img src="x.png"></p> {T}

::Q3:: It is an information.
"""


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(languages=["en", "es"])


@pytest.fixture
def bank(make: Make, edition: Edition, browser: Browser) -> str:
    browser.sign_in(make.tutor(edition))
    return f"/editions/{edition.id}/content/questions"


def sent(browser: Browser, bank: str, content: bytes, name: str = "q.txt", **data: str) -> str:
    page = browser.post(f"{bank}/import", data=data, files={"file": (name, content, "text/plain")})
    assert page.status_code == 200
    return page.text


def carried(html: str) -> dict[str, str]:
    found = BeautifulSoup(html, "html.parser").select_one('input[name="questions"]')
    return {"questions": str(found["value"]) if found else ""}


def count(session: Session) -> int:
    return session.exec(select(func.count(col(Question.id)))).one()


def test_nothing_is_written_before_everybody_saw_what_becomes_of_each_question(
    browser: Browser, session: Session, bank: str
) -> None:
    page = sent(browser, bank, GIFT, language="es")

    assert count(session) == 0
    rows = [
        row.get_text(" ", strip=True)
        for row in BeautifulSoup(page, "html.parser").select("tbody tr")
    ]
    assert ["Q1" in rows[0], "One right" in rows[0] or "Single" in rows[0]] != [False, False]
    assert "A picture was left out" in rows[1]
    assert "Left out" in rows[2]
    assert "Take in 2 questions" in page

    done = browser.post(f"{bank}/import/apply", data=carried(page))
    again = browser.post(f"{bank}/import/apply", data=carried(page))

    assert (done.status_code, again.status_code, count(session)) == (303, 303, 2)
    versions = session.exec(select(QuestionVersion)).all()
    assert {tuple(one.text) for one in versions} == {("es",)}
    acts = session.exec(select(AuditEvent.action).where(col(AuditEvent.action).contains("take in")))
    assert acts.all() == ["take in questions"]
    assert "There is nothing to take in." in sent(browser, bank, GIFT, language="es")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Just words.", "none of the formats"),
        (b"<?xml version='1.0'?><quiz><question>", "no XML that can be read"),
        (b"<?xml version='1.0'?><quiz></quiz>", "no questions in this file"),
        (b"\x00\x01\x02\x81\x8d{=a}", "The letters of this file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(
    browser: Browser, session: Session, bank: str, content: bytes, sentence: str
) -> None:
    page = browser.post(f"{bank}/import", files={"file": ("q.txt", content, "text/plain")})

    assert (page.status_code, count(session)) == (422, 0)
    assert sentence in page.text


@pytest.mark.parametrize("field", ["", "x", "eJw=", "eJyLjgUAARUAuQ=="])
def test_what_comes_back_is_not_trusted(
    browser: Browser, session: Session, bank: str, field: str
) -> None:
    answer = browser.post(f"{bank}/import/apply", data={"questions": field})

    assert answer.status_code in {303, 409, 422}
    assert count(session) == 0


def test_the_bank_leaves_as_a_file_and_comes_back_into_another_course(
    browser: Browser, session: Session, make: Make, edition: Edition, bank: str
) -> None:
    make.quiz(make.module(edition))
    other = make.edition(course=make.course())
    make.tutor(other)

    assert "something of 2 questions is not in the file" in browser.get(f"{bank}/import").text
    for ending in ("gift", "xml"):
        file = browser.get(f"{bank}/export.{ending}?language=en")
        assert file.status_code == 200
        assert f".{ending}" in file.headers["Content-Disposition"]
        page = sent(browser, bank, file.content)
        if ending == "xml":  # GIFT can't say that only exactly the right choices count
            assert "choices count is not in the file" in file.text
    assert len(read_gift(browser.get(f"{bank}/export.gift").text, "en")) == 3
    assert len(portables(session, edition.course_id)) == 3
    assert "Take in 2 questions" in page  # all but the one of which nothing was lost


def test_a_participant_gets_no_file_with_right_answers(
    browser: Browser, make: Make, edition: Edition
) -> None:
    make.quiz(make.module(edition))
    person = make.account()
    make.enrolment(person, edition)
    browser.sign_in(person)

    for end in ("import", "export.gift", "export.xml"):
        page = browser.get(f"/editions/{edition.id}/content/questions/{end}")
        assert page.status_code in {403, 404}
        assert "Choice" not in page.text
