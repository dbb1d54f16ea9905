"""Looking at messages where none is sent: for whoever tries Taller out on their own machine."""

from fastapi import Request

from app.core.i18n import gettext as _
from app.core.links import with_links, without_links
from app.core.settings import settings

NEARBY = {"127.0.0.1", "::1"}


def sends_nothing() -> bool:
    """Whether this is a development without a mail server: messages reach nobody."""
    return not settings().in_production and not settings().smtp_url.get_secret_value()


def shows_messages(request: Request) -> bool:
    """Whether a page may show what would have been sent: to the machine's own user, never else."""
    host = request.client.host if request.client else ""
    return sends_nothing() and host in NEARBY and "X-Forwarded-For" not in request.headers


def as_kept(body: str) -> str:
    """A message as administrators read it: its links work for the person alone whom it is to."""
    return with_links(body) if sends_nothing() else without_links(body, _("(link)"))
