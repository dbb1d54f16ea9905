"""Our style, scripts and fonts: read once, addressed by what they contain, kept for ever."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parents[1] / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    name: str  # css/taller.3f9c1a2b.css
    content: bytes
    packed: bytes | None  # the same, gzipped, where that makes it smaller
    content_type: str

    @property
    def weight(self) -> int:
        """Bytes on the wire."""
        return len(self.packed or self.content)


@cache
def assets() -> dict[str, Asset]:
    """Every file of the folder by its plain path. Style sheets come last: they name the fonts."""
    found: dict[str, Asset] = {}
    files = [f for f in FOLDER.rglob("*") if f.is_file() and f.suffix not in {".toml", ".md"}]
    for file in sorted(files, key=lambda f: (f.suffix == ".css", f)):
        plain = file.relative_to(FOLDER).as_posix()
        found[plain] = _asset(plain, file, found)
    return found


def _asset(plain: str, file: Path, known: dict[str, Asset]) -> Asset:
    content = file.read_bytes()
    if file.suffix == ".css":
        content = _with_hashed_addresses(content.decode(), known).encode()
    digest = hashlib.sha256(content).hexdigest()[:10]
    stem, dot, ending = plain.rpartition(".")
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(plain)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0)
    return Asset(
        f"{stem}.{digest}{dot}{ending}",
        content,
        packed if len(packed) < len(content) * 0.95 else None,
        kind,
    )


def _with_hashed_addresses(css: str, known: dict[str, Asset]) -> str:
    def hashed(found: re.Match[str]) -> str:
        plain = found.group(1)
        return f"url(/static/{known[plain].name})" if plain in known else found.group(0)

    return re.sub(r"url\([\"']?\.\./([\w./-]+)[\"']?\)", hashed, css)


@cache
def _by_name() -> dict[str, Asset]:
    return {asset.name: asset for asset in assets().values()}


@cache
def static(plain: str) -> str:
    """The address of a file of the folder ``static``."""
    return f"/static/{assets()[plain].name}"


def weight_of(html: str) -> int:
    """Bytes on the wire of the assets that a page names, fonts of its style included."""
    named = set(re.findall(r"/static/([\w./-]+)", html))
    chosen = [asset for name, asset in _by_name().items() if name in named]
    for sheet in [a for a in chosen if a.content_type == "text/css"]:
        fonts = re.findall(r"/static/([\w./-]+\.woff2)", sheet.content.decode())
        chosen += [_by_name()[f] for f in fonts if f not in named]
    return sum(asset.weight for asset in chosen)


class Static:
    """Serves `assets` from memory: gzipped where the browser takes it, ``304`` never needed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        asset = _by_name().get(name.removeprefix("static/"))
        if asset is None or scope["method"] not in {"GET", "HEAD"}:
            await Response("Not found", 404)(scope, receive, send)
            return
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        body = asset.content
        if asset.packed and "gzip" in Headers(scope=scope).get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = asset.packed
        response = Response(body, media_type=asset.content_type, headers=headers)
        await response(scope, receive, send)
