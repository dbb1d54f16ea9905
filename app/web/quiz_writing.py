"""What stands around the pages on which a quiz and its questions are written."""

from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.i18n import choose, language_name
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind, Quiz
from app.queries.activities import activity_of
from app.queries.quizzes import quiz_of
from app.web.edition_place import edition_place
from app.web.guards import EditionVisit
from app.web.writing_tabs import writing_address, writing_tabs


def quiz_in(visit: EditionVisit, activity_id: UUID) -> tuple[Activity, Quiz]:
    activity = activity_of(visit.session, visit.edition.id, activity_id)
    quiz = quiz_of(visit.session, activity_id) if activity else None
    if activity is None or activity.kind is not ActivityKind.QUIZ or quiz is None:
        raise NotFound(_("There is nothing at this address."))
    return activity, quiz


def around_quiz(visit: EditionVisit, activity: Activity) -> dict[str, Any]:
    place = edition_place(visit)
    return place | {
        "activity": activity,
        "activity_title": choose(activity.title),
        "writing": writing_address(visit.edition.id, activity.id),
        "writing_tabs": writing_tabs(activity),
        "bank_address": bank_address(visit),
        "page_address": f"{place['address']}/activities/{activity.id}",
    }


def around_bank(visit: EditionVisit) -> dict[str, Any]:
    return edition_place(visit) | {"bank_address": bank_address(visit)}


def bank_address(visit: EditionVisit) -> str:
    return f"/editions/{visit.edition.id}/content/questions"


def languages_of(visit: EditionVisit) -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in visit.edition.languages]
