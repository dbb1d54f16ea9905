"""Draws what the demonstration gives people to take along, as tagged PDFs of its own texts."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from app.demo.courses import Guide
from certificates.engine import OwnFiles
from certificates.glyphs import FONTS

PRINT = Path(__file__).parent / "print"
VARIANT = "pdf/ua-1"

_reader = MarkdownIt("commonmark", {"html": False}).enable("table")
_templates = Environment(loader=FileSystemLoader(PRINT), autoescape=True, undefined=StrictUndefined)


def draw_guide(guide: Guide) -> bytes:
    return _print(
        "guide.html",
        language=guide.language,
        title=guide.heading,
        subtitle=guide.subtitle,
        body=Markup(_to_fill_in(_reader.render(guide.body))),  # noqa: S704 -- HTML is off
    )


def draw_slides(course: str, title: str, agenda: str, language: str) -> bytes:
    """Two slides: the title, and the points of the agenda."""
    points = re.findall(r"^- (.+?)(?: \(\d+ min\))?$", agenda, re.MULTILINE)
    return _print("slides.html", language=language, course=course, title=title, points=points)


def _to_fill_in(html: str) -> str:
    """Boxes to tick, and the first cell of each line as its heading for those who listen."""
    boxes = re.sub(r"<li>\[ \] ", '<li class="box"><span class="tick"></span>', html)
    return boxes.replace("<th>", '<th scope="col">')


def _print(template: str, **words: object) -> bytes:
    page = HTML(
        string=_templates.get_template(template).render(words),
        base_url=None,
        url_fetcher=OwnFiles({}),
    )
    pdf: bytes = page.write_pdf(
        stylesheets=[_stylesheet()], font_config=_fonts(), pdf_variant=VARIANT
    )
    return pdf


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    fonts = {font.name: font.read_bytes() for font in FONTS.glob("*.ttf")}
    return CSS(
        string=(PRINT / "print.css").read_text(encoding="utf-8"),
        font_config=_fonts(),
        url_fetcher=OwnFiles(fonts),
    )
