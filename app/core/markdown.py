"""Text that people write: Markdown in, clean HTML out."""

from functools import lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

_OPTIONS = {"html": False, "linkify": True, "typographer": False}
_reader = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough", "linkify"])
_plain_reader = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
#: With more colons than any address has a word is no address, and looking for some in it takes the
#: square of its length.
MOST_COLONS = 5

#: What may be left after cleaning: no ids, no classes, no styles, nothing that htmx would read.
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "a"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}


def _lower_headings(html: str) -> str:
    """A text stands below its page's own heading, so it has no ``h1``."""
    return html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")


def _reader_for(text: str) -> MarkdownIt:
    has_strange_word = any(word.count(":") > MOST_COLONS for word in text.split())
    return _plain_reader if has_strange_word else _reader


def to_text(text: str) -> str:
    """``text`` (Markdown) in one line of plain words, without what it quotes."""
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    cleaned = nh3.clean(_plain_reader.render(own), tags=set())
    return " ".join(unescape(cleaned).split())


@lru_cache(maxsize=512)
def to_html(text: str) -> str:
    """``text`` (Markdown) as HTML that is safe to put into a page."""
    cleaned = nh3.clean(
        _lower_headings(_reader_for(text).render(text)),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    # A wide table scrolls inside its own box; the box can be reached with the keyboard.
    return cleaned.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
