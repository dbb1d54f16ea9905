"""The accounts of the platform, for those who look after them: a list, and one in full."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.collation import sort_key
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.formats import current_zone, date_range
from app.core.i18n import choose, country_name
from app.core.i18n import gettext as _
from app.models import PlatformRole, StaffRole
from app.policy import Action
from app.queries import account_list as reading
from app.queries.account_list import AccountLine, Held, Standing, Wanted
from app.queries.institutions import institutions
from app.queries.sign_ins import sign_ins_of
from app.services.roles import appoint, dismiss, give_platform_role
from app.services.suspensions import reactivate, sign_out, suspend
from app.services.viewing import begin_look, end_look
from app.web.asked import address_of, asked, in_pages
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may, whoever_signed_in
from app.web.labels import label
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute)

Watcher = Annotated[Visit, guarded_by(may(Action.SEE_ACCOUNTS))]
Giver = Annotated[Visit, guarded_by(may(Action.GIVE_PLATFORM_ROLES))]
Appointer = Annotated[Visit, guarded_by(may(Action.APPOINT_STAFF))]
Suspender = Annotated[Visit, guarded_by(may(Action.SUSPEND_ACCOUNTS))]
Ender = Annotated[Visit, guarded_by(may(Action.END_SIGN_INS))]
Looker = Annotated[Visit, guarded_by(may(Action.VIEW_AS_PARTICIPANT))]
Anybody = Annotated[Visit, guarded_by(whoever_signed_in)]

PATH = "/accounts"


class Filters(BaseModel):
    q: str = Field(default="", max_length=100)
    role: Held | None = None
    state: Standing | None = None
    country: str | None = Field(default=None, max_length=2)
    page: int = Field(default=1, ge=1, le=1_000_000)


class RoleForm(BaseModel):
    role: PlatformRole | None = None
    institution: UUID | None = None


class AppointmentForm(BaseModel):
    edition: UUID
    staff_role: StaffRole


class ReasonForm(BaseModel):
    reason: str = Field(min_length=5, max_length=500)


@dataclass
class Forms:
    """The forms of the page of an account; whichever was not sent is as it stands."""

    role: Form[RoleForm] | None = None
    appointment: Form[AppointmentForm] = field(default_factory=Form[AppointmentForm])
    reason: Form[ReasonForm] = field(default_factory=Form[ReasonForm])

    @property
    def is_refused(self) -> bool:
        return any(f and f.errors for f in (self.role, self.appointment, self.reason))


@router.get(PATH, name="account_list.index")
def index(
    request: Request, visit: Watcher, form: Annotated[Form[Filters], Depends(asked(Filters))]
) -> Response:
    filters = form.data or Filters()
    wanted = Wanted(filters.q, filters.role, filters.state, filters.country)
    total = reading.how_many(visit.session, wanted)
    page, last = in_pages(total, filters.page, reading.PAGE)
    codes = [(code, country_name(code)) for code in reading.countries(visit.session)]
    return render(
        request,
        visit,
        "account_list/index.html",
        part="account_list/_accounts.html",
        here="accounts",
        form=form,
        lines=reading.accounts(visit.session, wanted, page=page),
        total=total,
        filtered=wanted != Wanted(),
        on_page=page,
        last=last,
        page_address=address_of(PATH, form, "page"),
        countries=sorted(codes, key=lambda pair: sort_key(pair[1])),
        Action=Action,
        Held=Held,
        Standing=Standing,
    )


@router.get("/accounts/{account}", name="account_list.show")
def show(request: Request, visit: Watcher, account: UUID) -> Response:
    return _page(request, visit, account, Forms())


@router.post("/accounts/{account}/role", name="account_list.role")
def give_role(
    request: Request,
    visit: Giver,
    account: UUID,
    form: Annotated[Form[RoleForm], Depends(submitted(RoleForm))],
) -> Response:
    def give(data: RoleForm) -> None:
        give_platform_role(
            visit.session,
            account,
            data.role,
            institution_id=data.institution,
            by=visit.viewer.id,
        )

    if _refused(form, "role", give):
        return _page(request, visit, account, Forms(role=form))
    return _back(account, _("The role was changed. They sign in anew to use it."))


@router.post("/accounts/{account}/editions", name="account_list.appoint")
def appoint_to(
    request: Request,
    visit: Appointer,
    account: UUID,
    form: Annotated[Form[AppointmentForm], Depends(submitted(AppointmentForm))],
) -> Response:
    def give(data: AppointmentForm) -> None:
        appoint(visit.session, data.edition, account, data.staff_role, by=visit.viewer.id)

    if _refused(form, "edition", give):
        return _page(request, visit, account, Forms(appointment=form))
    return _back(account, _("They accompany the edition from now on."))


@router.post("/accounts/{account}/editions/{edition}/end", name="account_list.dismiss")
def dismiss_from(visit: Appointer, account: UUID, edition: UUID) -> Response:
    dismiss(visit.session, edition, account, by=visit.viewer.id)
    return _back(account, _("They do not accompany the edition any more."))


@router.post("/accounts/{account}/suspension", name="account_list.suspend")
def close(
    request: Request,
    visit: Suspender,
    account: UUID,
    form: Annotated[Form[ReasonForm], Depends(submitted(ReasonForm))],
) -> Response:
    said = _("The account is suspended. Nothing of it opens anything now.")
    return _with_reason(request, visit, account, form, suspend, said)


@router.post("/accounts/{account}/suspension/end", name="account_list.reactivate")
def open_again(
    request: Request,
    visit: Suspender,
    account: UUID,
    form: Annotated[Form[ReasonForm], Depends(submitted(ReasonForm))],
) -> Response:
    said = _("The account is open again. They can sign in.")
    return _with_reason(request, visit, account, form, reactivate, said)


@router.post("/accounts/{account}/sign-outs", name="account_list.sign_out")
def end_all(visit: Ender, account: UUID) -> Response:
    sign_out(visit.session, account, by=visit.viewer.id)
    return _back(account, _("They are signed out everywhere."))


@router.post("/accounts/{account}/sign-ins/{sign_in}/end", name="account_list.end_sign_in")
def end_one(visit: Ender, account: UUID, sign_in: UUID) -> Response:
    sign_out(visit.session, account, sign_in_id=sign_in, by=visit.viewer.id)
    return _back(account, _("They are signed out there."))


@router.post("/accounts/{account}/view", name="account_list.view")
def look(visit: Looker, account: UUID, edition: UUID | None = None) -> Response:
    """On to their first page, or to the ``edition`` in which one met them."""
    viewer = visit.viewer
    begin_look(visit.session, viewer.sign_in_id, account, by=viewer.id, now=clock.now())
    return _anew(f"/editions/{edition}" if edition else "/home")


@router.post("/viewing/end", name="account_list.end_view")
def stop_looking(visit: Anybody) -> Response:
    viewer = visit.viewer
    seen = end_look(visit.session, viewer.sign_in_id, by=viewer.signed_in_id)
    return _anew(f"/accounts/{seen}" if seen else "/home")


def _anew(address: str) -> Response:
    """On to other eyes: what this browser kept of the pages was for the ones before."""
    response = go_to(address)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _refused[T: BaseModel](form: Form[T], name: str, deed: Callable[[T], None]) -> bool:
    """Whether the form or the rules say no; the rules' sentence goes beside the field."""
    if form.data is None:
        return True
    try:
        deed(form.data)
    except (Conflict, RuleBroken) as refusal:
        form.refuse(name, refusal.message)
        return True
    return False


