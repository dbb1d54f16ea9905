"""The rules of the network's list: an institution is there once, and its names mean no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.text import folded
from app.models import AliasKind, Institution, InstitutionAlias, InstitutionKind
from app.queries.institutions import InstitutionSeen, institutions, same_as
from app.services.audit import GONE, MADE, record


@dataclass(frozen=True, slots=True)
class InstitutionTerms:
    """What staff say of an institution."""

    acronym: str
    name: str
    country: str
    kind: InstitutionKind = InstitutionKind.TRAINING
    needs_review: bool = False


#: By this number PostgreSQL knows who holds the list.
_THE_LIST = 7_202_611


class LooksLikeAnother(RuleBroken):
    """There is one that is called almost so; whoever knows better says that it is another."""

    def __init__(self, likely: list[InstitutionSeen]) -> None:
        super().__init__(_("There is an institution with almost this name."))
        self.likely = likely


def one_at_a_time(session: Session) -> None:
    """Let nobody else change the list until this is kept: names must not meet by chance.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_THE_LIST)))


def institution_to_change(session: Session, institution_id: UUID) -> Institution:
    """The institution, with the list held; one that another has taken the place of stays as is."""
    one_at_a_time(session)
    found = session.get(Institution, institution_id, populate_existing=True)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    if found.merged_into_id:
        raise RuleBroken(_("This institution was merged into another one. Change that one."))
    return found


def trouble_with(
    session: Session, terms: InstitutionTerms, *, besides: UUID | None = None
) -> dict[str, str]:
    """What stands against such an institution, by field. ``besides``: the one that is changed."""
    among = [
        one
        for one in institutions(session, country=terms.country, merged=True)
        if one.id != besides
    ]
    found = {"acronym": _taken(terms.acronym, among), "name": _taken(terms.name, among)}
    for one in among:
        if one.acronym == terms.acronym and one.merged_into_id:
            found["acronym"] = _("This was the acronym of an institution that was merged.")
    return {field: sentence for field, sentence in found.items() if sentence}


def _taken(words: str, among: Iterable[InstitutionSeen]) -> str:
    """Whose name ``words`` are already, in a sentence; what was merged holds no name."""
    wanted = folded(words)
    for one in among:
        if one.merged_into_id is None and wanted in map(folded, one.written):
            return _("This is a name of %(institution)s (%(name)s).") % {
                "institution": one.label,
                "name": one.name,
            }
    return ""


def _refuse_trouble(
    session: Session, terms: InstitutionTerms, *, besides: UUID | None = None
) -> None:
    for sentence in trouble_with(session, terms, besides=besides).values():
        raise RuleBroken(sentence)


def add_institution(
    session: Session, terms: InstitutionTerms, *, by: UUID, sure: bool = False
) -> Institution:
    """Put an institution into the list. ``sure``: it is none of those that look like it."""
    one_at_a_time(session)
    _refuse_trouble(session, terms)
    known = institutions(session, country=terms.country)
    likely = same_as(terms.acronym, terms.name, known, country=terms.country)
    if likely and not sure:
        raise LooksLikeAnother(likely)
    added = Institution(**_kept(terms))
    session.add(added)
    session.flush()
    record(session, by, "add institution", "institution", added.id, **_told(terms), **MADE)
    return added


def change_institution(
    session: Session, institution_id: UUID, terms: InstitutionTerms, *, by: UUID
) -> frozenset[str]:
    """Say something else of an institution; returns which of it changed."""
    changed = institution_to_change(session, institution_id)
    wanted = _kept(terms)
    before = {name: getattr(changed, name) for name in wanted}
    names = frozenset(name for name in wanted if wanted[name] != before[name])
    if not names:
        return names
    _refuse_trouble(session, terms, besides=institution_id)
    aliases = _aliases(session, institution_id)
    if "country" in names:
        _move_aliases(session, aliases, terms.country)
    for alias in aliases:
        if alias.key in {folded(terms.acronym), folded(terms.name)}:
            session.delete(alias)  # it is the name itself now
    changed.sqlmodel_update(wanted)
    session.add(changed)
    session.flush()
    record(
        session,
        by,
        "change institution",
        "institution",
        institution_id,
        before={name: str(before[name]) for name in sorted(names)},
        after={name: str(wanted[name]) for name in sorted(names)},
    )
    return names


def _kept(terms: InstitutionTerms) -> dict[str, Any]:
    return {
        "acronym": terms.acronym,
        "name": terms.name,
        "country": terms.country,
        "kind": terms.kind,
        "needs_review": terms.needs_review,
    }


def _told(terms: InstitutionTerms) -> dict[str, Any]:
    """As the audit log keeps it."""
    return {"acronym": terms.acronym, "name": terms.name, "country": terms.country}


def _aliases(session: Session, institution_id: UUID) -> list[InstitutionAlias]:
    mine = select(InstitutionAlias).where(InstitutionAlias.institution_id == institution_id)
    return list(session.exec(mine.order_by(col(InstitutionAlias.id))).all())


def _move_aliases(session: Session, aliases: list[InstitutionAlias], country: str) -> None:
    there = institutions(session, country=country)
    for sentence in filter(None, (_taken(alias.words, there) for alias in aliases)):
        raise RuleBroken(sentence)
    for alias in aliases:
        alias.country = country
        session.add(alias)


def trouble_with_alias(session: Session, institution_id: UUID, words: str) -> str:
    """Why ``words`` can be no other name of the institution, in a sentence; nothing: they can."""
    country = session.get_one(Institution, institution_id).country
    among = institutions(session, country=country)
    mine = next((one for one in among if one.id == institution_id), None)
    if mine and folded(words) in map(folded, mine.written):
        return _("It is called so already.")
    return _taken(words, [one for one in among if one.id != institution_id])


def add_alias(
    session: Session,
    institution_id: UUID,
    words: str,
    kind: AliasKind = AliasKind.SPELLING,
    *,
    by: UUID,
) -> InstitutionAlias:
    """Let an institution be found by another name too."""
    named = institution_to_change(session, institution_id)
    if sentence := trouble_with_alias(session, institution_id, words):
        raise RuleBroken(sentence)
    alias = new_alias(named, words, kind)
    session.add(alias)
    session.flush()
    told: dict[str, Any] = {"alias": words, "kind": kind.value} | MADE
    record(session, by, "add alias", "institution", institution_id, **told)
    return alias


def new_alias(named: Institution, words: str, kind: AliasKind) -> InstitutionAlias:
    return InstitutionAlias(
        institution_id=named.id,
        country=named.country,
        words=words,
        key=folded(words),
        kind=kind,
    )


def remove_alias(session: Session, institution_id: UUID, alias_id: UUID, *, by: UUID) -> str:
    """Take another name away; returns it. An alias of another institution is not there."""
    institution_to_change(session, institution_id)
    alias = session.get(InstitutionAlias, alias_id)
    if alias is None or alias.institution_id != institution_id:
        raise NotFound(_("There is nothing at this address."))
    session.delete(alias)
    session.flush()
    record(session, by, "remove alias", "institution", institution_id, alias=alias.words, **GONE)
    return alias.words
