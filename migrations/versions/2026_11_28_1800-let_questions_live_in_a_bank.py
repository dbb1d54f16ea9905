"""let questions live in a bank: versions, slots, attempts that are begun, saved and handed in."""

from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op
from sqlalchemy import JSON, Uuid, column, table
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "7c2f90b4e1d3"
down_revision = "c41f7a90d3e5"
branch_labels = None
depends_on = None

INSTANT = UTCDateTime
#: Kinds that were there before; the others go on the way down.
OLD_KINDS = ("single", "multiple", "true_false")
A_BATCH = 500

choice = table(
    "choice",
    *(column(name, kind) for name, kind in (
        ("id", Uuid()), ("created_at", INSTANT()), ("question_id", Uuid()),
        ("position", sa.Integer()), ("text", JSON()), ("feedback", JSON()),
        ("is_right", sa.Boolean()),
    )),
)  # fmt: skip
version = table(
    "question_version",
    *(column(name, kind) for name, kind in (
        ("id", Uuid()), ("created_at", INSTANT()), ("question_id", Uuid()),
        ("number", sa.Integer()), ("text", JSON()), ("explanation", JSON()), ("content", JSON()),
    )),
)  # fmt: skip
slot = table(
    "quiz_slot",
    *(column(name, kind) for name, kind in (
        ("id", Uuid()), ("created_at", INSTANT()), ("quiz_id", Uuid()),
        ("position", sa.Integer()), ("question_id", Uuid()), ("category", sa.String()),
        ("tag", sa.String()), ("draws", sa.Integer()), ("points", sa.Float()),
    )),
)  # fmt: skip
question = table(
    "question",
    *(column(name, kind) for name, kind in (
        ("id", Uuid()), ("created_at", INSTANT()), ("quiz_id", Uuid()), ("course_id", Uuid()),
        ("position", sa.Integer()), ("kind", sa.String()), ("category", sa.String()),
        ("number", sa.Integer()), ("text", JSON()), ("explanation", JSON()),
        ("points", sa.Integer()),
    )),
)  # fmt: skip
answer = table(
    "answer",
    *(column(name, kind) for name, kind in (
        ("id", Uuid()), ("attempt_id", Uuid()), ("question_id", Uuid()), ("given", JSON()),
        ("chosen", JSON()),
    )),
)  # fmt: skip


