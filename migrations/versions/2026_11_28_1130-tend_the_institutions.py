"""tend the institutions: their kinds, other names, merges, and what people propose."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "5d20c7e94a13"
down_revision = "9b27d40f6c18"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
WAITING = sa.text("kind = 'new' AND state = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("institution") as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="training")
        )
        batch_op.add_column(
            sa.Column("needs_review", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_institution_merged_into_id"), "institution", ["merged_into_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_institution_merged_into_id"), ["merged_into_id"])
    _create_aliases()
    _create_merges()
    _create_proposals()


def _create_aliases() -> None:
    op.create_table(
        "institution_alias",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("country", TEXT(length=2), nullable=False),
        sa.Column("words", TEXT(length=200), nullable=False),
        sa.Column("key", TEXT(length=400), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_institution_alias_institution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_alias")),
        sa.UniqueConstraint("country", "key", name=op.f("uq_institution_alias_country_key")),
    )
    op.create_index(
        op.f("ix_institution_alias_institution_id"), "institution_alias", ["institution_id"]
    )


def _create_merges() -> None:
    op.create_table(
        "institution_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("stays_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", INSTANT(), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("aliases_moved", sa.JSON(), nullable=False),
        sa.Column("aliases_made", sa.JSON(), nullable=False),
        sa.Column("proposals_moved", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_institution_merge_{column}"),
                ondelete=on_delete,
            )
            for column, table, on_delete in (
                ("gone_id", "institution", None),
                ("stays_id", "institution", None),
                ("by_id", "account", "SET NULL"),
                ("undone_by_id", "account", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_merge")),
    )
    for column in ("gone_id", "stays_id"):
        op.create_index(op.f(f"ix_institution_merge_{column}"), "institution_merge", [column])
    op.create_table(
        "institution_move",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("belonging", sa.String(length=40), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_institution_move_{column}"),
                ondelete="CASCADE",
            )
            for column, table in (("merge_id", "institution_merge"), ("account_id", "account"))
        ),
        sa.PrimaryKeyConstraint(
            "merge_id", "account_id", "belonging", name=op.f("pk_institution_move")
        ),
    )
    op.create_index(op.f("ix_institution_move_account_id"), "institution_move", ["account_id"])


def _create_proposals() -> None:
    op.create_table(
        "institution_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("country", TEXT(length=2), nullable=False),
        sa.Column("name", TEXT(length=200), nullable=False),
        sa.Column("acronym", TEXT(length=40), nullable=False),
        sa.Column("key", TEXT(length=400), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("as_alias", sa.Boolean(), nullable=False),
        sa.Column("decided_at", INSTANT(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_institution_proposal_{column}"),
                ondelete=on_delete,
            )
            for column, table, on_delete in (
                ("account_id", "account", "CASCADE"),
                ("institution_id", "institution", None),
                ("decided_by_id", "account", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_proposal")),
    )
    op.create_index(
        "ix_institution_proposal_one_waiting",
        "institution_proposal",
        ["account_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        op.f("ix_institution_proposal_institution_id"), "institution_proposal", ["institution_id"]
    )
    op.create_index(
        op.f("ix_institution_proposal_state_country_key"),
        "institution_proposal",
        ["state", "country", "key"],
    )


def downgrade() -> None:
    for table in (
        "institution_proposal",
        "institution_move",
        "institution_merge",
        "institution_alias",
    ):
        op.drop_table(table)
    with op.batch_alter_table("institution") as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_merged_into_id"))
        batch_op.drop_constraint(op.f("fk_institution_merged_into_id"), type_="foreignkey")
        for column in ("merged_into_id", "needs_review", "kind"):
            batch_op.drop_column(column)
