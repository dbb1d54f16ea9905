"""Texts as somebody might write them who wants to keep a server busy."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from app.core import differences, markdown
from bench.report import Row, at_most

LETTERS = 100_000
AIM = 2000.0
PIECES = ("https://a", "](", "[a](", "> ", "*a_", "`", "&", "|-", "<b", "![](")


def measure_hostile_texts() -> Iterator[Row]:
    """The slowest of some texts of 100,000 letters, read and compared."""
    texts = [piece * (LETTERS // len(piece)) for piece in PIECES]
    yield at_most(
        "Hostile text of 100,000 letters: read",
        max(_took(partial(markdown.to_html, text)) for text in texts),
        aim=AIM,
        unit="ms",
    )
    yield at_most(
        "Hostile text of 100,000 letters: compared",
        max(_took(partial(differences.texts, text, f"{text} more")) for text in texts),
        aim=AIM,
        unit="ms",
    )


def _took(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return (time.perf_counter() - began) * 1000
