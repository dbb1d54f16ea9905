"""Checking a certificate by its code: a page for everybody, and the same for machines."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.core.i18n import gettext as _
from app.queries.certificates import CertificateSeen, certificate, code_as_printed
from app.web.badges import credential, revocations, withdrawn
from app.web.forms import Form
from app.web.guards import Visit, anyone, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.throttle import address_of, code_tries
from certificates import words

A_MINUTE = "60"
LONGEST_CODE = 40
#: A code leads to a person's name: no search engine should keep the way.
UNLISTED = {"X-Robots-Tag": "noindex"}
#: Programs that check badges run in other sites' pages too.
FOR_EVERY_SITE = UNLISTED | {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
LINKED_DATA = "application/ld+json"

router = APIRouter(route_class=OneHopRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]


@router.get("/verify", name="verification.ask")
def ask(request: Request, visit: Anyone, code: str = "") -> Response:
    meant = _meant(code)
    if meant:
        return go_to(f"/verify/{quote(meant)}")
    return render(request, visit, "certificates/verify.html", here="verify", form=Form())


@router.get("/verify/{code}", name="verification.check")
def check(request: Request, visit: Anyone, code: str) -> Response:
    if not code_tries(request).admits(address_of(request)):
        response = render(request, visit, "certificates/too_many.html", status=429, here="verify")
        response.headers["Retry-After"] = A_MINUTE
        return response
    seen = certificate(visit.session, code)
    response = render(
        request,
        visit,
        "certificates/verify.html",
        status=200 if seen else 404,
        here="verify",
        form=Form(typed={"code": seen.code if seen else code[:LONGEST_CODE]}),
        checked=True,
        seen=seen,
        words=words(seen.facts, seen.design) if seen else None,
    )
    response.headers.update(UNLISTED)
    return response


@router.get("/certificates/{code}.json", name="verification.badge")
def badge(request: Request, visit: Anyone, code: str) -> Response:
    return _for_machines(
        request,
        visit,
        code,
        lambda seen: (410, withdrawn(seen)) if seen.is_revoked else (200, credential(seen)),
    )


@router.get("/certificates/{code}/revocations.json", name="verification.revocations")
def revocation_list(request: Request, visit: Anyone, code: str) -> Response:
    return _for_machines(request, visit, code, lambda seen: (200, revocations(seen)))


def _for_machines(
    request: Request,
    visit: Visit,
    code: str,
    answer: Callable[[CertificateSeen], tuple[int, dict[str, Any]]],
) -> Response:
    if not code_tries(request).admits(address_of(request)):
        return JSONResponse(
            {"detail": _("Too many tries. Wait a minute.")}, 429, {"Retry-After": A_MINUTE}
        )
    seen = certificate(visit.session, code)
    if seen is None:
        return JSONResponse(
            {"detail": _("We have no certificate with this code.")}, 404, FOR_EVERY_SITE
        )
    status, content = answer(seen)
    return JSONResponse(content, status, FOR_EVERY_SITE, LINKED_DATA)


def _meant(typed: str) -> str:
    """The code in what was typed, which may be the whole address of the page that checks it."""
    last = typed.strip().rstrip("/").rsplit("/", 1)[-1]
    return code_as_printed(last) or re.sub(r"[^\w-]", "", last)[:LONGEST_CODE]
