"""A file as it arrives: laid down piece by piece, and looked at once it is whole."""

from dataclasses import replace as with_other
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.core import clock, files
from app.core.db import reading
from app.core.errors import Conflict, RuleBroken, TryLater
from app.core.i18n import gettext as _
from app.core.media import TooHeavy
from app.models import Upload
from app.services import resumable
from app.services.activity_files import offer, replace
from app.services.file_checks import checked
from app.services.resumable import Piece, Whose, upload_of
from app.web.db import unit_of_work
from app.web.file_forms import FileForm
from app.web.file_page import describing, file_to_write, show_file, show_files
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import go_to
from app.web.writing_page import activity_to_write
from app.web.writing_tabs import writing_address

#: What is held in memory, and the most that is sent once more after the line was lost.
PIECE = 1024 * 1024


class Arrival:
    """The bytes of one request that goes on with an upload, from ``start`` on."""

    def __init__(self, whose: Whose, upload_id: UUID, start: int) -> None:
        self.whose, self.upload_id = whose, upload_id
        self.at = start
        self.held = bytearray()
        with reading() as session:
            upload = self._upload(session, clock.now())
            self.length, self.name, self.role = upload.length, upload.name, upload.role
            if start != upload.received:
                raise Conflict(
                    _("The upload stands elsewhere. Ask how far it came, and go on there.")
                )

    def _upload(self, session: Session, now: datetime) -> Upload:
        return upload_of(session, self.whose, self.upload_id, now=now)

    def take(self, chunk: bytes) -> bool:
        """Hold what came; say whether it is enough to be laid down."""
        self.held += chunk
        if self.at + len(self.held) > self.length:
            raise TooHeavy(_("More came than was announced."))
        return len(self.held) >= PIECE and not self.is_whole

    @property
    def is_whole(self) -> bool:
        return self.at + len(self.held) == self.length

    def keep(self) -> None:
        """Lay down what is held. The last byte waits for what `close` finds."""
        piece = bytes(self.held[: max(0, self.length - 1 - self.at)])
        if not piece:
            return
        laid = resumable.lay_down(self.upload_id, self.at, piece)
        self._note(laid)
        self.at += len(piece)
        del self.held[: len(piece)]

    def _note(self, laid: Piece) -> None:
        now = clock.now()
        try:
            with unit_of_work() as session:
                resumable.add_piece(session, self._upload(session, now), laid, now=now)
        except BaseException:
            files.remove_all([laid.key])
            raise

    def close(self) -> int:
        """The request is over: say how far the upload is. What has come whole is offered."""
        if not self.is_whole:
            self.keep()
            return self.at
        try:
            self._offer()
        except RuleBroken:
            self._forget()
            raise
        resumable.clear_away(self.upload_id)
        return self.length

    def _offer(self) -> None:
        with reading() as session:
            parts = resumable.pieces_of(session, self._upload(session, clock.now()))
        with (
            resumable.whole(parts, bytes(self.held)) as file,
            checked(file, self.name, self.role) as found,
            unit_of_work() as session,
        ):
            now = clock.now()
            resumable.finish(session, self._upload(session, now), self.at, found, now=now)

    def _forget(self) -> None:
        """What was refused is not asked for again."""
        with unit_of_work() as session:
            resumable.give_up(session, self._upload(session, clock.now()))
        resumable.clear_away(self.upload_id)


def take_whole(
    request: Request,
    visit: EditionVisit,
    activity_id: UUID,
    form: Form[FileForm],
    *,
    replaces: UUID | None = None,
) -> Response:
    """A file that came in one go with a form: looked at, then offered, or the form once more."""
    given = form.files.get("file")
    if given is None:
        form.refuse("file", _("Choose a file."))
    elif form.data is not None:
        try:
            with (
                checked(given.file, given.filename or "", form.data.role) as found,
                unit_of_work() as session,
            ):
                activity = activity_to_write(with_other(visit, session=session), activity_id)
                by = visit.viewer.id
                if replaces:
                    replace(session, activity, replaces, found, by=by)
                else:
                    offer(session, activity, found, form.data.said(), by=by)
            return go_to(
                f"{writing_address(visit.edition.id, activity_id)}/files",
                say=_("The file is there."),
            )
        except (RuleBroken, TryLater) as trouble:
            form.refuse("file", trouble.message)
    with reading() as session:
        visit = with_other(visit, session=session)
        activity = activity_to_write(visit, activity_id)
        if replaces:
            seen = file_to_write(visit, activity, replaces)
            return show_file(request, visit, activity, seen, describing(seen), form)
        return show_files(request, visit, activity, form)
