"""The copy of everything: all of one's own is in it, and nothing of anybody else."""

import json
from io import BytesIO
from zipfile import ZipFile

import obstore
import pytest
from sqlmodel import Session, select

from app.core import files
from app.jobs import sweep
from app.jobs.own_data import copy_data, put_together
from app.models import CopyStatus, DataCopy, Message, StoredFile
from app.queries.own_data import Person
from app.services.own_data import ask_for_copy
from tests.canaries import Canaries
from tests.make import NOW, Make


def archive_of(one: Canaries) -> ZipFile:
    archive = BytesIO()
    put_together(archive, Person(one.account["id"], one.account["email"]), "en")
    return ZipFile(archive)


def text_of(archive: ZipFile) -> str:
    return "\n".join(archive.read(name).decode() for name in archive.namelist())


def test_a_copy_holds_each_personal_column_of_the_person_and_none_of_another(
    session: Session,
) -> None:
    mine, others = Canaries(session), Canaries(session)
    for one in (mine, others):
        obstore.put(files.store(), one.rows["stored_file"]["key"], b"x")

    copied = text_of(archive_of(mine))

    secrets = {column for column in mine.seeded if mine.said(column).secret}
    missing = [c for c, value in mine.seeded.items() if c not in secrets and value not in copied]
    leaked = [column for column in secrets if mine.seeded[column] in copied]
    foreign = [column for column, value in others.seeded.items() if value in copied]
    print(f"{len(mine.seeded)} columns seeded, {len(missing + leaked + foreign)} violations")
    assert len(mine.seeded) > 60
    assert (missing, leaked, foreign) == ([], [], [])
    unnamed = [(table, name) for table, name in secrets if f'"{name}"' not in copied]
    assert unnamed == []


def test_a_new_copy_takes_the_place_of_the_one_before(session: Session, make: Make) -> None:
    """Who asks again and again fills no disk."""
    ana = make.account()
    keys = []
    for _again in range(3):
        ask_for_copy(session, ana.id, now=NOW)
        session.flush()
        sweep()
        session.expire_all()
        [copy] = session.exec(select(DataCopy).where(DataCopy.account_id == ana.id)).all()
        assert copy.status is CopyStatus.READY
        keys.append(session.get_one(StoredFile, copy.file_id).key)

    assert [stored.key for stored in session.exec(select(StoredFile)).all()] == keys[-1:]
    for key in keys[:-1]:
        with pytest.raises(FileNotFoundError):
            next(files.stream(key, 0, 4))


def test_a_copy_holds_the_persons_files(session: Session) -> None:
    mine, others = Canaries(session), Canaries(session)
    for one, content in ((mine, b"my letter"), (others, b"their letter")):
        key = one.rows["stored_file"]["key"]
        obstore.put(files.store(), key, content)
        session.execute(
            StoredFile.__table__.update()  # type: ignore[attr-defined]  # -- a table has one
            .where(StoredFile.key == key)
            .values(size=len(content))
        )

    archive = archive_of(mine)

    held = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    assert held == [b"my letter"]


def test_a_file_that_is_lost_keeps_nothing_else_back(session: Session) -> None:
    mine = Canaries(session)

    archive = archive_of(mine)

    assert mine.seeded["stored_file", "name"] in archive.read("files/missing.txt").decode()


def test_each_table_says_why_and_for_how_long_in_the_persons_language(session: Session) -> None:
    mine = Canaries(session)
    archive = BytesIO()
    put_together(archive, Person(mine.account["id"], mine.account["email"]), "es")

    table = json.loads(ZipFile(archive).read("data/account.json"))

    assert table["columns"]["name"]["kept"] == "Mientras exista la cuenta"
    assert len(table["rows"]) == 1


def test_a_copy_is_made_once_and_its_owner_told(make: Make, session: Session) -> None:
    ana = make.account()
    ask_for_copy(session, ana.id, now=NOW)
    (asked,) = session.exec(select(DataCopy)).all()

    for _again in range(2):
        copy_data(asked.id)

    session.expire_all()
    done = session.get_one(DataCopy, asked.id)
    assert done.status is CopyStatus.READY
    told = session.exec(select(Message)).all()
    assert [message.subject for message in told] == ["The copy of your data is ready"]


def test_the_sweep_finds_a_copy_that_nobody_was_told_of(make: Make, session: Session) -> None:
    ask_for_copy(session, make.account().id, now=NOW)

    assert sweep() == 1
