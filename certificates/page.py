"""One certificate put together as a page: words, sizes of type, drawing and square code."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from certificates.drawing import plate
from certificates.engine import print_page
from certificates.facts import CannotDraw, Facts, refuse_the_unprintable, tidied
from certificates.fitting import Sizes, balanced, largest, lines, sizes
from certificates.glyphs import BOLD, in_our_font, missing_glyphs
from certificates.square_code import square_code
from certificates.wording import Wording, wording

DESIGNS = Path(__file__).parent / "designs"

INK, LINE = "#1c3f94", "#a0370d"

#: Places on the page in millimetres, as in the stylesheet.
TEXT_WIDTH = 176
BLOCK_HEIGHT, BLOCK_WIDTH, LABEL_HEIGHT = 46, 65, 5.6
CROWDED_ROWS = (10, 10, 10, 16)
SIGNATURES_WIDTH, SIGNATURES_HEIGHT, SIGNATURES_GAP, FEWEST_COLUMNS = 128, 19, 8, 2

BLOCK_SIZES = (4.2, 3.8, 3.4, 3.0, 2.7, 2.4, 2.1)
SIZE_FOR_ONE_LINE = 3.4
SIGNATURE_SIZES = (3.5, 3.1, 2.8, 2.5, 2.2)


@dataclass(frozen=True)
class Row:
    """A row of the block."""

    label: str
    value: str
    size: float
    height: float


def draw(facts: Facts, design: str) -> bytes:
    """The certificate of ``facts`` as a PDF."""
    facts = tidied(facts)
    refuse_the_unprintable(facts)
    if design not in designs():
        raise ValueError(f"There is no design {design!r}.")
    if missing := missing_glyphs("".join(facts.words())):
        raise CannotDraw(f"No font here can print {_listed(missing)}.", frozenset(missing))

    words = wording(facts, DESIGNS / design / "texts.toml")
    pictures = _pictures(design) | {
        "drawing.svg": plate(facts.seed, ink=INK, line=LINE).encode("ascii")
    }
    for fitting in sizes(facts.recipient, facts.course, words.did, TEXT_WIDTH):
        html = _html(facts, words, fitting, design)
        if pdf := print_page(html, DESIGNS / design / "certificate.css", pictures):
            return pdf
    raise CannotDraw("The name and the title together do not fit on one page.")


@cache
def designs() -> tuple[str, ...]:
    """The names of the designs."""
    return tuple(sorted(folder.name for folder in DESIGNS.iterdir() if folder.is_dir()))


def _html(facts: Facts, words: Wording, fitting: Sizes, design: str) -> str:
    columns = max(len(facts.signatories), FEWEST_COLUMNS)
    column = (SIGNATURES_WIDTH - SIGNATURES_GAP * (columns - 1)) / columns
    return (
        _templates()
        .get_template(f"{design}/certificate.html")
        .render(
            facts=facts,
            words=words,
            sizes=fitting,
            name_width=balanced(facts.recipient, fitting.name, TEXT_WIDTH),
            course_width=balanced(facts.course, fitting.course, TEXT_WIDTH),
            rows=_rows(words.block),
            signature_width=column,
            signature_size=_signature_size(facts, column),
            square_code=Markup(square_code(facts.verify_url, words.square_code)),  # noqa: S704 -- segno escapes
            in_our_font=in_our_font,
        )
    )


def _rows(block: tuple[tuple[str, str], ...]) -> list[Row]:
    """The rows of the block; the last one, the place, may need the room of the others."""
    heights = (BLOCK_HEIGHT / len(block),) * len(block)
    if len(block) == len(CROWDED_ROWS) and _is_long(block[-1][1]):
        heights = CROWDED_ROWS
    return [
        Row(label, value, _value_size(value, height - LABEL_HEIGHT), height)
        for (label, value), height in zip(block, heights, strict=True)
    ]


def _is_long(value: str) -> bool:
    return lines(value, SIZE_FOR_ONE_LINE, BLOCK_WIDTH, BOLD) > 1


def _value_size(value: str, height: float) -> float:
    return largest([value], BLOCK_SIZES, measure=BLOCK_WIDTH, height=height, leading=1.15)


def _signature_size(facts: Facts, column: float) -> float:
    """One size for all, so that they look alike."""
    return min(
        (
            largest(
                [signatory.name, signatory.role],
                SIGNATURE_SIZES,
                measure=column,
                height=SIGNATURES_HEIGHT,
                leading=1.3,
            )
            for signatory in facts.signatories
        ),
        default=SIGNATURE_SIZES[0],
    )


def _listed(letters: set[str]) -> str:
    return ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in sorted(letters))


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(DESIGNS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _pictures(design: str) -> dict[str, bytes]:
    return {picture.name: picture.read_bytes() for picture in (DESIGNS / design).glob("*.svg")}
