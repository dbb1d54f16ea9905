"""Surveys: what they ask, and what may be seen of the answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import SystemRandom
from statistics import median
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import (
    Account,
    Enrolment,
    SplitBy,
    Survey,
    SurveyAnswer,
    SurveyBox,
    SurveyKind,
    SurveyQuestion,
    SurveyTaken,
)
from app.models.survey import PEOPLE, Counts
from app.queries.figures import FEWEST_IN_A_GROUP, PART_OF, Part, Split, published_split


def survey_of(session: Session, activity_id: UUID) -> Survey | None:
    return session.exec(select(Survey).where(Survey.activity_id == activity_id)).one_or_none()


def questions_of(session: Session, survey_id: UUID) -> list[SurveyQuestion]:
    return list(
        session.exec(
            select(SurveyQuestion)
            .where(SurveyQuestion.survey_id == survey_id)
            .order_by(col(SurveyQuestion.position))
        )
    )


def has_answered(session: Session, survey_id: UUID, enrolment_id: UUID) -> bool:
    return session.get(SurveyTaken, (survey_id, enrolment_id)) is not None


def how_many_answered(session: Session, survey_id: UUID) -> int:
    query = select(func.count()).select_from(SurveyTaken)
    return session.exec(query.where(SurveyTaken.survey_id == survey_id)).one()


def own_answers(
    session: Session, survey_id: UUID, enrolment_id: UUID
) -> dict[UUID, tuple[list[int], str]]:
    """What somebody answered in a survey with names, by question."""
    return {
        answer.question_id: (answer.chosen, answer.words)
        for answer in session.exec(
            select(SurveyAnswer)
            .join(SurveyQuestion, col(SurveyQuestion.id) == col(SurveyAnswer.question_id))
            .where(SurveyQuestion.survey_id == survey_id, SurveyAnswer.enrolment_id == enrolment_id)
        )
    }


def group_of(split_by: SplitBy, enrolment: Enrolment) -> str:
    """What of somebody is kept with an answer: what its question is told apart by, or nothing."""
    return {
        SplitBy.NOTHING: "",
        SplitBy.GENDER: PART_OF[enrolment.gender].value,
        SplitBy.COUNTRY: enrolment.country,
    }[split_by]


def counted(counts: Counts, group: str, chosen: Sequence[int]) -> Counts:
    """``counts`` with one more answer, in an order that tells nothing."""
    of = dict(counts.get(group, {}))
    for key in (PEOPLE, *map(str, chosen)):
        of[key] = of.get(key, 0) + 1
    return {name: dict(sorted(n.items())) for name, n in sorted((counts | {group: of}).items())}


# --- Results


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody answered who did so with their name."""

    name: str
    words: str
    chosen: list[int]


