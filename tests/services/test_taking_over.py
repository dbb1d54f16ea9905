"""What changed in an earlier edition: told part by part, taken over or left, and nothing lost."""

from datetime import date
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core import db
from app.core.ids import uuid7
from app.models import (
    Account,
    Activity,
    ActivityKind,
    ActivityText,
    AuditEvent,
    CarriedPiece,
    Completion,
    Edition,
    Module,
    Quiz,
    Survey,
    SurveyKind,
    SurveyQuestion,
    SurveyTaken,
    TextVersion,
)
from app.queries.activity_texts import NO_TEXT, Words, current_texts
from app.queries.changes import What, changes
from app.services.activities import remove_activity
from app.services.activity_texts import Place, save_text
from app.services.attempts import begin_attempt
from app.services.modules import ModuleWords, change_module, remove_module
from app.services.next_editions import NextEdition, open_next_edition
from app.services.taking_over import leave, take_over
from tests.counting import statements
from tests.make import NOW, Make


@pytest.fixture
def older(make: Make) -> Edition:
    return make.edition(
        make.course(languages=["en"]), slug="2026", starts_on=date(2026, 4, 1), ends_on=None
    )


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


def next_of(session: Session, older: Edition, boss: Account) -> UUID:
    wanted = NextEdition(uuid7(), "2027", date(2027, 4, 7), 2027)
    return open_next_edition(session, older.id, wanted, by=boss.id, now=NOW).edition_id


def copy_of(session: Session, edition_id: UUID, original: Any) -> Any:
    kind = type(original)
    return session.exec(
        select(kind).where(kind.edition_id == edition_id, kind.came_from_id == original.id)
    ).one()


def write(session: Session, activity: Activity, body: str, by: Account) -> None:
    there = current_texts(session, activity.id).get("en", NO_TEXT)
    place = Place(activity.edition_id, activity.id, "en")
    save_text(session, place, Words(body), number=there.number, by=by.id, now=NOW)


def body(session: Session, activity_id: UUID) -> str:
    session.expire_all()
    return session.exec(
        select(ActivityText.body).where(ActivityText.activity_id == activity_id)
    ).one()


