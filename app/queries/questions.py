"""Reading questions: the bank of a course, one question as it is asked, and as it was judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import Session, col, select

from app.core.i18n import choose, chosen_language
from app.core.judging import accepted_as, amount_met, best_fit, gap_share, is_empty
from app.core.question_content import (
    Choosing,
    Content,
    Gap,
    Gaps,
    Given,
    Matching,
    Numerical,
    Ordering,
    QuestionKind,
    Short,
)
from app.core.question_files import GAP, Portable, likeness
from app.core.text import folded
from app.models import Answer, Question, QuestionVersion

#: In percent.
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question offers: which of them is right is not even loaded."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class GapPart:
    """A piece of text, and the gap after it if there is one. With no options it is typed."""

    before: str
    key: str = ""
    options: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSeen:
    id: UUID
    number: int
    kind: QuestionKind
    text: str
    language: str
    out_of: float
    parts: tuple[Part, ...] = ()
    rights: tuple[Part, ...] = ()
    pieces: tuple[GapPart, ...] = ()
    given: Given | None = None
    version: int = 0
    is_open: bool = True
    is_checked: bool = False


def seen(
    answer: Answer, version: QuestionVersion, question: Question, language: str
) -> QuestionSeen:
    """One question of a try, with what was answered so far."""
    content = version.holds(question.kind)
    spoken = chosen_language(version.text, language)
    text = version.text.get(spoken, "")
    return QuestionSeen(
        id=question.id,
        number=answer.position,
        kind=question.kind,
        text=text,
        language=spoken,
        out_of=answer.out_of,
        parts=_parts(content, answer.arranged, language),
        rights=_rights(content, answer.arranged, language),
        pieces=_pieces(content, text, answer.arranged, language),
        given=answer.given,
        version=answer.version,
        is_open=is_empty(answer.given),
        is_checked=answer.checked_at is not None,
    )


def as_it_would_be_asked(
    version: QuestionVersion, question: Question, language: str, *, number: int, points: float = 1
) -> QuestionSeen:
    """For those who write it: the question in the order in which it was written."""
    blank = Answer(
        attempt_id=question.id, question_id=question.id, version_id=version.id,
        position=number, out_of=points,
    )  # fmt: skip
    return seen(blank, version, question, language)


def _in_order(texts: dict[str, str], keys: Iterable[str] | None) -> tuple[Part, ...]:
    order = [key for key in keys if key in texts] if keys else list(texts)
    return tuple(Part(key, texts[key]) for key in order)


def _parts(content: Content, arranged: dict[str, list[str]], language: str) -> tuple[Part, ...]:
    match content:
        case Choosing():
            texts = {o.key: choose(o.text, language) for o in content.options}
            return _in_order(texts, arranged.get("options"))
        case Ordering():
            texts = {i.key: choose(i.text, language) for i in content.items}
            return _in_order(texts, arranged.get("items"))
        case Matching():
            texts = {p.left_key: choose(p.left, language) for p in content.pairs if p.left}
            return _in_order(texts, None)
    return ()


def _rights(content: Content, arranged: dict[str, list[str]], language: str) -> tuple[Part, ...]:
    """Each text once, whichever left sides it belongs to."""
    if not isinstance(content, Matching):
        return ()
    texts = {p.right_key: choose(p.right, language) for p in content.pairs}
    once = {part.text: part for part in reversed(_in_order(texts, arranged.get("rights")))}
    return tuple(reversed(once.values()))


def _pieces(
    content: Content, text: str, arranged: dict[str, list[str]], language: str
) -> tuple[GapPart, ...]:
    if not isinstance(content, Gaps):
        return ()
    gaps = {gap.key: gap for gap in content.gaps}
    cut = GAP.split(text)
    pieces = []
    for before, key in zip(cut[::2], [*cut[1::2], ""], strict=True):
        gap = gaps.get(key)
        texts = {o.key: choose(o.text, language) for o in gap.options} if gap else {}
        pieces.append(GapPart(before, gap.key if gap else "", _in_order(texts, arranged.get(key))))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer looked back on. ``mark``: right, wrong, missing, or nothing said."""

    mark: str
    text: str
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class QuestionJudged:
    number: int
    kind: QuestionKind
    text: str
    language: str
    out_of: float
    points: float | None
    share: float | None
    waits: bool
    lines: tuple[Line, ...]
    explanation: str
    comment: str

    @property
    def right(self) -> bool:
        return self.share == 1


