"""Reports on paper: our print templates drawn as PDF by a WeasyPrint that can reach nothing."""

from typing import Any

from fastapi import Request, Response

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.web.exports import attached
from app.web.guards import Visit
from app.web.pages import context, environment

#: Drawing takes about two milliseconds a line; longer tables belong in a spreadsheet.
MOST_LINES = 500
MOST_CHARACTERS = 1_000_000


def pdf_response(
    request: Request, visit: Visit, page: str, name: str, *, lines: int, **given: Any
) -> Response:
    """``page``, a template on ``layouts/print.html``, as a PDF that holds so many ``lines``."""
    if lines > MOST_LINES:
        raise RuleBroken(
            _(
                "A PDF holds up to %(most)s lines, and these are %(lines)s. Take the CSV or XLSX, "
                "or count fewer things."
            )
            % {"most": MOST_LINES, "lines": lines}
        )
    html = environment.get_template(page).render(context(request, visit, **given))
    return Response(printed(html), 200, attached(f"{name}.pdf"), "application/pdf")


def printed(html: str) -> bytes:
    """A tagged PDF of a page of ours, which a screen reader can read."""
    if len(html) > MOST_CHARACTERS:
        raise RuleBroken(_("This is too long for a PDF. Take the CSV or XLSX."))
    from app.web.press import pressed  # noqa: PLC0415 -- loaded for whoever prints, not at start

    return pressed(html)
