"""Certificates: the person's PDF, and for staff the list, one in full, and withdrawing it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import CertificateStatus
from app.policy import About, Action, Role
from app.queries.certificates import (
    PAGE,
    CertificateSeen,
    Wanted,
    certificate,
    editions_with_certificates,
    how_many,
    listing,
)
from app.services.certificates import draw_again, revoke
from app.web.asked import address_of, asked, in_pages
from app.web.downloads import send_file
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from certificates import words

#: A certificate is drawn in seconds; where it takes longer, asking that often helps nobody.
SOON, LATER, PATIENCE = 3, 20, 60
#: Without a sandbox, in which browsers show no PDF.
OWN_PDF = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"

router = APIRouter(route_class=OneHopRoute, prefix="/certificates")

Reader = Annotated[Visit, guarded_by(signed_in)]
Watcher = Annotated[Visit, guarded_by(may(Action.SEE_CERTIFICATES))]
Revoker = Annotated[Visit, guarded_by(may(Action.REVOKE_CERTIFICATES))]
Redrawer = Annotated[Visit, guarded_by(may(Action.REDRAW_CERTIFICATES))]


class Filters(BaseModel):
    edition: UUID | None = None
    status: CertificateStatus | None = None
    name: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1, le=1_000_000)


class Revocation(BaseModel):
    reason: str = Field(min_length=5, max_length=300)


@router.get("", name="certificates.index")
def index(
    request: Request, visit: Watcher, form: Annotated[Form[Filters], Depends(asked(Filters))]
) -> Response:
    filters = form.data or Filters()
    only = _only_institution(visit)
    wanted = Wanted(only, filters.edition, filters.status, filters.name)
    total = how_many(visit.session, wanted)
    number, last = in_pages(total, filters.page, PAGE)
    return render(
        request,
        visit,
        "certificates/index.html",
        part="certificates/_certificates.html",
        here="certificates",
        form=form,
        editions=editions_with_certificates(visit.session, only_institution=only),
        rows_found=listing(visit.session, wanted, page=number),
        total=total,
        filtered=wanted != Wanted(only),
        number=number,
        last=last,
        address=address_of("/certificates", form, "page"),
        Action=Action,
        CertificateStatus=CertificateStatus,
    )


@router.get("/{code}.pdf", name="certificates.file")
def file(request: Request, visit: Reader, code: str) -> Response:
    seen = _theirs(visit, code)
    if seen.is_revoked and (seen.file is None or not _is_staff_for(visit, seen)):
        return render(request, visit, "certificates/withdrawn.html", status=410, seen=seen)
    if seen.file is None:
        return _still_being_drawn(request, visit, seen)
    return _to_read(send_file(request, seen.file), seen)


@router.get("/{code}", name="certificates.show")
def show(request: Request, visit: Watcher, code: str) -> Response:
    return _page(request, visit, _watched(visit, code), Form())


@router.post("/{code}/revoke", name="certificates.revoke")
def withdraw(
    request: Request,
    visit: Revoker,
    code: str,
    form: Annotated[Form[Revocation], Depends(submitted(Revocation))],
) -> Response:
    seen = _watched(visit, code)
    if form.data is None:
        return _page(request, visit, seen, form)
    revoke(visit.session, seen.id, form.data.reason, by=visit.viewer.id, now=clock.now())
    return go_to(
        f"/certificates/{seen.code}",
        say=_("The certificate was withdrawn. The person is told by e-mail."),
    )


@router.post("/{code}/draw", name="certificates.draw")
def try_again(visit: Redrawer, code: str) -> Response:
    seen = _watched(visit, code)
    draw_again(visit.session, seen.id, by=visit.viewer.id)
    return go_to(f"/certificates/{seen.code}", say=_("The certificate is being drawn again."))


def _page(
    request: Request, visit: Visit, seen: CertificateSeen, form: Form[Revocation]
) -> Response:
    return render(
        request,
        visit,
        "certificates/show.html",
        status=422 if form.errors else 200,
        here="certificates",
        seen=seen,
        words=words(seen.facts, seen.design),
        form=form,
        Action=Action,
        CertificateStatus=CertificateStatus,
    )


def _to_read(response: Response, seen: CertificateSeen) -> Response:
    """Have the browser show the PDF: we drew it ourselves, and it runs nothing."""
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{seen.code}.pdf"'
    response.headers["Content-Security-Policy"] = OWN_PDF
    return response


def _still_being_drawn(request: Request, visit: Visit, seen: CertificateSeen) -> Response:
    waited = (clock.now() - seen.created_at).total_seconds()
    seconds = SOON if waited < PATIENCE else LATER
    failed = seen.status is CertificateStatus.FAILED
    response = render(
        request,
        visit,
        "certificates/waiting.html",
        status=202,
        seen=seen,
        failed=failed,
        seconds=None if failed else seconds,
    )
    if not failed:
        response.headers["Retry-After"] = str(seconds)
    return response


def _theirs(visit: Visit, code: str) -> CertificateSeen:
    """The certificate, for the person it was given to and for the staff who may see it.

    Everybody else learns no more than from a code that does not exist.
    """
    seen = certificate(visit.session, code)
    if seen and (seen.account_id == visit.viewer.id or _is_staff_for(visit, seen)):
        return seen
    raise NotFound(_("There is nothing at this address."))


def _watched(visit: Visit, code: str) -> CertificateSeen:
    seen = certificate(visit.session, code)
    if seen and _is_staff_for(visit, seen):
        return seen
    raise NotFound(_("There is nothing at this address."))


def _is_staff_for(visit: Visit, seen: CertificateSeen) -> bool:
    return visit.may(Action.SEE_CERTIFICATES, About(institution_id=seen.institution_id))


def _only_institution(visit: Visit) -> UUID | None:
    """The one institution whose people a focal coordinator sees; None: all."""
    return visit.viewer.coordinates_id if Role.FOCAL in visit.roles else None
