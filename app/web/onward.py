"""Where somebody goes after signing in: back to what they wanted, never to another site."""

from string import printable
from urllib.parse import quote, urljoin, urlsplit

from app.models import PlatformRole

LONGEST = 2000
HERE = "http://here.invalid"
#: Written as they are; everything else (blanks, quotes, letters beyond ASCII) is percent-encoded.
_PLAIN = "".join(sorted(set(printable) - set(" \t\n\r\x0b\x0c\"'<>\\^`{|}")))


def path_within(wanted: str) -> str:
    """``wanted`` if it is a path of this site, else nothing.

    Browsers drop tabs and line ends, take a backslash for a slash, and read ``//host`` as another
    site: whatever has any of these is not a path that we wrote.
    """
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > LONGEST:
        return ""
    if "\\" in wanted or any(ord(letter) <= ord(" ") or letter == "\x7f" for letter in wanted):
        return ""
    address = quote(wanted, safe=_PLAIN)
    if "//" in urlsplit(address).path:
        return ""
    return address if urljoin(HERE, address).startswith(f"{HERE}/") else ""


def landing(role: PlatformRole | None) -> str:
    """Where the day begins: with all editions for those who run them, else with one's own."""
    return "/editions" if role else "/home"
