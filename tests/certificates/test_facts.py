"""Which facts a certificate can carry, and how they are cleaned for print."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from certificates import Facts, Signatory, draw
from certificates.facts import tidied, tidy


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Ana \t María\r\nPérez ", "Ana María Pérez"),
        ("\u202eanA\u202c \u2066Pérez\u2069\u200f", "anA Pérez"),
        ("A\x00na\u200b Pe\u0301rez\ufeff", "Ana Pérez"),
        ("ن\u200cم", "ن\u200cم"),
        ("50\u00a0%", "50\u00a0%"),
    ],
)
def test_what_nobody_sees_is_not_printed(typed: str, printed: str) -> None:
    assert tidy(typed) == printed


def test_every_printed_text_is_tidied(facts: Facts) -> None:
    mark = "\u202e"
    spoilt = replace(
        facts,
        code=mark + facts.code,
        recipient=mark + facts.recipient,
        institution=mark + facts.institution,
        country=mark + facts.country,
        course=mark + facts.course,
        verify_at=mark + facts.verify_at,
        signatories=tuple(Signatory(mark + s.name, mark + s.role) for s in facts.signatories),
    )

    assert tidied(spoilt) == facts


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": ""},
        {"recipient": "\u202e \u200b"},
        {"course": " "},
        {"code": ""},
        {"verify_at": ""},
        {"recipient": "a" * 251},
        {"course": "a" * 201},
        {"institution": "a" * 161},
        {"country": "a" * 61},
        {"code": "A" * 41},
        {"verify_at": "a" * 81},
        {"seed": "a" * 501},
        {"verify_url": "https://x.example/" + "a" * 150},
        {"verify_url": "javascript:alert(1)"},
        {"verify_url": "https://x.example/a b"},
        {"hours": -1},
        {"hours": 10_001},
        {"language": "de"},
        {"mode": "blended"},
        {"recipient": "Z̸̢̛͇̈́algo"},
        {"signatories": (Signatory("a"),) * 4},
        {"signatories": (Signatory("a" * 81),)},
        {"signatories": (Signatory("a", "b" * 81),)},
    ],
)
def test_what_no_certificate_can_carry_is_refused_in_a_sentence(
    facts: Facts, change: Mapping[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        draw(replace(facts, **change))


@pytest.mark.parametrize("design", ["", "baroque", "../classic", "/etc"])
def test_an_unknown_design_is_refused(facts: Facts, design: str) -> None:
    with pytest.raises(ValueError, match="no design"):
        draw(facts, design)
