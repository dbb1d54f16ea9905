"""What is typed of a panorama, with a field for each language of the edition."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, Field

from app.core.db import Texts
from app.core.embeds import safe_url
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.queries.panoramas import PointSeen, SceneSeen
from app.services.panoramas import PointText, SceneText, needs_words
from app.web.forms import Form

LONGEST_TITLE, LONGEST_TEXT = 150, 10_000


class SceneForm(BaseModel):
    picture: UUID | None = None
    yaw: int = Field(default=0, ge=-180, le=180)


class PointForm(BaseModel):
    yaw: int = Field(ge=-180, le=180)
    pitch: int = Field(default=0, ge=-90, le=90)
    leads_to: UUID | None = None
    url: str = Field(default="", max_length=2000)


def scene_text(form: Form[SceneForm], languages: Sequence[str]) -> SceneText | None:
    """What was typed; None: something is wrong, and said beside its field."""
    title, text = _texts(form, languages, _("Give the scene a name in at least one language."))
    for language in title:
        if language not in text:
            form.refuse(f"words-{language}", needs_words())
    if form.data is None:
        return None
    return SceneText(title, text, form.data.picture, form.data.yaw)


def point_text(form: Form[PointForm], languages: Sequence[str]) -> PointText | None:
    given, url = form.data, ""
    title, text = _texts(form, languages, _("Give the point a name in at least one language."))
    try:
        url = safe_url(given.url) if given and given.url else ""
    except RuleBroken as broken:
        form.refuse("url", broken.message)
    if form.data is None:
        return None
    return PointText(form.data.yaw, form.data.pitch, title, text, form.data.leads_to, url)


def _texts[T: BaseModel](
    form: Form[T], languages: Sequence[str], nameless: str
) -> tuple[Texts, Texts]:
    """Names and texts by language, without those that are empty."""
    found: dict[str, Texts] = {"title": {}, "words": {}}
    for name, longest in (("title", LONGEST_TITLE), ("words", LONGEST_TEXT)):
        for language in languages:
            typed = form.typed.get(f"{name}-{language}", "").strip()
            typed = one_line(typed) if name == "title" else typed
            if len(typed) > longest:
                said = _("Write at most %(max_length)s characters.") % {"max_length": longest}
                form.refuse(f"{name}-{language}", said)
            elif typed:
                found[name][language] = typed
    for language in languages:
        if language in found["words"] and language not in found["title"]:
            form.refuse(f"title-{language}", _("Fill this in."))
    if not found["title"] and not any(f"title-{language}" in form.errors for language in languages):
        form.refuse(f"title-{languages[0]}", nameless)
    return found["title"], found["words"]


def typed_scene(scene: SceneSeen) -> Form[SceneForm]:
    """The form as it stands."""
    picture = str(scene.picture.id) if scene.picture else ""
    return Form({"picture": picture, "yaw": str(scene.yaw)} | _typed(scene.title, scene.text))


def typed_point(point: PointSeen) -> Form[PointForm]:
    fixed = {
        "yaw": str(point.yaw),
        "pitch": str(point.pitch),
        "leads_to": str(point.leads_to or ""),
        "url": point.url,
    }
    return Form(fixed | _typed(point.title, point.text))


def _typed(title: Texts, text: Texts) -> dict[str, str]:
    return {f"title-{language}": words for language, words in title.items()} | {
        f"words-{language}": words for language, words in text.items()
    }
