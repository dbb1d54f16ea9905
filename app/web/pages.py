"""Turning a template into a response: a whole page, or the part of it that htmx asked for."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core import clock, formats, i18n, links, markdown
from app.core.settings import settings
from app.policy import Role
from app.web import flash
from app.web.cookie import Cookie, cookie_in, remove
from app.web.guards import Visit
from app.web.labels import label
from app.web.navigation import navigation
from app.web.onward import path_within
from app.web.static import static, weight_of
from certificates.drawing import plate

#: What of a request decides how its page looks.
VARIES = "HX-Request-Type, Cookie, Accept-Language"
WEIGHT_MARK = "\ue000"  # a private letter: replaced once the page's weight is known


def _as_markup(text: str, offered: markdown.Offered = markdown.NOTHING) -> Markup:
    return Markup(markdown.to_html(text, offered))  # noqa: S704 -- cleaned there


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=not settings().in_production,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # -- added by the extension
        i18n.gettext,
        i18n.ngettext,
        newstyle=True,
        pgettext=i18n.pgettext,
        npgettext=i18n.npgettext,
    )
    made.globals |= {
        "LANGUAGES": list(i18n.LANGUAGES.items()),
        "label": label,
        "plate": lambda seed, size=200: Markup(plate(seed, size=size)),  # noqa: S704 -- our own drawing
        "static": static,
    }
    made.filters |= {
        "clock": formats.clock,
        "country": i18n.country_name,
        "date_range": formats.date_range,
        "day": formats.day,
        "duration": formats.duration,
        "in_language": i18n.choose,
        "initials": formats.initials,
        "language": i18n.language_name,
        "listing": formats.listing,
        "local": formats.local,
        "long_day": formats.long_day,
        "full_day": formats.full_day,
        "zone_city": formats.zone_city,
        "markdown": _as_markup,
        "moment": formats.moment,
        "near_day": formats.near_day,
        "number": formats.number,
        "percent": formats.percent,
        "short_day": formats.short_day,
        "size": formats.size,
        "spoken": i18n.chosen_language,
        "with_links": links.with_links,
    }
    return made


environment = _environment()


class Reader:
    """The signed-in person as templates greet them."""

    def __init__(self, visit: Visit) -> None:
        person = visit.viewer
        self.id = person.id
        self.name = person.name
        self.email = person.email
        self.first_name = person.name.split()[0]
        self.initials = formats.initials(person.name)
        country = i18n.country_name(person.country)
        self.affiliation = f"{person.institution}, {country}" if person.institution else country
        self.is_coordinator = not visit.roles.isdisjoint({Role.COORDINATOR, Role.FOCAL})
        self.is_admin = Role.ADMINISTRATOR in visit.roles
        self.is_tutor = person.tutors
        self.messages_come_back = person.messages_come_back
        self.seen_until = person.seen_until  # by somebody of support, who looks at their pages


def wants_part(request: Request) -> bool:
    """Whether htmx is going to replace a part of the page rather than all of it."""
    return request.headers.get("HX-Request-Type") == "partial"


def wants_light(request: Request) -> bool:
    """Whether the reader asked for pages without drawings: now, in this browser, or for good."""
    asked = request.query_params.get("light", cookie_in(request, Cookie.LIGHT))
    return asked == "1" if asked else getattr(request.state, "data_saver", False)


def same_in(request: Request) -> Callable[[str], str]:
    """The addresses of this page in other languages; of one that could lead away, the first page.

    Browsers take ``//host`` and what looks like it for another site.
    """
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    before = (
        f"{path_within(request.scope['path']) or '/'}?{urlencode(query)}{'&' if query else ''}lang="
    )
    return lambda language: before + language


def context(request: Request, visit: Visit | None, **given: Any) -> dict[str, Any]:
    """What every template can rely on, and what this one was given."""
    person = visit.maybe_viewer if visit else None
    now = clock.now()
    return {
        "request": request,
        "viewer": Reader(visit) if visit and person else None,
        "may": visit.may if visit else lambda _action: False,
        "locale": i18n.current_locale(),
        "theme": person.theme if person else "",
        "light": wants_light(request),
        "here": "",
        "path": request.scope["path"],
        "path_in": same_in(request),
        "zone_name": formats.zone_name(formats.current_zone(), now),
        "zone_known": person is not None or bool(cookie_in(request, Cookie.ZONE)),
        "flash": flash.flash_of(request),
        "navigation": navigation(visit),
        "now": now,
        "weight_mark": WEIGHT_MARK,
        **given,
    }


def render(
    request: Request,
    visit: Visit | None,
    page: str,
    *,
    part: str | None = None,
    status: int = 200,
    **given: Any,
) -> Response:
    """Answer with ``page``, or with only the ``part`` of it that htmx asked for."""
    told = context(request, visit, **given)
    only_part = part is not None and wants_part(request)
    html = environment.get_template(part if part and only_part else page).render(told)
    if only_part and told["flash"]:
        html += environment.get_template("layouts/_notice_oob.html").render(told)
    return html_response(request, weighed(html), status=status, only_part=only_part)


def html_response(
    request: Request, html: str, *, status: int = 200, only_part: bool = False
) -> Response:
    headers = {"Vary": VARIES, "Content-Language": i18n.current_locale()}
    response = HTMLResponse(html, status, headers)
    # A whole page that htmx did not ask for is loaded once more by the browser: keep it for then.
    if flash.is_due(request) and (only_part or not wants_part(request)):
        remove(response, Cookie.FLASH)
    return response


def weighed(html: str) -> str:
    """Write the page's own weight into its footer: what it costs to load, gzipped, in KB."""
    if WEIGHT_MARK not in html:
        return html
    return html.replace(WEIGHT_MARK, _kilobytes(html))


def _kilobytes(html: str) -> str:
    weight = len(gzip.compress(html.encode(), 1)) + weight_of(html)
    return formats.number(max(1, round(weight / 1000)))


_weights: dict[tuple[str, str, int], str] = {}


def weight_in_words(page: str, length: int, html: Callable[[], str]) -> str:
    """The weight of one of many alike pages: weighed once for every kilobyte of length."""
    key = (page, formats.current_habits(), length // 1000)
    if key not in _weights:
        _weights[key] = _kilobytes(html())
    return _weights[key]


def go_to(address: str, *, say: str = "", kind: str = "done", undo: str | None = None) -> Response:
    """After a change, show the page that has its result. htmx follows, and gets its part."""
    response = Response(status_code=303, headers={"Location": address})
    if say:
        flash.say_next(response, say, kind=kind, undo=undo)
    return response


def notice(request: Request, message: str, *, status: int) -> Response:
    """Put ``message`` into the page's notice area, leaving what htmx aimed at as it is."""
    html = environment.get_template("layouts/_notice.html").render(
        context(request, None, flash=flash.Flash(message, "due"))
    )
    response = HTMLResponse(html, status)
    response.headers["HX-Retarget"] = "#notice"
    response.headers["HX-Reswap"] = "innerHTML"
    return response
