"""Whatever somebody loses is lost with their next request: the right, and all that it opened."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core import clock, db
from app.core.errors import NotFound
from app.core.feeds import feed_token
from app.core.ids import token, token_hash
from app.core.passwords import hash_password
from app.jobs.messages import send_message
from app.models import (
    Account,
    Activity,
    ApiToken,
    CapstoneKind,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Message,
    MessageStatus,
    PlatformRole,
    StaffRole,
)
from app.services.accounts import renew_calendar
from app.services.deletions import delete_account
from app.services.enrolments import change_status
from app.services.focal_points import remove_focal_point
from app.services.keys import make_key, withdraw_key
from app.services.notifications import welcome
from app.services.roles import dismiss, give_platform_role
from app.services.sign_ins import end_sign_ins
from app.services.suspensions import suspend
from app.web.cookie import cookie_name
from tests.conftest import Browser
from tests.make import Make, a_sign_in

PASSWORD = "tres tristes tigres"


@dataclass
class Somebody:
    """A person with every kind of thing that opens something, and what opens to whom."""

    account: Account
    key: str
    pages: list[str] = field(default_factory=list)
    by_key: list[str] = field(default_factory=list)
    in_feed: str = ""


@dataclass
class Doors:
    """Asks at each door; reports how many requests after the end it still opened."""

    browser: Browser
    cases: int = 0
    violations: list[str] = field(default_factory=list)

    def opens(self, who: Somebody) -> dict[str, bool]:
        key = {"Authorization": f"Bearer {who.key}"}
        found = {page: self.browser.get(page).status_code in {200, 202} for page in who.pages}
        found |= {
            f"by key {page}": self.browser.get(page, headers=key).status_code == 200
            for page in who.by_key
        }
        if who.in_feed:
            feed = self.browser.get(f"/calendar/{feed_token(who.account.id, 1)}.ics")
            found["feed"] = feed.status_code == 200 and who.in_feed in feed.text
        return found

    def check(self, what: str, who: Somebody, end: Callable[[], object]) -> None:
        """With the sign-in that was open, and with one that begins after the end.

        None begins for a deleted account.
        """
        self.browser.sign_in(who.account)
        shut = [door for door, is_open in self.opens(who).items() if not is_open]
        self.violations += [f"{what}: {door} was shut before" for door in shut]
        end()
        for when in ("still",) if what == "deleted account" else ("still", "again"):
            for door, is_open in self.opens(who).items():
                self.cases += 1
                if is_open:
                    self.violations.append(f"{what}: {door} {when} opens")
            self.browser.sign_in(who.account)

    def report(self, least: int) -> None:
        print(f"{self.cases} cases run, {len(self.violations)} violations, 0 requests to effect")
        assert not self.violations, "\n".join(self.violations)
        assert self.cases >= least


@pytest.fixture
def edition(make: Make) -> Edition:
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    make.live_session(edition, title="The one meeting")
    make.activity(make.module(edition))
    return edition


@pytest.fixture
def boss(make: Make) -> Account:
    make.administrator()
    return make.administrator()


def holder(session: Session, account: Account, **more: object) -> Somebody:
    somebody = Somebody(account, make_key(session, account.id, name="program"))
    somebody.__dict__ |= more
    return somebody


def participant(session: Session, make: Make, edition: Edition) -> Somebody:
    account = make.account(password_hash=hash_password(PASSWORD))
    enrolment = make.counted(make.enrolment(account, edition))
    make.capstone(make.team(edition, enrolment))
    at = f"/editions/{edition.id}"
    pages = [at, f"{at}/activities/{page_of(session, edition)}", f"{at}/results", f"{at}/sessions"]
    pages += [f"{at}/capstone", f"{at}/announcements"]
    return holder(session, account, pages=pages, in_feed="The one meeting")


def page_of(session: Session, edition: Edition) -> UUID:
    return session.exec(select(Activity.id).where(Activity.edition_id == edition.id)).one()


def watcher(session: Session, account: Account, edition: Edition, *more: str) -> Somebody:
    at = f"/editions/{edition.id}"
    pages = [at, f"{at}/people", f"{at}/people.csv", f"{at}/people.xlsx", f"{at}/sessions", *more]
    return holder(session, account, pages=pages, by_key=[f"/api/v1{at}/people"])


def endings(
    session: Session, make: Make, edition: Edition, boss: Account
) -> Iterator[tuple[str, Somebody, Callable[[], object]]]:
    """What somebody can lose, whose it was, and the act that takes it."""
    at, now = f"/editions/{edition.id}", clock.now()
    for status in (EnrolmentStatus.WITHDRAWN, EnrolmentStatus.REJECTED):
        one = participant(session, make, edition)
        row = enrolment_of(session, one.account)
        yield status, one, partial(change_status, session, row, status, now=now)
    for role in StaffRole:
        account = make.account()
        make.staff(edition, account, role)
        one = watcher(session, account, edition, f"{at}/capstones")
        one.in_feed = "The one meeting"
        yield role, one, partial(dismiss, session, edition.id, account.id, by=boss.id)
    account = make.coordinator()
    one = watcher(session, account, edition, "/editions", "/accounts", "/audit", "/statistics.csv",
                  f"{at}/settings", "/certificates", "/institutions.csv")  # fmt: skip
    yield "coordinator", one, partial(give_platform_role, session, account.id, None, by=boss.id)
    sena = make.institution()
    make.counted(make.enrolment(make.account(institution_id=sena.id), edition))
    account = make.focal(sena)
    one = watcher(session, account, edition, "/editions", "/statistics.json", "/outbox/addresses",
                  f"/institutions/{sena.id}")  # fmt: skip
    yield (
        "focal point",
        one,
        partial(remove_focal_point, session, sena.id, account.id, by=boss.id),
    )
    account = make.administrator()
    one = holder(session, account, pages=["/outbox", "/messages/templates", "/audit.csv"])
    yield (
        "administrator",
        one,
        partial(give_platform_role, session, account.id, PlatformRole.COORDINATOR, by=boss.id),
    )
    one = participant(session, make, edition)
    one.pages += ["/home", "/account", "/account/data", "/sessions"]
    one.by_key = ["/api/v1/me", "/api/v1/editions"]
    yield (
        "account",
        one,
        partial(suspend, session, one.account.id, "A stolen phone.", by=boss.id, now=now),
    )
    one = participant(session, make, edition)
    one.pages += ["/home", "/account"]
    one.by_key = ["/api/v1/me"]
    yield (
        "deleted account",
        one,
        partial(delete_account, session, one.account.id, by=None, now=now),
    )


def enrolment_of(session: Session, account: Account) -> Enrolment:
    return session.exec(select(Enrolment).where(Enrolment.account_id == account.id)).one()


def test_a_right_that_is_taken_opens_nothing_from_the_next_request(
    session: Session, make: Make, browser: Browser, edition: Edition, boss: Account
) -> None:
    doors = Doors(browser)
    for what, who, end in endings(session, make, edition, boss):
        doors.check(what, who, end)

    doors.report(least=120)


def test_what_is_left_over_of_a_deleted_account_opens_nothing(
    session: Session, make: Make, browser: Browser
) -> None:
    """No row of it should be there. One that is, out of a backup say, is nobody's key."""
    gone, support, secret = make.account(), make.coordinator(), token()
    delete_account(session, gone.id, by=None, now=clock.now())
    session.expire_all()
    half, looking = token(), token()
    rows = [a_sign_in(gone, token_hash(half)), a_sign_in(support, token_hash(looking))]
    rows[0].second_step_due = True
    rows[1].viewing_as_id = gone.id
    rows[1].viewing_until = clock.now() + timedelta(minutes=5)
    session.add_all([*rows, ApiToken(account_id=gone.id, name="x", token_hash=token_hash(secret))])
    session.flush()
    browser.sign_in(gone)

    own = [browser.get(page).status_code for page in ("/home", "/account", "/account/data")]
    browser.cookies.set(cookie_name(), half)
    step = browser.get("/sign-in/second-step").headers["Location"]
    browser.cookies.set(cookie_name(), looking)
    seen = browser.get("/account").headers.get("Location")
    browser.sign_in(support)
    look = browser.post(f"/accounts/{gone.id}/view").status_code
    browser.sign_out()
    key = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    feed = browser.get(f"/calendar/{feed_token(gone.id, gone.calendar_generation)}.ics")

    assert own == [303] * 3
    assert step.startswith("/sign-in?")
    assert seen == "/sign-in?next=/account"
    assert (look, key.status_code, feed.status_code) == (403, 401, 404)


