"""Counts the statements behind an address: the page, and the answer that it has not changed.

Run as ``python -m bench.statements ADDRESS COOKIE``; prints JSON.
"""

import json
import os
import subprocess
import sys

from app.web.cookie import cookie_name
from bench.places import Place
from bench.programme import Programme
from bench.servers import ROOT


def statements_of(place: Place, programme: Programme) -> dict[str, int]:
    """Counted in a process of its own, in which the whole application runs."""
    cookie = f"{cookie_name()}={programme.readers[0].secret}"
    counted = subprocess.run(
        [sys.executable, "-m", "bench.statements", programme.address, cookie],
        cwd=ROOT,
        env={**os.environ, **place.environment, "TALLER_LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, int] = json.loads(counted.stdout)
    return told


def main() -> None:
    from starlette.testclient import TestClient  # noqa: PLC0415 -- the application is started here

    from app.main import app  # noqa: PLC0415 -- likewise
    from tests.counting import statements  # noqa: PLC0415 -- likewise

    address, cookie = sys.argv[1:]
    told = {"Cookie": cookie, "Accept-Language": "en"}
    with TestClient(app, "http://localhost", headers=told, follow_redirects=False) as browser:
        tag = browser.get(address).raise_for_status().headers["ETag"]
        with statements() as sent:
            browser.get(address).raise_for_status()
        page = len(sent)
        with statements() as sent:
            unchanged = browser.get(address, headers={"If-None-Match": tag})
    if unchanged.status_code != 304:  # noqa: PLR2004 -- not modified
        sys.exit(f"The page was sent again: {unchanged.status_code}.")
    print(json.dumps({"page": page, "unchanged": len(sent)}))


if __name__ == "__main__":
    main()
