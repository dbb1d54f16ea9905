"""The main menu: what each kind of person comes for, in the order in which they need it."""

from dataclasses import dataclass

from app.core.i18n import gettext as _
from app.policy import Action
from app.web.guards import Visit


@dataclass(frozen=True)
class Entry:
    key: str
    address: str
    label: str


def navigation(visit: Visit | None) -> list[Entry]:
    person = visit.maybe_viewer if visit else None
    if visit is None or person is None:
        return [
            Entry("courses", "/", _("Courses")),
            Entry("videoconferences", "/videoconferences", _("Videoconferences")),
            Entry("verify", "/verify", _("Check a certificate")),
            Entry("search", "/search", _("Search")),
        ]
    entries = []
    if visit.may(Action.SEE_EDITIONS):
        entries.append(Entry("editions", "/editions", _("Editions")))
        entries.append(Entry("sessions", "/sessions", _("Live sessions")))
        entries.append(Entry("institutions", "/institutions", _("Institutions")))
        entries.append(Entry("statistics", "/statistics", _("Statistics")))
        entries.append(Entry("certificates", "/certificates", _("Certificates")))
    elif person.tutors:
        entries.append(Entry("reviews", "/reviews", _("To review")))
    if visit.may(Action.SEE_ACCOUNTS):
        entries.append(Entry("accounts", "/accounts", _("Accounts")))
    if not visit.may(Action.SEE_EDITIONS):
        entries.append(Entry("home", "/home", _("My learning")))
        entries.append(Entry("sessions", "/sessions", _("Live sessions")))
        entries.append(Entry("courses", "/", _("Courses")))
        entries.append(Entry("search", "/search", _("Search")))
    return entries