def judged(
    answer: Answer,
    version: QuestionVersion,
    question: Question,
    language: str,
    *,
    feedback: bool,
    solution: bool,
    mended: QuestionVersion | None = None,
) -> QuestionJudged:
    """One question of a try looked back on; what is not to be shown is left out here.

    Its text is what was asked; what is right is as ``mended``, if it was judged again.
    """
    content = (mended or version).holds(question.kind)
    lines = _lines(content, answer.given, language)
    shown = tuple(
        Line(line.mark if feedback else "", line.text, line.feedback if feedback else "")
        for line in lines
        if line.mark != "missing"
    )
    if solution:
        shown += tuple(line for line in lines if line.mark == "missing")
    waits = question.kind is QuestionKind.ESSAY and answer.share is None
    return QuestionJudged(
        number=answer.position,
        kind=question.kind,
        text=choose(version.text, language),
        language=chosen_language(version.text, language),
        out_of=answer.out_of,
        points=answer.points if feedback else None,
        share=answer.share if feedback else None,
        waits=waits and not is_empty(answer.given),
        lines=shown,
        explanation=choose((mended or version).explanation, language) if solution else "",
        comment=answer.comment if feedback else "",
    )


def _lines(  # noqa: PLR0911 -- one for each kind
    content: Content, given: Given, language: str
) -> list[Line]:
    """What was answered and, of what was not, what would be right."""
    match content:
        case Choosing():
            return _chosen_lines(content, given, language)
        case Short():
            met = accepted_as(content, str(given.get("text", "")))
            best = [one.pattern for one in content.accepted if one.share == WHOLE]
            feedback = choose(met.feedback, language) if met else ""
            return _typed(given, met.share if met else 0, feedback, best[:1])
        case Numerical():
            amount = amount_met(content, str(given.get("text", "")))
            unit = next((u.name for u in content.units if u.factor == 1), "")
            best = [
                f"{one.value:.12g} {unit}".strip() for one in content.amounts if one.share == WHOLE
            ]
            feedback = choose(amount.feedback, language) if amount else ""
            return _typed(given, amount.share if amount else 0, feedback, best[:1])
        case Matching():
            return _matched_lines(content, given, language)
        case Ordering():
            return _ordered_lines(content, given, language)
        case Gaps():
            return _gap_lines(content, given, language)
    text = str(given.get("text", ""))
    return [Line("", text)] if text.strip() else []


def _chosen_lines(content: Choosing, given: Given, language: str) -> list[Line]:
    chosen = set(given.get("chosen", ()))
    lines = []
    for option in content.options:
        text, said = choose(option.text, language), choose(option.feedback, language)
        is_right = option.right or (option.share or 0) > 0
        if option.key in chosen:
            lines.append(Line("right" if is_right else "wrong", text, said))
        elif option.right:
            lines.append(Line("missing", text, said))
    return lines


def _typed(given: Given, share: float, feedback: str, best: list[str]) -> list[Line]:
    text = str(given.get("text", "")).strip()
    lines = [Line("right" if share > 0 else "wrong", text, feedback)] if text else []
    if share < WHOLE:
        lines += [Line("missing", one.replace("\\*", "*")) for one in best]
    return lines


def _matched_lines(content: Matching, given: Given, language: str) -> list[Line]:
    rights = {pair.right_key: pair.right for pair in content.pairs}
    matched, lines = given.get("matched", {}), []
    for pair in content.pairs:
        if not pair.left:
            continue
        left, right = choose(pair.left, language), rights.get(matched.get(pair.left_key, ""))
        if right is not None:
            mark = "right" if right == pair.right else "wrong"
            lines.append(Line(mark, f"{left} → {choose(right, language)}"))
        if right != pair.right:
            lines.append(Line("missing", f"{left} → {choose(pair.right, language)}"))
    return lines


def _ordered_lines(content: Ordering, given: Given, language: str) -> list[Line]:
    places = given.get("places", {})
    texts = {item.key: choose(item.text, language) for item in content.items}
    meant = [item.key for item in content.items]
    mine = sorted(places, key=lambda key: (places[key], key))
    lines = []
    if mine:
        words = " · ".join(f"{places[key]}. {texts[key]}" for key in mine if key in texts)
        lines.append(Line("right" if mine == meant else "wrong", words))
    if mine != meant:
        words = " · ".join(f"{n}. {texts[key]}" for n, key in enumerate(meant, 1))
        lines.append(Line("missing", words))
    return lines


def _gap_lines(content: Gaps, given: Given, language: str) -> list[Line]:
    lines = []
    for gap in content.gaps:
        filled = str(given.get("gaps", {}).get(gap.key, ""))
        share = gap_share(content, gap, filled)
        texts = {option.key: choose(option.text, language) for option in gap.options}
        if filled.strip():
            met = best_fit(gap.accepted, filled, content.mind_case, content.mind_accents)
            said = choose(met.feedback, language) if met else ""
            mark = "right" if share > 0 else "wrong"
            lines.append(Line(mark, f"[{gap.key}] {texts.get(filled, filled)}", said))
        if share < 1:
            lines.append(Line("missing", f"[{gap.key}] {_right_words(gap, texts)}"))
    return lines


