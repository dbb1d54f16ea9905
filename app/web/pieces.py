"""Pieces of pages that are the same for all in the same state: rendered once for each state."""

from collections.abc import Hashable, Iterable
from functools import lru_cache

from markupsafe import Markup

from app.core.formats import current_habits, current_zone
from app.web.pages import environment

#: A private letter that nobody types marks where a piece is filled in.
SLOT = Markup("\ue002")


def piece(template: str, **needs: Hashable) -> Markup:
    """``template`` in the reader's language and zone. It must not depend on the time of day."""
    return _rendered(template, current_habits(), current_zone(), tuple(needs.items()))


def around(template: str, **needs: Hashable) -> tuple[Markup, Markup]:
    """What ``template`` says before and after its ``slot``."""
    before, _slot, after = piece(template, slot=SLOT, **needs).partition(SLOT)
    return before, after


def joined(pieces: Iterable[str]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 -- made by us


@lru_cache(maxsize=4096)
def _rendered(
    template: str, habits: str, zone: str, needs: tuple[tuple[str, Hashable], ...]
) -> Markup:
    del habits, zone  # parts of the key: words and hours come from the reader's own
    html = environment.get_template(template).render(dict(needs))
    return Markup(html)  # noqa: S704 -- our own template, autoescaped
