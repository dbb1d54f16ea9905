"""When an activity is done: each rule, what a change of it does, and what it never takes away."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.errors import RuleBroken
from app.core.ids import uuid7
from app.models import (
    Activity,
    ActivityKind,
    Attendance,
    CapstoneKind,
    Certificate,
    Completion,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Forum,
    Progress,
    ProgressState,
)
from app.queries.completion import Facts, fulfils
from app.queries.completion_rules import DoneWhen, edition_effect, effect_of
from app.queries.editions import EditionTerms, terms_of
from app.services.attendance import take_attendance
from app.services.capstones import submit
from app.services.completion_rules import change_done_when
from app.services.editions import change_terms
from app.services.forums import Home, Words, answer, begin_topic
from app.services.progress import finish, record_result, undo, view
from tests.make import Make


def state(session: Session, enrolment: Enrolment, activity: Activity) -> ProgressState | None:
    session.expire_all()
    row = session.get(Progress, (enrolment.id, activity.id))
    return row.state if row else None


def joined(make: Make, edition: Edition) -> Enrolment:
    return make.counted(make.enrolment(make.account(), edition))


def change(
    session: Session, make: Make, activity: Activity, rule: Completion, **given: Any
) -> None:
    wish = DoneWhen(rule, given.pop("number", None))
    change_done_when(
        session,
        activity.edition_id,
        activity.id,
        wish,
        weight=1,
        by=make.coordinator().id,
        now=clock.now(),
        **given,
    )


def test_a_page_is_done_by_being_opened_only_where_that_is_asked_for(
    make: Make, session: Session
) -> None:
    module = make.module(make.edition())
    by_hand, seen = make.activity(module), make.activity(module, completion=Completion.VIEWED)
    enrolment = joined(make, session.get_one(Edition, module.edition_id))

    view(session, enrolment.id, by_hand, now=clock.now())
    view(session, enrolment.id, seen, now=clock.now())

    assert state(session, enrolment, by_hand) is None
    assert state(session, enrolment, seen) is ProgressState.DONE
    with pytest.raises(RuleBroken):
        finish(session, enrolment.id, seen, now=clock.now())
    with pytest.raises(RuleBroken):
        undo(session, enrolment.id, seen)


def test_a_forum_is_done_with_the_post_that_is_asked_for(make: Make, session: Session) -> None:
    edition = make.edition()
    forum = make.forum(edition, completion=Completion.POSTED, completion_number=2)
    activity = session.get_one(Activity, forum.activity_id)
    make.activity(make.module(edition))
    enrolment = joined(make, edition)
    by, now = enrolment.account_id, clock.now()
    home = Home(activity_id=activity.id)

    topic = begin_topic(
        session, home, Words(uuid7(), "Hello", "Title"), team_id=None, by=by, now=now
    )
    once = state(session, enrolment, activity)
    answer(session, topic.id, Words(uuid7(), "More"), by=by, now=now)

    assert once is None
    assert state(session, enrolment, activity) is ProgressState.DONE


def test_coming_to_a_session_and_handing_in_the_work_are_what_is_done(
    make: Make, session: Session
) -> None:
    edition = make.edition(capstone=CapstoneKind.ROADMAP)
    module, now = make.module(edition), clock.now()
    plain: dict[str, Any] = {"kind": ActivityKind.LIVE_SESSION, "completion": Completion.ATTENDED}
    first, second = (
        make.activity(module, **plain),
        make.activity(module, **plain, completion_number=2),
    )
    work = make.activity(module, kind=ActivityKind.CAPSTONE, completion=Completion.SUBMITTED)
    came, absent = joined(make, edition), joined(make, edition)
    meeting = make.live_session(edition, now - timedelta(days=1))
    tutor = make.tutor(edition)

    take_attendance(
        session, edition.id, meeting.id, {came.id: 60, absent.id: 0}, by=tutor.id, now=now
    )
    team = make.team(edition, came)
    make.capstone(team)
    submit(session, team.id, number=1, by=came.account_id, now=now)

    assert [state(session, came, one) for one in (first, second, work)] == [
        ProgressState.DONE,
        None,
        ProgressState.DONE,
    ]
    assert [state(session, absent, one) for one in (first, second, work)] == [None] * 3


def test_a_quiz_is_done_at_the_result_that_is_asked_for(make: Make, session: Session) -> None:
    edition = make.edition()
    module = make.module(edition)
    usual = make.quiz(module)
    higher = make.quiz(module, completion=Completion.RESULT, completion_number=80)
    make.activity(module)
    enrolment = joined(make, edition)

    for quiz in (usual, higher):
        record_result(session, enrolment.id, quiz, 70, now=clock.now())
    at_seventy = [state(session, enrolment, quiz) for quiz in (usual, higher)]
    record_result(session, enrolment.id, higher, 80, now=clock.now())

    assert at_seventy == [ProgressState.DONE, ProgressState.STARTED]
    assert state(session, enrolment, higher) is ProgressState.DONE


def test_a_kind_is_done_only_in_ways_that_make_sense(make: Make, session: Session) -> None:
    page = make.activity(make.module(make.edition()))

    with pytest.raises(RuleBroken):
        change(session, make, page, Completion.POSTED)


def test_a_change_says_first_whom_it_touches_and_takes_nothing_away_unasked(
    make: Make, session: Session
) -> None:
    edition = make.edition()
    forum = make.forum(edition)
    activity = session.get_one(Activity, forum.activity_id)
    make.activity(make.module(edition))
    by_hand, writer = joined(make, edition), joined(make, edition)
    finish(session, by_hand.id, activity, now=clock.now())
    author = make.session.get_one(type(make.account()), writer.account_id)
    make.topic(session.get_one(Forum, forum.id), author)

    wish = DoneWhen(Completion.POSTED, 1)
    effect = effect_of(session, activity, wish, now=clock.now())
    nothing = (state(session, by_hand, activity), state(session, writer, activity))
    change(session, make, activity, Completion.POSTED, number=1)
    kept = (state(session, by_hand, activity), state(session, writer, activity))
    change(session, make, activity, Completion.POSTED, number=1, taking_back="They have to write")

    assert [one.id for one in effect.done] == [writer.id]
    assert [one.id for one in effect.not_any_more] == [by_hand.id]
    assert nothing == (ProgressState.DONE, None)
    assert kept == (ProgressState.DONE, ProgressState.DONE)
    assert state(session, by_hand, activity) is ProgressState.STARTED
    assert state(session, writer, activity) is ProgressState.DONE


def test_an_edition_says_first_whom_other_rules_touch(make: Make, session: Session) -> None:
    edition = make.edition(required_share=50)
    module = make.module(edition)
    first, second = make.activity(module), make.activity(module)
    half, idle = joined(make, edition), joined(make, edition)
    finish(session, half.id, first, now=clock.now())
    del second, idle
    terms = terms_of(session, edition.id)

    effect = edition_effect(
        session, edition.id, terms, replace(terms, required_share=100), now=clock.now()
    )

    assert [one.id for one in effect.kept] == [half.id]
    assert (effect.completing, effect.further) == ([], [])


@pytest.mark.parametrize(
    ("rules", "facts", "is_enough"),
    [
        ({"required_count": 2}, Facts(total=5, done=2), True),
        ({"required_count": 2}, Facts(total=5, done=1), False),
        ({"required_count": 9}, Facts(total=2, done=2), True),  # never more than there are
        ({"minimum_result": 70}, Facts(total=1, done=1, result=69.9), False),
        ({"minimum_result": 70}, Facts(total=1, done=1), False),
        ({"minimum_result": 70}, Facts(total=1, done=1, result=70), True),
        ({"minimum_attendance": 50}, Facts(total=1, done=1, came=1, held=2), True),
        ({"minimum_attendance": 60}, Facts(total=1, done=1, came=1, held=2), False),
        ({"minimum_attendance": 60}, Facts(total=1, done=1), False),  # none was held yet
        ({}, Facts(), False),
    ],
)
def test_an_edition_is_completed_by_what_it_asks_for(
    rules: dict[str, Any], facts: Facts, is_enough: bool, make: Make
) -> None:
    assert fulfils(make.edition(**rules), facts) is is_enough


def test_who_has_completed_an_edition_has_done_so_whatever_changes_afterwards(
    make: Make, session: Session
) -> None:
    """Fifty changes by chance, of all that can be asked for: none turns a completion back."""
    dice, now = Random(7), clock.now()  # noqa: S311 -- chance, not a secret
    edition = make.edition(required_share=50, capstone=CapstoneKind.ROADMAP)
    module = make.module(edition)
    page, quiz = make.activity(module), make.quiz(module)
    forum = session.get_one(Activity, make.forum(edition).activity_id)
    boss = make.coordinator().id
    people = [joined(make, edition) for _ in range(4)]
    completed: set[Any] = set()
    for _turn in range(50):
        whom = dice.choice(people)
        act = dice.randrange(4)
        if act == 0 and page.done_when is Completion.BY_HAND:
            finish(session, whom.id, page, now=now)
        elif act == 1:
            record_result(session, whom.id, quiz, dice.choice([0, 65, 100]), now=now)
        elif act == 2:
            of, rule = dice.choice(
                [
                    (page, Completion.VIEWED),
                    (page, Completion.BY_HAND),
                    (forum, Completion.POSTED),
                    (quiz, Completion.RESULT),
                ]
            )
            why = dice.choice(["", "Because"])
            change(session, make, of, rule, number=dice.randrange(1, 99), taking_back=why)
        else:
            terms: EditionTerms = replace(
                terms_of(session, edition.id),
                required_share=dice.choice([0, 50, 100]),
                required_count=dice.choice([None, 1, 3]),
                minimum_result=dice.choice([None, 70]),
                minimum_attendance=dice.choice([None, 50]),
                requires_capstone=dice.choice([False, True]),
            )
            change_terms(session, edition.id, terms, by=boss, now=now)
        session.expire_all()
        done = {p.id for p in people if p.status is EnrolmentStatus.COMPLETED}
        assert completed <= done
        completed = done
    assert completed
    holders = set(session.exec(select(Certificate.enrolment_id)))
    assert completed <= holders


def test_minutes_at_a_session_complete_an_edition_that_asks_for_attendance(
    make: Make, session: Session
) -> None:
    edition = make.edition(minimum_attendance=50)
    page, now = make.activity(make.module(edition)), clock.now()
    person = joined(make, edition)
    finish(session, person.id, page, now=now)
    before = person.status
    meeting = make.live_session(edition, now - timedelta(days=1))

    take_attendance(
        session, edition.id, meeting.id, {person.id: 30}, by=make.tutor(edition).id, now=now
    )

    session.refresh(person)
    assert before is EnrolmentStatus.ACTIVE
    assert person.status is EnrolmentStatus.COMPLETED
    assert session.exec(select(Attendance)).all()
