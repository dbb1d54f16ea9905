"""The results of an edition: for whom they are, what is in them, and what is nowhere."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.errors import RuleBroken
from app.jobs.quizzes import release_results
from app.models import (
    Activity,
    Attempt,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
    Quiz,
    Reveal,
)
from app.queries.completion import facts
from app.services.edition_results import override_result, take_override_back
from app.services.progress import record_result
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


def joined(make: Make, edition: Edition, **given: Any) -> Enrolment:
    return make.counted(make.enrolment(make.account(**given), edition))


def judged(session: Session, enrolment: Enrolment, quiz: Activity, percent: float) -> None:
    record_result(session, enrolment.id, quiz, percent, now=clock.now())


def table(browser: Browser, edition: Edition) -> list[dict[str, str]]:
    text = browser.get(f"/editions/{edition.id}/results/all.csv").text.lstrip("\ufeff")
    return list(csv.DictReader(StringIO(text)))


def test_the_total_weighs_each_result(make: Make, session: Session, browser: Browser) -> None:
    edition = make.edition()
    module = make.module(edition)
    light = make.quiz(module, title={"en": "Light"})
    heavy = make.quiz(module, title={"en": "Heavy"}, weight=3)
    untold = make.quiz(module, title={"en": "Untold"}, weight=0)
    make.activity(module)
    person = joined(make, edition, name="Ana")
    for quiz, percent in ((light, 100), (heavy, 60), (untold, 1)):
        judged(session, person, quiz, percent)
    browser.sign_in(make.coordinator())

    row = table(browser, edition)[0]

    assert (row["Light"], row["Heavy"], row["Untold"]) == ("100.0", "60.0", "1.0")
    assert row["Total, in per cent"] == "70.0"  # (100 * 1 + 60 * 3) / 4


def test_what_is_not_out_is_nowhere(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    """Each kind of result that nobody may know, on each page and file: 37 stands in none."""
    module, dark = make.module(edition), make.module(edition, is_hidden=True)
    shown = make.quiz(module)
    cases = {
        "waits": make.quiz(module),
        "until it is closed": make.quiz(module),
        "hidden": make.quiz(module, is_hidden=True),
        "in a hidden module": make.quiz(dark),
    }
    make.activity(module)
    person = joined(make, edition)
    judged(session, person, shown, 80)
    closing = session.exec(
        select(Quiz).where(Quiz.activity_id == cases["until it is closed"].id)
    ).one()
    closing.feedback, closing.closes_at = Reveal.CLOSED, clock.now() + timedelta(days=1)
    make.saved(closing)
    for quiz in cases.values():
        make.saved(
            Attempt(
                enrolment_id=person.id, activity_id=quiz.id, number=1, started_at=NOW, last_at=NOW,
                submitted_at=NOW, score=37, out_of=100, waits=quiz is cases["waits"],
            )
        )  # fmt: skip
        judged(session, person, quiz, 37)

    counted, violations = 0, []
    at = f"/editions/{edition.id}/results"
    owner = make.session.get_one(type(make.account()), person.account_id)
    for reader, addresses in (
        (owner, [at, f"/editions/{edition.id}"]),
        (make.coordinator(), [f"{at}/all", f"{at}/all.csv", f"{at}/all/{person.id}"]),
    ):
        browser.sign_in(reader)
        for address in addresses:
            answer = browser.get(address)
            counted += len(cases)
            told = answer.text.replace(str(person.id), "")
            if ">37" in told or "37 of 100" in told or "37%" in told or ",37" in told:
                violations.append(address)
            if '"37"' in str(answer.headers):
                violations.append(f"{address}: headers")
    total = facts(session, edition.id, now=clock.now())[person.id].result
    counted += len(cases)
    if total != 80:
        violations.append(f"total {total}")
    print(f"{counted} cases, {len(violations)} violations: {violations}")
    assert violations == []

    closing.closes_at = clock.now() - timedelta(days=1)
    make.saved(closing)
    after = facts(session, edition.id, now=clock.now())[person.id].result
    assert after == (80 + 37) / 2


def test_another_result_stands_beside_the_judged_one_with_its_reason(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition)
    quiz = make.quiz(module)
    make.activity(module)
    person = joined(make, edition)
    judged(session, person, quiz, 40)
    tutor = make.tutor(edition)
    at = f"/editions/{edition.id}/results/all/{person.id}/{quiz.id}"
    browser.sign_in(tutor)
    no_reason = browser.post(at, data={"percent": "90", "reason": ""})
    saved = browser.post(at, data={"percent": "90", "reason": "The line broke"})
    session.expire_all()
    row = session.get_one(Progress, (person.id, quiz.id))
    given = (row.percent, row.state)
    judged(session, person, quiz, 50)  # a later try does not undo it
    session.expire_all()
    still = session.get_one(Progress, (person.id, quiz.id)).percent
    browser.sign_in(make.session.get_one(type(tutor), person.account_id))
    own = browser.get(f"/editions/{edition.id}/results").text
    browser.sign_in(tutor)
    browser.post(f"{at}/undo")
    session.expire_all()
    back = session.get_one(Progress, (person.id, quiz.id))

    assert (no_reason.status_code, saved.status_code) == (422, 303)
    assert 'value="90"' in no_reason.text
    assert given == (90, ProgressState.DONE)
    assert still == 90
    assert "The line broke" in own
    assert "Judged with 50%" in own
    assert (back.percent, back.state) == (50, ProgressState.DONE)
    acts = session.exec(select(AuditEvent.action).order_by(AuditEvent.seq)).all()  # type: ignore[arg-type]
    assert acts[-2:] == ["override result", "take result back"]
    assert "The line broke" not in str(session.exec(select(AuditEvent.details)).all())


def test_tutors_and_focal_points_find_their_own_people_alone(
    make: Make, browser: Browser, edition: Edition
) -> None:
    house = make.institution()
    tutor, other = make.tutor(edition), make.tutor(edition)
    of_tutor = joined(make, edition, name="Ana")
    of_other = joined(make, edition, name="Eva", institution_id=house.id)
    joined(make, edition, name="Luz")
    make.team(edition, of_tutor, tutor_id=tutor.id)
    make.team(edition, of_other, tutor_id=other.id)
    quiz = make.quiz(make.module(edition))
    found = {}
    readers = {
        "tutor": tutor,
        "other": other,
        "focal": make.focal(house),
        "observer": make.observer(edition),
        "coordinator": make.coordinator(),
    }
    for name, reader in readers.items():
        browser.sign_in(reader)
        found[name] = {row["Name"] for row in table(browser, edition)}
    browser.sign_in(tutor)
    at = f"/editions/{edition.id}/results/all/{of_other.id}"
    strange = [
        browser.get(at).status_code,
        browser.post(f"{at}/{quiz.id}", data={"percent": "1", "reason": "x"}).status_code,
        browser.post(f"{at}/{quiz.id}/undo").status_code,
    ]
    browser.sign_in(readers["observer"])
    looked = browser.post(f"{at}/{quiz.id}", data={"percent": "1", "reason": "x"}).status_code

    assert found == {
        "tutor": {"Ana", "Luz"},
        "other": {"Eva", "Luz"},
        "focal": {"Eva"},
        "observer": {"Ana", "Eva", "Luz"},
        "coordinator": {"Ana", "Eva", "Luz"},
    }
    assert strange == [404, 404, 404]
    assert looked == 403


@pytest.mark.parametrize("how_many", [1, 5])
def test_the_table_takes_seven_statements_however_long(
    make: Make, session: Session, browser: Browser, edition: Edition, how_many: int
) -> None:
    module = make.module(edition)
    quizzes = [make.quiz(module) for _ in range(how_many)]
    make.activity(module)
    for _ in range(how_many):
        person = joined(make, edition)
        for quiz in quizzes:
            judged(session, person, quiz, 50)
    browser.sign_in(make.coordinator())

    with statements() as sent:
        assert browser.get(f"/editions/{edition.id}/results/all").status_code == 200

    assert len(sent) == 7, sent


def test_who_is_not_of_the_edition_gets_no_result(
    make: Make, session: Session, edition: Edition
) -> None:
    quiz = make.quiz(make.module(edition))
    elsewhere = joined(make, make.edition())
    by = make.coordinator().id
    with pytest.raises(Exception, match="nothing at this address"):
        override_result(
            session, edition.id, elsewhere.id, quiz.id, 80, "Because", by=by, now=clock.now()
        )
    with pytest.raises(Exception, match="nothing at this address"):
        take_override_back(session, edition.id, elsewhere.id, quiz.id, by=by, now=clock.now())


def test_nobody_gives_themselves_a_result(make: Make, session: Session, edition: Edition) -> None:
    quiz = make.quiz(make.module(edition))
    own = joined(make, edition)

    with pytest.raises(RuleBroken, match="Nobody gives themselves"):
        override_result(
            session, edition.id, own.id, quiz.id, 99, "I want", by=own.account_id, now=clock.now()
        )


def test_a_withheld_result_does_nothing_until_its_quiz_is_closed(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    quiz = make.quiz(make.module(edition))
    closing = session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()
    closing.feedback, closing.closes_at = Reveal.CLOSED, clock.now() + timedelta(days=1)
    make.saved(closing)
    person = joined(make, edition)
    make.saved(
        Attempt(
            enrolment_id=person.id, activity_id=quiz.id, number=1, started_at=NOW, last_at=NOW,
            submitted_at=NOW, score=93, out_of=100, passed=True,
        )
    )  # fmt: skip
    judged(session, person, quiz, 93)
    before = session.get_one(Progress, (person.id, quiz.id)).state
    browser.sign_in(make.session.get_one(type(make.account()), person.account_id))
    page = browser.get(f"/editions/{edition.id}/activities/{quiz.id}").text
    too_early = release_results()
    closing.closes_at = clock.now() - timedelta(hours=1)
    make.saved(closing)
    released, again = release_results(), release_results()
    session.expire_all()

    assert before is ProgressState.STARTED
    assert "93" not in page.replace(str(quiz.id), "").split("<main", 1)[1].split("</main", 1)[0]
    assert (too_early, released, again) == (0, 1, 0)
    assert session.get_one(Progress, (person.id, quiz.id)).state is ProgressState.DONE
    assert session.get_one(Enrolment, person.id).status is EnrolmentStatus.COMPLETED
