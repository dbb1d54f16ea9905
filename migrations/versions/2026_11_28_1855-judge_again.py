"""Judge answers again by a mended version of their question.

Revision ID: 4be1f7a2c905
Revises: b69db605d2af
"""

import sqlalchemy as sa
from alembic import op

revision = "4be1f7a2c905"
down_revision = "5d8e1f3a7b20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("answer") as batch:
        batch.add_column(sa.Column("judged_as_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_answer_judged_as_id", "question_version", ["judged_as_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("answer") as batch:
        batch.drop_constraint("fk_answer_judged_as_id", type_="foreignkey")
        batch.drop_column("judged_as_id")
