"""send messages as people want them: digests, choices, bounces, own wordings, announcements."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "8e4a6c21d9f3"
down_revision = "5a0f3c9d71e4"
branch_labels = None
depends_on = None


def text(length: int | None = None) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def instant() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(
            sa.Column("digest_hour", sa.Integer(), nullable=False, server_default="7")
        )
        batch_op.add_column(
            sa.Column("unsubscribe_generation", sa.Integer(), nullable=False, server_default="1")
        )
        batch_op.add_column(sa.Column("email_bounced_at", instant(), nullable=True))
        batch_op.add_column(
            sa.Column("email_bounce_reason", text(300), nullable=False, server_default="")
        )
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("digest_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("digest_day", sa.Date(), nullable=True))
        batch_op.create_foreign_key(
            "fk_message_digest_id", "message", ["digest_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_unique_constraint(
            "uq_message_account_id_digest_day", ["account_id", "digest_day"]
        )
        batch_op.create_index("ix_message_digest_id", ["digest_id"])
    op.create_table(
        "message_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("group", sa.String(length=40), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_message_choice_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_choice"),
        sa.UniqueConstraint("account_id", "group", name="uq_message_choice_account_id_group"),
    )
    op.create_table(
        "message_wording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("letter", text(40), nullable=False),
        sa.Column("language", text(2), nullable=False),
        sa.Column("subject", text(200), nullable=False),
        sa.Column("body", text(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["account.id"], name="fk_message_wording_changed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_wording"),
        sa.UniqueConstraint("letter", "language", name="uq_message_wording_letter_language"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("country", text(2), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_announcement_edition_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_announcement_author_id"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name="fk_announcement_team_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name="fk_announcement_institution_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
    )
    op.create_index("ix_announcement_edition_id", "announcement", ["edition_id"])


def downgrade() -> None:
    op.drop_table("announcement")
    op.drop_table("message_wording")
    op.drop_table("message_choice")
    # What waits for a digest is sent at once; the rest ends in the nearest state of before.
    for now, before in ("waiting", "queued"), ("digested", "sent"), ("withheld", "kept"):
        op.execute(f"UPDATE message SET status = '{before}' WHERE status = '{now}'")  # noqa: S608 -- our own words
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_index("ix_message_digest_id")
        batch_op.drop_constraint("uq_message_account_id_digest_day", type_="unique")
        batch_op.drop_constraint("fk_message_digest_id", type_="foreignkey")
        batch_op.drop_column("digest_day")
        batch_op.drop_column("digest_id")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("email_bounce_reason")
        batch_op.drop_column("email_bounced_at")
        batch_op.drop_column("unsubscribe_generation")
        batch_op.drop_column("digest_hour")
