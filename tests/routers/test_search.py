"""Looking for words: everybody finds what they may read, and nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.core import clock
from app.jobs.search import bring_search_up_to_date
from app.models import (
    Account,
    Activity,
    ActivityText,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Module,
    OpeningRule,
    PlatformRole,
    Progress,
    ProgressState,
    RuleKind,
    SearchEntry,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make

WELDING = {"es": "La **soldadura** une metales. <b>Cuidado</b>", "en": "Welding joins metals."}


@pytest.fixture
def edition(make: Make) -> Edition:
    """With a page about welding, and one about glass in a module that opens next month."""
    course = make.course(languages=["es", "en"], title={"es": "Oficios", "en": "Trades"})
    edition = make.edition(course, languages=["es", "en"])
    page = make.activity(make.module(edition), title={"es": "Soldar", "en": "Joining"})
    for text in make.session.exec(select(ActivityText).where(ActivityText.activity_id == page.id)):
        text.body = WELDING[text.language]
        make.saved(text)
    later = make.module(edition, opens_on=clock.today() + timedelta(days=30))
    make.activity(later, title={"en": "Glass"}, body="Glassblowing is hot.")
    bring_search_up_to_date()
    return edition


def titles(browser: Browser, words: str, language: str = "en") -> list[str]:
    """What is found, as it is headed."""
    answer = browser.get("/search", params={"q": words, "lang": language})
    assert answer.status_code == 200
    return [line.split(">", 2)[2].split("<")[0] for line in answer.text.split("<h3 ")[1:]]


def test_a_participant_finds_a_text_in_the_language_they_read(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.participant(edition))

    assert titles(browser, "metales", "es") == ["Soldar"]
    assert titles(browser, "metals") == ["Joining"]
    assert titles(browser, "SOLDADURAS") == ["Soldar"]
    page = browser.get("/search?q=soldadura").text
    assert "La <mark>soldadura</mark> une metales. &lt;b&gt;Cuidado&lt;/b&gt;" in page
    assert f'href="/editions/{edition.id}/activities/' in page


def test_a_word_in_a_title_counts_more_than_one_in_a_text(
    make: Make, browser: Browser, edition: Edition
) -> None:
    module = make.session.exec(select(Module).where(Module.edition_id == edition.id)).first()
    assert module
    make.activity(module, title={"en": "Metals"}, body="Of all kinds.")
    edition.version += 1
    make.saved(edition)
    bring_search_up_to_date()
    browser.sign_in(make.participant(edition))

    assert titles(browser, "metals") == ["Metals", "Joining"]


def test_the_catalogue_is_found_by_everybody_and_nothing_else(
    make: Make, browser: Browser, edition: Edition
) -> None:
    hidden = make.course(title={"en": "Trades of yesterday"}, is_published=False)
    bring_search_up_to_date()

    assert titles(browser, "trades") == ["Trades"]
    assert titles(browser, "welding") == []
    assert titles(browser, "yesterday") == []
    browser.sign_in(make.account())
    assert titles(browser, "welding") == []
    assert hidden.id != edition.course_id


def test_each_finds_what_they_may_read_and_nothing_else(
    make: Make, browser: Browser, edition: Edition
) -> None:
    """Cases: everybody there is, and each text that they could find."""
    other = make.edition()
    people: dict[str, tuple[Account, set[str]]] = {
        "participant": (make.participant(edition), {"welding"}),
        "tutor": (make.tutor(edition), {"welding", "glassblowing"}),
        "observer": (make.observer(edition), {"welding", "glassblowing"}),
        "coordinator": (
            make.account(platform_role=PlatformRole.COORDINATOR),
            {"welding", "glassblowing"},
        ),
        "of another edition": (make.participant(other), set()),
        "tutor of another": (make.tutor(other), set()),
    }
    for status in EnrolmentStatus:
        if status not in {EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED}:
            account = make.account()
            make.enrolment(account, edition, status=status)
            people[status] = (account, set())
    violations, cases = [], 0
    for who, (account, may_find) in people.items():
        browser.sign_in(account)
        for words in ("welding", "glassblowing"):
            cases += 1
            if bool(titles(browser, words)) != (words in may_find):
                violations.append(f"{who}: {words}")
    print(f"{cases} cases run, {len(violations)} violations")
    assert violations == []


def test_what_opens_is_found_and_what_is_hidden_is_not_any_more(
    make: Make, browser: Browser, edition: Edition
) -> None:
    modules = make.session.exec(
        select(Module).where(Module.edition_id == edition.id).order_by("position")
    ).all()
    first = make.session.exec(select(Activity).where(Activity.module_id == modules[0].id)).one()
    for rule in make.session.exec(
        select(OpeningRule).where(OpeningRule.module_id == modules[1].id)
    ).all():
        make.session.delete(rule)
    make.rule(modules[1], RuleKind.AFTER_MODULE, after_module_id=modules[0].id)
    edition.version += 1
    make.saved(edition)
    account = make.participant(edition)
    enrolment = make.session.exec(select(Enrolment).where(Enrolment.account_id == account.id)).one()
    browser.sign_in(account)
    assert titles(browser, "glassblowing") == []

    make.session.add(
        Progress(
            enrolment_id=enrolment.id,
            activity_id=first.id,
            state=ProgressState.DONE,
            changed_at=NOW,
        )
    )
    make.session.flush()
    assert titles(browser, "glassblowing") == ["Glass"]

    first.is_hidden = True
    make.saved(first)
    assert titles(browser, "welding") == []
    first.is_hidden, modules[0].is_hidden = False, True
    make.saved(first)
    make.saved(modules[0])
    assert titles(browser, "welding") == []


def test_what_changes_is_found_as_it_is_now(make: Make, browser: Browser, edition: Edition) -> None:
    texts = select(ActivityText).join(Activity).where(Activity.edition_id == edition.id)
    for text in make.session.exec(texts).all():
        text.body = "Brazing, rather."
        make.saved(text)
    browser.sign_in(make.participant(edition))
    assert titles(browser, "brazing") == []  # not read yet

    edition.version += 1
    make.saved(edition)
    assert bring_search_up_to_date() == 1
    assert bring_search_up_to_date() == 0
    assert titles(browser, "brazing") == ["Joining"]
    assert titles(browser, "welding") == []


def test_what_is_deleted_takes_its_words_along(make: Make, edition: Edition) -> None:
    for activity in make.session.exec(
        select(Activity).where(Activity.edition_id == edition.id)
    ).all():
        make.session.delete(activity)
    make.session.flush()

    left = make.session.exec(select(SearchEntry).where(SearchEntry.edition_id == edition.id)).all()
    assert left == []


@pytest.mark.parametrize(
    "typed",
    ['"', "'; DROP TABLE account; --", "NEAR(a b)", "a AND", "*", "x" * 200, "é" * 50, "& | !",
     "\\", "col:x", "-welding", "^", "(", "\x00", "   "],
    ids=range(15),
)  # fmt: skip
def test_whatever_is_typed_is_only_words(
    make: Make, browser: Browser, edition: Edition, typed: str
) -> None:
    browser.sign_in(make.participant(edition))

    assert browser.get("/search", params={"q": typed}).status_code == 200


def test_a_long_list_comes_in_pages(make: Make, browser: Browser) -> None:
    module = make.module(make.edition())
    for n in range(23):
        make.activity(module, title={"en": f"Welding {n}"})
    bring_search_up_to_date()
    browser.sign_in(make.account(platform_role=PlatformRole.ADMINISTRATOR))

    assert len(titles(browser, "welding")) == 20
    second = browser.get("/search?q=welding&page=2").text
    assert second.count("<h3 ") == 3
    assert "23 finds" in second


def test_the_statements_do_not_grow_with_what_is_found(
    make: Make, browser: Browser, edition: Edition
) -> None:
    account = make.participant(edition)
    browser.sign_in(account)
    module = make.session.exec(select(Module).where(Module.edition_id == edition.id)).first()
    assert module
    counts = []
    for _ in range(2):
        browser.get("/search?q=metals")  # what is kept for all is read
        with statements() as made:
            browser.get("/search?q=metals")
        counts.append(len(made))
        for n in range(3):
            make.activity(module, title={"en": f"Metals {n}"}, body="Metals.")
        edition.version += 1
        make.saved(edition)
        bring_search_up_to_date()

    assert counts[0] == counts[1] <= 8
