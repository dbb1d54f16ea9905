"""What a text may hold once it is in a page, and what our Markdown has besides others' Markdown."""

import re
import sys
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from typing import Any

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import markdown, maths
from app.core.differences import texts
from app.core.i18n import speaking
from app.core.markdown import FileOffered, Offered, faulty_formulas, pictures, to_html

PLAN = FileOffered("plan one.png", "/e/plan%20one.png", 123_000, "image/png", 640, 480)
GUIDE = FileOffered("guide.pdf", "/e/guide.pdf", 10, "application/pdf")
OFFERED = Offered((PLAN, GUIDE))


def test_formulas_become_mathml_in_a_line_and_on_their_own() -> None:
    html = to_html("So $x^2$ is\n\n$$\n\\frac{1}{n}\n- 1\n$$")

    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in html
    assert '<math display="block"><mrow><mfrac>' in html
    assert "<ul>" not in html


@pytest.mark.parametrize(
    "text", ["US$ 500 or R$ 20$", "from $5 to $10", "$5-$10", r"\$x$", "US$500 and US$600", "$ a $"]
)
def test_sums_of_money_are_no_formulas(text: str) -> None:
    assert "<math" not in to_html(text)


@pytest.mark.parametrize(
    ("latex", "why"),
    [
        (r"\frac{1", "a bracket is not closed"),
        ("a}{", "a bracket is closed that was never opened"),
        (r"\frac{1}", "it is not complete"),
        ("x^", "it is not complete"),
        (r"\begin{matrix}1", "a bracket is not closed"),
        (r"\unheardof", r"the command \unheardof is not known"),
        ("{" * 30 + "}" * 30, "too much stands inside each other"),
        ("x+" * 290 + "x" * 21, "it is longer than 600 characters"),
    ],
)
def test_a_formula_that_cannot_be_shown_says_why(latex: str, why: str) -> None:
    with speaking("en"), pytest.raises(maths.Unreadable, match=re.escape(why)):
        maths.to_mathml(latex)

    assert "<math" not in to_html(f"${latex}$")


def test_the_formulas_at_fault_are_named() -> None:
    with speaking("es"):
        assert faulty_formulas("$a$, $\\frac{1$ y $x$") == [
            ("\\frac{1", "falta cerrar un paréntesis")
        ]


def test_a_note_has_its_own_title_or_one_in_the_readers_language() -> None:
    with speaking("pt"):
        html = to_html("> [!TIP]\n> Leia\n\n> [!NOTE] Antes de *começar*\n> Veja\n\n> citação")

    assert '<div class="callout" role="note">\n<p class="bold">Dica</p>' in html
    assert '<p class="bold">Antes de <em>começar</em></p>\n<p>Veja</p>' in html
    assert html.count("<blockquote>") == 1


def test_a_table_has_its_caption() -> None:
    html = to_html("| a |\n|---|\n| 1 |\n\n: People by **country**\n\n: not one")

    assert "<table>\n<caption>People by <strong>country</strong></caption>" in html
    assert "<p>: not one</p>" in html


def test_pictures_of_the_activity_are_shown_and_files_led_to() -> None:
    html = to_html("![A plan](<file:plan one.png>) [Guide](file:guide.pdf) [x](file:n)", OFFERED)

    assert (
        '<img src="/e/plan%20one.png" alt="A plan" width="640" height="480" loading="lazy">' in html
    )
    assert '<a href="/e/guide.pdf"' in html
    assert "file:" not in html


def test_to_save_data_a_picture_is_a_link_with_its_size() -> None:
    with speaking("en"):
        html = to_html("![A plan](file:plan%20one.png)", Offered(OFFERED.files, light=True))

    assert "<img" not in html
    assert '<a href="/e/plan%20one.png" rel="noopener nofollow">A plan, 123 KB</a>' in html


def test_no_picture_is_fetched_from_elsewhere_or_where_none_are_offered() -> None:
    elsewhere = to_html("![A plan](https://evil.example/a.png)", OFFERED)

    assert "<img" not in elsewhere + to_html("![A plan](file:guide.pdf)", OFFERED)
    assert to_html("![A plan](<file:plan one.png>)") == "<p>A plan</p>\n"


def test_pictures_are_found_with_and_without_a_description() -> None:
    found = pictures("![A plan](file:plan%20one.png)\n\n> - ![ ](file:b.png)\n\n`![](file:c.png)`")

    assert [(one.description, one.name) for one in found] == [
        ("A plan", "plan one.png"),
        ("", "b.png"),
    ]


def test_a_difference_shows_changed_formulas_and_pictures_as_they_were_written() -> None:
    html = texts("a $x^2$ b", "a $y^2$ b\n\n![A plan](file:p.png)").html

    assert balanced(html)
    assert "<ins>y</ins>^2" in html
    assert "<math" not in html


# ── What must not come through ───────────────────────────────────────────────────────────────────

