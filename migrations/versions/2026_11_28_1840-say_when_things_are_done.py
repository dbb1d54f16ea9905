"""say when things are done: of each activity and edition, and results that a tutor gave."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "5d8e1f3a7b20"
down_revision = "4e7a1c93d06b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activity") as batch:
        batch.add_column(sa.Column("completion", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("completion_number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("weight", sa.Float(), nullable=False, server_default="1"))
    with op.batch_alter_table("activity") as batch:
        batch.alter_column("weight", server_default=None)
    with op.batch_alter_table("edition") as batch:
        batch.add_column(sa.Column("required_count", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("minimum_result", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("minimum_attendance", sa.Integer(), nullable=True))
    op.create_table(
        "result_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("original", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_result_override_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_result_override_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["account.id"], name=op.f("fk_result_override_given_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_override")),
        sa.UniqueConstraint(
            "enrolment_id", "activity_id", name=op.f("uq_result_override_enrolment_id_activity_id")
        ),
    )
    op.create_index(
        op.f("ix_result_override_activity_id"), "result_override", ["activity_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("result_override")
    with op.batch_alter_table("edition") as batch:
        batch.drop_column("minimum_attendance")
        batch.drop_column("minimum_result")
        batch.drop_column("required_count")
    with op.batch_alter_table("activity") as batch:
        batch.drop_column("weight")
        batch.drop_column("completion_number")
        batch.drop_column("completion")
