"""Writing a quiz: its rules, the slots that questions are drawn for, and who gets more time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.models import (
    Activity,
    Counting,
    Edition,
    Enrolment,
    Question,
    Quiz,
    QuizExtension,
    QuizSlot,
    Reveal,
)
from app.queries.attempts import turn_of
from app.services.audit import GONE, record
from app.services.enrolments import LOCK, show_anew

MOST_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What `change_rules` sets: as the columns of `Quiz`, but for the password."""

    pass_percent: int
    most_attempts: int | None
    counting: Counting
    shuffle_questions: bool
    shuffle_choices: bool
    minutes: int | None
    grace_seconds: int
    opens_at: datetime | None
    closes_at: datetime | None
    in_order: bool
    per_page: int | None
    wrong_costs: int
    feedback: Reveal
    solution: Reveal


def begin_quiz(session: Session, activity: Activity) -> None:
    """A new quiz shuffles, and is empty."""
    session.add(Quiz(activity_id=activity.id, shuffle_questions=True, shuffle_choices=True))
    session.flush()


def carry_quiz_over(session: Session, original: Activity, copy: Activity) -> None:
    """Rules and slots come along, and the questions stay in the bank; nobody's tries do."""
    quiz = _quiz(session, original.id)
    values = quiz.model_dump(exclude={"id", "created_at", "activity_id"})
    carried = Quiz(activity_id=copy.id, **values)
    session.add(carried)
    session.flush()
    for slot in _slots(session, quiz.id):
        values = slot.model_dump(exclude={"id", "created_at", "quiz_id"})
        session.add(QuizSlot(quiz_id=carried.id, **values))
    session.flush()


def take_quiz_over(session: Session, original: Activity, copy: Activity) -> None:
    """Rules and slots as they are in the original; the copy opens and closes when it did."""
    quiz, own = _quiz(session, original.id), _quiz(session, copy.id)
    dates = {"opens_at", "closes_at"}
    values = quiz.model_dump(exclude={"id", "created_at", "activity_id", *dates})
    for name, value in values.items():
        setattr(own, name, value)
    session.add(own)
    for slot in _slots(session, own.id):
        session.delete(slot)
    session.flush()
    for slot in _slots(session, quiz.id):
        said = slot.model_dump(exclude={"id", "created_at", "quiz_id"})
        session.add(QuizSlot(quiz_id=own.id, **said))
    session.flush()


def change_rules(
    session: Session,
    activity: Activity,
    rules: Rules,
    *,
    by: UUID,
    password: str | None = None,
) -> bool:
    """New rules hold for tries that are begun from now on; says whether anything changed.

    ``password``: None leaves it as it is, an empty one takes it away.
    """
    quiz = _quiz(session, activity.id)
    _refuse_senseless(rules)
    wanted: dict[str, Any] = asdict(rules)
    if password is not None:
        wanted["password_hash"] = token_hash(password.strip()) if password.strip() else ""
    before = {name: getattr(quiz, name) for name in wanted}
    names = sorted(name for name in wanted if wanted[name] != before[name])
    if not names:
        return False
    for name in names:
        setattr(quiz, name, wanted[name])
    session.add(quiz)
    _show_anew(session, activity)
    told = [name for name in names if name != "password_hash"]
    record(
        session,
        by,
        "change quiz",
        "activity",
        activity.id,
        edition=activity.edition_id,
        before={name: _plain(before[name]) for name in told},
        after={name: _plain(wanted[name]) for name in told},
    )
    return True


def _refuse_senseless(rules: Rules) -> None:
    if rules.opens_at and rules.closes_at and rules.closes_at <= rules.opens_at:
        raise RuleBroken(_("The quiz closes before it opens."))
    if Reveal.CLOSED in {rules.feedback, rules.solution} and rules.closes_at is None:
        raise RuleBroken(_("To show something when the quiz closes, say when it closes."))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


# Slots


def add_questions(session: Session, activity: Activity, questions: list[UUID], *, by: UUID) -> int:
    """Put questions of the course's bank into the quiz, each once; say how many are new."""
    quiz = _quiz(session, activity.id)
    there = _slots(session, quiz.id)
    known = set(
        session.exec(
            select(Question.id)
            .join(Edition, col(Edition.course_id) == col(Question.course_id))
            .where(Edition.id == activity.edition_id, col(Question.id).in_(questions))
        )
    )
    new = [one for one in dict.fromkeys(questions)
           if one in known and one not in {slot.question_id for slot in there}]  # fmt: skip
    _refuse_too_many(there, len(new))
    last = there[-1].position if there else 0
    session.add_all(
        QuizSlot(quiz_id=quiz.id, position=last + n, question_id=one)
        for n, one in enumerate(new, 1)
    )
    session.flush()
    if new:
        _note_slots(session, activity, by, there, [str(one) for one in new])
    return len(new)


def add_draw(
    session: Session,
    activity: Activity,
    *,
    category: str,
    tag: str,
    draws: int,
    points: float,
    by: UUID,
) -> QuizSlot:
    """Some questions by chance, from a category and what lies below it, or with a tag."""
    quiz = _quiz(session, activity.id)
    there = _slots(session, quiz.id)
    _refuse_too_many(there, draws)
    last = there[-1].position if there else 0
    slot = QuizSlot(
        quiz_id=quiz.id, position=last + 1, category=category, tag=tag, draws=draws, points=points
    )
    session.add(slot)
    session.flush()
    _note_slots(session, activity, by, there, [f"{draws} x {category} {tag}".strip()])
    return slot


