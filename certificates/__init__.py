"""Drawing a certificate. Knows nothing of the application: facts in, PDF out."""

from certificates.drawing import plate
from certificates.facts import LANGUAGES, MODES, CannotDraw, Facts, Kind, Signatory

__all__ = [
    "LANGUAGES",
    "MODES",
    "CannotDraw",
    "Facts",
    "Kind",
    "Signatory",
    "draw",
    "missing_glyphs",
    "plate",
]

# WeasyPrint and fontTools take a second to load: who only wants plate() should not wait for them.


def draw(facts: Facts, design: str = "classic") -> bytes:
    """The certificate of ``facts``: one tagged A4 page, the same bytes for the same facts.

    Raises ``ValueError`` for facts that no certificate can carry, and its kind ``CannotDraw``
    when a letter has no font here or the texts do not fit.
    """
    from certificates import page  # noqa: PLC0415

    return page.draw(facts, design)


def missing_glyphs(text: str) -> set[str]:
    """The characters of ``text`` that no font on this machine can print."""
    from certificates import glyphs  # noqa: PLC0415

    return glyphs.missing_glyphs(text)
