"""The square code that opens the page where a certificate is checked."""

import segno

INK = "#23201a"
#: The same grid on nearly every certificate: it holds addresses of up to 84 characters.
USUAL_VERSION, USUAL_LENGTH = 5, 84
#: Trying all eight masks takes four times as long and reads no better on addresses of ours.
MASK = 7


def square_code(address: str, title: str) -> str:
    """``address`` as an SVG element that says what it is for to those who can't see it."""
    code = segno.make(
        address,
        error="m",
        version=USUAL_VERSION if len(address) <= USUAL_LENGTH else None,
        mask=MASK,
        boost_error=False,
        micro=False,
    )
    return code.svg_inline(
        border=0, omitsize=True, dark=INK, title=title, svgclass=None, lineclass=None
    )
