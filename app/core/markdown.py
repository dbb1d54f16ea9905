"""Text that people write: Markdown in, clean HTML out.

Besides what Markdown has: notes (``> [!NOTE]``), formulas (``$x^2$``, ``$$…$$``), a caption below a
table (``: Caption``), and, where files are offered, pictures and links to them (``file:name``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from app.core import maths
from app.core.formats import size
from app.core.i18n import current_locale, speaking
from app.core.markdown_rules import add_rules

_OPTIONS = {"html": False, "linkify": True, "typographer": False}
#: With more colons than any address has a word is no address, and looking for some in it takes the
#: square of its length.
MOST_COLONS = 5
#: Formulas of one text; what comes after them is shown as it was written.
MOST_FORMULAS = 300
FILE = "file:"

#: What may be left after cleaning: no ids, no styles, nothing that htmx would read, and of classes
#: those of notes.
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "a", "div", "img"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *maths.TAGS,
}
_ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "img": {"src", "alt", "width", "height", "loading"},
} | maths.ATTRIBUTES


@dataclass(frozen=True, slots=True)
class FileOffered:
    """A file that a text can show or lead to, by its name."""

    name: str
    address: str
    size: int
    content_type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Offered:
    """``light``: pictures are links that say what they weigh. ``language``: the text's own."""

    files: tuple[FileOffered, ...] = ()
    light: bool = False
    language: str = ""

    def file(self, target: str) -> FileOffered | None:
        name = named(target)
        return next((file for file in self.files if name == file.name), None)


NOTHING = Offered()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it stands in a text."""

    description: str
    target: str

    @property
    def name(self) -> str:
        return named(self.target)


def named(target: str) -> str:
    """The name of the file that an address inside a text means; "" for any other address."""
    return unquote(target.removeprefix(FILE)).strip() if target.startswith(FILE) else ""


@lru_cache(maxsize=512)
def _html(text: str, offered: Offered, locale: str) -> str:
    with speaking(offered.language or locale):
        html = _reader_for(text).render(text, {"offered": offered})
    return nh3.clean(
        _lower_headings(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes={"div": {"callout", "grave"}, "p": {"bold"}},
        tag_attribute_values={"div": {"role": {"note"}}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )


def to_html(text: str, offered: Offered = NOTHING) -> str:
    """``text`` (Markdown) as HTML that is safe to put into a page."""
    cleaned = _html(text, offered, current_locale())
    # A wide table scrolls inside its own box; the box can be reached with the keyboard.
    return cleaned.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )


def pictures(text: str) -> list[Picture]:
    """The pictures that stand in ``text``, in order."""
    found = []
    for token in _inside(text):
        if token.type == "image":
            described = "".join(part.content for part in token.children or [])
            found.append(Picture(described.strip(), str(token.attrGet("src") or "")))
    return found


def targets(text: str) -> list[str]:
    """Where the links of ``text`` lead, in order."""
    return [
        str(token.attrGet("href") or "") for token in _inside(text) if token.type == "link_open"
    ]


def faulty_formulas(text: str) -> list[tuple[str, str]]:
    """The formulas of ``text`` that cannot be shown, each with what is wrong with it."""
    found = []
    for token in _inside(text):
        if token.type in {"formula", "formula_block"}:
            try:
                maths.to_mathml(token.content, block=token.type == "formula_block")
            except maths.Unreadable as amiss:
                found.append((token.content, str(amiss)))
    return found


def _inside(text: str) -> Iterator[Token]:
    for token in _reader_for(text).parse(text):
        yield token
        yield from token.children or []


def _lower_headings(html: str) -> str:
    """A text stands below its page's own heading, so it has no ``h1``."""
    return html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")


def _reader_for(text: str) -> MarkdownIt:
    has_strange_word = any(word.count(":") > MOST_COLONS for word in text.split())
    return _plain_reader if has_strange_word else _reader


class _Renderer(RendererHTML):
    """What differs from plain Markdown when it is written as HTML."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        target = str(token.attrGet("src") or "")
        words = escape(self.renderInlineAsText(token.children or [], options, env))
        offered: Offered = env["offered"]
        file = offered.file(target)
        if file is None or not file.is_picture:
            # A picture of another house would tell it who reads; it is led to instead.
            leads = target.startswith(("https://", "http://"))
            return f'<a href="{escape(target)}">{words or escape(target)}</a>' if leads else words
        if offered.light:
            return f'<a href="{escape(file.address)}">{words}, {escape(size(file.size))}</a>'
        measures = f' width="{file.width}" height="{file.height}"' if file.width else ""
        return f'<img src="{escape(file.address)}" alt="{words}"{measures} loading="lazy">'

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        href = str(tokens[idx].attrGet("href") or "")
        if href.startswith(FILE):
            offered: Offered = env["offered"]
            file = offered.file(href)
            return f'<a href="{escape(file.address)}">' if file else "<a>"
        return self.renderToken(tokens, idx, options, env)

    def formula(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[idx]
        env["formulas"] = env.get("formulas", 0) + 1
        try:
            if env["formulas"] <= MOST_FORMULAS:
                return maths.to_mathml(token.content, block=token.markup == "$$")
        except maths.Unreadable:
            pass
        return f"<code>{escape(token.markup + token.content + token.markup)}</code>"

    def formula_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"<p>{self.formula(tokens, idx, options, env)}</p>\n"


def _reading(*more: str) -> MarkdownIt:
    made = MarkdownIt("commonmark", _OPTIONS, renderer_cls=_Renderer)
    made.enable(["table", "strikethrough", *more])
    add_rules(made)
    allowed = made.validateLink
    made.validateLink = lambda url: url.startswith(FILE) or allowed(url)  # type: ignore[method-assign]
    return made


_reader, _plain_reader = _reading("linkify"), _reading()
