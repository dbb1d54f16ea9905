"""Telling people of what is written in forums: those who follow, and whom it concerns."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.i18n import gettext as _
from app.core.markdown import to_text
from app.core.settings import settings
from app.core.text import one_line
from app.models import (
    Account,
    Activity,
    Course,
    Edition,
    Forum,
    ForumPost,
    ForumTopic,
    Message,
    MessageKind,
    MessageStatus,
    Withheld,
)
from app.queries.forum_readers import Where, followers, reader_of, still_reads
from app.queries.forums import PAGE
from app.services.notifications import News, Once, Said, tell, tell_many

#: How much of a post a letter shows.
MOST_LETTERS = 400
OF_USE = timedelta(days=14)
OCCASION = "forum post"
#: Letters that hold as long as their reader may read what they tell of.
OF_FORUMS = (MessageKind.FORUM_TOPIC, MessageKind.FORUM_REPLY, MessageKind.FORUM_ANSWERED)


@dataclass(frozen=True, slots=True)
class Scene:
    """A forum as its letters speak of it."""

    forum: Forum
    name: Said
    course: Texts
    edition_id: UUID | None
    course_id: UUID | None
    address: str

    def where(self, team_id: UUID | None) -> Where:
        return Where(edition_id=self.edition_id, course_id=self.course_id, team_id=team_id)


def scene_of(session: Session, forum_id: UUID) -> Scene:
    forum = session.get_one(Forum, forum_id)
    base = settings().base_url
    if forum.activity_id is None:
        course = session.get_one(Course, forum.course_id)
        address = f"{base}/courses/{course.slug}/community"
        return Scene(forum, _community, course.title, None, course.id, address)
    activity = session.get_one(Activity, forum.activity_id)
    edition = session.get_one(Edition, activity.edition_id)
    course = session.get_one(Course, edition.course_id)
    address = f"{base}/editions/{edition.id}/activities/{activity.id}"
    return Scene(forum, activity.title, course.title, edition.id, None, address)


def _community() -> str:
    return _("Community")


def _about(scene: Scene, topic: ForumTopic, post: ForumPost, author: str) -> dict[str, Said]:
    page = -(-post.number // PAGE)
    words = to_text(post.body)
    return {
        "author": one_line(author),
        "forum": scene.name,
        "course": scene.course,
        "title": topic.title,
        "passage": words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]} …",
        "address": f"{scene.address}/topics/{topic.id}?page={page}#post-{post.number}",
    }


def tell_of_post(
    session: Session, topic: ForumTopic, post: ForumPost, *, is_new: bool, now: datetime
) -> int:
    """Write to those who follow the topic or the forum; say to how many."""
    scene = scene_of(session, topic.forum_id)
    people = followers(
        session,
        scene.where(topic.team_id),
        forum_id=topic.forum_id,
        topic_id=topic.id,
        is_new=is_new,
        without=post.author_id,
    )
    if not people:
        return 0
    author = session.get_one(Account, post.author_id)
    letter = "forum topic" if is_new else "forum reply"
    once = Once(f"{OCCASION} {post.id}", now + OF_USE)
    about = _about(scene, topic, post, author.name)
    return tell_many(session, people, letter, about, now=now, once=once)


def tell_of_answer(session: Session, topic: ForumTopic, post: ForumPost, *, now: datetime) -> int:
    """Write to who began the topic that it has an answer, unless they gave it."""
    if topic.author_id == post.author_id:
        return 0
    scene = scene_of(session, topic.forum_id)
    asker = reader_of(session, scene.where(topic.team_id), topic.author_id)
    if asker is None:
        return 0
    author = session.get_one(Account, post.author_id)
    once = Once(f"forum answer {post.id}", now + OF_USE)
    session.execute(  # marked, taken back and marked again: told once more, and not twice at once
        update(Message).where(col(Message.occasion) == once.occasion).values(occasion=None)
    )
    about = _about(scene, topic, post, author.name)
    return tell_many(session, [asker], "forum answered", about, now=now, once=once)


def tell_of_hiding(session: Session, topic: ForumTopic, post: ForumPost) -> None:
    scene = scene_of(session, topic.forum_id)
    author = session.get_one(Account, post.author_id)
    about: News = {
        "title": topic.title,
        "forum": scene.name,
        "course": scene.course,
        "reason": post.hidden_because,
        "address": scene.address,
    }
    tell(session, author, "forum hidden", about)


def call_letters_off(session: Session, post_id: UUID) -> None:
    """A post is not to be read any more: letters of it that have not left stay here."""
    occasions = [f"{OCCASION} {post_id}", f"forum answer {post_id}"]
    session.execute(
        update(Message)
        .where(
            col(Message.occasion).in_(occasions),
            col(Message.status).in_([MessageStatus.QUEUED, MessageStatus.WAITING]),
        )
        .values(status=MessageStatus.WITHHELD, trouble=Withheld.OVERTAKEN.value)
    )


def letter_holds(session: Session, account_id: UUID, occasion: str) -> bool:
    """Whether what a letter tells of is still there for its reader."""
    return still_reads(session, account_id, UUID(occasion.rpartition(" ")[2]))
