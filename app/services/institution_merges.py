"""The rules of merging two entries of the list that are one institution, and of taking it back.

People and names move to the one that stays. Enrolments keep pointing at the one that goes: what was
counted under its name is counted so for ever. Its row stays, and points to its successor.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Uuid, delete, insert, literal, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.core.db import stored_as_text
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.text import folded
from app.models import (
    Account,
    AliasKind,
    Belonging,
    Institution,
    InstitutionAlias,
    InstitutionMerge,
    InstitutionMove,
    InstitutionProposal,
    ProposalState,
)
from app.queries.institutions import institutions
from app.services.audit import GONE, MADE, record
from app.services.institutions import (
    InstitutionTerms,
    institution_to_change,
    new_alias,
    one_at_a_time,
    trouble_with,
)

_COLUMNS: dict[Belonging, Any] = {
    Belonging.WORKS_AT: col(Account.institution_id),
    Belonging.COORDINATES: col(Account.coordinates_id),
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge, or its undoing, moved."""

    merge_id: UUID
    gone_id: UUID
    people: int
    focal_points: int


def merge(session: Session, gone_id: UUID, stays_id: UUID, *, by: UUID) -> Merged:
    """Have ``stays_id`` take the place of ``gone_id``."""
    if gone_id == stays_id:
        raise RuleBroken(_("Choose another institution: one cannot be merged into itself."))
    gone = institution_to_change(session, gone_id)
    stays = institution_to_change(session, stays_id)
    if gone.country != stays.country:
        raise RuleBroken(
            _("Only institutions of one country can be merged. Correct the country first.")
        )
    gone.merged_into_id = stays.id  # first: whoever joins it meanwhile waits, and sees this
    gone.needs_review = False
    event = InstitutionMerge(gone_id=gone.id, stays_id=stays.id, by_id=by)
    session.add_all([gone, event])
    session.flush()
    moved = {belonging: _move(session, event, belonging) for belonging in Belonging}
    event.aliases_moved = _move_aliases(session, event)
    event.aliases_made = _make_aliases(session, gone, stays)
    event.proposals_moved = _move_proposals(session, event)
    session.add(event)
    session.flush()
    people, focal = moved[Belonging.WORKS_AT], moved[Belonging.COORDINATES]
    numbers: dict[str, Any] = {"people": people, "focal_points": focal}
    gone_told, stays_told = GONE | numbers, MADE | numbers
    into, taken_in = str(stays.id), gone.acronym
    record(session, by, "merge institution", "institution", gone.id, into=into, **gone_told)
    record(
        session, by, "take in institution", "institution", stays.id, taken_in=taken_in, **stays_told
    )
    return Merged(event.id, event.gone_id, people, focal)


