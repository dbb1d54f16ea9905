"""Formulas that people write in LaTeX, as MathML that is safe to put into a page.

The library that reads LaTeX does not escape what stands in a formula, lets some commands set styles
and addresses, and goes as deep as it is led: so we take its tree, keep what we know, and write it.
"""

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

from app.core.i18n import gettext as _

#: More than any line of a course; what is longer is shown as it was written.
LONGEST = 600
DEEPEST = 24

#: What a formula may consist of, and how many parts an element of fixed parts has.
PARTS = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mstyle", "mpadded"),
    *("mphantom", "menclose", "mtable", "mtr", "mtd"),
    *PARTS,
}
ATTRIBUTES = {
    "math": {"display"},
    "mo": {"stretchy", "fence", "form", "separator", "accent", "minsize", "maxsize"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "columnlines", "rowlines", "displaystyle"},
    "mtd": {"columnalign"},
    "mspace": {"width"},
    "menclose": {"notation"},
}
#: Words, numbers and short lengths: nothing that a style or an address could be made of.
_PLAIN_VALUE = re.compile(r"[a-z0-9. -]{1,40}", re.ASCII)
_LONG_SPACE = re.compile(r"\d{3,}")


class Unreadable(Exception):
    """A formula that cannot be shown; says in the reader's words what is wrong with it."""


@lru_cache(maxsize=2048)
def to_mathml(latex: str, *, block: bool = False) -> str:
    """``latex`` as an element ``math``; raises `Unreadable` where there is something amiss."""
    _refuse_too_much(latex)
    try:
        tree = convert_to_element(latex, display="block" if block else "inline")
    except Exception as amiss:  # the library raises whatever its reading stumbles over
        raise Unreadable(_("it is not complete")) from amiss
    _tidy(tree)
    return tostring(tree, encoding="unicode")


def _refuse_too_much(latex: str) -> None:
    if len(latex) > LONGEST:
        raise Unreadable(_("it is longer than %(count)s characters") % {"count": LONGEST})
    depth = deepest = 0
    for sign in re.findall(r"\\(?:begin|left)\b|\\(?:end|right)\b|\\.|[{}^_]", latex):
        opens, closes = sign in {"{", r"\begin", r"\left"}, sign in {"}", r"\end", r"\right"}
        depth += opens - closes
        deepest = max(deepest, depth)
        if depth < 0:
            raise Unreadable(_("a bracket is closed that was never opened"))
    if depth:
        raise Unreadable(_("a bracket is not closed"))
    if deepest > DEEPEST:
        raise Unreadable(_("too much stands inside each other"))


def _tidy(element: Element) -> None:
    """Leave what is known; every text is one that will be escaped when it is written."""
    element.attrib.pop("xmlns", None)
    if element.tag not in TAGS:
        element.tag = "mrow"
    for name, value in list(element.attrib.items()):
        known = name in ATTRIBUTES.get(element.tag, ())
        if not known or not _PLAIN_VALUE.fullmatch(value) or _LONG_SPACE.search(value):
            del element.attrib[name]
    element.text = unescape(element.text or "")
    element.tail = None
    if element.text.startswith("\\") and element.tag != "mtext" and element.text[1:].isalpha():
        raise Unreadable(_("the command %(command)s is not known") % {"command": element.text})
    if len(element) != PARTS.get(element.tag, len(element)):
        raise Unreadable(_("it is not complete"))
    for part in element:
        _tidy(part)
