"""The printed certificate, read back as people and machines read it."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates import LANGUAGES, CannotDraw, Facts, Signatory, draw
from certificates.glyphs import BOLD, width

MILLIMETRE = 72 / 25.4
FRAME = (10, 10, 287, 200)
DRAWING = (212, 23, 276, 87)
SQUARE_CODE = (174, 158.8, 210, 194.8)
BLOCK_TOP = (169, 153.6, 287, 154)
BLOCK_SIDE = (169, 153.6, 169.4, 200)
BLOCK_MIDDLE = (214.9, 153.6, 215.2, 200)
#: How far neighbours like f and ’ may lean over each other.
KERNING = 0.6
LONG_TITLE = (
    "Formación en competencias digitales para la transformación de la "
    "formación profesional en la industria y los servicios"
)
TITLE_90 = (
    "Leadership for Industry 4.0: strategies, competences and tools for training institutions"
)
HARD_NAMES = {
    "55 letters": "Maximiliana Concepción Villavicencio Etcheverry de Rojas",
    "250 letters": ("María de los Ángeles Guadalupe Fernández de Córdoba y Toledo " * 5)[:250],
    "every accent": "Ñandutí O’Brien-Mc Íñiguez d’Ávila",
    "one word": "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2,
    "the widest": "W" * 250,
    "other letters": "Жанна Øst-Ågård Nguyễn Thị Ελένη",
}

type Box = tuple[float, float, float, float]
type Letter = tuple[str, Box]


def text_of(pdf: bytes) -> str:
    """The text as a screen reader meets it, one space between words."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        text = document[0].get_textpage().get_text_range()
    return re.sub(r"\s+", " ", text.replace("\ufffe", "-"))


def ink_of(pdf: bytes) -> list[Letter]:
    """Every letter and the box of its ink: left, top, right, bottom in millimetres."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        height = page.get_height()
        text = page.get_textpage()
        letters = []
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            letter = text.get_text_range(index, 1)
            if letter.strip() and right > left:
                box = (left, height - top, right, height - bottom)
                letters.append((letter, tuple(edge / MILLIMETRE for edge in box)))
    return letters


def overlap(one: Box, other: Box) -> float:
    """How deep two boxes lie in each other; not above zero if they do not."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return min(wide, high)


def structure_of(pdf: bytes) -> list[tuple[str, str]]:
    """Kind and description of every structure element, in reading order."""

    def below(element: Any) -> Iterator[tuple[str, str]]:
        if isinstance(element, pikepdf.Array):
            for child in element:
                yield from below(child)
        elif isinstance(element, pikepdf.Dictionary):
            yield str(element.S), str(element.get("/Alt", ""))
            yield from below(element.get("/K"))

    with pikepdf.open(BytesIO(pdf)) as document:
        return list(below(document.Root.StructTreeRoot.K))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def refuse_collisions(pdf: bytes) -> None:
    """Every letter lies in the frame, off drawing, code and rules, and off every other letter."""
    letters = ink_of(pdf)
    for letter, box in letters:
        assert overlap(box, FRAME) == pytest.approx(min(box[2] - box[0], box[3] - box[1])), letter
        for thing in (DRAWING, SQUARE_CODE, BLOCK_TOP, BLOCK_SIDE, BLOCK_MIDDLE):
            assert overlap(box, thing) <= 0, (letter, box, thing)
    for (one, box), (other, neighbour) in neighbours(letters):
        in_ligature = box == neighbour
        assert in_ligature or overlap(box, neighbour) < KERNING, (one, other)


def neighbours(letters: list[Letter]) -> Iterator[tuple[Letter, Letter]]:
    """The pairs of letters at the same height."""
    downwards = sorted(letters, key=lambda letter: letter[1][1])
    for index, (letter, box) in enumerate(downwards):
        level = takewhile(lambda other: other[1][1] < box[3], downwards[index + 1 :])  # noqa: B023 -- used up here
        yield from (((letter, box), other) for other in level)


