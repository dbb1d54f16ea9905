"""The page on which the addresses of an activity are written, a set of fields for each language."""

from fastapi import Request, Response
from pydantic import BaseModel

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import Activity
from app.queries.addresses import Lead, leads_of
from app.services.addresses import FRAMED, KINDS, checked_url, needs_words, seen
from app.web.file_forms import Words, in_minutes
from app.web.forms import Form, in_words
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.writing_page import around_writing


class AddressForm(BaseModel):
    """The fields carry the language in their name, so that they are read by `leads_typed`."""

    seen: str = ""


LONGEST_TITLE, LONGEST_TEXT = 200, 20_000


def typed_leads(visit: EditionVisit, activity: Activity) -> Form[AddressForm]:
    """The form as it stands."""
    leads = leads_of(visit.session, activity.id)
    form = Form[AddressForm](typed={"seen": seen(leads)})
    for language, lead in leads.items():
        form.typed |= {
            f"url-{language}": lead.url,
            f"title-{language}": lead.title,
            f"instead-{language}": lead.instead,
            f"lasts-{language}": in_minutes(lead.seconds),
        }
    return form


def leads_typed(
    visit: EditionVisit, activity: Activity, form: Form[AddressForm]
) -> dict[str, Lead]:
    """What was typed, by language; what is wrong with it is put down beside its field."""
    leads = {}
    for language in visit.edition.languages:
        given = {
            name: form.typed.get(f"{name}-{language}", "").strip()
            for name in ("url", "title", "instead", "lasts")
        }
        if any(given.values()):
            leads[language] = _lead(activity, language, given, form)
    if not leads:
        form.refuse(f"url-{visit.edition.languages[0]}", _("Fill this in."))
    return leads


def _lead(
    activity: Activity, language: str, given: dict[str, str], form: Form[AddressForm]
) -> Lead:
    url, seconds = given["url"], 0
    try:
        url = checked_url(activity.kind, url)
    except RuleBroken as broken:
        form.refuse(f"url-{language}", broken.message)
    if len(given["title"]) > LONGEST_TITLE:
        form.refuse(f"title-{language}", _too_long(LONGEST_TITLE))
    if len(given["instead"]) > LONGEST_TEXT:
        form.refuse(f"instead-{language}", _too_long(LONGEST_TEXT))
    if activity.kind in FRAMED and not given["instead"]:
        form.refuse(f"instead-{language}", needs_words())
    try:
        seconds = Words(language=language, lasts=given["lasts"]).seconds
    except ValueError as invalid:
        form.refuse(f"lasts-{language}", in_words(invalid.errors()[0]))  # type: ignore[attr-defined]  # -- Pydantic's
    return Lead(url, given["title"], given["instead"], seconds, language)


def _too_long(most: int) -> str:
    return _("Write at most %(max_length)s characters.") % {"max_length": most}


def show_address(
    request: Request, visit: EditionVisit, activity: Activity, form: Form[AddressForm]
) -> Response:
    if activity.kind not in KINDS:
        raise NotFound(_("There is nothing at this address."))
    leads = leads_of(visit.session, activity.id)
    theirs = leads if "" in form.errors else {}
    form.typed["seen"] = seen(leads) if theirs or not form.errors else form.typed.get("seen", "")
    return render(
        request,
        visit,
        "addresses/show.html",
        status=409 if theirs else 422 if form.errors else 200,
        **around_writing(visit, activity, "address"),
        form=form,
        theirs=theirs,
        is_framed=activity.kind in FRAMED,
        hosts=settings().embed_hosts,
    )
