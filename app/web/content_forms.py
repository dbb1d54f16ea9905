"""The forms in which modules and activities are written, with a field for each language."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from starlette.routing import Match

from app.core.db import Texts
from app.core.i18n import LANGUAGES, choose
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.models import ActivityKind
from app.queries.content import ActivityWritten, ModuleWritten
from app.services.activity_kinds import OFFERED
from app.web.edition_place import edition_place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.labels import label
from app.web.merging import as_opened
from app.web.pages import go_to
from app.web.writing_tabs import writing_address

LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000


class Titled(BaseModel):
    title_es: str = Field(default="", max_length=LONGEST_TITLE)
    title_pt: str = Field(default="", max_length=LONGEST_TITLE)
    title_en: str = Field(default="", max_length=LONGEST_TITLE)
    title_fr: str = Field(default="", max_length=LONGEST_TITLE)
    is_hidden: bool = False


class ModuleForm(Titled):
    summary_es: str = Field(default="", max_length=LONGEST_SUMMARY)
    summary_pt: str = Field(default="", max_length=LONGEST_SUMMARY)
    summary_en: str = Field(default="", max_length=LONGEST_SUMMARY)
    summary_fr: str = Field(default="", max_length=LONGEST_SUMMARY)


class ActivityForm(Titled):
    minutes: int = Field(default=0, ge=0, le=10_000)
    counts: bool = False


class NewActivityForm(ActivityForm):
    kind: ActivityKind


def texts(data: BaseModel, what: str, languages: list[str], before: Mapping[str, str]) -> Texts:
    """What was written in the languages of the edition; other languages keep what they had."""
    kept = {language: words for language, words in before.items() if language not in languages}
    given = {language: _tidy(what, getattr(data, f"{what}_{language}")) for language in languages}
    return kept | {language: words for language, words in given.items() if words}


def _tidy(what: str, words: str) -> str:
    return one_line(words) if what == "title" else words


def require_title(form: Form[Any], languages: list[str]) -> None:
    """One language is enough to begin with."""
    if not any(one_line(form.typed.get(f"title_{language}", "")) for language in languages):
        form.refuse(f"title_{languages[0]}", _("Write a title."))


def module_typed(module: ModuleWritten) -> Form[ModuleForm]:
    return as_opened(
        _by_language("title", module.title)
        | _by_language("summary", module.summary)
        | _ticked(is_hidden=module.is_hidden),
        ModuleForm,
    )


def activity_typed(activity: ActivityWritten) -> Form[ActivityForm]:
    return as_opened(
        _by_language("title", activity.title)
        | {"minutes": str(activity.minutes)}
        | _ticked(is_hidden=activity.is_hidden, counts=activity.counts),
        ActivityForm,
    )


def _by_language(what: str, words: Mapping[str, str]) -> dict[str, str]:
    return {f"{what}_{language}": text for language, text in words.items()}


def _ticked(**told: bool) -> dict[str, str]:
    return {name: "on" for name, is_so in told.items() if is_so}


def around_content(visit: EditionVisit) -> dict[str, Any]:
    """What every page of the writing of an edition shows around itself."""
    place = edition_place(visit)
    return place | {
        "content_address": f"{place['address']}/content",
        "languages": [(code, LANGUAGES[code]) for code in visit.edition.languages],
        "kinds": [(kind.value, _as_heading(label(kind))) for kind in OFFERED],
    }


def _as_heading(words: str) -> str:
    return words[:1].upper() + words[1:]


def to_content(visit: EditionVisit, say: str, thing: UUID | None = None, way: str = "") -> Response:
    """Back to the page with everything, where the keyboard is at the thing that was changed."""
    at = f"?at={thing}{f'&way={way}' if way else ''}" if thing else ""
    return go_to(f"/editions/{visit.edition.id}/content{at}", say=say)


def named(title: Mapping[str, str]) -> dict[str, str]:
    return {"title": choose(title)}


def writing_begins(request: Request, edition_id: UUID, activity_id: UUID) -> str:
    """Where an activity is written first: its text, where there is a page for that."""
    address = writing_address(edition_id, activity_id)
    scope = {**request.scope, "path": f"{address}/text", "method": "GET"}
    found = any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    return f"{address}/text" if found else f"{address}/settings"
