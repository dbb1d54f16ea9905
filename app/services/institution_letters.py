"""What people are told: what became of a proposal, and that they are a focal point now."""

from sqlmodel import Session

from app.core.settings import settings
from app.models import Account, Message
from app.services.admission_news import said_why
from app.services.notifications import News, tell


def proposal_accepted(session: Session, account: Account, proposed: str, name: str) -> Message:
    about: News = {"proposed": proposed, "institution": name, "address": _account_page()}
    return tell(session, account, "institution accepted", about)


def proposal_declined(session: Session, account: Account, proposed: str, reason: str) -> Message:
    because = said_why(None, reason)
    about: News = {"proposed": proposed, "because": because, "address": _account_page()}
    return tell(session, account, "institution declined", about)


def change_decided(
    session: Session, account: Account, proposed: str, institution: str, *, accepted: bool
) -> Message:
    letter = "institution name accepted" if accepted else "institution name declined"
    return tell(session, account, letter, {"proposed": proposed, "institution": institution})


def made_focal_point(session: Session, account: Account, institution: str) -> Message:
    about: News = {"institution": institution, "address": f"{settings().base_url}/editions"}
    return tell(session, account, "made focal point", about)


def _account_page() -> str:
    return f"{settings().base_url}/account"
