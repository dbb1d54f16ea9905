"""A list of people does what the hand of whoever brings it could do, and nothing else."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, SQLModel, select

from app.core import clock, db
from app.jobs.people_imports import apply_import, check_import
from app.models import (
    Account,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Institution,
    PeopleImport,
    Verdict,
)
from app.services.admissions import POSSIBLE
from app.services.import_rows import POSSIBLE_FOR_NEW
from tests.conftest import Browser
from tests.make import Make

COLUMNS = [
    *("email", "name", "country", "institution", "gender", "language", "status"),
    *("id", "account_id", "edition_id", "edition", "role", "platform_role", "coordinates_id"),
    *("password", "password_hash", "is_admin", "completed_at", "admitted_at", "suspended_at"),
]
#: What no list is asked for, written into it all the same.
SLIPPED = {
    "role": "administrator",
    "platform_role": "administrator",
    "password": "a mango pass",
    "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA",
    "is_admin": "1",
    "completed_at": "2020-01-01",
    "admitted_at": "2020-01-01",
    "suspended_at": "",
}
MAY = ("coordinator", "administrator")
MAY_NOT = ("participant", "observer", "tutor", "focal point", "coordinator of a house")


@pytest.fixture
def edition(make: Make) -> Edition:
    course = make.course(languages=["es", "en"], title={"es": "Curso", "en": "Course"})
    return make.edition(course, policy=EnrolmentPolicy.APPLICATION)


@pytest.fixture
def elsewhere(make: Make) -> Enrolment:
    """Somebody's place in another edition."""
    return make.counted(make.enrolment(make.account(email="far@example.org"), make.edition()))


def listed(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(row.get(column, "") for column in COLUMNS) for row in rows]
    return "\n".join([",".join(COLUMNS), *lines]).encode()


def rows_of(model: type[SQLModel]) -> dict[UUID, dict[str, Any]]:
    with db.reading() as fresh:
        return {one.id: one.model_dump() for one in fresh.exec(select(model))}  # type: ignore[attr-defined]  # -- every table has one


def somebody(make: Make, kind: str, edition: Edition) -> Account:
    of_edition = {"participant": make.participant, "observer": make.observer, "tutor": make.tutor}
    if kind in of_edition:
        return of_edition[kind](edition)
    if kind in {"focal point", "coordinator of a house"}:
        return make.focal(make.institution())
    return make.coordinator() if kind == "coordinator" else make.administrator()


def bring(browser: Browser, edition: Edition, rows: list[dict[str, str]]) -> int:
    """Upload the list, say yes to whatever it says, and have it done; the first answer's status."""
    at = f"/editions/{edition.id}/people/import"
    answer = browser.post(at, data=SLIPPED, files={"list": ("people.csv", listed(rows))})
    for begun in rows_of(PeopleImport):
        check_import(begun)
        browser.post(f"{at}/{begun}/apply", data=SLIPPED)
        apply_import(begun)
    return answer.status_code


def moves(make: Make, edition: Edition) -> Iterator[tuple[dict[str, str], set[EnrolmentStatus]]]:
    """Everybody in every state, with every other state wished for, and where a hand gets them."""
    by_hand = {verdict.status: POSSIBLE[verdict] for verdict in Verdict}
    for n, (present, wanted) in enumerate(
        (present, wanted) for present in EnrolmentStatus for wanted in EnrolmentStatus
    ):
        account = make.account(email=f"here{n}@example.org")
        make.counted(make.enrolment(account, edition, status=present))
        allowed = {present} | ({wanted} if present in by_hand.get(wanted, ()) else set())
        yield {"email": account.email, "status": wanted.value}, allowed


@pytest.mark.parametrize("kind", MAY)
def test_a_list_moves_nobody_whom_the_hand_could_not(
    session: Session, make: Make, browser: Browser, edition: Edition, kind: str
) -> None:
    wishes = list(moves(make, edition))
    browser.sign_in(somebody(make, kind, edition))

    bring(browser, edition, [row | SLIPPED for row, _allowed in wishes])

    session.expire_all()
    found: dict[str, EnrolmentStatus] = dict(
        session.execute(
            select(Account.email, Enrolment.status).join(
                Enrolment,
                Enrolment.account_id == Account.id,  # type: ignore[arg-type]
            )
        ).all()
    )
    wrong = [row for row, allowed in wishes if found[row["email"]] not in allowed]
    print(f"{len(wishes)} cases run, {len(wrong)} violations")
    assert wrong == []
    assert len(set(found.values())) == len(EnrolmentStatus)
    moved = [
        row for row, allowed in wishes if len(allowed) > 1 and found[row["email"]] == row["status"]
    ]
    assert len(moved) == sum(len(allowed) > 1 for _row, allowed in wishes)


