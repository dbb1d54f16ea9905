"""Sending invitations: to addresses that need not belong to an account yet."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from app.core import clock, smtp
from app.core.db import Texts, changing, reading
from app.core.logging import named
from app.core.settings import settings
from app.jobs.messages import as_mail
from app.models import Account, Course, Invitation, InvitationState, Message, MessageWording
from app.queries.wordings import wordings_of
from app.services.admission_messages import invitation_words
from app.services.invitations import (
    invitation_to_send,
    link_of,
    mail_number,
    record_invitation_sent,
    record_invitation_trouble,
)

log = structlog.get_logger()


def send_invitation(invitation_id: UUID) -> None:
    """Send one invitation, unless an earlier run did or it was taken back.

    Without a mail server it counts as sent: coordinators see its link and can send it themselves.
    """
    with reading() as session:
        invitation, edition = invitation_to_send(session, invitation_id)
        title = session.get_one(Course, edition.course_id).title
        own = wordings_of(session, "invitation")
    if invitation.state is not InvitationState.QUEUED:
        return
    server = settings().smtp_url.get_secret_value()
    if server:
        address = link_of(invitation.id, invitation.generation)
        letter, somebody = as_message(invitation, own, title, address)
        try:
            smtp.deliver(as_mail(letter, somebody), server)
        except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try: tries end
            verdict, _words = smtp.understood(error)
            with changing() as session:
                record_invitation_trouble(
                    session, invitation_id, hopeless=verdict is not smtp.Verdict.LATER
                )
            log.warning("invitation not delivered", row=str(invitation_id), error=named(error))
            return
    with changing() as session:
        record_invitation_sent(session, invitation_id, now=clock.now())
    log.info("invitation", row=str(invitation_id), sent=bool(server))


def as_message(
    invitation: Invitation, own: Mapping[str, MessageWording], title: Texts, address: str
) -> tuple[Message, Account]:
    """An invitation as if it were a message to an account; neither is kept."""
    subject, body = invitation_words(own, title, invitation.language, address)
    somebody = Account(email=invitation.email, name="", country="")
    letter = Message(
        id=mail_number(invitation.id, invitation.generation),
        account_id=somebody.id,
        kind="invitation",
        language=invitation.language,
        subject=subject,
        body=body,
        created_at=invitation.changed_at,
    )
    return letter, somebody
