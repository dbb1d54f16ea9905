"""Writing an activity's text, in each language of the edition; its versions; what is missing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.policy import Action
from app.queries.activity_texts import (
    VersionRead,
    compare,
    draft_of,
    fallback_of,
    history,
    read_versions,
    written,
)
from app.services.activity_texts import (
    choose_fallback,
    discard_draft,
    keep_draft,
    restore_text,
    save_text,
)
from app.web.activity_text_page import (
    TextForm,
    Writing,
    about_preview,
    around_text,
    show_writing,
    writing,
)
from app.web.edition_place import edition_place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content")

TEXT = "/activities/{activity}/text"
Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
Language = Annotated[str, Query(max_length=2)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Chosen = Annotated[int, Query(ge=0, le=1_000_000)]
Typed = Annotated[Form[TextForm], Depends(submitted(TextForm))]


class RestoreForm(BaseModel):
    number: int = 0  # the newest version, as the person saw it


class FallbackForm(BaseModel):
    fallback: str


@router.get(TEXT, name="activity_texts.edit")
def edit(
    request: Request,
    visit: Writer,
    activity: UUID,
    language: Language = "",
    beside: Language = "",
) -> Response:
    return show_writing(request, visit, writing(visit, activity, language), beside=beside)


@router.post(TEXT, name="activity_texts.save")
def save(
    request: Request, visit: Writer, activity: UUID, form: Typed, language: Language = ""
) -> Response:
    what = writing(visit, activity, language)
    if form.data is None:
        return show_writing(request, visit, what, form=form, status=422)
    given = form.data
    try:
        number = save_text(
            visit.session,
            what.place,
            given.words,
            number=given.read,
            by=visit.viewer.id,
            now=clock.now(),
            note=given.note,
        )
    except RuleBroken as refusal:
        form.refuse("body", refusal.message)
        return show_writing(request, visit, what, form=form, status=422)
    except Conflict:
        return show_writing(request, visit, what, form=form, status=409)
    said = _("Version %(number)s is saved: everybody reads it now.") % {"number": number}
    return go_to(what.at(), say=said)


@router.post(f"{TEXT}/preview", name="activity_texts.preview")
def preview(
    request: Request, visit: Writer, activity: UUID, form: Typed, language: Language = ""
) -> Response:
    """As its readers will see it: below the form, which keeps what was typed."""
    what = writing(visit, activity, language)
    if not wants_part(request):
        return show_writing(request, visit, what, form=form, preview=True)
    return render(
        request,
        visit,
        "activity_texts/_previewed.html",
        **around_text(visit, what) | about_preview(request, visit, what, form),
    )


@router.post(f"{TEXT}/draft", name="activity_texts.keep_draft")
def keep(
    request: Request, visit: Writer, activity: UUID, form: Typed, language: Language = ""
) -> Response:
    """Kept while somebody types, for themselves; htmx puts the answer below the text."""
    what = writing(visit, activity, language)
    if form.data is None:
        return _not_kept(request, visit, what, form, 422)
    given = form.data
    try:
        draft = keep_draft(
            visit.session,
            what.place,
            given.words,
            number=given.number,
            revision=given.revision,
            by=visit.viewer.id,
            now=clock.now(),
            page=given.page,
        )
    except Conflict:
        return _not_kept(request, visit, what, form, 409)
    if not wants_part(request):
        return go_to(what.at(), say=_("Your draft is kept. Only you see it."))
    return render(request, visit, "activity_texts/_kept.html", draft=draft)


def _not_kept(
    request: Request, visit: EditionVisit, what: Writing, form: Form[TextForm], status: int
) -> Response:
    """The text stays in its box, and below it stands why no draft of it was kept."""
    if not wants_part(request):
        return show_writing(request, visit, what, form=form, status=status)
    draft = draft_of(visit.session, what.activity.id, what.language, visit.viewer.id)
    return render(
        request,
        visit,
        "activity_texts/_not_kept.html",
        status=status,
        form=form,
        draft=draft,
        what=what,
    )


@router.post(f"{TEXT}/draft/discard", name="activity_texts.discard_draft")
def discard(visit: Writer, activity: UUID, language: Language = "") -> Response:
    what = writing(visit, activity, language)
    discard_draft(visit.session, what.place, by=visit.viewer.id)
    return go_to(what.at(), say=_("Your draft is gone. Below is the text that everybody reads."))


@router.get(f"{TEXT}/versions", name="activity_texts.versions")
def versions(
    request: Request,
    visit: Writer,
    activity: UUID,
    language: Language = "",
    older: Chosen = 0,
    newer: Chosen = 0,
) -> Response:
    """The list; or, where two of it were chosen, on to what changed between them."""
    what = writing(visit, activity, language)
    if older and newer:
        return go_to(what.at(f"/versions/{newer}/{older}"))
    return render(
        request,
        visit,
        "activity_texts/versions.html",
        versions=history(visit.session, activity, what.language),
        **around_text(visit, what),
    )


@router.get(f"{TEXT}/versions/{{number}}", name="activity_texts.version")
def version(
    request: Request, visit: Writer, activity: UUID, number: Number, language: Language = ""
) -> Response:
    what = writing(visit, activity, language)
    return render(
        request,
        visit,
        "activity_texts/version.html",
        version=_chosen(visit, what, number)[number],
        **around_text(visit, what),
    )


@router.get(f"{TEXT}/versions/{{number}}/{{other}}", name="activity_texts.compare")
def compare_two(
    request: Request,
    visit: Writer,
    activity: UUID,
    number: Number,
    other: Number,
    language: Language = "",
) -> Response:
    """The older of the two is what it was, the newer what it became."""
    what = writing(visit, activity, language)
    older, newer = sorted((number, other))
    found = _chosen(visit, what, older, newer)
    return render(
        request,
        visit,
        "activity_texts/compare.html",
        older=found[older],
        newer=found[newer],
        comparison=compare(found[older].words, found[newer].words),
        **around_text(visit, what),
    )


@router.post(f"{TEXT}/versions/{{number}}/restore", name="activity_texts.restore")
def restore(
    visit: Writer,
    activity: UUID,
    number: Number,
    form: Annotated[Form[RestoreForm], Depends(submitted(RestoreForm))],
    language: Language = "",
) -> Response:
    what = writing(visit, activity, language)
    newest = restore_text(
        visit.session,
        what.place,
        number,
        number=form.data.number if form.data else 0,
        by=visit.viewer.id,
        now=clock.now(),
    )
    about = {"number": number, "newest": newest}
    return go_to(
        what.at(), say=_("Version %(number)s is read again, as version %(newest)s.") % about
    )


def _chosen(visit: EditionVisit, what: Writing, *numbers: int) -> dict[int, VersionRead]:
    """The versions of these numbers; without one of them there is no such page."""
    found = read_versions(visit.session, what.activity.id, what.language, *numbers)
    if len(found) < len(set(numbers)):
        raise NotFound(_("There is nothing at this address."))
    return found


@router.get("/languages", name="activity_texts.languages")
def languages(request: Request, visit: Writer) -> Response:
    """What is written in which language, and what is read where it is not."""
    fallback = fallback_of(visit.session, visit.edition.id) or visit.edition.languages[0]
    return _languages(request, visit, Form[FallbackForm](typed={"fallback": fallback}))


@router.post("/languages", name="activity_texts.choose_fallback")
def choose(
    request: Request,
    visit: Writer,
    form: Annotated[Form[FallbackForm], Depends(submitted(FallbackForm))],
) -> Response:
    if form.data is None:
        return _languages(request, visit, form)
    wanted = form.data.fallback
    try:
        choose_fallback(visit.session, visit.edition.id, wanted, by=visit.viewer.id)
    except RuleBroken as refusal:
        form.refuse("fallback", refusal.message)
        return _languages(request, visit, form)
    said = _("What is missing in a language is read in %(language)s.")
    address = f"/editions/{visit.edition.id}/content/languages"
    return go_to(address, say=said % {"language": language_name(wanted)})


def _languages(request: Request, visit: EditionVisit, form: Form[FallbackForm]) -> Response:
    place = edition_place(visit)
    return render(
        request,
        visit,
        "activity_texts/languages.html",
        status=422 if form.errors else 200,
        form=form,
        activities=written(visit.session, visit.edition.id, visit.edition.languages),
        **place | {"trail": [*place["trail"], (f"{place['address']}/content", _("Content"))]},
    )
