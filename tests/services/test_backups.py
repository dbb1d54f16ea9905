"""A backup holds everything and proves it; what is damaged is refused before anything happens."""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from sqlmodel import Session, SQLModel, col, delete, select

from app.core import db, files
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.models import Account, Attendance, Institution, StoredFile
from app.services.backups import MANIFEST, Manifest, back_up, restore, verified
from tests.conftest import ON_POSTGRESQL, a_copy
from tests.make import Make

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    with db.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def stored() -> dict[str, str]:
    """Every kept file with its digest."""
    folder = settings().data_dir / "files"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def keep(session: Session, content: bytes) -> StoredFile:
    kept = files.keep(io.BytesIO(content), folder="tests", limit=1000)
    file = StoredFile(
        key=kept.key,
        name="a.txt",
        content_type="text/plain",
        size=kept.size,
        sha256=kept.sha256,
    )
    session.add(file)
    session.flush()
    return file


def test_what_is_restored_is_what_was_saved(loaded: str, tmp_path: Path) -> None:
    del loaded
    rows, kept = everything(), stored()
    archive = tmp_path / "backup.tar.gz"
    made = back_up(archive, now=NOW)
    with db.changing() as session:
        session.exec(delete(Attendance))
        file = session.exec(select(StoredFile)).first()
        assert file
        files.remove(file.key)
        session.add(Institution(acronym="LATER", name="Came later", country="UY"))
        later = keep(session, b"came later")

    restored = restore(archive, replace=True)

    assert restored == made
    assert everything() == rows
    assert stored() == kept
    assert later.key not in kept
    assert made.tables == {name: len(found) for name, found in rows.items()}


def test_a_backup_can_be_put_into_an_empty_installation(
    loaded: str, template: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del loaded
    rows, kept = everything(), stored()
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, now=NOW)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with a_copy(template, elsewhere, monkeypatch):
        assert stored() == {}

        restore(archive, replace=False)

        assert everything() == rows
        assert stored() == kept


def test_people_can_go_on_working_after_a_restore(make: Make, tmp_path: Path) -> None:
    before = make.account()
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, now=NOW)

    restore(archive, replace=True)

    with db.changing() as session:
        session.add(Account(email="later@example.org", name="Later", country="UY"))
    with db.reading() as session:
        emails = session.exec(select(Account.email)).all()
    assert set(emails) == {before.email, "later@example.org"}


def test_a_database_in_use_is_not_overwritten_unasked(make: Make, tmp_path: Path) -> None:
    make.account()
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, now=NOW)
    rows = everything()

    with pytest.raises(RuleBroken, match="--replace"):
        restore(archive, replace=False)

    assert everything() == rows


def test_a_backup_overwrites_no_file(database: str, tmp_path: Path) -> None:
    del database
    there = tmp_path / "there.tar.gz"
    there.write_text("something else")

    with pytest.raises(RuleBroken, match="overwrites nothing"):
        back_up(there, now=NOW)

    assert there.read_text() == "something else"


def test_a_backup_is_for_its_owner_alone(database: str, tmp_path: Path) -> None:
    del database
    archive = tmp_path / "backup.tar.gz"

    back_up(archive, now=NOW)

    assert archive.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_lost_and_spoilt_files_are_named_and_the_rest_is_saved(
    session: Session, tmp_path: Path
) -> None:
    lost, spoilt, whole = (keep(session, content) for content in (b"one", b"two", b"three"))
    files.remove(lost.key)
    (settings().data_dir / "files" / spoilt.key).write_bytes(b"2")

    made = back_up(tmp_path / "backup.tar.gz", now=NOW)

    assert (made.missing, made.changed) == ([lost.key], [spoilt.key])
    assert {part.path for part in made.parts[1:]} == {f"files/{f.key}" for f in (spoilt, whole)}


def cut_off(archive: bytes) -> bytes:
    return archive[: len(archive) * 2 // 3]


def flip_a_bit(archive: bytes) -> bytes:
    """In the middle, where it makes a difference: not every bit of a packed file does."""
    whole = gzip.decompress(archive)
    for at in range(len(archive) // 2, len(archive)):
        flipped = archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]
        try:
            if gzip.decompress(flipped) != whole:
                return flipped
        except (gzip.BadGzipFile, zlib.error, EOFError):
            return flipped
    raise AssertionError


def no_archive(archive: bytes) -> bytes:
    return b"Dear diary" + archive[:10]


def rewritten(archive: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """The archive with other entries, rightly packed."""
    made = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as old,
        tarfile.open(fileobj=made, mode="w:gz") as new,
    ):
        for entry in old:
            source = old.extractfile(entry)
            assert source
            changed = change(entry.name, source.read())
            if changed:
                info = tarfile.TarInfo(changed[0])
                info.size = len(changed[1])
                new.addfile(info, io.BytesIO(changed[1]))
    return made.getvalue()


def without_manifest(archive: bytes) -> bytes:
    return rewritten(archive, lambda name, content: None if name == MANIFEST else (name, content))


def without_a_file(archive: bytes) -> bytes:
    return rewritten(
        archive, lambda name, content: None if name.startswith("files/") else (name, content)
    )


def with_another_file(archive: bytes) -> bytes:
    return rewritten(
        archive,
        lambda name, content: (name, b"changed" if name.startswith("files/") else content),
    )


def with_a_way_out(archive: bytes) -> bytes:
    """A file that would land outside the storage, listed as if it were right."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name.startswith("files/"):
            return "files/../../escaped", content
        if name == MANIFEST:
            listed = json.loads(content)
            listed["parts"][1]["path"] = "files/../../escaped"
            return name, json.dumps(listed).encode()
        return name, content

    return rewritten(archive, change)


@pytest.mark.parametrize(
    "damage",
    [
        *(cut_off, flip_a_bit, no_archive, without_manifest),
        *(without_a_file, with_another_file, with_a_way_out),
    ],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    make: Make, session: Session, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    make.account()
    keep(session, b"kept")
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, now=NOW)
    archive.write_bytes(damage(archive.read_bytes()))
    rows, kept = everything(), stored()

    with pytest.raises(RuleBroken, match=r"damaged or no backup.*Nothing was changed"):
        restore(archive, replace=True)

    assert everything() == rows
    assert stored() == kept
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("database", "sqlite" if ON_POSTGRESQL else "postgresql", "this installation has"),
        ("revision", "ffffffffffff", "newer version of Taller"),
        ("format", 99, "another version of Taller"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    make: Make, tmp_path: Path, field: str, value: object, sentence: str
) -> None:
    make.account()
    archive = tmp_path / "backup.tar.gz"
    back_up(archive, now=NOW)

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name != MANIFEST:
            return name, content
        return name, json.dumps(json.loads(content) | {field: value}).encode()

    archive.write_bytes(rewritten(archive.read_bytes(), change))
    rows = everything()

    with pytest.raises(RuleBroken, match=sentence):
        restore(archive, replace=True)

    assert everything() == rows


def test_a_backup_says_what_it_holds(session: Session, make: Make, tmp_path: Path) -> None:
    account = make.account()
    file = keep(session, b"kept")
    archive = tmp_path / "backup.tar.gz"

    made = back_up(archive, now=NOW)

    with gzip.open(archive) as opened, tarfile.open(fileobj=opened) as tar:
        names = tar.getnames()
    assert names == [made.parts[0].path, f"files/{file.key}", MANIFEST]
    assert isinstance(verified(archive), Manifest)
    assert verified(archive) == made
    assert made.made_at == "2026-11-22T09:00:00+00:00"
    assert made.tables["account"] == 1
    assert session.exec(select(col(Account.id))).all() == [account.id]
