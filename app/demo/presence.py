"""Whether a database holds the demonstration, and who can sign in to it."""

from sqlmodel import Session, col, select

from app.models import Account

#: Known to everybody, and therefore only ever in a demonstration.
PASSWORD = "taller-demo"  # noqa: S105

ADMIN = "admin@taller.example"
COORDINATOR = "coordinator@taller.example"
FOCAL = "focal@taller.example"
TUTOR = "tutor@taller.example"
PARTICIPANT = "participant@taller.example"
SIGN_INS = (ADMIN, COORDINATOR, FOCAL, TUTOR, PARTICIPANT)


def is_demonstration(session: Session) -> bool:
    mark = select(Account.id).where(Account.email == ADMIN, col(Account.is_demo))
    return session.exec(mark).first() is not None


def holds_people(session: Session) -> bool:
    return session.exec(select(Account.id).limit(1)).first() is not None
