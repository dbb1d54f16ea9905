"""Backups: the database and every file in one archive that can prove that it is whole."""

import gzip
import hashlib
import json
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, Any, cast

import obstore
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, func, inspect, select
from sqlmodel import SQLModel, col

from app.core import dumps, files, migrating
from app.core.db import engine
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.models import StoredFile

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files"
IN_MEMORY = 4 * 1024 * 1024
CHUNK = 256 * 1024

#: Hears how many files are done, of how many.
type Progress = Callable[[int, int], object]

#: What reading an archive that is broken, cut off or none at all can end in.
UNREADABLE = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, TypeError, KeyError)


@dataclass(frozen=True)
class Part:
    """A file in the archive."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds; it stands last in it, since only then all is known."""

    made_at: str
    taller: str
    database: str  # sqlite or postgresql
    revision: str | None
    tables: dict[str, int]
    parts: list[Part]
    missing: list[str] = field(default_factory=list)  # files that were not there to be kept
    changed: list[str] = field(default_factory=list)  # files that were not what they should be
    format: int = FORMAT

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        given: dict[str, Any] = json.loads(content)
        if given.get("format") != FORMAT:
            raise ValueError("it was made by another version of Taller")
        return cls(**given | {"parts": [Part(**part) for part in given["parts"]]})


def back_up(target: Path, *, now: datetime, progress: Progress = lambda _n, _of: None) -> Manifest:
    """Write everything into the archive ``target``, and read it back to be sure."""
    if target.exists():
        raise RuleBroken(f"{target} exists; a backup overwrites nothing.")
    if not target.absolute().parent.is_dir():
        raise RuleBroken(f"The folder of {target} does not exist.")
    with TemporaryDirectory(dir=target.absolute().parent, prefix=".taller-backup-") as folder:
        unfinished = Path(folder) / "archive"
        with dumps.dumped(Path(folder)) as dump:
            written = _write(unfinished, dump, now, progress)
        if verified(unfinished) != written:
            raise RuleBroken("The backup could not be read back; is the disk full or failing?")
        unfinished.chmod(0o600)  # it holds what only a few may see
        unfinished.replace(target)
    return written


def _write(archive: Path, dump: dumps.Dump, now: datetime, progress: Progress) -> Manifest:
    """The database first, then the files that it knows of: so none of them can be too new."""
    known = dump.connection.execute(
        select(col(StoredFile.key), col(StoredFile.size), col(StoredFile.sha256))
    ).all()
    manifest = Manifest(
        made_at=now.isoformat(),
        taller=version("taller"),
        database=dumps.kind(),
        revision=MigrationContext.configure(dump.connection).get_current_revision(),
        tables=counts(dump.connection),
        parts=[],
    )
    with tarfile.open(archive, "w:gz", compresslevel=3) as tar:
        with dump.path.open("rb") as source:
            manifest.parts.append(_add(tar, dump.path.name, dump.path.stat().st_size, source))
        for number, (key, size, sha256) in enumerate(known, 1):
            _add_file(tar, manifest, key, Part(f"{FILES}/{key}", size, sha256))
            progress(number, len(known))
        content = json.dumps(asdict(manifest), indent=1).encode()
        _add(tar, MANIFEST, len(content), BytesIO(content))
    return manifest


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
        if table.name in there
    }


def _add_file(tar: tarfile.TarFile, manifest: Manifest, key: str, expected: Part) -> None:
    """A file that is lost or spoilt does not keep the others from being saved."""
    try:
        size = int(obstore.head(files.store(), key)["size"])
    except FileNotFoundError:
        manifest.missing.append(key)
        return
    part = _add(tar, expected.path, size, obstore.open_reader(files.store(), key))
    manifest.parts.append(part)
    if part != expected:
        manifest.changed.append(key)


def _add(tar: tarfile.TarFile, path: str, size: int, source: Any) -> Part:
    entry = tarfile.TarInfo(path)
    entry.size = size
    digesting = _Digesting(source)
    tar.addfile(entry, cast("IO[bytes]", digesting))
    return Part(path, size, digesting.digest.hexdigest())


