"""Reading institutions: the one that somebody means, those like it, and how many each has sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.collation import sort_key
from app.core.i18n import country_name
from app.core.text import folded, one_line
from app.models import (
    PARTICIPANTS,
    EnrolmentCount,
    Institution,
    InstitutionAlias,
    InstitutionKind,
)

ENOUGH_SUGGESTIONS = 5
#: How alike two words are, from 0 to 1, when one may be a slip of the other.
ALIKE = 0.6
#: Being of the same country makes up for the rest.
LEAST_ALIKE = 0.5
#: How alike they are when both may name the same institution: ``SENA`` is not ``SENAI``.
ALMOST_THE_SAME = 0.84
#: Words that tell something: names share `of`, `the`, `de`, `la`.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class InstitutionSeen:
    id: UUID
    acronym: str
    name: str
    country: str
    kind: InstitutionKind = InstitutionKind.TRAINING
    is_example: bool = False
    needs_review: bool = False
    merged_into_id: UUID | None = None
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """As in `SENA, Colombia`: acronyms repeat, with their country they do not."""
        return f"{self.acronym}, {country_name(self.country)}"

    @property
    def written(self) -> tuple[str, ...]:
        """Every way of writing it."""
        return (self.acronym, self.name, *self.aliases)

    def is_about(self, words: str) -> bool:
        """Whether ``words`` (folded) stand in its acronym, names, aliases or label."""
        return words in folded(" ".join((self.label, self.name, *self.aliases)))

    def is_called(self, wanted: str) -> bool:
        """Whether ``wanted`` (folded) is one of its names, alone or with the country."""
        country = folded(country_name(self.country))
        return any(wanted in {plain, f"{plain}, {country}"} for plain in map(folded, self.written))


def institutions(
    session: Session, *, country: str = "", only: UUID | None = None, merged: bool = False
) -> list[InstitutionSeen]:
    """The network's institutions by acronym and country, in the order of the reader's language.

    ``merged``: with those that another one has taken the place of; no choice offers these.
    """
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Institution.id,
            Institution.acronym,
            Institution.name,
            Institution.country,
            Institution.kind,
            Institution.is_example,
            Institution.needs_review,
            Institution.merged_into_id,
            InstitutionAlias.words,
        )
        .join(
            InstitutionAlias,
            col(InstitutionAlias.institution_id) == col(Institution.id),
            isouter=True,
        )
        .order_by(col(InstitutionAlias.id))
    )
    if country:
        query = query.where(Institution.country == country)
    if only:
        query = query.where(Institution.id == only)
    if not merged:
        query = query.where(col(Institution.merged_into_id).is_(None))
    return sorted(_with_aliases(session.exec(query).all()), key=lambda one: sort_key(one.label))


def _with_aliases(rows: Iterable[tuple[Any, ...]]) -> Iterator[InstitutionSeen]:
    """One for each institution, of rows that have each at most one of its aliases."""
    found: dict[UUID, InstitutionSeen] = {}
    aliases: dict[UUID, list[str]] = {}
    for *facts, alias in rows:
        one = found.setdefault(facts[0], InstitutionSeen(*facts))
        if alias is not None:
            aliases.setdefault(one.id, []).append(alias)
    for one in found.values():
        yield replace(one, aliases=tuple(aliases.get(one.id, ())))


def about(words: str, among: Iterable[InstitutionSeen]) -> list[InstitutionSeen]:
    """Those of ``among`` that have ``words`` in their acronym, names, aliases or country."""
    wanted = folded(one_line(words))
    return [one for one in among if one.is_about(wanted)]


def meant_by(
    words: str, among: Iterable[InstitutionSeen], *, country: str = ""
) -> InstitutionSeen | None:
    """The one institution that ``words`` name: by label, name or alias, or by its acronym.

    What two countries share names the one in ``country``.
    """
    wanted = folded(one_line(words))
    called = [one for one in among if one.is_called(wanted)]
    labelled = [one for one in called if folded(one.label) == wanted]
    nearby = [one for one in called if one.country == country]
    for found in (labelled, nearby, called):
        if len(found) == 1:
            return found[0]
    return None


def near_to(
    words: str, among: Iterable[InstitutionSeen], *, country: str = ""
) -> list[InstitutionSeen]:
    """What somebody may have meant by ``words``, the most likely first."""
    wanted = folded(one_line(words))
    alike = {one: _likeness(wanted, one) for one in among}
    likely = {one: alike[one] + 0.2 * (one.country == country) for one in among}
    ranked = sorted(likely, key=lambda one: -likely[one])
    good = [one for one in ranked if likely[one] >= ALIKE and alike[one] >= LEAST_ALIKE]
    return good[:ENOUGH_SUGGESTIONS]


def _likeness(wanted: str, one: InstitutionSeen) -> float:
    if one.is_about(wanted):
        return 1.0
    matcher = SequenceMatcher(None, "", wanted)
    best = 0.0
    for written in (*one.written, one.label):
        matcher.set_seq1(folded(written))
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def same_as(
    acronym: str, name: str, among: Iterable[InstitutionSeen], *, country: str
) -> list[InstitutionSeen]:
    """Those of the country that may be the one called so, the most likely first.

    They are written almost the same, or one name has all the telling words of the other.
    """
    wanted = [folded(one_line(words)) for words in (acronym, name) if words.strip()]
    likely = {
        one: max(_sameness(words, folded(written)) for words in wanted for written in one.written)
        for one in among
        if one.country == country and wanted
    }
    ranked = sorted(likely, key=lambda one: -likely[one])
    return [one for one in ranked if likely[one] >= ALMOST_THE_SAME][:ENOUGH_SUGGESTIONS]


def _sameness(a: str, b: str) -> float:
    telling = [{word for word in words.split() if len(word) >= _TELLING} for words in (a, b)]
    few, many = sorted(telling, key=len)
    if len(few) > 1 and few <= many:
        return 0.9
    return SequenceMatcher(None, a, b).ratio()


def participants_by_institution(session: Session, *, only: UUID | None = None) -> dict[UUID, int]:
    """How many took part, by the institution they had on admission.

    Counted are enrolments: a person who took part in two editions counts twice.
    """
    query = (
        select(EnrolmentCount.institution_key, func.sum(EnrolmentCount.n))
        .where(col(EnrolmentCount.status).in_(PARTICIPANTS))
        .group_by(col(EnrolmentCount.institution_key))
    )
    if only:
        query = query.where(EnrolmentCount.institution_key == only)
    return {key: int(n) for key, n in session.exec(query).all()}
