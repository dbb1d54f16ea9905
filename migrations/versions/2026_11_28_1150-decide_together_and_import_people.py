"""decide together: decisions that can be undone, notes, support, and imports of people."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "5a91c0de7710"
down_revision = "a4d7c2e91b36"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("reason_told", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_bulk_decision_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_bulk_decision_edition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_decision")),
    )
    with op.batch_alter_table("bulk_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulk_decision_edition_id_account_id"),
            ["edition_id", "account_id"],
            unique=False,
        )

    op.create_table(
        "bulk_decision_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["bulk_decision.id"],
            name=op.f("fk_bulk_decision_line_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_bulk_decision_line_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_decision_line")),
        sa.UniqueConstraint(
            "decision_id",
            "enrolment_id",
            name=op.f("uq_bulk_decision_line_decision_id_enrolment_id"),
        ),
    )
    with op.batch_alter_table("bulk_decision_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulk_decision_line_enrolment_id"), ["enrolment_id"], unique=False
        )

    op.create_table(
        "enrolment_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_enrolment_note_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_note_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_note")),
    )
    with op.batch_alter_table("enrolment_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrolment_note_enrolment_id"), ["enrolment_id"], unique=False
        )

    op.create_table(
        "people_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("trouble", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("to_do", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_people_import_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_people_import_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_people_import_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
    )
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_people_import_edition_id"), ["edition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_people_import_status"), ["status"], unique=False)

    op.create_table(
        "support",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_support_account_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_support_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support")),
        sa.UniqueConstraint(
            "enrolment_id", "account_id", name=op.f("uq_support_enrolment_id_account_id")
        ),
    )
    op.create_table(
        "people_import_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=250), nullable=False),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("gender", sa.String(length=40), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("fate", sa.String(length=40), nullable=False),
        sa.Column("troubles", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["people_import.id"],
            name=op.f("fk_people_import_row_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import_row")),
        sa.UniqueConstraint(
            "import_id", "number", name=op.f("uq_people_import_row_import_id_number")
        ),
    )
    with op.batch_alter_table("people_import_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_people_import_row_import_id_fate_number"),
            ["import_id", "fate", "number"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("people_import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_import_row_import_id_fate_number"))

    op.drop_table("people_import_row")
    op.drop_table("support")
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_import_status"))
        batch_op.drop_index(batch_op.f("ix_people_import_edition_id"))

    op.drop_table("people_import")
    with op.batch_alter_table("enrolment_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_note_enrolment_id"))

    op.drop_table("enrolment_note")
    with op.batch_alter_table("bulk_decision_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_decision_line_enrolment_id"))

    op.drop_table("bulk_decision_line")
    with op.batch_alter_table("bulk_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_decision_edition_id_account_id"))

    op.drop_table("bulk_decision")
