"""Drawing a certificate. Knows nothing of the application: facts in, PDF out."""

from pathlib import Path

from certificates.drawing import plate
from certificates.facts import LANGUAGES, MODES, CannotDraw, Facts, Kind, Signatory
from certificates.wording import Wording, wording

__all__ = [
    "LANGUAGES",
    "MODES",
    "CannotDraw",
    "Facts",
    "Kind",
    "Signatory",
    "Wording",
    "draw",
    "missing_glyphs",
    "plate",
    "words",
]

# WeasyPrint and fontTools take a second to load: who only wants plate() should not wait for them.


def draw(facts: Facts, design: str = "classic") -> bytes:
    """The certificate of ``facts``: one tagged A4 page, the same bytes for the same facts.

    Raises ``ValueError`` for facts that no certificate can carry, and its kind ``CannotDraw``
    when a letter has no font here or the texts do not fit.
    """
    from certificates import page  # noqa: PLC0415 -- slow to load

    return page.draw(facts, design)


def missing_glyphs(text: str) -> set[str]:
    """The characters of ``text`` that no font on this machine can print."""
    from certificates import glyphs  # noqa: PLC0415 -- slow to load

    return glyphs.missing_glyphs(text)


def words(facts: Facts, design: str = "classic") -> Wording:
    """The sentences that the certificate of ``facts`` says, in its own language."""
    return wording(facts, Path(__file__).parent / "designs" / design / "texts.toml")
