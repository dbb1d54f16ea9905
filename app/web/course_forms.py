"""The forms in which a course of the catalogue and its first edition are written."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.models import EnrolmentPolicy, Mode
from app.queries.course_writing import CourseWritten
from app.services.courses import CourseWords, FirstEdition
from app.web.days import Day
from app.web.forms import Form
from app.web.slugs import Slug, slug_from

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_TEXT = 200, 600, 20_000
#: An edition with a key needs one, which its settings ask for.
POLICIES = tuple(one for one in EnrolmentPolicy if one is not EnrolmentPolicy.KEY)
#: What is written in each language, and how long it may be.
WRITTEN = {
    "title": LONGEST_TITLE,
    "summary": LONGEST_SUMMARY,
    "description": LONGEST_TEXT,
    "outcomes": LONGEST_TEXT,
}


class CourseForm(BaseModel):
    slug: Slug = ""
    mode: Mode
    hours: int = Field(ge=1, le=10_000)
    languages: list[str] = Field(default_factory=list)
    is_published: bool = False

    @field_validator("languages")
    @classmethod
    def _spoken(cls, given: list[str]) -> list[str]:
        known = [one for one in LANGUAGES if one in given]
        if not known:
            raise ValueError(_("Choose at least one language."))
        return known


class EditionForm(BaseModel):
    press: UUID
    course: UUID
    slug: Slug
    languages: list[str] = Field(default_factory=list)
    starts_on: Day | None = None
    ends_on: Day | None = None
    reporting_year: int = Field(ge=2000, le=2100)
    policy: EnrolmentPolicy
    capacity: int | None = Field(default=None, ge=1, le=10_000_000)

    @field_validator("languages")
    @classmethod
    def _spoken(cls, given: list[str]) -> list[str]:
        known = [one for one in LANGUAGES if one in given]
        if not known:
            raise ValueError(_("Choose at least one language."))
        return known

    @field_validator("policy")
    @classmethod
    def _offered(cls, policy: EnrolmentPolicy) -> EnrolmentPolicy:
        if policy not in POLICIES:
            raise ValueError(_("Choose one of the options."))
        return policy

    @property
    def wanted(self) -> FirstEdition:
        return FirstEdition(id=self.press, **self.model_dump(exclude={"press", "course"}))


def words_of(form: Form[CourseForm]) -> CourseWords | None:
    """What is said of the course; None: something is missing, which the form says."""
    said = {what: _in_each(form, what) for what in WRITTEN}
    first = next(iter(form.data.languages if form.data else ["es"]))
    for language in form.data.languages if form.data else ():
        if not said["title"].get(language):
            form.refuse(f"title_{language}", _("Write a title."))
    for what, longest in WRITTEN.items():
        for language, text in said[what].items():
            if len(text) > longest:
                too_long = _("Write at most %(max_length)s characters.")
                form.refuse(f"{what}_{language}", too_long % {"max_length": longest})
    if form.data is None:
        return None
    slug = form.data.slug or slug_from(said["title"][first], 100)
    if not slug:
        form.refuse("slug", _("Write the last part of its address."))
        return None
    outcomes = {code: _lines(text) for code, text in said["outcomes"].items()}
    return CourseWords(
        slug=slug,
        outcomes=outcomes,
        title=said["title"],
        summary=said["summary"],
        description=said["description"],
        **form.data.model_dump(exclude={"slug"}),
    )


def _in_each(form: Form[CourseForm], what: str) -> dict[str, str]:
    found = {code: form.typed.get(f"{what}_{code}", "").strip() for code in LANGUAGES}
    tidy = one_line if what in {"title", "summary"} else str
    return {code: tidy(text) for code, text in found.items() if text}


def _lines(text: str) -> list[str]:
    return [words for line in text.splitlines() if (words := one_line(line.lstrip("-* ")))]


def course_typed(course: CourseWritten) -> Form[CourseForm]:
    typed: dict[str, str] = {
        "slug": course.slug,
        "mode": course.mode.value,
        "hours": str(course.hours),
    }
    if course.is_published:
        typed["is_published"] = "on"
    said: dict[str, dict[str, Any]] = {
        "title": course.title,
        "summary": course.summary,
        "description": course.description,
        "outcomes": {code: "\n".join(lines) for code, lines in course.outcomes.items()},
    }
    for what, words in said.items():
        typed |= {f"{what}_{code}": text for code, text in words.items()}
    return Form(typed=typed, many={"languages": list(course.languages)})
