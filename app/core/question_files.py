"""Questions on their way in or out as a file: what one holds, and what could not come along.

Nothing is left out in silence: whatever a format or a question cannot hold is a note beside it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from pydantic import BaseModel, Field, field_validator

from app.core.errors import RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.question_content import (
    CONTENTS,
    FALSE,
    TRUE,
    Choosing,
    Content,
    Gaps,
    Option,
    QuestionKind,
    Texts,
    new_key,
)

MOST_BYTES = 5_000_000
MOST_QUESTIONS = 500
LONGEST_TEXT = 20_000
LONGEST_CATEGORY = 200
LONGEST_TAG = 60
GAP = re.compile(r"\[\[([\w-]+)\]\]")
#: What stands for a sign that was escaped while a file is taken apart.
_PRIVATE = re.compile("[\ue100-\ue1ff\x00-\x08\x0b\x0c\x0e-\x1f]")


class Portable(BaseModel):
    """A question without its place in a bank."""

    kind: QuestionKind
    text: Texts
    content: dict[str, Any]
    explanation: Texts = Field(default_factory=dict)
    category: str = Field(default="", max_length=LONGEST_CATEGORY)
    tags: list[str] = Field(default_factory=list, max_length=50)

    @property
    def holds(self) -> Content:
        return CONTENTS[self.kind].model_validate(self.content)

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: Texts) -> Texts:
        if not any(text.values()) or any(len(one) > LONGEST_TEXT for one in text.values()):
            raise ValueError("no text, or too much of it")
        return text


@dataclass
class Entry:
    """One question of a file: where it stands, what it becomes, and what could not be kept.

    Without a question it is left out, and the notes say why.
    """

    line: int
    name: str
    question: Portable | None = None
    notes: list[str] = field(default_factory=list)


class Refused(Exception):
    """Why one question of a file can't be taken in, in words."""


def letters_of(content: bytes) -> str:
    """The text of a file, in whatever letters it was saved, with plain ends of lines."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("The file is too large. Divide it into files of at most 5 MB."))
    for letters in _likely_letters(content):
        try:
            text = content.decode(letters)
        except UnicodeError:
            continue
        text = re.sub(r"\r\n?", "\n", text).removeprefix("\ufeff")
        return _PRIVATE.sub("", text)
    raise RuleBroken(_("The letters of this file can't be read. Save it in UTF-8."))


def _likely_letters(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = content[:400]
    if head.count(0) > len(head) // 4:  # every other byte is empty
        return ("utf-16-be",) if head[:1] == b"\x00" else ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def put(language: str, words: str) -> Texts:
    return {language: words} if words else {}


def shortened(words: str, most: int = 80) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def portable(
    kind: QuestionKind, content: Content, text: Texts, explanation: Texts, **place: Any
) -> Portable:
    return Portable(
        kind=kind, text=text, content=content.model_dump(mode="json"), explanation=explanation,
        **place,
    )  # fmt: skip


def tidy_category(path: str, notes: list[str] | None = None) -> str:
    """``$course$/top/Module 1//2`` is ``Module 1-2``: two strokes stand for one that parts none."""
    steps = [
        " ".join(step.replace("\ue1ff", "-").split())
        for step in path.replace("//", "\ue1ff").split("/")
    ]
    while steps and (not steps[0] or steps[0] == "top" or re.fullmatch(r"\$\w+\$", steps[0])):
        steps = steps[1:]
    tidy = "/".join(step for step in steps if step)
    if len(tidy) > LONGEST_CATEGORY and notes is not None:
        notes.append(_("The category is too long and was cut."))
    return tidy[:LONGEST_CATEGORY]


def tidy_tags(tags: Iterable[str]) -> list[str]:
    tidy = (" ".join(tag.replace(",", " ").split())[:LONGEST_TAG] for tag in tags)
    return list(dict.fromkeys(tag for tag in tidy if tag))[:50]


# Choices, which all formats write by what each is worth

type Weighed = tuple[str, float, str]  # text, per cent, feedback

#: Files write a third as 33.333 or 33.33333.
NEARLY = 0.02
FEWEST = 2


def choosing(language: str, weighed: list[Weighed], *, single: bool, shuffle: bool) -> Choosing:
    """Choices by what each is worth: as right and wrong where that says the same."""
    if len(weighed) < FEWEST:
        raise Refused(_("It has fewer than two choices."))
    if not any(share > 0 for _text, share, _said in weighed):
        raise Refused(_("None of its choices is right."))
    if not all(text for text, _share, _said in weighed):
        raise Refused(_("One of its choices has no text. It may have been a picture."))
    most = max(share for _text, share, _said in weighed)
    right = [share == most if single else share > 0 for _text, share, _said in weighed]
    penalty, plain = 100.0, set(_shares(weighed)) <= {0.0, 100.0} and sum(right) == 1
    if not single:
        found = penalty_of([share for _text, share, _said in weighed])
        penalty, plain = (100.0, False) if found is None else (found, True)
    options = [
        Option(
            key=new_key(), text={language: text}, feedback=put(language, said), right=is_right,
            share=None if plain else share,
        )
        for (text, share, said), is_right in zip(weighed, right, strict=True)
    ]  # fmt: skip
    return Choosing(options=options, penalty=penalty, shuffle=shuffle)


def _shares(weighed: list[Weighed]) -> list[float]:
    return [share for _text, share, _said in weighed]


