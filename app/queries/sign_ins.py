"""Reading sign-ins: where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import SignIn

#: How long after signing in one may change how one signs in.
FRESH_FOR = timedelta(minutes=15)


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
        .where(
            SignIn.account_id == account_id,
            SignIn.expires_at > now,
            col(SignIn.second_step_due).is_(False),
        )
        .order_by(col(SignIn.created_at).desc(), col(SignIn.id).desc())
    ).all()
    return [SignInSeen(*row) for row in rows]


def began_at(session: Session, sign_in_id: UUID) -> datetime | None:
    """When the person of a sign-in last showed who they are."""
    return session.exec(select(SignIn.created_at).where(SignIn.id == sign_in_id)).one_or_none()


def is_fresh(session: Session, sign_in_id: UUID, *, now: datetime) -> bool:
    """Whether somebody signed in just now: they are who they were, and not at an open desk."""
    begun = began_at(session, sign_in_id)
    return begun is not None and begun > now - FRESH_FOR
