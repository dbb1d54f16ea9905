"""The part drawing, on certificates and on web pages."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from certificates import plate

SVG = "{http://www.w3.org/2000/svg}"


def test_a_course_always_has_the_same_drawing() -> None:
    assert plate("leadership-4-0") == plate("leadership-4-0")


def test_courses_have_different_drawings() -> None:
    drawings = {plate(f"course-{number}") for number in range(200)}

    assert len(drawings) > 190


@given(st.text(max_size=300))
def test_any_seed_gives_a_small_whole_drawing(seed: str) -> None:
    drawing = plate(seed)

    assert len(drawing.encode()) < 1024
    assert ET.fromstring(drawing).tag == f"{SVG}svg"  # noqa: S314 -- our own text


def test_a_drawing_is_hidden_from_screen_readers_and_fits_a_strict_page() -> None:
    drawing = plate("leadership-4-0")

    assert 'aria-hidden="true"' in drawing
    assert "style=" not in drawing


def test_size_and_colours_are_the_callers() -> None:
    svg = ET.fromstring(plate("x", 64, ink="#1c3f94", line="#a0370d"))  # noqa: S314 -- our own text

    assert (svg.get("width"), svg.get("height"), svg.get("stroke")) == ("64", "64", "#1c3f94")
    assert [g.get("stroke") for g in svg.iter(f"{SVG}g")] == ["#a0370d"]


def test_a_web_page_that_draws_a_part_does_not_load_the_printing_works() -> None:
    program = "import sys, certificates; print({'weasyprint', 'fontTools'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "set()"
