"""Refusals for programs: the problem details of RFC 9457, in place of a page."""

from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import JSONResponse

API = "/api/"
#: Said by the program in the browser that sends a file in pieces.
RESUMABLE = "Tus-Resumable"


def is_for_a_program(request: Request) -> bool:
    return str(request.scope["path"]).startswith(API) or RESUMABLE in request.headers


def problem(status: int, detail: str) -> Response:
    """What stood in the way: ``status`` for the program, ``detail`` for whoever reads its log."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    response = JSONResponse(told, status, media_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Taller"'
    return response
