"""What people say in the forums of editions under way, and in the communities of their courses."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from app.demo.accounts import PARTICIPANT, TUTOR, account_id
from app.demo.catalogue import course_id
from app.demo.courses import Plain, Texts, read_toml
from app.demo.rows import named
from app.demo.stage import Stage
from app.demo.texts import TEXTS
from app.models import (
    PARTICIPANTS,
    Activity,
    ActivityKind,
    ActivityText,
    Edition,
    Enrolment,
    FollowState,
    Forum,
    ForumFollow,
    ForumPost,
    ForumRead,
    ForumTopic,
    Module,
)


class PostText(Plain):
    by: str
    days: int  # ago
    text: str
    answer: bool = False
    quotes: int | None = None  # the number of another post


class TopicText(Plain):
    course: str
    title: str
    post: tuple[PostText, ...]
    pinned: bool = False


class ForumText(Plain):
    course: str
    title: Texts
    intro: Texts


class ForumTexts(Plain):
    forum: tuple[ForumText, ...]
    topic: tuple[TopicText, ...]
    community: tuple[TopicText, ...]


@cache
def forum_texts() -> ForumTexts:
    return read_toml(TEXTS / "forums.toml", ForumTexts, "forums.toml")


class Voices:
    """Who speaks: the people of a country take turns, in the order of their places."""

    def __init__(self, places: list[Enrolment]) -> None:
        self.of: dict[str, list[UUID]] = defaultdict(list)
        for place in sorted(places, key=lambda place: place.id):
            if place.account_id != account_id(PARTICIPANT.email):
                self.of[place.country].append(place.account_id)
        self.turns: dict[str, int] = defaultdict(int)

    def account(self, by: str) -> UUID:
        if by in {"tutor", "participant"}:
            return account_id(TUTOR.email if by == "tutor" else PARTICIPANT.email)
        people = self.of[by]
        self.turns[by] += 1
        return people[(self.turns[by] - 1) % len(people)]


def add_forum(stage: Stage, edition: Edition, course: str, position: int) -> None:
    """The forum of an edition in a module of its own, after all that is to be done."""
    text = next(one for one in forum_texts().forum if one.course == course)
    module = stage.rows.add(
        Module(
            id=named("module", edition.id, "forum"),
            edition_id=edition.id,
            position=position,
            title=text.title,
            summary=text.intro,
        )
    )
    activity = stage.rows.add(
        Activity(
            id=named("activity", module.id, "forum"),
            edition_id=edition.id,
            module_id=module.id,
            position=1,
            kind=ActivityKind.FORUM,
            title=text.title,
            counts=False,
        )
    )
    for language, body in text.intro.items():
        stage.rows.add(
            ActivityText(
                id=named("text", activity.id, language),
                activity_id=activity.id,
                language=language,
                body=body,
            )
        )
    forum = stage.rows.add(Forum(id=named("forum", activity.id), activity_id=activity.id))
    places = [place for place in stage.rows.of(Enrolment) if place.edition_id == edition.id]
    topics = [one for one in forum_texts().topic if one.course == course]
    _add_topics(stage, forum, topics, Voices(places))


def add_communities(stage: Stage) -> None:
    """Where those of all editions of a course meet, the ended ones too."""
    for course in dict.fromkeys(one.course for one in forum_texts().community):
        home = course_id(course)
        forum = stage.rows.add(Forum(id=named("community", course), course_id=home))
        places = [
            place
            for place in stage.rows.of(Enrolment)
            if place.course_id == home and place.status in PARTICIPANTS
        ]
        topics = [one for one in forum_texts().community if one.course == course]
        _add_topics(stage, forum, topics, Voices(places))


def _add_topics(stage: Stage, forum: Forum, texts: list[TopicText], voices: Voices) -> None:
    for number, text in enumerate(texts, 1):
        said = [(voices.account(post.by), _at(stage, post, n)) for n, post in enumerate(text.post)]
        topic = stage.rows.add(
            ForumTopic(
                id=named("topic", forum.id, number),
                forum_id=forum.id,
                author_id=said[0][0],
                title=text.title,
                posts=len(text.post),
                created_at=said[0][1],
                last_post_at=said[-1][1],
                pinned_at=said[0][1] if text.pinned else None,
            )
        )
        _add_posts(stage, topic, text, said)


def _at(stage: Stage, post: PostText, number: int) -> datetime:
    return stage.now - timedelta(days=post.days, hours=5 - min(number, 4))


def _add_posts(
    stage: Stage, topic: ForumTopic, text: TopicText, said: list[tuple[UUID, datetime]]
) -> None:
    for number, (post, (author, at)) in enumerate(zip(text.post, said, strict=True), 1):
        quoted = named("post", topic.id, post.quotes) if post.quotes else None
        stage.rows.add(
            ForumPost(
                id=named("post", topic.id, number),
                topic_id=topic.id,
                number=number,
                author_id=author,
                body=post.text.strip(),
                quotes_id=quoted,
                created_at=at,
                answers_since=at if post.answer else None,
            )
        )
    for author in dict.fromkeys(author for author, _at in said):
        _add_own(stage, topic, author, len(said))


def _add_own(stage: Stage, topic: ForumTopic, author: UUID, read: int) -> None:
    """Who wrote in a topic follows it, and has read what was there."""
    stage.rows.add(
        ForumFollow(
            id=named("follow", topic.id, author),
            account_id=author,
            forum_id=topic.forum_id,
            topic_id=topic.id,
            state=FollowState.FOLLOWED,
        )
    )
    stage.rows.add(
        ForumRead(
            id=named("read", topic.id, author), account_id=author, topic_id=topic.id, number=read
        )
    )
