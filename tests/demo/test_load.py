"""Loading the demonstration: all of it or nothing, once, and never where people work."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from app.core import db
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.demo.load import load
from app.demo.materials import HOME
from app.demo.sources import BrokenSource
from app.models import Account, Course, Institution, Mode
from tests.make import Make

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def dump(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {
        table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
        for table in SQLModel.metadata.sorted_tables
    }


def test_a_second_load_changes_nothing(loaded: str) -> None:
    del loaded
    with db.reading() as session:
        before = dump(session)
    stored = sorted((settings().data_dir / "files").rglob("*"))

    again = load(today=date(2027, 3, 1), now=datetime(2027, 3, 1, 9, tzinfo=UTC))

    with db.reading() as session:
        assert dump(session) == before
    assert again.rows == 0
    assert sorted((settings().data_dir / "files").rglob("*")) == stored


def a_home(folder: Path) -> Path:
    """The sources of the demonstration, to break one."""
    home = folder / "home"
    shutil.copytree(HOME / "data", home / "data")
    shutil.copytree(HOME / "texts", home / "texts")
    (home / "courses").symlink_to(HOME / "courses")
    return home


def kept_files() -> list[Path]:
    folder = settings().data_dir / "files"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "data/course-editions.csv",
            "2022-04-06,2022-07-29,36",
            "2022-04-06,2022-07-32,36",
            "course-editions.csv, line 4: ends is not a date such as 2022-04-06: '2022-07-32'",
        ),
        (
            "data/course-editions.csv",
            "Leadership for Industry 4.0",
            "Leadership for Industry 5.0",
            "course-editions.csv, line 8: no course folder is called",
        ),
        (
            "texts/rubric.toml",
            "points = 30",
            "points = 31",
            "rubric.toml: criterion 1: its best level is not worth its points",
        ),
        ("texts/sessions.toml", 'kind = "panel"', "kind = ", "sessions.toml, line "),
        (
            "texts/capstones.toml",
            'language = "es"',
            'language = "it"',
            "capstones.toml: 'it' is not one of our languages",
        ),
    ],
)
def test_a_broken_source_is_refused_and_leaves_nothing_behind(
    database: str, tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    del database
    broken = a_home(tmp_path) / file
    text = broken.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with db.reading() as session:
        before = dump(session)

    with pytest.raises(BrokenSource) as refused:
        load(today=TODAY, now=NOW, home=tmp_path / "home")

    assert str(refused.value).startswith(sentence)
    with db.reading() as session:
        assert dump(session) == before
    assert kept_files() == []


def test_a_load_that_fails_half_way_leaves_nothing_behind(session: Session) -> None:
    course = Course(slug="quality-apprenticeship", mode=Mode.TUTOR_LED, hours=1)
    session.add(course)
    session.flush()

    with pytest.raises(IntegrityError):
        load(today=TODAY, now=NOW)

    assert session.exec(select(Course.id)).all() == [course.id]
    assert session.exec(select(Institution.id)).all() == []
    assert kept_files() == []


def test_production_never_gets_a_demonstration(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLER_ENV", "production")
    settings.cache_clear()

    with pytest.raises(RuleBroken, match="never loaded in production"):
        load(today=TODAY, now=NOW)

    assert session.exec(select(Account.id)).all() == []


def test_a_database_in_use_never_gets_a_demonstration(make: Make, session: Session) -> None:
    account = make.account()

    with pytest.raises(RuleBroken, match="no demonstration"):
        load(today=TODAY, now=NOW)

    assert session.exec(select(col(Account.id))).all() == [account.id]