def change_slot(
    session: Session, activity: Activity, slot_id: UUID, *, points: float, draws: int, by: UUID
) -> None:
    slot = _slot(session, activity, slot_id)
    before = {"points": slot.points, "draws": slot.draws}
    slot.points = points
    slot.draws = draws if slot.question_id is None else 1
    session.add(slot)
    session.flush()
    _note_change(session, activity, by, before, {"points": slot.points, "draws": slot.draws})


def move_slot(session: Session, activity: Activity, slot_id: UUID, *, up: bool, by: UUID) -> None:
    slot = _slot(session, activity, slot_id)
    there = _slots(session, slot.quiz_id)
    place = there.index(slot)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(there):
        return
    there[place], there[other] = there[other], there[place]
    for position, one in enumerate(there, 1):
        one.position = position
        session.add(one)
    session.flush()
    _note_change(session, activity, by, {"place": place + 1}, {"place": other + 1})


def remove_slot(session: Session, activity: Activity, slot_id: UUID, *, by: UUID) -> None:
    """The question stays in the bank, and tries that were asked it stay as they are."""
    slot = _slot(session, activity, slot_id)
    question = str(slot.question_id or slot.category)
    session.delete(slot)
    session.flush()
    _note_change(session, activity, by, {"question": question}, {"question": None})


def _slot(session: Session, activity: Activity, slot_id: UUID) -> QuizSlot:
    quiz = _quiz(session, activity.id)
    slot = session.get(QuizSlot, slot_id)
    if slot is None or slot.quiz_id != quiz.id:
        raise NotFound(_("There is nothing at this address."))
    return slot


def _slots(session: Session, quiz_id: UUID) -> list[QuizSlot]:
    statement = select(QuizSlot).where(QuizSlot.quiz_id == quiz_id)
    return list(session.exec(statement.order_by(col(QuizSlot.position), col(QuizSlot.id))))


def _refuse_too_many(there: list[QuizSlot], more: int) -> None:
    if sum(slot.draws for slot in there) + more > MOST_QUESTIONS:
        raise RuleBroken(_("A quiz asks at most %(count)s questions.") % {"count": MOST_QUESTIONS})


def _note_slots(
    session: Session, activity: Activity, by: UUID, there: list[QuizSlot], new: list[str]
) -> None:
    before = {"questions": len(there)}
    _note_change(session, activity, by, before, {"questions": len(there) + len(new), "new": new})


def _note_change(
    session: Session,
    activity: Activity,
    by: UUID,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    _show_anew(session, activity)
    record(
        session, by, "change quiz", "activity", activity.id, edition=activity.edition_id,
        before=before, after=after,
    )  # fmt: skip


# More time and more tries for one person


def extend(
    session: Session,
    activity: Activity,
    enrolment_id: UUID,
    *,
    minutes: int,
    attempts: int,
    reason: str,
    by: UUID,
) -> QuizExtension:
    """Also for a try that is under way. Given again, it takes the place of the one before."""
    quiz = _quiz(session, activity.id)
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=LOCK)
    if enrolment is None or enrolment.edition_id != activity.edition_id:
        raise NotFound(_("There is nothing at this address."))
    one = session.exec(
        select(QuizExtension).where(
            QuizExtension.activity_id == activity.id, QuizExtension.enrolment_id == enrolment_id
        )
    ).one_or_none()
    before: dict[str, Any] = {"minutes": 0, "attempts": 0}
    if one is None:
        one = QuizExtension(activity_id=activity.id, enrolment_id=enrolment_id, reason=reason)
    else:
        before = {"minutes": one.minutes, "attempts": one.attempts}
    one.minutes, one.attempts, one.reason, one.given_by_id = minutes, attempts, reason, by
    session.add(one)
    session.flush()
    _move_end(session, quiz, enrolment_id)
    after = {"minutes": minutes, "attempts": attempts}
    _note_extension(session, activity, enrolment, by, before, after)
    return one


def end_extension(session: Session, activity: Activity, extension_id: UUID, *, by: UUID) -> None:
    one = session.get(QuizExtension, extension_id)
    if one is None or one.activity_id != activity.id:
        raise NotFound(_("There is nothing at this address."))
    enrolment = session.get_one(Enrolment, one.enrolment_id, with_for_update=LOCK)
    session.delete(one)
    session.flush()
    _move_end(session, _quiz(session, activity.id), enrolment.id)
    _note_extension(session, activity, enrolment, by, GONE["before"], GONE["after"])


def _move_end(session: Session, quiz: Quiz, enrolment_id: UUID) -> None:
    turn = turn_of(session, quiz.activity_id, enrolment_id)
    if turn is not None and turn.running is not None:
        turn.running.due_at = turn.due_at(turn.running.started_at)
        session.add(turn.running)
        session.flush()


def _note_extension(
    session: Session,
    activity: Activity,
    enrolment: Enrolment,
    by: UUID,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    show_anew(session, enrolment.id)
    record(
        session, by, "extend quiz", "activity", activity.id,
        person=enrolment.account_id, edition=activity.edition_id, before=before, after=after,
    )  # fmt: skip


def _quiz(session: Session, activity_id: UUID) -> Quiz:
    quiz = session.exec(select(Quiz).where(Quiz.activity_id == activity_id)).one_or_none()
    if quiz is None:
        raise NotFound(_("There is nothing at this address."))
    return quiz


def _show_anew(session: Session, activity: Activity) -> None:
    """What all see in the edition has changed."""
    session.execute(
        update(Edition)
        .where(col(Edition.id) == activity.edition_id)
        .values(version=col(Edition.version) + 1)
    )
