"""Writing GIFT, and saying what of a question it can't hold."""

import re
from collections.abc import Iterable

from app.core.gift import WHOLE, WHOLE_ORDER
from app.core.i18n import gettext as _
from app.core.question_content import (
    Accepted,
    Choosing,
    Essay,
    Gaps,
    Matching,
    Numerical,
    Ordering,
    QuestionKind,
    Short,
    Texts,
)
from app.core.question_files import (
    GAP,
    Entry,
    Portable,
    Refused,
    has_usual_words,
    other_languages,
    said,
    shortened,
    weights,
)


def written_gift(questions: Iterable[Portable], language: str) -> tuple[str, list[Entry]]:
    """The file, and what of each question is not in it. Also said in the file itself."""
    parts, report, category = [], [], ""
    for number, question in enumerate(questions, 1):
        entry = Entry(line=number, name=shortened(said(question.text, language)))
        report.append(entry)
        if question.category != category:
            category = question.category
            parts.append(f"$CATEGORY: $course$/top/{_escaped(category)}".rstrip("/"))
        try:
            body, entry.notes = _question(question, language)
            entry.question = question
        except Refused as reason:
            entry.notes, body = [str(reason)], f"// {_one_line(entry.name)}"
        tags = [f"// {' '.join(f'[tag:{tag}]' for tag in question.tags)}"] if question.tags else []
        notes = [f"// {_one_line(note)}" for note in entry.notes]
        parts.append("\n".join([*notes, *tags, body]))
    return "\n\n".join(parts) + "\n", report


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _escaped(words: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", words).replace("\n", "\\n")


def _answer(words: str) -> str:
    """A text in braces, of which nothing may be taken for a weight, a format or a remark."""
    return _escaped(words) if words[:1] not in {"[", "/", ">"} else f"[plain]{_escaped(words)}"


def _number(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")


class _Writing:
    def __init__(self, language: str, notes: list[str]) -> None:
        self.language, self.notes = language, notes

    def told(self, feedback: Texts) -> str:
        words = said(feedback, self.language)
        return f"#{_answer(words)}" if words else ""

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _question(question: Portable, language: str) -> tuple[str, list[str]]:
    notes = other_languages(question, language)
    writing, content = _Writing(language, notes), question.holds
    text = said(question.text, language)
    explanation = said(question.explanation, language)
    general = f"####{_answer(explanation)}" if explanation else ""
    head = f"::{_escaped(shortened(text, 60))}::[plain]"
    if isinstance(content, Gaps):
        before, inside, after = _missing_word(content, text, writing)
        return f"{head}{_escaped(before)}{{{inside}{general}}}{_escaped(after)}", notes
    inside = _inside(question.kind, content, writing)
    return f"{head}{_escaped(text)} {{{inside}{general}}}", notes


def _inside(  # noqa: PLR0911 -- one for each kind
    kind: QuestionKind, content: object, writing: _Writing
) -> str:
    match content:
        case Choosing() if kind is QuestionKind.TRUE_FALSE:
            return _true_false(content, writing)
        case Choosing():
            return _choices(kind, content, writing)
        case Short():
            if content.mind_case or content.mind_accents:
                writing.note(_("That capital letters or accents must be right is not in the file."))
            return _accepted(content.accepted, writing)
        case Numerical():
            return _numerical(content, writing)
        case Matching():
            return _matching(content, writing)
        case Ordering():
            grading = WHOLE_ORDER if content.whole else "RELATIVE_ALL_PREVIOUS_AND_NEXT"
            items = "\n".join(_answer(said(item.text, writing.language)) for item in content.items)
            return f">ALL VERTICAL {grading}\n{items}\n"
        case Essay() if any(content.notes.values()):
            writing.note(_("The notes for whoever marks it are not in the file."))
    return ""


def _true_false(content: Choosing, writing: _Writing) -> str:
    true, false = content.options
    if not has_usual_words(content):
        writing.note(_("The words for true and false are not in the file."))
    wrong, right = (false, true) if true.right else (true, false)
    told = [writing.told(wrong.feedback) or "#", writing.told(right.feedback)]
    return ("TRUE" if true.right else "FALSE") + (
        "".join(told) if told[1] or told[0] != "#" else ""
    )


def _choices(kind: QuestionKind, content: Choosing, writing: _Writing) -> str:
    note_choices(kind, content, writing.notes)
    if not content.shuffle:
        writing.note(_("That the choices keep their order is not in the file."))
    single, lines = kind is QuestionKind.SINGLE, []
    for option, share in zip(content.options, weights(content, single=single), strict=True):
        words = _answer(said(option.text, writing.language)) + writing.told(option.feedback)
        if single and option.right:
            if share != WHOLE:
                writing.note(_("Its right choice counts in full in the file."))
            lines.append(f"={'%100%' if words.startswith('%') else ''}{words}")
        elif share == 0 and single and not words.startswith("%"):
            lines.append(f"~{words}")
        else:
            lines.append(f"~%{_number(share)}%{words}")
    return "\n" + "\n".join(lines) + "\n"


def note_choices(kind: QuestionKind, content: Choosing, notes: list[str]) -> None:
    if content.whole and kind is QuestionKind.MULTIPLE:
        notes.append(
            _("That only exactly the right choices count is not in the file: parts count.")
        )


def _accepted(accepted: list[Accepted], writing: _Writing) -> str:
    lines = []
    for one in accepted:
        if "->" in one.pattern:
            raise Refused(_("GIFT takes the sign -> for matching, so it can't hold this answer."))
        words = _answer(one.pattern) + writing.told(one.feedback)
        weight = "" if one.share == WHOLE else f"%{_number(one.share)}%"
        lines.append(f"={weight or ('%100%' if words.startswith('%') else '')}{words}")
    return "\n" + "\n".join(lines) + "\n"


def _numerical(content: Numerical, writing: _Writing) -> str:
    if content.units:
        writing.note(_("Its units are not in the file."))
    lines = []
    for one in content.amounts:
        tolerance = one.tolerance
        if one.relative:
            writing.note(_("What it may differ by, in per cent, is written as an amount."))
            tolerance = abs(one.value) * tolerance / 100
        weight = "" if one.share == WHOLE else f"%{_number(one.share)}%"
        lines.append(f"={weight}{one.value!r}:{tolerance!r}{writing.told(one.feedback)}")
    return "#\n" + "\n".join(lines) + "\n"


def _matching(content: Matching, writing: _Writing) -> str:
    lines = []
    for pair in content.pairs:
        left, right = said(pair.left, writing.language), said(pair.right, writing.language)
        if "->" in left:
            raise Refused(_("GIFT takes the sign -> for matching, so it can't hold this text."))
        lines.append(f"={_answer(left)} -> {_answer(right)}")
    return "\n" + "\n".join(lines) + "\n"


def _missing_word(content: Gaps, text: str, writing: _Writing) -> tuple[str, str, str]:
    cut = GAP.split(text)
    if len(content.gaps) != 1 or len(cut) != 3 or not cut[2].strip():  # noqa: PLR2004 -- before, key, after
        raise Refused(
            _("GIFT holds only one gap, with text after it. Take the question out as Moodle XML.")
        )
    gap = content.gaps[0]
    if content.mind_case or content.mind_accents:
        writing.note(_("That capital letters or accents must be right is not in the file."))
    if not gap.options:
        return cut[0], _accepted(gap.accepted, writing), cut[2]
    lines = []
    for option in gap.options:
        words = _answer(said(option.text, writing.language)) + writing.told(option.feedback)
        weight = f"%{WHOLE if option.right else 0}%" if words.startswith("%") else ""
        lines.append(f"{'=' if option.right else '~'}{weight}{words}")
    return cut[0], "\n" + "\n".join(lines) + "\n", cut[2]
