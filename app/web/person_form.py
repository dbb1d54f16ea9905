"""What a person tells of themselves: the same questions when they register and when they change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from app.core.formats import is_zone
from app.core.i18n import gettext as _
from app.core.i18n import is_country
from app.core.text import folded, one_line
from app.core.zones import main_zone
from app.models import Gender
from app.queries.institution_proposals import Waiting
from app.queries.institutions import InstitutionSeen, meant_by, near_to
from app.services.accounts import Person
from app.services.institution_proposals import Proposed
from app.web import choices
from app.web.forms import Form

#: Chosen by those whose institution we do not know: left out, or proposed for the list.
NOT_LISTED = "none"
PROPOSED = "propose"
#: More than these are narrowed by country or by typing; without scripts they are typed.
MOST_OPTIONS = 300


def _something(text: str) -> str:
    if not text:
        raise ValueError(_("Fill this in."))
    return text


def _a_country(code: str) -> str:
    if not is_country(code):
        raise ValueError(_("Choose one of the options."))
    return code


def _a_zone(name: str) -> str:
    if name and not is_zone(name):
        raise ValueError(_("Choose one of the options."))
    return name


#: One line without hidden marks, which would turn a printed name around.
Tidy = Annotated[str, BeforeValidator(one_line)]


class PersonForm(BaseModel):
    name: Annotated[Tidy, AfterValidator(_something)] = Field(max_length=250)
    country: Annotated[str, AfterValidator(_a_country)]
    institution: Tidy = Field(default="", max_length=300)
    institution_choice: str = ""
    proposed_name: Tidy = Field(default="", max_length=200)
    proposed_acronym: Tidy = Field(default="", max_length=40)
    gender: Gender = Gender.NOT_ANSWERED
    gender_word: Tidy = Field(default="", max_length=60)
    language: Literal["es", "pt", "en", "fr"]
    zone: Annotated[str, AfterValidator(_a_zone)] = ""
    theme: Literal["", "light", "dark"] = ""
    data_saver: bool = False


@dataclass
class Affiliation:
    """The institution that a person named; or, if we do not know it, those they may have meant."""

    known: Sequence[InstitutionSeen]
    id: UUID | None = None
    suggestions: list[InstitutionSeen] = field(default_factory=list)
    asks: bool = False  # show the question once more, though it was answered

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What to choose from when the typed name was not known."""
        meant = [(str(one.id), f"{one.label}: {one.name}") for one in self.suggestions]
        return [
            *meant,
            (PROPOSED, _("It is not in the list: propose it")),
            (NOT_LISTED, _("It is not in the list: leave it out")),
        ]

    @property
    def listed(self) -> Sequence[InstitutionSeen]:
        return self.known[:MOST_OPTIONS]


def affiliation(
    form: Form[Any], known: Sequence[InstitutionSeen], waiting: Waiting | None = None
) -> Affiliation:
    """Which of the ``known`` institutions was typed or chosen; if it can't be told, ask.

    ``waiting``: what the person proposed before, which may stay as it is.
    """
    typed = one_line(form.typed.get("institution", ""))
    country = form.typed.get("country", "")
    choice = form.typed.get("institution_choice", "")
    if form.errors.keys() & {"institution", "proposed_name"}:
        return Affiliation(known)  # it is too long, and so it would take long to look for
    if choice == PROPOSED:
        return _proposed(form, known, typed)
    if choice == NOT_LISTED or not (typed or choice):
        return Affiliation(known)
    chosen = next((one for one in known if str(one.id) == choice), None)
    found = chosen or meant_by(typed, known, country=country)
    if found:
        return Affiliation(known, found.id)
    if waiting and folded(waiting.name) == folded(typed):
        return Affiliation(known)
    suggestions = near_to(typed, known, country=country)
    form.typed.setdefault("proposed_name", typed[:200])
    form.refuse(
        "institution",
        _("We know no institution by this name. Choose one of those below.")
        if suggestions
        else _("We know no institution by this name. Propose it below, or leave it out."),
    )
    return Affiliation(known, suggestions=suggestions)


def _proposed(form: Form[Any], known: Sequence[InstitutionSeen], typed: str) -> Affiliation:
    """What is proposed may be known after all, by its name in the person's country."""
    name = one_line(form.typed.get("proposed_name", "")) or typed
    country = form.typed.get("country", "")
    if not name:
        form.refuse("proposed_name", _("Fill this in."))
        return Affiliation(known, asks=True)
    nearby = [one for one in known if one.country == country]
    found = meant_by(name, nearby, country=country)
    return Affiliation(known, found.id if found else None, asks=True)


def proposed(data: PersonForm) -> Proposed | None:
    """What a person proposes; of somebody whose institution is known, it is not listened to."""
    name = data.proposed_name or data.institution[:200]
    if data.institution_choice == PROPOSED and name:
        return Proposed(name, data.proposed_acronym)
    if data.institution and not data.institution_choice:
        return Proposed(data.institution[:200])  # as they proposed it before
    return None


def person_of(data: PersonForm, institution_id: UUID | None) -> Person:
    return Person(
        name=data.name,
        country=data.country,
        institution_id=institution_id,
        gender=data.gender,
        gender_word=data.gender_word,
        language=data.language,
        timezone=data.zone or main_zone(data.country),
        theme=data.theme,
        data_saver=data.data_saver,
    )


def what_is_offered(affiliation: Affiliation, zone: str = "") -> dict[str, Any]:
    """What the part ``accounts/_person.html`` needs beside the form."""
    return {
        "affiliation": affiliation,
        "countries": choices.countries(),
        "languages": choices.languages(),
        "zones": choices.zones_by_region(zone),
        "genders": [gender for gender in Gender if gender is not Gender.NOT_ANSWERED],
    }
