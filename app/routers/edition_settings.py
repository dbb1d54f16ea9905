"""The settings of an edition: its dates, who comes in, and what the certificate asks for."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import EnrolmentPolicy, StaffRole
from app.policy import Action
from app.queries.account_list import staff_of
from app.queries.completion_rules import EditionEffect, edition_effect
from app.queries.editions import EditionTerms, has_key, terms_of
from app.services.editions import WHAT_IS_ASKED, Changed, change_terms, needs_a_key
from app.services.roles import appoint_by_address, dismiss
from app.services.seats import FewerThanKept
from app.web.completion_words import names
from app.web.days import Day
from app.web.edition_place import around_settings
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.merging import as_opened, merge
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/settings")

Changer = Annotated[EditionVisit, guarded_by(edition_where(Action.CHANGE_EDITION))]
Appointer = Annotated[EditionVisit, guarded_by(edition_where(Action.APPOINT_STAFF))]


class Settings(BaseModel):
    starts_on: Day | None = None
    ends_on: Day | None = None
    reporting_year: int = Field(ge=2000, le=2100)
    policy: EnrolmentPolicy
    enrol_from: Day | None = None
    enrol_until: Day | None = None
    capacity: int | None = Field(default=None, ge=1, le=10_000_000)
    waiting_list: bool = False
    offer_days: int = Field(default=3, ge=1, le=60)
    offers_until: Day | None = None
    reserve_until: Day | None = None
    required_share: int = Field(ge=0, le=100)
    required_count: int | None = Field(default=None, ge=1, le=10_000)
    minimum_result: int | None = Field(default=None, ge=1, le=100)
    minimum_attendance: int | None = Field(default=None, ge=1, le=100)
    requires_capstone: bool = False
    gives_certificate: bool = False
    capstone_due_on: Day | None = None

    @field_validator("ends_on")
    @classmethod
    def _ends_after_it_starts(cls, day: date | None, info: ValidationInfo) -> date | None:
        starts = info.data.get("starts_on")
        if day and starts and day < starts:
            raise ValueError(_("The last day comes before the first day."))
        return day

    @field_validator("enrol_until")
    @classmethod
    def _closes_after_it_opens(cls, day: date | None, info: ValidationInfo) -> date | None:
        opens = info.data.get("enrol_from")
        if day and opens and day < opens:
            raise ValueError(_("The last day to enrol comes before the first."))
        return day

    @field_validator("enrol_until")
    @classmethod
    def _closes_before_it_ends(cls, day: date | None, info: ValidationInfo) -> date | None:
        ends = info.data.get("ends_on")
        if day and ends and day > ends:
            raise ValueError(_("Nobody can enrol after the last day of the edition."))
        return day


class AppointmentForm(BaseModel):
    email: str = Field(max_length=254)
    role: StaffRole


@router.get("", name="edition_settings.show")
def show(request: Request, visit: Changer) -> Response:
    return _page(request, visit, _typed(terms_of(visit.session, visit.edition.id)))


@router.post("", name="edition_settings.save")
def save(
    request: Request,
    visit: Changer,
    form: Annotated[Form[Settings], Depends(submitted(Settings))],
) -> Response:
    now = _typed(terms_of(visit.session, visit.edition.id)).typed
    merge(form, now, Settings)
    key = _key(visit, form)
    if form.data is None:
        return _page(request, visit, form)
    terms = EditionTerms(**dict(form.data))
    effect = _effect(visit, terms)
    if effect and "confirmed" not in form.typed:
        return _preview(request, visit, form, effect)
    try:
        changed = change_terms(
            visit.session, visit.edition.id, terms, by=visit.viewer.id, now=clock.now(), key=key
        )
    except FewerThanKept as broken:
        form.refuse("capacity", broken.message)
        return _page(request, visit, form)
    return go_to(f"/editions/{visit.edition.id}/settings", say=_said(changed, terms))


def _effect(visit: EditionVisit, terms: EditionTerms) -> EditionEffect:
    """Whose state these terms would change, if they ask for other things than those that hold."""
    before = terms_of(visit.session, visit.edition.id)
    if all(getattr(before, name) == getattr(terms, name) for name in WHAT_IS_ASKED):
        return EditionEffect()
    return edition_effect(visit.session, visit.edition.id, before, terms, now=clock.now())


def _preview(
    request: Request, visit: EditionVisit, form: Form[Settings], effect: EditionEffect
) -> Response:
    return render(
        request,
        visit,
        "edition_settings/preview.html",
        **around_settings(visit),
        form=form,
        effect=effect,
        names=lambda people: names(visit, people),
    )


def _key(visit: EditionVisit, form: Form[Settings]) -> str:
    """A new key, if one was typed; it is never shown again."""
    key = form.typed.get("key", "").strip()
    needs_one = form.typed.get("policy") == EnrolmentPolicy.KEY and not key
    if needs_one and not has_key(visit.session, visit.edition.id):
        form.refuse("key", needs_a_key())
    if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        form.refuse("key", _("Write at least %(min_length)s characters.") % SHORTEST)
    return key


SHORTEST_KEY, LONGEST_KEY = 6, 200
SHORTEST = {"min_length": SHORTEST_KEY}


@router.post("/staff", name="edition_settings.appoint")
def appoint(
    request: Request,
    visit: Appointer,
    form: Annotated[Form[AppointmentForm], Depends(submitted(AppointmentForm))],
) -> Response:
    terms = _typed(terms_of(visit.session, visit.edition.id))
    if form.data is None:
        return _page(request, visit, terms, form)
    given, by = form.data, visit.viewer.id
    try:
        name = appoint_by_address(visit.session, visit.edition.id, given.email, given.role, by=by)
    except (Conflict, RuleBroken) as refusal:
        form.refuse("email", refusal.message)
        return _page(request, visit, terms, form)
    return _to_staff(visit, _("%(name)s accompanies the edition from now on.") % {"name": name})


@router.post("/staff/{account}/end", name="edition_settings.dismiss")
def dismiss_from(visit: Appointer, account: UUID) -> Response:
    dismiss(visit.session, visit.edition.id, account, by=visit.viewer.id)
    return _to_staff(visit, _("They do not accompany the edition any more."))


def _to_staff(visit: EditionVisit, say: str) -> Response:
    return go_to(f"/editions/{visit.edition.id}/settings#staff", say=say)


def _page(
    request: Request,
    visit: EditionVisit,
    form: Form[Settings],
    staff_form: Form[AppointmentForm] | None = None,
) -> Response:
    staff_form = staff_form or Form()
    return render(
        request,
        visit,
        "edition_settings/show.html",
        status=422 if form.errors or staff_form.errors else 200,
        **around_settings(visit),
        form=form,
        staff=staff_of(visit.session, visit.edition.id),
        staff_form=staff_form,
        StaffRole=StaffRole,
        EnrolmentPolicy=EnrolmentPolicy,
        has_key=has_key(visit.session, visit.edition.id),
    )


def _typed(terms: EditionTerms) -> Form[Settings]:
    """The form as it stands: what is not set is left empty, what is not so is not ticked."""
    given = asdict(terms)
    ticked = {name: "on" for name, value in given.items() if value is True}
    filled = {n: str(v) for n, v in given.items() if v is not None and not isinstance(v, bool)}
    return as_opened(filled | ticked, Settings)


def _said(changed: Changed, terms: EditionTerms) -> str:
    if not changed.names:
        return _("Nothing was changed.")
    said = [_("The settings were saved.")]
    if changed.moved:
        moved = ngettext(
            "%(num)s enrolment is now counted in %(year)s.",
            "%(num)s enrolments are now counted in %(year)s.",
            changed.moved,
        )
        said.append(moved % {"num": changed.moved, "year": terms.reporting_year})
    if changed.completed:
        completed = ngettext(
            "%(num)s person had done all that is asked for now, and completed it.",
            "%(num)s people had done all that is asked for now, and completed it.",
            changed.completed,
        )
        said.append(completed % {"num": changed.completed})
    return " ".join(said)
