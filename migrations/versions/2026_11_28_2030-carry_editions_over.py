"""carry editions over: which one an edition was made from, and what that said at the time."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "c4a81f7e2d90"
down_revision = "4be1f7a2c905"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(sa.Column("came_from_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_edition_came_from_id", "edition", ["came_from_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index("ix_edition_came_from_id", ["came_from_id"])
    op.create_table(
        "carried_piece",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_carried_piece"),
        sa.UniqueConstraint(
            "edition_id", "source_id", name="uq_carried_piece_edition_id_source_id"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name="fk_carried_piece_edition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["module.id"], name="fk_carried_piece_module_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name="fk_carried_piece_activity_id",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_carried_piece_module_id", "carried_piece", ["module_id"])
    op.create_index("ix_carried_piece_activity_id", "carried_piece", ["activity_id"])


def downgrade() -> None:
    op.drop_table("carried_piece")
    with op.batch_alter_table("edition") as batch_op:
        batch_op.drop_index("ix_edition_came_from_id")
        batch_op.drop_constraint("fk_edition_came_from_id", type_="foreignkey")
        batch_op.drop_column("came_from_id")