def _with_reason(
    request: Request,
    visit: Visit,
    account: UUID,
    form: Form[ReasonForm],
    deed: Callable[..., object],
    said: str,
) -> Response:
    """Do what needs a reason, and say so; or show the form again with what was written."""

    def act(data: ReasonForm) -> None:
        deed(visit.session, account, data.reason, by=visit.viewer.id, now=clock.now())

    if _refused(form, "reason", act):
        return _page(request, visit, account, Forms(reason=form))
    return _back(account, said)


def _back(account: UUID, say: str) -> Response:
    return go_to(f"/accounts/{account}", say=say)


def _page(request: Request, visit: Visit, account_id: UUID, forms: Forms) -> Response:
    session = visit.session
    seen = reading.account(session, account_id)
    if seen is None:
        raise NotFound(_("There is nothing at this address."))
    return render(
        request,
        visit,
        "account_list/show.html",
        status=422 if forms.is_refused else 200,
        here="accounts",
        seen=seen,
        is_self=seen.id == visit.viewer.id,
        accompanied=reading.accompanied(session, account_id),
        enrolled=reading.enrolled(session, account_id),
        suspensions=reading.suspensions(session, account_id),
        sign_ins=_sign_ins(visit, account_id),
        role_form=forms.role or _as_it_stands(seen),
        appointment_form=forms.appointment,
        reason_form=forms.reason,
        Action=Action,
        **_offered(visit, account_id),
    )


def _sign_ins(visit: Visit, account_id: UUID) -> list[Any]:
    """Where somebody is signed in, for those who may end it."""
    if not visit.may(Action.END_SIGN_INS):
        return []
    return list(sign_ins_of(visit.session, account_id, now=clock.now()))


def _as_it_stands(seen: AccountLine) -> Form[RoleForm]:
    role = seen.platform_role.value if seen.platform_role else ""
    return Form(typed={"role": role, "institution": str(seen.coordinates_id or "")})


def _offered(visit: Visit, account_id: UUID) -> dict[str, Any]:
    """What the forms offer to choose from."""
    today = clock.today(current_zone())
    editions = reading.editions_to_accompany(visit.session, account_id, on=today)
    may_give = visit.may(Action.GIVE_PLATFORM_ROLES)
    known = institutions(visit.session) if may_give else []
    return {
        "editions": [
            (one.id, f"{choose(one.title)}, {date_range(one.starts_on, one.ends_on)}")
            if one.starts_on
            else (one.id, choose(one.title))
            for one in editions
        ],
        "institutions": [(one.id, one.label) for one in known],
        "platform_roles": [(role.value, label(role)) for role in PlatformRole],
        "StaffRole": StaffRole,
    }
