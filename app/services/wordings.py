"""What letters say: the built-in words of `letters.py`, and an installation's own instead.

Own words hold placeholders such as ``{course}``. They are put in as they are, in one pass, by name
and from a fixed list: no format string is ever read, so a placeholder reaches nothing else.
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.links import without_places
from app.core.text import one_line
from app.models import MessageKind, MessageWording
from app.queries.wordings import wordings_of
from app.services.audit import GONE, record
from app.services.letters import BUILT_IN, BuiltIn, Letter, Values

#: These bring addresses, some of which work once; a subject is read by machines on the way.
LINKS = ("address", "password", "check")

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


def composed(name: str, about: Values, own: MessageWording | None) -> Letter:
    """A letter in the language that is spoken now; ``own`` are the words to use instead."""
    about = {
        name: words if name in LINKS else without_places(words) for name, words in about.items()
    }
    if own is None:
        subject, paragraphs = BUILT_IN[name].compose(about)
    else:
        subject = filled(own.subject, about)
        body = without_places(own.body)
        paragraphs = tuple(filled(paragraph, about) for paragraph in body.split("\n\n"))
    return Letter(subject, tuple(p for p in paragraphs if p.strip()))


def filled(words: str, about: Values) -> str:
    """``words`` with its placeholders replaced; what they bring is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: about.get(found[1], found[0]), words)


def as_built_in(name: str, language: str) -> Letter:
    """The built-in words with their placeholders standing in them."""
    letter = BUILT_IN[name]
    with speaking(language):
        return composed(name, {p: "{" + p + "}" for p in letter.allowed}, None)


def trouble_with(name: str, words: str, *, is_body: bool) -> str | None:
    """Why these words can't be kept, in a sentence for beside the field; None if they can."""
    letter = BUILT_IN[name]
    if not is_body and any(f"{{{link}}}" in words for link in LINKS):
        return _("A link cannot stand in the subject. Write it into the text.")
    known = [f"{{{placeholder}}}" for placeholder in letter.allowed]
    for strange in re.findall(r"\{[^{}\n]{0,40}\}?|\}", _without(known, words)):
        return _("“%(strange)s” is no placeholder of this message. It knows: %(known)s.") % {
            "strange": strange,
            "known": ", ".join(known),
        }
    return _trouble_with_body(letter, words) if is_body else None


def _trouble_with_body(letter: BuiltIn, words: str) -> str | None:
    for needed in letter.needs:
        if f"{{{needed}}}" not in words:
            return _("Keep {%(needed)s} in the text: without it the message is of no use.") % {
                "needed": needed
            }
    # What somebody wrote in Markdown stands between what we say before and after it.
    if (
        letter.kind is MessageKind.ANNOUNCEMENT
        and "{message}" not in (tidy(words).split("\n\n")[1:-1])
    ):
        return _("Let {message} be a paragraph of its own, with one before and one after it.")
    return None


def _without(known: list[str], words: str) -> str:
    return re.sub("|".join(map(re.escape, known)), "", words)


def reword(
    session: Session,
    name: str,
    language: str,
    subject: str,
    body: str,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Use these words from now on. Messages that are written already stay as they are."""
    _known(name)
    known = wordings_of(session, name).get(language)
    own = known or MessageWording(
        letter=name, language=language, subject="", body="", changed_at=now
    )
    own.subject, own.body = one_line(subject), tidy(body)
    own.changed_at, own.changed_by_id = now, by
    session.add(own)
    session.flush()
    told: dict[str, Any] = {"letter": name, "language": language}
    told |= {"before": {"there": known is not None}, "after": {"there": True}}
    record(session, by, "reword message", "wording", own.id, **told)


def tidy(body: str) -> str:
    """Paragraphs with one empty line between them."""
    return re.sub(r"\n\s*\n", "\n\n", body.replace("\r\n", "\n").strip())


def restore(session: Session, name: str, language: str, *, by: UUID) -> None:
    """Go back to the built-in words."""
    _known(name)
    gone = session.execute(
        delete(MessageWording).where(
            col(MessageWording.letter) == name, col(MessageWording.language) == language
        )
    )
    if gone.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        told = {"letter": name, "language": language} | GONE
        record(session, by, "restore wording", "wording", None, **told)


def _known(name: str) -> None:
    if name not in BUILT_IN:
        raise NotFound(_("There is nothing at this address."))