def penalty_of(shares: list[float]) -> float | None:
    """What a wrong choice takes away, if all right ones are worth the same and all wrong ones."""
    right = [share for share in shares if share > 0]
    wrong = [share for share in shares if share <= 0]
    if any(abs(share - 100 / len(right)) > NEARLY for share in right):
        return None
    if not wrong:
        return 100.0
    if max(wrong) - min(wrong) > NEARLY:
        return None
    found = round(-wrong[0] * len(right), 3) + 0.0
    return min(100.0, float(round(found)) if abs(found - round(found)) < NEARLY else found)


def weights(content: Choosing, *, single: bool) -> list[float]:
    """What each choice is worth in per cent, as formats write it."""
    if any(option.share is not None for option in content.options):
        return [option.share or 0 for option in content.options]
    if single:
        return [100.0 if option.right else 0.0 for option in content.options]
    each = 100 / max(1, sum(option.right for option in content.options))
    return [each if o.right else 0 - each * content.penalty / 100 for o in content.options]


# Likeness


def likeness(question: Portable) -> str:
    """What two questions have in common that ask and accept the same: all but their keys."""
    content = question.holds
    text = question.text
    if isinstance(content, Gaps):
        order = {gap.key: str(n) for n, gap in enumerate(content.gaps, 1)}
        text = {
            language: GAP.sub(lambda met: f"[[{order.get(met[1], met[1])}]]", words)
            for language, words in text.items()
        }
    if isinstance(content, Choosing) and question.kind is not QuestionKind.MULTIPLE:
        content = content.model_copy(update={"whole": False, "penalty": 100.0})  # says nothing
        if question.kind is QuestionKind.TRUE_FALSE and has_usual_words(content):
            texts = zip(content.options, (TRUE, FALSE), strict=True)
            options = [o.model_copy(update={"text": words}) for o, words in texts]
            content = content.model_copy(update={"options": options})
    said = {language: words for language, words in text.items() if words}
    held = _without_keys(content.model_dump(mode="json"))
    return json.dumps([question.kind, said, held], sort_keys=True)


def has_usual_words(content: Choosing) -> bool:
    """Whether true and false are called so, in whichever languages they are."""
    words = [option.text.items() for option in content.options]
    if len(words) != FEWEST:
        return False
    usual = (TRUE.items(), FALSE.items())
    return all(said <= known for said, known in zip(words, usual, strict=True))


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        keys = {"key", "left_key", "right_key"}
        return {name: _without_keys(one) for name, one in value.items() if name not in keys}
    if isinstance(value, list):
        return [_without_keys(one) for one in value]
    return value


# Languages


def other_languages(question: Portable, language: str) -> list[str]:
    """A file speaks one language: the note on those that stay behind."""
    if {one for one, words in question.text.items() if words} <= {language}:
        return []
    return [_("Only one of its languages is in the file.")]


def said(texts: Texts, language: str) -> str:
    return choose(texts, language)


# From HTML

_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table",
           "blockquote", "pre", "hr", "section", "article"}  # fmt: skip
_LOOKS = {"b", "strong", "i", "em", "u", "sub", "sup", "s", "font", "code", "h1", "h2", "h3", "h4",
          "h5", "h6", "ul", "ol", "blockquote", "mark", "del"}  # fmt: skip
_MEDIA = {"audio", "video", "iframe", "object", "embed", "canvas", "svg"}
_SILENT = {"script", "style", "head", "title"}


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: dict[str, None] = {}
        self.silent = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in _SILENT:
            self.silent += tag in {"script", "style", "title"}
            self.lost[_("Scripts and styles were left out.")] = None
        elif tag == "img":
            alt = (found.get("alt") or "").strip()
            told = _("A picture was left out; its description stands in its place.")
            self.lost[told if alt else _("A picture was left out. It has no description.")] = None
            self.parts.append(f"[{alt}]" if alt else "")
        elif tag in _MEDIA:
            self.lost[_("Sound, video or something embedded was left out.")] = None
        elif tag == "table":
            self.lost[_("A table was made plain lines.")] = None
        elif tag == "a":
            self.links.append(found.get("href") or "")
        elif tag in _LOOKS:
            self.lost[_("Bold, italic, lists and the like were made plain text.")] = None
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("– ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self.silent = max(0, self.silent - 1)
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self.links:
            address = self.links.pop()
            if address.startswith(("http://", "https://")):
                self.parts.append(f" ({address})")
                self.lost[_("Links were made plain text.")] = None

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"[ \t\n\xa0]+", " ", data))


def plain_text(html: str, notes: list[str]) -> str:
    """HTML as plain text, with a note on all that is no text."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    notes += [one for one in reader.lost if one not in notes]
    lines = (line.strip() for line in re.sub(r" +", " ", "".join(reader.parts)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")


def in_format(text: str, form: str, notes: list[str]) -> str:
    """A text as a file says it is written, made plain."""
    if form == "html" or (form in {"", "moodle", "moodle_auto_format"} and _TAG.search(text)):
        if form != "html":
            text = text.replace("\n", "<br>")
        return plain_text(text, notes)
    if form == "markdown" and re.search(r"[*_`#\[]", text):
        note = _("It is written in Markdown, whose signs stay as they are.")
        notes += [note] if note not in notes else []
    return text.strip()
