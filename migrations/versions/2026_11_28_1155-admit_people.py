"""admit people: how one comes in, who waits, who was invited, and why somebody left."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "a41d7c0e9b58"
down_revision = "5a91c0de7710"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application_form",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("motivation", sa.String(length=40), nullable=False),
        sa.Column("motivation_length", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "motivation_length BETWEEN 100 AND 10000",
            name=op.f("ck_application_form_length_is_sensible"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_application_form_edition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_application_form")),
    )
    op.create_table(
        "application_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_application_question_edition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_question")),
    )
    with op.batch_alter_table("application_question") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_question_edition_id_position"),
            ["edition_id", "position"],
            unique=False,
        )

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_by_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["account.id"], name=op.f("fk_invitation_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_invitation_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["account.id"], name=op.f("fk_invitation_invited_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("edition_id", "email", name=op.f("uq_invitation_edition_id_email")),
    )
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_state"), ["state"], unique=False)

    op.create_table(
        "reserved_seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(country = '') <> (institution_id IS NULL)",
            name=op.f("ck_reserved_seats_for_one_or_the_other"),
        ),
        sa.CheckConstraint("seats > 0", name=op.f("ck_reserved_seats_some_seats")),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_reserved_seats_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_reserved_seats_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserved_seats")),
        sa.UniqueConstraint(
            "edition_id",
            "country",
            "institution_id",
            name=op.f("uq_reserved_seats_edition_id_country_institution_id"),
        ),
    )
    with op.batch_alter_table("reserved_seats") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reserved_seats_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "application",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("motivation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_application_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["stored_file.id"], name=op.f("fk_application_letter_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_application")),
    )
    with op.batch_alter_table("application") as batch_op:
        batch_op.create_index(batch_op.f("ix_application_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "enrolment_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_enrolment_correction_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_correction_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_correction")),
    )
    with op.batch_alter_table("enrolment_correction") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrolment_correction_enrolment_id"), ["enrolment_id"], unique=False
        )

    op.create_table(
        "enrolment_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_enrolment_step_by_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_enrolment_step_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_step")),
    )
    with op.batch_alter_table("enrolment_step") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrolment_step_enrolment_id"), ["enrolment_id"], unique=False
        )

    op.create_table(
        "seat_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_seat_offer_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_seat_offer_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_offer")),
    )
    with op.batch_alter_table("seat_offer") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seat_offer_edition_id_state"), ["edition_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seat_offer_enrolment_id"), ["enrolment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seat_offer_state_ends_at"), ["state", "ends_at"], unique=False
        )

    op.create_table(
        "waiting_place",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_waiting_place_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_waiting_place_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_waiting_place")),
    )
    with op.batch_alter_table("waiting_place") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiting_place_edition_id_position"),
            ["edition_id", "position"],
            unique=False,
        )
    words = sqlmodel.sql.sqltypes.AutoString
    terms: list[sa.Column[Any]] = [
        sa.Column("enrol_from", sa.Date(), nullable=True),
        sa.Column("key_hash", words(length=64), nullable=False, server_default=""),
        sa.Column("waiting_list", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("offer_days", sa.Integer(), nullable=False, server_default="3"),
        sa.Column("offers_until", sa.Date(), nullable=True),
        sa.Column("reserve_until", sa.Date(), nullable=True),
    ]
    for column in terms:
        op.add_column("edition", column)
    facts: list[sa.Column[Any]] = [
        sa.Column("left_because", sa.String(length=40), nullable=True),
        sa.Column("left_word", words(length=200), nullable=False, server_default=""),
        sa.Column("left_by_choice", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
    for column in facts:
        op.add_column("enrolment", column)
    op.execute(  # who waits already stands in line as they came
        """
        INSERT INTO waiting_place (enrolment_id, edition_id, position)
        SELECT id, edition_id,
               row_number() OVER (PARTITION BY edition_id ORDER BY created_at, id)
        FROM enrolment WHERE status = 'waitlisted'
        """
    )


def downgrade() -> None:
    for column in ("left_by_choice", "left_word", "left_because"):
        op.drop_column("enrolment", column)
    for column in (
        "reserve_until",
        "offers_until",
        "offer_days",
        "waiting_list",
        "key_hash",
        "enrol_from",
    ):
        op.drop_column("edition", column)
    op.execute("UPDATE edition SET policy = 'closed' WHERE policy IN ('key', 'invitation')")
    op.execute("UPDATE edition SET policy = 'application' WHERE policy = 'nomination'")
    with op.batch_alter_table("waiting_place") as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_place_edition_id_position"))

    op.drop_table("waiting_place")
    with op.batch_alter_table("seat_offer") as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_offer_state_ends_at"))
        batch_op.drop_index(batch_op.f("ix_seat_offer_enrolment_id"))
        batch_op.drop_index(batch_op.f("ix_seat_offer_edition_id_state"))

    op.drop_table("seat_offer")
    with op.batch_alter_table("enrolment_step") as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_step_enrolment_id"))

    op.drop_table("enrolment_step")
    with op.batch_alter_table("enrolment_correction") as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_correction_enrolment_id"))

    op.drop_table("enrolment_correction")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_letter_id"))

    op.drop_table("application")
    with op.batch_alter_table("reserved_seats") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reserved_seats_institution_id"))

    op.drop_table("reserved_seats")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_state"))
        batch_op.drop_index(batch_op.f("ix_invitation_email"))

    op.drop_table("invitation")
    with op.batch_alter_table("application_question") as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_question_edition_id_position"))

    op.drop_table("application_question")
    op.drop_table("application_form")
