"""Announcements of an edition: read by its people, written and sent by its staff."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.i18n import LANGUAGES, country_name, ngettext
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.models import Audience
from app.policy import Action
from app.queries.announcements import (
    PAGE,
    ReaderThere,
    Target,
    announcements,
    how_many,
    how_many_for,
    teams_of,
)
from app.queries.people import origins
from app.services.announcements import Draft, announce, nobody
from app.web.asked import asked, in_pages
from app.web.edition_place import edition_place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/announcements")

Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION))]
Author = Annotated[EditionVisit, guarded_by(edition_where(Action.ANNOUNCE))]

LONGEST_TITLE = 150
LONGEST_TEXT = 20_000
#: Whom a coordinator of one institution can mean: its own people among these.
OWN_PEOPLE = (Audience.PARTICIPANTS, Audience.APPLICANTS, Audience.TEAM, Audience.COUNTRY)


class ListFilter(BaseModel):
    page: int = Field(default=1, ge=1)


class AnnouncementForm(BaseModel):
    audience: Audience
    team: UUID | None = None
    country: str = Field(default="", max_length=2)
    title_es: str = Field(default="", max_length=LONGEST_TITLE)
    title_pt: str = Field(default="", max_length=LONGEST_TITLE)
    title_en: str = Field(default="", max_length=LONGEST_TITLE)
    title_fr: str = Field(default="", max_length=LONGEST_TITLE)
    text_es: str = Field(default="", max_length=LONGEST_TEXT)
    text_pt: str = Field(default="", max_length=LONGEST_TEXT)
    text_en: str = Field(default="", max_length=LONGEST_TEXT)
    text_fr: str = Field(default="", max_length=LONGEST_TEXT)
    key: UUID = Field(default_factory=uuid7)

    def texts(self, what: str, languages: list[str]) -> dict[str, str]:
        given = {language: getattr(self, f"{what}_{language}") for language in languages}
        return {language: text for language, text in given.items() if text}


Typed = Annotated[Form[AnnouncementForm], Depends(submitted(AnnouncementForm))]


@router.get("", name="announcements.index")
def index(
    request: Request,
    visit: Reader,
    form: Annotated[Form[ListFilter], Depends(asked(ListFilter))],
) -> Response:
    reader = ReaderThere(
        visit.viewer.id, visit.may(Action.READ_ANNOUNCEMENTS), visit.viewer.coordinates_id
    )
    total = how_many_for(visit.session, visit.edition.id, reader)
    page, last = in_pages(total, form.data.page if form.data else 1, PAGE)
    return render(
        request,
        visit,
        "announcements/index.html",
        **edition_place(visit),
        announcements=announcements(visit.session, visit.edition.id, reader, page=page),
        languages=visit.edition.languages,
        reads_all=reader.reads_all,
        may_write=visit.may(Action.ANNOUNCE),
        number=page,
        last=last,
    )


@router.get("/new", name="announcements.new")
def new(request: Request, visit: Author) -> Response:
    return _page(request, visit, Form(typed={"key": str(uuid7())}))


@router.post("/new", name="announcements.preview")
def preview(request: Request, visit: Author, form: Typed) -> Response:
    """Show what would be sent, and to how many; nothing is kept yet."""
    draft = _draft(visit, form)
    if draft is None:
        return _page(request, visit, form)
    number = how_many(visit.session, visit.edition.id, draft.target, without=visit.viewer.id)
    if not number:
        form.refuse("audience", nobody())
        return _page(request, visit, form)
    return _page(request, visit, form, draft=draft, number=number)


@router.post("", name="announcements.send")
def send(request: Request, visit: Author, form: Typed) -> Response:
    draft = _draft(visit, form)
    if draft is None:
        return _page(request, visit, form)
    sent = announce(visit.session, visit.edition.id, draft, by=visit.viewer.id, now=clock.now())
    said = ngettext(
        "The announcement goes to %(num)s person.",
        "The announcement goes to %(num)s people.",
        sent.recipients,
    )
    address = f"/editions/{visit.edition.id}/announcements"
    return go_to(address, say=said % {"num": sent.recipients})


def _draft(visit: EditionVisit, form: Form[AnnouncementForm]) -> Draft | None:
    """What was typed, once it can be sent; else the form says what is missing."""
    data, languages = form.data, visit.edition.languages
    if data is None:
        return None
    title, body = data.texts("title", languages), data.texts("text", languages)
    _refuse_gaps(form, title, body, languages)
    if data.audience not in _audiences(visit):
        form.refuse("audience", _("Choose one of the options."))
    if data.audience is Audience.TEAM and data.team not in dict(_teams(visit)):
        form.refuse("team", _("Choose a team of this edition."))
    if data.audience is Audience.COUNTRY and data.country not in _countries(visit):
        form.refuse("country", _("Choose a country from which people take part."))
    if form.errors:
        return None
    target = Target(data.audience, data.team, data.country, _only(visit))
    return Draft(data.key, target, title, body)


def _refuse_gaps(
    form: Form[AnnouncementForm], title: dict[str, str], body: dict[str, str], languages: list[str]
) -> None:
    """One language is enough; one that is begun has both a title and a text."""
    if not title and not body:
        form.refuse(f"title_{languages[0]}", _("Write a title and a text."))
    for language in languages:
        if language in body and language not in title:
            form.refuse(f"title_{language}", _("Give this text a title."))
        if language in title and language not in body:
            form.refuse(f"text_{language}", _("Write a text under this title."))


def _page(
    request: Request,
    visit: EditionVisit,
    form: Form[AnnouncementForm],
    *,
    draft: Draft | None = None,
    number: int = 0,
) -> Response:
    if form.errors.pop("key", None) or "key" not in form.typed:
        form.typed["key"] = str(uuid7())
    return render(
        request,
        visit,
        "announcements/form.html",
        status=422 if form.errors else 200,
        **edition_place(visit),
        **_offered(visit),
        form=form,
        draft=draft,
        number=number,
        Audience=Audience,
    )


def _offered(visit: EditionVisit) -> dict[str, Any]:
    countries = _countries(visit)
    return {
        "audiences": _audiences(visit),
        "teams": _teams(visit),
        "countries": sorted(
            ((code, country_name(code)) for code in countries), key=lambda pair: pair[1]
        ),
        "languages": [(code, LANGUAGES[code]) for code in visit.edition.languages],
        "own_people": _only(visit) is not None,
    }


def _only(visit: EditionVisit) -> UUID | None:
    """The institution whose people alone may be written to; None: everybody."""
    return None if visit.may(Action.ANNOUNCE_TO_ALL) else visit.viewer.coordinates_id


def _audiences(visit: EditionVisit) -> list[Audience]:
    known = list(Audience) if visit.may(Action.ANNOUNCE_TO_ALL) else list(OWN_PEOPLE)
    return [one for one in known if one is not Audience.TEAM or _teams(visit)]


def _teams(visit: EditionVisit) -> list[tuple[UUID, str]]:
    return teams_of(visit.session, visit.edition.id, only_institution=_only(visit))


def _countries(visit: EditionVisit) -> list[str]:
    return origins(visit.session, visit.edition.id, _only(visit)).countries
