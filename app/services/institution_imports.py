"""Doing what a file of institutions says, as it was shown before: all of it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.text import folded
from app.models import AliasKind, Institution, InstitutionAlias, InstitutionKind
from app.queries.institution_imports import Fate, Planned, RowRead, fingerprint, plan
from app.queries.institutions import institutions
from app.services.audit import MADE, record
from app.services.institutions import new_alias, one_at_a_time


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    changed: int


def import_institutions(
    session: Session, rows: Sequence[RowRead], *, shown: str, by: UUID
) -> Imported:
    """Do what was ``shown`` (the plan's fingerprint); not if the list has changed since.

    Lines that are wrong are left out. Names and kinds that people gave are replaced by those of
    the file, as the plan says; other names are added, none is taken away.
    """
    one_at_a_time(session)
    planned = plan(institutions(session, merged=True), rows)
    if fingerprint(planned) != shown:
        raise Conflict(_("The list changed meanwhile. Look once more at what the file would do."))
    new = [_add(session, p, by) for p in planned if p.fate is Fate.NEW]
    changed = [_change(session, p, by) for p in planned if p.fate is Fate.CHANGED]
    if new or changed:
        record(
            session, by, "import institutions", "institution", None,
            added=len(new), changed=len(changed), **MADE,
        )  # fmt: skip
    return Imported(len(new), len(changed))


def _add(session: Session, planned: Planned, by: UUID) -> Institution:
    read = planned.read
    added = Institution(
        acronym=read.acronym,
        name=read.name,
        country=read.country,
        kind=read.kind or InstitutionKind.TRAINING,
        needs_review=bool(planned.likely),
    )
    session.add(added)
    session.flush()
    _add_aliases(session, added, planned)
    told: dict[str, Any] = {"acronym": added.acronym, "name": added.name, "country": added.country}
    record(session, by, "add institution", "institution", added.id, **told, **MADE)
    return added


def _change(session: Session, planned: Planned, by: UUID) -> Institution:
    assert planned.known is not None  # noqa: S101 -- of what else would it be a change
    known = planned.known
    changed = session.get_one(Institution, known.id)
    before: dict[str, str] = {}
    if planned.name:
        before["name"], changed.name = changed.name, planned.name
        session.flush()
        _drop_alias(session, changed, planned.name)
    if planned.kind:
        before["kind"], changed.kind = changed.kind.value, planned.kind
    session.add(changed)
    _add_aliases(session, changed, planned)
    record(
        session,
        by,
        "change institution",
        "institution",
        changed.id,
        before=before,
        after={name: str(getattr(changed, name)) for name in before}
        | ({"aliases": ", ".join(planned.aliases)} if planned.aliases else {}),
    )
    return changed


def _drop_alias(session: Session, institution: Institution, words: str) -> None:
    """What is the name now is no other name any more."""
    same = session.exec(
        select(InstitutionAlias).where(
            InstitutionAlias.institution_id == institution.id,
            col(InstitutionAlias.key) == folded(words),
        )
    ).all()
    for alias in same:
        session.delete(alias)


def _add_aliases(session: Session, institution: Institution, planned: Planned) -> None:
    session.add_all(new_alias(institution, words, AliasKind.SPELLING) for words in planned.aliases)
    session.flush()
