"""What comes back: an address that takes no messages is marked, until somebody says it works."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.bounces import Report
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.mails import ascii_domain
from app.models import Account, Message
from app.services.audit import GONE, record
from app.services.invitations import take_back_from_mail
from app.services.message_choices import address_bounces, address_works


def take_reports(session: Session, reports: Iterable[Report], *, now: datetime) -> int:
    """Mark the addresses that failed for good; say how many were newly marked.

    Anybody may write to the address that reports go to. So a report counts only if it brings back
    the number of a message of ours, and names the address that message went to.
    """
    marked = 0
    for report in reports:
        if report.message is None:
            continue
        message = session.get(Message, report.message)
        account = session.get(Account, message.account_id) if message else None
        if message is None and report.is_final:
            marked += take_back_from_mail(session, report.message, report.recipient, now=now)
        if account is None or not report.is_final or account.email_bounced_at:
            continue
        if report.recipient not in {account.email.lower(), ascii_domain(account.email).lower()}:
            continue
        address_bounces(session, account.id, report.reason, now=now)
        session.refresh(account)
        marked += 1
    return marked


def clear(session: Session, account_id: UUID, *, by: UUID, only: UUID | None) -> None:
    """Have messages sent to an address again. ``only``: the institution whose people one sees."""
    account = session.get(Account, account_id)
    if account is None or (only and account.institution_id != only):
        raise NotFound(_("There is nothing at this address."))
    if account.email_bounced_at:
        address_works(session, account_id)
        record(session, by, "clear bounce", "account", account_id, **GONE)
