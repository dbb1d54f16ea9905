"""What stands around every part of an activity that is being written: its tabs and the way back."""

from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.i18n import choose, language_name
from app.core.i18n import gettext as _
from app.models import Activity
from app.queries.activities import activity_of
from app.web.edition_place import edition_place
from app.web.guards import EditionVisit
from app.web.writing_tabs import writing_address, writing_tabs


def activity_to_write(visit: EditionVisit, activity_id: UUID) -> Activity:
    """The activity named in the address, if it is of this edition."""
    activity = activity_of(visit.session, visit.edition.id, activity_id)
    if activity is None:
        raise NotFound(_("There is nothing at this address."))
    return activity


def around_writing(visit: EditionVisit, activity: Activity, part: str) -> dict[str, Any]:
    place = edition_place(visit)
    content = f"{place['address']}/content"
    return place | {
        "activity": activity,
        "activity_title": choose(activity.title),
        "writing": writing_address(visit.edition.id, activity.id),
        "seen_at": f"{place['address']}/activities/{activity.id}",
        "parts": writing_tabs(activity),
        "writes": part,
        "trail": [*place["trail"], (content, _("Content"))],
        "languages": [(code, language_name(code)) for code in visit.edition.languages],
    }
