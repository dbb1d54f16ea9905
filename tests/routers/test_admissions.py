"""Deciding who takes part in an edition: by coordinators of all, and by nobody else."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.models import (
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Message,
)
from app.services.enrolments import count
from tests.conftest import Browser
from tests.make import Make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
APPLIED, ACTIVE = EnrolmentStatus.APPLIED, EnrolmentStatus.ACTIVE


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(
        make.course(title={"en": "Big Data"}), policy=EnrolmentPolicy.APPLICATION, capacity=5
    )


def put(
    make: Make,
    session: Session,
    edition: Edition,
    name: str,
    status: EnrolmentStatus = ACTIVE,
    **given: object,
) -> Enrolment:
    """Somebody in the edition, counted as the service would."""
    enrolment = make.enrolment(make.account(name=name, **given), edition, status=status)
    count(session, enrolment, by=1)
    return enrolment


def names(page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    return [th.get_text(strip=True) for th in soup.select("#people tbody th")]


def decide(
    browser: Browser, edition: Edition, do: str, *chosen: Enrolment, back: str = ""
) -> object:
    return browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={"do": do, "chosen": [str(one.id) for one in chosen], "back": back},
    )


def statuses(session: Session, *enrolments: Enrolment) -> list[EnrolmentStatus]:
    session.expire_all()
    return [session.get_one(Enrolment, one.id).status for one in enrolments]


def test_a_coordinator_approves_applicants_together(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    first, second, third = (
        put(make, session, edition, f"Applicant {n}", APPLIED) for n in range(3)
    )
    boss = make.coordinator()
    browser.sign_in(boss)

    answer = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={
            "do": "approve",
            "chosen": [str(first.id), str(second.id)],
            "back": "state=to-decide&country=CO",
        },
    )
    page = browser.get(answer.headers["Location"]).text

    assert answer.headers["Location"] == (
        f"/editions/{edition.id}/people?state=to-decide&country=CO"
    )
    assert "2 people were approved and get an e-mail." in page
    assert names(page) == ["Applicant 2"]
    assert statuses(session, first, second, third) == [ACTIVE, ACTIVE, APPLIED]
    assert {m.account_id for m in session.exec(select(Message))} == {
        first.account_id,
        second.account_id,
    }
    assert {e.actor_id for e in session.exec(select(AuditEvent))} == {boss.id}


@pytest.mark.parametrize(
    ("do", "before", "after"),
    [
        ("decline", APPLIED, EnrolmentStatus.REJECTED),
        ("withdraw", ACTIVE, EnrolmentStatus.WITHDRAWN),
        ("approve", EnrolmentStatus.WITHDRAWN, ACTIVE),
    ],
)
def test_a_coordinator_declines_withdraws_and_lets_in_again(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    do: str,
    before: EnrolmentStatus,
    after: EnrolmentStatus,
) -> None:
    person = put(make, session, edition, "Ana", before)
    browser.sign_in(make.coordinator())

    decide(browser, edition, do, person)

    assert statuses(session, person) == [after]


def test_more_people_than_places_are_refused_and_nothing_is_lost(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    chosen = [put(make, session, edition, f"Applicant {n}", APPLIED) for n in range(6)]
    browser.sign_in(make.coordinator())

    answer = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={"do": "approve", "chosen": [str(one.id) for one in chosen]},
        headers=PART,
    )

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#notice"
    assert "There are only 5 places left." in answer.text
    assert set(statuses(session, *chosen)) == {APPLIED}


@pytest.mark.parametrize("data", [{"do": "approve"}, {"do": "promote", "chosen": "x"}, {}])
def test_nobody_ticked_is_said(
    make: Make, browser: Browser, edition: Edition, data: dict[str, str]
) -> None:
    browser.sign_in(make.coordinator())

    answer = browser.post(f"/editions/{edition.id}/people/decisions", data=data)

    assert answer.status_code == 422
    assert "Tick the people you mean" in answer.text


def test_people_of_another_edition_are_not_found(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    stranger = put(make, session, make.edition(), "Eve", APPLIED)
    browser.sign_in(make.coordinator())

    answer = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={"do": "approve", "chosen": str(stranger.id)},
    )

    assert answer.status_code == 404
    assert statuses(session, stranger) == [APPLIED]


def test_only_coordinators_of_all_decide(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own = make.institution()
    person = put(make, session, edition, "Ana", APPLIED, institution_id=own.id)
    refused = []
    for reader in (make.tutor(edition), make.focal(own), make.participant(edition)):
        browser.sign_in(reader)
        refused.append(
            browser.post(
                f"/editions/{edition.id}/people/decisions",
                data={"do": "approve", "chosen": str(person.id)},
            ).status_code
        )
    browser.sign_in(make.focal(own))
    page = browser.get(f"/editions/{edition.id}/people?state=to-decide").text

    assert refused == [403, 403, 403]
    assert statuses(session, person) == [APPLIED]
    assert names(page) == ["Ana"]
    assert 'type="checkbox"' not in page


def test_the_way_back_stays_on_this_page(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = put(make, session, edition, "Ana", APPLIED)
    browser.sign_in(make.coordinator())

    answer = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={
            "do": "approve",
            "chosen": str(person.id),
            "back": "//evil.example\r\nX: y&state=left",
        },
    )

    assert answer.headers["Location"].startswith(f"/editions/{edition.id}/people?")
    assert "evil.example" not in answer.headers["Location"].partition("?")[0]
    assert "X" not in answer.headers
