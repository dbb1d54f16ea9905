"""What people are told of their way into an edition; each message in its reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from app.core.db import Texts
from app.core.i18n import choose, speaking
from app.core.settings import settings
from app.core.text import one_line
from app.models import Account, Course, Edition, Message, MessageWording
from app.services.notifications import LONGEST_SUBJECT, News, body_of, tell
from app.services.wordings import composed


def place_address(course: Course, edition: Edition) -> str:
    """The page on which a person sees how they stand in an edition, and decides."""
    return f"{settings().base_url}/courses/{course.slug}/{edition.slug}/place"


def seat_offered(
    session: Session, account: Account, course: Course, edition: Edition, *, ends_at: datetime
) -> Message:
    address = place_address(course, edition)
    about: News = {"course": course.title, "until": ends_at, "address": address}
    return tell(session, account, "seat offered", about)


def offer_lapsed(session: Session, account: Account, course: Course, edition: Edition) -> Message:
    about: News = {"course": course.title, "address": place_address(course, edition)}
    return tell(session, account, "offer lapsed", about)


def application_received(
    session: Session, account: Account, course: Course, edition: Edition
) -> Message:
    about: News = {"course": course.title, "address": place_address(course, edition)}
    return tell(session, account, "application received", about)


def in_line(
    session: Session,
    account: Account,
    course: Course,
    edition: Edition,
    *,
    position: int,
    letter: Literal["put in line", "put on the waiting list"],
) -> Message:
    """Somebody's number in line: they came while all places were taken, or were put there."""
    address = place_address(course, edition)
    about: News = {"course": course.title, "position": str(position), "address": address}
    return tell(session, account, letter, about)


def nominated(session: Session, account: Account, course: Course, edition: Edition) -> Message:
    about: News = {"course": course.title, "address": place_address(course, edition)}
    return tell(session, account, "nominated", about)


def invitation_words(
    own: Mapping[str, MessageWording], title: Texts, language: str, address: str
) -> tuple[str, str]:
    """Subject and text of an invitation, in its language; ``own`` are an installation's words."""
    with speaking(language):
        about = {"course": choose(title, language), "address": address}
        subject, paragraphs = composed("invitation", about, own.get(language))
        return one_line(subject)[:LONGEST_SUBJECT], body_of("", paragraphs)