def test_equal_facts_make_equal_files(facts: Facts) -> None:
    other = replace(facts, recipient="Somebody Else")

    assert draw(facts) == draw(facts)
    assert draw(other) != draw(facts)


def test_another_process_makes_the_same_file(facts: Facts) -> None:
    program = f"""
import sys, datetime, hashlib
from certificates import *
from certificates import draw
sys.stdout.write(hashlib.sha256(draw({facts!r})).hexdigest())
"""
    program = re.sub(r"<Kind\.COMPLETION: '\w+'>", "Kind.COMPLETION", program)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == sha256(draw(facts)).hexdigest()


def test_threads_do_not_disturb_each_other(facts: Facts) -> None:
    people = [replace(facts, recipient=f"Person {number}") for number in range(4)]
    alone = [draw(person) for person in people]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, people)) == alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_small_tagged_and_in_its_language(facts: Facts, language: str) -> None:
    pdf = draw(replace(facts, language=language))

    assert len(pdf) < 60_000
    with pikepdf.open(BytesIO(pdf)) as document:
        root = document.Root
        assert len(document.pages) == 1
        assert [float(edge) for edge in document.pages[0].mediabox] == pytest.approx(
            [0, 0, 841.89, 595.28], abs=0.1
        )
        assert str(root.Lang) == language
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert facts.code in str(document.docinfo["/Title"])
        assert facts.course in str(document.docinfo["/Subject"])
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_structure_has_one_heading_paragraphs_a_list_and_a_described_picture(
    facts: Facts,
) -> None:
    elements = structure_of(draw(facts))
    kinds = Counter(kind for kind, _ in elements)

    assert (kinds["/H1"], kinds["/L"], kinds["/LI"], kinds["/Figure"]) == (1, 1, 4, 1)
    assert kinds["/P"] == 5 + len(facts.signatories)
    assert [description for kind, description in elements if kind == "/Figure"] == [
        "Square code that opens the page that checks this certificate"
    ]


def test_everything_is_read_in_its_order(facts: Facts) -> None:
    assert text_of(draw(facts)).strip() == (
        "Taller Certificate of completion Nombre Apellido Apellido "
        "of SENA, Colombia, completed and passed the course "
        "The digitalization of vocational training "
        "10 hours, at their own pace, finished on 18 March 2022. "
        "For the network Director of learning For the course Course coordinator "
        "Code T7K4-9WQX-3HMR Check it at taller.example.org/verify "
        "Given on 21 March 2022 Participant country and institution Colombia, SENA"
    )


def test_all_fonts_are_embedded_and_can_be_copied_from(facts: Facts) -> None:
    with pikepdf.open(BytesIO(draw(replace(facts, recipient="Ана Pérez")))) as document:
        fonts = list(document.pages[0].Resources.Font.values())

        assert len(fonts) == 3
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/ToUnicode" in font
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())


def test_the_file_carries_links_runs_and_fetches_nothing(facts: Facts) -> None:
    doings = {"/URI", "/JS", "/Launch", "/GoToR", "/SubmitForm", "/EF", "/EmbeddedFiles"}
    doings |= {"/AF", "/AA", "/OpenAction", "/Annots", "/RichMedia", "/AcroForm"}

    with pikepdf.open(BytesIO(draw(facts))) as document:
        found = [
            key
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream)
            for key in thing.keys()  # noqa: SIM118 -- a stream is no mapping
        ]

    assert "/StructTreeRoot" in found
    assert not doings & set(found)


