"""The rules of links that work once: what each opens, for whom, for how long, and what ends it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, update
from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.ids import token_hash, uuid7
from app.core.links import link_secret, place_of_link
from app.models import (
    Account,
    EmailChange,
    LinkKind,
    LinkRequest,
    Message,
    OneTimeToken,
    PlatformRole,
    RequestStatus,
)
from app.queries.links import still_works
from app.services.account_messages import password_link, sign_in_link
from app.services.tries import note_request, one_at_a_time

HOLDS = timedelta(minutes=60)


class LinkVoid(NotFound):
    """A link that opens nothing: unknown, used, too old, or ended by what came after it."""


@dataclass(frozen=True)
class Entered:
    """Somebody has shown that an account is theirs, and goes on to where they were going."""

    account_id: UUID
    onward: str
    platform_role: PlatformRole | None


def give_link(
    session: Session,
    account: Account,
    kind: LinkKind,
    *,
    now: datetime,
    email: str = "",
    onward: str = "",
    browser: str = "",
) -> str:
    """Make a link, and give what stands for it in a message.

    ``email`` is where it goes, if not to the account's own address. ``browser`` is a secret of the
    browser that asked, by which it is known when the link is opened.
    """
    row = uuid7()
    session.add(
        OneTimeToken(
            id=row,
            account_id=account.id,
            kind=kind,
            email=email or account.email,
            token_hash=token_hash(link_secret(row)),
            expires_at=now + HOLDS,
            onward=onward,
            browser_hash=token_hash(browser) if browser else "",
            created_at=now,
        )
    )
    session.flush()
    return place_of_link(row)


def use_link(
    session: Session, secret: str, *kinds: LinkKind, now: datetime
) -> tuple[OneTimeToken, Account]:
    """Use up a link of one of the ``kinds``. Of many who do so at once, one succeeds."""
    _one_use_at_a_time(session, secret)
    its_account = exists().where(
        col(Account.id) == col(OneTimeToken.account_id), *still_works(now=now)[2:]
    )
    used = session.execute(
        update(OneTimeToken)
        .where(
            col(OneTimeToken.token_hash) == token_hash(secret),
            col(OneTimeToken.kind).in_(kinds),
            *still_works(now=now)[:2],
            its_account.correlate(OneTimeToken),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # -- an UPDATE has one
        raise LinkVoid(_("This link does not work any more."))
    return session.exec(
        select(OneTimeToken, Account)
        .join(Account, col(Account.id) == col(OneTimeToken.account_id))
        .where(OneTimeToken.token_hash == token_hash(secret))
    ).one()


def _one_use_at_a_time(session: Session, secret: str) -> None:
    """Two links of one person, used at once, would each wait to end the other."""
    whose = select(OneTimeToken.account_id).where(OneTimeToken.token_hash == token_hash(secret))
    if account_id := session.exec(whose).one_or_none():
        one_at_a_time(session, f"links of {account_id}")


def end_links(session: Session, account_id: UUID, kinds: Collection[LinkKind] = ()) -> None:
    """End a person's links, of these ``kinds`` or of all; with all, what waited for one ends."""
    one_at_a_time(session, f"links of {account_id}")
    ending = delete(OneTimeToken).where(col(OneTimeToken.account_id) == account_id)
    if kinds:
        ending = ending.where(col(OneTimeToken.kind).in_(kinds))
    else:
        session.execute(delete(EmailChange).where(col(EmailChange.account_id) == account_id))
    session.execute(ending.execution_options(synchronize_session=False))


def ask_for_link(
    session: Session,
    email: str,
    address: str,
    kind: LinkKind,
    *,
    onward: str,
    now: datetime,
    at_once: bool = False,
) -> Message | None:
    """Take down that somebody wants a link. Whether anybody is at the address is found out later.

    So it takes as long for a stranger's address as for a known one. ``at_once`` is for those who
    look at the message on the page itself, in development.
    """
    request = note_request(session, email, address, kind, now=now, onward=onward, answered=at_once)
    return answer(session, request, now=now) if request and at_once else None


def answer_request(session: Session, request_id: UUID, *, now: datetime) -> None:
    """Write the message that was asked for, if the address is somebody's."""
    request = session.get(LinkRequest, request_id)
    if request is None or request.status is not RequestStatus.ASKED:
        return
    answer(session, request, now=now)
    request.status = RequestStatus.ANSWERED
    session.add(request)


def answer(session: Session, request: LinkRequest, *, now: datetime) -> Message | None:
    account = session.exec(select(Account).where(Account.email == request.email)).one_or_none()
    if account is None:
        return None
    link = give_link(session, account, request.kind, now=now, onward=request.onward)
    write = sign_in_link if request.kind is LinkKind.SIGN_IN else password_link
    return write(session, account, link)


def enter_by_link(session: Session, secret: str, *, now: datetime) -> Entered:
    """Sign in with a link, which shows that its reader has the address.

    Who registered and confirmed nothing may not have been its reader: their password is dropped.
    """
    token, account = use_link(session, secret, LinkKind.SIGN_IN, now=now)
    if account.is_pending:
        account.password_hash = None
    return entered(session, token, account, now=now)


def entered(session: Session, token: OneTimeToken, account: Account, *, now: datetime) -> Entered:
    """Whoever opened the link reads what is sent to the account's address."""
    if account.email_confirmed_at is None:
        account.email_confirmed_at = now
        session.add(account)
        session.flush()
    return Entered(account.id, token.onward, account.platform_role)
