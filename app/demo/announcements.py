"""What tutors announced in the editions that are under way."""

from datetime import timedelta
from functools import cache
from uuid import UUID

from app.demo.courses import Plain, Texts, read_toml
from app.demo.rows import named
from app.demo.stage import Stage
from app.demo.texts import TEXTS
from app.models import Announcement, Audience, Edition, EditionStaff, Enrolment


class AnnouncementText(Plain):
    course: str
    days: int  # ago
    audience: Audience
    country: str = ""
    title: Texts
    body: Texts


class AnnouncementTexts(Plain):
    announcement: tuple[AnnouncementText, ...]


@cache
def announcement_texts() -> tuple[AnnouncementText, ...]:
    name = "announcements.toml"
    return read_toml(TEXTS / name, AnnouncementTexts, name).announcement


def add_announcements(stage: Stage, edition: Edition, course: str, author: UUID) -> None:
    """They were read long ago, so nobody is written to."""
    for text in announcement_texts():
        if text.course != course:
            continue
        stage.rows.add(
            Announcement(
                id=named("announcement", course, text.days),
                created_at=stage.now - timedelta(days=text.days, hours=3),
                edition_id=edition.id,
                author_id=author,
                audience=text.audience,
                country=text.country,
                title=text.title,
                body={language: body.strip() for language, body in text.body.items()},
                recipients=_reached(stage, edition, text),
            )
        )


def _reached(stage: Stage, edition: Edition, text: AnnouncementText) -> int:
    places = [place for place in stage.rows.of(Enrolment) if place.edition_id == edition.id]
    people = sum(not text.country or place.country == text.country for place in places)
    if text.audience is Audience.EVERYBODY:
        staff = [one for one in stage.rows.of(EditionStaff) if one.edition_id == edition.id]
        people += len(staff) - 1  # its author
    return people
