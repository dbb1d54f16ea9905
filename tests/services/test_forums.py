"""Writing in forums at the same moment, and what of a forum is carried into a copy."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import Conflict, TallerError, TooMany
from app.core.folding import passage
from app.core.ids import uuid7
from app.models import (
    Account,
    Activity,
    ActivityKind,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentStatus,
    FollowState,
    Forum,
    ForumFollow,
    ForumPost,
    ForumPostVersion,
    ForumReport,
    ForumTopic,
    Message,
)
from app.queries.forum_readers import Where, followers
from app.queries.forums import posts_by
from app.services import forum_moderation
from app.services.activity_kinds import begin, carry_over
from app.services.deletions import delete_account
from app.services.forums import (
    MOST_POSTS,
    Edit,
    Home,
    Words,
    answer,
    begin_topic,
    edit_post,
    follow,
    forum_at,
    save_draft,
)
from tests.make import NOW, Make


class Place:
    def __init__(self, make: Make) -> None:
        self.edition: Edition = make.edition()
        self.ana: Account = make.participant(self.edition, name="Ana")
        self.tutors = [make.tutor(self.edition) for _ in range(2)]
        self.forum: Forum = make.forum(self.edition)
        self.topic: ForumTopic = make.topic(self.forum, self.ana)


@pytest.fixture
def place(make: Make) -> Place:
    return Place(make)


def words(body: str = "Some words", **given: UUID) -> Words:
    return Words(given.get("key") or uuid7(), body)


def at_once(*acts: Callable[[Session], object]) -> list[object]:
    """What each returns, or the refusal, when all begin at the same moment."""

    def do(act: Callable[[Session], object]) -> object:
        try:
            with db.changing() as own:
                return act(own)
        except TallerError as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(do, acts))


def test_posts_of_one_moment_have_a_number_each(session: Session, place: Place) -> None:
    topic, people = place.topic.id, [place.ana, *place.tutors]

    at_once(
        *(lambda own, who=who: answer(own, topic, words(), by=who.id, now=NOW) for who in people)
    )

    numbers = session.exec(select(ForumPost.number).order_by(col(ForumPost.number))).all()
    assert list(numbers) == [1, 2, 3, 4]
    session.refresh(place.topic)
    assert place.topic.posts == 4


def test_a_second_click_of_the_same_moment_posts_nothing(session: Session, place: Place) -> None:
    topic, said = place.topic.id, words()

    def send(own: Session) -> UUID:
        return answer(own, topic, said, by=place.ana.id, now=NOW).id

    assert at_once(send, send, send) == [said.key] * 3
    assert len(session.exec(select(ForumPost)).all()) == 2


def test_two_who_mark_at_once_leave_one_answer(session: Session, place: Place, make: Make) -> None:
    first, second = (make.post(place.topic, tutor) for tutor in place.tutors)

    def mark(post: ForumPost, by: Account) -> Callable[[Session], object]:
        return lambda own: forum_moderation.mark_answer(
            own, place.topic.id, post.id, by=by.id, now=NOW
        )

    at_once(mark(first, place.tutors[0]), mark(second, place.tutors[1]))

    marked = session.exec(select(ForumPost).where(col(ForumPost.answers_since).is_not(None)))
    assert len(marked.all()) == 1


@pytest.mark.parametrize("act", ["pin", "close"])
def test_two_who_pin_or_close_at_once_do_it_once(session: Session, place: Place, act: str) -> None:
    ways: dict[str, Callable[[Session, UUID], object]] = {
        "pin": lambda own, by: forum_moderation.pin(
            own, place.topic.id, pinned=True, by=by, now=NOW
        ),
        "close": lambda own, by: forum_moderation.close(
            own, place.topic.id, closed=True, by=by, now=NOW
        ),
    }
    do, (one, other) = ways[act], place.tutors

    at_once(lambda own: do(own, one.id), lambda own: do(own, other.id))

    assert len(session.exec(select(AuditEvent)).all()) == 1


def test_two_who_hide_at_once_write_to_the_author_once(session: Session, place: Place) -> None:
    post = session.exec(select(ForumPost)).one()

    at_once(
        *(
            lambda own, who=who: forum_moderation.hide(
                own, place.topic.id, post.id, "Rude", by=who.id, now=NOW
            )
            for who in place.tutors
        )
    )

    assert len(session.exec(select(Message)).all()) == 1


def test_two_windows_do_not_overwrite_each_other(session: Session, place: Place) -> None:
    post = session.exec(select(ForumPost)).one()

    def save(body: str) -> Callable[[Session], object]:
        return lambda own: edit_post(
            own, place.topic.id, post.id, Edit(body, 1, "Title"), by=place.ana.id, now=NOW
        )

    said = at_once(save("One"), save("Other"))

    assert Conflict in said
    assert len(session.exec(select(ForumPostVersion)).all()) == 1


def test_the_flood_of_one_moment_is_held_back(session: Session, place: Place) -> None:
    def send(own: Session) -> object:
        return answer(own, place.topic.id, words(), by=place.tutors[0].id, now=NOW)

    said = at_once(*([send] * (MOST_POSTS + 3)))

    assert said.count(TooMany) == 3
    assert len(session.exec(select(ForumPost)).all()) == MOST_POSTS + 1
    later = NOW + timedelta(minutes=11)
    with db.changing() as own:
        answer(own, place.topic.id, words(), by=place.tutors[0].id, now=later)


def test_a_community_is_made_once_by_those_who_come_first(session: Session, place: Place) -> None:
    home = Home(course_id=place.edition.course_id)

    def ask(by: Account) -> Callable[[Session], object]:
        def act(own: Session) -> object:
            said = Words(uuid7(), "Hello", "Hello")
            return begin_topic(own, home, said, team_id=None, by=by.id, now=NOW)

        return act

    at_once(*(ask(person) for person in [place.ana, *place.tutors]))

    assert len(session.exec(select(Forum).where(Forum.course_id == home.course_id)).all()) == 1
    assert len(session.exec(select(ForumTopic).where(ForumTopic.title == "Hello")).all()) == 3


def test_a_copy_has_the_settings_of_a_forum_and_none_of_its_posts(
    session: Session, make: Make
) -> None:
    forum = make.forum(make.edition(), by_team=True)
    make.topic(forum, make.account())
    original = session.get_one(Activity, forum.activity_id)
    module = make.module(make.edition())
    plain: dict[str, Any] = {"edition_id": module.edition_id, "module_id": module.id, "position": 1}
    copy = make.saved(Activity(kind=ActivityKind.FORUM, title={"en": "Copy"}, **plain))

    with db.changing() as own:
        carry_over(own, own.get_one(Activity, original.id), own.get_one(Activity, copy.id))

    made = session.exec(select(Forum).where(Forum.activity_id == copy.id)).one()
    assert made.by_team
    assert session.exec(select(ForumTopic).where(ForumTopic.forum_id == made.id)).first() is None


def test_a_new_forum_begins_for_all(session: Session, make: Make) -> None:
    activity = make.activity(make.module(make.edition()), kind=ActivityKind.FORUM)

    with db.changing() as own:
        begin(own, own.get_one(Activity, activity.id))

    assert not session.exec(select(Forum)).one().by_team


def test_posts_are_counted_for_whoever_asks_how_often_somebody_wrote(
    session: Session, place: Place, make: Make
) -> None:
    post = make.post(place.topic, place.ana)
    make.post(place.topic, place.tutors[0])
    enrolment = make.enrolment(make.account(), place.edition)
    mine = session.exec(select(ForumPost).where(ForumPost.author_id == place.ana.id)).all()
    own = session.exec(select(Enrolment).where(Enrolment.account_id == place.ana.id)).one()
    assert place.forum.activity_id
    assert posts_by(session, place.forum.activity_id, own.id) == len(mine) == 2
    post.hidden_at = NOW
    make.saved(post)
    assert posts_by(session, place.forum.activity_id, own.id) == 1
    assert posts_by(session, place.forum.activity_id, enrolment.id) == 0


def test_what_an_account_wrote_stays_as_nobodys_and_what_is_its_own_goes(
    session: Session, place: Place, make: Make
) -> None:
    home = Home(activity_id=place.forum.activity_id)
    post = make.post(place.topic, place.tutors[0])
    with db.changing() as own:
        save_draft(own, home, None, words("Begun"), by=place.ana.id, now=NOW)
        follow(own, home, None, FollowState.FOLLOWED, by=place.ana.id)
        forum_moderation.report(own, place.topic.id, post.id, "Hm", by=place.ana.id, now=NOW)

    with db.changing() as own:
        delete_account(own, place.ana.id, by=None, now=NOW)

    session.expire_all()
    author = select(Account.name).join(ForumPost, col(ForumPost.author_id) == col(Account.id))
    assert session.exec(author.where(ForumPost.number == 1)).one() == "Deleted account"
    assert session.exec(select(ForumPost).where(ForumPost.number == 1)).one().body == "Who knows?"
    for kind in (ForumFollow, ForumReport):
        assert session.exec(select(kind)).all() == []
    assert session.execute(select(col(Message.id))).first() is None


@pytest.mark.parametrize("status", [EnrolmentStatus.WITHDRAWN, EnrolmentStatus.APPLIED])
def test_whoever_does_not_take_part_hears_of_nothing(
    session: Session, place: Place, make: Make, status: EnrolmentStatus
) -> None:
    left = make.account()
    make.enrolment(left, place.edition, status=status)
    suspended = make.participant(place.edition, suspended_at=NOW)
    for person in (left, suspended, place.ana):
        make.saved(
            ForumFollow(account_id=person.id, forum_id=place.forum.id, state=FollowState.FOLLOWED)
        )
    where = Where(edition_id=place.edition.id, course_id=None, team_id=None)

    told = followers(
        session,
        where,
        forum_id=place.forum.id,
        topic_id=place.topic.id,
        is_new=False,
        without=place.tutors[0].id,
    )

    assert [person.id for person in told] == [place.ana.id]


def test_a_forum_is_found_again(session: Session, place: Place) -> None:
    with db.changing() as own:
        found = forum_at(own, Home(activity_id=place.forum.activity_id))

    assert found.id == place.forum.id
    assert len(session.exec(select(Forum)).all()) == 1


@pytest.mark.parametrize(
    ("text", "looked_for", "found"),
    [
        ("La Formación útil", "formacion", ["Formación"]),
        ("Straße und Straßen", "strasse", ["Straße", "Straße"]),
        ("nothing here", "zebra", []),
        ("aaa", "aa", ["aa"]),
        ("x " * 300 + "needle " + "y " * 300, "NEEDLE", ["needle"]),
    ],
)
def test_a_passage_shows_what_was_found(text: str, looked_for: str, found: list[str]) -> None:
    pieces = passage(text, looked_for)

    assert [words for words, is_found in pieces if is_found] == found
    assert len("".join(words for words, _is_found in pieces)) <= 260
