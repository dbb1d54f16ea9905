"""A tutor asks, a participant answers on a phone without losing a word, and nobody can tell who."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, col, create_engine, select

from app.core.ids import uuid7
from app.models import Activity, ActivityKind, ActivityText, Module, Survey
from tests.journeys.conftest import Meet, follow, served

ASKING = uuid7()


@pytest.fixture(scope="module")
def site(
    programme: Path, tmp_path_factory: pytest.TempPathFactory, javascript: bool
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp(f"survey-{javascript}")
    shutil.copytree(programme, folder / "prepared")
    add_survey(folder / "prepared" / "taller.db")
    yield from served(folder / "prepared", folder / "var")


def add_survey(database: Path) -> None:
    """A survey that asks nothing yet, in the first module of the course that goes on."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        modules = session.exec(select(Module).order_by(col(Module.position))).all()
        module = next(one for one in modules if "brechas" in one.title.get("es", ""))
        session.add(
            Activity(id=ASKING, edition_id=module.edition_id, module_id=module.id, position=99,
                     kind=ActivityKind.SURVEY, title={"es": "A mitad del curso"}, minutes=5)
        )  # fmt: skip
        session.flush()
        session.add(ActivityText(activity_id=ASKING, language="es", body=""))
        session.add(Survey(activity_id=ASKING))
        session.commit()
    engine.dispose()


def test_a_survey_is_written_answered_once_and_seen_when_it_is_closed(
    meet: Meet, javascript: bool
) -> None:
    tutor = meet("tutor")
    course = tutor.go("/home").get_by_role("link", name="Big Data and skills gap").first
    at = str(course.get_attribute("href"))
    page = tutor.go(f"{at}/content/activities/{ASKING}/survey-questions")
    follow(page.get_by_role("link", name="Scale", exact=True))
    page.get_by_label("Question", exact=True).fill("¿Qué tal el ritmo?")
    page.get_by_label("Words for the highest point").fill("rápido")
    page.get_by_label("Must be answered").check()
    follow(page.get_by_role("button", name="Add the question"))
    follow(page.get_by_role("link", name="A longer text", exact=True))
    page.get_by_label("Question", exact=True).fill("¿Qué falta?")
    follow(page.get_by_role("button", name="Add the question"))
    page.get_by_role("button", name=re.compile("^Up.*falta")).click()
    expect(page.get_by_role("heading", name=re.compile("^1. ¿Qué falta"))).to_be_visible()

    taker = meet("participant", width=375)
    page = taker.go(f"{at}/activities/{ASKING}")
    expect(page.get_by_role("heading", name="This survey is anonymous")).to_be_visible()
    page.get_by_label(re.compile("Qué falta")).press_sequentially("Tiempo")
    if javascript:
        page.reload()
        expect(page.get_by_label(re.compile("Qué falta"))).to_have_value("Tiempo")
    follow(page.get_by_role("button", name="Send my answers"))
    expect(page.get_by_role("alert")).to_contain_text("This question needs an answer.")
    expect(page.get_by_label(re.compile("Qué falta"))).to_have_value("Tiempo")
    page.get_by_role("radio", name=re.compile("5 rápido")).check()
    follow(page.get_by_role("button", name="Send my answers"))
    expect(page.get_by_text("can't be told from others")).to_be_visible()
    expect(page.get_by_role("button", name="Send my answers")).to_have_count(0)

    page = tutor.go(f"{at}/activities/{ASKING}/survey-results")
    expect(page.get_by_text("is shown when the survey is closed")).to_be_visible()
    follow(page.get_by_role("link", name="Close the survey"))
    follow(page.get_by_role("button", name="Close the survey"))
    expect(page.get_by_text("Fewer than five people answered.")).to_be_visible()
    expect(page.get_by_text("Tiempo")).to_have_count(0)
