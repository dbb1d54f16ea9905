"""The rules of inviting people: one link for one e-mail address, which works once.

The secret of a link is not kept anywhere: it is made from the invitation with our key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.core.settings import settings
from app.core.work import Work, later
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    Invitation,
    InvitationState,
    normalized_email,
)
from app.queries.work import MOST_TRIES
from app.services.audit import GONE, record
from app.services.enrolments import Ticket, enrol
from app.services.waiting_lists import lock

MOST_AT_ONCE = 200
LETTERS = 32
#: What can still be used or taken back.
STANDING = frozenset({InvitationState.QUEUED, InvitationState.SENT, InvitationState.FAILED})


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of a list of addresses."""

    new: int
    again: int  # invited before, and told once more
    there: int  # came in by their invitation already


def invite(
    session: Session,
    edition_id: UUID,
    emails: Iterable[str],
    *,
    language: str,
    by: UUID,
    now: datetime,
) -> Invited:
    """Invite each address; who was invited before gets a new link; the old one ends."""
    edition = lock(session, edition_id)
    if edition.policy is EnrolmentPolicy.CLOSED:
        raise RuleBroken(_("This edition is closed. Open it first, in the settings."))
    wanted = list(dict.fromkeys(normalized_email(email) for email in emails))
    if len(wanted) > MOST_AT_ONCE:
        raise RuleBroken(_("Invite at most %(most)s people at once.") % {"most": MOST_AT_ONCE})
    of = Invitation
    found = session.exec(select(of).where(of.edition_id == edition_id, col(of.email).in_(wanted)))
    known = {invitation.email: invitation for invitation in found}
    new = again = there = 0
    for email in wanted:
        invitation = known.get(email)
        if invitation is not None and invitation.state is InvitationState.ACCEPTED:
            there += 1
            continue
        was: dict[str, Any] = {
            "before": {"there": invitation is not None},
            "after": {"there": True},
        }
        if invitation is None:
            invitation = Invitation(
                edition_id=edition_id, email=email, invited_by_id=by, changed_at=now
            )
            new += 1
        else:
            invitation.generation += 1
            again += 1
        invitation.state, invitation.changed_at = InvitationState.QUEUED, now
        invitation.language = language
        invitation.tries, invitation.tried_at = 0, None
        session.add(invitation)
        session.flush()
        record(session, by, "invite", "invitation", invitation.id, edition=str(edition_id), **was)
        later(session, Work.SEND_INVITATION, invitation.id)
    return Invited(new, again, there)


def revoke_invitation(
    session: Session, edition_id: UUID, invitation_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Have the link open nothing any more. Twice is once."""
    lock(session, edition_id)
    invitation = session.get(Invitation, invitation_id, populate_existing=True)
    if invitation is None or invitation.edition_id != edition_id:
        raise NotFound(_("There is no such invitation."))
    if invitation.state is InvitationState.ACCEPTED:
        raise RuleBroken(_("This person has come in already."))
    if invitation.state is InvitationState.REVOKED:
        return
    invitation.state, invitation.changed_at = InvitationState.REVOKED, now
    session.add(invitation)
    session.flush()
    told: dict[str, Any] = {"edition": str(edition_id), **GONE}
    record(session, by, "revoke invitation", "invitation", invitation.id, **told)


def secret_of(invitation_id: UUID, generation: int) -> str:
    return token_hash(f"invitation {invitation_id} {generation}")[:LETTERS]


def link_of(invitation_id: UUID, generation: int) -> str:
    secret = secret_of(invitation_id, generation)
    return f"{settings().base_url}/invitations/{invitation_id}/{secret}"


def mail_number(invitation_id: UUID, generation: int) -> UUID:
    """By which mail programs know the mail: another for each link, else they hide the new one."""
    return uuid5(invitation_id, str(generation))


def invitation_by_link(session: Session, invitation_id: UUID, secret: str) -> Invitation:
    """The invitation that a link belongs to, if it still opens anything."""
    invitation = session.get(Invitation, invitation_id)
    if (
        invitation is None
        or not secret.isascii()
        or not compare_digest(secret_of(invitation.id, invitation.generation), secret)
    ):
        raise NotFound(_("This invitation is not known here. Its link may have lost some letters."))
    if invitation.state is InvitationState.REVOKED:
        raise NotFound(_("This invitation was taken back."))
    return invitation


def is_for(invitation: Invitation, account_email: str) -> bool:
    return invitation.email == normalized_email(account_email)


def accept_invitation(
    session: Session,
    invitation_id: UUID,
    secret: str,
    account: Account,
    *,
    language: str,
    on: date,
    now: datetime,
) -> Enrolment:
    """Come in by an invitation. It works once, for the person of its address."""
    invitation = invitation_by_link(session, invitation_id, secret)
    edition = lock(session, invitation.edition_id)
    session.refresh(invitation)
    if invitation.state is InvitationState.REVOKED:
        raise NotFound(_("This invitation was taken back."))
    if not is_for(invitation, account.email):
        raise RuleBroken(wrong_address())
    if invitation.state is InvitationState.ACCEPTED and invitation.accepted_by_id != account.id:
        raise RuleBroken(_("This invitation has been used."))
    enrolment = enrol(
        session, account, edition, language=language, on=on, now=now, ticket=Ticket(is_invited=True)
    )
    invitation.state, invitation.accepted_by_id = InvitationState.ACCEPTED, account.id
    invitation.changed_at = now
    session.add(invitation)
    session.flush()
    return enrolment


def wrong_address() -> str:
    return _(
        "This invitation was written to another e-mail address. Sign in with that one, "
        "or ask the coordinator for a new invitation."
    )


def invitation_to_send(session: Session, invitation_id: UUID) -> tuple[Invitation, Edition]:
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound(_("There is no such invitation."))
    return invitation, session.get_one(Edition, invitation.edition_id)


def record_invitation_sent(session: Session, invitation_id: UUID, *, now: datetime) -> None:
    invitation, _edition = invitation_to_send(session, invitation_id)
    if invitation.state is InvitationState.QUEUED:
        invitation.state, invitation.changed_at = InvitationState.SENT, now
        session.add(invitation)


def record_invitation_trouble(
    session: Session, invitation_id: UUID, *, hopeless: bool = False
) -> None:
    """Count a try that failed; after the last, or when another makes no sense, it is given up."""
    invitation, _edition = invitation_to_send(session, invitation_id)
    invitation.tries += 1
    is_over = hopeless or invitation.tries >= MOST_TRIES
    if is_over and invitation.state is InvitationState.QUEUED:
        invitation.state = InvitationState.FAILED
    session.add(invitation)


def take_back_from_mail(session: Session, number: UUID, email: str, *, now: datetime) -> bool:
    """Note that the mail with this number came back from there; whether it was an invitation's."""
    sent = session.exec(
        select(Invitation).where(
            Invitation.email == normalized_email(email), Invitation.state == InvitationState.SENT
        )
    )
    found = next((one for one in sent if mail_number(one.id, one.generation) == number), None)
    if found is None:
        return False
    found.state, found.changed_at = InvitationState.FAILED, now
    session.add(found)
    return True
