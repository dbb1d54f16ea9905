"""Writing in forums: topics, answers and edits, and what each person keeps to themselves there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, TooMany
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.text import one_line
from app.core.work import Work, later
from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    Completion,
    Enrolment,
    FollowState,
    Forum,
    ForumAttachment,
    ForumDraft,
    ForumFollow,
    ForumPost,
    ForumPostVersion,
    ForumRead,
    ForumTopic,
    Team,
)
from app.queries.forums import Reader, readable
from app.services.attachments import Attached, keep_attached
from app.services.audit import record
from app.services.forum_letters import tell_of_post
from app.services.progress import record_fulfilled

MOST_LETTERS = 20_000
MOST_LETTERS_OF_TITLE = 150
#: So many posts within the time are a lively talk; more are a flood.
MOST_POSTS, FLOOD = 10, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Home:
    """What a forum belongs to: an activity, or a course whose community it is."""

    activity_id: UUID | None = None
    course_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wants to say. ``key`` is the same for a second click."""

    key: UUID
    body: str
    title: str = ""
    quotes_id: UUID | None = None
    files: Sequence[Attached] = ()


def forum_at(session: Session, home: Home) -> Forum:
    """The forum of a home; made when the first person does something in it."""
    of_home = (
        col(Forum.activity_id) == home.activity_id
        if home.activity_id
        else col(Forum.course_id) == home.course_id
    )
    found = session.exec(select(Forum).where(of_home)).one_or_none()
    if found is not None:
        return found
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    made = Forum(activity_id=home.activity_id, course_id=home.course_id)
    session.execute(insert(Forum).values(made.model_dump()).on_conflict_do_nothing())
    return session.exec(select(Forum).where(of_home)).one()


def begin_topic(
    session: Session, home: Home, words: Words, *, team_id: UUID | None, by: UUID, now: datetime
) -> ForumTopic:
    """Ask or say something new. Sent twice, it is there once."""
    _one_at_a_time(session, by)
    if (sent := _sent_already(session, words.key, by)) is not None:
        return session.get_one(ForumTopic, sent.topic_id)
    forum = forum_at(session, home)
    title = one_line(words.title)[:MOST_LETTERS_OF_TITLE]
    if not title:
        raise RuleBroken(_("Give the topic a title."))
    _refuse_flood(session, by, now=now)
    _refuse_wrong_room(session, forum, team_id)
    topic = ForumTopic(
        forum_id=forum.id,
        team_id=team_id if forum.by_team else None,
        author_id=by,
        title=title,
        created_at=now,
        last_post_at=now,
    )
    session.add(topic)
    session.flush()
    post = _say(session, topic, words, number=1, by=by, now=now)
    _go_on(session, topic, post, by=by)
    tell_of_post(session, topic, post, is_new=True, now=now)
    _count_post(session, topic, by=by, now=now)
    return topic


def answer(session: Session, topic_id: UUID, words: Words, *, by: UUID, now: datetime) -> ForumPost:
    """Say something in a topic. Sent twice, it is there once."""
    _one_at_a_time(session, by)
    if (sent := _sent_already(session, words.key, by)) is not None:
        return sent
    topic = topic_to_change(session, topic_id)
    if topic.closed_at:
        raise RuleBroken(_("This topic is closed: nothing more can be written in it."))
    if topic.hidden_at:
        raise RuleBroken(_("This topic is hidden: nothing more can be written in it."))
    _refuse_flood(session, by, now=now)
    topic.posts += 1
    topic.last_post_at = now
    session.add(topic)
    post = _say(session, topic, words, number=topic.posts, by=by, now=now)
    _go_on(session, topic, post, by=by)
    tell_of_post(session, topic, post, is_new=False, now=now)
    _count_post(session, topic, by=by, now=now)
    return post


def _count_post(session: Session, topic: ForumTopic, *, by: UUID, now: datetime) -> None:
    """Where an activity is done by writing in it, a participant may have done it with this."""
    row = session.exec(
        select(Activity, Enrolment.id)
        .join(Forum, col(Forum.activity_id) == col(Activity.id))
        .join(Enrolment, col(Enrolment.edition_id) == col(Activity.edition_id))
        .where(
            Forum.id == topic.forum_id,
            Activity.completion == Completion.POSTED,
            Enrolment.account_id == by,
            col(Enrolment.status).in_(PARTICIPANTS),
        )
    ).first()
    if row:
        record_fulfilled(session, row[1], row[0], now=now)


