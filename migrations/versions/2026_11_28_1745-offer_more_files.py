"""offer more files: several of a kind, uploads that are gone on with, addresses and panoramas."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "c41f7a90d3e5"
down_revision = "9c2e47d1f0a8"
branch_labels = None
depends_on = None

OLD_RULE = "uq_activity_file_activity_id_role_language"
NEW_RULE = "uq_activity_file_activity_id_name"


def text(length: int | None = None) -> AutoString:
    return AutoString(length=length)


def upgrade() -> None:
    with op.batch_alter_table("activity_file") as batch:
        batch.add_column(sa.Column("name", text(200), nullable=True))
        for name in ("position", "width", "height"):
            batch.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("alt", text(500), server_default="", nullable=False))
        batch.drop_constraint(OLD_RULE, type_="unique")
        batch.create_unique_constraint(NEW_RULE, ["activity_id", "name"])
    with op.batch_alter_table("activity_file") as batch:
        for name in ("position", "width", "height", "alt"):
            batch.alter_column(name, server_default=None)
    _put_in_order()
    _make_uploads()
    _make_addresses()
    _make_panoramas()


def _put_in_order() -> None:
    """The files that there are keep the order in which they came."""
    op.execute(
        """
        UPDATE activity_file SET position = (
            SELECT COUNT(*) FROM activity_file AS other
            WHERE other.activity_id = activity_file.activity_id AND other.id <= activity_file.id
        )
        """
    )


def _make_uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("language", text(2), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("title", text(200), nullable=False),
        sa.Column("alt", text(500), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        _key("upload", "account_id", "account", "CASCADE"),
        _key("upload", "activity_id", "activity", "CASCADE"),
        _key("upload", "replaces_id", "activity_file", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_account_id", "upload", ["account_id"])
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"])
    op.create_table(
        "upload_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", text(200), nullable=False),
        _key("upload_part", "upload_id", "upload", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_upload_part"),
        sa.UniqueConstraint("upload_id", "start", name="uq_upload_part_upload_id_start"),
    )


def _make_addresses() -> None:
    op.create_table(
        "activity_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("language", text(2), nullable=False),
        sa.Column("url", text(2000), nullable=False),
        sa.Column("title", text(200), nullable=False),
        sa.Column("instead", text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        _key("activity_address", "activity_id", "activity", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_activity_address"),
        sa.UniqueConstraint(
            "activity_id", "language", name="uq_activity_address_activity_id_language"
        ),
    )


def _make_panoramas() -> None:
    op.create_table(
        "scene",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("yaw", sa.Integer(), nullable=False),
        _key("scene", "activity_id", "activity", "CASCADE"),
        _key("scene", "picture_id", "activity_file", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_scene"),
        sa.UniqueConstraint("activity_id", "position", name="uq_scene_activity_id_position"),
    )
    op.create_index("ix_scene_picture_id", "scene", ["picture_id"])
    op.create_table(
        "hotspot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("scene_id", sa.Uuid(), nullable=False),
        sa.Column("leads_to_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("yaw", sa.Integer(), nullable=False),
        sa.Column("pitch", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("url", text(2000), nullable=False),
        _key("hotspot", "scene_id", "scene", "CASCADE"),
        _key("hotspot", "leads_to_id", "scene", "SET NULL"),
        sa.CheckConstraint("yaw BETWEEN -180 AND 180", name=op.f("ck_hotspot_yaw_is_around")),
        sa.CheckConstraint("pitch BETWEEN -90 AND 90", name=op.f("ck_hotspot_pitch_is_up_or_down")),
        sa.PrimaryKeyConstraint("id", name="pk_hotspot"),
        sa.UniqueConstraint("scene_id", "position", name="uq_hotspot_scene_id_position"),
    )
    op.create_index("ix_hotspot_leads_to_id", "hotspot", ["leads_to_id"])


def _key(table: str, column: str, target: str, ends: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ends)


def downgrade() -> None:
    """Of several files of a kind the first stays; addresses, panoramas and uploads go."""
    for table in ("hotspot", "scene", "activity_address", "upload_part", "upload"):
        op.drop_table(table)
    op.execute("DELETE FROM activity_file WHERE role IN ('image', 'panorama')")
    op.execute(
        """
        DELETE FROM activity_file WHERE EXISTS (
            SELECT 1 FROM activity_file AS other
            WHERE other.activity_id = activity_file.activity_id
            AND other.role = activity_file.role AND other.language = activity_file.language
            AND (other.position < activity_file.position
                 OR (other.position = activity_file.position AND other.id < activity_file.id))
        )
        """
    )
    with op.batch_alter_table("activity_file") as batch:
        batch.drop_constraint(NEW_RULE, type_="unique")
        batch.create_unique_constraint(OLD_RULE, ["activity_id", "role", "language"])
        for name in ("height", "width", "alt", "name", "position"):
            batch.drop_column(name)