def _move(session: Session, event: InstitutionMerge, belonging: Belonging) -> int:
    """Move the accounts, and note which: the undoing moves exactly these."""
    column = _COLUMNS[belonging]
    session.execute(
        insert(InstitutionMove).from_select(
            ["merge_id", "account_id", "belonging"],
            select_columns(
                literal(event.id, Uuid()),
                col(Account.id),
                literal(belonging, stored_as_text(Belonging)),
            ).where(column == event.gone_id),
        )
    )
    moved = session.execute(
        update(Account)
        .where(column == event.gone_id)
        .values({column.key: event.stays_id})
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", moved).rowcount


def _move_aliases(session: Session, event: InstitutionMerge) -> list[str]:
    mine = select(InstitutionAlias).where(InstitutionAlias.institution_id == event.gone_id)
    aliases = session.exec(mine).all()
    for alias in aliases:
        alias.institution_id = event.stays_id
        session.add(alias)
    session.flush()
    return [str(alias.id) for alias in aliases]


def _make_aliases(session: Session, gone: Institution, stays: Institution) -> list[str]:
    """The acronym and the name of the one that goes find the one that stays."""
    known = institutions(session, country=stays.country)
    taken = {folded(words) for one in known for words in one.written}
    made = []
    for words in (gone.acronym, gone.name):
        if folded(words) not in taken:
            taken.add(folded(words))
            made.append(new_alias(stays, words, AliasKind.SPELLING))
    session.add_all(made)
    session.flush()
    return [str(alias.id) for alias in made]


def _move_proposals(session: Session, event: InstitutionMerge) -> list[str]:
    waiting = session.exec(
        select(InstitutionProposal).where(
            InstitutionProposal.institution_id == event.gone_id,
            InstitutionProposal.state == ProposalState.WAITING,
        )
    ).all()
    for proposal in waiting:
        proposal.institution_id = event.stays_id
        session.add(proposal)
    session.flush()
    return [str(proposal.id) for proposal in waiting]


def undo_merge(session: Session, merge_id: UUID, *, by: UUID, now: datetime) -> Merged:
    """Give an institution back its place, its names, and the people who have not chosen since."""
    one_at_a_time(session)
    event = session.get(InstitutionMerge, merge_id, populate_existing=True)
    if event is None:
        raise NotFound(_("There is nothing at this address."))
    if event.undone_at:
        raise Conflict(_("This merge was undone already."))
    gone = session.get_one(Institution, event.gone_id, populate_existing=True)
    stays = session.get_one(Institution, event.stays_id, populate_existing=True)
    if stays.merged_into_id:
        raise RuleBroken(
            _("%(institution)s was merged itself since. Undo that merge first.")
            % {"institution": stays.acronym}
        )
    _give_names_back(session, event)
    terms = InstitutionTerms(gone.acronym, gone.name, gone.country)
    for sentence in trouble_with(session, terms, besides=gone.id).values():
        raise RuleBroken(sentence)
    gone.merged_into_id = None
    event.undone_at, event.undone_by_id = now, by
    session.add_all([gone, event])
    session.flush()
    people = _give_back(session, event, Belonging.WORKS_AT)
    focal = _give_back(session, event, Belonging.COORDINATES)
    _give_proposals_back(session, event)
    numbers: dict[str, Any] = {"people": people, "focal_points": focal}
    gone_told, stays_told = MADE | numbers, GONE | numbers
    out_of, given_back = str(stays.id), gone.acronym
    record(session, by, "undo merge", "institution", gone.id, out_of=out_of, **gone_told)
    record(session, by, "undo merge", "institution", stays.id, given_back=given_back, **stays_told)
    return Merged(event.id, event.gone_id, people, focal)


def _give_names_back(session: Session, event: InstitutionMerge) -> None:
    """Aliases that were removed or went elsewhere since stay as they are."""
    for alias_id in event.aliases_made:
        alias = session.get(InstitutionAlias, UUID(alias_id), populate_existing=True)
        if alias and alias.institution_id == event.stays_id:
            session.delete(alias)
    for alias_id in event.aliases_moved:
        alias = session.get(InstitutionAlias, UUID(alias_id), populate_existing=True)
        if alias and alias.institution_id == event.stays_id:
            alias.institution_id = event.gone_id
            session.add(alias)
    session.flush()


def _give_back(session: Session, event: InstitutionMerge, belonging: Belonging) -> int:
    column = _COLUMNS[belonging]
    moved = select_columns(col(InstitutionMove.account_id)).where(
        col(InstitutionMove.merge_id) == event.id, col(InstitutionMove.belonging) == belonging
    )
    given = session.execute(
        update(Account)
        .where(col(Account.id).in_(moved), column == event.stays_id)
        .values({column.key: event.gone_id})
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(InstitutionMove)
        .where(
            col(InstitutionMove.merge_id) == event.id,
            col(InstitutionMove.belonging) == belonging,
        )
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", given).rowcount


def _give_proposals_back(session: Session, event: InstitutionMerge) -> None:
    for proposal_id in event.proposals_moved:
        proposal = session.get(InstitutionProposal, UUID(proposal_id), populate_existing=True)
        is_there = proposal is not None and proposal.institution_id == event.stays_id
        if proposal and is_there and proposal.state is ProposalState.WAITING:
            proposal.institution_id = event.gone_id
            session.add(proposal)


def has_chosen(session: Session, account_id: UUID, belonging: Belonging) -> None:
    """Somebody chose anew where an account belongs: no undoing takes that back."""
    session.execute(
        delete(InstitutionMove)
        .where(
            col(InstitutionMove.account_id) == account_id,
            col(InstitutionMove.belonging) == belonging,
        )
        .execution_options(synchronize_session=False)
    )
