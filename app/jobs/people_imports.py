"""Checking and applying lists of people: in batches, each of which is kept by itself."""

from itertools import batched
from uuid import UUID

import structlog

from app.core import clock
from app.core.db import changing, reading
from app.core.errors import RuleBroken
from app.services.import_checks import Checker
from app.services.people_imports import (
    CHECKED_AT_ONCE,
    apply_some,
    drafts,
    forget_rows,
    record_checked,
    record_refused,
    record_stumble,
)

log = structlog.get_logger()


def check_import(import_id: UUID) -> None:
    """Say of every row of the file what would become of it."""
    try:
        _check(import_id)
    except RuleBroken as refusal:
        with changing() as session:
            record_refused(session, import_id, refusal.message)
    except Exception:
        with changing() as session:
            record_stumble(session, import_id)
        raise


def _check(import_id: UUID) -> None:
    with reading() as session:
        rows = drafts(session, import_id)
        checker = Checker(session, import_id)
    with changing() as session:
        forget_rows(session, import_id)
    for pack in batched(rows, CHECKED_AT_ONCE):
        with changing() as session:
            checker.check(session, pack)
    with changing() as session:
        record_checked(session, import_id)
    log.info("import checked", people_import=str(import_id), rows=len(rows))


def apply_import(import_id: UUID) -> None:
    """Do what a confirmed list says, from where an earlier run stopped.

    The worker is not told of each of thousands of messages, which takes longer than all the rest:
    its next sweep finds them.
    """
    more = True
    while more:
        try:
            with changing() as session:
                more = apply_some(session, import_id, now=clock.now())
        except RuleBroken as refusal:
            with changing() as session:
                record_refused(session, import_id, refusal.message)
            return
        except Exception:
            with changing() as session:
                record_stumble(session, import_id)
            raise
    log.info("import applied", people_import=str(import_id))
