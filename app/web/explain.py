"""Telling a person what stood in the way: on a page, or above the part they were changing."""

from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.core.db import reading
from app.core.errors import SignInFirst, TallerError, TooMany
from app.core.i18n import gettext as _
from app.core.i18n import speak
from app.web.cookie import secret_in
from app.web.guards import Visit, visit_of
from app.web.headers import safe_headers
from app.web.onward import path_within
from app.web.pages import notice, render, wants_part
from app.web.problem import is_for_a_program, problem

log = structlog.get_logger()


def explain(request: Request, error: Exception) -> Response:
    """Answer a refusal or a failure in words. Nothing of the inside of the house is shown."""
    if language := getattr(request.state, "language", None):
        speak(language)  # the refusal came from another thread
    status, message = _status_and_words(error)
    if status >= 500:  # noqa: PLR2004 -- our own fault
        route = getattr(request.scope.get("route"), "path", "(none)")  # a path may hold a secret
        log.error("failed", route=route, exc_info=error)
    response = _answer(request, error, status, message)
    if status >= 500:  # noqa: PLR2004 -- answered outside of everything that adds them
        response.headers.update(safe_headers())
    if isinstance(error, TooMany) and error.wait:
        response.headers["Retry-After"] = str(error.wait)
    return response


def _answer(request: Request, error: Exception, status: int, message: str) -> Response:
    if isinstance(error, HTTPException) and (address := _without_last_slash(request, status)):
        return Response(status_code=307, headers={"Location": address})
    if is_for_a_program(request):
        return problem(status, message)
    if isinstance(error, SignInFirst):
        return _to_sign_in(request)
    if wants_part(request):
        return notice(request, message, status=status)
    heading = {403: _("This page is not open to you"), 404: _("There is nothing at this address")}
    return render(
        request,
        _reader(request) if status < 500 else None,  # noqa: PLR2004 -- the database may be why
        "errors/error.html",
        status=status,
        code=status,
        heading=heading.get(status, _("That did not work")),
        message=message,
        ways=[
            ("/", _("All courses")),
            ("/home", _("My learning")),
            ("/verify", _("Check a certificate")),
        ],
    )


def _without_last_slash(request: Request, status: int) -> str:
    """Where somebody meant to go who wrote a slash too many."""
    path, query = str(request.scope["path"]), request.scope["query_string"].decode("latin-1")
    if status != 404 or not path.endswith("/"):  # noqa: PLR2004 -- there is no such page
        return ""
    address = path_within(path.rstrip("/"))
    there = {**request.scope, "path": path.rstrip("/")}
    if not any(route.matches(there)[0] is not Match.NONE for route in request.app.router.routes):
        return ""
    return address and address + (f"?{query}" if query else "")


def _reader(request: Request) -> Visit | None:
    """Who is signed in, so that the page has their menu and does not look as if they were not."""
    if not secret_in(request):
        return None
    with reading() as session:
        return visit_of(request, session)


def _status_and_words(error: Exception) -> tuple[int, str]:
    if isinstance(error, TallerError):
        return error.status, error.message
    if isinstance(error, RequestValidationError):
        in_path = any(e["loc"][:1] == ("path",) for e in error.errors())
        status = 404 if in_path else 422
    elif isinstance(error, HTTPException):
        status = error.status_code
    else:
        status = 500
    words = {
        400: _("What came in can't be read, or is too much for one form. Nothing was changed."),
        404: _("The page may have moved, or the link lost its last letters on the way."),
        405: _("This address does not take that kind of request."),
        413: _("That is too large to send."),
        422: _("The address holds something we can't read."),
        500: _("Something broke on our side. Nothing you typed was used. Try again in a minute."),
    }
    return status, words.get(status, words[500])


def _to_sign_in(request: Request) -> Response:
    """Lead to the sign-in page, and from there back to what was wanted."""
    query = request.scope["query_string"].decode("latin-1")
    wanted = request.scope["path"] + (f"?{query}" if query else "")
    address = "/sign-in" + (f"?next={quote(wanted)}" if request.method == "GET" else "")
    if wants_part(request):
        return Response(status_code=200, headers={"HX-Redirect": address})
    return Response(status_code=303, headers={"Location": address})
