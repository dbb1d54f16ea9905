"""Whether a server could listen somewhere, asked before it is begun."""

import os
import socket

from app.core.errors import RuleBroken
from app.core.settings import settings

#: Hosts that are this machine, which people call by one name.
HERE = frozenset({"127.0.0.1", "0.0.0.0", "::", "::1"})  # noqa: S104 -- names to compare with


def refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise RuleBroken(
                f"Nothing can listen at {host}:{port} ({reason}): choose another --port."
            ) from error


def be_found_at(port: int) -> None:
    """Links in messages lead here, unless the settings say where people reach this server."""
    if "base_url" not in settings().model_fields_set:
        os.environ["TALLER_BASE_URL"] = f"http://localhost:{port}"
        settings.cache_clear()


def address(host: str, port: int) -> str:
    """How people on this machine reach the server."""
    return f"http://{'localhost' if host in HERE else host}:{port}"
