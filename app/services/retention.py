"""Forgetting: what has had its time is removed by the worker's sweep."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists
from sqlmodel import Session, col

from app.models import (
    Account,
    EmailChange,
    Enrolment,
    LinkRequest,
    OneTimeToken,
    SignIn,
    SignInTry,
)
from app.queries.tries import MAIL_WINDOW, WINDOW

#: An address that nobody confirmed within a day will not be; who wants it registers again.
UNCONFIRMED_FOR = timedelta(days=1)


def forget_what_is_over(session: Session, *, now: datetime) -> None:
    """Remove links, requests, tries and sign-ins that count no more, and accounts never confirmed.

    Each can be run at any time, and twice.
    """
    for over in (
        delete(OneTimeToken).where(col(OneTimeToken.expires_at) <= now),
        delete(EmailChange).where(col(EmailChange.expires_at) <= now),
        delete(LinkRequest).where(col(LinkRequest.created_at) <= now - MAIL_WINDOW),
        delete(SignInTry).where(col(SignInTry.created_at) <= now - WINDOW),
        delete(SignIn).where(col(SignIn.expires_at) <= now),
        delete(Account).where(
            col(Account.email_confirmed_at).is_(None),
            col(Account.password_hash).is_not(None),
            col(Account.created_at) <= now - UNCONFIRMED_FOR,
            ~exists().where(col(Enrolment.account_id) == col(Account.id)),
        ),
    ):
        session.execute(over.execution_options(synchronize_session=False))
