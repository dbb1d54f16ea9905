"""A message as an e-mail: headers that nobody can break out of, a text part and an HTML part.

The HTML is put together by hand from escaped pieces, because the floors below the web know no
templates; the one layout and its style are files beside the others (decision 29).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from css_inline import CSSInliner

from app.core import markdown
from app.core.settings import settings
from app.core.text import one_line

_LAYOUT = Path(__file__).parents[1] / "templates" / "mails"
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+")
#: "Begin here: https://…": the words of such a paragraph are those of its link.
_CALL = re.compile(r"(?P<words>[^\n]{1,160}?)\s*:\s+(?P<address>https?://\S+)")
_MARKS_AT_THE_END = ".,;:!?)]’"
#: In bytes of UTF-8.
LONGEST_ENCODED_NAME = 42
LONGEST_PLAIN_NAME = 60
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Section:
    """One piece of news: paragraphs, under a heading where there are several."""

    paragraphs: tuple[str, ...]
    heading: str = ""
    marked_up: tuple[int, int] | None = None  # which of the paragraphs are Markdown


@dataclass(frozen=True)
class Page:
    """What a mail says, in the order in which it says it."""

    language: str
    subject: str
    greeting: str
    sections: tuple[Section, ...]
    closing: str
    foot: tuple[str, ...] = ()


@dataclass(frozen=True)
class Envelope:
    id: str
    name: str
    email: str
    at: datetime
    unsubscribe: str = ""  # the address that ends messages of this kind, by one request


class _Whole(UnstructuredHeader):
    """A header that is never folded: what is no text must not become encoded words."""

    max_count = 1

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]  # -- made so


class _Said(UnstructuredHeader):
    """Words as they were said: what looks like an encoded word in them is none."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse("", kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Any) -> str:
        words = str(self)
        folds = all(len(word) < LONGEST_PLAIN_NAME for word in words.split())
        plain = words.isascii() and "=?" not in words and folds
        header = Header(words, "us-ascii" if plain else "utf-8", header_name="Subject")
        return f"Subject: {header.encode(linesep=policy.linesep)}{policy.linesep}"


@cache
def _policy() -> Any:
    headers: Any = HeaderRegistry()
    for name in ("list-unsubscribe", "list-unsubscribe-post", "message-id"):
        headers.map_to_type(name, _Whole)
    headers.map_to_type("subject", _Said)
    return SMTP.clone(header_factory=headers)


def mail(page: Page, envelope: Envelope) -> EmailMessage:
    made = EmailMessage(policy=_policy())
    made["From"] = sender()
    local, _at, domain = ascii_domain(envelope.email).rpartition("@")
    made["To"] = Address(_short(one_line(envelope.name)), local, domain)
    made["Subject"] = one_line(page.subject)
    made["Date"] = format_datetime(envelope.at)
    made["Message-ID"] = message_id(envelope.id)
    made["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe:
        made["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(as_text(page), cte="quoted-printable")
    made.add_alternative(as_html(page), subtype="html", cte="quoted-printable")
    made["Content-Language"] = page.language  # last: it would go with the first part
    return made


def _short(name: str) -> str:
    """As much of a name as one encoded word holds: between two, some programs put a space."""
    name = name.replace("=?", "= ?")  # or else it would be taken for one
    if name.isascii():
        return name[:LONGEST_PLAIN_NAME]
    while len(name.encode()) > LONGEST_ENCODED_NAME:
        name = name.rpartition(" ")[0] or name[: LONGEST_ENCODED_NAME // 4]
    return name


def sender() -> Address:
    name, address = parseaddr(settings().mail_from)
    return Address(name, addr_spec=ascii_domain(address))


def message_id(id_: str) -> str:
    """The same for every try, so that mail programs know a repetition."""
    return f"<{id_}@{urlsplit(settings().base_url).hostname}>"


def ascii_domain(address: str) -> str:
    """The address with its domain as DNS knows it."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def visible(text: str) -> str:
    """Without marks that turn the direction of what follows or show nothing; lines are kept."""
    return "".join(
        c for c in text if c == "\n" or c in _JOINERS or category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )


def as_text(page: Page) -> str:
    parts = [page.greeting]
    number = 0
    for section in page.sections:
        if section.heading:
            number += 1
            parts.append(f"{number}. {section.heading}")
        parts += section.paragraphs
    parts.append(page.closing)
    if page.foot:
        parts.append("-- \n" + "\n".join(page.foot))
    return visible("\n\n".join(parts)) + "\n"


def as_html(page: Page) -> str:
    content = [f"<h1>{escape(visible(page.subject))}</h1>", paragraph(page.greeting)]
    for section in page.sections:
        content += _section(section, alone=len(page.sections) == 1)
    return _inliner().inline(
        _layout().substitute(
            language=escape(page.language),
            title=escape(visible(page.subject)),
            content="\n".join(content),
            foot="\n".join(map(_led_to, (page.closing, *page.foot))),
        )
    )


@cache
def _layout() -> Template:
    return Template((_LAYOUT / "message.htm").read_text("utf-8"))


@cache
def _inliner() -> CSSInliner:
    style = (_LAYOUT / "message.css").read_text("utf-8")
    return CSSInliner(extra_css=style, keep_at_rules=True, load_remote_stylesheets=False)


def _section(section: Section, *, alone: bool) -> Iterable[str]:
    if section.heading:
        yield f"<h2>{escape(visible(section.heading))}</h2>"
    first, last = section.marked_up or (0, 0)
    has_button = not alone
    for words in section.paragraphs[:first]:
        yield paragraph(words)
    if section.marked_up:
        yield markdown.to_html(visible("\n\n".join(section.paragraphs[first:last])))
    for words in section.paragraphs[last:]:
        call = _own_call(words)
        yield _call(*call, button=not has_button) if call else paragraph(words)
        has_button = has_button or bool(call)


def _own_call(words: str) -> tuple[str, str] | None:
    """The words and the address of a paragraph that leads into Taller. Others show where to."""
    found = _CALL.fullmatch(visible(words))
    base = settings().base_url
    if found and (found["address"] == base or found["address"].startswith(f"{base}/")):
        return found["words"], found["address"]
    return None


def _led_to(words: str) -> str:
    call = _own_call(words)
    return _call(*call, button=False) if call else paragraph(words)


def _call(words: str, address: str, *, button: bool) -> str:
    kind = ' class="button"' if button else ""
    return f'<p><a{kind} href="{escape(address)}">{escape(words)}</a></p>'


def paragraph(words: str) -> str:
    """Plain words as a paragraph: nothing in them is markup, and addresses can be followed."""
    text, made, at = visible(words), [], 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_MARKS_AT_THE_END)
        made.append(escape(text[at : found.start()]))
        made.append(f'<a href="{escape(address)}">{escape(address)}</a>')
        at = found.start() + len(address)
    made.append(escape(text[at:]))
    return f"<p>{''.join(made).replace(chr(10), '<br>')}</p>"
