"""tell each person once: what a message tells of, and until when it is of use."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "7b3e9c15d0f4"
down_revision = "c4d81f6a2e90"
branch_labels = None
depends_on = None

TOLD_ONCE = sa.text("occasion IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "message",
        sa.Column("occasion", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "message", sa.Column("holds_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    )
    op.create_index(
        "ix_message_occasion",
        "message",
        ["occasion", "account_id"],
        unique=True,
        sqlite_where=TOLD_ONCE,
        postgresql_where=TOLD_ONCE,
    )


def downgrade() -> None:
    """The messages stay; that they are told once is forgotten."""
    op.drop_index("ix_message_occasion", table_name="message")
    op.drop_column("message", "holds_until")
    op.drop_column("message", "occasion")
