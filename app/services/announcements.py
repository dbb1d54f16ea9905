"""The rules of announcements: written once, sent to each in their language, kept to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.db import Texts
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.core.text import one_line
from app.models import (
    Account,
    Announcement,
    Audience,
    Course,
    Edition,
    MessageKind,
    MessageWording,
    Team,
)
from app.queries.announcements import Target, recipients
from app.queries.live_sessions import Recipient
from app.queries.wordings import wordings_of
from app.services.audit import MADE, record
from app.services.letters import Letter
from app.services.notifications import write_to_many
from app.services.wordings import composed


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said, in one language or several. ``key`` is the same for a second click."""

    key: UUID
    target: Target
    title: Texts
    body: Texts


def announce(
    session: Session, edition_id: UUID, draft: Draft, *, by: UUID, now: datetime
) -> Announcement:
    """Send an announcement to everybody it is for. Sending the same one twice is harmless."""
    author = session.get_one(Account, by, with_for_update={"key_share": True})  # one click at once
    if (sent := session.get(Announcement, draft.key)) is not None:
        if sent.author_id != by or sent.edition_id != edition_id:
            raise Conflict(_("This announcement was sent already."))
        return sent
    edition = session.get_one(Edition, edition_id)
    course = session.get_one(Course, edition.course_id)
    _check(session, edition_id, draft)
    people = recipients(session, edition_id, draft.target, without=by)
    if not people:
        raise RuleBroken(nobody())
    announcement = _kept(edition_id, draft, by=by, now=now, people=len(people))
    session.add(announcement)
    session.flush()
    own = wordings_of(session, _Announced.name_for(draft.target))
    letter = _Announced(draft, author.name, course, edition, own)
    write_to_many(session, people, MessageKind.ANNOUNCEMENT, letter.to, now=now)
    record(
        session,
        by,
        "send announcement",
        "announcement",
        announcement.id,
        edition=str(edition_id),
        audience=draft.target.audience.value,
        recipients=len(people),
        **MADE,
    )
    return announcement


def nobody() -> str:
    return _("Nobody would get this. Choose other people.")


def _check(session: Session, edition_id: UUID, draft: Draft) -> None:
    if not choose(draft.title) or not choose(draft.body):
        raise RuleBroken(_("Write a title and a text."))
    if draft.target.audience is Audience.TEAM:
        team = session.get(Team, draft.target.team_id) if draft.target.team_id else None
        if team is None or team.edition_id != edition_id:
            raise RuleBroken(_("Choose a team of this edition."))


def _kept(edition_id: UUID, draft: Draft, *, by: UUID, now: datetime, people: int) -> Announcement:
    target = draft.target
    return Announcement(
        id=draft.key,
        created_at=now,
        edition_id=edition_id,
        author_id=by,
        audience=target.audience,
        team_id=target.team_id if target.audience is Audience.TEAM else None,
        country=target.country if target.audience is Audience.COUNTRY else "",
        institution_id=target.institution_id,
        title={language: one_line(title) for language, title in draft.title.items()},
        body=draft.body,
        recipients=people,
    )


@dataclass(frozen=True, slots=True)
class _Announced:
    """The announcement as the message to each of its readers."""

    draft: Draft
    author: str
    course: Course
    edition: Edition
    own: Mapping[str, MessageWording]

    @staticmethod
    def name_for(target: Target) -> str:
        """Applicants can open nothing but the door."""
        to_applicants = target.audience is Audience.APPLICANTS
        return "announcement to applicants" if to_applicants else "announcement"

    def to(self, person: Recipient) -> Letter:
        wanted = (person.language, *self.edition.languages)
        about = {
            "name": person.name,
            "author": one_line(self.author),
            "course": choose(self.course.title, *wanted),
            "title": choose(self.draft.title, *wanted),
            "message": choose(self.draft.body, *wanted),
            "address": self._address(),
        }
        own = self.own.get(person.language)
        return composed(self.name_for(self.draft.target), about, own)

    def _address(self) -> str:
        if self.draft.target.audience is Audience.APPLICANTS:
            return f"{settings().base_url}/courses/{self.course.slug}/{self.edition.slug}"
        return f"{settings().base_url}/editions/{self.edition.id}/announcements"
