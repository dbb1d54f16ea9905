"""take up work: when a worker last did, and on which page a section was written."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "3b5e8d1f0c27"
down_revision = "7c1d0a2e4b90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("message", "certificate"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(
                sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
            )
    with op.batch_alter_table("capstone_section") as batch_op:
        batch_op.add_column(
            sa.Column(
                "saved_from",
                sqlmodel.sql.sqltypes.AutoString(length=64),
                nullable=False,
                server_default="",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("capstone_section") as batch_op:
        batch_op.drop_column("saved_from")
    for table in ("message", "certificate"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("tried_at")
