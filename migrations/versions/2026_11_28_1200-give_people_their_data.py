"""give people their data: copies of everything, and accounts that are deleted."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "c4d81f6a2e90"
down_revision = "a41d7c0e9b58"
branch_labels = None
depends_on = None

STATUS = sa.Enum("requested", "ready", "failed", name="copystatus", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "data_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", STATUS, nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("ready_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("trouble", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_data_copy_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_data_copy_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
    )
    op.create_index(op.f("ix_data_copy_account_id"), "data_copy", ["account_id"], unique=False)
    op.create_index(op.f("ix_data_copy_status"), "data_copy", ["status"], unique=False)
    op.create_table(
        "account_deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("with_certificates", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_deletion_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_deletion")),
        sa.UniqueConstraint("account_id", name=op.f("uq_account_deletion_account_id")),
    )
    op.create_index(
        op.f("ix_account_deletion_due_at"), "account_deletion", ["due_at"], unique=False
    )
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(
            sa.Column("deleted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
    op.create_index(op.f("ix_message_created_at"), "message", ["created_at"], unique=False)


def downgrade() -> None:
    """Copies go; who wanted to be deleted stays. Their archives stay in the storage, unnamed."""
    op.drop_index(op.f("ix_message_created_at"), table_name="message")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("deleted_at")
    op.drop_table("account_deletion")
    op.drop_table("data_copy")
