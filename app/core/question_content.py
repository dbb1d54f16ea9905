"""What a question of each kind holds besides its text: kept as JSON, checked whenever it is read.

Keys are made by chance when a part is written, so that none of them tells right from wrong, and
stay when the part is reworded, so that answers given before still point to it.
"""

from collections.abc import Mapping
from enum import StrEnum
from random import Random
from secrets import token_hex
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Texts = dict[str, str]
#: An answer as it was given. By kind: ``chosen`` (keys), ``text``, ``matched`` (left key to right
#: key), ``places`` (key to place), ``gaps`` (key to what was typed, or to the key chosen).
Given = dict[str, Any]

Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w-]+$")]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    SHORT = "short"
    NUMERICAL = "numerical"
    MATCHING = "matching"
    ORDERING = "ordering"
    GAPS = "gaps"
    ESSAY = "essay"


class Piece(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Option(Piece):
    """``share``: what it is worth in percent; None: reckoned from which are right."""

    key: Key
    text: Texts
    feedback: Texts = Field(default_factory=dict)
    right: bool = False
    share: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)] | None = None


class Choosing(Piece):
    """Single, multiple and true or false. ``whole``: exactly the right ones, or nothing."""

    options: list[Option]
    whole: bool = False
    penalty: Percent = 100
    shuffle: bool = True


class Accepted(Piece):
    """A star in the pattern stands for any letters; after a backslash, for itself."""

    pattern: str = Field(min_length=1, max_length=300)
    share: Percent = 100
    feedback: Texts = Field(default_factory=dict)


class Short(Piece):
    accepted: list[Accepted]
    mind_case: bool = False
    mind_accents: bool = False


class Amount(Piece):
    """``tolerance`` is in the amount's own unit, or in percent of it."""

    value: Finite
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    relative: bool = False
    share: Percent = 100
    feedback: Texts = Field(default_factory=dict)


class Unit(Piece):
    """One of it is ``factor`` of what the amounts are in."""

    name: str = Field(min_length=1, max_length=20)
    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1


class Numerical(Piece):
    amounts: list[Amount]
    units: list[Unit] = Field(default_factory=list)
    needs_unit: bool = False


class Pair(Piece):
    """Without a left side it is one more right side, which belongs to none."""

    left_key: Key
    right_key: Key
    left: Texts = Field(default_factory=dict)
    right: Texts


class Matching(Piece):
    pairs: list[Pair]


class Item(Piece):
    key: Key
    text: Texts


class Ordering(Piece):
    """Items in their right order."""

    items: list[Item]
    whole: bool = False


class Gap(Piece):
    """Filled by typing, or by choosing where there are options. In the text it is ``[[key]]``."""

    key: Key
    accepted: list[Accepted] = Field(default_factory=list)
    options: list[Option] = Field(default_factory=list)


class Gaps(Piece):
    gaps: list[Gap]
    mind_case: bool = False
    mind_accents: bool = False


class Essay(Piece):
    """``notes`` are for whoever marks it."""

    notes: Texts = Field(default_factory=dict)


TRUE: Texts = {"es": "Verdadero", "pt": "Verdadeiro", "en": "True", "fr": "Vrai"}
FALSE: Texts = {"es": "Falso", "pt": "Falso", "en": "False", "fr": "Faux"}

type Content = Choosing | Short | Numerical | Matching | Ordering | Gaps | Essay

CONTENTS: dict[QuestionKind, type[Content]] = {
    QuestionKind.SINGLE: Choosing,
    QuestionKind.MULTIPLE: Choosing,
    QuestionKind.TRUE_FALSE: Choosing,
    QuestionKind.SHORT: Short,
    QuestionKind.NUMERICAL: Numerical,
    QuestionKind.MATCHING: Matching,
    QuestionKind.ORDERING: Ordering,
    QuestionKind.GAPS: Gaps,
    QuestionKind.ESSAY: Essay,
}


def content_of(kind: QuestionKind, raw: Mapping[str, Any]) -> Content:
    return CONTENTS[kind].model_validate(raw)


def new_key() -> str:
    return token_hex(4)


def arranged(content: Content, chance: Random, *, shuffle: bool) -> dict[str, list[str]]:
    """In which order the parts of a question are shown in one attempt, by the name of the group.

    What is to be put in order or matched is always shuffled; each order is as likely as any other,
    so that none tells of the right one.
    """
    groups: dict[str, list[str]] = {}
    match content:
        case Choosing():
            groups["options"] = [option.key for option in content.options]
            if not (shuffle and content.shuffle):
                return groups
        case Matching():
            groups["rights"] = [pair.right_key for pair in content.pairs]
        case Ordering():
            groups["items"] = [item.key for item in content.items]
        case Gaps():
            groups = {g.key: [o.key for o in g.options] for g in content.gaps if g.options}
        case _:
            return groups
    for keys in groups.values():
        chance.shuffle(keys)
    return groups


#: Nobody types more into one field by hand; what comes above is cut.
LONGEST_TEXT = 50_000
LONGEST_WORDS = 1_000


def tidied(kind: QuestionKind, content: Content, given: Given) -> Given:
    """Of what was sent only what can be an answer to this question."""
    match content:
        case Choosing():
            known = {option.key for option in content.options}
            chosen = sorted(known.intersection(map(str, given.get("chosen", ()))))
            return {"chosen": chosen if kind is QuestionKind.MULTIPLE else chosen[:1]}
        case Essay():
            return {"text": str(given.get("text", ""))[:LONGEST_TEXT]}
        case Short() | Numerical():
            return {"text": str(given.get("text", ""))[:LONGEST_WORDS]}
        case Matching():
            rights = {pair.right_key for pair in content.pairs}
            sent = given.get("matched", {})
            asked = (pair.left_key for pair in content.pairs if pair.left)
            return {"matched": {key: sent[key] for key in asked if sent.get(key) in rights}}
        case Ordering():
            places = {str(n): n for n in range(1, len(content.items) + 1)}
            sent = given.get("places", {})
            keys = (item.key for item in content.items)
            return {"places": {k: places[str(sent[k])] for k in keys if str(sent.get(k)) in places}}
        case Gaps():
            sent = given.get("gaps", {})
            filled = {gap.key: str(sent.get(gap.key, ""))[:LONGEST_WORDS] for gap in content.gaps}
            return {"gaps": {key: words for key, words in filled.items() if words.strip()}}
