"""chain the audit trail, close accounts for a time, and look at a participant's pages."""

import hashlib
import json
from datetime import UTC
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "a4d7c2e91b36"
down_revision = "8e4a6c21d9f3"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime

EVENT = sa.table(
    "audit_event",
    sa.column("id", sa.Uuid()),
    sa.column("created_at", Moment()),
    sa.column("actor_id", sa.Uuid()),
    sa.column("action", sa.String()),
    sa.column("subject_type", sa.String()),
    sa.column("subject_id", sa.Uuid()),
    sa.column("details", sa.JSON()),
    sa.column("seq", sa.Integer()),
    sa.column("person_id", sa.Uuid()),
    sa.column("edition_id", sa.Uuid()),
    sa.column("prev_hash", sa.String()),
    sa.column("hash", sa.String()),
)
HEAD = sa.table(
    "audit_head",
    sa.column("id", sa.Integer()),
    sa.column("seq", sa.Integer()),
    sa.column("hash", sa.String()),
)
ENROLMENT = sa.table(
    "enrolment",
    sa.column("id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("edition_id", sa.Uuid()),
)
CERTIFICATE = sa.table(
    "certificate", sa.column("id", sa.Uuid()), sa.column("enrolment_id", sa.Uuid())
)

SQLITE_GUARDS = [
    f"""
    CREATE TRIGGER audit_event_refuses_{deed} BEFORE {deed} ON audit_event
    BEGIN SELECT RAISE(ABORT, 'The audit trail is only added to.'); END
    """
    for deed in ("update", "delete")
]
POSTGRESQL_GUARDS = [
    """
    CREATE FUNCTION audit_event_refuses() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'The audit trail is only added to.'; END $$
    """,
    """
    CREATE TRIGGER audit_event_refuses_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuses()
    """,
    """
    CREATE TRIGGER audit_event_refuses_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuses()
    """,
]


def upgrade() -> None:
    _close_accounts()
    with op.batch_alter_table("audit_event") as batch_op:
        batch_op.add_column(sa.Column("seq", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("person_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("edition_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("prev_hash", Text(length=64), nullable=True))
        batch_op.add_column(sa.Column("hash", Text(length=64), nullable=True))
        batch_op.drop_constraint("fk_audit_event_actor_id", type_="foreignkey")
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", Text(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    _chain(op.get_bind())
    with op.batch_alter_table("audit_event") as batch_op:
        batch_op.alter_column("seq", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("prev_hash", existing_type=Text(length=64), nullable=False)
        batch_op.alter_column("hash", existing_type=Text(length=64), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_audit_event_seq"), ["seq"])
        batch_op.create_index(op.f("ix_audit_event_person_id"), ["person_id"])
        batch_op.create_index(op.f("ix_audit_event_edition_id"), ["edition_id"])
    for statement in SQLITE_GUARDS if _is_sqlite() else POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER IF EXISTS audit_event_refuses_update")
        op.execute("DROP TRIGGER IF EXISTS audit_event_refuses_delete")
    else:
        op.execute("DROP FUNCTION audit_event_refuses() CASCADE")
    op.execute(
        "UPDATE audit_event SET actor_id = NULL WHERE actor_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = audit_event.actor_id)"
    )
    with op.batch_alter_table("audit_event") as batch_op:
        batch_op.drop_index(op.f("ix_audit_event_edition_id"))
        batch_op.drop_index(op.f("ix_audit_event_person_id"))
        batch_op.drop_constraint(op.f("uq_audit_event_seq"), type_="unique")
        for column in ("hash", "prev_hash", "edition_id", "person_id", "seq"):
            batch_op.drop_column(column)
        batch_op.create_foreign_key(
            op.f("fk_audit_event_actor_id"), "account", ["actor_id"], ["id"]
        )
    op.drop_table("audit_head")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_constraint(op.f("fk_sign_in_viewing_as_id"), type_="foreignkey")
        batch_op.drop_column("viewing_until")
        batch_op.drop_column("viewing_as_id")
    op.drop_table("suspension")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_column("suspended_at")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _close_accounts() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("suspended_at", Moment(), nullable=True))
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("begun_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", Text(length=500), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason_to_end", Text(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_suspension_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["begun_by_id"], ["account.id"], name=op.f("fk_suspension_begun_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["account.id"], name=op.f("fk_suspension_ended_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_account_id"), "suspension", ["account_id"])
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.add_column(sa.Column("viewing_as_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("viewing_until", Moment(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_sign_in_viewing_as_id"),
            "account",
            ["viewing_as_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _chain(connection: sa.Connection) -> None:
    """Give the rows there are their numbers and fingerprints, in the order in which they came."""
    rows = connection.execute(
        sa.select(
            EVENT.c.id,
            EVENT.c.created_at,
            EVENT.c.actor_id,
            EVENT.c.action,
            EVENT.c.subject_type,
            EVENT.c.subject_id,
            EVENT.c.details,
        ).order_by(EVENT.c.created_at, EVENT.c.id)
    ).all()
    before = "0" * 64
    for seq, row in enumerate(rows, 1):
        person, edition = _place(connection, row)
        fingerprint = _fingerprint(seq, before, row, person, edition)
        connection.execute(
            sa.update(EVENT)
            .where(EVENT.c.id == row.id)
            .values(
                seq=seq, person_id=person, edition_id=edition, prev_hash=before, hash=fingerprint
            )
        )
        before = fingerprint
    if rows:
        connection.execute(sa.insert(HEAD).values(id=1, seq=len(rows), hash=before))


def _place(connection: sa.Connection, row: Any) -> tuple[UUID | None, UUID | None]:
    """Whom a row is about, and in which edition."""
    if row.subject_type == "account":
        return row.subject_id, None
    if row.subject_type == "edition":
        return None, row.subject_id
    found = sa.select(ENROLMENT.c.account_id, ENROLMENT.c.edition_id)
    if row.subject_type == "certificate":
        found = found.join_from(
            ENROLMENT, CERTIFICATE, CERTIFICATE.c.enrolment_id == ENROLMENT.c.id
        ).where(CERTIFICATE.c.id == row.subject_id)
    else:
        found = found.where(ENROLMENT.c.id == row.subject_id)
    enrolment = connection.execute(found).one_or_none()
    return (enrolment.account_id, enrolment.edition_id) if enrolment else (None, None)


def _fingerprint(seq: int, before: str, row: Any, person: UUID | None, edition: UUID | None) -> str:
    """As `AuditEvent.fingerprint` gave it on the day of this change."""
    told = [
        "taller-audit-1",
        seq,
        before,
        str(row.id),
        row.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(row.actor_id) if row.actor_id else None,
        row.action,
        row.subject_type,
        str(row.subject_id) if row.subject_id else None,
        str(person) if person else None,
        str(edition) if edition else None,
        row.details,
    ]
    spelt = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelt.encode()).hexdigest()
