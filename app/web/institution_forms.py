"""What is typed about institutions: their names, their focal points, and what becomes of a wish."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from app.core.i18n import gettext as _
from app.core.i18n import is_country
from app.core.text import one_line
from app.models import AliasKind, InstitutionKind, normalized_email
from app.queries.institution_pages import InstitutionFacts
from app.services.institutions import InstitutionTerms
from app.web import choices
from app.web.forms import Form
from app.web.labels import label


def _something(text: str) -> str:
    if not text:
        raise ValueError(_("Fill this in."))
    return text


def _a_country(code: str) -> str:
    if not is_country(code):
        raise ValueError(_("Choose one of the options."))
    return code


#: One line without hidden marks, in which something is written.
Words = Annotated[str, BeforeValidator(one_line), AfterValidator(_something)]


class InstitutionForm(BaseModel):
    acronym: Words = Field(max_length=40)
    name: Words = Field(max_length=200)
    country: Annotated[str, AfterValidator(_a_country)]
    kind: InstitutionKind = InstitutionKind.TRAINING
    needs_review: bool = False
    sure: bool = False

    @property
    def terms(self) -> InstitutionTerms:
        return InstitutionTerms(self.acronym, self.name, self.country, self.kind, self.needs_review)


class EditForm(BaseModel):
    """The same without ``sure``, which belongs to adding: two people may edit at once."""

    acronym: Words = Field(max_length=40)
    name: Words = Field(max_length=200)
    country: Annotated[str, AfterValidator(_a_country)]
    kind: InstitutionKind = InstitutionKind.TRAINING
    needs_review: bool = False

    @property
    def terms(self) -> InstitutionTerms:
        return InstitutionTerms(self.acronym, self.name, self.country, self.kind, self.needs_review)


class AliasForm(BaseModel):
    alias: Words = Field(max_length=200)
    alias_kind: AliasKind = AliasKind.SPELLING


class WishForm(BaseModel):
    """What a focal point proposes."""

    wish: Words = Field(max_length=200)
    wish_for: Literal["alias", "name"] = "alias"


class FocalPointForm(BaseModel):
    focal_email: Annotated[str, BeforeValidator(normalized_email), AfterValidator(_something)] = (
        Field(max_length=254)
    )


class MergeForm(BaseModel):
    into: UUID


class DeclineForm(BaseModel):
    reason: Annotated[str, BeforeValidator(one_line)] = Field(default="", max_length=300)


class AcceptAsAliasForm(BaseModel):
    institution: UUID


def typed_of(seen: InstitutionFacts) -> dict[str, str]:
    """The form as the institution stands."""
    typed = {
        "acronym": seen.acronym,
        "name": seen.name,
        "country": seen.country,
        "kind": seen.kind.value,
    }
    return typed | ({"needs_review": "on"} if seen.needs_review else {})


def refuse_all(form: Form[Any], trouble: dict[str, str]) -> None:
    """Say each trouble beside its field."""
    for name, sentence in trouble.items():
        form.refuse(name, sentence)


def what_is_offered() -> dict[str, Any]:
    return {
        "countries": choices.countries(),
        "kinds": [(kind.value, label(kind)) for kind in InstitutionKind],
    }
