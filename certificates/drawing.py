"""The part drawing: a gear with bolt holes and a hub, always the same for the same course."""

import math
from hashlib import sha256
from html import escape

CENTRE = 100
TEETH_RADIUS = 80
HUB_SIDES = (3, 4, 5, 6, 8)


def plate(
    seed: str, size: int = 200, *, ink: str = "currentColor", line: str = "var(--minio)"
) -> str:
    """The drawing of ``seed`` as SVG text under 1 KB; purely decorative, hidden from readers."""
    digest = sha256(seed.encode("utf-8", "surrogatepass")).digest()
    tooth = math.pi * TEETH_RADIUS / (12 + digest[0] % 13)
    bolts = 44 + digest[3] % 10
    holes = "".join(
        f'<circle cx="{x}" cy="{y}" r="{4 + digest[5] % 4}"/>'
        for x, y in _around(bolts, 3 + digest[1] % 6, offset=0.5)
    )
    hub = "L".join(f"{x} {y}" for x, y in _around(22 + digest[4] % 6, HUB_SIDES[digest[2] % 5]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plate" viewBox="0 0 200 200"'
        f' width="{size}" height="{size}" fill="none" stroke="{escape(ink)}" stroke-width="1.5"'
        f' aria-hidden="true">'
        f'<circle cx="100" cy="100" r="80" stroke-width="9" stroke-dasharray="{tooth:.3f}"/>'
        f'<circle cx="100" cy="100" r="76"/><circle cx="100" cy="100" r="68"/>'
        f'<path d="M{hub}z"/>{holes}<circle cx="100" cy="100" r="{8 + digest[6] % 6}"/>'
        f'<g stroke="{escape(line)}" stroke-width=".8" stroke-dasharray="12 3 2 3">'
        f'<path d="M100 2v196M2 100h196"/><circle cx="100" cy="100" r="{bolts}"/></g></svg>'
    )


def _around(radius: float, count: int, *, offset: float = 0) -> list[tuple[str, str]]:
    """``count`` points on a circle, clockwise from the top."""
    angles = [2 * math.pi * (step + offset) / count for step in range(count)]
    return [
        (f"{CENTRE + radius * math.sin(a):.0f}", f"{CENTRE - radius * math.cos(a):.0f}")
        for a in angles
    ]
