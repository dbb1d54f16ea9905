"""What people are told of their way into an edition; each message in its reader's language."""

from datetime import datetime

from sqlmodel import Session

from app.core.formats import living_in, moment
from app.core.i18n import choose, speaking
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Account, Course, Edition, Message
from app.services.notifications import write


def place_address(course: Course, edition: Edition) -> str:
    """The page on which a person sees how they stand in an edition, and decides."""
    return f"{settings().base_url}/courses/{course.slug}/{edition.slug}/place"


def seat_offered(
    session: Session, account: Account, course: Course, edition: Edition, *, ends_at: datetime
) -> Message:
    with speaking(account.language), living_in(account.timezone):
        said = {"course": choose(course.title, account.language), "until": moment(ends_at)}
        return write(
            session,
            account,
            "seat offered",
            _("A place is free for you in “%(course)s”") % said,
            _("A place in the course “%(course)s” is free, and it is yours if you want it.") % said,
            _("Say by %(until)s whether you take it. After that it goes to the next in line.")
            % said,
            _("Answer here: %(address)s") % {"address": place_address(course, edition)},
        )


def offer_lapsed(session: Session, account: Account, course: Course, edition: Edition) -> Message:
    with speaking(account.language):
        said = {"course": choose(course.title, account.language)}
        return write(
            session,
            account,
            "offer lapsed",
            _("Your place in “%(course)s” went to the next in line") % said,
            _("We had no answer from you, so the place went to the next in line.") % said,
            _("While enrolment is open you can stand in line again: %(address)s")
            % {"address": place_address(course, edition)},
        )


def put_in_line(
    session: Session, account: Account, course: Course, edition: Edition, *, position: int
) -> Message:
    with speaking(account.language):
        said = {"course": choose(course.title, account.language), "position": position}
        return write(
            session,
            account,
            "put in line",
            _("You are on the waiting list of “%(course)s”") % said,
            _("All places are taken. You are number %(position)s in line.") % said,
            _("When a place is freed for you, we write to you. See how you stand: %(address)s")
            % {"address": place_address(course, edition)},
        )


def nominated(session: Session, account: Account, course: Course, edition: Edition) -> Message:
    with speaking(account.language):
        said = {"course": choose(course.title, account.language)}
        return write(
            session,
            account,
            "nominated",
            _("Your institution named you for “%(course)s”") % said,
            _("Your institution would like you to take the course “%(course)s”.") % said,
            _("A coordinator decides. If you do not want to take part, say so here: %(address)s")
            % {"address": place_address(course, edition)},
        )


def invitation_words(title: dict[str, str], address: str) -> tuple[str, str]:
    """Subject and text of an invitation, in the language that is spoken now."""
    said = {"course": choose(title), "address": address}
    paragraphs = [
        _("Hello,"),
        _("You are invited to the course “%(course)s”.") % said,
        _("Come in here: %(address)s") % said,
        _("The link is for you alone and works once. If you have no account yet, make one first.")
        + " "
        + _("Use this e-mail address for it."),
        _("Taller, the learning workshop of the network") + f"\n{settings().base_url}",
    ]
    return _("You are invited to “%(course)s”") % said, "\n\n".join(paragraphs)