@dataclass(frozen=True, slots=True)
class Result:
    """What may be seen of the answers to one question."""

    question: SurveyQuestion
    n: int  # how many answered it
    totals: dict[int, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    splits: tuple[tuple[int | None, Split], ...] = ()  # of each choice, or of all (None)
    unsplit: bool = False  # it was to be told apart and can't be
    withheld: bool = False  # too few answered for anything to be said

    @property
    def mean(self) -> float | None:
        return _mean(self.totals)

    @property
    def median(self) -> float | None:
        return _median(self.totals)

    def group_means(self, split: Split) -> list[tuple[float, float]] | None:
        """Mean and median of each group, where its answers are there one by one anyway."""
        if self.question.kind is not SurveyKind.SCALE or not split.is_whole:
            return None
        found = []
        for place in range(len(split.groups)):
            of = {c[0]: row[place] for c, row in zip(split.choices, split.cells, strict=True)}
            found.append((_mean(of) or 0, _median(of) or 0))
        return found


def _mean(totals: Mapping[int, int]) -> float | None:
    n = sum(totals.values())
    return sum(value * times for value, times in totals.items()) / n if n else None


def _median(totals: Mapping[int, int]) -> float | None:
    each = [value for value, times in totals.items() for _ in range(times)]
    return float(median(each)) if each else None


@dataclass(frozen=True, slots=True)
class Results:
    answered: int
    questions: tuple[Result, ...] = ()
    waits: bool = False  # nothing is said before the survey is closed
    too_few: bool = False


def results(session: Session, survey: Survey, *, with_names: bool, now: datetime) -> Results:
    """What a survey says: the one place from which pages and files take it.

    Of an anonymous survey nothing is said while answers may still come: whoever looks before and
    after one comes would know it. For the same reason no survey is told apart by groups until then.
    """
    answered = how_many_answered(session, survey.id)
    closed = survey.is_closed(now)
    named = with_names and not survey.anonymous
    if not closed and not named:
        return Results(answered, waits=True)
    if answered < FEWEST_IN_A_GROUP and not named:
        return Results(answered, too_few=True)
    asked = questions_of(session, survey.id)
    boxes = _boxes(session, survey, asked)
    said = _by_name(session, survey.id) if named else {}
    found = (_result(q, boxes[q.id], said.get(q.id, ()), exact=named, split=closed) for q in asked)
    return Results(answered, tuple(found))


def _result(
    question: SurveyQuestion, box: SurveyBox, named: Sequence[Named], *, exact: bool, split: bool
) -> Result:
    n = sum(of.get(PEOPLE, 0) for of in box.counts.values())
    if n < FEWEST_IN_A_GROUP and not exact:
        return Result(question, n=0, withheld=True)
    texts = list(box.texts)
    SystemRandom().shuffle(texts)
    totals = {
        value: sum(of.get(str(value), 0) for of in box.counts.values()) for value in question.values
    }
    wanted = split and question.split_by is not SplitBy.NOTHING and not question.kind.is_text
    splits = tuple(_splits(question, box.counts)) if wanted else ()
    return Result(
        question,
        n,
        totals,
        () if exact else tuple(texts),
        tuple(named),
        splits,
        unsplit=wanted and not splits,
    )


def _splits(question: SurveyQuestion, counts: Counts) -> Iterator[tuple[int | None, Split]]:
    """All choices at once; of those that don't exclude each other, each against its absence."""
    counts = {group: counts[group] for group in sorted(counts, key=_as_reports_print)}
    if question.kind is not SurveyKind.SEVERAL:
        each = {
            group: {int(value): n for value, n in of.items() if value != PEOPLE}
            for group, of in counts.items()
        }
        found = published_split(each, in_order=question.kind is SurveyKind.SCALE)
        if found:
            yield None, found
        return
    for value in question.values:
        each = {
            group: {
                1: of.get(str(value), 0),
                0: of.get(PEOPLE, 0) - of.get(str(value), 0),
            }
            for group, of in counts.items()
        }
        found = published_split(each, in_order=False)
        if found:
            yield value, found


def _as_reports_print(group: str) -> tuple[int, str]:
    parts = [part.value for part in Part]
    return (parts.index(group) if group in parts else 0, group)


def _boxes(
    session: Session, survey: Survey, asked: Sequence[SurveyQuestion]
) -> dict[UUID, SurveyBox]:
    boxes = {question.id: SurveyBox(question_id=question.id) for question in asked}
    if survey.anonymous:
        kept = session.exec(select(SurveyBox).where(col(SurveyBox.question_id).in_(boxes)))
        return boxes | {box.question_id: box for box in kept}
    by_id = {question.id: question for question in asked}
    for answer, enrolment in session.exec(
        select(SurveyAnswer, Enrolment)
        .join(Enrolment, col(Enrolment.id) == col(SurveyAnswer.enrolment_id))
        .where(col(SurveyAnswer.question_id).in_(boxes))
    ):
        box = boxes[answer.question_id]
        group = group_of(by_id[answer.question_id].split_by, enrolment)
        box.counts = counted(box.counts, group, answer.chosen)
        box.texts = [*box.texts, *([answer.words] if answer.words else [])]
    return boxes


def _by_name(session: Session, survey_id: UUID) -> dict[UUID, list[Named]]:
    """Who answered what, by question."""
    found: dict[UUID, list[Named]] = {}
    rows = session.execute(
        select(SurveyAnswer.question_id, Account.name, SurveyAnswer.words, SurveyAnswer.chosen)
        .join(SurveyQuestion, col(SurveyQuestion.id) == col(SurveyAnswer.question_id))
        .join(Enrolment, col(Enrolment.id) == col(SurveyAnswer.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(SurveyQuestion.survey_id == survey_id)
        .order_by(col(Account.name), col(Enrolment.id))
    )
    for question_id, *answer in rows:
        found.setdefault(question_id, []).append(Named(*answer))
    return found
