"""Opening rules as those meet them who take an edition, in words and in what is closed."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from app.core import clock
from app.models import (
    Account,
    Activity,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Module,
    Progress,
    ProgressState,
    RuleKind,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def person(make: Make) -> Account:
    return make.account()


@pytest.fixture
def enrolment(make: Make, person: Account, edition: Edition, browser: Browser) -> Enrolment:
    browser.sign_in(person)
    return make.enrolment(person, edition)


def address(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def did(make: Make, enrolment: Enrolment, activity: Activity, percent: float | None = None) -> None:
    make.session.add(
        Progress(enrolment_id=enrolment.id, activity_id=activity.id, percent=percent,
                 state=ProgressState.DONE, changed_at=NOW)
    )  # fmt: skip
    make.session.flush()
    enrolment.version += 1
    make.saved(enrolment)


def refusal(browser: Browser, activity: Activity) -> str:
    """What is said instead of the activity; nothing, if it is open."""
    answer = browser.get(address(activity))
    if answer.status_code == 200:
        return ""
    assert answer.status_code == 403
    assert browser.post(f"{address(activity)}/done").status_code == 403
    page = browser.get(f"/editions/{activity.edition_id}").text
    assert f'href="{address(activity)}"' not in page
    return answer.text


@pytest.mark.usefixtures("enrolment")
def test_an_activity_waits_for_another_and_says_so(
    make: Make, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition)
    first, second = make.activity(module, title={"en": "Read this"}), make.activity(module)
    make.rule(second, RuleKind.AFTER_ACTIVITY, after_activity_id=first.id)

    said = refusal(browser, second)
    page = browser.get(f"/editions/{edition.id}").text
    after = browser.post(f"{address(first)}/done").headers["Location"]

    assert "Opens when you have done “Read this”" in said
    assert "Opens when you have done “Read this”" in page
    assert after == address(second)
    assert refusal(browser, second) == ""


def test_a_module_waits_for_all_of_another(
    make: Make, browser: Browser, edition: Edition, enrolment: Enrolment
) -> None:
    before = make.module(edition)
    one, two = make.activity(before), make.activity(before)
    after = make.activity(make.module(edition, after=before))

    did(make, enrolment, one)
    assert "Opens when you finish module 1" in refusal(browser, after)
    did(make, enrolment, two)
    assert refusal(browser, after) == ""


@pytest.mark.parametrize(("percent", "opens"), [(None, False), (69.99, False), (70, True)])
def test_a_result_opens_from_its_percent_on(
    make: Make,
    browser: Browser,
    edition: Edition,
    enrolment: Enrolment,
    percent: float | None,
    opens: bool,
) -> None:
    quiz = make.quiz(make.module(edition), title={"en": "Quiz 1"})
    activity = make.activity(make.module(edition))
    make.rule(activity, RuleKind.RESULT, after_activity_id=quiz.id, percent=70)
    did(make, enrolment, quiz, percent)

    said = refusal(browser, activity)

    assert (said == "") is opens
    assert opens or "Opens with 70% or more in “Quiz 1”" in said


def test_only_the_teams_that_it_is_for_come_in_and_it_counts_for_no_others(
    make: Make, session: Session, browser: Browser, edition: Edition, enrolment: Enrolment
) -> None:
    for_all = make.activity(make.module(edition))
    other = make.enrolment(make.account(), edition)
    team = make.team(edition, other, name="Andes")
    of_team = make.activity(make.module(edition))
    of_module = make.activity(make.module(edition))
    make.rule(of_team, RuleKind.TEAM, team_id=team.id)
    make.rule(session.get_one(Module, of_module.module_id), RuleKind.TEAM, team_id=team.id)

    assert "For the team Andes only" in refusal(browser, of_team)
    assert "For the team Andes only" in refusal(browser, of_module)
    assert "0 of 1 activity done" in browser.get(f"/editions/{edition.id}").text
    assert "0 of 1 activity done" in browser.get("/home").text
    browser.post(f"{address(for_all)}/done")
    session.expire_all()
    assert session.get_one(Enrolment, enrolment.id).status is EnrolmentStatus.COMPLETED

    browser.sign_in(session.get_one(Account, other.account_id))
    assert refusal(browser, of_team) == refusal(browser, of_module) == ""
    browser.post(f"{address(for_all)}/done")
    session.expire_all()
    assert session.get_one(Enrolment, other.id).status is EnrolmentStatus.ACTIVE
    assert "1 of 3 activities done" in browser.get(f"/editions/{edition.id}").text


def test_all_rules_must_hold_and_those_that_do_not_are_said(
    make: Make, browser: Browser, edition: Edition, enrolment: Enrolment
) -> None:
    before = make.module(edition)
    first = make.activity(before)
    module = make.module(edition, after=before, opens_on=date(2099, 6, 13))
    inside = make.activity(module)
    make.rule(inside, RuleKind.AFTER_ACTIVITY, after_activity_id=first.id)

    said = refusal(browser, inside)
    did(make, enrolment, first)
    later = refusal(browser, inside)

    assert "Opens on Saturday 13 June" in said
    assert "Opens when you finish module 1" in said
    assert "Opens on Saturday 13 June" in later
    assert "module 1" not in later


def test_who_accompanies_the_edition_waits_for_nothing_and_reads_the_rules(
    make: Make, browser: Browser, edition: Edition
) -> None:
    before = make.module(edition)
    make.activity(before)
    after = make.activity(make.module(edition, after=before))
    browser.sign_in(make.observer(edition))

    assert browser.get(address(after)).status_code == 200
    assert "Opens when you finish module 1" in browser.get(f"/editions/{edition.id}").text


def test_what_is_hidden_keeps_nobody_waiting_but_passes_on_what_it_waits_for(
    make: Make, browser: Browser, edition: Edition, enrolment: Enrolment
) -> None:
    """And its title is not told."""
    first = make.module(edition)
    todo = make.activity(first)
    hidden = make.module(edition, after=first, is_hidden=True, title={"en": "Quetzal"})
    make.activity(hidden)
    last = make.activity(make.module(edition, after=hidden))
    tomorrow = clock.now().date() + timedelta(days=40)
    secret = make.activity(first, title={"en": "Quetzal"}, is_hidden=True)
    free = make.activity(make.module(edition))
    make.rule(secret, RuleKind.DATE, opens_on=tomorrow)
    make.rule(free, RuleKind.AFTER_ACTIVITY, after_activity_id=secret.id)

    said = refusal(browser, last)
    assert "Opens when you finish module 1" in said
    assert "Opens on" in refusal(browser, free)
    assert "Quetzal" not in browser.get(f"/editions/{edition.id}").text
    did(make, enrolment, todo)
    assert refusal(browser, last) == ""


@pytest.mark.usefixtures("enrolment")
def test_an_empty_module_keeps_nobody_waiting(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(make.module(edition, after=make.module(edition)))

    assert refusal(browser, activity) == ""


def test_a_warm_page_with_rules_of_all_kinds_takes_one_statement(
    make: Make, browser: Browser, edition: Edition, enrolment: Enrolment
) -> None:
    team = make.team(edition, enrolment)
    before = make.module(edition)
    quiz = make.quiz(before)
    did(make, enrolment, quiz, 80)
    module = make.module(edition, after=before, opens_on=date(2020, 1, 1))
    activity = make.activity(module)
    make.rule(activity, RuleKind.RESULT, after_activity_id=quiz.id, percent=70)
    make.rule(activity, RuleKind.TEAM, team_id=team.id)
    make.rule(make.activity(module), RuleKind.AFTER_ACTIVITY, after_activity_id=activity.id)
    browser.get(f"/editions/{edition.id}")

    with statements() as sent:
        page = browser.get(f"/editions/{edition.id}").text

    assert len(sent) == 1, sent
    assert f'href="{address(activity)}"' in page
