"""Where a load puts its files, so that they can be taken back if the load does not succeed."""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from app.core import files
from app.demo.rows import named
from app.models import StoredFile

FOLDER = "demonstration"
LIMIT = 64 * 1024 * 1024


class Shelf:
    def __init__(self) -> None:
        self._keys: list[str] = []

    def keep_bytes(self, content: bytes, *, name: str, content_type: str) -> StoredFile:
        return self._keep(BytesIO(content), name, content_type)

    def keep_file(self, path: Path, *, content_type: str) -> StoredFile:
        with path.open("rb") as source:
            return self._keep(source, path.name, content_type)

    def _keep(self, source: BinaryIO, name: str, content_type: str) -> StoredFile:
        kept = files.keep(source, folder=FOLDER, limit=LIMIT)
        self._keys.append(kept.key)
        return StoredFile(
            id=named("file", name, len(self._keys)),
            key=kept.key,
            name=name,
            content_type=content_type,
            size=kept.size,
            sha256=kept.sha256,
        )

    def clear(self) -> None:
        """Take back everything: what pointed to it was never written."""
        while self._keys:
            files.remove(self._keys.pop())
