"""The database's shape: as the models say, there and back again, and nobody's rows lost on the way.

`loaded` is a copy of the demonstration: every table has rows that refer to others.
"""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, column, func, inspect, select, table, text
from sqlmodel import SQLModel, col
from sqlmodel import select as select_rows

from app.core import db, migrating
from app.models import (
    Account,
    Answer,
    Attempt,
    BulkDecision,
    BulkDecisionLine,
    Enrolment,
    Question,
    QuestionKind,
    QuestionVersion,
    Quiz,
    QuizSlot,
    Verdict,
)


def shape() -> set[str]:
    return set(inspect(db.engine()).get_table_names()) - {"alembic_version"}


def how_many() -> dict[str, int]:
    with db.engine().connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in SQLModel.metadata.sorted_tables
        }


def test_the_migrations_make_what_the_models_say(database: str) -> None:
    del database
    with db.engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": migrating.is_modelled}
        )
        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


def test_a_database_goes_back_to_nothing_and_comes_again(loaded: str) -> None:
    del loaded
    before = shape()

    migrating.downgrade(db.engine())
    emptied = shape()
    is_current = migrating.is_current(db.engine())
    migrating.upgrade(db.engine())

    assert (emptied, is_current) == (set(), False)
    assert shape() == before
    assert migrating.is_current(db.engine())


def test_a_table_made_anew_takes_nothing_with_it(loaded: str) -> None:
    """SQLite drops the old one, and would delete every row of other tables that refers to it."""
    del loaded
    before = how_many()

    with migrating.changing_shape(db.engine()) as connection:
        change = Operations(MigrationContext.configure(connection))
        with change.batch_alter_table("account", recreate="auto") as account:
            account.add_column(Column("shoe_size", Integer()))
        with change.batch_alter_table("account", recreate="auto") as account:
            account.drop_column("shoe_size")

    assert before["enrolment"] > 0
    assert how_many() == before
    with db.engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_alembics_own_command_takes_nothing_with_it_either(loaded: str) -> None:
    """Whoever develops goes back and forth with it, and it opens the database itself."""
    del loaded
    before = how_many()

    command.downgrade(migrating.config(), "a41d7c0e9b58")
    # What came later, or ended since, goes whole, and pictures of places with the places.
    kept = (shape() & set(before)) - {"activity_file"}
    command.upgrade(migrating.config(), "head")

    after = how_many()
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}


def test_a_migration_that_breaks_references_is_undone(loaded: str) -> None:
    del loaded
    if db.engine().dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuses such a statement itself")
    before = how_many()

    with (
        pytest.raises(RuntimeError, match="broke references"),
        migrating.changing_shape(db.engine()) as connection,
    ):
        connection.execute(text("DELETE FROM course"))

    assert how_many() == before


def test_accounts_that_were_there_before_addresses_were_confirmed_count_as_confirmed(
    loaded: str,
) -> None:
    """Going back, who never confirmed theirs is gone: an older Taller would let them in."""
    del loaded
    with db.changing() as session:
        session.add(Account(email="p@example.org", name="P", country="UY", password_hash="x"))
        before = len(session.execute(select(col(Account.id))).all())

    migrating.downgrade(db.engine(), "3b5e8d1f0c27")
    migrating.upgrade(db.engine())

    with db.reading() as session:
        same = col(Account.email_confirmed_at) == col(Account.created_at)
        confirmed = session.execute(select(same)).scalars().all()
    assert list(confirmed) == [True] * (before - 1)


def test_words_of_a_decision_go_beside_each_person_and_back(loaded: str) -> None:
    del loaded
    with db.changing() as session:
        one = session.exec(select_rows(Enrolment).limit(1)).one()
        by = one.account_id
        made = BulkDecision(edition_id=one.edition_id, account_id=by, verdict=Verdict.DECLINE)
        session.add(made)
        session.flush()
        line = BulkDecisionLine(
            decision_id=made.id, enrolment_id=one.id, before=one.status, words="Too late."
        )
        session.add(line)

    def said(name: str) -> list[str]:
        told = table(name, column("words"))
        with db.engine().connect() as connection:
            return list(connection.execute(select(told)).scalars())

    migrating.downgrade(db.engine(), "7b3e9c15d0f4")
    before = said("bulk_decision")
    migrating.upgrade(db.engine())

    assert (before, said("bulk_decision_line")) == (["Too late."], ["Too late."])


BEFORE_THE_BANK = "5a81c0e7d2b6"


def test_quizzes_and_what_was_answered_go_into_the_bank_and_back(loaded: str) -> None:
    """Also what only the bank can hold goes down without a fault, and is gone."""
    del loaded
    with db.changing() as session:
        slot = session.exec(select_rows(QuizSlot)).first()
        assert slot
        quiz = session.get_one(Quiz, slot.quiz_id)
        other = session.exec(select_rows(Question)).first()
        assert other
        essay = Question(course_id=other.course_id, kind=QuestionKind.ESSAY)
        session.add(essay)
        session.flush()
        session.add(QuestionVersion(question_id=essay.id, text={"en": "Why?"}))
        session.add(QuizSlot(quiz_id=quiz.id, position=99, question_id=essay.id))
        session.add(QuizSlot(quiz_id=quiz.id, position=98, category="any", draws=3))
        gone = {essay.id}
    before = answered()

    command.downgrade(migrating.config(), BEFORE_THE_BANK)
    command.upgrade(migrating.config(), "head")

    assert len(before["answers"]) > 100
    assert answered() == before
    with db.reading() as session:
        assert not gone & {question.id for question in session.exec(select_rows(Question))}
        assert session.exec(select_rows(QuizSlot).where(col(QuizSlot.draws) > 1)).all() == []


def answered() -> dict[str, set[str]]:
    """Everything about answers, whatever order it comes in."""
    with db.reading() as session:
        answers = session.exec(select_rows(Answer)).all()
        attempts = session.exec(select_rows(Attempt)).all()
        asked = session.execute(
            select(col(Question.kind), col(QuestionVersion.text), col(QuestionVersion.content))
            .join(Question, col(Question.id) == col(QuestionVersion.question_id))
            .where(col(Question.kind) != QuestionKind.ESSAY)
        ).all()
        return {
            "answers": {
                repr((a.id, a.question_id, a.position, a.given, a.points, a.share, a.out_of))
                for a in answers
            },
            "attempts": {repr((a.id, a.score, a.out_of, a.passed, a.number)) for a in attempts},
            "asked": {
                repr((kind, sorted(text.items()),
                      [(o["key"], o["text"], o["right"]) for o in content["options"]]))
                for kind, text, content in asked
            },
        }  # fmt: skip
