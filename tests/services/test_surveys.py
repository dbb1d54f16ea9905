"""Surveys: an anonymous answer is nobody's, and all others are changed by their owner alone."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import NotFound, RuleBroken
from app.core.ids import uuid7
from app.core.personal import ACCOUNTS
from app.models import (
    Activity,
    ActivityKind,
    Edition,
    EditionStaff,
    Enrolment,
    Gender,
    Progress,
    ProgressState,
    SplitBy,
    Survey,
    SurveyAnswer,
    SurveyBox,
    SurveyKind,
    SurveyQuestion,
    SurveyTaken,
)
from app.queries.own_data import keys
from app.queries.surveys import results
from app.services import surveys
from app.services.activity_kinds import begin, carry_over
from app.services.deletions import delete_account
from app.services.progress import finish, undo
from app.services.surveys import Given, QuestionSaid, SurveyRules, answer_survey
from tests.make import Make

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = date(2026, 6, 1)


@pytest.fixture
def edition(make: Make) -> Edition:
    edition = make.edition(make.course(languages=["en", "es"]))
    make.tutor(edition)
    return edition


@pytest.fixture
def activity(make: Make, session: Session, edition: Edition) -> Activity:
    made = make.activity(make.module(edition), kind=ActivityKind.SURVEY)
    begin(session, made)
    return made


def taker(make: Make, edition: Edition, **given: Any) -> Enrolment:
    (one,) = make.crowd(edition, **given)
    return one


def writer(session: Session) -> UUID:
    return session.exec(select(EditionStaff.account_id)).first() or uuid7()


def survey_in(session: Session, activity: Activity) -> Survey:
    return session.exec(
        select(Survey)
        .where(Survey.activity_id == activity.id)
        .execution_options(populate_existing=True)
    ).one()


def ask(session: Session, activity: Activity, kind: SurveyKind, **more: object) -> SurveyQuestion:
    options = [{"en": "Yes"}, {"en": "No"}] if kind.has_options else []
    said = QuestionSaid(kind, {"en": f"A {kind}?"}, options=options, **more)  # type: ignore[arg-type]
    return surveys.add_question(session, activity, said, by=writer(session))


def answer(session: Session, activity: Activity, one: Enrolment, given: dict[UUID, Given]) -> bool:
    return answer_survey(session, activity, one.id, given, on=TODAY, now=NOW)


def named(session: Session, activity: Activity) -> None:
    rules = SurveyRules(anonymous=False, opens_at=None, closes_at=None, shows_results=False)
    surveys.change_survey(session, activity, rules, by=writer(session), now=NOW)


def test_an_anonymous_answer_is_in_no_row_that_leads_to_a_person(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    scale = ask(session, activity, SurveyKind.SCALE, split_by=SplitBy.GENDER)
    text = ask(session, activity, SurveyKind.LONG)
    people = [taker(make, edition) for _ in range(4)]
    for n, one in enumerate(people, 1):
        given = {scale.id: Given((n,)), text.id: Given(words=f"word {n}")}
        assert answer(session, activity, one, given)
    assert not session.exec(select(SurveyAnswer)).all()
    boxes = session.exec(select(SurveyBox)).all()
    assert len(boxes) == 2
    assert set(SurveyBox.__table__.columns.keys()) == {  # type: ignore[attr-defined]
        "question_id",
        "counts",
        "texts",
    }
    taken = session.exec(select(SurveyTaken)).all()
    assert {(one.enrolment_id, one.answered_on) for one in taken} == {(p.id, TODAY) for p in people}
    assert set(SurveyTaken.__table__.columns.keys()) == {  # type: ignore[attr-defined]
        "survey_id",
        "enrolment_id",
        "answered_on",
    }
    box_keys = keys(SurveyBox.__table__)  # type: ignore[attr-defined]
    assert all(key.target.table.name != ACCOUNTS for key in box_keys)


def test_texts_lie_in_an_order_that_tells_nothing(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    text = ask(session, activity, SurveyKind.SHORT)
    for n in range(30):
        answer(session, activity, taker(make, edition), {text.id: Given(words=f"{n:02}")})
    (box,) = session.exec(select(SurveyBox)).all()
    assert sorted(box.texts) == [f"{n:02}" for n in range(30)]
    assert box.texts != sorted(box.texts)  # by chance once in 30! times


def test_each_answer_writes_all_boxes_anew(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    first, second = (ask(session, activity, SurveyKind.ONE) for _ in range(2))
    answer(session, activity, taker(make, edition), {first.id: Given((0,))})
    boxes = {box.question_id: box.counts for box in session.exec(select(SurveyBox))}
    assert boxes == {first.id: {"": {"0": 1, "people": 1}}, second.id: {}}


def test_only_what_the_question_is_told_apart_by_is_counted_with_it(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    by = {s: ask(session, activity, SurveyKind.ONE, split_by=s) for s in SplitBy}
    one = taker(make, edition, gender=Gender.WOMAN, country="BO")
    answer(session, activity, one, {question.id: Given((1,)) for question in by.values()})
    kept = {box.question_id: list(box.counts) for box in session.exec(select(SurveyBox))}
    assert [kept[by[s].id] for s in SplitBy] == [[""], ["women"], ["BO"]]


def test_nobody_answers_twice(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.ONE)
    one = taker(make, edition)
    given = {question.id: Given((0,))}
    assert [answer(session, activity, one, given) for _ in range(2)] == [True, False]
    (box,) = session.exec(select(SurveyBox)).all()
    assert box.counts == {"": {"0": 1, "people": 1}}


def test_two_presses_at_once_are_one_answer(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.ONE)
    people = [taker(make, edition) for _ in range(3)]

    def press(enrolment_id: UUID) -> None:
        with db.changing() as own:
            there = own.get_one(Activity, activity.id)
            answer_survey(own, there, enrolment_id, {question.id: Given((0,))}, on=TODAY, now=NOW)

    threads = [Thread(target=press, args=(one.id,)) for one in people for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    (box,) = session.exec(select(SurveyBox)).all()
    assert box.counts == {"": {"0": 3, "people": 3}}


def test_answering_is_what_completes_it(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.ONE)
    one = taker(make, edition)
    with pytest.raises(RuleBroken):
        finish(session, one.id, activity, now=NOW)
    answer(session, activity, one, {question.id: Given((0,))})
    assert session.get_one(Progress, (one.id, activity.id)).state is ProgressState.DONE
    with pytest.raises(RuleBroken):
        undo(session, one.id, activity)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (SurveyKind.ONE, Given()),
        (SurveyKind.ONE, Given((2,))),
        (SurveyKind.ONE, Given((0, 1))),
        (SurveyKind.SCALE, Given((0,))),
        (SurveyKind.SCALE, Given((6,))),
        (SurveyKind.SEVERAL, Given((-1,))),
        (SurveyKind.SHORT, Given(words="x" * 201)),
    ],
)
def test_what_is_no_answer_is_refused(
    session: Session,
    make: Make,
    activity: Activity,
    edition: Edition,
    kind: SurveyKind,
    given: Given,
) -> None:
    question = ask(session, activity, kind, required=True)
    with pytest.raises(RuleBroken):
        answer(session, activity, taker(make, edition), {question.id: given})
    assert not session.exec(select(SurveyTaken)).all()


def test_answers_with_names_are_changed_until_it_closes(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    named(session, activity)
    first, second = (ask(session, activity, SurveyKind.ONE) for _ in range(2))
    one = taker(make, edition)
    answer(session, activity, one, {first.id: Given((0,)), second.id: Given((0,))})
    answer(session, activity, one, {first.id: Given((1,))})
    (row,) = session.exec(select(SurveyAnswer)).all()
    assert (row.question_id, row.enrolment_id, row.chosen) == (first.id, one.id, [1])
    surveys.close_survey(session, activity, by=writer(session), now=NOW)
    with pytest.raises(RuleBroken):
        answer(session, activity, one, {first.id: Given((0,))})


def test_the_first_answer_fixes_what_is_asked_and_whether_it_has_names(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    by = writer(session)
    question = ask(session, activity, SurveyKind.ONE)
    answer(session, activity, taker(make, edition), {question.id: Given((0,))})
    reworded = QuestionSaid(
        SurveyKind.ONE, {"en": "Better?"}, options=[{"en": "Yes", "es": "Sí"}, {"en": "No"}]
    )
    surveys.change_question(session, activity, question.id, reworded, by=by)
    assert session.get_one(SurveyQuestion, question.id).text == {"en": "Better?"}
    for other in (
        QuestionSaid(SurveyKind.ONE, {"en": "?"}, options=[{"en": "1"}, {"en": "2"}, {"en": "3"}]),
        QuestionSaid(SurveyKind.SCALE, {"en": "?"}),
        QuestionSaid(
            SurveyKind.ONE, {"en": "?"}, split_by=SplitBy.COUNTRY, options=reworded.options
        ),
    ):
        with pytest.raises(RuleBroken):
            surveys.change_question(session, activity, question.id, other, by=by)
    with pytest.raises(RuleBroken):
        surveys.remove_question(session, activity, question.id, by=by)
    with pytest.raises(RuleBroken):
        surveys.add_question(session, activity, reworded, by=by)
    with pytest.raises(RuleBroken):
        named(session, activity)


def test_a_survey_that_was_answered_closes_for_good(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    by = writer(session)
    question = ask(session, activity, SurveyKind.ONE)
    answer(session, activity, taker(make, edition), {question.id: Given((0,))})
    surveys.close_survey(session, activity, by=by, now=NOW)
    again = SurveyRules(
        anonymous=True, opens_at=None, closes_at=NOW + timedelta(days=1), shows_results=True
    )
    with pytest.raises(RuleBroken):
        surveys.change_survey(session, activity, again, by=by, now=NOW)
    assert survey_in(session, activity).is_closed(NOW)


def test_nothing_is_said_of_an_anonymous_survey_before_it_is_closed(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.ONE)
    for _ in range(6):
        answer(session, activity, taker(make, edition), {question.id: Given((0,))})
    open_now = results(session, survey_in(session, activity), with_names=True, now=NOW)
    assert (open_now.answered, open_now.questions, open_now.waits) == (6, (), True)
    surveys.close_survey(session, activity, by=writer(session), now=NOW)
    (closed,) = results(session, survey_in(session, activity), with_names=True, now=NOW).questions
    assert (closed.n, closed.totals) == (6, {0: 6, 1: 0})


@pytest.mark.parametrize("answered", [1, 4])
def test_of_few_nothing_is_said_at_all(
    session: Session, make: Make, activity: Activity, edition: Edition, answered: int
) -> None:
    question, rare = (ask(session, activity, SurveyKind.ONE) for _ in range(2))
    for _ in range(answered):
        answer(session, activity, taker(make, edition), {question.id: Given((0,))})
    with db.changing() as own:
        own.merge(survey_in(session, activity)).closes_at = NOW
    found = results(session, survey_in(session, activity), with_names=True, now=NOW)
    assert found.too_few
    assert found.questions == ()
    del rare


def test_a_question_that_few_answered_is_withheld_and_not_zero(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    often, rare = (ask(session, activity, SurveyKind.ONE) for _ in range(2))
    for n in range(8):
        given = {often.id: Given((0,))} | ({rare.id: Given((1,))} if n < 4 else {})
        answer(session, activity, taker(make, edition), given)
    surveys.close_survey(session, activity, by=writer(session), now=NOW)
    found = results(session, survey_in(session, activity), with_names=True, now=NOW).questions
    assert [(r.n, r.withheld, r.totals) for r in found] == [
        (8, False, {0: 8, 1: 0}),
        (0, True, {}),
    ]


def test_a_copy_asks_the_same_and_has_no_answers(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.SCALE, points=7, split_by=SplitBy.GENDER)
    answer(session, activity, taker(make, edition), {question.id: Given((7,))})
    surveys.close_survey(session, activity, by=writer(session), now=NOW)
    copy = make.saved(
        Activity(
            edition_id=edition.id,
            module_id=activity.module_id,
            position=99,
            kind=ActivityKind.SURVEY,
            title={"en": "Copy"},
            minutes=5,
        )
    )
    carry_over(session, activity, copy)
    survey = survey_in(session, copy)
    assert (survey.anonymous, survey.closes_at) == (True, None)
    asked = session.exec(select(SurveyQuestion).where(SurveyQuestion.survey_id == survey.id)).one()
    assert (asked.points, asked.split_by) == (7, SplitBy.GENDER)
    boxes = session.exec(select(SurveyBox).where(SurveyBox.question_id == asked.id)).all()
    assert not boxes


def test_a_deleted_account_takes_its_named_answers_along_and_leaves_the_anonymous_sums(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    question = ask(session, activity, SurveyKind.ONE)
    other = make.activity(make.module(edition), kind=ActivityKind.SURVEY)
    begin(session, other)
    named(session, other)
    by_name = ask(session, other, SurveyKind.SHORT)
    one = taker(make, edition)
    answer(session, activity, one, {question.id: Given((0,))})
    answer(session, other, one, {by_name.id: Given(words="mine")})
    delete_account(session, one.account_id, by=None, now=NOW)
    assert not session.exec(select(SurveyAnswer)).all()
    assert not session.exec(select(SurveyTaken)).all()
    (box,) = session.exec(select(SurveyBox)).all()
    assert box.counts == {"": {"0": 1, "people": 1}}


def test_a_question_of_another_survey_is_not_there(
    session: Session, make: Make, activity: Activity, edition: Edition
) -> None:
    other = make.activity(make.module(edition), kind=ActivityKind.SURVEY)
    begin(session, other)
    elsewhere = ask(session, other, SurveyKind.ONE)
    with pytest.raises(NotFound):
        surveys.remove_question(session, activity, elsewhere.id, by=writer(session))
    there = select(SurveyQuestion.id).where(col(SurveyQuestion.id) == elsewhere.id)
    assert session.exec(there).all() == [elsewhere.id]