def topic_to_change(session: Session, topic_id: UUID) -> ForumTopic:
    """For this transaction alone: posts are numbered one after another."""
    topic = session.get(
        ForumTopic, topic_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if topic is None:
        raise NotFound(_("There is nothing at this address."))
    return topic


def post_to_change(session: Session, topic: ForumTopic, post_id: UUID) -> ForumPost:
    post = session.get(ForumPost, post_id, populate_existing=True)
    if post is None or post.topic_id != topic.id:
        raise NotFound(_("There is nothing at this address."))
    return post


def _one_at_a_time(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id, with_for_update={"key_share": True})


def _sent_already(session: Session, key: UUID, by: UUID) -> ForumPost | None:
    sent = session.get(ForumPost, key)
    if sent is not None and sent.author_id != by:
        raise Conflict(_("This page was opened some time ago. Open it anew, then send the text."))
    return sent


def _refuse_flood(session: Session, by: UUID, *, now: datetime) -> None:
    since = select(func.count()).where(
        ForumPost.author_id == by, ForumPost.created_at > now - FLOOD
    )
    if session.exec(since).one() >= MOST_POSTS:
        raise TooMany(
            _("You have written a lot in a short time. Wait ten minutes; your text stays here."),
            wait=int(FLOOD.total_seconds()),
        )


def _refuse_wrong_room(session: Session, forum: Forum, team_id: UUID | None) -> None:
    if not forum.by_team or team_id is None:
        return
    team = session.get(Team, team_id)
    activity = session.get(Activity, forum.activity_id) if forum.activity_id else None
    if team is None or activity is None or team.edition_id != activity.edition_id:
        raise RuleBroken(_("Choose a team of this edition."))


def _say(
    session: Session, topic: ForumTopic, words: Words, *, number: int, by: UUID, now: datetime
) -> ForumPost:
    body = words.body.strip()
    if not body:
        raise RuleBroken(_("Write something."))
    post = ForumPost(
        id=words.key,
        topic_id=topic.id,
        number=number,
        author_id=by,
        body=body[:MOST_LETTERS],
        quotes_id=_quoted(session, topic, words.quotes_id),
        created_at=now,
    )
    session.add(post)
    session.flush()
    for position, file in enumerate(keep_attached(session, words.files, by=by), 1):
        attachment = ForumAttachment(post_id=post.id, file_id=file.id, position=position)
        session.add(attachment)
        later(session, Work.CHECK_ATTACHMENT, attachment.id)
    session.flush()
    return post


def _quoted(session: Session, topic: ForumTopic, post_id: UUID | None) -> UUID | None:
    """Only what stands in the same topic, and is not hidden."""
    found = session.get(ForumPost, post_id) if post_id else None
    is_there = found is not None and found.topic_id == topic.id and found.hidden_at is None
    return post_id if is_there else None


def _go_on(session: Session, topic: ForumTopic, post: ForumPost, *, by: UUID) -> None:
    """Who writes follows the topic, has read it so far, and has no draft of it any more."""
    if _state(session, by, topic.forum_id, topic.id) is None:
        _put_state(session, by, topic.forum_id, topic.id, FollowState.FOLLOWED)
    _put_mark(session, by, topic.id, post.number)
    _forget_draft(session, by, topic.forum_id, topic.id if post.number > 1 else None)


# --- Edits


@dataclass(frozen=True, slots=True)
class Edit:
    """What a post is to say; ``version`` is the one that the person had before them."""

    body: str
    version: int
    title: str = ""  # of the topic, with its first post


def edit_post(
    session: Session, topic_id: UUID, post_id: UUID, edit: Edit, *, by: UUID, now: datetime
) -> ForumPost:
    """Change one's own words; how they were before is kept."""
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    if post.author_id != by:
        raise NotAllowed(_("Only the person who wrote a post can change it."))
    _refuse_edit(topic, post)
    body = edit.body.strip()[:MOST_LETTERS]
    title = one_line(edit.title)[:MOST_LETTERS_OF_TITLE] if post.number == 1 else topic.title
    if not body or not title:
        raise RuleBroken(_("Write something.") if title else _("Give the topic a title."))
    if (body, title) == (post.body, topic.title):
        return post
    if post.version != edit.version:
        raise Conflict(_("This post was changed in another window. Compare, then save once more."))
    session.add(
        ForumPostVersion(
            post_id=post.id,
            number=post.version,
            title=topic.title if post.number == 1 else "",
            body=post.body,
            created_at=post.edited_at or post.created_at,
        )
    )
    topic.title, post.body = title, body
    post.version += 1
    post.edited_at = now
    session.add_all([topic, post])
    session.flush()
    return post


def _refuse_edit(topic: ForumTopic, post: ForumPost) -> None:
    if topic.closed_at:
        raise RuleBroken(_("This topic is closed: nothing in it can be changed."))
    if post.hidden_at or topic.hidden_at:
        raise RuleBroken(_("This post is hidden and cannot be changed."))


# --- What is each person's own


def save_draft(
    session: Session, home: Home, topic_id: UUID | None, words: Words, *, by: UUID, now: datetime
) -> None:
    """Keep what somebody has begun to write; an empty text is none. Late ones change nothing."""
    _one_at_a_time(session, by)
    if session.get(ForumPost, words.key):
        return
    forum = forum_at(session, home)
    _forget_draft(session, by, forum.id, topic_id)
    if words.body.strip() or words.title.strip():
        session.add(
            ForumDraft(
                account_id=by,
                forum_id=forum.id,
                topic_id=topic_id,
                title=words.title[:MOST_LETTERS_OF_TITLE],
                body=words.body[:MOST_LETTERS],
                saved_at=now,
            )
        )
    session.flush()


def _forget_draft(session: Session, by: UUID, forum_id: UUID, topic_id: UUID | None) -> None:
    about = col(ForumDraft.topic_id)
    session.execute(
        delete(ForumDraft).where(
            col(ForumDraft.account_id) == by,
            col(ForumDraft.forum_id) == forum_id,
            about == topic_id if topic_id else about.is_(None),
        )
    )


def follow(
    session: Session, home: Home, topic_id: UUID | None, state: FollowState | None, *, by: UUID
) -> None:
    """Follow a topic or the whole forum, mute it, or neither."""
    _one_at_a_time(session, by)
    _put_state(session, by, forum_at(session, home).id, topic_id, state)


def _state(session: Session, by: UUID, forum_id: UUID, topic_id: UUID | None) -> FollowState | None:
    about = col(ForumFollow.topic_id)
    found = session.exec(
        select(ForumFollow).where(
            ForumFollow.account_id == by,
            ForumFollow.forum_id == forum_id,
            about == topic_id if topic_id else about.is_(None),
        )
    ).one_or_none()
    return found.state if found else None


def _put_state(
    session: Session,
    by: UUID,
    forum_id: UUID,
    topic_id: UUID | None,
    state: FollowState | None,
) -> None:
    about = col(ForumFollow.topic_id)
    session.execute(
        delete(ForumFollow).where(
            col(ForumFollow.account_id) == by,
            col(ForumFollow.forum_id) == forum_id,
            about == topic_id if topic_id else about.is_(None),
        )
    )
    if state is not None:
        session.add(ForumFollow(account_id=by, forum_id=forum_id, topic_id=topic_id, state=state))
    session.flush()


def mark_read(session: Session, topic_id: UUID, number: int, *, by: UUID) -> None:
    """Note up to which post somebody has read a topic; it never goes back."""
    topic = session.get(ForumTopic, topic_id)
    if topic is not None:
        _put_mark(session, by, topic_id, max(0, min(number, topic.posts)))


def mark_all_read(session: Session, forum_id: UUID | None, reader: Reader) -> None:
    topics = session.exec(
        select(ForumTopic.id, ForumTopic.posts).where(
            ForumTopic.forum_id == forum_id, readable(reader)
        )
    ).all()
    for topic_id, number in topics:
        _put_mark(session, reader.account_id, topic_id, number)


def _put_mark(session: Session, by: UUID, topic_id: UUID, number: int) -> None:
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    mark = ForumRead(id=uuid7(), account_id=by, topic_id=topic_id, number=number)
    statement = insert(ForumRead).values(mark.model_dump())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "topic_id"],
            set_={"number": statement.excluded.number},
            where=col(ForumRead.number) < statement.excluded.number,
        )
    )


# --- What those who write the course decide


def talk_by_team(session: Session, activity: Activity, *, by_team: bool, by: UUID) -> None:
    """Whether each team talks apart; decided before anybody has said anything."""
    forum = forum_at(session, Home(activity_id=activity.id))
    forum = session.get_one(Forum, forum.id, with_for_update=True)
    if forum.by_team == by_team:
        return
    begun = select(ForumTopic.id).where(ForumTopic.forum_id == forum.id).limit(1)
    if session.exec(begun).first() is not None:
        raise RuleBroken(_("People have written here already, so this cannot be changed any more."))
    before = {"by_team": forum.by_team}
    session.execute(update(Forum).where(col(Forum.id) == forum.id).values(by_team=by_team))
    record(
        session,
        by,
        "change forum",
        "edition",
        activity.edition_id,
        activity=str(activity.id),
        before=before,
        after={"by_team": by_team},
    )
