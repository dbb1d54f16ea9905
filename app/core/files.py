"""Files that people upload or we draw: kept in a folder or a bucket, streamed, never trusted."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO
from uuid import uuid4

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from app.core.settings import settings

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Kept:
    """Where a file lies and what it is. ``size`` in bytes, ``sha256`` in hexadecimal."""

    key: str
    size: int
    sha256: str


class TooLarge(Exception):
    """The file has more bytes than allowed; nothing was written."""


@cache
def store() -> ObjectStore:
    if settings().storage_url:
        return from_url(settings().storage_url)
    folder = settings().data_dir.absolute() / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)


def keep(source: BinaryIO, *, folder: str, limit: int) -> Kept:
    """Copy ``source`` under a new random name in ``folder``; at most ``limit`` bytes."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge
        digest.update(chunk)
    source.seek(0)
    key = f"{folder}/{uuid4().hex}"
    obstore.put(store(), key, source)
    return Kept(key, size, digest.hexdigest())


def put(key: str, content: bytes) -> None:
    """Keep a piece of something under a name that nobody else uses."""
    obstore.put(store(), key, content)


def listed(folder: str) -> list[str]:
    """The names of everything below ``folder``."""
    return [str(one["path"]) for some in obstore.list(store(), f"{folder}/") for one in some]


def stream(key: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from ``start`` up to but not including ``end``, in pieces."""
    for at in range(start, end, CHUNK):
        yield bytes(store().get_range(key, start=at, end=min(at + CHUNK, end)))


def remove(key: str) -> None:
    store().delete(key)


def remove_all(keys: Iterable[str]) -> None:
    """Remove what is there of these: another may have been as quick."""
    for key in keys:
        with suppress(FileNotFoundError):
            remove(key)
