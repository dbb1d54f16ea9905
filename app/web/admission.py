"""What the pages of coming in have in common: where one lands, and the application as a form."""

from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field

from app.core.i18n import gettext as _
from app.core.text import one_line
from app.models import PARTICIPANTS, Asked, AskedKind, Enrolment, EnrolmentStatus
from app.queries.applications import ApplicationSeen, FormAsked
from app.services.applications import Filled, Upload, troubles
from app.web.forms import Form
from app.web.pages import go_to


class ApplicationTyped(BaseModel):
    """The fields that every application may have; the questions' own are read by their names."""

    language: str = Field(default="", max_length=2)
    motivation: str = ""
    position: str = ""
    without_letter: bool = False


def after_the_door(enrolment: Enrolment, address: str) -> Response:
    """Where somebody lands who has just come in, applied, or begun to wait."""
    if enrolment.status in PARTICIPANTS:
        said = _("You are in. This is your course.")
        return go_to(f"/editions/{enrolment.edition_id}", say=said)
    said = {
        EnrolmentStatus.APPLIED: _("Application received."),
        EnrolmentStatus.WAITLISTED: _("You are on the waiting list now."),
    }.get(enrolment.status, "")
    return go_to(address, say=said)


def filled_in(form: Form[Any], asked: FormAsked, *, has_letter: bool) -> Filled | None:
    """What was written; None, with the errors beside their fields, if it can't be taken."""
    letter = form.files.get("letter")
    filled = Filled(
        motivation=form.typed.get("motivation", ""),
        position=one_line(form.typed.get("position", "")),
        letter=Upload(letter.filename or "", letter.file) if letter else None,
        without_letter="without_letter" in form.typed,
        answers={question.id: form.many.get(question.field, []) for question in asked.questions},
    )
    for name, sentence in troubles(asked, filled, has_letter=has_letter).items():
        form.refuse(name, sentence)
    return None if form.errors else filled


def as_written(seen: ApplicationSeen | None, asked: FormAsked, language: str) -> Form[Any]:
    """The form with what is there already."""
    form = Form[ApplicationTyped](typed={"language": language})
    if seen is None:
        return form
    form.typed |= {"motivation": seen.motivation, "position": seen.position}
    given = {UUID(answer.question_id): list(answer.values) for answer in seen.answers}
    for question in asked.questions:
        form.many[question.field] = given.get(question.id, [])
        form.typed[question.field] = "\n".join(form.many[question.field][:1])
    return form


#: For templates: what they compare with.
WORDS: dict[str, Any] = {"Asked": Asked, "AskedKind": AskedKind}
