"""Uploads that can be gone on with after the line was lost, by the protocol tus 1.0."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from app.core import clock
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.services import resumable
from app.services.file_checks import most_bytes
from app.services.resumable import Whose
from app.web.arrivals import Arrival
from app.web.file_forms import Metadata
from app.web.flash import say_next
from app.web.forms import in_words
from app.web.guards import EditionVisit, edition_for_slow_work, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.threads import files, in_a_thread
from app.web.writing_page import activity_to_write
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/uploads"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
SlowWriter = Annotated[EditionVisit, guarded_by(edition_for_slow_work(Action.WRITE_CONTENT))]

VERSION = "1.0.0"
HEADERS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
PIECE_TYPE = "application/offset+octet-stream"
MOST_DIGITS = 15


@router.post("", name="uploads.begin")
def begin(request: Request, visit: Writer, activity: UUID) -> Response:
    written = activity_to_write(visit, activity)
    _speaks_tus(request)
    given = _metadata(request.headers)
    length = _number(request.headers, "Upload-Length")
    upload = resumable.begin(
        visit.session,
        written,
        given.said(),
        name=given.filename,
        length=length,
        replaces=given.replaces,
        by=visit.viewer.id,
        now=clock.now(),
    )
    place = f"{writing_address(visit.edition.id, activity)}/uploads/{upload.id}"
    told = {"Location": place, "Tus-Max-Size": str(most_bytes(given.role))}
    told["Upload-Expires"] = _moment(upload.expires_at)
    return Response(status_code=201, headers=HEADERS | told)


@router.get("/{upload}", name="uploads.offset")
def offset(request: Request, visit: Writer, activity: UUID, upload: UUID) -> Response:
    """How far it came; asked by HEAD."""
    found = resumable.upload_of(visit.session, _whose(visit, activity), upload, now=clock.now())
    _speaks_tus(request)
    told = {"Upload-Offset": str(found.received), "Upload-Length": str(found.length)}
    told["Upload-Expires"] = _moment(found.expires_at)
    return Response(headers=HEADERS | told)


@router.patch("/{upload}", name="uploads.go_on")
async def go_on(request: Request, visit: SlowWriter, activity: UUID, upload: UUID) -> Response:
    _speaks_tus(request)
    if request.headers.get("Content-Type", "") != PIECE_TYPE:
        raise HTTPException(415)
    start = _number(request.headers, "Upload-Offset")
    whose = _whose(visit, activity)
    arrival = await in_a_thread(lambda: Arrival(whose, upload, start), among=files())
    try:
        async for chunk in request.stream():
            if arrival.take(chunk):
                await in_a_thread(arrival.keep, among=files())
    except ClientDisconnect:
        await in_a_thread(arrival.keep, among=files())
        return Response(status_code=400)  # nobody hears it
    reached = await in_a_thread(arrival.close, among=files())
    answer = Response(status_code=204, headers=HEADERS | {"Upload-Offset": str(reached)})
    if reached == arrival.length:
        say_next(answer, _("The file is there."))
    return answer


@router.delete("/{upload}", name="uploads.give_up")
def give_up(request: Request, visit: Writer, activity: UUID, upload: UUID) -> Response:
    _speaks_tus(request)
    found = resumable.upload_of(visit.session, _whose(visit, activity), upload, now=clock.now())
    resumable.give_up(visit.session, found)
    return Response(status_code=204, headers=HEADERS)


def _whose(visit: EditionVisit, activity: UUID) -> Whose:
    return Whose(visit.viewer.id, visit.edition.id, activity)


def _speaks_tus(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise HTTPException(412, headers={"Tus-Version": VERSION})


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise HTTPException(400)
    return int(text)


def _metadata(headers: Mapping[str, str]) -> Metadata:
    """The words beside the file: pairs of a name and a value in base 64, with commas between."""
    given: dict[str, str] = {}
    try:
        for pair in headers.get("Upload-Metadata", "").split(","):
            name, _space, value = pair.strip().partition(" ")
            given[name] = b64decode(value, validate=True).decode().strip()
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise HTTPException(400) from broken
    try:
        return Metadata.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as invalid:
        raise RuleBroken(in_words(invalid.errors()[0])) from invalid


def _moment(moment: object) -> str:
    return f"{moment:%a, %d %b %Y %H:%M:%S} GMT"
