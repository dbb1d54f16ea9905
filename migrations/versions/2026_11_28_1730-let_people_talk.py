"""let people talk: forums, their topics and posts, and what each person keeps of them."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "b69db605d2af"
down_revision = "7c2f90b4e1d3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("by_team", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(activity_id IS NULL) <> (course_id IS NULL)", name=op.f("ck_forum_belongs")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_forum_activity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_forum_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_forum_activity_id")),
        sa.UniqueConstraint("course_id", name=op.f("uq_forum_course_id")),
    )
    op.create_table(
        "forum_topic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("title", AutoString(length=150), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("last_post_at", UTCDateTime(), nullable=False),
        sa.Column("pinned_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("hidden_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_forum_topic_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name=op.f("fk_forum_topic_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_forum_topic_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_topic")),
    )
    op.create_index(
        op.f("ix_forum_topic_forum_id_last_post_at"), "forum_topic", ["forum_id", "last_post_at"]
    )
    op.create_index(op.f("ix_forum_topic_team_id"), "forum_topic", ["team_id"])

    op.create_table(
        "forum_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("title", AutoString(length=150), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_forum_draft_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name=op.f("fk_forum_draft_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["forum_topic.id"],
            name=op.f("fk_forum_draft_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_draft")),
    )
    op.create_index(op.f("ix_forum_draft_forum_id"), "forum_draft", ["forum_id"])
    op.create_index(
        "ix_forum_draft_of_forum",
        "forum_draft",
        ["account_id", "forum_id"],
        unique=True,
        sqlite_where=sa.text("topic_id IS NULL"),
        postgresql_where=sa.text("topic_id IS NULL"),
    )
    op.create_index(
        "ix_forum_draft_of_topic",
        "forum_draft",
        ["account_id", "topic_id"],
        unique=True,
        sqlite_where=sa.text("topic_id IS NOT NULL"),
        postgresql_where=sa.text("topic_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_forum_draft_topic_id"), "forum_draft", ["topic_id"])

    op.create_table(
        "forum_follow",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_forum_follow_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name=op.f("fk_forum_follow_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["forum_topic.id"],
            name=op.f("fk_forum_follow_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_follow")),
    )
    op.create_index(op.f("ix_forum_follow_forum_id"), "forum_follow", ["forum_id"])
    op.create_index(
        "ix_forum_follow_of_forum",
        "forum_follow",
        ["account_id", "forum_id"],
        unique=True,
        sqlite_where=sa.text("topic_id IS NULL"),
        postgresql_where=sa.text("topic_id IS NULL"),
    )
    op.create_index(
        "ix_forum_follow_of_topic",
        "forum_follow",
        ["account_id", "topic_id"],
        unique=True,
        sqlite_where=sa.text("topic_id IS NOT NULL"),
        postgresql_where=sa.text("topic_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_forum_follow_topic_id"), "forum_follow", ["topic_id"])

    op.create_table(
        "forum_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("quotes_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_at", UTCDateTime(), nullable=True),
        sa.Column("answers_since", UTCDateTime(), nullable=True),
        sa.Column("hidden_at", UTCDateTime(), nullable=True),
        sa.Column("hidden_by_id", sa.Uuid(), nullable=True),
        sa.Column("hidden_because", AutoString(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_forum_post_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"], ["account.id"], name=op.f("fk_forum_post_hidden_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["quotes_id"],
            ["forum_post.id"],
            name=op.f("fk_forum_post_quotes_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["forum_topic.id"],
            name=op.f("fk_forum_post_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_post")),
        sa.UniqueConstraint("topic_id", "number", name=op.f("uq_forum_post_topic_id_number")),
    )
    op.create_index(
        "ix_forum_post_answer",
        "forum_post",
        ["topic_id"],
        unique=True,
        sqlite_where=sa.text("answers_since IS NOT NULL"),
        postgresql_where=sa.text("answers_since IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_forum_post_author_id_created_at"), "forum_post", ["author_id", "created_at"]
    )

    op.create_table(
        "forum_read",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_forum_read_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["forum_topic.id"],
            name=op.f("fk_forum_read_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_read")),
        sa.UniqueConstraint(
            "account_id", "topic_id", name=op.f("uq_forum_read_account_id_topic_id")
        ),
    )
    op.create_index(op.f("ix_forum_read_topic_id"), "forum_read", ["topic_id"])

    op.create_table(
        "forum_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_forum_attachment_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["forum_post.id"],
            name=op.f("fk_forum_attachment_post_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_attachment")),
        sa.UniqueConstraint(
            "post_id", "position", name=op.f("uq_forum_attachment_post_id_position")
        ),
    )
    op.create_table(
        "forum_post_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", AutoString(length=150), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["forum_post.id"],
            name=op.f("fk_forum_post_version_post_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_post_version")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_forum_post_version_post_id_number")),
    )
    op.create_table(
        "forum_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("words", AutoString(length=500), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_forum_report_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_forum_report_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["forum_post.id"], name=op.f("fk_forum_report_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_report")),
        sa.UniqueConstraint(
            "post_id", "account_id", name=op.f("uq_forum_report_post_id_account_id")
        ),
    )
    op.create_index(op.f("ix_forum_report_account_id"), "forum_report", ["account_id"])


def downgrade() -> None:
    """What was said is lost; nobody has chosen anything about its messages any more."""
    op.execute("DELETE FROM message_choice WHERE \"group\" = 'forum'")
    for table in (
        "forum_report",
        "forum_post_version",
        "forum_attachment",
        "forum_read",
        "forum_post",
        "forum_follow",
        "forum_draft",
        "forum_topic",
        "forum",
    ):
        op.drop_table(table)
