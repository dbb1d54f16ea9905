"""Telling people what was decided about them in an edition, each in their language."""

from collections.abc import Callable

from sqlmodel import Session

from app.core.db import Texts
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Account, EnrolmentStatus, Message, Reason
from app.services.notifications import News, tell


def reason_words(reason: Reason) -> str:
    """A reason as a sentence, to the person it is about and to those who choose it."""
    return {
        Reason.NO_PLACES: _("All places are taken."),
        Reason.OTHER_PROFILE: _("The course is meant for people with other tasks."),
        Reason.INCOMPLETE: _("The application is not complete."),
        Reason.BALANCE: _("The places are shared among countries and institutions."),
        Reason.TOO_LATE: _("The application came too late."),
        Reason.ASKED_TO_LEAVE: _("The person asked to leave."),
        Reason.NEVER_TOOK_PART: _("The person never took part."),
        Reason.INSTITUTION_ASKED: _("The institution asked for it."),
        Reason.BY_MISTAKE: _("The place was given by mistake."),
        Reason.OTHER: _("Another reason"),
    }[reason]


def reasons_given(reason: Reason | None, words: str) -> list[str]:
    """The reason and the own words, as far as there are any."""
    said = [reason_words(reason)] if reason and reason is not Reason.OTHER else []
    return [*said, *([words] if words else [])]


def declined(
    session: Session,
    account: Account,
    title: Texts,
    reason: Reason | None = None,
    words: str = "",
) -> Message:
    about: News = {
        "course": title,
        "because": said_why(reason, words),
        "address": settings().base_url,
    }
    return tell(session, account, "application declined", about)


def withdrawn(
    session: Session,
    account: Account,
    title: Texts,
    reason: Reason | None = None,
    words: str = "",
) -> Message:
    about: News = {"course": title, "because": said_why(reason, words)}
    return tell(session, account, "place taken away", about)


def taken_back(
    session: Session, account: Account, title: Texts, standing: EnrolmentStatus
) -> Message:
    """A decision of which the person was told no longer holds; ``standing`` does again."""
    about: News = {"course": title, "standing": _AGAIN[standing]}
    return tell(session, account, "decision taken back", about)


_AGAIN: dict[EnrolmentStatus, Callable[[], str]] = {
    EnrolmentStatus.APPLIED: lambda: _("Your application is looked at again."),
    EnrolmentStatus.WAITLISTED: lambda: _("You are on the waiting list again."),
    EnrolmentStatus.ACTIVE: lambda: _("You have your place, as before."),
    EnrolmentStatus.COMPLETED: lambda: _("You have your place, as before."),
    EnrolmentStatus.WITHDRAWN: lambda: _("You do not take part in it, as before."),
    EnrolmentStatus.REJECTED: lambda: _("You do not take part in it, as before."),
}


def said_why(reason: Reason | None, words: str) -> Callable[[], str]:
    """A sentence with the reason, if there is one; said in the language that holds by then."""

    def why() -> str:
        said = " ".join(reasons_given(reason, words))
        return _("The reason given is: %(reason)s") % {"reason": said} if said else ""

    return why
