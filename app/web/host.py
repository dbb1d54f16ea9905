"""By which names a request may call us: links and kept copies never hold another site's."""

import re
from functools import cache
from urllib.parse import urlsplit

from starlette.types import Scope

from app.core.settings import settings

_WELL_FORMED = re.compile(rb"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
#: Asked for by machines beside this one, which know it by a number.
_LOOKED_AFTER = {"/healthz", "/readyz", "/metrics"}
_THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def calls_us_by_name(scope: Scope) -> bool:
    """Whether ``Host`` is one name as names are written, and in production that of this site."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1:
        return False
    if hosts and _WELL_FORMED.fullmatch(hosts[0]) is None:
        return False
    if not settings().in_production or scope["path"] in _LOOKED_AFTER:
        return True
    return bool(hosts) and _name(hosts[0]) in _ours(settings().base_url)


@cache
def _ours(base_url: str) -> set[str]:
    return _THIS_MACHINE | {_name(urlsplit(base_url).netloc.encode())}


def _name(host: bytes) -> str:
    found = _WELL_FORMED.fullmatch(host)
    return found[1].decode().lower().removesuffix(".") if found else ""
