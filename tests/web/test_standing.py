"""Nobody raises themselves, nor anybody beyond what their own role gives, by whichever way."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core import db
from app.models import Account, Edition, EditionStaff, Institution
from tests.conftest import Browser
from tests.make import Make

type Try = tuple[str, dict[str, str], dict[str, Any] | None]
ACTORS = ["participant", "observer", "tutor", "focal point", "coordinator", "administrator"]
#: Which role gives which standing to others; to themselves none does.
MAY_GIVE = {
    "administrator": {"platform", "staff", "focal"},
    "coordinator": {"staff", "focal"},
}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


def standings() -> dict[str, set[tuple[str, str]]]:
    """Who is what: on the platform, as a focal point, and among the staff of editions."""
    with db.reading() as fresh:
        people = fresh.exec(select(Account)).all()
        staff = fresh.exec(select(EditionStaff)).all()
    return {
        "platform": {
            (p.email, p.platform_role) for p in people if p.platform_role and not p.coordinates_id
        },
        "focal": {(p.email, str(p.coordinates_id)) for p in people if p.coordinates_id},
        "staff": {(str(s.account_id), s.role) for s in staff},
    }


def ways(target: Account, edition: Edition, institution: Institution) -> Iterator[Try]:
    """Every form that gives a standing, and forms that do not, with a role slipped in."""
    of, at = f"/accounts/{target.id}", f"/editions/{edition.id}"
    for role in ("administrator", "coordinator"):
        yield f"{of}/role", {"role": role}, None
    yield f"{of}/role", {"role": "coordinator", "institution": str(institution.id)}, None
    for role in ("tutor", "observer"):
        yield f"{of}/editions", {"edition": str(edition.id), "staff_role": role}, None
        yield f"{at}/settings/staff", {"email": target.email, "role": role}, None
    yield f"/institutions/{institution.id}/focal-points", {"focal_email": target.email}, None
    slipped = {"platform_role": "administrator", "role": "administrator", "staff_role": "tutor",
               "coordinates_id": str(institution.id), "is_admin": "on"}  # fmt: skip
    person = {"name": "Ana", "country": "CO", "language": "en"}
    yield "/account", person | slipped, None
    yield (
        "/register",
        person | slipped | {"email": "new@example.org", "password": "a mango pass"},
        None,
    )
    yield f"{at}/settings/invitations", {"emails": target.email, "language": "en"} | slipped, None
    line = f"{target.email},Ana,CO,administrator,administrator,{institution.id}"
    file = b"email,name,country,role,platform_role,coordinates_id\n" + line.encode()
    yield f"{at}/people/import", slipped, {"list": ("people.csv", file)}
    yield f"{of}/suspension/end", {"reason": "because"} | slipped, None


def test_no_way_leads_up(session: Session, make: Make, browser: Browser, edition: Edition) -> None:
    make.administrator()
    cases, violations = 0, list[str]()
    for kind in ACTORS:
        institution = make.institution()
        actor = somebody(make, kind, edition, institution)
        for target in (actor, make.account()):
            for address, form, files in ways(target, edition, institution):
                browser.sign_in(actor)
                before = standings()
                browser.post(address, data=form, files=files)
                after, cases = standings(), cases + 1
                changed = {what for what in after if after[what] != before[what]}
                allowed = MAY_GIVE.get(kind, set()) if target is not actor else set()
                if changed - allowed:
                    violations.append(f"{kind} by {address} {form}: changes {changed}")
    session.expire_all()

    print(f"{cases} cases run, {len(violations)} violations")
    assert not violations, "\n".join(violations)
    assert cases > 150


def somebody(make: Make, kind: str, edition: Edition, institution: Institution) -> Account:
    of_edition = {"participant": make.participant, "observer": make.observer, "tutor": make.tutor}
    if kind in of_edition:
        return of_edition[kind](edition)
    if kind == "focal point":
        return make.focal(institution)
    return make.coordinator() if kind == "coordinator" else make.administrator()


def test_those_who_may_do_so_give_a_standing(
    make: Make, browser: Browser, edition: Edition
) -> None:
    """So that the walk above would have seen one."""
    browser.sign_in(make.administrator())
    changed = set[str]()
    for n in range(3):
        target, institution = make.account(), make.institution()
        address, form, _files = [*ways(target, edition, institution)][(0, 3, 7)[n]]
        before = standings()
        browser.post(address, data=form)
        changed |= {what for what, are in standings().items() if are != before[what]}

    assert changed == {"platform", "staff", "focal"}
