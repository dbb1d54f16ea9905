"""Writing Moodle XML, and saying what of a question it can't hold."""

import re
from collections.abc import Iterable

from lxml import etree

from app.core.cloze import written_cloze
from app.core.gift import WHOLE, WHOLE_ORDER
from app.core.gift_writing import note_choices
from app.core.i18n import gettext as _
from app.core.moodle_xml import Node
from app.core.question_content import (
    Choosing,
    Content,
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
    Entry,
    Portable,
    has_usual_words,
    other_languages,
    said,
    shortened,
    weights,
)

_TYPES = {
    QuestionKind.SINGLE: "multichoice",
    QuestionKind.MULTIPLE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.SHORT: "shortanswer",
    QuestionKind.NUMERICAL: "numerical",
    QuestionKind.MATCHING: "matching",
    QuestionKind.ORDERING: "ordering",
    QuestionKind.GAPS: "cloze",
    QuestionKind.ESSAY: "essay",
}
#: What no XML holds.
_NOTHING = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written_moodle_xml(questions: Iterable[Portable], language: str) -> tuple[bytes, list[Entry]]:
    """The file, and what of each question is not in it. Also said in the file itself."""
    root, report, category = etree.Element("quiz"), [], ""
    for number, question in enumerate(questions, 1):
        entry = Entry(line=number, name=shortened(said(question.text, language)), question=question)
        if question.category != category:
            category = question.category
            node = etree.SubElement(root, "question", type="category")
            _text(node, "category", f"$course$/top/{category}".rstrip("/"))
        entry.notes = other_languages(question, language)
        node = etree.Element("question", type=_TYPES[question.kind])
        _Writing(node, language, entry.notes).write(question)
        for note in entry.notes:
            root.append(etree.Comment(_clean(f" {note} ").replace("--", "–")))
        root.append(node)
        report.append(entry)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True), report


def _clean(words: str) -> str:
    return _NOTHING.sub("", words)


def _text(parent: Node, name: str, words: str, **attributes: str) -> Node:
    node = etree.SubElement(parent, name, {k: v for k, v in attributes.items() if v})
    etree.SubElement(node, "text").text = _clean(words)
    return node


def _value(parent: Node, name: str, words: str) -> None:
    etree.SubElement(parent, name).text = _clean(words)


class _Writing:
    def __init__(self, node: Node, language: str, notes: list[str]) -> None:
        self.node, self.language, self.notes = node, language, notes

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def write(self, question: Portable) -> None:
        content, text = question.holds, said(question.text, self.language)
        _text(self.node, "name", shortened(text))
        if isinstance(content, Gaps):
            text = written_cloze(content, text, self.language)
        _text(self.node, "questiontext", text, format="plain_text")
        told = said(question.explanation, self.language)
        _text(self.node, "generalfeedback", told, format="plain_text")
        self.inside(question.kind, content)
        if question.tags:
            tags = etree.SubElement(self.node, "tags")
            for tag in question.tags:
                _text(tags, "tag", tag)

    def inside(self, kind: QuestionKind, content: Content) -> None:
        match content:
            case Choosing() if kind is QuestionKind.TRUE_FALSE:
                self.true_false(content)
            case Choosing():
                self.choices(kind, content)
            case Short():
                self.short(content)
            case Numerical():
                self.numerical(content)
            case Matching():
                self.matching(content)
            case Ordering():
                self.ordering(content)
            case Gaps():
                self.note_minding(mind_accents=content.mind_accents)
            case Essay():
                notes = said(content.notes, self.language)
                _text(self.node, "graderinfo", notes, format="plain_text")

    def answer(
        self, words: str, share: float, feedback: Texts, *, form: str = "plain_text"
    ) -> Node:
        fraction = f"{share:.5f}".rstrip("0").rstrip(".")
        node = _text(self.node, "answer", words, fraction=fraction, format=form)
        _text(node, "feedback", said(feedback, self.language), format="plain_text")
        return node

    def choices(self, kind: QuestionKind, content: Choosing) -> None:
        note_choices(kind, content, self.notes)
        single = kind is QuestionKind.SINGLE
        _value(self.node, "single", "true" if single else "false")
        _value(self.node, "shuffleanswers", "true" if content.shuffle else "false")
        for option, share in zip(content.options, weights(content, single=single), strict=True):
            self.answer(said(option.text, self.language), share, option.feedback)

    def true_false(self, content: Choosing) -> None:
        if not has_usual_words(content):
            self.note(_("The words for true and false are not in the file."))
        for word, option in zip(("true", "false"), content.options, strict=True):
            self.answer(word, WHOLE if option.right else 0, option.feedback)

    def short(self, content: Short) -> None:
        self.note_minding(mind_accents=content.mind_accents)
        _value(self.node, "usecase", "1" if content.mind_case else "0")
        for one in content.accepted:
            self.answer(one.pattern, one.share, one.feedback)

    def note_minding(self, *, mind_accents: bool) -> None:
        if mind_accents:
            self.note(_("That accents must be right is not in the file."))

    def numerical(self, content: Numerical) -> None:
        for one in content.amounts:
            tolerance = one.tolerance
            if one.relative:
                self.note(_("What it may differ by, in per cent, is written as an amount."))
                tolerance = abs(one.value) * tolerance / WHOLE
            node = self.answer(repr(one.value), one.share, one.feedback)
            _value(node, "tolerance", repr(tolerance))
        if content.units:
            units = etree.SubElement(self.node, "units")
            for unit in content.units:
                node = etree.SubElement(units, "unit")
                _value(node, "multiplier", repr(1 / unit.factor))
                _value(node, "unit_name", unit.name)
        _value(self.node, "unitgradingtype", "1" if content.needs_unit else "0")
        _value(self.node, "unitpenalty", "1.0")
        _value(self.node, "showunits", "0" if content.units else "3")

    def matching(self, content: Matching) -> None:
        _value(self.node, "shuffleanswers", "true")
        for pair in content.pairs:
            left = said(pair.left, self.language)
            node = _text(self.node, "subquestion", left, format="plain_text")
            _text(node, "answer", said(pair.right, self.language))

    def ordering(self, content: Ordering) -> None:
        grading = WHOLE_ORDER if content.whole else "RELATIVE_ALL_PREVIOUS_AND_NEXT"
        _value(self.node, "layouttype", "VERTICAL")
        _value(self.node, "selecttype", "ALL")
        _value(self.node, "selectcount", "0")
        _value(self.node, "gradingtype", grading)
        for place, item in enumerate(content.items, 1):
            self.answer(said(item.text, self.language), place, {})
