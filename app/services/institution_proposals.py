"""The rules of proposing an institution that is not in the list, or another name of one's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.text import folded
from app.models import (
    Account,
    AliasKind,
    Belonging,
    Institution,
    InstitutionProposal,
    ProposalKind,
    ProposalState,
)
from app.queries.institutions import InstitutionSeen, institutions
from app.services.audit import record
from app.services.institution_letters import (
    change_decided,
    proposal_accepted,
    proposal_declined,
)
from app.services.institution_merges import has_chosen
from app.services.institutions import (
    InstitutionTerms,
    add_alias,
    add_institution,
    change_institution,
    institution_to_change,
    one_at_a_time,
    trouble_with,
    trouble_with_alias,
)

#: So many of a focal point's proposals may wait at a time.
MOST_CHANGES = 5


@dataclass(frozen=True, slots=True)
class Proposed:
    """An institution as a person names it; the country is the person's."""

    name: str
    acronym: str = ""


def settle_institution(
    session: Session,
    account_id: UUID,
    proposed: Proposed | None,
    *,
    chosen_before: UUID | None = None,
) -> None:
    """Once a person has said where they work: keep what they propose, or forget what they did.

    ``chosen_before``: what the account said until now. An institution that was merged away while
    they were filling in the form is its successor.
    """
    account = session.get_one(Account, account_id, populate_existing=True)
    if account.institution_id != chosen_before:
        has_chosen(session, account_id, Belonging.WORKS_AT)
    if account.institution_id:
        account.institution_id = _present(session, account.institution_id)
        session.add(account)
        session.flush()
        proposed = None
    waiting = session.exec(
        select(InstitutionProposal).where(
            InstitutionProposal.account_id == account_id,
            InstitutionProposal.kind == ProposalKind.NEW,
            InstitutionProposal.state == ProposalState.WAITING,
        )
    ).one_or_none()
    if proposed is None:
        if waiting:
            session.delete(waiting)
        return
    proposal = waiting or InstitutionProposal(
        kind=ProposalKind.NEW, account_id=account_id, country="", name="", key=""
    )
    is_same = proposal.key == folded(proposed.name)
    proposal.country = account.country
    proposal.name, proposal.key = proposed.name, folded(proposed.name)
    proposal.acronym = proposed.acronym or (proposal.acronym if is_same else "")
    session.add(proposal)