def test_nothing_is_told_right_after_and_changes_made_here_alone_are_nobodys(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    page = make.activity(make.module(older), body="As it was.")
    edition = next_of(session, older, boss)
    assert changes(session, edition) == []

    write(session, copy_of(session, edition, page), "Our own words.", boss)

    assert changes(session, edition) == []
    assert changes(session, older.id) == []


def test_a_text_changed_there_is_taken_over_as_a_new_version(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    page = make.activity(make.module(older), body="As it was.")
    edition = next_of(session, older, boss)
    copy = copy_of(session, edition, page)
    write(session, copy, "Our own words.", boss)
    write(session, page, "As it is now.", boss)

    [change] = changes(session, edition)
    taken = take_over(session, edition, [page.id], by=boss.id, now=NOW)

    assert (change.what, change.here_too) == (What.CHANGED, True)
    assert [part.name for part in change.parts] == ["text-en"]
    assert taken.pieces == 1
    assert body(session, copy.id) == "As it is now."
    kept = select(TextVersion.body).where(TextVersion.activity_id == copy.id)
    assert "Our own words." in session.exec(kept).all()
    assert changes(session, edition) == []
    assert session.exec(
        select(AuditEvent).where(AuditEvent.action == "take over content")
    ).one().edition_id == edition  # fmt: skip


def test_what_is_left_stays_left_until_it_changes_there_again(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    page = make.activity(make.module(older), body="As it was.")
    edition = next_of(session, older, boss)
    write(session, page, "As it is now.", boss)
    added = make.activity(session.get_one(Module, page.module_id), body="New.")

    assert leave(session, edition, [page.id, added.id], by=boss.id) == 2
    assert changes(session, edition) == []
    assert body(session, copy_of(session, edition, page).id) == "As it was."

    write(session, page, "Once more.", boss)
    write(session, added, "Newer.", boss)
    assert [one.source_id for one in changes(session, edition)] == [page.id, added.id]
    assert leave(session, edition, [uuid7()], by=boss.id) == 0


def test_what_is_new_there_comes_hidden_into_the_copy_of_its_module(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    first = make.module(older)
    make.activity(first)
    edition = next_of(session, older, boss)
    page = make.activity(first, body="New.")
    module = make.module(older)
    inside = make.activity(module, body="Newer.")

    assert [(one.source_id, one.what) for one in changes(session, edition)] == [
        (page.id, What.ADDED),
        (module.id, What.ADDED),
    ]
    take_over(session, edition, [page.id, module.id], by=boss.id, now=NOW)

    session.expire_all()
    copy = copy_of(session, edition, page)
    own = copy_of(session, edition, module)
    assert (copy.is_hidden, own.is_hidden) == (True, True)
    assert copy.module_id == copy_of(session, edition, first).id
    assert copy_of(session, edition, inside).module_id == own.id
    assert changes(session, edition) == []
    write(session, inside, "Newest.", boss)
    assert [one.what for one in changes(session, edition)] == [What.CHANGED]


def test_what_is_gone_there_is_hidden_here_and_nothing_deleted(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    module, gone = make.module(older), make.module(older)
    page, other = make.activity(module), make.activity(module)
    edition = next_of(session, older, boss)
    copy, of_module = copy_of(session, edition, page), copy_of(session, edition, gone)
    remove_activity(session, older.id, page.id, by=boss.id)
    remove_module(session, older.id, gone.id, by=boss.id)

    assert [one.what for one in changes(session, edition)] == [What.REMOVED, What.REMOVED]
    taken = take_over(session, edition, [page.id, gone.id, other.id], by=boss.id, now=NOW)

    session.expire_all()
    assert (taken.pieces, taken.hidden) == (2, 2)
    assert session.get_one(Activity, copy.id).is_hidden
    assert session.get_one(Module, of_module.id).is_hidden
    assert changes(session, edition) == []


def test_what_was_taken_away_here_is_not_offered_again(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    page = make.activity(make.module(older), body="As it was.")
    edition = next_of(session, older, boss)
    remove_activity(session, edition, copy_of(session, edition, page).id, by=boss.id)
    write(session, page, "As it is now.", boss)

    assert changes(session, edition) == []


def test_the_words_of_a_module_are_taken_over(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    module = make.module(older)
    edition = next_of(session, older, boss)
    words = ModuleWords({"en": "Another title"}, {"en": "Other words about it."})
    change_module(session, older.id, module.id, words, by=boss.id)

    [change] = changes(session, edition)
    take_over(session, edition, [module.id], by=boss.id, now=NOW)

    assert [part.name for part in change.parts] == ["summary", "title"]
    copy = copy_of(session, edition, module)
    assert (copy.title, copy.summary) == (words.title, words.summary)


@pytest.mark.parametrize("changed_here", [False, True])
def test_a_quiz_is_written_over_only_where_nobody_touched_it(
    make: Make, session: Session, older: Edition, boss: Account, changed_here: bool
) -> None:
    quiz = make.quiz(make.module(older))
    edition = next_of(session, older, boss)
    copy = copy_of(session, edition, quiz)
    there = session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()
    there.pass_percent = 90
    own = session.exec(select(Quiz).where(Quiz.activity_id == copy.id)).one()
    own.opens_at = NOW
    if changed_here:
        own.most_attempts = 3
    session.flush()

    [change] = changes(session, edition)
    taken = take_over(session, edition, [quiz.id], by=boss.id, now=NOW)

    session.expire_all()
    assert [part.name for part in change.parts] == ["kind"]
    assert taken.beside == changed_here
    assert session.get_one(Quiz, own.id).pass_percent == (60 if changed_here else 90)
    assert session.get_one(Quiz, own.id).opens_at == NOW
    copies = session.exec(select(Activity).where(Activity.came_from_id == quiz.id)).all()
    assert sorted(one.is_hidden for one in copies) == ([False, True] if changed_here else [False])
    assert changes(session, edition) == []


def test_a_quiz_that_somebody_tries_stays_as_it_is(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    quiz = make.quiz(make.module(older))
    edition = next_of(session, older, boss)
    copy = copy_of(session, edition, quiz)
    enrolment = make.enrolment(make.account(), session.get_one(Edition, edition))
    begin_attempt(session, enrolment.id, copy, now=NOW)
    session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one().pass_percent = 90
    session.flush()

    taken = take_over(session, edition, [quiz.id], by=boss.id, now=NOW)

    own = session.exec(select(Quiz).where(Quiz.activity_id == copy.id)).one()
    assert (taken.beside, own.pass_percent) == (1, 60)


def survey_of(make: Make, module: Module) -> tuple[Activity, SurveyQuestion]:
    activity = make.activity(module, kind=ActivityKind.SURVEY)
    survey = make.saved(Survey(activity_id=activity.id))
    asked: dict[str, Any] = {"kind": SurveyKind.SHORT, "text": {"en": "What was missing?"}}
    return activity, make.saved(SurveyQuestion(survey_id=survey.id, position=1, **asked))


@pytest.mark.parametrize("answered", [False, True])
def test_a_survey_is_asked_anew_unless_somebody_answered_it(
    make: Make, session: Session, older: Edition, boss: Account, answered: bool
) -> None:
    activity, question = survey_of(make, make.module(older))
    edition = next_of(session, older, boss)
    copy = copy_of(session, edition, activity)
    own = session.exec(select(Survey).where(Survey.activity_id == copy.id)).one()
    if answered:
        person = make.enrolment(make.account(), session.get_one(Edition, edition))
        session.add(SurveyTaken(survey_id=own.id, enrolment_id=person.id, answered_on=NOW.date()))
    question.text = {"en": "What was too much?"}
    make.saved(question)

    [change] = changes(session, edition)
    take_over(session, edition, [activity.id], by=boss.id, now=NOW)

    session.expire_all()
    asked = session.exec(
        select(SurveyQuestion.text).where(SurveyQuestion.survey_id == own.id)
    ).all()
    assert [part.name for part in change.parts] == ["kind"]
    assert asked == [{"en": "What was missing?" if answered else "What was too much?"}]
    beside = session.exec(select(Activity).where(Activity.came_from_id == activity.id)).all()
    assert len(beside) == 1 + answered


def test_rules_of_completion_and_weights_come_along(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    quiz = make.quiz(make.module(older))
    quiz.completion, quiz.completion_number, quiz.weight = Completion.RESULT, 80, 3
    make.saved(quiz)
    edition = next_of(session, older, boss)
    copy = copy_of(session, edition, quiz)
    carried = (copy.completion, copy.completion_number, copy.weight)
    quiz.completion_number = 90
    make.saved(quiz)

    take_over(session, edition, [quiz.id], by=boss.id, now=NOW)

    session.refresh(copy)
    assert carried == (Completion.RESULT, 80, 3)
    assert copy.completion_number == 90


def test_comparing_takes_no_more_statements_for_more_pieces(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    module = make.module(older)
    make.quiz(module)
    edition = next_of(session, older, boss)
    session.flush()
    with statements() as few:
        changes(session, edition)
    for _n in range(3):
        make.quiz(module)
        make.activity(module, body="More.")
    session.flush()
    with statements() as many:
        found = changes(session, edition)

    assert len(found) == 6
    assert len(many) == len(few)
    assert session.exec(select(CarriedPiece)).all()


def test_what_is_written_there_while_it_is_copied_is_in_the_copy_or_told(
    make: Make, session: Session, older: Edition, boss: Account
) -> None:
    page = make.activity(make.module(older), body="As it was.")
    session.commit()
    ready, made = Barrier(2), list[UUID]()

    def copy() -> None:
        ready.wait()
        with db.changing() as own:
            made.append(next_of(own, older, boss))

    def edit() -> None:
        ready.wait()
        with db.changing() as own:
            write(own, own.get_one(Activity, page.id), "As it is now.", boss)

    threads = [Thread(target=copy), Thread(target=edit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.expire_all()
    [edition] = made
    own = copy_of(session, edition, page)
    told = [one.source_id for one in changes(session, edition)]
    assert (body(session, own.id), told) in [("As it is now.", []), ("As it was.", [page.id])]
