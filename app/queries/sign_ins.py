"""Reading sign-ins: where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import SignIn


@dataclass(frozen=True, slots=True)
class SignInSeen:
    id: UUID
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def sign_ins_of(session: Session, account_id: UUID, *, now: datetime) -> list[SignInSeen]:
    """The browsers in which a person is signed in, the newest first."""
    rows = session.exec(
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            SignIn.id, SignIn.browser, SignIn.created_at, SignIn.seen_at, SignIn.expires_at
        )
        .where(SignIn.account_id == account_id, SignIn.expires_at > now)
        .order_by(col(SignIn.created_at).desc(), col(SignIn.id).desc())
    ).all()
    return [SignInSeen(*row) for row in rows]


def began_at(session: Session, sign_in_id: UUID) -> datetime | None:
    """When the person of a sign-in last showed who they are."""
    return session.exec(select(SignIn.created_at).where(SignIn.id == sign_in_id)).one_or_none()
