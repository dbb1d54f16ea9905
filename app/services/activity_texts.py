"""Writing the texts of activities: who saves last never undoes the others, and nothing is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.markdown import pictures
from app.models import Activity, ActivityText, Edition, TextDraft, TextVersion
from app.queries.activity_texts import (
    NO_TEXT,
    TextSeen,
    Words,
    current_texts,
    draft_of,
    read_versions,
)
from app.services.audit import record

LONGEST_TEXT = 64_000
#: A draft that keeps itself may still be under way when its person presses the button.
UNDER_WAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Which text: of which activity, in which language."""

    edition_id: UUID
    activity_id: UUID
    language: str


def save_text(
    session: Session,
    place: Place,
    words: Words,
    *,
    number: int,
    by: UUID,
    now: datetime,
    note: str = "",
) -> int:
    """Give all readers ``words``, written by somebody who had read version ``number``.

    The answer is the number of the version that they are. What is there already makes none.
    """
    _locked(session, place)
    _refuse_undescribed(words)
    there = current_texts(session, place.activity_id).get(place.language, NO_TEXT)
    if there.number and there.words == words:
        _let_draft_go(session, place, by)
        return there.number
    if there.number != number:
        raise Conflict(_("Somebody else saved this text while you were writing."))

    _let_draft_go(session, place, by)
    _keep_what_was(session, place, there)
    _put(session, place, words, now=now)
    session.add(
        TextVersion(
            activity_id=place.activity_id,
            language=place.language,
            number=number + 1,
            body=words.body,
            transcript=words.transcript,
            note=note,
            author_id=by,
            created_at=now,
        )
    )
    _show_anew(session, place.edition_id)
    _record(session, place, by, number, number + 1)
    return number + 1


def restore_text(
    session: Session, place: Place, wanted: int, *, number: int, by: UUID, now: datetime
) -> int:
    """Make what version ``wanted`` said the newest version. Nothing in between is lost."""
    found = read_versions(session, place.activity_id, place.language, wanted).get(wanted)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    note = _("Version %(number)s again") % {"number": wanted}
    return save_text(session, place, found.words, number=number, by=by, now=now, note=note)


def keep_draft(  # noqa: PLR0913 -- who wrote what, when, on which page, and knowing what
    session: Session,
    place: Place,
    words: Words,
    *,
    number: int,
    revision: int,
    by: UUID,
    now: datetime,
    page: str = "",
) -> TextDraft | None:
    """Keep what somebody is writing, for themselves. ``revision`` is the draft that they had.

    ``page`` tells one opening of the page from another, whose draft is not written over. None:
    there is nothing to keep, for all of it was saved.
    """
    _locked(session, place)
    draft = draft_of(session, place.activity_id, place.language, by)
    there = current_texts(session, place.activity_id).get(place.language, NO_TEXT)
    if draft is None and (there.words == words or _own_echo(there, revision, by, now)):
        return None
    if draft is None:
        draft = TextDraft(
            activity_id=place.activity_id,
            language=place.language,
            account_id=by,
            number=number,
            revision=0,
        )
    elif Words(draft.body, draft.transcript) == words:
        return draft
    elif draft.revision != revision and draft.kept_from != page:
        raise Conflict(_("Another page of yours keeps a different draft of this text."))

    draft.body, draft.transcript, draft.number = words.body, words.transcript, number
    draft.revision += 1
    draft.kept_from, draft.created_at = page, now
    session.add(draft)
    session.flush()
    return draft


def _own_echo(there: TextSeen, revision: int, by: UUID, now: datetime) -> bool:
    """What comes in is older than what its person saved a moment ago, draft and all."""
    is_own = there.saved_by_id == by and there.saved_at is not None
    return bool(revision) and is_own and now - (there.saved_at or now) < UNDER_WAY


def discard_draft(session: Session, place: Place, *, by: UUID) -> None:
    _locked(session, place)
    _let_draft_go(session, place, by)


def choose_fallback(session: Session, edition_id: UUID, language: str, *, by: UUID) -> None:
    """In which language people read what is not there in theirs."""
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    if language not in edition.languages:
        raise RuleBroken(_("Choose one of the options."))
    before = edition.fallback_language
    if before == language:
        return

    edition.fallback_language = language
    _show_anew(session, edition_id)
    record(
        session,
        by,
        "choose fallback language",
        "edition",
        edition_id,
        before={"fallback_language": before},
        after={"fallback_language": language},
    )


def undescribed(words: Words) -> str:
    """What is wrong with the pictures of a text; "" if each says what it shows."""
    names = [
        picture.name or picture.target
        for text in (words.body, words.transcript)
        for picture in pictures(text)
        if not picture.description
    ]
    if not names:
        return ""
    return _(
        "Say what the picture %(name)s shows, for those who do not see it: between the square "
        "brackets, as in ![What it shows](file:%(name)s)."
    ) % {"name": names[0]}


def _locked(session: Session, place: Place) -> Activity:
    """The activity, for this transaction alone: its writers go one after the other."""
    activity = session.exec(
        select(Activity)
        .where(Activity.id == place.activity_id, Activity.edition_id == place.edition_id)
        .with_for_update()
    ).one_or_none()
    edition = session.get_one(Edition, place.edition_id)
    if activity is None or place.language not in edition.languages:
        raise NotFound(_("There is nothing at this address."))
    return activity


def _refuse_undescribed(words: Words) -> None:
    if amiss := undescribed(words):
        raise RuleBroken(amiss)


def _keep_what_was(session: Session, place: Place, there: TextSeen) -> None:
    """What nobody saved here, such as the text of a copied course, becomes a version, too."""
    if there.number and not there.is_kept and there.saved_at:
        session.add(
            TextVersion(
                activity_id=place.activity_id,
                language=place.language,
                number=there.number,
                body=there.words.body,
                transcript=there.words.transcript,
                created_at=there.saved_at,
            )
        )


def _put(session: Session, place: Place, words: Words, *, now: datetime) -> None:
    text = session.exec(
        select(ActivityText).where(
            ActivityText.activity_id == place.activity_id, ActivityText.language == place.language
        )
    ).one_or_none()
    if text is None:
        text = ActivityText(activity_id=place.activity_id, language=place.language, created_at=now)
    text.body, text.transcript = words.body, words.transcript
    session.add(text)


def _let_draft_go(session: Session, place: Place, by: UUID) -> None:
    if draft := draft_of(session, place.activity_id, place.language, by):
        session.delete(draft)
        session.flush()


def _show_anew(session: Session, edition_id: UUID) -> None:
    edition = session.get_one(Edition, edition_id)
    edition.version += 1
    session.add(edition)
    session.flush()


def _record(session: Session, place: Place, by: UUID, before: int, after: int) -> None:
    record(
        session,
        by,
        "write text",
        "edition",
        place.edition_id,
        activity=str(place.activity_id),
        language=place.language,
        before={"version": before},
        after={"version": after},
    )
