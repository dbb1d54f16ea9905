"""Looking after forums: pinning, closing, marking the answer, hiding, and what was reported."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.models import Activity, Forum, ForumPost, ForumReport, ForumTopic
from app.services.audit import GONE, MADE, record
from app.services.forum_letters import call_letters_off, tell_of_answer, tell_of_hiding
from app.services.forums import post_to_change, topic_to_change


def pin(session: Session, topic_id: UUID, *, pinned: bool, by: UUID, now: datetime) -> None:
    """Keep a topic on top of the list, or let it go down again."""
    topic = topic_to_change(session, topic_id)
    if (topic.pinned_at is not None) is pinned:
        return
    topic.pinned_at = now if pinned else None
    session.add(topic)
    session.flush()
    _note(session, by, "pin topic" if pinned else "unpin topic", topic, made=pinned)


def close(session: Session, topic_id: UUID, *, closed: bool, by: UUID, now: datetime) -> None:
    """Let nobody write in a topic any more, or open it again."""
    topic = topic_to_change(session, topic_id)
    if (topic.closed_at is not None) is closed:
        return
    topic.closed_at = now if closed else None
    session.add(topic)
    session.flush()
    _note(session, by, "close topic" if closed else "reopen topic", topic, made=closed)


def mark_answer(
    session: Session, topic_id: UUID, post_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Say that a post answers its topic; the one before it does so no more."""
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    if post.hidden_at:
        raise RuleBroken(_("A hidden post cannot be the answer."))
    if post.number == 1:
        raise RuleBroken(_("What began the topic cannot be its answer."))
    if post.answers_since:
        return
    _unmark(session, topic)
    post.answers_since = now
    session.add(post)
    session.flush()
    tell_of_answer(session, topic, post, now=now)
    _note(session, by, "mark answer", topic, post, made=True)


def unmark_answer(session: Session, topic_id: UUID, post_id: UUID, *, by: UUID) -> None:
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    if post.answers_since is None:
        return
    _unmark(session, topic)
    _note(session, by, "unmark answer", topic, post, made=False)


def _unmark(session: Session, topic: ForumTopic) -> None:
    session.execute(
        update(ForumPost)
        .where(col(ForumPost.topic_id) == topic.id, col(ForumPost.answers_since).is_not(None))
        .values(answers_since=None)
    )


def hide(
    session: Session, topic_id: UUID, post_id: UUID, reason: str, *, by: UUID, now: datetime
) -> None:
    """Take a post out of sight and tell its author why; with the first one, the whole topic."""
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    reason = one_line(reason)[:300]
    if not reason:
        raise RuleBroken(_("Say why: the person who wrote it gets your reason."))
    if post.hidden_at:
        return
    post.hidden_at, post.hidden_by_id, post.hidden_because = now, by, reason
    post.answers_since = None
    if post.number == 1:
        topic.hidden_at = now
    session.add_all([post, topic])
    session.flush()
    call_letters_off(session, post.id)
    _settle(session, post.id, by=by, now=now)
    if post.author_id != by:
        tell_of_hiding(session, topic, post)
    _note(session, by, "hide post", topic, post, made=True)


def restore(session: Session, topic_id: UUID, post_id: UUID, *, by: UUID) -> None:
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    if post.hidden_at is None:
        return
    post.hidden_at, post.hidden_by_id, post.hidden_because = None, None, ""
    if post.number == 1:
        topic.hidden_at = None
    session.add_all([post, topic])
    session.flush()
    _note(session, by, "restore post", topic, post, made=False)


def report(
    session: Session, topic_id: UUID, post_id: UUID, words: str, *, by: UUID, now: datetime
) -> None:
    """Ask those who look after the forum to look at a post. Asked twice, it waits once."""
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    words = one_line(words)[:500]
    if not words:
        raise RuleBroken(_("Say what is wrong with it."))
    if post.author_id == by:
        raise RuleBroken(_("This post is your own: you can change it."))
    found = session.exec(
        select(ForumReport).where(ForumReport.post_id == post.id, ForumReport.account_id == by)
    ).one_or_none()
    given = found or ForumReport(post_id=post.id, account_id=by, words=words, created_at=now)
    given.words, given.decided_at, given.decided_by_id = words, None, None
    session.add(given)
    session.flush()


def leave_as_it_is(
    session: Session, topic_id: UUID, post_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Somebody looked at what was reported, and the post stays."""
    topic = topic_to_change(session, topic_id)
    post = post_to_change(session, topic, post_id)
    if _settle(session, post.id, by=by, now=now):
        _note(session, by, "settle reports", topic, post, made=True)


def _settle(session: Session, post_id: UUID, *, by: UUID, now: datetime) -> int:
    done = session.execute(
        update(ForumReport)
        .where(col(ForumReport.post_id) == post_id, col(ForumReport.decided_at).is_(None))
        .values(decided_at=now, decided_by_id=by)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # -- an update counts its rows


def _note(
    session: Session,
    by: UUID,
    act: str,
    topic: ForumTopic,
    post: ForumPost | None = None,
    *,
    made: bool,
) -> None:
    """Leave a row in the audit trail, with the edition where there is one."""
    forum = session.get_one(Forum, topic.forum_id)
    activity = session.get(Activity, forum.activity_id) if forum.activity_id else None
    record(
        session,
        by,
        act,
        "forum post" if post else "forum topic",
        post.id if post else topic.id,
        person=post.author_id if post else topic.author_id,
        edition=activity.edition_id if activity else None,
        **(MADE if made else GONE),
    )
