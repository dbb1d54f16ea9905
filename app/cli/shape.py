"""The shape of the database, as commands want it."""


def to_newest_shape() -> None:
    from app.core import migrating
    from app.core.db import engine

    if not migrating.is_current(engine()):
        migrating.upgrade(engine())


def refuse_old_shape() -> None:
    from app.core import migrating
    from app.core.db import engine
    from app.core.errors import RuleBroken

    if not migrating.is_current(engine()):
        raise RuleBroken("The database is missing or has an older shape: run taller migrate.")
