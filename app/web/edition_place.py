"""What stands around a page of an edition: its name, its tabs, and the way back."""

from typing import Any

from fastapi import Response

from app.core.i18n import choose, chosen_language
from app.core.i18n import gettext as _
from app.policy import Action
from app.web.edition_tabs import edition_tabs
from app.web.guards import EditionVisit
from app.web.pages import go_to


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


def around_settings(visit: EditionVisit) -> dict[str, Any]:
    """The same around a page of the settings, with the tabs between them."""
    place = edition_place(visit)
    address = f"{place['address']}/settings"
    return place | {
        "parts": [
            ("settings", address, _("Dates and rules")),
            ("form", f"{address}/form", _("Application form")),
            ("seats", f"{address}/seats", _("Places")),
            ("invitations", f"{address}/invitations", _("Invitations")),
            ("line", f"{address}/line", _("Waiting list")),
        ],
        "settings_address": address,
    }


def to_settings(visit: EditionVisit, page: str, say: str = "") -> Response:
    """After a change, back to one of the pages of the settings."""
    return go_to(f"/editions/{visit.edition.id}/settings/{page}", say=say)
