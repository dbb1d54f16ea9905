"""Reading GIFT, a text in which people write questions by hand.

Questions are parted by empty lines; what is right stands in braces. The format knows multiple
choice, true or false, short answers, numbers, matching, ordering, a missing word, and essays.
"""

import re
from dataclasses import dataclass, field

from app.core.i18n import gettext as _
from app.core.question_content import (
    FALSE,
    TRUE,
    Accepted,
    Amount,
    Choosing,
    Content,
    Essay,
    Gap,
    Gaps,
    Item,
    Matching,
    Numerical,
    Option,
    Ordering,
    Pair,
    QuestionKind,
    Short,
    new_key,
)
from app.core.question_files import (
    FEWEST,
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

_ESCAPED = {"\\": "\ue100", "~": "\ue101", "=": "\ue102", "#": "\ue103", "{": "\ue104",
            "}": "\ue105", ":": "\ue106", "n": "\ue107"}  # fmt: skip
_MEANT = {mark: "\n" if sign == "n" else sign for sign, mark in _ESCAPED.items()}
_WEIGHT = re.compile(r"\s*%\s*([-+]?\d+(?:[.,]\d+)?)\s*%")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_TAGS = re.compile(r"\[tag:([^\]]+)\]")
_CATEGORY = re.compile(r"\$CATEGORY\s*:\s*(.*)", re.IGNORECASE)
_RIGHT, _WRONG = {"T", "TRUE"}, {"F", "FALSE"}
_BLANK = "_____"
_ORDER_WORDS = re.compile(r"^\s*>([ \t]*(?:\d+|[A-Z_]+))*[ \t]*(?=\n|$)")
WHOLE_ORDER = "ALL_OR_NOTHING"
#: In per cent.
WHOLE = 100


def looks_like_gift(text: str) -> bool:
    return bool(re.search(r"(?<!\\)\{", text) or re.search(r"^\$CATEGORY\s*:", text, re.MULTILINE))


@dataclass
class _Block:
    line: int
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def read_gift(text: str, language: str) -> list[Entry]:
    category, notes, found = "", list[str](), list[Entry]()
    for block in _blocks(text):
        if met := _CATEGORY.match(block.lines[0].strip()):
            category = tidy_category(_meant(_kept(met[1])), notes)
            block.lines, block.line = block.lines[1:], block.line + 1
        if any(line.strip() for line in block.lines):
            found.append(_entry(block, category, language, notes))
            notes = []
    return found


def _blocks(text: str) -> list[_Block]:
    """What stands between empty lines; an empty line within braces parts nothing."""
    found: list[_Block] = []
    block, is_open = _Block(0), False
    for number, line in enumerate([*text.split("\n"), "", ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            block.tags += _TAGS.findall(bare)
            continue
        begins = bare.startswith("::") or _CATEGORY.match(bare)
        if block.lines and ((not bare and not is_open) or (begins and is_open)):
            found.append(block)
            block, is_open = _Block(0), False
        if bare or block.lines:
            block.line = block.line or number
            block.lines.append(line)
            for sign in re.findall(r"[{}]", _kept(line)):
                is_open = sign == "{"
    if block.lines:
        found.append(block)
    return found


def _kept(text: str) -> str:
    """Signs that were escaped, put out of the way."""
    return re.sub(r"\\([\\~=#{}:n])", lambda met: _ESCAPED[met[1]], text)


def _meant(text: str) -> str:
    return re.sub("[\ue100-\ue107]", lambda met: _MEANT[met[0]], text)


@dataclass
class _Reading:
    """One question on its way in. ``form``: how its texts are written."""

    language: str
    notes: list[str]
    form: str = "moodle"

    def words(self, raw: str) -> str:
        form = self.form
        if met := _FORMAT.match(raw):
            form, raw = met[1].lower(), raw[met.end() :]
        if form != "html":  # there an end of a line is a blank
            raw = "\n".join(line.strip() for line in raw.strip().split("\n"))
        return in_format(_meant(raw.strip()), form, self.notes)

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _entry(block: _Block, category: str, language: str, notes: list[str]) -> Entry:
    raw = _kept("\n".join(block.lines)).strip()
    title = ""
    if met := _TITLE.match(raw):
        title, raw = _meant(met[1]).strip(), raw[met.end() :]
    reading = _Reading(language, list(notes))
    if met := _FORMAT.match(raw):
        reading.form, raw = met[1].lower(), raw[met.end() :]
    entry = Entry(
        line=block.line, name=shortened(title or _meant(raw.split("{")[0])), notes=reading.notes
    )
    try:
        kind, content, text, explanation = _understood(raw, reading)
        entry.question = portable(
            kind, content, {language: text}, put(language, explanation),
            category=category, tags=tidy_tags(block.tags),
        )  # fmt: skip
    except Refused as reason:
        reading.note(str(reason))
    except ValueError:
        reading.note(
            _("It holds something that questions here can't hold, such as a text too long.")
        )
    return entry


def _understood(raw: str, reading: _Reading) -> tuple[QuestionKind, Content, str, str]:
    start, end = raw.find("{"), raw.find("}")
    if start < 0:
        raise Refused(_("It is an information, not a question: it has no braces."))
    if end < start:
        raise Refused(_("Its braces are not closed."))
    before, answer, after = raw[:start], raw[start + 1 : end], raw[end + 1 :]
    if "{" in after or "}" in after:
        raise Refused(_("It has more than one pair of braces."))
    answer, _mark, general = answer.partition("####")
    explanation = reading.words(general) if general.strip() else ""
    if after.strip() and (gap := _missing_word(answer, reading)):
        head, tail = reading.words(before), reading.words(after)
        joint = [" " if part[:1].isspace() else "" for part in (before[::-1], after)]
        text = f"{head}{joint[0]}[[1]]{joint[1]}{tail}".strip()
        return QuestionKind.GAPS, gap, text, explanation
    if after.strip():
        before = f"{before}{_BLANK}{after}"
    kind, content = _answers(answer.strip(), reading)
    return kind, content, with_text(reading.words(before)), explanation


def with_text(words: str) -> str:
    if not words:
        raise Refused(_("It has no text."))
    return words


def _answers(  # noqa: PLR0911 -- one for each kind
    answer: str, reading: _Reading
) -> tuple[QuestionKind, Content]:
    if not answer:
        return QuestionKind.ESSAY, Essay()
    if answer.startswith("#"):
        return QuestionKind.NUMERICAL, _numerical(answer[1:].strip(), reading)
    if answer.startswith(">"):
        return QuestionKind.ORDERING, _ordering(answer, reading)
    parts = _parts(answer)
    if any(mark == "~" for mark, _text in parts):
        return _choices(parts, reading)
    if parts and all("->" in text for _mark, text in parts):
        return QuestionKind.MATCHING, _matching(parts, reading)
    if parts:
        return QuestionKind.SHORT, Short(accepted=_accepted(parts, reading))
    return QuestionKind.TRUE_FALSE, _true_false(answer, reading)


def _parts(answer: str) -> list[tuple[str, str]]:
    cut = re.split(r"([=~])", answer)
    if cut[0].strip() and len(cut) > 1:
        raise Refused(_("In the braces something stands before the first = or ~."))
    return list(zip(cut[1::2], cut[2::2], strict=True))


def _weighed(mark: str, raw: str, reading: _Reading) -> Weighed:
    share = 100.0 if mark == "=" else 0.0
    if met := _WEIGHT.match(raw):
        share, raw = float(met[1].replace(",", ".")), raw[met.end() :]
    if not -WHOLE <= share <= WHOLE:
        raise Refused(_("One of its weights is not between -100 and 100."))
    text, _mark, said = raw.partition("#")
    return reading.words(text), share, reading.words(said) if said.strip() else ""


def _choices(parts: list[tuple[str, str]], reading: _Reading) -> tuple[QuestionKind, Choosing]:
    """One of them where one is marked as right; several where all have weights."""
    weighed = [_weighed(mark, raw, reading) for mark, raw in parts]
    single = any(mark == "=" for mark, _raw in parts)
    kind = QuestionKind.SINGLE if single else QuestionKind.MULTIPLE
    return kind, choosing(reading.language, weighed, single=single, shuffle=True)


def _accepted(parts: list[tuple[str, str]], reading: _Reading) -> list[Accepted]:
    found = [_weighed(mark, raw, reading) for mark, raw in parts]
    return [
        Accepted(pattern=text, share=max(0.0, share), feedback=put(reading.language, said))
        for text, share, said in found
    ]


def _true_false(answer: str, reading: _Reading) -> Choosing:
    word, *said = answer.split("#")
    if word.strip().upper() not in _RIGHT | _WRONG:
        raise Refused(_("What stands in its braces is no answer that can be understood."))
    is_true = word.strip().upper() in _RIGHT
    if_wrong, if_right = (reading.words(one) for one in (*said, "", "")[:2])
    told = (if_right, if_wrong) if is_true else (if_wrong, if_right)
    return true_or_false(reading.language, told, is_true=is_true)


def true_or_false(language: str, told: tuple[str, str], *, is_true: bool) -> Choosing:
    """``told``: what is said to whoever chose true, and false."""
    return Choosing(
        options=[
            Option(key=new_key(), text=TRUE, feedback=put(language, told[0]), right=is_true),
            Option(key=new_key(), text=FALSE, feedback=put(language, told[1]), right=not is_true),
        ],
        shuffle=False,
    )


def _matching(parts: list[tuple[str, str]], reading: _Reading) -> Matching:
    pairs = [raw.split("->", 1) for _mark, raw in parts]
    return matching(
        reading.language, [(reading.words(left), reading.words(right)) for left, right in pairs]
    )


def matching(language: str, sides: list[tuple[str, str]]) -> Matching:
    if sum(bool(left) for left, _right in sides) < FEWEST:
        raise Refused(_("It has fewer than two pairs."))
    if not all(right for _left, right in sides):
        raise Refused(_("One of its pairs has no right side."))
    return Matching(
        pairs=[
            Pair(
                left_key=new_key(), right_key=new_key(), left=put(language, left),
                right={language: right},
            )
            for left, right in sides
        ]
    )  # fmt: skip


def _ordering(answer: str, reading: _Reading) -> Ordering:
    met = _ORDER_WORDS.match(answer)
    head, body = (met[0], answer[met.end() :]) if met else (">", answer[1:])
    items = [words for line in body.split("\n") if (words := reading.words(line))]
    return ordering(reading.language, items, whole=WHOLE_ORDER in head)


def ordering(language: str, items: list[str], *, whole: bool) -> Ordering:
    if len(items) < FEWEST:
        raise Refused(_("It has fewer than two things to put in order."))
    return Ordering(items=[Item(key=new_key(), text={language: one}) for one in items], whole=whole)


def _numerical(answer: str, reading: _Reading) -> Numerical:
    parts = _parts(answer) if re.search(r"[=~]", answer) else [("=", answer)]
    amounts = []
    for mark, raw in parts:
        words, share, said = _weighed(mark, raw, reading)
        if words in {"", "*"} or share <= 0:
            reading.note(_("What is said to wrong numbers was left out."))
            continue
        value, tolerance = _amount(words)
        amounts.append(
            Amount(
                value=value, tolerance=tolerance, share=share, feedback=put(reading.language, said)
            )
        )
    if not amounts:
        raise Refused(_("It has no number that is right."))
    return Numerical(amounts=amounts)


def _amount(words: str) -> tuple[float, float]:
    if ".." in words:
        low, high = (number_of(one) for one in words.split("..", 1))
        return round((low + high) / 2, 12), round(abs(high - low) / 2, 12)
    value, _mark, tolerance = words.partition(":")
    return number_of(value), abs(number_of(tolerance)) if tolerance.strip() else 0.0


def number_of(words: str) -> float:
    tidy = "".join(words.split()).replace(",", ".").replace("−", "-")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", tidy):
        raise Refused(_("“%(words)s” is no number.") % {"words": shortened(words, 30)})
    value = float(tidy)
    if value in {float("inf"), float("-inf")}:
        raise Refused(_("“%(words)s” is no number.") % {"words": shortened(words, 30)})
    return value


def _missing_word(answer: str, reading: _Reading) -> Gaps | None:
    """A gap in a text, chosen where wrong words are offered too, else typed."""
    if not re.match(r"\s*[=~]", answer):
        return None
    parts = _parts(answer.strip())
    if not any(mark == "~" for mark, _raw in parts):
        return Gaps(gaps=[Gap(key="1", accepted=_accepted(parts, reading))])
    weighed = [_weighed(mark, raw, reading) for mark, raw in parts]
    if any(0 < share < WHOLE for _text, share, _said in weighed):
        reading.note(partly_right())
    if not any(share == WHOLE for _text, share, _said in weighed) or len(weighed) < FEWEST:
        return None
    return Gaps(gaps=[gap_of("1", reading.language, weighed)])


def partly_right() -> str:
    return _("In gaps with choices, what was partly right counts as wrong.")


def gap_of(key: str, language: str, weighed: list[Weighed]) -> Gap:
    return Gap(
        key=key,
        options=[
            Option(
                key=new_key(), text={language: text}, feedback=put(language, said),
                right=share == WHOLE,
            )
            for text, share, said in weighed
        ],
    )  # fmt: skip
