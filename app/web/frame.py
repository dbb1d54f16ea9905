"""The frame of a page that is opened all day: rendered once, and filled in for each reader.

What stands around the content (header, menu, footer) is the same for everybody who reads in one
language with the same roles, but for a name, a title and the addresses of the language links.
"""

import re
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from app.core import i18n
from app.core.formats import current_habits
from app.web import flash
from app.web.guards import Visit
from app.web.pages import (
    context,
    environment,
    html_response,
    render,
    same_in,
    wants_light,
    weight_in_words,
)
from app.web.pieces import joined

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
    request: Request, visit: Visit, page: str, *, title: str, here: str, **pieces: list[Markup]
) -> Response:
    """Answer with ``page``, where each of ``pieces`` fills the place of its name."""
    if flash.is_due(request) or visit.viewer.is_looked_at:
        whole: dict[str, Any] = {name: joined(piece) for name, piece in pieces.items()}
        return render(request, visit, page, title=title, here=here, **whole)
    is_there = tuple((name, bool(piece)) for name, piece in pieces.items())
    frame = _frame(request, visit, page, here, is_there)
    path_in = same_in(request)
    fill = pieces | {
        "title": [escape(title)],
        "name": [escape(visit.viewer.name.split()[0])],
        **{f"in_{code}": [escape(path_in(code))] for code in i18n.LANGUAGES},
    }
    length = sum(len(text) for piece in pieces.values() for text in piece)
    weight = weight_in_words(page, length, lambda: _filled(frame, fill | {"weight": []}))
    return html_response(request, _filled(frame, fill | {"weight": [escape(weight)]}))


MOST_KEPT = 512
_kept: dict[tuple[object, ...], tuple[str, ...]] = {}


def _frame(
    request: Request, visit: Visit, page: str, here: str, is_there: tuple[tuple[str, bool], ...]
) -> tuple[str, ...]:
    """The frame in pieces: text, name of a slot, text, name of a slot, …, text."""
    depends_on = (
        page,
        here,
        is_there,
        current_habits(),
        visit.viewer.theme,
        wants_light(request),
        visit.roles,
        visit.viewer.tutors,
    )
    if depends_on not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        pieces = {name: _slot(name) if present else "" for name, present in is_there}
        _kept[depends_on] = _rendered(page, context(request, visit, here=here, **pieces))
    return _kept[depends_on]


def _rendered(page: str, told: dict[str, Any]) -> tuple[str, ...]:
    slots = {
        "title": _slot("title"),
        "viewer": _Anybody(told),
        "weight_mark": _slot("weight"),
        "path_in": lambda code: _slot(f"in_{code}"),
    }
    return tuple(_SLOT.split(environment.get_template(page).render(told | slots)))


def _filled(frame: tuple[str, ...], fill: dict[str, list[Markup]]) -> str:
    texts: list[str] = []
    for n, part in enumerate(frame):
        if n % 2:
            texts += fill[part]
        else:
            texts.append(part)
    return "".join(texts)
