"""What letters say: the built-in words in four languages, and an installation's own instead.

Own words hold placeholders such as ``{course}``. They are put in as they are, in one pass, by name
and from a fixed list: no format string is ever read, so a placeholder reaches nothing else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.text import one_line
from app.models import MessageKind, MessageWording
from app.queries.wordings import wordings_of
from app.services.audit import GONE, record

type Values = Mapping[str, str]

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Letter(NamedTuple):
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class BuiltIn:
    """A letter as we word it. ``address`` is a link without which the letter is of no use."""

    kind: MessageKind
    compose: Callable[[Values], Letter]
    placeholders: tuple[str, ...]

    @property
    def allowed(self) -> tuple[str, ...]:
        return ("name", *self.placeholders)

    @property
    def needs(self) -> str | None:
        return "address" if "address" in self.placeholders else None


def _welcome(about: Values) -> Letter:
    return Letter(
        _("Your account at Taller"),
        (
            _("You have an account now. Sign in with this e-mail address and your password."),
            _("Your courses are here: %(address)s") % about,
        ),
    )


def _place_given(about: Values) -> Letter:
    return Letter(
        _("You have a place in “%(course)s”") % about,
        (
            _("You have a place in the course “%(course)s”.") % about,
            _("Begin here: %(address)s") % about,
        ),
    )


def _application_declined(about: Values) -> Letter:
    return Letter(
        _("Your application for “%(course)s”") % about,
        (
            _("We could not give you a place in the course “%(course)s” this time.") % about,
            _("Other courses are open here: %(address)s") % about,
        ),
    )


def _place_taken_away(about: Values) -> Letter:
    return Letter(
        _("You no longer take part in “%(course)s”") % about,
        (
            _("A coordinator took you out of the course “%(course)s”. What you did is kept.")
            % about,
            _("If you think this is a mistake, write to the coordinators of your course."),
        ),
    )


def _certificate_ready(about: Values) -> Letter:
    return Letter(
        _("Your certificate is ready"),
        (
            _("You completed the course “%(course)s”, and your certificate is ready.") % about,
            _("Download it here: %(address)s") % about,
            _("Whoever wants to check it finds it here: %(check)s") % about,
        ),
    )


def _certificate_withdrawn(about: Values) -> Letter:
    return Letter(
        _("Your certificate was withdrawn"),
        (
            _("Your certificate %(code)s for the course “%(course)s” was withdrawn.") % about,
            _("The reason given is: %(reason)s") % about,
            _("If you think this is a mistake, write to the coordinators of your course."),
        ),
    )


def _capstone_accepted(about: Values) -> Letter:
    return Letter(
        _("Accepted: %(title)s") % about,
        (
            _("Your tutor accepted version %(number)s of your team's work “%(title)s”.") % about,
            about["message"],
            _("The comments are here: %(address)s") % about,
        ),
    )


def _capstone_returned(about: Values) -> Letter:
    return Letter(
        _("To revise: %(title)s") % about,
        (
            _(
                "Your tutor returned version %(number)s of your team's work “%(title)s” "
                "and asks for changes."
            )
            % about,
            about["message"],
            _("The comments are here: %(address)s") % about,
        ),
    )


def _session_moved(about: Values) -> Letter:
    return Letter(
        _("New time: %(title)s") % about,
        (
            _("A live session of the course “%(course)s” has a new time.") % about,
            about["title"],
            _("Before: %(before)s") % about,
            _("Now: %(now)s") % about,
            _("It lasts %(minutes)s minutes. Hours are in %(zone)s.") % about,
            _("Everything about the session: %(address)s") % about,
        ),
    )


def _session_cancelled(about: Values) -> Letter:
    return Letter(
        _("Cancelled: %(title)s") % about,
        (
            _("A live session of the course “%(course)s” will not take place.") % about,
            about["title"],
            _("It was to begin on %(moment)s, %(zone)s.") % about,
            _("The other sessions of the course: %(address)s") % about,
        ),
    )


#: By the name under which an own wording is kept. A kind of message may have several letters.
BUILT_IN: dict[str, BuiltIn] = {
    "welcome": BuiltIn(MessageKind.WELCOME, _welcome, ("address",)),
    "place given": BuiltIn(MessageKind.PLACE_GIVEN, _place_given, ("course", "address")),
    "application declined": BuiltIn(
        MessageKind.APPLICATION_DECLINED, _application_declined, ("course", "address")
    ),
    "place taken away": BuiltIn(MessageKind.PLACE_TAKEN_AWAY, _place_taken_away, ("course",)),
    "session moved": BuiltIn(
        MessageKind.SESSION_MOVED,
        _session_moved,
        ("course", "title", "before", "now", "minutes", "zone", "address"),
    ),
    "session cancelled": BuiltIn(
        MessageKind.SESSION_CANCELLED,
        _session_cancelled,
        ("course", "title", "moment", "zone", "address"),
    ),
    "capstone accepted": BuiltIn(
        MessageKind.CAPSTONE_DECIDED, _capstone_accepted, ("title", "number", "message", "address")
    ),
    "capstone returned": BuiltIn(
        MessageKind.CAPSTONE_DECIDED, _capstone_returned, ("title", "number", "message", "address")
    ),
    "certificate ready": BuiltIn(
        MessageKind.CERTIFICATE_READY, _certificate_ready, ("course", "address", "check")
    ),
    "certificate withdrawn": BuiltIn(
        MessageKind.CERTIFICATE_WITHDRAWN, _certificate_withdrawn, ("code", "course", "reason")
    ),
}


def composed(name: str, about: Values, own: MessageWording | None) -> Letter:
    """A letter in the language that is spoken now; ``own`` are the words to use instead."""
    if own is None:
        subject, paragraphs = BUILT_IN[name].compose(about)
    else:
        subject = filled(own.subject, about)
        paragraphs = tuple(filled(paragraph, about) for paragraph in own.body.split("\n\n"))
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
    known = [f"{{{placeholder}}}" for placeholder in letter.allowed]
    for strange in re.findall(r"\{[^{}\n]{0,40}\}?|\}", _without(known, words)):
        return _("“%(strange)s” is no placeholder of this message. It knows: %(known)s.") % {
            "strange": strange,
            "known": ", ".join(known),
        }
    if is_body and letter.needs and f"{{{letter.needs}}}" not in words:
        return _("Keep {address} in the text: without its link the message is of no use.")
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
