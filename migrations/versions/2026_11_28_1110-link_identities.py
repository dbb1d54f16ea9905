"""link identities: whose word at which provider of sign-ins opens an account."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "5e0c91d7a3f4"
down_revision = "3b5e8d1f0c27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_linked_identity_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_linked_identity_issuer_subject")),
    )
    op.create_index(
        op.f("ix_linked_identity_account_id"), "linked_identity", ["account_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("linked_identity")
