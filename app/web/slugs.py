"""The last part of an address, as people write it or as it is made from a title."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.i18n import gettext as _
from app.core.text import folded

LONGEST = 60
_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug_from(title: str, longest: int = LONGEST) -> str:
    """As in `liderazgo-para-la-industria`; "" where there is no letter of ours."""
    words = re.findall(r"[a-z0-9]+", folded(title))
    return "-".join(words)[:longest].strip("-")


def _in_shape(typed: str) -> str:
    if not _SHAPE.fullmatch(typed):
        raise ValueError(_("Use small letters without accents, numbers and hyphens, as in 2027-b."))
    return typed


Slug = Annotated[str, Field(max_length=LONGEST), AfterValidator(_in_shape)]
