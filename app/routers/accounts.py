"""A person's own page: what they told us, where they are signed in, their calendar and keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.feeds import feed_token
from app.core.formats import zone_city
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Gender
from app.policy import Action
from app.queries.accounts import PersonSeen, keys_of, person
from app.queries.audit import looks_at
from app.queries.certificates import certificates_of
from app.queries.institution_proposals import Waiting, waiting_of
from app.queries.institutions import InstitutionSeen, institutions
from app.queries.linked_identities import identities_of
from app.queries.sign_ins import sign_ins_of
from app.services.accounts import change_person, renew_calendar
from app.services.institution_proposals import settle_institution
from app.services.keys import make_key, withdraw_key
from app.services.sign_ins import end_sign_in, end_sign_ins
from app.web.choices import themes, zone_offered
from app.web.cookie import Cookie, remove, take_back
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.person_form import (
    Affiliation,
    PersonForm,
    Tidy,
    affiliation,
    person_of,
    proposed,
    what_is_offered,
)

router = APIRouter(route_class=OneHopRoute)

SignedIn = Annotated[Visit, guarded_by(signed_in)]


class KeyForm(BaseModel):
    key_name: Tidy = Field(min_length=1, max_length=80)


@dataclass
class Forms:
    """The two forms of the page; whichever was not sent shows what is known."""

    person: Form[PersonForm] | None = None
    about: Affiliation | None = None
    key: Form[KeyForm] = field(default_factory=Form[KeyForm])

    @property
    def status(self) -> int:
        return 422 if (self.person and self.person.errors) or self.key.errors else 200


@router.get("/account", name="accounts.show")
def account(request: Request, visit: SignedIn) -> Response:
    return show(request, visit, Forms())


@router.post("/account", name="accounts.change")
def change(
    request: Request,
    visit: SignedIn,
    form: Annotated[Form[PersonForm], Depends(submitted(PersonForm))],
) -> Response:
    waiting = waiting_of(visit.session, visit.viewer.id)
    about = affiliation(form, institutions(visit.session), waiting)
    if form.data is None:
        return show(request, visit, Forms(person=form, about=about))
    change_person(visit.session, visit.viewer.id, person_of(form.data, about.id))
    settle_institution(
        visit.session,
        visit.viewer.id,
        proposed(form.data),
        chosen_before=visit.viewer.institution_id,
    )
    response = go_to("/account", say=_("Your account says this from now on."))
    if form.data.language != visit.viewer.language:
        remove(response, Cookie.LANGUAGE)  # the last word on the language is this one
    if form.data.data_saver != visit.viewer.data_saver:
        remove(response, Cookie.LIGHT)  # and on drawings
    return response


@router.post("/account/sign-ins/{sign_in}/end", name="accounts.end_sign_in")
def end_one(visit: SignedIn, sign_in: UUID) -> Response:
    end_sign_in(visit.session, visit.viewer.id, sign_in)
    if sign_in == visit.viewer.sign_in_id:
        return _signed_out(_("You are signed out."))
    return go_to("/account#sign-ins", say=_("You are signed out there."))


@router.post("/account/sign-outs", name="accounts.end_sign_ins")
def end_all(visit: SignedIn) -> Response:
    end_sign_ins(visit.session, visit.viewer.id)
    return _signed_out(_("You are signed out everywhere."))


@router.post("/account/calendar", name="accounts.renew_calendar")
def renew(visit: SignedIn) -> Response:
    renew_calendar(visit.session, visit.viewer.id)
    return go_to(
        "/account#calendar",
        say=_("Your calendar has a new address. Give it to your calendar app."),
    )


@router.get("/account/keys", name="accounts.keys")
def keys(visit: SignedIn) -> Response:
    """Where reloading a page that showed a key leads: back to the list."""
    del visit
    return go_to("/account#keys")


@router.post("/account/keys", name="accounts.make_key")
def add_key(
    request: Request,
    visit: SignedIn,
    form: Annotated[Form[KeyForm], Depends(submitted(KeyForm))],
) -> Response:
    """The answer itself shows the key, the only time that it can be seen."""
    if form.data is None:
        return show(request, visit, Forms(key=form))
    secret = make_key(visit.session, visit.viewer.id, name=form.data.key_name)
    return render(
        request,
        visit,
        "accounts/key.html",
        here="account",
        name=form.data.key_name,
        secret=secret,
        api=f"{settings().base_url}/api/v1",
    )


@router.post("/account/keys/{key}/withdraw", name="accounts.withdraw_key")
def drop_key(visit: SignedIn, key: UUID) -> Response:
    withdraw_key(visit.session, visit.viewer.id, key, now=clock.now())
    return go_to("/account#keys", say=_("The key opens nothing any more."))


def _signed_out(words: str) -> Response:
    response = go_to("/sign-in", say=words)
    take_back(response)
    return response


def show(request: Request, visit: Visit, forms: Forms) -> Response:
    session, viewer = visit.session, visit.viewer
    seen = person(session, viewer.id, now=clock.now())
    about = forms.about or Affiliation(institutions(session))
    waiting = waiting_of(session, viewer.id)
    form = forms.person or _as_known(seen, about.known, waiting)
    return render(
        request,
        visit,
        "accounts/show.html",
        status=forms.status,
        here="account",
        person=seen,
        person_zone=zone_city(seen.timezone),
        form=form,
        proposal=waiting,
        key_form=forms.key,
        certificates=certificates_of(session, viewer.id),
        looks=looks_at(session, viewer.id),
        themes=themes(),
        **_for_the_person_alone(visit, seen),
        Action=Action,
        **what_is_offered(about, form.typed.get("zone", "")) | {"genders": list(Gender)},
    )


def _for_the_person_alone(visit: Visit, seen: PersonSeen) -> dict[str, Any]:
    """What opens something: nobody else sees it, also not who looks at this page to help."""
    viewer = visit.viewer
    if viewer.is_looked_at:
        return {}
    token = feed_token(viewer.id, seen.calendar_generation)
    host = settings().base_url.partition("://")[2]
    houses = settings().sign_in_providers
    return {
        "keys": keys_of(visit.session, viewer.id),
        "sign_ins": sign_ins_of(visit.session, viewer.id, now=clock.now()),
        "this_one": viewer.sign_in_id,
        "feed": f"{settings().base_url}/calendar/{token}.ics",
        "subscribe": f"webcal://{host}/calendar/{token}.ics",
        "providers": houses,
        "identities": identities_of(visit.session, viewer.id) if houses else [],
    }


def _as_known(
    seen: PersonSeen, known: Sequence[InstitutionSeen], waiting: Waiting | None
) -> Form[PersonForm]:
    """The form as it stands before anything is typed."""
    return Form(
        typed={
            "name": seen.name,
            "country": seen.country,
            "institution": _label(seen, known) or (waiting.name if waiting else ""),
            "gender": seen.gender.value,
            "gender_word": seen.gender_word,
            "language": seen.language,
            "zone": zone_offered(seen.timezone),
            "theme": seen.theme,
            "data_saver": "on" if seen.data_saver else "",
        }
    )


def _label(seen: PersonSeen, known: Sequence[InstitutionSeen]) -> str:
    return next((one.label for one in known if one.id == seen.institution_id), "")
