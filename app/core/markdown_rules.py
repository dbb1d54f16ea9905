"""What our texts have besides Markdown: notes, captions of tables, and formulas."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.core import maths
from app.core.i18n import N_, gettext

#: What a note begins with, and its class.
NOTES = {
    "NOTE": "callout",
    "TIP": "callout",
    "IMPORTANT": "callout grave",
    "WARNING": "callout grave",
}
TITLES = {
    "NOTE": N_("Note"),
    "TIP": N_("Tip"),
    "IMPORTANT": N_("Important"),
    "WARNING": N_("Watch out"),
}
_NOTE = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING)\][ \t]*([^\n]*)(?:\n|$)")
#: Marks of a difference between two texts: what they stand in is shown as it was written.
_MARKED = re.compile(r"[\x00-\x08]")
_LETTER = re.compile(r"\w")
MOST_LINES = 40  # of a formula


def add_rules(reader: MarkdownIt) -> None:
    reader.block.ruler.before(
        "fence", "formula_block", formula_block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    reader.inline.ruler.after("escape", "formula", formula)
    reader.core.ruler.after("block", "notes", notes)
    reader.core.ruler.after("notes", "captions", captions)


def formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- markdown-it's own way
    """``$x^2$`` in a line; sums of money are none: ``US$ 500``, ``$5 to $10``."""
    start, text = state.pos, state.src
    if text[start] != "$" or (start and _before_is_text(text[start - 1])):
        return False
    mark = "$$" if text.startswith("$$", start) else "$"
    begin = start + len(mark)
    end = text.find(mark, begin, begin + maths.LONGEST + 1)
    while mark == "$" and end > 0 and text[end - 1] == "\\":
        end = text.find(mark, end + 1, begin + maths.LONGEST + 1)
    inside = text[begin:end] if end > begin else ""
    if not _is_formula(inside, text[end + len(mark) : end + len(mark) + 1]):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = inside.strip(), mark
    state.pos = end + len(mark)
    return True


def _before_is_text(letter: str) -> bool:
    return bool(_LETTER.match(letter) or _MARKED.match(letter)) or letter in "$\\-–"


def _is_formula(inside: str, after: str) -> bool:
    if not inside.strip() or inside != inside.strip(" \t") or _MARKED.search(inside):
        return False
    return "\n\n" not in inside and not (after and _before_is_text(after))


def formula_block(state: StateBlock, line: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    """``$$`` at the beginning of a line, up to the line that ends with it."""
    if state.is_code_block(line):
        return False
    first = _line(state, line)
    if not first.startswith("$$"):
        return False
    lines: list[str] = []
    for at in range(line, min(last, line + MOST_LINES)):
        words = first[2:] if at == line else _line(state, at)
        if state.sCount[at] < state.blkIndent:
            return False
        if words.rstrip().endswith("$$"):
            lines.append(words.rstrip()[:-2])
            return _push_block(state, line, at, "\n".join(lines).strip(), silent=silent)
        lines.append(words)
    return False


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _push_block(state: StateBlock, line: int, end: int, latex: str, *, silent: bool) -> bool:
    if not latex or "$$" in latex or _MARKED.search(latex):
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.content, token.markup, token.map = latex, "$$", [line, end + 1]
        state.line = end + 1
    return True


def notes(state: StateCore) -> None:
    """A quotation that begins with ``[!NOTE]`` is a note; the rest of that line is its title."""
    opened: list[bool] = []
    kept: list[Token] = []
    tokens = state.tokens
    for at, token in enumerate(tokens):
        kept.append(token)
        if token.type == "blockquote_open":
            begins = at + 2 < len(tokens) and tokens[at + 2].type == "inline"
            found = _NOTE.match(tokens[at + 2].content) if begins else None
            opened.append(bool(found))
            if found:
                token.tag = "div"
                token.attrs = {"class": NOTES[found.group(1)], "role": "note"}
                kept += _title(found.group(2).strip() or gettext(TITLES[found.group(1)]))
                tokens[at + 2].content = tokens[at + 2].content[found.end() :]
        elif token.type == "blockquote_close" and opened.pop():
            token.tag = "div"
        elif token.type == "paragraph_close" and not kept[-2].content and _is_empty(kept):
            del kept[-3:]
    state.tokens = kept


def _title(words: str) -> list[Token]:
    begin = Token("paragraph_open", "p", 1, attrs={"class": "bold"}, block=True)
    inline = Token("inline", "", 0, content=words, children=[], block=True)
    return [begin, inline, Token("paragraph_close", "p", -1, block=True)]


def _is_empty(tokens: list[Token]) -> bool:
    """Whether the paragraph at the end lost all that it had to the title of a note."""
    return tokens[-2].type == "inline" and not tokens[-3].attrs


def captions(state: StateCore) -> None:
    """A paragraph ``: words`` right below a table is its caption."""
    kept: list[Token] = []
    begun = 0
    tokens = iter(state.tokens)
    for token in tokens:
        is_table = bool(kept) and kept[-1].type == "table_close"
        kept.append(token)
        if token.type == "table_open":
            begun = len(kept)
        elif token.type == "paragraph_open" and is_table and begun:
            inline = next(tokens)
            kept.append(inline)
            if inline.content.startswith(": "):
                inline.content = inline.content[2:].strip()
                del kept[-2:]
                next(tokens)
                kept[begun:begun] = [
                    Token("caption_open", "caption", 1, block=True),
                    inline,
                    Token("caption_close", "caption", -1, block=True),
                ]
                begun = 0
    state.tokens = kept
