"""Reading sign-ins: where somebody is signed in, and how often signing in has failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import SignIn, SignInTry, normalized_email

WINDOW = timedelta(minutes=15)
#: How long after signing in one may change how one signs in.
FRESH_FOR = timedelta(minutes=15)
#: Failures within the window after which the next try waits: for one e-mail address tried from one
#: place, and for all that are tried from one place. Never for an e-mail address alone: a stranger
#: could keep its owner out.
MOST_OF_PAIR = 10
MOST_OF_ADDRESS = 50


@dataclass(frozen=True, slots=True)
class SignInSeen:
    id: UUID
    browser: str
    created_at: datetime
    expires_at: datetime


def sign_ins_of(session: Session, account_id: UUID, *, now: datetime) -> list[SignInSeen]:
    """The browsers in which a person is signed in, the newest first."""
    rows = session.exec(
        select(SignIn.id, SignIn.browser, SignIn.created_at, SignIn.expires_at)
        .where(
            SignIn.account_id == account_id,
            SignIn.expires_at > now,
            col(SignIn.second_step_due).is_(False),
        )
        .order_by(col(SignIn.created_at).desc(), col(SignIn.id).desc())
    ).all()
    return [SignInSeen(*row) for row in rows]


def is_fresh(session: Session, sign_in_id: UUID, *, now: datetime) -> bool:
    """Whether somebody signed in just now: they are who they were, and not at an open desk."""
    begun = session.exec(select(SignIn.created_at).where(SignIn.id == sign_in_id)).one_or_none()
    return begun is not None and begun > now - FRESH_FOR


def next_try_at(session: Session, email: str, address: str, *, now: datetime) -> datetime | None:
    """When the next try is allowed; None: at once."""
    failures = session.exec(
        select(SignInTry.created_at, SignInTry.email)
        .where(SignInTry.address == address, SignInTry.created_at > now - WINDOW)
        .order_by(col(SignInTry.created_at))
    ).all()
    everybodys = [at for at, _tried in failures]
    of_pair = [at for at, tried in failures if tried == normalized_email(email)]
    waits = [
        times[-most] + WINDOW
        for times, most in ((of_pair, MOST_OF_PAIR), (everybodys, MOST_OF_ADDRESS))
        if len(times) >= most
    ]
    return max(waits, default=None)