def _right_words(gap: Gap, texts: dict[str, str]) -> str:
    if gap.options:
        return next((texts[option.key] for option in gap.options if option.right), "")
    return next((one.pattern.replace("\\*", "*") for one in gap.accepted if one.share == WHOLE), "")


# The bank


@dataclass(frozen=True, slots=True)
class BankLine:
    id: UUID
    kind: QuestionKind
    category: str
    tags: tuple[str, ...]
    number: int
    is_retired: bool
    text: str
    language: str
    languages: tuple[str, ...]  # those that it is missing in are found by them


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the bank somebody looks for."""

    category: str = ""
    tag: str = ""
    kind: QuestionKind | None = None
    words: str = ""
    retired: bool = False


def bank(session: Session, course_id: UUID, wanted: Wanted | None = None) -> list[BankLine]:
    """The questions of a course in the order of their categories, those that are looked for."""
    rows = session.execute(
        select(Question, QuestionVersion.text)
        .join(
            QuestionVersion,
            (col(QuestionVersion.question_id) == col(Question.id))
            & (col(QuestionVersion.number) == col(Question.number)),
        )
        .where(Question.course_id == course_id)
        .order_by(col(Question.category), col(Question.id))
    ).all()
    return [
        BankLine(
            question.id, question.kind, question.category, tuple(question.tags), question.number,
            question.is_retired, choose(text), chosen_language(text),
            tuple(sorted(one for one in text if text[one])),
        )
        for question, text in rows
        if _is_wanted(question, text, wanted or Wanted())
    ]  # fmt: skip


def _is_wanted(question: Question, text: dict[str, str], wanted: Wanted) -> bool:
    return (
        question.is_retired == wanted.retired
        and lies_in(question.category, wanted.category)
        and (not wanted.tag or wanted.tag in question.tags)
        and (wanted.kind is None or question.kind is wanted.kind)
        and (not wanted.words or folded(wanted.words) in folded(" ".join(text.values())))
    )


def lies_in(category: str, path: str) -> bool:
    """Whether a category is ``path`` or lies below it; below nothing lies everything."""
    return not path or category == path or category.startswith(f"{path}/")


def shelves(session: Session, course_id: UUID) -> tuple[list[str], list[str]]:
    """Every category of a course's bank, with those above it, and every tag."""
    rows = session.execute(
        select(Question.category, Question.tags).where(
            Question.course_id == course_id, col(Question.is_retired).is_(False)
        )
    ).all()
    paths = {
        "/".join(parts[: n + 1])
        for category, _tags in rows
        if category
        for parts in [category.split("/")]
        for n in range(len(parts))
    }
    return sorted(paths), sorted({tag for _category, tags in rows for tag in tags})


def question_of(
    session: Session, course_id: UUID, question_id: UUID
) -> tuple[Question, QuestionVersion] | None:
    """A question of this course's bank, as it is asked now."""
    row = session.execute(
        select(Question, QuestionVersion)
        .join(
            QuestionVersion,
            (col(QuestionVersion.question_id) == col(Question.id))
            & (col(QuestionVersion.number) == col(Question.number)),
        )
        .where(Question.id == question_id, Question.course_id == course_id)
    ).one_or_none()
    return tuple(row) if row else None


def is_asked_already(session: Session, version_id: UUID) -> bool:
    found = session.execute(select(exists().where(col(Answer.version_id) == version_id)))
    return bool(found.scalar_one())


def portables(session: Session, course_id: UUID, category: str = "") -> list[Portable]:
    """The questions of a bank that are asked, as files hold them, by their categories."""
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(
            QuestionVersion,
            (col(QuestionVersion.question_id) == col(Question.id))
            & (col(QuestionVersion.number) == col(Question.number)),
        )
        .where(Question.course_id == course_id, col(Question.is_retired).is_(False))
        .order_by(col(Question.category), col(Question.id))
    ).all()
    return [
        Portable(
            kind=question.kind, text=version.text, explanation=version.explanation,
            content=version.content, category=question.category, tags=question.tags,
        )
        for question, version in rows
        if lies_in(question.category, category)
    ]  # fmt: skip


def known_likenesses(session: Session, course_id: UUID) -> set[str]:
    """By which a question that comes in is found to be in the bank already."""
    return {likeness(one) for one in portables(session, course_id)}
