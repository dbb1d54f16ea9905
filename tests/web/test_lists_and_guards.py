"""What a list shows is exactly what its guard lets in."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import Session, col, select

from app.core.clock import now
from app.core.ids import token_hash
from app.models import (
    Account,
    CapstoneKind,
    Edition,
    EditionStaff,
    EnrolmentStatus,
    StaffRole,
)
from app.policy import About, Action, Asker, permits_with
from app.queries.capstones import team_of_capstone, teams
from app.queries.reviews import waiting
from app.queries.visits import edition_visit, viewer, visible_editions
from app.services.audit import record
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.make import Make, a_sign_in

KINDS = some.sampled_from(["nobody", "coordinator", "administrator", "focal"])
LINKS = some.lists(
    some.tuples(
        some.integers(0, 2),
        some.sampled_from(["none", "tutor", "observer", *EnrolmentStatus]),
    ),
    max_size=3,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=KINDS, links=LINKS, own_people_in=some.sets(some.integers(0, 2)))
def test_the_editions_listed_are_those_whose_guard_admits(
    session: Session, make: Make, kind: str, links: list[tuple[int, str]], own_people_in: set[int]
) -> None:
    institution = make.institution()
    person = {
        "nobody": make.account,
        "coordinator": make.coordinator,
        "administrator": make.administrator,
        "focal": lambda: make.focal(institution),
    }[kind]()
    editions = [make.edition() for _ in range(3)]
    for n, link in dict(links).items():
        _link(make, person, editions[n], link)
    for n in own_people_in:
        colleague = make.account(institution_id=institution.id)
        count(session, make.enrolment(colleague, editions[n]), by=1)
    secret = token_hash(str(person.id))
    make.saved(a_sign_in(person, secret))

    who = viewer(session, secret, now=now())
    assert who is not None
    listed = session.exec(
        select(Edition.id).where(
            visible_editions(who), col(Edition.id).in_([edition.id for edition in editions])
        )
    ).all()
    admitted = [
        edition.id
        for edition in editions
        if edition_visit(session, secret, edition.id, now=now()).may(Action.VIEW_EDITION)
    ]

    assert sorted(listed) == sorted(admitted)


def _link(make: Make, person: Account, edition: Edition, link: str) -> None:
    if link in set(StaffRole):
        make.saved(EditionStaff(edition_id=edition.id, account_id=person.id, role=StaffRole(link)))
    elif link != "none":
        make.enrolment(person, edition, status=EnrolmentStatus(link))


def test_the_works_listed_are_those_that_open(make: Make, browser: Browser) -> None:
    """A tutor has their own teams, and those that nobody of the edition has."""
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    mine, other, gone = make.tutor(edition), make.tutor(edition), make.account()
    found = {
        name: make.handed_in(edition, name, 3, tutor_id=tutor and tutor.id)
        for name, tutor in {"Mine": mine, "Other": other, "Gone": gone, "None": None}.items()
    }
    expected = [
        (mine, {"Mine", "Gone", "None"}),
        (other, {"Other", "Gone", "None"}),
        (make.observer(edition), set(found)),
        (make.coordinator(), set(found)),
    ]

    for person, names in expected:
        browser.sign_in(person)
        listed = browser.get(f"/editions/{edition.id}/capstones").text
        address = f"/editions/{edition.id}/capstones/{{}}/"
        opens = {
            name: browser.get(address.format(work.id) + "versions/1").status_code
            for name, work in found.items()
        }
        assert {name for name in found if f"Work of {name}" in listed} == names
        assert {name for name, status in opens.items() if status == 200} == names
        assert {status for name, status in opens.items() if name not in names} <= {404}
    for person, names in expected[:2]:
        browser.sign_in(person)
        reviewed = {
            name
            for name, work in found.items()
            if browser.get(f"/editions/{edition.id}/capstones/{work.id}/review").status_code == 200
        }
        assert reviewed == names
        assert browser.post(
            f"/editions/{edition.id}/capstones/{found['Mine'].id}/review", data={"do": "save"}
        ).status_code == (303 if person is mine else 404)


def test_the_words_of_the_policy_and_of_the_database_are_the_same(
    session: Session, make: Make
) -> None:
    """`own_teams` in Python decides about one team, in SQL about the list."""
    edition = make.edition(capstone=CapstoneKind.ROADMAP)
    tutor, other = make.tutor(edition), make.tutor(edition)
    works = [
        make.handed_in(edition, f"Team {n}", 3, tutor_id=owner)
        for n, owner in enumerate([tutor.id, other.id, None, make.account().id])
    ]
    secret = token_hash("tutor")
    make.saved(a_sign_in(tutor, secret))
    facts = edition_visit(session, secret, edition.id, now=now())
    assert facts.viewer

    listed = {line.capstone_id for line in teams(session, edition.id, only_of=tutor.id)}
    queued = {line.capstone_id for line in waiting(session, facts.viewer, page=1, size=50)}
    allowed = set()
    for work in works:
        team = team_of_capstone(session, work.id, edition.id)
        assert team
        about = About(tutor_id=team.tutor_id)
        if permits_with(facts.roles, Action.REVIEW_CAPSTONES, Asker(tutor.id), about):
            allowed.add(work.id)

    assert listed == queued == allowed == {work.id for work in works if work is not works[1]}


def test_the_events_listed_are_those_that_the_policy_admits(
    session: Session, make: Make, browser: Browser
) -> None:
    edition, person = make.edition(), make.account(name="Rosa Marín")
    record(session, None, "change edition", "edition", edition.id, note="in an edition")
    record(session, None, "suspend account", "account", person.id, note="on the platform")
    session.flush()

    for reader, seen in ((make.coordinator(), (1, 0)), (make.administrator(), (1, 1))):
        browser.sign_in(reader)
        page = browser.get("/audit").text
        assert (page.count("in an edition"), page.count("on the platform")) == seen
    for reader in (make.focal(make.institution()), make.tutor(edition), person):
        browser.sign_in(reader)
        assert browser.get("/audit").status_code == 403