def upgrade() -> None:
    _make_tables()
    _give_rules()
    _move_questions()
    _open_attempts()
    _move_answers()
    op.drop_table("choice")
    with op.batch_alter_table("question") as batch:
        batch.drop_constraint("uq_question_quiz_id_position", type_="unique")
        batch.drop_constraint("fk_question_quiz_id", type_="foreignkey")
        for name in ("quiz_id", "position", "text", "explanation", "points"):
            batch.drop_column(name)
        for name in ("course_id", "category", "tags", "number", "is_retired"):
            batch.alter_column(name, nullable=False, server_default=None)
        batch.create_foreign_key(
            "fk_question_course_id", "course", ["course_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index("ix_question_course_id_category", ["course_id", "category"])


def _make_tables() -> None:
    op.create_table(
        "question_version",
        *_beginning("question_version"),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _key("question_version", "question_id", "question", ondelete="CASCADE"),
        sa.UniqueConstraint("question_id", "number", name="uq_question_version_question_id_number"),
    )
    op.create_table(
        "quiz_slot",
        *_beginning("quiz_slot"),
        sa.Column("quiz_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "question_id IS NULL OR draws = 1", name=op.f("ck_quiz_slot_one_question_is_one")
        ),
        sa.CheckConstraint("draws > 0", name=op.f("ck_quiz_slot_draws_something")),
        sa.CheckConstraint("points > 0", name=op.f("ck_quiz_slot_is_worth_something")),
        _key("quiz_slot", "quiz_id", "quiz", ondelete="CASCADE"),
        _key("quiz_slot", "question_id", "question"),
    )
    op.create_index("ix_quiz_slot_quiz_id_position", "quiz_slot", ["quiz_id", "position"])
    op.create_index("ix_quiz_slot_question_id", "quiz_slot", ["question_id"])
    op.create_table(
        "quiz_extension",
        *_beginning("quiz_extension"),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        _key("quiz_extension", "activity_id", "activity", ondelete="CASCADE"),
        _key("quiz_extension", "enrolment_id", "enrolment", ondelete="CASCADE"),
        _key("quiz_extension", "given_by_id", "account"),
        sa.UniqueConstraint(
            "activity_id", "enrolment_id", name="uq_quiz_extension_activity_id_enrolment_id"
        ),
    )
    op.create_index("ix_quiz_extension_enrolment_id", "quiz_extension", ["enrolment_id"])
    op.create_table(
        "answer_aside",
        *_beginning("answer_aside"),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("arrived_at", INSTANT(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        _key("answer_aside", "answer_id", "answer", ondelete="CASCADE"),
    )
    op.create_index("ix_answer_aside_answer_id", "answer_aside", ["answer_id"])


def _beginning(name: str) -> tuple[Any, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def _key(name: str, key: str, to: str, **how: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([key], [f"{to}.id"], name=f"fk_{name}_{key}", **how)


def _give_rules() -> None:
    """Quizzes go on as they were: all on one page, in order, everything shown at the end."""
    with op.batch_alter_table("quiz") as batch:
        for name, kind, beginning in (
            ("counting", sa.String(length=40), "best"),
            ("shuffle_questions", sa.Boolean(), sa.false()),
            ("shuffle_choices", sa.Boolean(), sa.false()),
            ("grace_seconds", sa.Integer(), "60"),
            ("password_hash", sa.String(length=64), ""),
            ("in_order", sa.Boolean(), sa.false()),
            ("wrong_costs", sa.Integer(), "0"),
            ("feedback", sa.String(length=40), "submitted"),
            ("solution", sa.String(length=40), "submitted"),
        ):
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=beginning))
        for name in ("minutes", "per_page"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ("opens_at", "closes_at"):
            batch.add_column(sa.Column(name, INSTANT(), nullable=True))
    with op.batch_alter_table("quiz") as batch:
        for name in (
            "counting", "shuffle_questions", "shuffle_choices", "grace_seconds", "password_hash",
            "in_order", "wrong_costs", "feedback", "solution",
        ):  # fmt: skip
            batch.alter_column(name, server_default=None)
        batch.create_check_constraint(op.f("ck_quiz_costs_a_part"), "wrong_costs BETWEEN 0 AND 100")


def _move_questions() -> None:
    """Each question becomes one of its course's bank, filed under the title of its quiz.

    The first version and the slot have the question's own id.
    """
    with op.batch_alter_table("question") as batch:
        batch.add_column(sa.Column("course_id", sa.Uuid(), nullable=True))
        for name, kind, beginning in (
            ("category", sa.String(length=200), ""), ("tags", sa.JSON(), "[]"),
            ("number", sa.Integer(), "1"), ("is_retired", sa.Boolean(), sa.false()),
        ):  # fmt: skip
            batch.add_column(sa.Column(name, kind, nullable=True, server_default=beginning))
    run = op.get_bind().execute
    choices = defaultdict(list)
    for row in run(sa.select(choice).order_by(choice.c.position)):
        choices[row.question_id].append(row)
    places = _places()
    for rows in _in_batches(run(sa.select(question).order_by(question.c.id)).all()):
        run(sa.insert(version), [_version(row, choices[row.id]) for row in rows])
        run(sa.insert(slot), [_slot(row) for row in rows])
        for row in rows:
            course, title = places[row.quiz_id]
            run(
                sa.update(question)
                .where(question.c.id == row.id)
                .values(course_id=course, category=title)
            )


def _places() -> dict[UUID, tuple[UUID, str]]:
    """The course of each quiz, and its title as a category."""
    quiz = table("quiz", column("id", Uuid()), column("activity_id", Uuid()))
    activity = table(
        "activity", column("id", Uuid()), column("edition_id", Uuid()), column("title", JSON())
    )
    edition = table("edition", column("id", Uuid()), column("course_id", Uuid()))
    rows = op.get_bind().execute(
        sa.select(quiz.c.id, edition.c.course_id, activity.c.title)
        .join(activity, activity.c.id == quiz.c.activity_id)
        .join(edition, edition.c.id == activity.c.edition_id)
    )
    return {row.id: (row.course_id, _category(row.title)) for row in rows}


def _category(title: dict[str, str]) -> str:
    words = next((title[one] for one in ("es", "en", "pt", "fr") if title.get(one)), "")
    return words.replace("/", "-")[:200]


def _version(row: Any, choices: list[Any]) -> dict[str, Any]:
    """All or nothing, as it was judged so far, and in the order in which it was written."""
    options = [
        {"key": str(c.id), "text": c.text, "feedback": c.feedback, "right": c.is_right}
        for c in choices
    ]
    return {
        "id": row.id, "created_at": row.created_at, "question_id": row.id, "number": 1,
        "text": row.text, "explanation": row.explanation,
        "content": {"options": options, "whole": row.kind == "multiple"},
    }  # fmt: skip


def _slot(row: Any) -> dict[str, Any]:
    return {
        "id": row.id, "created_at": row.created_at, "quiz_id": row.quiz_id,
        "position": row.position, "question_id": row.id, "category": "", "tag": "", "draws": 1,
        "points": max(row.points, 1),
    }  # fmt: skip


def _open_attempts() -> None:
    """Tries that were handed in began, as far as is known, at that moment."""
    with op.batch_alter_table("attempt") as batch:
        for name in ("started_at", "due_at", "last_at"):
            batch.add_column(sa.Column(name, INSTANT(), nullable=True))
        batch.add_column(sa.Column("per_page", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("page", sa.Integer(), nullable=False, server_default="1"))
        for name in ("in_order", "by_server", "waits"):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.alter_column("submitted_at", existing_type=INSTANT(), nullable=True)
        batch.alter_column("score", existing_type=sa.Integer(), type_=sa.Float(), nullable=True)
        batch.alter_column("out_of", existing_type=sa.Integer(), type_=sa.Float())
    op.execute("UPDATE attempt SET started_at = submitted_at, last_at = submitted_at")
    with op.batch_alter_table("attempt") as batch:
        for name in ("started_at", "last_at"):
            batch.alter_column(name, nullable=False)
        for name in ("page", "in_order", "by_server", "waits"):
            batch.alter_column(name, server_default=None)
        batch.create_index("ix_attempt_submitted_at_due_at", ["submitted_at", "due_at"])


def _move_answers() -> None:
    """What was chosen is kept as given; what it was worth, as judged."""
    with op.batch_alter_table("answer") as batch:
        batch.add_column(sa.Column("version_id", sa.Uuid(), nullable=True))
        for name, kind, beginning in (
            ("position", sa.Integer(), "1"), ("out_of", sa.Float(), "1"),
            ("arranged", sa.JSON(), "{}"), ("given", sa.JSON(), "{}"),
            ("version", sa.Integer(), "1"), ("saved_from", sa.String(length=40), ""),
            ("saved_as", sa.Integer(), "0"), ("seconds", sa.Integer(), "0"),
            ("comment", sa.String(length=5000), ""),
        ):  # fmt: skip
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=beginning))
        batch.add_column(sa.Column("checked_at", INSTANT(), nullable=True))
        batch.add_column(sa.Column("share", sa.Float(), nullable=True))
        batch.add_column(sa.Column("marked_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("marked_at", INSTANT(), nullable=True))
        batch.alter_column("points", existing_type=sa.Integer(), type_=sa.Float(), nullable=True)
    given = "json_build_object('chosen', chosen)"
    if op.get_bind().dialect.name == "sqlite":
        given = "json_object('chosen', json(chosen))"
    op.execute(
        f"""
        UPDATE answer SET version_id = question_id, given = {given},
            position = (SELECT position FROM quiz_slot WHERE quiz_slot.id = answer.question_id),
            out_of = (SELECT points FROM quiz_slot WHERE quiz_slot.id = answer.question_id),
            share = CASE WHEN points > 0 THEN 1.0 ELSE 0.0 END
        """  # noqa: S608 -- words of ours
    )
    with op.batch_alter_table("answer") as batch:
        batch.drop_column("chosen")
        batch.alter_column("version_id", nullable=False)
        for name in (
            "position", "out_of", "arranged", "given", "version", "saved_from", "saved_as",
            "seconds", "comment",
        ):  # fmt: skip
            batch.alter_column(name, server_default=None)
        batch.create_foreign_key(
            "fk_answer_version_id", "question_version", ["version_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_foreign_key("fk_answer_marked_by_id", "account", ["marked_by_id"], ["id"])
        batch.create_index("ix_answer_version_id", ["version_id"])


def downgrade() -> None:
    """Questions go back into their quizzes, each slot with one of its own.

    What the older shape cannot hold goes: questions of the newer kinds and those drawn by chance,
    tries that were not handed in, and parts of points.
    """
    run = op.get_bind().execute
    versions = _latest_versions()
    run(sa.text("DELETE FROM attempt WHERE submitted_at IS NULL"))
    for name in ("answer_aside", "quiz_extension"):
        op.drop_table(name)
    _take_rules()
    _close_attempts()
    slots = _slots_to_keep(versions)
    _make_choices(slots, versions)
    with op.batch_alter_table("answer") as batch:
        batch.drop_constraint("fk_answer_version_id", type_="foreignkey")
        batch.drop_constraint("fk_answer_marked_by_id", type_="foreignkey")
        batch.drop_constraint("fk_answer_question_id", type_="foreignkey")
        batch.drop_index("ix_answer_version_id")
        batch.add_column(sa.Column("chosen", sa.JSON(), nullable=False, server_default="[]"))
    _take_answers_back(slots)
    _take_questions_back(slots, versions)
    with op.batch_alter_table("answer") as batch:
        for name in (
            "version_id", "position", "out_of", "arranged", "given", "version", "saved_from",
            "saved_as", "seconds", "checked_at", "share", "comment", "marked_by_id", "marked_at",
        ):  # fmt: skip
            batch.drop_column(name)
        batch.alter_column("chosen", server_default=None)
        batch.alter_column("points", existing_type=sa.Float(), type_=sa.Integer(), nullable=False)
        batch.create_foreign_key(
            "fk_answer_question_id", "question", ["question_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("choice") as batch:
        batch.create_foreign_key(
            "fk_choice_question_id", "question", ["question_id"], ["id"], ondelete="CASCADE"
        )


def _latest_versions() -> dict[UUID, tuple[str, Any]]:
    """The kind and the present version of every question that the older shape can hold."""
    rows = op.get_bind().execute(
        sa.select(question.c.kind, version).join(
            version,
            (version.c.question_id == question.c.id) & (version.c.number == question.c.number),
        )
    )
    return {row.question_id: (row.kind, row) for row in rows if row.kind in OLD_KINDS}


def _slots_to_keep(versions: dict[UUID, Any]) -> list[Any]:
    """Each with the id that its question will have: its own at the first place, then another."""
    rows = op.get_bind().execute(sa.select(slot).order_by(slot.c.quiz_id, slot.c.position))
    kept, taken = [], set()
    for row in rows.mappings():
        of = row["question_id"]
        if of in versions:
            own = {"id": uuid5(row["id"], "again") if of in taken else of}
            taken.add(of)
            kept.append(SimpleNamespace(**dict(row) | own))
    return kept


def _take_rules() -> None:
    with op.batch_alter_table("quiz") as batch:
        batch.drop_constraint(op.f("ck_quiz_costs_a_part"), type_="check")
        for name in (
            "counting", "shuffle_questions", "shuffle_choices", "minutes", "grace_seconds",
            "opens_at", "closes_at", "password_hash", "in_order", "per_page", "wrong_costs",
            "feedback", "solution",
        ):  # fmt: skip
            batch.drop_column(name)


def _close_attempts() -> None:
    op.execute("UPDATE attempt SET score = round(COALESCE(score, 0)), out_of = round(out_of)")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_index("ix_attempt_submitted_at_due_at")
        for name in (
            "started_at", "due_at", "last_at", "page", "per_page", "in_order", "by_server", "waits",
        ):  # fmt: skip
            batch.drop_column(name)
        batch.alter_column("submitted_at", existing_type=INSTANT(), nullable=False)
        batch.alter_column("score", existing_type=sa.Float(), type_=sa.Integer(), nullable=False)
        batch.alter_column("out_of", existing_type=sa.Float(), type_=sa.Integer())


def _make_choices(slots: list[Any], versions: dict[UUID, Any]) -> None:
    op.create_table(
        "choice",
        *_beginning("choice"),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("feedback", sa.JSON(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("question_id", "position", name="uq_choice_question_id_position"),
    )
    rows = [
        {
            "id": _choice_id(one, option["key"]), "created_at": one.created_at,
            "question_id": one.id, "position": position, "text": option["text"],
            "feedback": option.get("feedback", {}), "is_right": option.get("right", False),
        }
        for one in slots
        for position, option in enumerate(versions[one.question_id][1].content["options"], 1)
    ]  # fmt: skip
    for batch in _in_batches(rows):
        op.get_bind().execute(sa.insert(choice), batch)


def _choice_id(one: Any, key: str) -> UUID:
    """The id that a choice had, unless its question stands in several places by now."""
    if one.id == one.question_id:
        try:
            return UUID(key)
        except ValueError:
            pass
    return uuid5(one.id, key)


def _take_answers_back(slots: list[Any]) -> None:
    """Each answer goes to the question of its own quiz; the others have none to go to."""
    run = op.get_bind().execute
    quiz = table("quiz", column("id", Uuid()), column("activity_id", Uuid()))
    attempt = table("attempt", column("id", Uuid()), column("activity_id", Uuid()))
    found = {(one.quiz_id, one.question_id): one for one in slots}
    rows = run(
        sa.select(answer.c.id, answer.c.question_id, answer.c.given, quiz.c.id.label("quiz_id"))
        .join(attempt, attempt.c.id == answer.c.attempt_id)
        .join(quiz, quiz.c.activity_id == attempt.c.activity_id)
    ).all()
    gone = []
    for row in rows:
        one = found.get((row.quiz_id, row.question_id))
        if one is None:
            gone.append(row.id)
            continue
        chosen = [str(_choice_id(one, key)) for key in row.given.get("chosen", [])]
        run(
            sa.update(answer).where(answer.c.id == row.id).values(question_id=one.id, chosen=chosen)
        )
    for batch in _in_batches(gone):
        run(sa.delete(answer).where(answer.c.id.in_(batch)))
    run(sa.text("UPDATE answer SET points = round(COALESCE(points, 0))"))


def _take_questions_back(slots: list[Any], versions: dict[UUID, Any]) -> None:
    run = op.get_bind().execute
    op.drop_table("quiz_slot")
    op.drop_table("question_version")
    run(sa.text("DELETE FROM question"))
    with op.batch_alter_table("question") as batch:
        batch.drop_index("ix_question_course_id_category")
        batch.drop_constraint("fk_question_course_id", type_="foreignkey")
        for name in ("course_id", "category", "tags", "number", "is_retired"):
            batch.drop_column(name)
        for name, kind in (
            ("quiz_id", sa.Uuid()), ("position", sa.Integer()), ("text", sa.JSON()),
            ("explanation", sa.JSON()), ("points", sa.Integer()),
        ):  # fmt: skip
            batch.add_column(sa.Column(name, kind, nullable=False))
        batch.create_unique_constraint("uq_question_quiz_id_position", ["quiz_id", "position"])
        batch.create_foreign_key(
            "fk_question_quiz_id", "quiz", ["quiz_id"], ["id"], ondelete="CASCADE"
        )
    taken: dict[UUID, int] = defaultdict(int)
    rows = []
    for one in slots:
        kind, words = versions[one.question_id]
        taken[one.quiz_id] = max(taken[one.quiz_id] + 1, one.position)
        rows.append({
            "id": one.id, "created_at": one.created_at, "quiz_id": one.quiz_id,
            "position": taken[one.quiz_id], "kind": kind, "text": words.text,
            "explanation": words.explanation, "points": max(1, round(one.points)),
        })  # fmt: skip
    for piece in _in_batches(rows):
        run(sa.insert(_question_of_old()), piece)


def _question_of_old() -> Any:
    names = {"id", "created_at", "quiz_id", "position", "kind", "text", "explanation", "points"}
    return table("question", *(column(c.name, c.type) for c in question.c if c.name in names))


def _in_batches(rows: Any) -> Iterator[list[Any]]:
    rows = list(rows)
    for start in range(0, len(rows), A_BATCH):
        yield rows[start : start + A_BATCH]
