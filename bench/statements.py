"""Counts the statements behind an address: the page, and the answer that it has not changed.

Run as ``python -m bench.statements ADDRESS COOKIE``; prints JSON.
"""

import json
import sys

from starlette.testclient import TestClient

from app.main import app
from tests.counting import statements


def main() -> None:
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
