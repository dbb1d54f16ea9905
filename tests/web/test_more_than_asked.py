"""Whoever sends more than a form asks for changes nothing more by it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from app.core import db
from app.core.clock import now
from app.core.ids import uuid7
from app.core.unsubscribing import unsubscribe_token
from app.models import (
    Account,
    CapstoneKind,
    Edition,
    EnrolmentPolicy,
    EnrolmentStatus,
    Invitation,
    Milestone,
    PlatformRole,
    StaffRole,
)
from app.services.invitations import secret_of
from tests.conftest import Browser
from tests.make import Make
from tests.web.test_staff_acts import Act, acts

#: Nowhere in anything that is meant.
NEVER, NOBODYS = "1999-09-09T09:09:09", str(uuid7())
#: Fields that are some form's own: there they say what it asks for.
COMMON = {
    "platform_role": "administrator",
    "is_demo": "on",
    "is_published": "on",
    "version": "1777777777",
    "generation": "1777777777",
    "calendar_generation": "1777777777",
    "password_hash": "moved-hash",
    "email_confirmed_at": NEVER,
    "confirmed_at": NEVER,
    "created_at": NEVER,
    "admitted_at": NEVER,
    "completed_at": NEVER,
    "suspended_at": NEVER,
    "issued_at": NEVER,
    "undone_at": NEVER,
    "id": NOBODYS,
    "status": "completed",
    "state": "accepted",
    "role": "administrator",
    "staff_role": "tutor",
}


def extras(form: dict[str, str], victim: Account, elsewhere: Edition) -> dict[str, str]:
    """What the form does not ask for: another's id, another edition, a role, a state, a moment."""
    theirs = dict.fromkeys(
        ("account_id", "author_id", "by_id", "actor_id", "invited_by_id", "user_id"), str(victim.id)
    )
    there = {"edition_id": str(elsewhere.id), "course_id": str(elsewhere.course_id)}
    home = {
        name: str(victim.institution_id)
        for name in ("institution_id", "coordinates_id", "merged_into_id")
    }
    more = COMMON | theirs | there | home
    return form | {name: value for name, value in more.items() if name not in form}


def standing(victim: Account, elsewhere: Edition) -> dict[str, int]:
    """How often what was smuggled in stands anywhere, and how many have a role or a state."""
    words = []
    with db.reading_engine().connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            words += [repr(row) for row in connection.execute(table.select())]
    everything = "\n".join(words)
    with db.reading() as fresh:
        administrators = select(func.count()).where(
            col(Account.platform_role) == PlatformRole.ADMINISTRATOR
        )
        return {
            "moment": everything.count("1999, 9, 9"),
            "number": everything.count("1777777777"),
            "hash": everything.count("moved-hash"),
            "id": everything.count(NOBODYS),
            "somebody else": everything.count(str(victim.id)),
            "their institution": everything.count(str(victim.institution_id)),
            "another edition": everything.count(str(elsewhere.id)),
            "another course": everything.count(str(elsewhere.course_id)),
            "completed": everything.count(EnrolmentStatus.COMPLETED.name),
            "administrators": fresh.exec(administrators).one(),
        }


