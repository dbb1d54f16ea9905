"""What a list shows is exactly what its guard lets in."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import Session, col, select

from app.core.clock import now
from app.core.ids import token_hash
from app.models import Account, Edition, EditionStaff, EnrolmentStatus, StaffRole
from app.policy import Action
from app.queries.visits import edition_visit, viewer, visible_editions
from app.services.enrolments import count
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