SCHEMES = ("javascript:alert(1)", "data:text/html,<b>", "vbscript:x", "file:///etc/passwd", "//e.x")
VECTORS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    '<form action="/x"><base href=//e><meta http-equiv=refresh><link rel=x>',
    '<a hx-get="/x" data-hx-post="/y" id=x name=y style="x" onclick=z>',
    *(f"[x]({scheme})" for scheme in SCHEMES),
    *(f"![x]({scheme})" for scheme in SCHEMES),
    *(f"<{scheme}>" for scheme in SCHEMES),
    '!["><script>alert(1)</script>](file:guide.pdf)',
    '![" onerror="alert(1)](<file:plan one.png>)',
    "![<img src=x onerror=alert(1)>](<file:plan one.png>)",
    "> [!NOTE] <script>alert(1)</script>\n> x",
    '> [!NOTE" onclick="alert(1)]\n> x',
    "| a |\n|---|\n| b |\n\n: <script>alert(1)</script>",
    r"$\text{<script>alert(1)</script>}$",
    r"$\text{&lt;img src=x onerror=alert(1)&gt;}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\style{background:url(javascript:x)}{x}$",
    r"$\color{red;background:url(x)}{x}$",
    r"$\class{x}{y}$ $\id{main}{z}$ $\data{hx-get=/x}{y}$",
    r"$\hspace{99999em}$",
    r"$\mathbf{<b onmouseover=alert(1)>}$",
    "$$\n\\text{</math><script>alert(1)</script>}\n$$",
    "$`<script>`$",
    "\x01\x02\x03\x04<script>",
]
ALLOWED_NAMES = {"href", "rel", "src", "alt", "width", "height", "loading", "start", "tabindex"} | {
    *("role", "class", "display"),
    *(name for names in maths.ATTRIBUTES.values() for name in names),
}


class Look(HTMLParser):
    """What a browser would find that it must not."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in markdown._TAGS | {"ins", "del"}:  # noqa: SLF001 -- the list is the promise
            self.found.append(tag)
        for name, value in attrs:
            given = (value or "").strip().lower()
            leads = name in {"href", "src"} and not re.match(r"(https?://|mailto:|/|$)", given)
            if name not in ALLOWED_NAMES or leads:
                self.found.append(f"{tag} {name}={value}")
            if tag == "img" and name == "src" and not given.startswith("/e/"):
                self.found.append(f"{tag} {name}={value}")
        if tag not in {"img", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}>")


def balanced(html: str) -> bool:
    return Look(html).found == []


def cleaned_again(html: str) -> str:
    html = re.sub(
        r'<div class="scroll" tabindex="0">(<table>.*?</table>)</div>', r"\1", html, flags=re.DOTALL
    )
    return nh3.clean(
        html,
        tags=markdown._TAGS,  # noqa: SLF001 -- what was used must leave it as it is
        attributes=markdown._ATTRIBUTES | {"div": {"class", "role"}, "p": {"class"}},  # noqa: SLF001
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )


def test_nothing_that_runs_comes_through(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [*VECTORS, *(f"{a}\n{b}" for a in VECTORS for b in VECTORS[::3])]
    violations = [(case, found) for case in cases if (found := Look(to_html(case, OFFERED)).found)]
    changed = [
        c
        for c in cases
        if cleaned_again(h := to_html(c, OFFERED))
        != h.replace('<div class="scroll" tabindex="0"><table>', "<table>").replace(
            "</table></div>", "</table>"
        )
    ]

    with capsys.disabled():
        print(
            f"\n[text that people write] cases run: {len(cases)}, violations: {len(violations)}, "
        )
        print(f"[text that people write] cleaned twice differs: {len(changed)}")
    assert violations == []
    assert changed == []


PIECES = ["$", "$$", "\n", "\n\n", "> ", "[!NOTE]", "![", "](", "<", ">", '"', "\\text{", "}", " ",
          "| a |\n|---|", ": ", "`", "*", "&lt;", "&#60;", "- ", "\x01", "\x02", "x"]  # fmt: skip
pieces = st.sampled_from([*VECTORS, *PIECES])


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=12).map("".join), st.lists(pieces, max_size=6).map("".join))
def test_no_mixture_breaks_out_of_a_text_or_of_a_difference(text: str, other: str) -> None:
    assert Look(to_html(text, OFFERED)).found == []
    assert [f for f in Look(texts(other, text).html).found if "=" in f or f == "script"] == []


# ── What it costs ────────────────────────────────────────────────────────────────────────────────


def steps(what: Callable[[], Any]) -> int:
    """How many calls ``what`` makes, in Python and into C: the same on every machine."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        what()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece", ["$", "$$a", "> [!NOTE]\n", "$$\n", "| a |\n|---|\n: x\n\n", "![", "${{{{"]
)
def test_a_text_costs_as_many_steps_as_it_is_long(piece: str) -> None:
    a, b = (steps(partial(rendered, (piece * n)[:n])) for n in (2_000, 16_000))

    assert b / a < 12


def test_the_longest_text_costs_a_bounded_number_of_steps() -> None:
    page = "## Step\n\nRead $\\frac{1}{n}$, then:\n\n> [!NOTE]\n> ![a](file:b) and **more**.\n\n"
    text = (page * 1000)[:64_000]

    assert steps(partial(rendered, text)) < len(text) * 60


def rendered(text: str) -> str:
    return markdown._html.__wrapped__(text, OFFERED, "en")  # noqa: SLF001 -- without what is kept
