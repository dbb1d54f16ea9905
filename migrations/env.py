"""How Alembic reaches the database: as `taller migrate` does, in one transaction."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum
from sqlmodel import SQLModel

import app.models  # noqa: F401 -- fills the metadata
from app.core.db import engine
from app.core.migrating import changing_shape, is_modelled


def rendered(kind: str, thing: Any, _autogen: object) -> str | Literal[False]:
    """Enums are stored as text; a migration says so without knowing their members."""
    if kind == "type" and isinstance(thing, Enum):
        return f"sa.String(length={thing.length})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=rendered,
        include_object=is_modelled,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with changing_shape(engine()) as own:
        run(own)
