"""The rules of opening an account by another house's word: only its owner lets it do so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.openid import Told
from app.core.settings import settings
from app.models import Account, LinkedIdentity, normalized_email
from app.queries.linked_identities import known_by
from app.services.notifications import tell


@dataclass(frozen=True, slots=True)
class Said:
    """A provider by the name that people know it by, and what it says of somebody."""

    provider: str
    told: Told


def link(session: Session, account: Account, said: Said, *, now: datetime) -> None:
    """Let the provider's word open ``account``, and tell its owner.

    The provider must have made sure that the account's own address is the person's; so it is
    confirmed with us as well. Linking what is linked changes nothing.
    """
    told = said.told
    if not told.is_verified or normalized_email(told.email) != account.email:
        raise RuleBroken(
            _("%(provider)s does not confirm that %(email)s is your address.")
            % {"provider": said.provider, "email": account.email}
        )
    known = known_by(session, told.issuer, told.subject)
    if known and known.account_id == account.id:
        return
    if known:
        raise _opens_another(said)
    session.add(LinkedIdentity(account_id=account.id, issuer=told.issuer, subject=told.subject))
    try:
        session.flush()
    except IntegrityError as error:
        raise _opens_another(said) from error
    if account.email_confirmed_at is None:
        account.email_confirmed_at = now
        session.add(account)
    _tell(session, account, said.provider)


def _opens_another(said: Said) -> Conflict:
    return Conflict(
        _("This account of %(provider)s opens another account here.") % {"provider": said.provider}
    )


def _tell(session: Session, account: Account, provider: str) -> None:
    about = {"provider": provider, "address": f"{settings().base_url}/account#providers"}
    tell(session, account, "provider linked", about)


def unlink(session: Session, account_id: UUID, identity_id: UUID) -> None:
    """Take a provider's word no more. The password and links by e-mail still open the account."""
    gone = session.execute(
        delete(LinkedIdentity).where(
            col(LinkedIdentity.id) == identity_id, col(LinkedIdentity.account_id) == account_id
        )
    )
    if not gone.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        raise NotFound(_("This provider is not linked with your account any more."))
