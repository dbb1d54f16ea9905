"""Reading institutions: the one that somebody means, and how many people each has sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.i18n import country_name
from app.core.text import folded, one_line
from app.models import PARTICIPANTS, EnrolmentCount, Institution

ENOUGH_SUGGESTIONS = 5
#: How alike two words are, from 0 to 1, when one may be a slip of the other.
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class InstitutionSeen:
    id: UUID
    acronym: str
    name: str
    country: str

    @property
    def label(self) -> str:
        """As in `SENA, Colombia`: acronyms repeat, with their country they do not."""
        return f"{self.acronym}, {country_name(self.country)}"

    def is_about(self, words: str) -> bool:
        """Whether ``words`` (folded) stand in its acronym, its name or its label."""
        return words in folded(f"{self.label} {self.name}")


def institutions(
    session: Session, *, country: str = "", only: UUID | None = None
) -> list[InstitutionSeen]:
    """The network's institutions by acronym and country, in the order of the reader's language."""
    query = select(Institution.id, Institution.acronym, Institution.name, Institution.country)
    if country:
        query = query.where(Institution.country == country)
    if only:
        query = query.where(Institution.id == only)
    found = [InstitutionSeen(*row) for row in session.exec(query).all()]
    return sorted(found, key=lambda one: folded(one.label))


def about(words: str, among: Iterable[InstitutionSeen]) -> list[InstitutionSeen]:
    """Those of ``among`` that have ``words`` in their acronym, name or country."""
    wanted = folded(one_line(words))
    return [one for one in among if one.is_about(wanted)]


def meant_by(
    words: str, among: Iterable[InstitutionSeen], *, country: str = ""
) -> InstitutionSeen | None:
    """The one institution that ``words`` name: by label or name, or by its acronym.

    An acronym that two countries share names the one in ``country``.
    """
    wanted = folded(one_line(words))
    exact = [one for one in among if wanted in {folded(one.label), folded(one.name)}]
    by_acronym = [one for one in among if folded(one.acronym) == wanted]
    nearby = [one for one in by_acronym if one.country == country]
    for found in (exact, nearby, by_acronym):
        if len(found) == 1:
            return found[0]
    return None


def near_to(
    words: str, among: Iterable[InstitutionSeen], *, country: str = ""
) -> list[InstitutionSeen]:
    """What somebody may have meant by ``words``, the most likely first."""
    wanted = folded(one_line(words))
    likely = {one: _likeness(wanted, one) + 0.2 * (one.country == country) for one in among}
    ranked = sorted(likely, key=lambda one: -likely[one])
    return [one for one in ranked if likely[one] >= ALIKE][:ENOUGH_SUGGESTIONS]


def _likeness(wanted: str, one: InstitutionSeen) -> float:
    if one.is_about(wanted):
        return 1.0
    return max(
        SequenceMatcher(None, wanted, folded(written)).ratio()
        for written in (one.acronym, one.name, one.label)
    )


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
