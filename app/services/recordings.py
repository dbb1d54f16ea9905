"""What is left of a live session: its recording and its slides, shown once they are published."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlmodel import Session

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import LiveSession, SessionStatus
from app.services.live_sessions import facts_of, note_remains, session_of_edition, show_anew
from app.services.uploads import ending_in_pdf, keep_upload, let_go

MOST_SLIDES = 5 * 1024 * 1024
PDF_BEGINS = b"%PDF-"


@dataclass(frozen=True)
class Upload:
    name: str
    content: BinaryIO


@dataclass(frozen=True)
class Remains:
    """What the form says; ``slides`` is None where those that are there stay."""

    recording_url: str
    recording_minutes: int | None
    slides: Upload | None
    without_slides: bool


def trouble_with_slides(content: BinaryIO) -> str:
    """Why these can't be the slides, looked at rather than believed; empty: they can."""
    content.seek(0)
    begins = content.read(len(PDF_BEGINS))
    size = content.seek(0, 2)
    content.seek(0)
    if size > MOST_SLIDES:
        return _("The slides may weigh 5 MB at most. Make the pictures in them smaller.")
    if begins != PDF_BEGINS:
        return _("This is not a PDF. Save the slides as PDF and send them again.")
    return ""


def nothing_to_publish() -> str:
    return _("There is nothing to publish yet: add a recording or slides.")


def save_remains(
    session: Session,
    edition_id: UUID,
    session_id: UUID,
    remains: Remains,
    *,
    publish: bool,
    by: UUID,
    now: datetime,
) -> LiveSession:
    """Keep recording and slides, and show them to the participants or to staff only."""
    live_session = session_of_edition(session, edition_id, session_id)
    if live_session.status is SessionStatus.CANCELLED:
        raise RuleBroken(_("This session was cancelled, so nothing is left of it."))
    if live_session.starts_at > now:
        raise RuleBroken(_("Recording and slides are published once the session has begun."))
    before = facts_of(live_session)
    _keep_slides(session, live_session, remains, by=by)
    live_session.recording_url = remains.recording_url
    live_session.recording_minutes = remains.recording_minutes if remains.recording_url else None
    if publish and not (live_session.recording_url or live_session.slides_id):
        raise RuleBroken(nothing_to_publish())
    if publish is not (live_session.published_at is not None):
        live_session.published_at = now if publish else None
        show_anew(session, edition_id)
    session.add(live_session)
    session.flush()
    note_remains(session, by, live_session, before)
    return live_session


def _keep_slides(
    session: Session, live_session: LiveSession, remains: Remains, *, by: UUID
) -> None:
    old = live_session.slides_id
    if remains.slides is not None:
        if trouble := trouble_with_slides(remains.slides.content):
            raise RuleBroken(trouble)
        live_session.slides_id = keep_upload(
            session,
            remains.slides.content,
            name=ending_in_pdf(remains.slides.name),
            content_type="application/pdf",
            limit=MOST_SLIDES,
            by=by,
        ).id
    elif remains.without_slides:
        live_session.slides_id = None
    if old and live_session.slides_id != old:
        session.add(live_session)
        session.flush()
        let_go(session, old)
