"""How the questions of a quiz did their work: how hard each was, and whom it told apart.

Only tries that were handed in count, of each person the first one unless all are asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import choose
from app.core.question_content import Choosing, QuestionKind
from app.models import Answer, Attempt, Question, QuestionVersion

#: Below this many answers a figure says more of chance than of the question.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class OptionChosen:
    text: str
    right: bool
    times: int


@dataclass(frozen=True, slots=True)
class Item:
    """A figure that too few answers stand behind is None, and so are the choices."""

    question_id: UUID
    kind: QuestionKind
    text: str
    n: int
    facility: float | None
    discrimination: float | None
    seconds: float | None
    options: tuple[OptionChosen, ...]

    @property
    def is_enough(self) -> bool:
        return self.n >= FEWEST


@dataclass(frozen=True, slots=True)
class _Given:
    attempt_id: UUID
    share: float
    out_of: float
    seconds: int
    chosen: tuple[str, ...]


def question_analysis(
    session: Session, activity_id: UUID, language: str, *, all_tries: bool = False
) -> list[Item]:
    """In two statements, however many took part."""
    answers = _answers(session, activity_id, all_tries=all_tries)
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(
            QuestionVersion,
            (col(QuestionVersion.question_id) == col(Question.id))
            & (col(QuestionVersion.number) == col(Question.number)),
        )
        .where(col(Question.id).in_(list(answers)))
        .order_by(col(Question.category), col(Question.id))
    ).all()
    totals = _totals(answers)
    return [
        _item(question, version, answers[question.id], totals, language)
        for question, version in rows
    ]


def _answers(session: Session, activity_id: UUID, *, all_tries: bool) -> dict[UUID, list[_Given]]:
    """What waits for a mark counts for nothing yet."""
    wanted = [col(Attempt.activity_id) == activity_id, col(Attempt.submitted_at).is_not(None)]
    if not all_tries:
        wanted.append(col(Attempt.number) == 1)
    rows = session.exec(
        select(Answer)
        .join(Attempt, col(Attempt.id) == col(Answer.attempt_id))
        .where(*wanted, col(Answer.share).is_not(None))
    ).all()
    found: dict[UUID, list[_Given]] = defaultdict(list)
    for one in rows:
        chosen = tuple(one.given.get("chosen", ()))
        found[one.question_id].append(
            _Given(one.attempt_id, one.share or 0, one.out_of, one.seconds, chosen)
        )
    return found


def _totals(answers: dict[UUID, list[_Given]]) -> dict[UUID, tuple[float, float]]:
    """Points earned and points to be earned, of each try."""
    totals: dict[UUID, tuple[float, float]] = {}
    for given in answers.values():
        for one in given:
            earned, out_of = totals.get(one.attempt_id, (0.0, 0.0))
            totals[one.attempt_id] = earned + one.share * one.out_of, out_of + one.out_of
    return totals


def _item(
    question: Question,
    version: QuestionVersion,
    given: list[_Given],
    totals: dict[UUID, tuple[float, float]],
    language: str,
) -> Item:
    enough = len(given) >= FEWEST
    return Item(
        question.id,
        question.kind,
        choose(version.text, language),
        len(given),
        facility([one.share for one in given]) if enough else None,
        _discrimination(given, totals) if enough else None,
        _seconds(given),
        _options(question, version, given, language) if enough else (),
    )


def _seconds(given: list[_Given]) -> float | None:
    """Where no time was taken, there is none: not nothing."""
    taken = [one.seconds for one in given if one.seconds]
    return median(taken) if len(taken) >= FEWEST else None


def facility(shares: Sequence[float]) -> float:
    """The mean share of its points that a question was worth: 1 where everybody had it right."""
    return sum(shares) / len(shares)


def _discrimination(given: list[_Given], totals: dict[UUID, tuple[float, float]]) -> float | None:
    """Against the rest of each try, of which the question itself is no part."""
    pairs = []
    for one in given:
        earned, out_of = totals[one.attempt_id]
        if out_of > one.out_of:
            rest = (earned - one.share * one.out_of) / (out_of - one.out_of)
            pairs.append((one.share, rest))
    return correlation(pairs) if len(pairs) >= FEWEST else None


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The corrected item-total correlation: Pearson's r of the question and the rest of the try.

    With x the share of the question and y the share of all other points of the same try,
    ``r = S(xy) / sqrt(S(xx) * S(yy))``, S being sums of products of deviations from the means.
    Corrected, because the question is left out of y (Nunnally and Bernstein, Psychometric Theory,
    3rd edition 1994, chapter 8). None where all x or all y are the same: nothing is told apart.
    """
    mean_x = sum(x for x, _y in pairs) / len(pairs)
    mean_y = sum(y for _x, y in pairs) / len(pairs)
    xy = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    xx = sum((x - mean_x) ** 2 for x, _y in pairs)
    yy = sum((y - mean_y) ** 2 for _x, y in pairs)
    nothing = 1e-12
    return None if xx < nothing or yy < nothing else xy / (xx * yy) ** 0.5


def _options(
    question: Question, version: QuestionVersion, given: list[_Given], language: str
) -> tuple[OptionChosen, ...]:
    content = version.holds(question.kind)
    if not isinstance(content, Choosing):
        return ()
    times = Counter(key for one in given for key in one.chosen)
    return tuple(
        OptionChosen(choose(o.text, language), o.right, times[o.key]) for o in content.options
    )
