"""look at attachments: what waits for the worker, what was taken, and what was refused and why."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "f60a2c91b7d4"
down_revision = "b69db605d2af"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there already waits to be looked at like what comes."""
    with op.batch_alter_table("forum_attachment") as batch:
        batch.alter_column("file_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(
            sa.Column("status", sa.String(length=40), server_default="waiting", nullable=False)
        )
        batch.add_column(
            sa.Column(
                "refused_because",
                sqlmodel.sql.sqltypes.AutoString(length=300),
                server_default="",
                nullable=False,
            )
        )
        batch.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("forum_attachment") as batch:
        for name in ("status", "refused_because", "tries"):
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    """What was refused is forgotten; whatever waits is offered as it came."""
    op.execute("DELETE FROM forum_attachment WHERE file_id IS NULL")
    with op.batch_alter_table("forum_attachment") as batch:
        for name in ("tried_at", "tries", "refused_because", "status"):
            batch.drop_column(name)
        batch.alter_column("file_id", existing_type=sa.Uuid(), nullable=False)
