"""The form in which a question of any kind is written: its fields into content, and back.

Parts that there may be any number of stand in rows: ``option-0-text-es``. Rows left empty are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
    Texts,
    Unit,
    new_key,
)
from app.core.question_files import GAP
from app.models import Question, QuestionVersion
from app.services.questions import Written
from app.web.forms import Form

#: Which rows a kind has, and how many of them a new question begins with.
ROWS: dict[QuestionKind, dict[str, int]] = {
    QuestionKind.SINGLE: {"option": 4},
    QuestionKind.MULTIPLE: {"option": 4},
    QuestionKind.TRUE_FALSE: {},
    QuestionKind.SHORT: {"accepted": 2},
    QuestionKind.NUMERICAL: {"amount": 1, "unit": 1},
    QuestionKind.MATCHING: {"pair": 4},
    QuestionKind.ORDERING: {"item": 4},
    QuestionKind.GAPS: {"gap": 2},
    QuestionKind.ESSAY: {},
}
MOST_ROWS = 30
FEWEST_OPTIONS = 2


class QuestionForm(BaseModel):
    """What all kinds have; the rest is read by the kind."""

    model_config = ConfigDict(extra="allow")

    kind: QuestionKind = QuestionKind.SINGLE
    do: str = Field(default="save", max_length=40)
    category: str = Field(default="", max_length=200)
    tags: str = Field(default="", max_length=500)


@dataclass
class Sheet:
    """A form of one kind as it was typed, and what is wrong with it."""

    kind: QuestionKind
    languages: list[str]
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def texts(self, name: str, known: Texts | None = None) -> Texts:
        """What was typed in each language; languages that the form does not ask for stay."""
        kept = {one: text for one, text in (known or {}).items() if one not in self.languages}
        return kept | {one: text for one in self.languages if (text := self.text(f"{name}-{one}"))}

    def number(self, name: str, otherwise: float, *, most: float = 1e12) -> float:
        typed = self.text(name)
        if not typed:
            return otherwise
        try:
            value = float(typed.replace(",", "."))
        except ValueError:
            value = float("nan")
        if not -most <= value <= most:
            self.errors[name] = _("Write a number, such as 3.5 or 3,5.")
            return otherwise
        return value

    def share(self, name: str) -> float:
        value = self.number(name, 100)
        if not 0 <= value <= 100:  # noqa: PLR2004 -- in percent
            self.errors[name] = _("Write a number from 0 to 100.")
            return 100
        return value

    def is_on(self, name: str) -> bool:
        return self.typed.get(name) == "on"

    def rows(self, group: str) -> Iterator[str]:
        """The beginnings of the names of each row, in their order."""
        for n in row_numbers(self.typed, group):
            yield f"{group}-{n}"

    def missing(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)


def row_numbers(typed: dict[str, str], group: str) -> list[int]:
    found = {
        int(met[1])
        for name in typed
        if (met := re.match(rf"{group}-(\d{{1,4}})-", name)) is not None
    }
    return sorted(found)[:MOST_ROWS]


# From the form


def written_from(
    form: Form[QuestionForm],
    kind: QuestionKind,
    languages: list[str],
    known: QuestionVersion | None = None,
) -> Written | None:
    """The question that was typed, or None with what is wrong beside the fields."""
    sheet = Sheet(kind, languages, form.typed, form.errors)
    text = sheet.texts("text", known.text if known else None)
    if not any(text.values()):
        sheet.missing(f"text-{languages[0]}", _("Write the question."))
    try:
        content = _READ[kind](sheet)
    except ValidationError:
        sheet.missing("", _("This can't be read. Check it once more."))
        content = Essay()
    if kind is QuestionKind.GAPS and isinstance(content, Gaps):
        _check_gaps(sheet, text, content)
    if form.errors:
        form.data = None
        return None
    return Written(
        text=text,
        content=content,
        explanation=sheet.texts("explanation", known.explanation if known else None),
        category=sheet.text("category"),
        tags=tuple(dict.fromkeys(one for t in sheet.text("tags").split(",") if (one := t.strip()))),
    )


def _check_gaps(sheet: Sheet, text: Texts, content: Gaps) -> None:
    keys = {gap.key for gap in content.gaps}
    for language, words in text.items():
        named = set(GAP.findall(words))
        if named != keys and language in sheet.languages:
            sheet.missing(
                f"text-{language}",
                _("Put each gap into the text once, as %(gaps)s.")
                % {"gaps": ", ".join(f"[[{key}]]" for key in sorted(keys)) or "[[1]]"},
            )


def _options(sheet: Sheet) -> Content:
    single = sheet.kind is QuestionKind.SINGLE
    options = []
    for row in sheet.rows("option"):
        text = sheet.texts(f"{row}-text")
        if not text:
            continue
        is_right = (
            sheet.typed.get("right") == row.removeprefix("option-")
            if single
            else sheet.is_on(f"{row}-right")
        )
        share = sheet.text(f"{row}-share")
        options.append(
            Option(
                key=_key(sheet, row), text=text, feedback=sheet.texts(f"{row}-feedback"),
                right=is_right, share=_signed_share(sheet, f"{row}-share") if share else None,
            )
        )  # fmt: skip
    if len(options) < FEWEST_OPTIONS:
        sheet.missing(f"option-0-text-{sheet.languages[0]}", _("Write at least two choices."))
    elif not any(option.right for option in options):
        sheet.missing("right", _("Say which is right."))
    if single and any(option.share is not None for option in options):
        options = [
            o if o.share is not None else o.model_copy(update={"share": 100.0 if o.right else 0.0})
            for o in options
        ]
    return Choosing(
        options=options,
        whole=not single and sheet.typed.get("whole") == "whole",
        penalty=sheet.share("penalty"),
        shuffle=not sheet.is_on("fixed"),
    )


def _signed_share(sheet: Sheet, name: str) -> float:
    value = sheet.number(name, 0)
    if not -100 <= value <= 100:  # noqa: PLR2004 -- in percent
        sheet.errors[name] = _("Write a number from 0 to 100.")
        return 0
    return value


def _true_false(sheet: Sheet) -> Content:
    if sheet.typed.get("answer") not in {"true", "false"}:
        sheet.missing("answer", _("Say which is right."))
    options = [
        Option(
            key=sheet.text(f"{name}-key") or new_key(),
            text=words | sheet.texts(f"{name}-text"),
            feedback=sheet.texts(f"{name}-feedback"),
            right=sheet.typed.get("answer") == name,
        )
        for name, words in (("true", TRUE), ("false", FALSE))
    ]
    return Choosing(options=options, shuffle=False)


def _short(sheet: Sheet) -> Content:
    accepted = [
        Accepted(
            pattern=sheet.text(f"{row}-pattern")[:300],
            share=sheet.share(f"{row}-share"),
            feedback=sheet.texts(f"{row}-feedback"),
        )
        for row in sheet.rows("accepted")
        if sheet.text(f"{row}-pattern")
    ]
    if not accepted:
        sheet.missing("accepted-0-pattern", _("Write at least one answer that is right."))
    return Short(accepted=accepted, **_minding(sheet))


def _minding(sheet: Sheet) -> dict[str, bool]:
    return {name: sheet.is_on(name) for name in ("mind_case", "mind_accents")}


def _numerical(sheet: Sheet) -> Content:
    amounts = [
        Amount(
            value=sheet.number(f"{row}-value", 0),
            tolerance=abs(sheet.number(f"{row}-tolerance", 0)),
            relative=sheet.typed.get(f"{row}-relative") == "percent",
            share=sheet.share(f"{row}-share"),
            feedback=sheet.texts(f"{row}-feedback"),
        )
        for row in sheet.rows("amount")
        if sheet.text(f"{row}-value")
    ]
    units = [
        Unit(name=sheet.text(f"{row}-name")[:20], factor=_factor(sheet, f"{row}-factor"))
        for row in sheet.rows("unit")
        if sheet.text(f"{row}-name")
    ]
    if not amounts:
        sheet.missing("amount-0-value", _("Write the number that is right."))
    return Numerical(amounts=amounts, units=units, needs_unit=sheet.is_on("needs_unit"))


def _factor(sheet: Sheet, name: str) -> float:
    value = sheet.number(name, 1)
    if value <= 0:
        sheet.errors[name] = _("Write a number above 0.")
        return 1
    return value


def _matching(sheet: Sheet) -> Content:
    pairs = [
        Pair(
            left_key=_key(sheet, row),
            right_key=sheet.text(f"{row}-right_key") or new_key(),
            left=sheet.texts(f"{row}-left"),
            right=right,
        )
        for row in sheet.rows("pair")
        if (right := sheet.texts(f"{row}-right"))
    ]
    if sum(bool(pair.left) for pair in pairs) < FEWEST_OPTIONS:
        sheet.missing(f"pair-0-left-{sheet.languages[0]}", _("Write at least two pairs."))
    return Matching(pairs=pairs)


def _ordering(sheet: Sheet) -> Content:
    items = [
        Item(key=_key(sheet, row), text=text)
        for row in sheet.rows("item")
        if (text := sheet.texts(f"{row}-text"))
    ]
    if len(items) < FEWEST_OPTIONS:
        sheet.missing(f"item-0-text-{sheet.languages[0]}", _("Write at least two things."))
    return Ordering(items=items, whole=sheet.is_on("whole_order"))


def _gaps(sheet: Sheet) -> Content:
    gaps = []
    for n, row in enumerate(sheet.rows("gap"), 1):
        answers = [
            one for line in sheet.text(f"{row}-answers").splitlines() if (one := line.strip())
        ]
        if sheet.typed.get(f"{row}-way") == "chosen":
            options = _gap_options(sheet, row)
            if len(options) >= FEWEST_OPTIONS:
                gaps.append(Gap(key=str(n), options=options))
            elif options:
                sheet.missing(
                    f"{row}-options-{sheet.languages[0]}", _("Write at least two choices.")
                )
        elif answers:
            gaps.append(Gap(key=str(n), accepted=[Accepted(pattern=one[:300]) for one in answers]))
    if not gaps:
        sheet.missing("gap-0-answers", _("Write what belongs into the first gap."))
    return Gaps(gaps=gaps, **_minding(sheet))


def _gap_options(sheet: Sheet, row: str) -> list[Option]:
    """The lines of each language beside each other; the first is right."""
    lines = {
        language: [one for line in words.splitlines() if (one := line.strip())]
        for language, words in sheet.texts(f"{row}-options").items()
    }
    most = max(map(len, lines.values()), default=0)
    return [
        Option(
            key=new_key(),
            text={language: one[n] for language, one in lines.items() if n < len(one)},
            right=n == 0,
        )
        for n in range(most)
    ]


def _essay(sheet: Sheet) -> Content:
    return Essay(notes=sheet.texts("notes"))


def _key(sheet: Sheet, row: str) -> str:
    known = sheet.text(f"{row}-key")
    return known if re.fullmatch(r"[\w-]{1,40}", known) else new_key()


_READ = {
    QuestionKind.SINGLE: _options,
    QuestionKind.MULTIPLE: _options,
    QuestionKind.TRUE_FALSE: _true_false,
    QuestionKind.SHORT: _short,
    QuestionKind.NUMERICAL: _numerical,
    QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering,
    QuestionKind.GAPS: _gaps,
    QuestionKind.ESSAY: _essay,
}


# Into the form


def blank(kind: QuestionKind, category: str = "") -> Form[QuestionForm]:
    """The form of a new question, with the rows that it usually needs."""
    typed = {"kind": kind.value, "category": category, "whole": "partial", "penalty": "100"}
    for group, count in ROWS[kind].items():
        typed |= {f"{group}-{n}-key": "" for n in range(count)}
    if kind is QuestionKind.NUMERICAL:
        typed["unit-0-factor"] = "1"
    return Form(typed=typed)


def filled(question: Question, version: QuestionVersion) -> Form[QuestionForm]:
    content = version.holds(question.kind)
    typed = {
        "kind": question.kind.value,
        "category": question.category,
        "tags": ", ".join(question.tags),
        **_by_language("text", version.text),
        **_by_language("explanation", version.explanation),
        **_fields(question.kind, content),
    }
    return Form(typed={name: value for name, value in typed.items() if value is not None})


def _by_language(name: str, texts: Texts) -> dict[str, str]:
    return {f"{name}-{language}": text for language, text in texts.items()}


def _fields(  # noqa: PLR0911 -- one for each kind
    kind: QuestionKind, content: Content
) -> dict[str, Any]:
    match content:
        case Choosing() if kind is QuestionKind.TRUE_FALSE:
            return _of_true_false(content)
        case Choosing():
            return _of_choosing(content)
        case Short():
            return _of_accepted(content.accepted) | _of_minding(content)
        case Numerical():
            return _of_numerical(content)
        case Matching():
            return _of_rows("pair", [
                {"key": p.left_key, "right_key": p.right_key} | _by_language("left", p.left)
                | _by_language("right", p.right) for p in content.pairs
            ])  # fmt: skip
        case Ordering():
            rows = [{"key": i.key} | _by_language("text", i.text) for i in content.items]
            return _of_rows("item", rows) | {"whole_order": "on" if content.whole else None}
        case Gaps():
            return _of_rows("gap", [_of_gap(gap) for gap in content.gaps]) | _of_minding(content)
    return _by_language("notes", content.notes)


def _of_rows(group: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    return {f"{group}-{n}-{name}": v for n, row in enumerate(rows) for name, v in row.items()}


def _of_choosing(content: Choosing) -> dict[str, Any]:
    rows = [
        {"key": o.key, "right": "on" if o.right else "",
         "share": "" if o.share is None else f"{o.share:g}"}
        | _by_language("text", o.text) | _by_language("feedback", o.feedback)
        for o in content.options
    ]  # fmt: skip
    right = next((str(n) for n, o in enumerate(content.options) if o.right), "")
    return _of_rows("option", rows) | {
        "right": right,
        "whole": "whole" if content.whole else "partial",
        "penalty": f"{content.penalty:g}",
        "fixed": None if content.shuffle else "on",
    }


def _of_true_false(content: Choosing) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, option in zip(("true", "false"), content.options, strict=False):
        fields |= {f"{name}-key": option.key, **_by_language(f"{name}-text", option.text)}
        fields |= _by_language(f"{name}-feedback", option.feedback)
        if option.right:
            fields["answer"] = name
    return fields


def _of_accepted(accepted: list[Accepted]) -> dict[str, Any]:
    return _of_rows("accepted", [
        {"pattern": one.pattern, "share": f"{one.share:g}"} | _by_language("feedback", one.feedback)
        for one in accepted
    ])  # fmt: skip


def _of_minding(content: Short | Gaps) -> dict[str, Any]:
    return {n: "on" if getattr(content, n) else None for n in ("mind_case", "mind_accents")}


def _of_numerical(content: Numerical) -> dict[str, Any]:
    amounts = [
        {"value": f"{one.value:.12g}", "tolerance": f"{one.tolerance:.12g}",
         "relative": "percent" if one.relative else "absolute", "share": f"{one.share:g}"}
        | _by_language("feedback", one.feedback) for one in content.amounts
    ]  # fmt: skip
    units = [{"name": one.name, "factor": f"{one.factor:.12g}"} for one in content.units]
    return (
        _of_rows("amount", amounts)
        | _of_rows("unit", units)
        | {"needs_unit": "on" if content.needs_unit else None}
    )


def _of_gap(gap: Gap) -> dict[str, str]:
    """The right choice comes first, as the form has it."""
    ordered = sorted(gap.options, key=lambda option: not option.right)
    languages = {language for option in ordered for language in option.text}
    lines = {
        f"options-{one}": "\n".join(option.text.get(one, "") for option in ordered)
        for one in languages
    }
    way = {"key": gap.key, "way": "chosen" if gap.options else "typed"}
    return way | {"answers": "\n".join(one.pattern for one in gap.accepted)} | lines


# Rows that come and go


type Act = Literal["save", "preview", "rows"]


def act_of(form: Form[QuestionForm]) -> Act:
    """What a press of a button asks for; rows are added and removed here, nothing typed is lost."""
    do = form.typed.get("do", "save")
    if met := re.fullmatch(r"add-([a-z]+)", do):
        numbers = row_numbers(form.typed, met[1])
        if len(numbers) < MOST_ROWS:
            form.typed[f"{met[1]}-{numbers[-1] + 1 if numbers else 0}-key"] = ""
        return "rows"
    if met := re.fullmatch(r"remove-([a-z]+-\d{1,4})", do):
        for name in [n for n in form.typed if n.startswith(f"{met[1]}-")]:
            del form.typed[name]
        return "rows"
    return "preview" if do == "preview" else "save"


def rows_of(form: Form[QuestionForm], kind: QuestionKind) -> dict[str, list[int]]:
    return {group: row_numbers(form.typed, group) for group in ROWS[kind]}