def own_acts(session: Session, make: Make, boss: Account) -> Iterator[Act]:
    """What people do for themselves, each valid; the kind says who does it."""
    del session, boss
    edition = make.edition(
        make.course(slug="ours"), slug="run", capstone=CapstoneKind.ROADMAP,
        rubric_id=make.rubric().id, policy=EnrolmentPolicy.APPLICATION,
    )  # fmt: skip
    make.edition(make.course(slug="open"), slug="run")
    me = make.account(email="me@example.org")
    mine = make.counted(make.enrolment(me, edition))
    work = make.capstone(make.team(edition, mine))
    page, _left = make.activity(make.module(edition)), make.activity(make.module(edition))
    person = {"name": "Ana", "country": "CO", "language": "en"}
    at = f"/editions/{edition.id}"
    fresh = person | {"email": "fresh@example.org", "password": "a long mango password"}
    yield "visitor", "/register", fresh, ""
    yield "visitor", "/sign-in/link", {"email": me.email}, ""
    yield "me", "/account", person, ""
    yield "me", "/account/keys", {"key_name": "program"}, ""
    chosen = dict.fromkeys(("admission", "sessions", "capstone", "certificates"), "digest")
    chosen |= {"announcements": "digest", "digest_hour": "8"}
    yield "me", "/account/messages", chosen, ""
    yield "me", "/courses/open/run/enrolment", {"language": "en"}, ""
    yield "me", f"{at}/activities/{page.id}/done", {}, ""
    yield "me", f"{at}/capstone/title", {"title": "Ours", "was": work.title}, ""
    yield "me", f"{at}/capstone/sections/problem", {"body": "So.", "version": "1"}, ""
    yield "me", f"{at}/capstone/milestones", {"title": "First"}, ""
    first = make.saved(Milestone(capstone_id=work.id, position=8, title="One"))
    where = f"{at}/capstone/milestones/{first.id}"
    yield "me", f"{where}/move", {"to": "up"}, ""
    yield "me", f"{where}/remove", {}, ""
    yield "me", f"{at}/capstone/submit", {"number": "1"}, ""
    unsubscribe = f"/unsubscribe/{unsubscribe_token(me.id, 'announcements', 1)}"
    yield "visitor", unsubscribe, {}, ""
    yield "visitor", f"{unsubscribe}/choices", {"announcements": "at_once"}, ""
    yield "visitor", f"{unsubscribe}/undo", {}, ""
    by_invitation = make.edition()
    invitation = make.saved(
        Invitation(edition_id=by_invitation.id, email="other@example.org", invited_by_id=me.id,
                   changed_at=now())
    )  # fmt: skip
    link = f"/invitations/{invitation.id}/{secret_of(invitation.id, 1)}"
    yield "other", link, {"language": "en"}, ""
    yield "me", "/courses/ours/run/place/gender", {}, ""
    yield "me", "/courses/ours/run/place/leaving", {"because": "other"}, ""
    yield "other", "/courses/ours/run/application", {"language": "en"}, ""


@pytest.mark.parametrize("whose", [acts, own_acts])
def test_what_a_form_does_not_ask_for_changes_nothing(
    session: Session,
    make: Make,
    browser: Browser,
    whose: Callable[[Session, Make, Account], Iterator[Act]],
) -> None:
    boss = make.administrator(email="boss@example.org")
    make.administrator()
    actors = {
        "focal": make.focal(make.institution(), email="focal@example.org"),
        "other": make.account(email="other@example.org"),
        "visitor": None,
    }
    victim = make.account(institution_id=make.institution().id)
    elsewhere = make.edition()
    make.staff(elsewhere, make.account(), StaffRole.TUTOR)
    last, cases, violations = "nobody", 0, list[str]()
    for pattern, address, form, _kind in whose(session, make, boss):
        who = "boss" if whose is acts else pattern
        who = "focal" if pattern.endswith(" (focal point)") else who
        if who != last:
            last = who
            known = {email.partition("@")[0]: email for email in ("me@example.org",)}
            actor = boss if who == "boss" else actors.get(who)
            if who in known:
                actor = session.exec(select(Account).where(Account.email == known[who])).one()
            browser.sign_in(actor) if actor else browser.sign_out()
        before = standing(victim, elsewhere)
        at = address.format(own=getattr(actors["focal"], "coordinates_id", ""))
        table = ("people.csv", b"email,name,country,role\na@example.org,Ana,CO,admin\n")
        files: dict[str, Any] = {name: table for name in ("list", "file") if name in form}
        sent = extras(form, victim, elsewhere)
        answer = browser.post(at, data=sent, files=files or None)
        cases += 1
        after = standing(victim, elsewhere)
        if answer.status_code not in {200, 303}:
            violations.append(f"{pattern} {at}: refused ({answer.status_code})")
        changed = {name: (before[name], after[name]) for name in before}
        violations += [
            f"{pattern} {at}: {name} {was} before, {now} after"
            for name, (was, now) in changed.items()
            if was != now
        ]

    print(f"{cases} cases run, {len(violations)} violations")
    assert not violations, "\n".join(violations)
    assert cases > (50 if whose is acts else 18)


def test_a_text_that_claims_to_be_newer_than_what_is_kept_is_not_kept(
    make: Make, browser: Browser
) -> None:
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    me = make.account()
    make.capstone(make.team(edition, make.enrolment(me, edition)))
    browser.sign_in(me)

    address = f"/editions/{edition.id}/capstone/sections/problem"
    answer = browser.post(address, data={"body": "Forged.", "version": "7"})

    assert answer.status_code == 409
    assert "Forged." in answer.text
