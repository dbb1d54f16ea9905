"""The tabs of an edition: the same list on each of its pages, by what the person may do there."""

from app.core.i18n import gettext as _
from app.models import Mode
from app.policy import Action
from app.web.guards import EditionVisit


def edition_tabs(visit: EditionVisit) -> list[tuple[str, str, str]]:
    """Pairs for the macro ``tabs``: key, address and words, in a fixed order."""
    address = f"/editions/{visit.edition.id}"
    items = [("course", address, _("Course"))]
    if visit.edition.mode is Mode.TUTOR_LED or visit.may(Action.SCHEDULE_SESSIONS):
        items.append(("sessions", f"{address}/sessions", _("Live sessions")))
    items.append(("announcements", f"{address}/announcements", _("Announcements")))
    if visit.may(Action.READ_FORUM):
        items.append(("forum", f"{address}/forum", _("Forum")))
    if visit.edition.capstone and visit.may(Action.WRITE_CAPSTONE):
        items.append(("capstone", f"{address}/capstone", _("Team work")))
    if visit.edition.capstone and visit.may(Action.READ_CAPSTONES):
        items.append(("capstones", f"{address}/capstones", _("Team works")))
    if visit.may(Action.SEE_PEOPLE):
        items.append(("people", f"{address}/people", _("People")))
    if visit.may(Action.SEE_RESULTS):
        items.append(("all-results", f"{address}/results/all", _("Results")))
    if visit.may(Action.TAKE_ACTIVITIES):
        items.append(("results", f"{address}/results", _("My results")))
    if visit.may(Action.WRITE_CONTENT):
        items.append(("content", f"{address}/content", _("Content")))
    if visit.may(Action.CHANGE_EDITION):
        items.append(("settings", f"{address}/settings", _("Settings")))
    return items
