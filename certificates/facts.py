"""What a certificate says: plain facts, already decided and in the language of the printed text."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

LANGUAGES = ("es", "pt", "en", "fr")
MODES = ("tutor_led", "self_administered")

MOST_CHARACTERS = {
    "code": 40,
    "recipient": 250,
    "institution": 160,
    "country": 60,
    "course": 200,
    "verify_url": 150,
    "verify_at": 80,
    "seed": 500,
}
MOST_CHARACTERS_OF_A_SIGNATORY = 80
MOST_SIGNATORIES = 3
MOST_HOURS = 10_000

ALWAYS_SAID = ("code", "recipient", "course", "verify_url", "verify_at")

WHITE_SPACE = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
INVISIBLE = frozenset({"Cc", "Cf"})
#: Persian and the Indic scripts need these two. Every other invisible character goes, the
#: bidirectional controls first of all: they can make a name read as another one.
JOINERS = "\u200c\u200d"
#: More marks on one letter than any language writes: they would smear over the page.
STACKED_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4}")


class Kind(StrEnum):
    COMPLETION = "completion"


class CannotDraw(ValueError):
    """The facts are in order, but can't be printed; ``characters`` says which letters lack."""

    def __init__(self, message: str, characters: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.characters = characters


@dataclass(frozen=True)
class Signatory:
    """A line to sign on: who or what for, and in which role."""

    name: str
    role: str = ""


@dataclass(frozen=True)
class Facts:
    """All that is printed, and nothing else: equal facts make equal files."""

    code: str
    kind: Kind
    recipient: str
    institution: str
    country: str
    course: str
    hours: int
    mode: str
    finished_on: date
    issued_on: date
    language: str
    verify_url: str
    verify_at: str
    seed: str
    signatories: tuple[Signatory, ...] = ()

    def words(self) -> list[str]:
        """Every text that people typed, as far as it is printed."""
        signed = [line for who in self.signatories for line in (who.name, who.role)]
        place = [self.institution, self.country]
        return [self.code, self.recipient, *place, self.course, self.verify_at, *signed]


def tidy(text: str) -> str:
    """``text`` on one line, in composed form, without the characters that nobody sees."""
    one_line = WHITE_SPACE.sub(" ", text)
    seen = (c for c in one_line if c in JOINERS or unicodedata.category(c) not in INVISIBLE)
    return unicodedata.normalize("NFC", "".join(seen)).strip()


def tidied(facts: Facts) -> Facts:
    """``facts`` as they are printed."""
    return replace(
        facts,
        code=tidy(facts.code),
        recipient=tidy(facts.recipient),
        institution=tidy(facts.institution),
        country=tidy(facts.country),
        course=tidy(facts.course),
        verify_at=tidy(facts.verify_at),
        signatories=tuple(Signatory(tidy(s.name), tidy(s.role)) for s in facts.signatories),
    )


def refuse_the_unprintable(facts: Facts) -> None:
    """Raise ``ValueError``, in a sentence, for facts that no certificate can carry."""
    if facts.language not in LANGUAGES:
        raise ValueError(f"There is no text in the language {facts.language!r}.")
    if facts.mode not in MODES:
        raise ValueError(f"There is no text for the mode {facts.mode!r}.")
    if not 0 <= facts.hours <= MOST_HOURS:
        raise ValueError(f"The hours must be between 0 (not stated) and {MOST_HOURS}.")
    if not re.fullmatch(r"https?://[!-~]+", facts.verify_url):
        raise ValueError("verify_url must be a web address.")
    _refuse_empty_or_long(facts)
    _refuse_crowded_signatures(facts)
    if any(STACKED_MARKS.search(unicodedata.normalize("NFD", text)) for text in facts.words()):
        raise ValueError("A letter carries more marks than any language writes.")


def _refuse_empty_or_long(facts: Facts) -> None:
    for field in ALWAYS_SAID:
        if not getattr(facts, field):
            raise ValueError(f"A certificate needs {field}.")
    for field, most in MOST_CHARACTERS.items():
        if len(getattr(facts, field)) > most:
            raise ValueError(f"{field} is longer than {most} characters.")


def _refuse_crowded_signatures(facts: Facts) -> None:
    if len(facts.signatories) > MOST_SIGNATORIES:
        raise ValueError(f"There is room for {MOST_SIGNATORIES} signatories.")
    for signatory in facts.signatories:
        if max(len(signatory.name), len(signatory.role)) > MOST_CHARACTERS_OF_A_SIGNATORY:
            raise ValueError(
                f"A signatory's line is longer than {MOST_CHARACTERS_OF_A_SIGNATORY} characters."
            )
