"""Bringing the database to the newest shape, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def upgrade(engine: Engine, to: str = "head") -> None:
    with engine.begin() as connection:
        command.upgrade(config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    with engine.begin() as connection:
        command.downgrade(config(connection), to)


def is_current(engine: Engine) -> bool:
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
