"""What is kept for a time goes by itself, and nothing goes before its time."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import Session, select

from app.core import files
from app.core.db import changing
from app.core.personal import AGES, Kept
from app.jobs.tidying import tidy_up
from app.models import DataCopy, Message, SignIn, SignInTry, StoredFile
from app.services.deletions import GRACE, ask_to_delete
from app.services.retention import forget_ended, forget_old, swept
from tests.canaries import Canaries
from tests.make import NOW, Make

SOON = timedelta(seconds=1)


def rows(session: Session, table: Table) -> int:
    return len(session.execute(select(*table.primary_key)).all())


@pytest.mark.parametrize(("kept", "age"), AGES.items())
def test_rows_go_when_they_are_old_enough(session: Session, kept: Kept, age: timedelta) -> None:
    Canaries(session)
    for table in swept(kept):
        session.execute(table.update().values(created_at=NOW))

    def left(now: datetime) -> list[int]:
        with changing() as changes:
            forget_old(changes, kept, now=now)
        return [rows(session, table) for table in swept(kept)]

    assert left(NOW + age - SOON) == [1 for _table in swept(kept)]
    assert left(NOW + age) == [0 for _table in swept(kept)]


def test_rows_that_say_when_they_end_go_then(session: Session) -> None:
    Canaries(session)
    for table in swept(Kept.UNTIL_IT_ENDS):
        session.execute(table.update().values(expires_at=NOW))

    def left(now: datetime) -> set[int]:
        with changing() as changes:
            forget_ended(changes, now=now)
        return {rows(session, table) for table in swept(Kept.UNTIL_IT_ENDS)}

    assert left(NOW - SOON) == {1}
    assert left(NOW) == {0}


def test_a_copy_that_ended_takes_its_archive_with_it(make: Make, session: Session) -> None:
    kept = files.keep(BytesIO(b"zip"), folder="copies", limit=10)
    facts: dict[str, Any] = {"key": kept.key, "size": kept.size, "sha256": kept.sha256}
    file = make.saved(StoredFile(name="c.zip", content_type="application/zip", **facts))
    make.saved(DataCopy(account_id=make.account().id, file_id=file.id, expires_at=NOW))

    tidy_up(NOW)

    assert session.exec(select(StoredFile)).all() == []
    with pytest.raises(FileNotFoundError):
        list(files.stream(kept.key, 0, kept.size))


def test_the_worker_follows_every_rule(make: Make, session: Session) -> None:
    ana = make.account()
    make.saved(SignInTry(email=ana.email, address="192.0.2.1", created_at=NOW))
    make.saved(SignIn(account_id=ana.id, token_hash="h", expires_at=NOW))
    said: dict[str, Any] = {"kind": "k", "language": "en", "subject": "s", "body": "b"}
    make.saved(Message(account_id=ana.id, created_at=NOW, **said))

    tidy_up(NOW + timedelta(days=365))

    for model in (SignInTry, SignIn, Message):
        assert session.exec(select(model)).all() == []


def test_a_rule_that_fails_keeps_no_other_back(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.saved(SignInTry(email="a@example.org", address="192.0.2.1", created_at=NOW))
    ana = make.account()
    with changing() as changes:
        ask_to_delete(changes, ana.id, with_certificates=False, now=NOW)
    monkeypatch.setitem(AGES, Kept.QUARTER_HOUR, None)  # nothing can be subtracted from a time

    tidy_up(NOW + GRACE)

    session.refresh(ana)
    assert ana.deleted_at == NOW + GRACE
    assert len(session.exec(select(SignInTry)).all()) == 1
