"""Pictures that people upload: drawn anew, upright and without what the camera noted about them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageFile, ImageOps

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _

#: Decoded, a picture takes four bytes for each: this bounds what one upload takes of the memory.
MOST_PIXELS = 36_000_000
#: No page shows more; who wants a picture to print takes a PDF along.
LONGEST_SIDE = 2400
#: A panorama is looked at in pieces; more than this old phones can't show.
LONGEST_PANORAMA = 8192
MOST_ICC = 10_000
_FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_HOW: dict[str, dict[str, object]] = {
    "PNG": {},
    "JPEG": {"quality": 86, "progressive": True},
    "WEBP": {"quality": 86},
    "AVIF": {"quality": 70},
}
#: How far a panorama may be from being twice as wide as high.
TOLERANCE = 0.02
#: One at a time: memory is what they take.
_one = Lock()


class Size(NamedTuple):
    width: int
    height: int


def draw_anew(
    source: BinaryIO, target: BinaryIO, content_type: str, *, panorama: bool = False
) -> Size:
    """Write a clean copy of a picture. Raises `RuleBroken` where it is too large or broken."""
    kind = _FORMATS[content_type]
    with _one, _whole_ones_alone():
        try:
            with Image.open(source, formats=[kind]) as image:
                return _clean(image, target, kind, panorama=panorama)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
            raise RuleBroken(
                _("This picture can't be read. Save it anew and try again.")
            ) from broken


@contextmanager
def _whole_ones_alone() -> Iterator[None]:
    """Read no half pictures, which whoever prints pages may have allowed for all."""
    allowed = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = allowed


def _clean(image: Image.Image, target: BinaryIO, kind: str, *, panorama: bool) -> Size:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise RuleBroken(
            _("The picture has %(width)s × %(height)s points, too many. Make it smaller.")
            % {"width": width, "height": height}
        )
    if panorama and abs(width / height - 2) > TOLERANCE:
        raise RuleBroken(
            _("A 360° picture is twice as wide as it is high; this one has %(width)s × %(height)s.")
            % {"width": width, "height": height}
        )
    longest = LONGEST_PANORAMA if panorama else LONGEST_SIDE
    image.draft(None, (longest, longest))  # a JPEG is read at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((longest, longest))
    if kind == "JPEG" and upright.mode not in {"RGB", "L"}:
        upright = upright.convert("RGB")
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    if upright.mode == "P":
        clean.putpalette(upright.getpalette() or [])
    _save(clean, upright, target, kind)
    return Size(*clean.size)


def _save(clean: Image.Image, original: Image.Image, target: BinaryIO, kind: str) -> None:
    """Write it without anything but the points, their colours and what of them lets through."""
    kept: dict[str, object] = {}
    profile = original.info.get("icc_profile")
    if isinstance(profile, bytes) and len(profile) <= MOST_ICC:
        kept["icc_profile"] = profile
    if "transparency" in original.info:
        kept["transparency"] = original.info["transparency"]
    clean.save(target, kind, **_HOW[kind], **kept)
    target.seek(0)
