"""say why something was decided beside each person: so it is theirs, and goes with them."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "d3f1a86c50b2"
down_revision = "7b3e9c15d0f4"
branch_labels = None
depends_on = None


def words() -> "sa.Column[str]":
    """With a default for the rows that are there, which is taken away once they have theirs."""
    kind = sqlmodel.sql.sqltypes.AutoString(length=1000)
    return sa.Column("words", kind, nullable=False, server_default="")


def upgrade() -> None:
    op.add_column("bulk_decision_line", words())
    op.execute(
        "UPDATE bulk_decision_line SET words = (SELECT d.words FROM bulk_decision AS d"
        " WHERE d.id = bulk_decision_line.decision_id)"
    )
    with op.batch_alter_table("bulk_decision_line") as batch_op:
        batch_op.alter_column("words", server_default=None)
    with op.batch_alter_table("bulk_decision") as batch_op:
        batch_op.drop_column("words")


def downgrade() -> None:
    """All lines of a decision say the same, but for those whose person has gone."""
    op.add_column("bulk_decision", words())
    op.execute(
        "UPDATE bulk_decision SET words = coalesce((SELECT max(l.words)"
        " FROM bulk_decision_line AS l WHERE l.decision_id = bulk_decision.id), '')"
    )
    with op.batch_alter_table("bulk_decision") as batch_op:
        batch_op.alter_column("words", server_default=None)
    with op.batch_alter_table("bulk_decision_line") as batch_op:
        batch_op.drop_column("words")