@pytest.mark.parametrize(
    "address",
    [
        "https://t.co/verify/T7K4",
        "https://taller.example.org/verify/T7K4-9WQX-3HMR",
        "https://formacion.institucion-nacional.example.org/taller/verify/T7K4-9WQX-3HMR",
        "https://x.example/" + "a" * 132,
    ],
)
def test_the_square_code_is_read_back_from_the_page(facts: Facts, address: str) -> None:
    pdf = draw(replace(facts, verify_url=address))
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        picture = document[0].render(scale=1.5).to_pil()

    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "<img src=file:///etc/passwd>",
        "<link rel=attachment href=file:///etc/passwd>",
        "</p></title><script>alert(1)</script>",
        "<style>*{display:none}</style>",
        "Bobby &lt;b&gt; &amp; \"Tables\" 'x'",
        "{{ 7*7 }} {% raw %} ${x} {facts.code}",
    ],
)
def test_markup_in_a_fact_prints_as_it_was_typed(facts: Facts, text: str) -> None:
    hostile = replace(
        facts,
        recipient=text,
        course=text,
        institution=text,
        country=text,
        verify_at=text,
        code=text[:40],
        signatories=(Signatory(text, text),),
    )
    pdf = draw(hostile)

    assert squeezed(text_of(pdf)).count(squeezed(text)) >= 7
    with pikepdf.open(BytesIO(pdf)) as document:
        assert text[:40] in str(document.docinfo["/Title"])
        assert "/Names" not in document.Root


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HARD_NAMES.values(), ids=HARD_NAMES)
def test_hard_names_and_titles_stay_whole_and_in_their_place(
    facts: Facts, language: str, name: str
) -> None:
    pdf = draw(replace(facts, recipient=name, course=LONG_TITLE, language=language))

    with pikepdf.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 1
    assert squeezed(name) in squeezed(text_of(pdf))
    assert squeezed(LONG_TITLE) in squeezed(text_of(pdf))
    refuse_collisions(pdf)


def test_the_most_of_everything_stays_in_its_place(facts: Facts) -> None:
    most = replace(
        facts,
        recipient="M" * 250,
        course="W" * 200,
        institution=("Ministerio de Trabajo, Empleo y Seguridad Social " * 4)[:160],
        country="San Vicente y las Granadinas y otras islas del Caribe",
        language="es",
        code="ABCD-EFGH-JKLM-NPQR",
        verify_at="formacion.institucion-nacional.example.org/taller/verify",
        signatories=(Signatory("María Fernanda Rodríguez Saavedra", "Coordinación general"),) * 3,
    )
    pdf = draw(most)

    assert squeezed(most.institution) in squeezed(text_of(pdf))
    refuse_collisions(pdf)


def test_letters_are_printed_as_wide_as_they_were_measured(facts: Facts) -> None:
    name = "Concepción Etcheverry"
    letters = ink_of(draw(replace(facts, recipient=name)))
    start = "".join(letter for letter, _ in letters).index(squeezed(name))
    printed = [box for _, box in letters[start : start + len(squeezed(name))]]

    assert printed[-1][2] - printed[0][0] == pytest.approx(width(name, BOLD) * 14, rel=0.03)


def test_a_long_name_is_printed_smaller(facts: Facts) -> None:
    def height_of_name(name: str) -> float:
        letters = [box for _, box in ink_of(draw(replace(facts, recipient=name)))]
        return max(bottom - top for _, top, _, bottom in letters)

    assert height_of_name("Ana Pérez") > height_of_name("Ana Pérez " * 6)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.text(st.characters(max_codepoint=0x24F, categories=["L", "P", "Zs"]), max_size=250),
    course=st.text(st.characters(max_codepoint=0x17F, categories=["L", "Nd"]), max_size=120),
)
def test_any_name_is_one_whole_page_or_a_refusal(facts: Facts, name: str, course: str) -> None:
    try:
        pdf = draw(replace(facts, recipient=name, course=course))
    except CannotDraw as refusal:
        assert refusal.characters  # noqa: PT017 -- a refusal is as good as a page, if it names letters
    except ValueError:
        assert not name.strip() or not course.strip()
    else:
        with pikepdf.open(BytesIO(pdf)) as document:
            assert len(document.pages) == 1