def test_a_secret_that_is_taken_back_opens_nothing_from_the_next_request(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    """The person keeps the right: only what they gave away, or left open somewhere, is shut."""
    one = participant(session, make, edition)
    one.by_key = ["/api/v1/me"]
    browser.sign_in(one.account)
    assert all(Doors(browser).opens(one).values())
    doors, key = Doors(browser), session.exec(select(ApiToken)).one()

    end_sign_ins(session, one.account.id)
    after_sign_outs = Doors(browser).opens(one)
    renew_calendar(session, one.account.id)
    withdraw_key(session, one.account.id, key.id, now=clock.now())
    after_all = Doors(browser).opens(one)

    doors.cases = len(after_sign_outs) + len(after_all)
    doors.violations += [page for page in one.pages if after_sign_outs[page]]
    doors.violations += [door for door, is_open in after_all.items() if is_open]
    doors.report(least=10)


@pytest.mark.parametrize("how", ["suspended", "deleted"])
def test_a_message_that_waits_for_somebody_who_is_gone_is_not_sent(
    session: Session, make: Make, boss: Account, how: str
) -> None:
    person = make.account()
    waiting = [welcome(session, person) for _ in range(3)]
    session.flush()
    if how == "suspended":
        suspend(session, person.id, "A stolen phone.", by=boss.id, now=clock.now())
    else:
        delete_account(session, person.id, by=None, now=clock.now())

    for message in waiting:
        with suppress(NotFound):  # it went with its account
            send_message(message.id)

    with db.reading() as fresh:
        kept = [fresh.get(Message, message.id) for message in waiting]
    sent = [one for one in kept if one and (one.sent_at or one.status is MessageStatus.SENT)]
    print(f"{len(waiting)} cases run, {len(sent)} violations")
    assert sent == []
