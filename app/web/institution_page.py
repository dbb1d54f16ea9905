"""The page of one institution: its names, its people here, and what staff can do with it."""

from typing import Any

from fastapi import Request, Response

from app.core.i18n import country_name
from app.core.i18n import gettext as _
from app.models import AliasKind, InstitutionKind
from app.policy import Action
from app.queries.institution_pages import (
    HistoryLine,
    aliases_of,
    editions_sent_to,
    focal_points,
    history,
    merges_into,
    people_at,
)
from app.queries.institution_proposals import changes_waiting
from app.web.audit_notes import SAID_BY_THE_DEED
from app.web.audit_words import in_words
from app.web.forms import Form
from app.web.institutions import InstitutionVisit
from app.web.labels import label
from app.web.pages import render


def show_institution(request: Request, visit: InstitutionVisit, **came_back: Form[Any]) -> Response:
    """``came_back``: a form of the page that was refused: ``alias``, ``wish`` or ``focal``."""
    session, seen = visit.session, visit.institution
    changes = visit.may(Action.CHANGE_INSTITUTIONS)
    editions = editions_sent_to(session, seen.id)
    return render(
        request,
        visit,
        "institutions/show.html",
        status=422 if came_back else 200,
        here="institutions",
        trail=[("/institutions", _("Institutions")), (None, seen.label)],
        seen=seen,
        address=visit.address,
        changes=changes and not seen.merged_into_id,
        proposes=visit.may(Action.PROPOSE_NAMES) and not seen.merged_into_id,
        names_focal=visit.may(Action.NAME_FOCAL_POINTS) and not seen.merged_into_id,
        aliases=aliases_of(session, seen.id),
        focal_points=focal_points(session, seen.id),
        editions=editions,
        participants=sum(one.participants for one in editions),
        people=people_at(session, seen.id),
        wishes=changes_waiting(session, seen.id),
        merges=merges_into(session, seen.id) if changes else [],
        history=history(session, seen.id) if changes else [],
        in_words=in_words,
        details_of=_details,
        alias_kinds=[(kind.value, label(kind)) for kind in AliasKind],
        forms={name: came_back.get(name, Form()) for name in ("alias", "wish", "focal")},
    )


def _details(line: HistoryLine) -> list[str]:
    """What an event changed, as far as it is words rather than ids."""
    told = line.details
    before, after = told.get("before", {}), told.get("after", {})
    changes = [
        f"{_said(name, before.get(name, ''))} → {_said(name, words)}"
        for name, words in after.items()
        if name not in SAID_BY_THE_DEED
    ]
    plain = ("alias", "proposed", "taken_in", "given_back")
    return [*changes, *(str(told[name]) for name in plain if name in told)]


def _said(name: str, kept: str) -> str:
    """What the log keeps of a fact, as the page says it."""
    if name == "kind" and kept in set(InstitutionKind):
        return label(InstitutionKind(kept))
    if name == "country":
        return country_name(kept)
    if name == "needs_review":
        return _("To check") if kept == "True" else "–"
    return kept
