"""The page on which the text of an activity is written, and what stands around its other pages."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.ids import token
from app.core.markdown import Offered, faulty_formulas, named, pictures, targets
from app.models import Activity, ActivityKind, TextDraft
from app.queries.activities import activity_of, read_activity
from app.queries.activity_texts import (
    NO_TEXT,
    TextSeen,
    Words,
    current_texts,
    draft_of,
    fallback_of,
    served,
)
from app.services.activity_texts import LONGEST_TEXT, Place, undescribed
from app.web.content import content_language
from app.web.edition_place import edition_place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render, wants_light
from app.web.writing_tabs import writing_address, writing_tabs


class TextForm(BaseModel):
    body: str = Field(default="", max_length=LONGEST_TEXT)
    transcript: str = Field(default="", max_length=LONGEST_TEXT)
    note: str = Field(default="", max_length=200)
    number: int = Field(default=0, ge=0, le=1_000_000)  # the version that the person had read
    over: int | None = None  # somebody else's version, which they have read and will replace
    revision: int = Field(default=0, ge=0, le=1_000_000)  # of the draft that they had
    page: str = Field(default="", max_length=64)  # tells their windows from each other

    @property
    def words(self) -> Words:
        return Words(self.body, self.transcript)

    @property
    def read(self) -> int:
        """The version that the person knows."""
        return self.number if self.over is None else self.over


@dataclass(frozen=True)
class Writing:
    """Which text is written: the activity, the language, and how the texts of it stand."""

    activity: Activity
    language: str
    texts: dict[str, TextSeen]

    @property
    def place(self) -> Place:
        return Place(self.activity.edition_id, self.activity.id, self.language)

    @property
    def there(self) -> TextSeen:
        return self.texts.get(self.language, NO_TEXT)

    @property
    def address(self) -> str:
        return f"{writing_address(self.activity.edition_id, self.activity.id)}/text"

    def at(self, beneath: str = "") -> str:
        return f"{self.address}{beneath}?language={self.language}"


def writing(visit: EditionVisit, activity_id: UUID, language: str) -> Writing:
    """What the address names, if it is of this edition and a language of it."""
    activity = activity_of(visit.session, visit.edition.id, activity_id)
    language = language or content_language(visit)
    if activity is None or language not in visit.edition.languages:
        raise NotFound(_("There is nothing at this address."))
    return Writing(activity, language, current_texts(visit.session, activity_id))


def around_text(visit: EditionVisit, what: Writing) -> dict[str, Any]:
    """What every page about a text shows around it."""
    place = edition_place(visit)
    title = choose(what.activity.title, what.language)
    return place | {
        "trail": [*place["trail"], (f"{place['address']}/content", _("Content"))],
        "activity": what.activity,
        "activity_title": title,
        "what": what,
        "part_items": writing_tabs(what.activity),
        "has_transcript": what.activity.kind is ActivityKind.VIDEO,
    }


def show_writing(
    request: Request,
    visit: EditionVisit,
    what: Writing,
    *,
    form: Form[TextForm] | None = None,
    status: int = 200,
    beside: str = "",
    preview: bool = False,
) -> Response:
    """``form`` is what came back; with status 409, because somebody else was quicker."""
    draft = draft_of(visit.session, what.activity.id, what.language, visit.viewer.id)
    form = form or _filled(what, draft)
    languages = visit.edition.languages
    there = {language: text.words.is_there for language, text in what.texts.items()}
    fallback = fallback_of(visit.session, visit.edition.id)
    others = [language for language in languages if language != what.language]
    beside = beside if beside in others else ""
    return render(
        request,
        visit,
        "activity_texts/edit.html",
        status=status,
        form=form,
        draft=draft,
        outdated=_is_outdated(form, what.there),
        conflict=status == 409,  # noqa: PLR2004 -- the status says it
        served=served(languages, fallback, what.activity.title, there),
        fallback=fallback or languages[0],
        others=others,
        beside=beside,
        **(about_preview(request, visit, what, form) if preview else {"shown": None}),
        **around_text(visit, what),
    )


def _is_outdated(form: Form[TextForm], there: TextSeen) -> bool:
    """Whether somebody saved another version since this text was begun."""
    return form.typed.get("number", "0") != str(there.number) and there.number > 0


def _filled(what: Writing, draft: TextDraft | None) -> Form[TextForm]:
    """The form with one's own draft, if there is one, else with the text as it is."""
    words = Words(draft.body, draft.transcript) if draft else what.there.words
    return Form(
        typed={
            "body": words.body,
            "transcript": words.transcript,
            "number": str(draft.number if draft else what.there.number),
            "revision": str(draft.revision if draft else 0),
            "page": token(),
        }
    )


@dataclass(frozen=True)
class Shown:
    """A text as its readers will see it, and what of it they will not."""

    words: Words
    offered: Offered
    troubles: list[str]


def about_preview(
    request: Request, visit: EditionVisit, what: Writing, form: Form[TextForm]
) -> dict[str, Any]:
    words = Words(form.typed.get("body", ""), form.typed.get("transcript", ""))
    seen = read_activity(visit.session, what.activity, what.language)
    offered = replace(seen.links(wants_light(request)), language=what.language)
    return {"shown": Shown(words, offered, troubles(words, offered))}


def _missing(target: str) -> str:
    name = named(target)
    return name and _("This activity has no file called %(name)s.") % {"name": name}


def troubles(words: Words, offered: Offered) -> list[str]:
    """What of a text will not be seen as its writer means it, in sentences."""
    found = [undescribed(words)]
    for text in (words.body, words.transcript):
        meant = [*targets(text), *(one.target for one in pictures(text))]
        found += [_missing(target) for target in meant if offered.file(target) is None]
        for latex, why in faulty_formulas(text):
            about = {"formula": latex, "why": why}
            found.append(_("The formula %(formula)s can't be shown: %(why)s.") % about)
    return list(dict.fromkeys(one for one in found if one))
