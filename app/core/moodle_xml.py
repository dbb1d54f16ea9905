"""Reading Moodle XML. A file is not trusted: no entity, no network, no huge trees."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree

from app.core.cloze import read_cloze
from app.core.errors import RuleBroken
from app.core.gift import (
    WHOLE,
    WHOLE_ORDER,
    gap_of,
    matching,
    number_of,
    ordering,
    true_or_false,
    with_text,
)
from app.core.i18n import gettext as _
from app.core.question_content import (
    Accepted,
    Amount,
    Content,
    Essay,
    Gaps,
    Numerical,
    QuestionKind,
    Short,
    Unit,
)
from app.core.question_files import (
    FEWEST,
    GAP,
    MOST_BYTES,
    Entry,
    Refused,
    Weighed,
    choosing,
    in_format,
    portable,
    put,
    shortened,
    tidy_category,
    tidy_tags,
)

type Node = etree._Element  # noqa: SLF001 -- lxml names it only so
type _Read = tuple[QuestionKind, Content, str]

_TOLD = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_NO_UNITS = "3"


def read_moodle_xml(content: bytes, language: str) -> list[Entry]:
    root = _root(content)
    category, notes, found = "", list[str](), list[Entry]()
    for node in root.iterchildren("question"):
        if node.get("type") == "category":
            category = tidy_category(_child_text(node, "category"), notes)
            continue
        found.append(_entry(node, category, language, notes))
        notes = []
    return found


def _root(content: bytes) -> Node:
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("The file is too large. Divide it into files of at most 5 MB."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
        dtd_validation=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(_declared(content), parser)
    except etree.XMLSyntaxError as error:
        words = _("Line %(line)s of the file is no XML that can be read.")
        raise RuleBroken(words % {"line": error.lineno or 1}) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise RuleBroken(_("The file has a document type of its own, which is not taken."))
    if root.tag != "quiz":
        raise RuleBroken(_("This is XML, but no Moodle XML: it does not begin with <quiz>."))
    return root


def _declared(content: bytes) -> bytes:
    """Blanks before the declaration do no harm; letters that are not UTF-8 are what Windows has."""
    content = content.lstrip(b" \t\r\n")
    head = content[:200]
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in head[:4]
    if wide or re.search(rb"encoding=[\"'](?!utf-8)", head, re.IGNORECASE):
        return content
    try:
        content.decode("utf-8-sig")
    except UnicodeError:
        bare = re.sub(rb"^<\?xml[^>]*\?>", b"", content)
        return b'<?xml version="1.0" encoding="windows-1252"?>' + bare
    return content


def _child_text(node: Node, path: str) -> str:
    """What stands in ``<path><text>``, or in ``<path>`` itself."""
    child = node.find(path)
    if child is None:
        return ""
    text = child.find("text")
    return ((child if text is None else text).text or "").strip()


def _plain(node: Node, name: str) -> str:
    return (node.findtext(name) or "").strip()


@dataclass
class _Reading:
    node: Node
    language: str
    notes: list[str]

    def words(self, node: Node | None, *, form: str = "") -> str:
        """The text of a node, which says of itself how it is written."""
        if node is None:
            return ""
        text = node.find("text")
        raw = (node if text is None else text).text or ""
        form = node.get("format") or form
        found = in_format(raw, "plain" if form == "plain_text" else form, self.notes)
        if node.find("file") is not None and "@@PLUGINFILE@@" not in raw:
            self.note(_("A file was left out."))
        return re.sub(r" *\(?@@PLUGINFILE@@\S*\)?", "", found)

    def of(self, name: str) -> str:
        return self.words(self.node.find(name), form=self.form)

    @property
    def form(self) -> str:
        text = self.node.find("questiontext")
        return (text.get("format") if text is not None else "") or ""

    def told(self, node: Node) -> str:
        return self.words(node.find("feedback"), form=self.form)

    def plain(self, name: str) -> str:
        return _plain(self.node, name)

    def is_on(self, name: str) -> bool:
        return self.plain(name).lower() in {"1", "true"}

    def answers(self) -> Iterable[Node]:
        return self.node.iterchildren("answer")

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def weighed(self) -> list[Weighed]:
        return [
            (self.words(one, form=self.form), _share(one), self.told(one))
            for one in self.answers()
        ]  # fmt: skip


def _share(node: Node) -> float:
    value = number_of(node.get("fraction") or "0")
    if not -WHOLE <= value <= WHOLE:
        raise Refused(_("One of its weights is not between -100 and 100."))
    return value


def _entry(node: Node, category: str, language: str, notes: list[str]) -> Entry:
    reading = _Reading(node, language, list(notes))
    name = _child_text(node, "name") or _child_text(node, "questiontext")
    entry = Entry(line=node.sourceline or 0, name=shortened(name), notes=reading.notes)
    kind = node.get("type") or ""
    try:
        found, content, text = _way(kind)(reading, with_text(reading.of("questiontext")))
        entry.question = portable(
            found, content, {language: text}, put(language, reading.of("generalfeedback")),
            category=category, tags=tidy_tags(_tags(node)),
        )  # fmt: skip
    except Refused as reason:
        reading.note(str(reason))
    except ValueError:
        reading.note(
            _("It holds something that questions here can't hold, such as a text too long.")
        )
    _note_the_rest(reading)
    return entry


def _way(kind: str) -> Callable[[_Reading, str], _Read]:
    if kind not in _KINDS:
        raise Refused(_left_out(kind))
    return _KINDS[kind]


def _left_out(kind: str) -> str:
    if kind == "description":
        return _("It is an information, not a question.")
    if kind.startswith("calculated"):
        return _("Questions with calculated numbers can't be taken in.")
    if kind.startswith("random"):
        return _("It stands for questions drawn by chance. Set that up in the quiz.")
    if kind in {"ddmarker", "ddimageortext"}:
        return _("Questions answered on a picture can't be taken in.")
    return _("Questions of the kind “%(kind)s” can't be taken in.") % {"kind": shortened(kind, 40)}


def _tags(node: Node) -> list[str]:
    return [(one.findtext("text") or "").strip() for one in node.iterfind("tags/tag")]


def _note_the_rest(reading: _Reading) -> None:
    if any(_child_text(reading.node, name) for name in _TOLD):
        reading.note(
            _("What is said to right, partly right and wrong answers as a whole was left out.")
        )
    if any(_child_text(one, ".") for one in reading.node.iterchildren("hint")):
        reading.note(_("Hints between several tries were left out."))


# One for each kind


def _choice(reading: _Reading, text: str) -> _Read:
    single = reading.plain("single").lower() in {"true", "1", ""}
    shuffle = reading.plain("shuffleanswers").lower() not in {"0", "false"}
    content = choosing(reading.language, reading.weighed(), single=single, shuffle=shuffle)
    return QuestionKind.SINGLE if single else QuestionKind.MULTIPLE, content, text


def _whole_choice(reading: _Reading, text: str) -> _Read:
    """Of a plugin of Moodle: exactly the right choices, or nothing."""
    weighed = [(words, max(0.0, share), told) for words, share, told in reading.weighed()]
    right = sum(share > 0 for _words, share, _told in weighed) or 1
    weighed = [(words, WHOLE / right if share else 0.0, told) for words, share, told in weighed]
    shuffle = reading.plain("shuffleanswers").lower() not in {"0", "false"}
    content = choosing(reading.language, weighed, single=False, shuffle=shuffle)
    return QuestionKind.MULTIPLE, content.model_copy(update={"whole": True, "penalty": 100.0}), text


def _true_false(reading: _Reading, text: str) -> _Read:
    told, is_true = {"true": "", "false": ""}, None
    for one in reading.answers():
        word = (one.findtext("text") or "").strip().lower()
        if word not in told:
            raise Refused(_("What it calls right is neither true nor false."))
        told[word] = reading.told(one)
        if _share(one) == WHOLE:
            is_true = word == "true"
    if is_true is None:
        raise Refused(_("None of its choices is right."))
    content = true_or_false(reading.language, (told["true"], told["false"]), is_true=is_true)
    return QuestionKind.TRUE_FALSE, content, text


def _short(reading: _Reading, text: str) -> _Read:
    accepted = [
        Accepted(
            pattern=(one.findtext("text") or "").strip(), share=max(0.0, _share(one)),
            feedback=put(reading.language, reading.told(one)),
        )
        for one in reading.answers()
    ]  # fmt: skip
    if not any(one.share for one in accepted):
        raise Refused(_("It has no answer that is right."))
    return QuestionKind.SHORT, Short(accepted=accepted, mind_case=reading.is_on("usecase")), text


def _numerical(reading: _Reading, text: str) -> _Read:
    amounts = []
    for one in reading.answers():
        words = (one.findtext("text") or "").strip()
        if words == "*" or _share(one) <= 0:
            reading.note(_("What is said to wrong numbers was left out."))
            continue
        tolerance = _plain(one, "tolerance") or "0"
        amounts.append(
            Amount(
                value=number_of(words), tolerance=abs(number_of(tolerance)), share=_share(one),
                feedback=put(reading.language, reading.told(one)),
            )
        )  # fmt: skip
    if not amounts:
        raise Refused(_("It has no number that is right."))
    units = [
        Unit(name=name[:20], factor=round(1 / multiplier, 12))
        for one in reading.node.iterfind("units/unit")
        if (name := _plain(one, "unit_name"))
        and (multiplier := number_of(_plain(one, "multiplier") or "1")) > 0
    ]
    needs = bool(units) and reading.plain("unitgradingtype") in {"1", "2"}
    if needs and number_of(reading.plain("unitpenalty") or "1") < 1:
        reading.note(_("A missing unit cost a part of the points; here it costs all."))
    return QuestionKind.NUMERICAL, Numerical(amounts=amounts, units=units, needs_unit=needs), text


def _matching(reading: _Reading, text: str) -> _Read:
    sides = []
    for one in reading.node.iterchildren("subquestion"):
        answer = one.find("answer")
        right = (answer.findtext("text") or "").strip() if answer is not None else ""
        sides.append((reading.words(one, form=reading.form), right))
    return QuestionKind.MATCHING, matching(reading.language, sides), text


def _ordering(reading: _Reading, text: str) -> _Read:
    items = [words for words, _share, _told in reading.weighed() if words]
    whole = reading.plain("gradingtype") in {WHOLE_ORDER, "-1"}
    return QuestionKind.ORDERING, ordering(reading.language, items, whole=whole), text


def _select(reading: _Reading, text: str) -> _Read:
    """Words to choose or to drag into a text: each place offers the words of its group."""
    name = "selectoption" if reading.node.find("selectoption") is not None else "dragbox"
    words = [
        ((one.findtext("text") or "").strip(), _plain(one, "group") or "1")
        for one in reading.node.iterchildren(name)
    ]
    gaps = []
    for key, number in enumerate(GAP.findall(text), 1):
        place = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1  # noqa: PLR2004
        if not 0 <= place < len(words):
            raise Refused(_("One of its gaps has no right answer."))
        right, group = words[place]
        offered = dict.fromkeys(one for one, its in words if its == group)
        if len(offered) < FEWEST:
            raise Refused(_("It has fewer than two choices."))
        weighed = [(one, 100.0 if one == right else 0.0, "") for one in offered]
        gaps.append(gap_of(str(key), reading.language, weighed))
    if not gaps:
        raise Refused(_("It has no gaps that can be understood."))
    numbers = iter(range(1, len(gaps) + 1))
    return QuestionKind.GAPS, Gaps(gaps=gaps), GAP.sub(lambda _met: f"[[{next(numbers)}]]", text)


def _cloze(reading: _Reading, text: str) -> _Read:
    content, placed = read_cloze(text, reading.language, reading.notes)
    return QuestionKind.GAPS, content, placed


def _essay(reading: _Reading, text: str) -> _Read:
    if reading.of("responsetemplate"):
        reading.note(_("The text that the answer begins with was left out."))
    if reading.plain("attachments") not in {"", "0"}:
        reading.note(_("Files can't be added to the answer."))
    notes = put(reading.language, reading.of("graderinfo"))
    return QuestionKind.ESSAY, Essay(notes=notes), text


_KINDS: dict[str, Callable[[_Reading, str], _Read]] = {
    "multichoice": _choice,
    "multichoiceset": _whole_choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "gapselect": _select,
    "ddwtos": _select,
    "multianswer": _cloze,
    "cloze": _cloze,
    "essay": _essay,
}
