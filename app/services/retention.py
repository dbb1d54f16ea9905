"""Forgetting: what has had its time is removed by the worker's sweep."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app.models import (
    Account,
    EmailChange,
    LinkRequest,
    OneTimeToken,
    SignIn,
    SignInTry,
)
from app.queries.accounts import nobody_yet
from app.queries.tries import MAIL_WINDOW, WINDOW

#: An address that nobody confirmed within a day will not be; who wants it registers again.
UNCONFIRMED_FOR = timedelta(days=1)


def forget_what_is_over(session: Session, *, now: datetime) -> None:
    """Remove links, requests, tries and sign-ins that count no more."""
    for over in (
        delete(OneTimeToken).where(col(OneTimeToken.expires_at) <= now),
        delete(EmailChange).where(col(EmailChange.expires_at) <= now),
        delete(LinkRequest).where(col(LinkRequest.created_at) <= now - MAIL_WINDOW),
        delete(SignInTry).where(col(SignInTry.created_at) <= now - WINDOW),
        delete(SignIn).where(col(SignIn.expires_at) <= now),
    ):
        session.execute(over.execution_options(synchronize_session=False))


def forget_the_unconfirmed(session: Session, *, now: datetime) -> None:
    """Remove the accounts that somebody asked for and did not confirm."""
    over = delete(Account).where(*nobody_yet(), col(Account.created_at) <= now - UNCONFIRMED_FOR)
    session.execute(over.execution_options(synchronize_session=False))
