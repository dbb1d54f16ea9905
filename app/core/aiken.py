"""Reading Aiken: a question, choices with letters, and the letter of the right one."""

import re
from dataclasses import dataclass, field

from app.core.i18n import gettext as _
from app.core.question_content import QuestionKind
from app.core.question_files import Entry, Refused, choosing, portable, shortened

_CHOICE = re.compile(r"([A-Z])[.)]\s+(\S.*)")
_ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)


@dataclass
class _Open:
    """A question that is being read."""

    line: int = 0
    text: list[str] = field(default_factory=list)
    choices: dict[str, str] = field(default_factory=dict)


def looks_like_aiken(text: str) -> bool:
    return bool(re.search(r"^\s*ANSWER\s*:", text, re.MULTILINE)) and not re.search(
        r"(?<!\\)\{", text
    )


def read_aiken(text: str, language: str) -> list[Entry]:
    found: list[Entry] = []
    one = _Open()
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if met := _ANSWER.fullmatch(line):
            found.append(_closed(one, met[1].strip(), number, language))
            one = _Open()
        elif met := _CHOICE.fullmatch(line):
            if not one.text or met[1] in one.choices:
                found.append(
                    _wrong(one, number, _("Line %(line)s: a choice where no choice belongs."))
                )
                one = _Open()
            else:
                one.choices[met[1]] = met[2]
        elif line and one.choices:
            note = _("Line %(line)s: “ANSWER:” is missing before the next question.")
            found.append(_wrong(one, number, note))
            one = _Open(number, [line])
        elif line:
            one.line = one.line or number
            one.text.append(line)
    if one.text or one.choices:
        found.append(_wrong(one, number, _("Line %(line)s: the file ends without “ANSWER:”.")))
    return found


def _wrong(one: _Open, number: int, note: str) -> Entry:
    name = shortened(" ".join(one.text)) or _("Line %(line)s") % {"line": number}
    return Entry(line=one.line or number, name=name, notes=[note % {"line": number}])


def _closed(one: _Open, answer: str, number: int, language: str) -> Entry:
    if not one.text:
        return _wrong(one, number, _("Line %(line)s: “ANSWER:” without a question before it."))
    letter = answer.upper()
    if letter not in one.choices:
        note = _("Line %(line)s: “ANSWER:” names none of the choices.")
        return _wrong(one, number, note)
    weighed = [(text, 100.0 if key == letter else 0.0, "") for key, text in one.choices.items()]
    entry = Entry(line=one.line, name=shortened(" ".join(one.text)))
    try:
        content = choosing(language, weighed, single=True, shuffle=True)
    except Refused as reason:
        entry.notes.append(str(reason))
        return entry
    entry.question = portable(QuestionKind.SINGLE, content, {language: "\n".join(one.text)}, {})
    return entry
