"""keep versions of texts: what is written becomes version 1; drafts; and a fallback language."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "9c2e47d1f0a8"
down_revision = "e17b4a9d3c58"
branch_labels = None
depends_on = None


def words(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False)


def common() -> list["sa.Column[Any]"]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        words("language", 2),
        sa.Column("number", sa.Integer(), nullable=False),
        words("body"),
        words("transcript"),
    ]


def keys(table: str, whose: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f(f"fk_{table}_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint([whose], ["account.id"], name=op.f(f"fk_{table}_{whose}_account")),
    ]


def upgrade() -> None:
    op.create_table(
        "text_version",
        *common(),
        words("note", 200),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        *keys("text_version", "author_id"),
        sa.UniqueConstraint(
            "activity_id",
            "language",
            "number",
            name=op.f("uq_text_version_activity_id_language_number"),
        ),
    )
    op.create_table(
        "text_draft",
        *common(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        words("kept_from", 64),
        *keys("text_draft", "account_id"),
        sa.UniqueConstraint(
            "activity_id",
            "language",
            "account_id",
            name=op.f("uq_text_draft_activity_id_language_account_id"),
        ),
    )
    op.create_index(op.f("ix_text_draft_account_id"), "text_draft", ["account_id"])
    fallback = words("fallback_language", 2)
    fallback.server_default = sa.DefaultClause("")
    op.add_column("edition", fallback)
    with op.batch_alter_table("edition") as batch:
        batch.alter_column("fallback_language", server_default=None)
    op.execute(
        "INSERT INTO text_version"
        " (id, created_at, activity_id, language, number, body, transcript, note)"
        " SELECT id, created_at, activity_id, language, 1, body, transcript, ''"
        " FROM activity_text"
    )


def downgrade() -> None:
    """The newest versions stay, as the texts that they are; what they were before is forgotten."""
    op.drop_column("edition", "fallback_language")
    op.drop_index(op.f("ix_text_draft_account_id"), table_name="text_draft")
    op.drop_table("text_draft")
    op.drop_table("text_version")
