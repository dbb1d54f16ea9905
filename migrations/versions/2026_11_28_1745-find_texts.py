"""find texts: the words of courses and activities, and the index that each database has."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "e17b4a9d3c58"
down_revision = "c81f0d52a6e9"
branch_labels = None
depends_on = None

#: Kept by the database itself, whoever changes an entry.
TRIGGERS = {
    "insert": "{add}",
    "delete": "{remove}",
    "update": "{remove} {add}",
}
ADD = (
    "INSERT INTO search_words (rowid, title_words, body_words) "
    "VALUES (new.number, new.title_words, new.body_words);"
)
REMOVE = (
    "INSERT INTO search_words (search_words, rowid, title_words, body_words) "
    "VALUES ('delete', old.number, old.title_words, old.body_words);"
)


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title_words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body_words", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name="fk_search_entry_activity_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_search_entry_course_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_search_entry_edition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.UniqueConstraint("activity_id", "language", name="uq_search_entry_activity_id_language"),
        sa.UniqueConstraint("number", name="uq_search_entry_number"),
    )
    op.create_index("ix_search_entry_course_id", "search_entry", ["course_id"])
    op.create_index("ix_search_entry_edition_id", "search_entry", ["edition_id"])
    op.create_table(
        "search_mark",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name="pk_search_mark"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_of_sqlite()
    else:
        op.execute(
            "CREATE INDEX ix_search_entry_words ON search_entry USING gin ("
            "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
            "setweight(to_tsvector('simple'::regconfig, body_words), 'D')))"
        )


def _index_of_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5("
        "title_words, body_words, content='search_entry', content_rowid='number', "
        "tokenize='unicode61')"
    )
    for event, does in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER search_words_{event} AFTER {event.upper()} ON search_entry BEGIN "
            f"{does.format(add=ADD, remove=REMOVE)} END"
        )


def downgrade() -> None:
    """The index goes; it is made from the texts, which stay."""
    op.drop_table("search_mark")
    if op.get_bind().dialect.name == "sqlite":
        for event in TRIGGERS:
            op.execute(f"DROP TRIGGER search_words_{event}")
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entry")
