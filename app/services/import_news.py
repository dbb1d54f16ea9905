"""Telling people that somebody put them into an edition, and how they get in."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from sqlmodel import Session

from app.core.db import Texts
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Account, EnrolmentStatus, Message, MessageWording
from app.queries.wordings import wordings_of
from app.services.notifications import Said, tell

type OwnWords = Mapping[str, Mapping[str, MessageWording]]


def enrolled(
    session: Session,
    account: Account,
    title: Texts,
    edition_id: UUID,
    status: EnrolmentStatus,
    *,
    is_new: bool,
    own: OwnWords,
) -> Message:
    """One message: what they are in the course now and, if we did not know them, how to get in."""
    has_place = status is EnrolmentStatus.ACTIVE
    base = settings().base_url
    about: dict[str, Said] = {"course": title, "standing": partial(_standing, status, title)}
    letter = letter_for(status, is_new=is_new)
    if is_new:
        about |= {"email": account.email, "address": f"{base}/sign-in"}
    else:
        about["address"] = f"{base}/editions/{edition_id}" if has_place else f"{base}/home"
    return tell(session, account, letter, about, own=own[letter])


def letter_for(status: EnrolmentStatus, *, is_new: bool) -> str:
    begun = "enrolled" if status is EnrolmentStatus.ACTIVE else "entered"
    return f"{begun} with an account" if is_new else begun


def own_words(session: Session) -> OwnWords:
    """An installation's words for all that is told here, read once for thousands."""
    told = [
        letter_for(status, is_new=is_new)
        for status in (EnrolmentStatus.ACTIVE, EnrolmentStatus.APPLIED)
        for is_new in (True, False)
    ]
    return {letter: wordings_of(session, letter) for letter in told}


def _standing(status: EnrolmentStatus, title: Texts) -> str:
    course = {"course": choose(title)}
    if status is EnrolmentStatus.WAITLISTED:
        return _("A coordinator put you on the waiting list for the course “%(course)s”.") % course
    return _("A coordinator entered your application for the course “%(course)s”.") % course