class _Digesting:
    """Reads from ``source``, and knows the SHA-256 of what was read."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        piece = bytes(self.source.read(size))
        self.digest.update(piece)
        return piece


def verified(archive: Path) -> Manifest:
    """Read all of an archive and compare it with its own manifest; refuse it if they differ."""
    try:
        found, written = _read_through(archive)
        manifest = Manifest.read(written)
    except UNREADABLE as error:
        raise _damaged(archive, str(error) or "it ends too early") from error
    if found != manifest.parts:
        raise _damaged(archive, "what is in it is not what its list of contents says")
    return manifest


def _read_through(archive: Path) -> tuple[list[Part], bytes]:
    """What is in an archive, byte for byte, and what it says of itself."""
    found: list[Part] = []
    manifest = b""
    for entry, source in _entries(archive):
        if entry.name == MANIFEST:
            manifest = source.read()
            continue
        digest = hashlib.sha256()
        while piece := source.read(CHUNK):
            digest.update(piece)
        found.append(Part(entry.name, entry.size, digest.hexdigest()))
    return found, manifest


def restore(archive: Path, *, replace: bool, progress: Progress = lambda _n, _of: None) -> Manifest:
    """Put everything back. Nothing is touched before all of it is known to be good."""
    if not archive.exists():
        raise RuleBroken(f"There is no file {archive}.")
    manifest = verified(archive)
    _refuse_what_does_not_fit(archive, manifest)
    if not replace and not _is_empty():
        raise RuleBroken("This database is not empty; --replace overwrites what is in it.")
    before = _known_keys()

    with TemporaryDirectory(dir=_working_folder(), prefix="taller-restore-") as folder:
        dumps.put_back(_unpack(archive, manifest, Path(folder), progress))
    for key in before - _known_keys():
        with suppress(FileNotFoundError):
            files.remove(key)
    with engine().connect() as connection:
        found = counts(connection)
    if found != manifest.tables:
        raise RuleBroken("The restored tables do not hold as many rows as the backup says.")
    migrating.upgrade(engine())
    return manifest


def _refuse_what_does_not_fit(archive: Path, manifest: Manifest) -> None:
    if manifest.database != dumps.kind():
        raise RuleBroken(
            f"{archive} holds a {manifest.database} database, and this installation has "
            f"{dumps.kind()}."
        )
    revisions = ScriptDirectory.from_config(migrating.config())
    try:
        revisions.get_revision(manifest.revision or "base")
    except CommandError:
        raise RuleBroken(f"{archive} was made by a newer version of Taller.") from None
    for part in manifest.parts:
        if PurePosixPath(part.path).is_absolute() or ".." in PurePosixPath(part.path).parts:
            raise _damaged(archive, f"it holds a file with an odd name: {part.path}")


def _unpack(archive: Path, manifest: Manifest, folder: Path, progress: Progress) -> Path:
    """The copy of the database into ``folder``; then, if it is good, the files into the storage."""
    copy = folder / dumps.NAMES[manifest.database]
    for number, (entry, source) in enumerate(_entries(archive)):
        if entry.name == copy.name:
            with copy.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK)
            if not dumps.looks_whole(copy):
                raise _damaged(archive, "the database in it cannot be read")
        elif entry.name.startswith(f"{FILES}/"):
            with SpooledTemporaryFile(IN_MEMORY) as whole:
                shutil.copyfileobj(source, whole, CHUNK)
                whole.seek(0)
                obstore.put(files.store(), entry.name.removeprefix(f"{FILES}/"), whole)
            progress(number, len(manifest.parts) - 1)
    return copy


def _entries(archive: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """What is in an archive, in its order; each is read before the next is asked for."""
    with gzip.open(archive) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
        for entry in tar:
            source = tar.extractfile(entry)
            if source is None:
                raise ValueError(f"it holds something that is no file: {entry.name}")
            yield entry, source
        while unpacked.read(CHUNK):  # to the very end, where its checksum stands
            pass


def _damaged(archive: Path, reason: str) -> RuleBroken:
    return RuleBroken(f"{archive} is damaged or no backup: {reason}. Nothing was changed.")


def _is_empty() -> bool:
    with engine().connect() as connection:
        return not any(counts(connection).values())


def _known_keys() -> set[str]:
    with engine().connect() as connection:
        if not inspect(connection).has_table(str(StoredFile.__tablename__)):
            return set()
        return set(connection.execute(select(col(StoredFile.key))).scalars())


def _working_folder() -> Path:
    folder = settings().data_dir.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
