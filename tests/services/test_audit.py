"""The audit trail: only added to, each row bound to the one before, and every break found."""

from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from app.core import db, migrating
from app.core.errors import RuleBroken
from app.models import AuditEvent
from app.queries.audit import examined, refuses_changes
from app.services.audit import record
from tests.make import Make


def some_acts(how_many: int = 4) -> UUID:
    """Recorded in transactions of their own; gives who did them."""
    actor = uuid4()
    for n in range(how_many):
        with db.changing() as session:
            record(session, actor, "try it", "edition", uuid4(), before={"n": n}, after={"é": n})
    return actor


def behind_its_back(*statements: str) -> None:
    """What somebody with the keys to the database does: the guards off, the deed, the guards on."""
    sqlite = db.engine().dialect.name == "sqlite"
    with db.engine().begin() as connection:
        if sqlite:
            guards = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _sql in guards:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER USER")
        for statement in statements:
            connection.exec_driver_sql(statement)
        if sqlite:
            for _name, sql in guards:
                connection.exec_driver_sql(sql)
        else:
            connection.exec_driver_sql("ALTER TABLE audit_event ENABLE TRIGGER USER")


def look(anchor: str = "") -> tuple[int | None, str]:
    with db.reading() as session:
        assert refuses_changes(session)
        trail = examined(session, anchor)
    return trail.broken_at, trail.trouble


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'nothing'",
        "DELETE FROM audit_event WHERE seq = 2",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_a_row(statement: str) -> None:
    some_acts()

    with pytest.raises(DBAPIError, match="only added to"), db.engine().begin() as connection:
        connection.exec_driver_sql(statement)

    assert look() == (None, "")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["UPDATE audit_event SET action = 'nothing' WHERE seq = 2"], 2),
        (["UPDATE audit_event SET details = '{}' WHERE seq = 4"], 4),
        (["UPDATE audit_event SET actor_id = NULL WHERE seq = 1"], 1),
        (["DELETE FROM audit_event WHERE seq = 3"], 3),
        (["DELETE FROM audit_event WHERE seq = 1"], 1),
        (["DELETE FROM audit_event WHERE seq = 4"], 4),
        (["DELETE FROM audit_event WHERE seq > 2"], 3),
        (["DELETE FROM audit_event"], 1),
        (["DELETE FROM audit_event WHERE seq = 4", "UPDATE audit_head SET seq = 3"], 3),
        (["DELETE FROM audit_head"], 4),
        (["DELETE FROM audit_event WHERE seq > 2", "UPDATE audit_head SET seq = 2"], 2),
    ],
)  # fmt: skip
def test_the_first_broken_row_is_named(statements: list[str], broken: int) -> None:
    some_acts()
    assert look() == (None, "")

    behind_its_back(*statements)

    where, trouble = look()
    assert where == broken
    assert str(broken) in trouble


@pytest.mark.usefixtures("database")
def test_an_end_kept_elsewhere_shows_that_all_was_written_anew() -> None:
    some_acts()
    with db.reading() as session:
        kept = examined(session).anchor
    behind_its_back("DELETE FROM audit_event", "DELETE FROM audit_head")
    assert look() == (None, "")

    assert look(kept)[0] == 1
    some_acts()

    assert look() == (None, "")
    assert look(kept)[0] == 4


@pytest.mark.usefixtures("database")
def test_those_who_record_at_once_come_one_after_the_other() -> None:
    errors: list[Exception] = []
    db.engine()  # one for all

    def act() -> None:
        try:
            some_acts(5)
        except Exception as error:  # noqa: BLE001 -- told below
            errors.append(error)

    threads = [Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading() as session:
        trail = examined(session)
    assert errors == []
    assert (trail.rows, trail.trouble) == (20, "")


def refused_deed() -> None:
    with db.changing() as session:
        record(session, None, "undone", "edition", uuid4())
        raise RuleBroken("no")


@pytest.mark.usefixtures("database")
def test_what_was_undone_leaves_no_row_and_no_gap() -> None:
    some_acts(2)
    with pytest.raises(RuleBroken):
        refused_deed()
    some_acts(1)

    with db.reading() as session:
        assert (examined(session).rows, examined(session).trouble) == (3, "")


def test_a_row_knows_whom_it_is_about_and_in_which_edition(session: Session, make: Make) -> None:
    enrolment = make.enrolment(make.account(), make.edition())

    event = record(session, None, "approve enrolment", "enrolment", enrolment.id)

    assert (event.person_id, event.edition_id) == (enrolment.account_id, enrolment.edition_id)


@pytest.mark.usefixtures("database")
def test_rows_from_before_the_chain_are_chained_as_they_are() -> None:
    actor = some_acts(3)
    migrating.downgrade(db.engine(), "3b5e8d1f0c27")
    with db.engine().connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_event")) == 3
    migrating.upgrade(db.engine())

    assert look() == (None, "")
    some_acts(1)
    assert look() == (None, "")
    with db.reading() as session:
        told = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
    assert [event.details.get("after") for event in told] == [{"é": n} for n in (0, 1, 2, 0)]
    assert [event.actor_id == actor for event in told] == [False, False, False, False]
