"""The frame of a page that is opened all day: rendered once, and filled in for each reader.

What stands around the content (header, menu, footer) is the same for everybody who reads in one
language with the same roles, but for a name, a title and the addresses of the language links.
"""

import re
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from app.core import i18n
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
    request: Request, visit: Visit, page: str, main: str, *, title: str, here: str, **given: Any
) -> Response:
    """Answer with ``main``, which needs only what is ``given``, inside the frame of ``page``.

    The block ``main`` of ``page`` prints ``main_html``.
    """
    if flash.COOKIE in request.cookies:
        told = given | {"title": title, "here": here, "main": main, "main_html": None}
        return render(request, visit, page, **told)
    content = environment.get_template(main).render(given)
    frame = _frame(request, visit, page, here)
    path_in = same_in(request)
    fill = {
        "main": content,
        "title": str(escape(title)),
        "name": str(escape(visit.viewer.name.split()[0])),
        **{f"in_{code}": str(escape(path_in(code))) for code in i18n.LANGUAGES},
    }
    fill["weight"] = weight_in_words(page, len(content), lambda: "".join(_filled(frame, fill)))
    return html_response(request, "".join(_filled(frame, fill)))


MOST_KEPT = 512
_kept: dict[tuple[object, ...], tuple[str, ...]] = {}


def _frame(request: Request, visit: Visit, page: str, here: str) -> tuple[str, ...]:
    """The frame in pieces: text, name of a slot, text, name of a slot, …, text."""
    depends_on = (
        page,
        here,
        i18n.current_locale(),
        visit.viewer.theme,
        wants_light(request),
        visit.roles,
        visit.viewer.tutors,
    )
    if depends_on not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[depends_on] = _rendered(page, context(request, visit, here=here))
    return _kept[depends_on]


def _rendered(page: str, told: dict[str, Any]) -> tuple[str, ...]:
    slots = {
        "viewer": _Anybody(told),
        "title": _slot("title"),
        "main_html": _slot("main"),
        "weight_mark": _slot("weight"),
        "path_in": lambda code: _slot(f"in_{code}"),
    }
    return tuple(_SLOT.split(environment.get_template(page).render(told | slots)))


def _filled(frame: tuple[str, ...], fill: dict[str, str]) -> list[str]:
    return [fill.get(piece, "") if n % 2 else piece for n, piece in enumerate(frame)]
