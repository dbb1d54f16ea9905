"""Deciding who takes part in an edition: by coordinators of all, and by nobody else."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import (
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Message,
    Support,
)
from app.services.enrolment_counts import count
from app.services.enrolments import leave
from tests.conftest import Browser
from tests.counting import statements
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
    return [next(th.stripped_strings) for th in soup.select("#people-table tbody th")]


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


def flash_undo(page: str) -> str:
    form = BeautifulSoup(page, "html.parser").select_one("#notice form")
    assert form is not None
    return str(form["action"])


def balance_of(page: str) -> dict[str, list[str]]:
    found = BeautifulSoup(page, "html.parser").select("#balance tbody tr")
    return {
        next(tr.th.stripped_strings): [td.get_text(strip=True) for td in tr.select("td")]
        for tr in found
        if tr.th
    }


def test_a_decision_is_undone_from_the_notice_or_from_the_list(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    one, other = (put(make, session, edition, n, APPLIED) for n in ("Ana", "Bea"))
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"

    decide(browser, edition, "approve", one)
    first = browser.get(address).text
    answer = browser.post(flash_undo(first))
    said = browser.get(answer.headers["Location"]).text
    decide(browser, edition, "waitlist", other)
    browser.get(address)  # the notice is gone
    later = BeautifulSoup(browser.get(address).text, "html.parser")
    form = later.select_one("#people form[action$=undo]")

    assert "1 person is as before, and is told." in said
    assert form is not None
    assert "Your last decision: 1 person put on the waiting list" in later.get_text()
    browser.post(str(form["action"]))
    assert statuses(session, one, other) == [APPLIED, APPLIED]


def test_only_whoever_may_admit_undoes_or_weighs(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own = make.institution()
    one = put(make, session, edition, "Ana", APPLIED, institution_id=own.id)
    browser.sign_in(make.coordinator())
    decide(browser, edition, "waitlist", one)
    undo = flash_undo(browser.get(f"/editions/{edition.id}/people").text)
    elsewhere = undo.replace(str(edition.id), str(make.edition().id))
    strange = browser.post(elsewhere).status_code
    refused = []
    for reader in (make.tutor(edition), make.focal(own), make.participant(edition), make.account()):
        browser.sign_in(reader)
        refused += [
            browser.post(address, data={"chosen": str(one.id)}).status_code
            for address in (undo, f"/editions/{edition.id}/people/balance")
        ]
    browser.sign_in(make.coordinator())
    foreign = browser.post(undo).status_code

    assert strange == 404
    assert refused == [403] * 6 + [404] * 2
    assert foreign == 403
    assert statuses(session, one) == [EnrolmentStatus.WAITLISTED]


def test_everybody_of_the_list_is_chosen_on_every_page_with_the_number_said(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    everybody = [put(make, session, edition, f"A {n:02}", APPLIED, country="CR") for n in range(52)]
    stranger = put(make, session, edition, "Eve", APPLIED)
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"
    back = "state=to-decide&country=CR"

    page = browser.get(f"{address}?{back}").text
    sent = {"do": "waitlist", "everyone": "52", "back": back}
    put(make, session, edition, "Late", APPLIED, country="CR")
    refused = browser.post(f"{address}/decisions", data=sent)
    before = set(statuses(session, *everybody))
    browser.post(f"{address}/decisions", data=sent | {"everyone": "53"})

    assert "All 52 people of this list, on every page" in page
    assert refused.status_code == 409
    assert "it had 52 people, now 53" in refused.text
    assert before == {APPLIED}
    assert set(statuses(session, *everybody)) == {EnrolmentStatus.WAITLISTED}
    assert statuses(session, stranger) == [APPLIED]


def test_the_balance_is_shown_before_deciding_with_and_without_scripts(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    put(make, session, edition, "In", gender=Gender.MAN, country="CO")
    ana = put(make, session, edition, "Ana", APPLIED, gender=Gender.WOMAN, country="CR")
    bea = put(make, session, edition, "Bea", APPLIED, gender=Gender.PREFERS_NOT_TO_SAY)
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people"
    sent = {"chosen": [str(ana.id), str(bea.id)], "back": "state=to-decide"}

    page = browser.post(f"{address}/balance", data=sent).text
    part = browser.post(f"{address}/balance", data=sent, headers=PART).text
    empty = browser.post(f"{address}/balance", data={}, headers=PART).text
    ticked = browser.get(f"{address}?state=to-decide&tick=page").text

    for shown in (page, part, ticked):
        assert balance_of(shown) == {
            "Now": ["0", "1", "0", "0", "1", "1", "0"],
            "Chosen": ["1", "0", "0", "1", "2", "2", "0"],
            "With the chosen": ["1", "1", "0", "1", "3", "2", "0"],
        }
        assert "2 places would be left." in shown
    assert page.count("checked") == 2
    assert "<html" not in part
    assert "Tick people to see" in empty


def test_a_reason_is_kept_with_the_form_until_it_is_whole(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    one = put(make, session, edition, "Ana", APPLIED)
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people/decisions"
    sent = {
        "do": "decline", "chosen": str(one.id), "back": "state=to-decide",
        "decline_reason": "other", "decline_tell": "true",
    }  # fmt: skip

    answer = browser.post(address, data=sent)
    soup = BeautifulSoup(answer.text, "html.parser")
    browser.post(address, data=sent | {"decline_words": "The course is full of beginners."})

    assert answer.status_code == 422
    assert "Write the reason." in answer.text
    assert len(soup.select("input[name=chosen][checked]")) == 1
    assert len(soup.select("option[value=other][selected]")) == 1
    assert statuses(session, one) == [EnrolmentStatus.REJECTED]
    assert "The course is full of beginners." in session.exec(select(Message)).one().body


def of_one(edition: Edition, person: Enrolment) -> str:
    return f"/editions/{edition.id}/people/{person.id}"


@pytest.mark.parametrize(
    ("do", "before", "after"),
    [
        ("approve", APPLIED, ACTIVE),
        ("waitlist", APPLIED, EnrolmentStatus.WAITLISTED),
        ("decline", APPLIED, EnrolmentStatus.REJECTED),
        ("withdraw", ACTIVE, EnrolmentStatus.WITHDRAWN),
    ],
)
def test_one_person_is_decided_about_on_their_page_and_it_is_taken_back_there(
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
    address = of_one(edition, person)

    offered = BeautifulSoup(browser.get(address).text, "html.parser").select("button[name=do]")
    answer = browser.post(f"{address}/decision", data={"do": do})
    moved = statuses(session, person)
    undo = flash_undo(browser.get(answer.headers["Location"]).text)
    later = BeautifulSoup(browser.get(address).text, "html.parser")
    back = browser.post(undo)

    assert do in {str(button["value"]) for button in offered}
    assert answer.headers["Location"] == address
    assert moved == [after]
    assert later.select_one("main form[action$='undo?person=" + str(person.id) + "']") is not None
    assert back.headers["Location"] == address
    assert statuses(session, person) == [before]


def test_the_page_of_a_person_weighs_and_keeps_a_reason_that_is_not_whole(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    put(make, session, edition, "In", gender=Gender.MAN, country="CO")
    ana = put(make, session, edition, "Ana", APPLIED, gender=Gender.WOMAN, country="CR")
    browser.sign_in(make.coordinator())
    address = of_one(edition, ana)
    sent = {"do": "decline", "decline_reason": "other", "decline_tell": "true"}

    page = browser.get(address).text
    nothing = browser.post(f"{address}/decision", data={})
    half = browser.post(f"{address}/decision", data=sent)
    kept = BeautifulSoup(half.text, "html.parser")
    before = statuses(session, ana)
    browser.post(f"{address}/decision", data=sent | {"decline_words": "Too many beginners."})

    rows = BeautifulSoup(page, "html.parser").select("section[aria-labelledby=decision] tbody tr")
    assert [[td.get_text(strip=True) for td in row.select("td")] for row in rows] == [
        ["0", "1", "0", "0", "1", "1", "0"],
        ["1", "1", "0", "0", "2", "2", "0"],
    ]
    assert "3 places would be left." in page
    assert (nothing.status_code, half.status_code) == (422, 422)
    assert "Choose what is to become of this person." in nothing.text
    assert "Write the reason." in half.text
    assert len(kept.select("option[value=other][selected]")) == 1
    assert (before, statuses(session, ana)) == ([APPLIED], [EnrolmentStatus.REJECTED])
    assert "Too many beginners." in session.exec(select(Message)).one().body


def test_nobody_but_coordinators_of_all_decides_on_the_page_of_a_person(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own, other = make.institution(), make.institution()
    person = put(make, session, edition, "Ana", APPLIED, institution_id=own.id)
    address, elsewhere = of_one(edition, person), of_one(make.edition(), person)
    seen = {}
    everybody = {
        "own focal": make.focal(own),
        "other focal": make.focal(other),
        "tutor": make.tutor(edition),
        "participant": make.participant(edition),
        "stranger": make.account(),
    }
    for who, reader in everybody.items():
        browser.sign_in(reader)
        page = browser.get(address).text
        answer = browser.post(f"{address}/decision", data={"do": "approve"})
        seen[who] = (answer.status_code, 'name="do"' in page, "Support this application" in page)
    browser.sign_in(make.coordinator())
    strange = browser.post(f"{elsewhere}/decision", data={"do": "approve"}).status_code

    assert seen == {
        "own focal": (403, False, True),
        "other focal": (404, False, False),
        "tutor": (403, False, False),
        "participant": (403, False, False),
        "stranger": (404, False, False),
    }
    assert strange == 404
    assert statuses(session, person) == [APPLIED]


@pytest.mark.parametrize("where", ["list", "page"])
def test_somebody_who_left_meanwhile_is_not_let_in_and_nothing_typed_is_lost(
    make: Make, session: Session, browser: Browser, edition: Edition, where: str
) -> None:
    person = put(make, session, edition, "Ana", APPLIED)
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people" if where == "list" else of_one(edition, person)
    soup = BeautifulSoup(browser.get(address).text, "html.parser")
    seen = str(soup.select_one("input[name=seen]")["value"])  # type: ignore[index]
    leave(session, person.account_id, edition.id, because=None, word="", now=clock.now())
    sent = {"do": "approve", "seen": seen, "decline_words": "As I wrote."}

    answer = browser.post(
        f"{address}/{'decisions' if where == 'list' else 'decision'}",
        data=sent | {"chosen": str(person.id)},
    )
    kept = BeautifulSoup(answer.text, "html.parser")

    assert answer.status_code == 422
    assert "in the meantime" in kept.select_one(".flash.due").get_text()  # type: ignore[union-attr]
    if where == "list":
        assert len(kept.select("input[name=chosen][checked]")) == 1
        assert "As I wrote." in answer.text
    assert statuses(session, person) == [EnrolmentStatus.WITHDRAWN]
    assert str(kept.select_one("input[name=seen]")["value"]) > seen  # type: ignore[index]


def test_more_people_than_places_come_back_ticked_without_scripts(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    chosen = [put(make, session, edition, f"Applicant {n}", APPLIED) for n in range(6)]
    browser.sign_in(make.coordinator())

    answer = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={
            "do": "approve",
            "chosen": [str(one.id) for one in chosen],
            "back": "state=to-decide&sort=-name",
        },
    )
    soup = BeautifulSoup(answer.text, "html.parser")

    assert answer.status_code == 422
    assert "There are only 5 places left." in answer.text
    assert len(soup.select("input[name=chosen][checked]")) == 6
    assert names(answer.text)[0] == "Applicant 5"
    assert set(statuses(session, *chosen)) == {APPLIED}


def test_a_participant_is_looked_at_from_their_page_by_whoever_may(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own = make.institution()
    person = put(make, session, edition, "Ana Rojas", institution_id=own.id)
    staff = make.counted(make.enrolment(make.administrator(), edition))
    address, offer = of_one(edition, person), "View as this participant"
    offered = {}
    for who, reader in {"focal": make.focal(own), "tutor": make.tutor(edition)}.items():
        browser.sign_in(reader)
        offered[who] = offer in browser.get(address).text
    browser.sign_in(make.coordinator())
    page = BeautifulSoup(browser.get(address).text, "html.parser")
    form = page.select_one(f"form[action^='/accounts/{person.account_id}/view']")
    of_staff = browser.get(of_one(edition, staff)).text

    assert offered == {"focal": False, "tutor": False}
    assert offer not in of_staff
    assert form is not None
    begun = browser.post(str(form["action"]))
    assert begun.headers["Location"] == f"/editions/{edition.id}"
    assert "You see what Ana Rojas sees." in browser.get(begun.headers["Location"]).text


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_of_a_person_takes_no_more_statements_for_a_long_story(
    make: Make, session: Session, browser: Browser, edition: Edition, how_many: int
) -> None:
    person = put(make, session, edition, "Ana", APPLIED)
    boss = make.coordinator()
    browser.sign_in(boss)
    for _ in range(how_many):
        put(make, session, edition, "Other", APPLIED)
        decide(browser, edition, "waitlist", person)
        browser.post(flash_undo(browser.get(f"/editions/{edition.id}/people").text))
        support = Support(enrolment_id=person.id, account_id=make.account().id, words="Yes")
        make.saved(support)

    with statements() as sent:
        assert browser.get(of_one(edition, person)).status_code == 200

    assert len(sent) == 12, sent
