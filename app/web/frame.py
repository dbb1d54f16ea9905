"""The frame of a page that is opened all day: rendered once, and filled in for each reader.

What stands around the content (header, menu, footer) is the same for everybody who reads in one
language with the same roles, but for a name, a title and the addresses of the language links.
"""

import re
from functools import lru_cache
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from app.core import i18n
from app.web import flash
from app.web.guards import Visit
from app.web.pages import context, environment, html_response, render, weight_in_words

#: A private letter that nobody types marks where something is filled in: NAME between two of them.
_EDGE = "\ue001"
_SLOT = re.compile(f"{_EDGE}(\\w+){_EDGE}")


def _slot(name: str) -> Markup:
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704 -- our own mark


class _Anybody:
    """The reader while the frame is rendered: their name is filled in later."""

    def __init__(self, told: dict[str, Any]) -> None:
        reader = told["viewer"]
        self.__dict__ |= vars(reader)
        self.name = self.first_name = self.initials = _slot("name")
        self.affiliation = self.email = self.id = ""


def render_framed(
    request: Request, visit: Visit, page: str, main: str, *, title: str, **given: Any
) -> Response:
    """Answer with ``main`` inside the frame of ``page``, whose block ``main`` prints ``main_html``."""
    if flash.COOKIE in request.cookies:
        return render(request, visit, page, main_html=None, main=main, title=title, **given)
    told = context(request, visit, title=title, **given)
    content = environment.get_template(main).render(told)
    frame = _frame(page, _Key(told))
    fill = {
        "main": content,
        "title": str(escape(title)),
        "name": str(escape(told["viewer"].first_name)),
        **{f"in_{code}": str(escape(told["path_in"](code))) for code in i18n.LANGUAGES},
    }
    fill["weight"] = weight_in_words(page, len(content), lambda: "".join(_filled(frame, fill)))
    return html_response(request, "".join(_filled(frame, fill)))


class _Key:
    """All that a frame depends on. Equal keys have equal frames; the context rides along."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.parts = (
            told["locale"],
            told["theme"],
            told["light"],
            told["here"],
            tuple((entry.key, entry.label) for entry in told["navigation"]),
        )

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts


@lru_cache(maxsize=256)
def _frame(page: str, key: _Key) -> tuple[str, ...]:
    """The frame in pieces: text, name of a slot, text, name of a slot, …, text."""
    told = key.told | {
        "viewer": _Anybody(key.told),
        "title": _slot("title"),
        "main_html": _slot("main"),
        "weight_mark": _slot("weight"),
        "path_in": lambda code: _slot(f"in_{code}"),
    }
    html = environment.get_template(page).render(told)
    key.told = {}  # keep the key, not the request that came first
    return tuple(_SLOT.split(html))


def _filled(frame: tuple[str, ...], fill: dict[str, str]) -> list[str]:
    return [fill.get(piece, "") if n % 2 else piece for n, piece in enumerate(frame)]
