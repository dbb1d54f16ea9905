"""The gaps of a text as Moodle writes them: ``{1:SHORTANSWER:=twice~%50%often#Nearly.}``."""

import re

from app.core.gift import WHOLE, gap_of, number_of, partly_right
from app.core.i18n import gettext as _
from app.core.question_content import Accepted, Gap, Gaps
from app.core.question_files import FEWEST, GAP, Refused, put, said

_KINDS = {
    "SHORTANSWER": "typed", "SA": "typed", "MW": "typed",
    "SHORTANSWER_C": "minding", "SAC": "minding", "MWC": "minding",
    "NUMERICAL": "number", "NM": "number",
    "MULTICHOICE": "chosen", "MC": "chosen", "MULTICHOICE_V": "chosen", "MCV": "chosen",
    "MULTICHOICE_H": "chosen", "MCH": "chosen", "MULTICHOICE_S": "chosen", "MCS": "chosen",
    "MULTICHOICE_VS": "chosen", "MCVS": "chosen", "MULTICHOICE_HS": "chosen", "MCHS": "chosen",
}  # fmt: skip
_GAP = re.compile(r"\{(\d{0,4}):([A-Z_]+):((?:\\.|[^}\\])*)\}", re.DOTALL)
_SIGNS = '}#~/"\\'
_ESCAPED = {sign: chr(0xE100 + n) for n, sign in enumerate(_SIGNS)}
_MEANT = {ord(mark): sign for sign, mark in _ESCAPED.items()}
_ANSWER = re.compile(r"\s*(=|%(-?\d+(?:[.,]\d+)?)(?::[^%]*)?%|)(.*)", re.DOTALL)

type _Found = tuple[str, float, str]


def read_cloze(text: str, language: str, notes: list[str]) -> tuple[Gaps, str]:
    """The gaps, and the text with their places."""
    found = list(_GAP.finditer(text))
    if not found:
        raise Refused(_("It has no gaps that can be understood."))
    kinds = [_KINDS.get(met[2]) for met in found]
    if len({met[1] or "1" for met in found}) > 1:
        notes.append(_("Its gaps had different weights; here each counts the same."))
    if None in kinds:
        raise Refused(_("One of its gaps is of a kind that can't be taken in."))
    if "minding" in kinds and "typed" in kinds:
        notes.append(_("Capital letters must be right in some of its gaps only; here in all."))
    gaps = [
        _gap(str(n), kind or "", met[3], language, notes)
        for n, (met, kind) in enumerate(zip(found, kinds, strict=True), 1)
    ]
    numbers = iter(range(1, len(found) + 1))
    placed = _GAP.sub(lambda _met: f"[[{next(numbers)}]]", text.replace("[[", "[ ["))
    return Gaps(gaps=gaps, mind_case="minding" in kinds), placed


def _gap(key: str, kind: str, raw: str, language: str, notes: list[str]) -> Gap:
    kept = re.sub(r"\\([}#~/\"\\])", lambda met: _ESCAPED[met[1]], raw)
    answers = [_answer(one) for one in kept.split("~")]
    answers = [one for one in answers if one[0]]
    if not any(share > 0 for _text, share, _said in answers):
        raise Refused(_("One of its gaps has no right answer."))
    if kind == "chosen":
        if len(answers) < FEWEST or not any(share == WHOLE for _text, share, _said in answers):
            raise Refused(_("One of its gaps has no right answer."))
        if any(0 < share < WHOLE for _text, share, _said in answers):
            notes.append(partly_right())
        return gap_of(key, language, answers)
    if kind == "number":
        notes.append(
            _("A gap for a number takes only that number now, as typed, without tolerance.")
        )
        answers = [
            (f"{number_of(text.partition(':')[0]):.12g}", share, told)
            for text, share, told in answers
            if text != "*"
        ]
    return Gap(
        key=key,
        accepted=[
            Accepted(pattern=text, share=max(0.0, share), feedback=put(language, told))
            for text, share, told in answers
        ],
    )


def _answer(raw: str) -> _Found:
    met = _ANSWER.match(raw)
    assert met is not None  # noqa: S101 -- it fits whatever there is
    share = 100.0 if met[1] == "=" else float((met[2] or "0").replace(",", "."))
    words, _mark, told = met[3].partition("#")
    return words.strip().translate(_MEANT), share, told.strip().translate(_MEANT)


def written_cloze(content: Gaps, text: str, language: str) -> str:
    """The text with its gaps in it, as plain text."""
    gaps = {gap.key: gap for gap in content.gaps}
    typed = "SHORTANSWER_C" if content.mind_case else "SHORTANSWER"

    def one(key: str) -> str:
        gap = gaps[key]
        if gap.options:
            answers = [
                ("=" if o.right else "%0%") + _escaped(said(o.text, language))
                + _told(said(o.feedback, language)) for o in gap.options
            ]  # fmt: skip
            return f"{{1:MULTICHOICE_S:{'~'.join(answers)}}}"
        answers = [
            ("=" if a.share == WHOLE else f"%{a.share:g}%") + _escaped(a.pattern)
            + _told(said(a.feedback, language)) for a in gap.accepted
        ]  # fmt: skip
        return f"{{1:{typed}:{'~'.join(answers)}}}"

    return GAP.sub(lambda met: one(met[1]) if met[1] in gaps else met[0], text)


def _told(feedback: str) -> str:
    return f"#{_escaped(feedback)}" if feedback else ""


def _escaped(words: str) -> str:
    return re.sub(r"([}#~\\])", r"\\\1", words)
