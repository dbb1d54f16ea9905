"""A file of questions as it comes in: its format, and how it is carried to the next page."""

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.core.aiken import looks_like_aiken, read_aiken
from app.core.errors import RuleBroken
from app.core.gift import looks_like_gift, read_gift
from app.core.i18n import gettext as _
from app.core.moodle_xml import read_moodle_xml
from app.core.question_files import MOST_QUESTIONS, Entry, Portable, letters_of, likeness

#: What a form carries in one field.
MOST_CARRIED = 900_000
MOST_UNPACKED = 20_000_000
_LIST = TypeAdapter(list[Portable])


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds. ``there``: which of its questions are in the bank already."""

    form: str
    entries: list[Entry]
    there: frozenset[int]
    new: list[Portable]


def read_file(content: bytes, language: str, known: set[str]) -> Read:
    """A file in any of the three formats; one that is none of them is refused in words."""
    form, entries = _entries(content, language)
    if not entries:
        raise RuleBroken(_("There are no questions in this file."))
    if len(entries) > MOST_QUESTIONS:
        raise RuleBroken(
            _("The file has more than %(most)s questions. Divide it.") % {"most": MOST_QUESTIONS}
        )
    seen, there, new = set(known), set(), []
    for number, entry in enumerate(entries):
        if entry.question is None:
            continue
        key = likeness(entry.question)
        if key in seen:
            there.add(number)
        else:
            new.append(entry.question)
        seen.add(key)
    return Read(form, entries, frozenset(there), new)


def _entries(content: bytes, language: str) -> tuple[str, list[Entry]]:
    if _is_xml(content):
        return "Moodle XML", read_moodle_xml(content, language)
    text = letters_of(content)
    if looks_like_aiken(text):
        return "Aiken", read_aiken(text, language)
    if looks_like_gift(text):
        return "GIFT", read_gift(text, language)
    raise RuleBroken(_("This is none of the formats that can be read: GIFT, Moodle XML or Aiken."))


def _is_xml(content: bytes) -> bool:
    head = content[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith((b"<?xml", b"<quiz", b"<!DOCTYPE"))


def packed(questions: list[Portable]) -> str:
    """The questions as a field of a form, to be sent once more when they are taken in."""
    plain = _LIST.dump_json(questions)
    field = b64encode(zlib.compress(plain)).decode()
    if len(field) > MOST_CARRIED:
        raise RuleBroken(_("The questions of this file are too long. Divide it."))
    return field


def unpacked(field: str) -> list[Portable]:
    """Nothing is taken on trust: what comes back is checked as if it were typed."""
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(b64decode(field, validate=True), MOST_UNPACKED)
        if reader.unconsumed_tail:
            raise RuleBroken(_("The questions of this file are too long. Divide it."))
        questions = _LIST.validate_json(plain)
        contents = [one.holds for one in questions]
    except (ValueError, zlib.error, ValidationError, json.JSONDecodeError) as error:
        raise _lost() from error
    if len(contents) > MOST_QUESTIONS:
        raise _lost()
    return questions


def _lost() -> RuleBroken:
    return RuleBroken(_("The file got lost on the way. Choose it once more."))
