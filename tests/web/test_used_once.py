"""What works once works for one of fifty who use it at the same moment, and not after its time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from app.core import clock, db
from app.core.errors import TallerError
from app.core.ids import token_hash
from app.core.links import link_secret
from app.models import (
    Account,
    Authenticator,
    Enrolment,
    Invitation,
    LinkKind,
    OneTimeToken,
    RecoveryCode,
)
from app.services.accounts import reset_password
from app.services.email_changes import ask_to_change, confirm_change
from app.services.invitations import accept_invitation, secret_of
from app.services.links import HOLDS, enter_by_link, give_link
from app.services.registration import confirm_registration
from app.services.second_step import renew_recovery_codes, try_code
from tests.make import Make

FIFTY = 50
PLACE = "203.0.113.9"


@dataclass
class Token:
    """A thing that works once: what using it does, and says whether it did."""

    name: str
    use: Callable[[Session], bool]
    made: Callable[[], int] | None = None  # how often it did, where a second use is harmless


def link_of(session: Session, account: Account, kind: LinkKind) -> str:
    give_link(session, account, kind, now=clock.now())
    rows = select(OneTimeToken.id).where(OneTimeToken.account_id == account.id)
    return link_secret(max(session.exec(rows.where(OneTimeToken.kind == kind)).all()))


def done(_result: object) -> bool:
    return True


def tokens(session: Session, make: Make) -> Iterator[Token]:
    now = clock.now()
    one, two, three = (
        link_of(session, make.account(password_hash="x"), kind)
        for kind in (LinkKind.SIGN_IN, LinkKind.PASSWORD, LinkKind.CONFIRM)
    )
    yield Token("link to sign in", lambda own: done(enter_by_link(own, one, now=now)))
    yield Token("new password", lambda own: done(reset_password(own, two, "hash", now=now)))
    yield Token(
        "confirmation",
        lambda own: done(confirm_registration(own, three, browser="", password_hash="h", now=now)),
    )
    ana = make.account()
    ask_to_change(session, ana.id, "new@example.org", PLACE, now=now)
    rows = select(OneTimeToken).where(OneTimeToken.account_id == ana.id)
    for row in session.exec(rows).all():
        yield half_of_a_change(row)
    yield invitation(make)
    eva = make.account()
    session.add(Authenticator(account_id=eva.id, sealed_secret="x", confirmed_at=now))
    session.flush()
    code = renew_recovery_codes(session, eva.id)[0]
    yield Token(
        "recovery code", lambda own: try_code(own, own.get_one(Account, eva.id), code, now=now)
    )


def half_of_a_change(row: OneTimeToken) -> Token:
    """The link at one of the two addresses."""
    secret = link_secret(row.id)
    return Token(row.kind, lambda own: done(confirm_change(own, secret, now=clock.now())))


def invitation(make: Make) -> Token:
    edition, guest = make.edition(), make.account()
    found = make.saved(
        Invitation(edition_id=edition.id, email=guest.email, invited_by_id=make.coordinator().id,
                   changed_at=clock.now())
    )  # fmt: skip
    secret = secret_of(found.id, found.generation)

    def use(own: Session) -> bool:
        account = own.get_one(Account, guest.id)
        given: dict[str, Any] = {"language": "en", "on": clock.now().date(), "now": clock.now()}
        accept_invitation(own, found.id, secret, account, **given)
        return True

    def made() -> int:
        with db.reading() as own:
            return len(own.exec(select(Enrolment).where(Enrolment.account_id == guest.id)).all())

    return Token("invitation", use, made)


def succeeds(token: Token) -> bool:
    try:
        with db.changing() as own:
            return token.use(own)
    except TallerError:
        return False


def test_of_fifty_at_once_one_succeeds(session: Session, make: Make) -> None:
    wrong, cases = list[str](), 0
    for token in tokens(session, make):
        with ThreadPoolExecutor(10) as people:
            passed = sum(people.map(lambda _: succeeds(token), range(FIFTY)))  # noqa: B023 -- used at once
        cases += FIFTY
        passed = token.made() if token.made else passed
        if passed != 1:
            wrong.append(f"{token.name}: {passed} of {FIFTY}")

    print(f"{cases} cases run, {len(wrong)} violations")
    assert wrong == []
    assert cases >= 7 * FIFTY


def test_no_link_holds_longer_than_an_hour_or_outlives_a_new_password(
    session: Session, make: Make
) -> None:
    wrong, cases = list[str](), 0
    for kind in (LinkKind.SIGN_IN, LinkKind.PASSWORD):
        for later in (HOLDS, timedelta(hours=25)):
            secret = link_of(session, make.account(password_hash="x"), kind)
            use = enter_by_link if kind is LinkKind.SIGN_IN else _reset
            cases += 1
            wrong += [f"{kind} after {later}"] if worked(use, secret, clock.now() + later) else []
        account = make.account(password_hash="x")
        old, new = (link_of(session, account, kind) for kind in (kind, LinkKind.PASSWORD))
        with db.changing() as own:
            reset_password(own, new, "another", now=clock.now())
        cases += 1
        use = enter_by_link if kind is LinkKind.SIGN_IN else _reset
        wrong += [f"{kind} after a new password"] if worked(use, old, clock.now()) else []

    print(f"{cases} cases run, {len(wrong)} violations")
    assert timedelta(minutes=60) >= HOLDS
    assert wrong == []


def _reset(own: Session, secret: str, *, now: Any) -> None:
    reset_password(own, secret, "hash", now=now)


def worked(use: Callable[..., object], secret: str, now: Any) -> bool:
    try:
        with db.changing() as own:
            use(own, secret, now=now)
    except TallerError:
        return False
    return True


def test_no_secret_that_works_once_stands_anywhere_in_the_database(
    session: Session, make: Make
) -> None:
    """Not in a message that waits, nor in the trail, nor beside its hash."""
    ana = make.account(password_hash="x")
    ask_to_change(session, ana.id, "new@example.org", PLACE, now=clock.now())
    for kind in (LinkKind.SIGN_IN, LinkKind.PASSWORD, LinkKind.CONFIRM):
        link_of(session, ana, kind)
    codes = renew_recovery_codes(session, ana.id)
    secrets = [link_secret(row) for row in session.exec(select(OneTimeToken.id)).all()] + codes
    kept = [
        repr(dict(row))
        for table in SQLModel.metadata.sorted_tables
        for row in session.connection().execute(table.select()).mappings()
    ]
    found = [secret for secret in secrets if any(secret in row for row in kept)]
    hashed = set(session.exec(select(OneTimeToken.token_hash)).all())

    print(f"{len(secrets)} cases run, {len(found)} violations")
    assert found == []
    assert hashed == {
        token_hash(link_secret(i)) for i in session.exec(select(OneTimeToken.id)).all()
    }
    assert len(session.exec(select(col(RecoveryCode.id))).all()) == len(codes)
