"""What stands around a page of an edition: its name, its tabs, and the way back."""

from typing import Any

from app.core.i18n import choose, chosen_language
from app.core.i18n import gettext as _
from app.policy import Action
from app.web.edition_tabs import edition_tabs
from app.web.guards import EditionVisit


def edition_place(visit: EditionVisit) -> dict[str, Any]:
    staff = visit.may(Action.SEE_EDITIONS)
    title = choose(visit.edition.title)
    address = f"/editions/{visit.edition.id}"
    return {
        "here": "editions" if staff else "home",
        "edition": visit.edition,
        "edition_title": title,
        "spoken": chosen_language(visit.edition.title),
        "address": address,
        "trail": [
            ("/editions", _("Editions")) if staff else ("/home", _("My learning")),
            (address, title),
        ],
        "tab_items": edition_tabs(visit),
    }
