"""Telling people that somebody put them into an edition, and how they get in."""

from uuid import UUID

from sqlmodel import Session

from app.core.db import Texts
from app.core.i18n import choose, speaking
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Account, EnrolmentStatus, Message
from app.services.notifications import write


def enrolled(
    session: Session,
    account: Account,
    title: Texts,
    edition_id: UUID,
    status: EnrolmentStatus,
    *,
    is_new: bool,
) -> Message:
    """One message: what they are in the course now and, if we did not know them, how to get in."""
    with speaking(account.language):
        course = choose(title, account.language)
        return write(
            session,
            account,
            "enrolled by a coordinator",
            _("Your place in “%(course)s”") % {"course": course}
            if status is EnrolmentStatus.ACTIVE
            else _("Your application for “%(course)s”") % {"course": course},
            _standing(status) % {"course": course},
            *(_how_to_get_in(account) if is_new else [_where(status, edition_id)]),
        )


def _standing(status: EnrolmentStatus) -> str:
    if status is EnrolmentStatus.ACTIVE:
        return _("A coordinator gave you a place in the course “%(course)s”.")
    if status is EnrolmentStatus.WAITLISTED:
        return _("A coordinator put you on the waiting list for the course “%(course)s”.")
    return _("A coordinator entered your application for the course “%(course)s”.")


def _how_to_get_in(account: Account) -> list[str]:
    return [
        _("You have an account now, with this e-mail address: %(email)s. It has no password yet.")
        % {"email": account.email},
        _("Open %(address)s, write the address there and ask for a new password or a link.")
        % {"address": f"{settings().base_url}/sign-in"},
        _("If you do not want this, you need do nothing."),
    ]


def _where(status: EnrolmentStatus, edition_id: UUID) -> str:
    if status is EnrolmentStatus.ACTIVE:
        return _("Begin here: %(address)s") % {
            "address": f"{settings().base_url}/editions/{edition_id}"
        }
    return _("Your courses are here: %(address)s") % {"address": f"{settings().base_url}/home"}
