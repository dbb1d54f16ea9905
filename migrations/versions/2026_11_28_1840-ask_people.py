"""ask people: surveys, their questions, and answers with names or without."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "4e7a1c93d06b"
down_revision = "f60a2c91b7d4"
branch_labels = None
depends_on = None

KINDS = ("scale", "one", "several", "short", "long")
SPLITS = ("nothing", "gender", "country")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("closes_at", UTCDateTime(), nullable=True),
        sa.Column("shows_results", sa.Boolean(), nullable=False),
        _key("survey", "activity_id", "activity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_survey_activity_id")),
    )
    op.create_table(
        "survey_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, native_enum=False, length=40), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("split_by", sa.Enum(*SPLITS, native_enum=False, length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("low", sa.JSON(), nullable=False),
        sa.Column("high", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.CheckConstraint("points BETWEEN 3 AND 10", name=op.f("ck_survey_question_a_scale")),
        _key("survey_question", "survey_id", "survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
        sa.UniqueConstraint(
            "survey_id", "position", name=op.f("uq_survey_question_survey_id_position")
        ),
    )
    op.create_table(
        "survey_taken",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        _key("survey_taken", "survey_id", "survey"),
        _key("survey_taken", "enrolment_id", "enrolment"),
        sa.PrimaryKeyConstraint("survey_id", "enrolment_id", name=op.f("pk_survey_taken")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_survey_taken_enrolment_id"), "survey_taken", ["enrolment_id"])
    op.create_table(
        "survey_box",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        _key("survey_box", "question_id", "survey_question"),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_survey_box")),
    )
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        _key("survey_answer", "question_id", "survey_question"),
        _key("survey_answer", "enrolment_id", "enrolment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint(
            "question_id", "enrolment_id", name=op.f("uq_survey_answer_question_id_enrolment_id")
        ),
    )
    op.create_index(op.f("ix_survey_answer_enrolment_id"), "survey_answer", ["enrolment_id"])


def downgrade() -> None:
    op.drop_table("survey_answer")
    op.drop_table("survey_box")
    op.drop_table("survey_taken")
    op.drop_table("survey_question")
    op.drop_table("survey")
