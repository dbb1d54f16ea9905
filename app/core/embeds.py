"""Addresses of other houses: whether one may lead there, and how a frame shows what is there."""

import re
from urllib.parse import parse_qs, urlsplit

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.settings import settings

LONGEST = 2000
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+")
_UNWANTED = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}]")
_NAME = re.compile(r"[\w-]{1,100}")


def safe_url(typed: str) -> str:
    """An address that a link may have; raises `RuleBroken` in words."""
    url = typed.strip()
    if not url.lower().startswith("https://"):
        raise RuleBroken(_("Start the link with https://"))
    if len(url) > LONGEST or _UNWANTED.search(url) or not _leads_somewhere(url):
        raise RuleBroken(_("This is no whole address. Copy it from the browser once more."))
    return url


def _leads_somewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = parts.username is None and parts.password is None and parts.port in {None, 443}
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return False
    return named and bool(_HOST.fullmatch(host))


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def embeddable(typed: str) -> str:
    """The address of a frame for what is at ``typed``; raises `RuleBroken` if none is allowed."""
    url = in_a_frame(safe_url(typed))
    if not may_be_embedded(url):
        raise RuleBroken(
            _("This site may not be shown in a page here. These may: %(hosts)s.")
            % {"hosts": ", ".join(settings().embed_hosts)}
        )
    return url


def may_be_embedded(url: str) -> bool:
    return host_of(url) in settings().embed_hosts


def in_a_frame(url: str) -> str:
    """What people copy from the browser, as the address that the same site has for frames."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    steps = [step for step in parts.path.split("/") if step]
    watched = parse_qs(parts.query).get("v", [""])[0]
    if host == "youtube.com" and steps == ["watch"] and _NAME.fullmatch(watched):
        return f"https://www.youtube-nocookie.com/embed/{watched}"
    name = steps[-1] if steps and _NAME.fullmatch(steps[-1]) else ""
    if name and (host == "youtu.be" or (host == "youtube.com" and steps[0] in {"embed", "shorts"})):
        return f"https://www.youtube-nocookie.com/embed/{name}"
    if host == "vimeo.com" and len(steps) == 1 and name.isdigit():
        return f"https://player.vimeo.com/video/{name}"
    if host == "archive.org" and steps[:1] == ["details"] and len(steps) > 1:
        return f"https://archive.org/embed/{steps[1]}"
    return url
