"""Captions that people upload: read cue by cue, and written anew as WebVTT."""

import html
import re
from typing import BinaryIO

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _

MOST_CUES = 10_000
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
#: What may stand in a line of captions beside its words: how it is said, and who says it.
_MARK = re.compile(r"</?(?:b|i|u|v(?:\s[^<>]*)?)>")


def as_vtt(source: BinaryIO) -> bytes:
    """WebVTT from WebVTT or SRT. Raises `RuleBroken` with the number of the line that is no use."""
    source.seek(0)
    lines = _text(source.read()).splitlines()
    cues: list[str] = []
    at = 0
    while at < len(lines):
        if "-->" not in lines[at]:
            at += 1
            continue
        times = _times(lines[at], at + 1)
        words: list[str] = []
        at += 1
        while at < len(lines) and lines[at].strip():
            words.append(_words(lines[at].strip()))
            at += 1
        cues.append("\n".join([times, *words]))
    if not cues:
        raise RuleBroken(_("There is no caption with a time in this file."))
    if len(cues) > MOST_CUES:
        raise RuleBroken(_("There are too many captions in this file for one video."))
    return ("WEBVTT\n\n" + "\n\n".join(cues) + "\n").encode()


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _times(line: str, number: int) -> str:
    found = _TIMES.match(line)
    if found is None:
        raise RuleBroken(
            _("Line %(number)s says no time, such as 00:01:05,000 --> 00:01:08,500.")
            % {"number": number}
        )
    groups = found.groups()
    start, end = _clock(groups[:4]), _clock(groups[4:])
    if end <= start:
        raise RuleBroken(
            _("The caption on line %(number)s ends before it begins.") % {"number": number}
        )
    return f"{start} --> {end}"


def _clock(parts: tuple[str | None, ...]) -> str:
    hours, minutes, seconds, thousandths = (part or "0" for part in parts)
    return f"{int(hours):03}:{int(minutes):02}:{seconds}.{thousandths:0<3}"


def _words(line: str) -> str:
    """A line of words: known marks stay, everything else that looks like one is written out."""
    pieces = _MARK.split(line)
    marks = [*_MARK.findall(line), ""]
    return "".join(
        html.escape(html.unescape(piece), quote=False) + mark
        for piece, mark in zip(pieces, marks, strict=True)
    )