def _present(session: Session, institution_id: UUID) -> UUID:
    """The institution, or the one that has taken its place; it cannot go while this is kept."""
    found = session.exec(
        select(Institution)
        .where(Institution.id == institution_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one()
    return _present(session, found.merged_into_id) if found.merged_into_id else found.id


def propose_change(
    session: Session, institution_id: UUID, words: str, *, as_alias: bool, by: UUID
) -> InstitutionProposal:
    """A focal point asks for another name of the own institution; a coordinator decides."""
    account = session.get_one(Account, by)
    if account.coordinates_id != institution_id:
        raise NotAllowed(_("You may propose names of your own institution only."))
    about = institution_to_change(session, institution_id)
    mine = session.exec(
        select(InstitutionProposal).where(
            InstitutionProposal.institution_id == institution_id,
            InstitutionProposal.kind == ProposalKind.CHANGE,
            InstitutionProposal.state == ProposalState.WAITING,
        )
    ).all()
    if any(one.key == folded(words) for one in mine):
        raise RuleBroken(_("This was proposed already, and waits for a coordinator."))
    if len(mine) >= MOST_CHANGES:
        raise RuleBroken(_("Some proposals are waiting. Wait until a coordinator has decided."))
    if sentence := _trouble_with_change(session, about, words, as_alias=as_alias):
        raise RuleBroken(sentence)
    proposal = InstitutionProposal(
        kind=ProposalKind.CHANGE,
        account_id=by,
        country=about.country,
        name=words,
        key=folded(words),
        institution_id=institution_id,
        as_alias=as_alias,
    )
    session.add(proposal)
    session.flush()
    return proposal


def _trouble_with_change(
    session: Session, about: Institution, words: str, *, as_alias: bool
) -> str:
    """Why the institution can't be called so, in a sentence. An alias can become the name."""
    if as_alias or folded(words) == folded(about.name):
        return trouble_with_alias(session, about.id, words)
    terms = InstitutionTerms(about.acronym, words, about.country)
    return trouble_with(session, terms, besides=about.id).get("name", "")


def accept_as_new(
    session: Session,
    proposal_id: UUID,
    terms: InstitutionTerms,
    *,
    by: UUID,
    now: datetime,
    sure: bool = False,
) -> int:
    """Put what was proposed into the list; returns how many people it is the institution of."""
    alike = _alike(session, proposal_id, ProposalKind.NEW)
    added = add_institution(session, terms, by=by, sure=sure)
    if not trouble_with_alias(session, added.id, alike[0].name):
        add_alias(session, added.id, alike[0].name, by=by)
    return _become(session, alike, added, by=by, now=now)


def accept_as_alias(
    session: Session, proposal_id: UUID, institution_id: UUID, *, by: UUID, now: datetime
) -> int:
    """What was proposed is an institution of the list under another name, which is kept."""
    alike = _alike(session, proposal_id, ProposalKind.NEW)
    meant = institution_to_change(session, institution_id)
    if meant.country != alike[0].country:
        raise RuleBroken(_("Choose an institution of the same country."))
    words = alike[0].name
    if folded(words) not in map(folded, _seen(session, meant).written):
        add_alias(session, meant.id, words, by=by)
    return _become(session, alike, meant, by=by, now=now)


def decline(
    session: Session, proposal_id: UUID, *, reason: str = "", by: UUID, now: datetime
) -> int:
    """Leave the list as it is; whoever proposed it is told. Returns how many people that is."""
    alike = _alike(session, proposal_id, None)
    for proposal in alike:
        account = session.get_one(Account, proposal.account_id)
        if proposal.kind is ProposalKind.CHANGE:
            _tell_of_change(session, account, proposal, accepted=False)
        else:
            proposal_declined(session, account, proposal.name, reason)
    _decided(session, alike, ProposalState.DECLINED, by=by, now=now)
    return len(alike)


def accept_change(session: Session, proposal_id: UUID, *, by: UUID, now: datetime) -> None:
    """Call an institution as its focal point proposed; its name until now still finds it."""
    alike = _alike(session, proposal_id, ProposalKind.CHANGE)
    proposal = alike[0]
    assert proposal.institution_id is not None  # noqa: S101 -- of what else would it be a change
    about = institution_to_change(session, proposal.institution_id)
    if proposal.as_alias:
        add_alias(session, about.id, proposal.name, by=by)
    else:
        former = about.name
        terms = InstitutionTerms(
            about.acronym, proposal.name, about.country, about.kind, about.needs_review
        )
        change_institution(session, about.id, terms, by=by)
        if not trouble_with_alias(session, about.id, former):
            add_alias(session, about.id, former, AliasKind.FORMER, by=by)
    for one in alike:
        account = session.get_one(Account, one.account_id)
        _tell_of_change(session, account, one, accepted=True)
    _decided(session, alike, ProposalState.ACCEPTED, by=by, now=now)


def _alike(
    session: Session, proposal_id: UUID, kind: ProposalKind | None
) -> list[InstitutionProposal]:
    """The proposal, first, and all that propose the same; held until this is kept."""
    one_at_a_time(session)
    first = session.get(InstitutionProposal, proposal_id, populate_existing=True)
    if first is None or first.state is not ProposalState.WAITING:
        raise Conflict(_("This was decided or taken back in the meantime."))
    if kind and first.kind is not kind:
        raise RuleBroken(_("This proposal asks for something else."))
    same = (
        InstitutionProposal.institution_id == first.institution_id
        if first.institution_id
        else col(InstitutionProposal.institution_id).is_(None)
    )
    found = session.exec(
        select(InstitutionProposal)
        .where(
            InstitutionProposal.kind == first.kind,
            InstitutionProposal.country == first.country,
            InstitutionProposal.key == first.key,
            InstitutionProposal.as_alias == first.as_alias,
            InstitutionProposal.state == ProposalState.WAITING,
            same,
        )
        .order_by(col(InstitutionProposal.id))
        .with_for_update()
    ).all()
    return [first, *(one for one in found if one.id != first.id)]


def _become(
    session: Session,
    alike: list[InstitutionProposal],
    institution: Institution,
    *,
    by: UUID,
    now: datetime,
) -> int:
    """The institution of everybody who proposed it, and who has not chosen another since."""
    told = 0
    for proposal in alike:
        account = session.get_one(
            Account, proposal.account_id, populate_existing=True, with_for_update=True
        )
        proposal.institution_id = institution.id
        if account.institution_id is None:
            account.institution_id = institution.id
            session.add(account)
            with speaking(account.language):
                label = _seen(session, institution).label
            proposal_accepted(session, account, proposal.name, label)
            told += 1
    _decided(session, alike, ProposalState.ACCEPTED, by=by, now=now)
    return told


def _decided(
    session: Session,
    alike: list[InstitutionProposal],
    state: ProposalState,
    *,
    by: UUID,
    now: datetime,
) -> None:
    for proposal in alike:
        proposal.state, proposal.decided_at, proposal.decided_by_id = state, now, by
        session.add(proposal)
    session.flush()
    first = alike[0]
    action = (
        "accept institution proposal"
        if state is ProposalState.ACCEPTED
        else "decline institution proposal"
    )
    thing = "institution" if first.institution_id else "institution proposal"
    subject = first.institution_id or first.id
    record(
        session,
        by,
        action,
        thing,
        subject,
        proposed=first.name,
        people=len(alike),
        before={"state": ProposalState.WAITING},
        after={"state": state},
    )


def _tell_of_change(
    session: Session, account: Account, proposal: InstitutionProposal, *, accepted: bool
) -> None:
    about = session.get_one(Institution, proposal.institution_id)
    with speaking(account.language):
        label = _seen(session, about).label
    change_decided(session, account, proposal.name, label, accepted=accepted)


def _seen(session: Session, institution: Institution) -> InstitutionSeen:
    (found,) = institutions(session, only=institution.id, merged=True)
    return found
