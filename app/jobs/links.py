"""Answering those who asked for a link: nobody waits, so nobody learns from how long it takes."""

from uuid import UUID

from app.core import clock
from app.core.db import changing
from app.core.work import Noted, noted
from app.services.links import answer_request as answer


def answer_request(request_id: UUID) -> Noted:
    with changing() as session:
        answer(session, request_id, now=clock.now())
    return noted(session)
