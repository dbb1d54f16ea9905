#!/usr/bin/env python3
"""`docs/privacy.md`, written from what is declared beside the columns of the tables.

``update`` writes it, ``check`` says whether it is up to date; the words around the tables are in
`scripts/privacy.md`.
"""

import sys
from pathlib import Path

import app.models  # noqa: F401 -- so that every table is known
from app.core.i18n import speaking
from app.web.personal_words import kept_of_people

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/privacy.md"
AROUND = ROOT / "scripts/privacy.md"
HERE = "<!-- declarations -->\n"


def main() -> None:
    match sys.argv[1:]:
        case ["update"]:
            PAGE.write_text(page(), "utf-8")
        case ["check"]:
            is_fresh = PAGE.exists() and PAGE.read_text("utf-8") == page()
            sys.exit(None if is_fresh else "docs/privacy.md is not up to date: run `make privacy`.")
        case _:
            sys.exit("Usage: privacy.py update | check")


def page() -> str:
    return AROUND.read_text("utf-8").replace(HERE, declarations())


def declarations() -> str:
    parts = []
    with speaking("en"):
        for purpose in kept_of_people():
            parts.append(f"### {purpose.why}\n\n| what | kept | who sees it |\n|---|---|---|\n")
            for line in purpose.lines:
                what = " · ".join(line.what)
                parts.append(f"| {what} | {line.kept} | {line.seen} |\n")
            parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    main()