def strange_people(
    make: Make, boss: Account, elsewhere: Enrolment, session: Session
) -> list[dict[str, str]]:
    """Rows about accounts that exist, and rows that would make stranger ones."""
    other = {"name": "Somebody Else", "country": "BR", "gender": "Hombre", "language": "en"}
    far = session.get_one(Account, elsewhere.account_id)
    house = make.institution(acronym="SENA")
    known = [
        boss,
        far,
        make.administrator(email="chief@example.org"),
        make.coordinator(email="other@example.org"),
        make.focal(house, email="focal@example.org"),
        make.account(email="shut@example.org", suspended_at=clock.now()),
        make.account(email="gone@example.org", deleted_at=clock.now()),
        make.account(email="unsure@example.org", email_confirmed_at=None),
    ]
    rows = [other | {"email": account.email} for account in known]
    rows += [
        other | {"email": spelt}
        for spelt in ("FAR@example.org", " far@example.org ", "\uff46ar@example.org")
    ]
    rows += [
        other | {"email": f"new{n}@example.org", "status": status}
        for n, status in enumerate([*EnrolmentStatus, "administrator", "tutor", ""])
    ]
    rows += [
        other | {"email": f"odd{n}@example.org", "name": name}
        for n, name in enumerate(("=1+1", "<b>Ana</b>", "x" * 5000, "", "a\u202eb", "DROP TABLE"))
    ]
    ids = {
        "id": str(elsewhere.id),
        "account_id": str(far.id),
        "edition_id": str(elsewhere.edition_id),
        "edition": str(elsewhere.edition_id),
        "coordinates_id": str(house.id),
    }
    return [row | SLIPPED | ids for row in rows]


@pytest.mark.parametrize("kind", MAY)
def test_a_list_changes_no_account_that_exists_and_gives_new_ones_no_standing(
    session: Session,
    make: Make,
    browser: Browser,
    edition: Edition,
    elsewhere: Enrolment,
    kind: str,
) -> None:
    boss = somebody(make, kind, edition)
    rows = strange_people(make, boss, elsewhere, session)
    browser.sign_in(boss)
    kept = (Account, Enrolment, EditionStaff, Institution, Edition)
    before = {model: rows_of(model) for model in kept}

    bring(browser, edition, rows)

    after = {model: rows_of(model) for model in kept}
    violations = [
        f"{model.__name__} {id_} changed"
        for model in kept
        for id_, row in before[model].items()
        if after[model].get(id_) != row | _may_differ(model, after[model].get(id_, row))
    ]
    made = {
        model: [row for id_, row in after[model].items() if id_ not in before[model]]
        for model in kept
    }
    violations += [
        f"{one['email']} has {column}"
        for one in made[Account]
        for column in ("password_hash", "platform_role", "coordinates_id", "email_confirmed_at")
        if one[column] is not None
    ]
    violations += [
        f"{one['id']} is elsewhere or more than new"
        for one in made[Enrolment]
        if one["edition_id"] != edition.id or one["status"] not in {*POSSIBLE_FOR_NEW, "applied"}
    ]
    violations += [f"a new {m.__name__}" for m in (EditionStaff, Institution, Edition) if made[m]]
    print(f"{len(rows)} cases run, {len(violations)} violations")
    assert violations == []
    assert made[Account]
    assert made[Enrolment]


def _may_differ(model: type[SQLModel], now: dict[str, Any]) -> dict[str, Any]:
    """An edition's version is raised by whoever comes in; nothing else of it moves."""
    return {"version": now["version"]} if model is Edition else {}


def test_who_may_not_bring_a_list_changes_nothing_with_one(
    session: Session, make: Make, browser: Browser, edition: Edition, elsewhere: Enrolment
) -> None:
    rows = strange_people(make, make.coordinator(), elsewhere, session)
    actors = {kind: somebody(make, kind, edition) for kind in MAY_NOT}
    cases, violations = 0, list[str]()
    for kind, actor in [*actors.items(), ("visitor", None)]:
        browser.cookies.clear()
        if actor:
            browser.sign_in(actor)
        before = {model: rows_of(model) for model in (Account, Enrolment, PeopleImport)}
        for row in rows:
            status, cases = bring(browser, edition, [row]), cases + 1
            if status not in {303, 403, 404}:
                violations.append(f"{kind}: {status}")
        if before != {model: rows_of(model) for model in before}:
            violations.append(f"{kind} changed something")
    print(f"{cases} cases run, {len(violations)} violations")
    assert violations == []
