"""A tutor sends pictures and writes a virtual visit; a participant looks around, on any device."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlmodel import Session, col, create_engine, select

from app.core.ids import uuid7
from app.models import Activity, ActivityKind, ActivityText, Module
from tests.journeys.conftest import Meet, follow, served
from tests.journeys.test_pages import AXE, RULES, faults

VISIT = uuid7()


@pytest.fixture(scope="module")
def site(
    programme: Path, tmp_path_factory: pytest.TempPathFactory, javascript: bool
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp(f"media-{javascript}")
    shutil.copytree(programme, folder / "prepared")
    add_visit(folder / "prepared" / "taller.db")
    yield from served(folder / "prepared", folder / "var")


def add_visit(database: Path) -> None:
    """A panorama without anything in it, in the first module of the course that goes on."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        modules = session.exec(select(Module).order_by(col(Module.position))).all()
        module = next(one for one in modules if "brechas" in one.title.get("es", ""))
        kind, title = ActivityKind.PANORAMA, {"es": "Visita virtual"}
        session.add(
            Activity(id=VISIT, edition_id=module.edition_id, module_id=module.id, position=99,
                     kind=kind, title=title, minutes=5)
        )  # fmt: skip
        session.flush()
        session.add(ActivityText(activity_id=VISIT, language="es", body="Mire con calma."))
        session.commit()
    engine.dispose()


def test_a_virtual_visit_is_written_and_visited(
    meet: Meet, tmp_path: Path, javascript: bool
) -> None:
    picture = tmp_path / "hall.jpg"
    Image.effect_noise((1024, 512), 60).convert("RGB").save(picture)
    tutor = meet("tutor")
    edition = tutor.go("/home").get_by_role("link", name="Big Data and skills gap").first
    at = str(edition.get_attribute("href"))
    writing = f"{at}/content/activities/{VISIT}"

    page = tutor.go(f"{writing}/files")
    page.get_by_label("File", exact=True).set_input_files(picture)
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("heading", name="hall.jpg")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("The file is there.")
    page = tutor.go(f"{writing}/scenes")
    page.get_by_label("Name of the scene").fill("La nave")
    page.get_by_label("What there is to see").fill("Ocho bancos.")
    page.get_by_label("360° picture").select_option(label="hall.jpg")
    follow(page.get_by_role("button", name="Add the scene"))
    page.get_by_label("To the side, in degrees").fill("90")
    page.get_by_label("Name of the point").fill("El torno")
    page.get_by_role("button", name="Add the point").click()
    expect(page.locator("#notice")).to_contain_text("The point is there.")

    visitor = meet("participant", width=375)
    page = visitor.go(f"{at}/activities/{VISIT}")
    expect(page.get_by_text("Ocho bancos.")).to_be_visible()
    follow(page.get_by_role("link", name="Look around"))
    expect(page.locator("strong", has_text="El torno")).to_be_visible()
    if javascript:
        expect(page.locator("#look canvas")).to_be_visible()
        page.get_by_role("button", name="Look there").press("Enter")
        page.evaluate(AXE)
        assert faults(page, RULES, seen="a panorama") == []
    else:
        shown = page.locator("section img.flat")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.naturalWidth") == 1024
