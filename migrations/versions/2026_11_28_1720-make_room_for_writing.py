"""make room for writing: what is hidden, where a copy came from, and the result that counts."""

import sqlalchemy as sa
from alembic import op

revision = "5a81c0e7d2b6"
down_revision = "d3f1a86c50b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("module", "activity"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(
                sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False)
            )
            batch.add_column(sa.Column("came_from_id", sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                f"fk_{table}_came_from_id", table, ["came_from_id"], ["id"], ondelete="SET NULL"
            )
            batch.create_index(f"ix_{table}_came_from_id", ["came_from_id"])
        with op.batch_alter_table(table) as batch:
            batch.alter_column("is_hidden", server_default=None)
    op.add_column("progress", sa.Column("percent", sa.Float(), nullable=True))
    _keep_results()


def _keep_results() -> None:
    """The best try at each quiz is the result that counts."""
    op.execute(
        """
        UPDATE progress SET percent = (
            SELECT MAX(100.0 * attempt.score / attempt.out_of) FROM attempt
            WHERE attempt.enrolment_id = progress.enrolment_id
            AND attempt.activity_id = progress.activity_id AND attempt.out_of > 0
        )
        """
    )


def downgrade() -> None:
    """What was hidden is seen again; copies forget where they came from."""
    op.drop_column("progress", "percent")
    for table in ("activity", "module"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_came_from_id")
            batch.drop_constraint(f"fk_{table}_came_from_id", type_="foreignkey")
            batch.drop_column("came_from_id")
            batch.drop_column("is_hidden")
