"""Where activities lead that are of other houses: links, frames, and videos kept elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, select

from app.core.i18n import chosen_language
from app.models import ActivityAddress


@dataclass(frozen=True, slots=True)
class Lead:
    """An address in one language, and what is said of what is there."""

    url: str
    title: str = ""
    instead: str = ""
    seconds: int = 0
    language: str = ""


def leads_of(session: Session, activity_id: UUID) -> dict[str, Lead]:
    """By language."""
    rows = session.exec(select(ActivityAddress).where(ActivityAddress.activity_id == activity_id))
    return {
        row.language: Lead(row.url, row.title, row.instead, row.seconds, row.language)
        for row in rows
    }


def lead_in(session: Session, activity_id: UUID, language: str) -> Lead | None:
    """The one in ``language``; where there is none, in another."""
    leads = leads_of(session, activity_id)
    return leads.get(chosen_language(dict.fromkeys(leads, "x"), language)) if leads else None
