"""confirm addresses: one-time links, requests for them, changes of address; text-only, last use.

Every account there is has an address that is believed.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "5a0f3c9d71e4"
down_revision = "5d20c7e94a13"
branch_labels = None
depends_on = None

KINDS = ("confirm", "sign_in", "password", "new_address", "old_address")
PENDING = "email_confirmed_at IS NULL AND password_hash IS NOT NULL"
NOBODY_YET = (
    f"SELECT id FROM account WHERE {PENDING} "  # noqa: S608 -- our own words
    "AND id NOT IN (SELECT account_id FROM enrolment)"
)


def upgrade() -> None:
    _accounts()
    _sign_ins()
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(
            sa.Column(
                "email",
                sqlmodel.sql.sqltypes.AutoString(length=254),
                nullable=False,
                server_default="",
            )
        )
    _links()
    _requests()
    _email_changes()


def _accounts() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(
            sa.Column("email_confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(
            sa.Column("data_saver", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute("UPDATE account SET email_confirmed_at = created_at")
    op.create_index(
        "ix_account_pending",
        "account",
        ["created_at"],
        sqlite_where=sa.text(PENDING),
        postgresql_where=sa.text(PENDING),
    )


def _sign_ins() -> None:
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.add_column(
            sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
    op.execute("UPDATE sign_in SET seen_at = created_at")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.alter_column(
            "seen_at", existing_type=sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False
        )
        batch_op.create_index(op.f("ix_sign_in_expires_at"), ["expires_at"])
    with op.batch_alter_table("sign_in_try") as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum("password", "secret", name="trykind", native_enum=False, length=40),
                nullable=False,
                server_default="password",
            )
        )


def _links() -> None:
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _kind(),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("onward", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("browser_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_one_time_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    _index("one_time_token", "account_id", "expires_at")


def _requests() -> None:
    op.create_table(
        "link_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        _kind(),
        sa.Column("onward", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked", "answered", "left", name="requeststatus", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    _index("link_request", "email", "address", "status")


def _email_changes() -> None:
    op.create_table(
        "email_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("confirmed_new_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("confirmed_old_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_email_change_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("account_id", name=op.f("uq_email_change_account_id")),
    )
    _index("email_change", "expires_at")


def _kind() -> sa.Column[str]:
    kinds = sa.Enum(*KINDS, name="linkkind", native_enum=False, length=40)
    return sa.Column("kind", kinds, nullable=False)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("email_change", "link_request", "one_time_token"):
        op.drop_table(table)
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("email")
    with op.batch_alter_table("sign_in_try") as batch_op:
        batch_op.drop_column("kind")
    op.drop_index(op.f("ix_sign_in_expires_at"), "sign_in")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_column("seen_at")
    # Who never confirmed an address was nobody yet; an older Taller would let them in.
    for table, column in (("message", "account_id"), ("account", "id")):
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({NOBODY_YET})")  # noqa: S608 -- our own
    op.drop_index("ix_account_pending", "account")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("data_saver")
        batch_op.drop_column("email_confirmed_at")
