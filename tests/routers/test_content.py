"""Writing an edition's content: the page with everything, its forms, and what they refuse."""

import re

import pytest
from sqlmodel import Session, select

from app.models import Activity, ActivityKind, Edition, Module, OpeningRule, RuleKind
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["es", "pt"]))


@pytest.fixture
def at(make: Make, browser: Browser, edition: Edition) -> str:
    browser.sign_in(make.tutor(edition))
    return f"/editions/{edition.id}/content"


def test_an_empty_edition_says_what_belongs_here_and_leads_to_the_first_module(
    browser: Browser, at: str
) -> None:
    page = browser.get(at).text
    course = browser.get(at.removesuffix("/content")).text

    assert "A course is made of modules" in page
    assert f'href="{at}/modules/new"' in page
    assert f'href="{at}"' in course


def test_a_module_and_an_activity_are_added_and_what_is_missing_is_said(
    session: Session, browser: Browser, at: str
) -> None:
    title = {"title_es": "Primer módulo", "title_pt": "", "summary_es": "De qué trata."}
    added = browser.post(f"{at}/modules/new", data=title)
    module = session.exec(select(Module)).one()
    new = {"kind": "page", "title_es": "Leer", "title_pt": "Ler", "minutes": "15", "counts": "on"}
    begun = browser.post(f"{at}/modules/{module.id}/activities/new", data=new)
    activity = session.exec(select(Activity)).one()
    page = browser.get(at).text

    assert added.headers["Location"] == f"{at}?at={module.id}"
    assert module.title == {"es": "Primer módulo"}
    assert begun.headers["Location"].startswith(f"{at}/activities/{activity.id}/")
    assert (activity.kind, activity.minutes, activity.counts) == (ActivityKind.PAGE, 15, True)
    assert "No title in Portuguese" in page
    assert "No text in Spanish" in page
    assert "1 title or text is missing" in page
    assert "2 titles or texts are missing" in page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"kind": "page"}, "title_es", "Write a title."),
        ({"kind": "page", "title_es": "x" * 201}, "title_es", "Write at most 200 characters."),
        ({"kind": "page", "title_es": "A", "minutes": "ten"}, "minutes", "Write a whole number."),
        ({"kind": "none", "title_es": "A"}, "kind", "Choose one of the options."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_all_that_was_typed_is_kept(
    make: Make, browser: Browser, edition: Edition, at: str, typed: dict[str, str], field: str,
    words: str,
) -> None:  # fmt: skip
    module = make.module(edition)
    typed |= {"title_pt": "Escrito antes"} if "title_es" in typed else {}

    answer = browser.post(f"{at}/modules/{module.id}/activities/new", data=typed)

    assert answer.status_code == 422
    assert f'id="{field}-error">{words}' in answer.text
    assert typed.get("title_pt", "") in answer.text


def test_settings_keep_what_somebody_else_changed_meanwhile(
    make: Make, session: Session, browser: Browser, edition: Edition, at: str
) -> None:
    activity = make.activity(make.module(edition), title={"es": "Antes", "pt": "Antes", "fr": "X"})
    address = f"{at}/activities/{activity.id}/settings"
    opened = dict(re.findall(r'name="(was-\w+)" value="([^"]*)"', browser.get(address).text))
    mine = {"title_es": "Mío", "title_pt": "Antes", "minutes": "10", "counts": "on"}
    theirs = mine | {"title_es": "Antes", "title_pt": "Deles"}

    browser.post(address, data=opened | theirs)
    saved = browser.post(address, data=opened | mine)
    clash = browser.post(address, data=opened | mine | {"title_es": "Otro"})

    session.expire_all()
    assert saved.status_code == 303
    title = session.get_one(Activity, activity.id).title
    assert title == {"es": "Mío", "pt": "Deles", "fr": "X"}
    assert clash.status_code == 422
    assert "Somebody else saved “Mío” here meanwhile" in clash.text


def test_a_button_leaves_the_keyboard_on_the_thing_that_it_moved(
    make: Make, browser: Browser, edition: Edition, at: str
) -> None:
    first, second = make.module(edition), make.module(edition)

    moved = browser.post(f"{at}/modules/{second.id}/place", data={"way": "up"})
    page = browser.get(moved.headers["Location"]).text

    assert moved.headers["Location"] == f"{at}?at={second.id}&way=up"
    assert page.index(str(second.id)) < page.index(str(first.id))
    focused = re.findall(r"<[^>]*autofocus[^>]*>", page)
    assert len(focused) == 1  # up there is no further: the other button
    assert f"Move down: {second.title['en']}" in focused[0]


def test_a_part_is_enough_for_whoever_asks_for_it(
    make: Make, browser: Browser, edition: Edition, at: str
) -> None:
    make.activity(make.module(edition))
    part = browser.get(at, headers={"HX-Request-Type": "partial"}).text

    assert part.lstrip().startswith('<div class="stack gap-6" id="structure">')


def test_rules_are_given_said_and_taken_back(
    make: Make, session: Session, browser: Browser, edition: Edition, at: str
) -> None:
    quiz = make.quiz(make.module(edition), title={"es": "Prueba"})
    module = make.module(edition)
    team = make.team(edition, name="Andes")
    address = f"{at}/modules/{module.id}"
    for wish in (
        {"kind": "date", "opens_on": "2099-06-13"},
        {"kind": "after_activity", "after_activity": str(quiz.id)},
        {"kind": "result", "quiz": str(quiz.id), "percent": "70"},
        {"kind": "team", "teams": str(team.id)},
    ):
        answer = browser.post(f"{address}/rules", data=wish)
        assert answer.headers["Location"] == f"{address}#opening"
    said = browser.get(address).text
    all_of_it = browser.get(at).text
    for rule in session.exec(select(OpeningRule.id)).all():
        browser.post(f"{at}/rules/{rule}/removal")

    for words in ("Opens on Saturday 13 June", "Opens when you have done “Prueba”",
                  "Opens with 70% or more in “Prueba”", "For the team Andes only"):  # fmt: skip
        assert words in said
        assert words in all_of_it
    assert "It is open from the start" in browser.get(address).text


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"kind": "date"}, "opens_on", "Fill this in."),
        ({"kind": "date", "opens_on": "soon"}, "opens_on", "Write a date"),
        ({"kind": "result", "percent": "101"}, "percent", "Write a number of at most 100."),
        ({"kind": "team"}, "teams", "Fill this in."),
        ({"kind": "after_module", "after_module": "{own}"}, "after_module", "could never open"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(
    make: Make, browser: Browser, edition: Edition, at: str, wish: dict[str, str], field: str,
    words: str,
) -> None:  # fmt: skip
    session, module = make.session, make.module(edition)
    make.team(edition)
    make.quiz(make.module(edition))
    if "{own}" in wish.values():
        other = make.module(edition, after=module)
        wish = wish | {field: str(other.id)}
    before = len(session.exec(select(OpeningRule)).all())

    answer = browser.post(f"{at}/modules/{module.id}/rules", data=wish)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{words}', answer.text)
    session.expire_all()
    assert len(session.exec(select(OpeningRule)).all()) == before


def test_before_something_is_deleted_it_is_said_what_goes_with_it(
    make: Make, session: Session, browser: Browser, edition: Edition, at: str
) -> None:
    module = make.module(edition)
    make.activity(module)
    make.module(edition, after=module, title={"es": "El que espera"})

    page = browser.get(f"{at}/modules/{module.id}").text
    gone = browser.post(f"{at}/modules/{module.id}/removal")

    assert "With the module goes 1 activity" in page
    assert "Rules that wait for it go as well: of El que espera." in page
    assert gone.headers["Location"] == at
    assert session.exec(select(OpeningRule)).all() == []


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_six_statements_however_much_there_is(
    make: Make, browser: Browser, edition: Edition, at: str, how_many: int
) -> None:
    for _ in range(how_many):
        module = make.module(edition)
        for _ in range(how_many):
            make.rule(make.activity(module), RuleKind.TEAM, team_id=make.team(edition).id)
    browser.get(at)

    with statements() as sent:
        assert browser.get(at).status_code == 200

    assert len(sent) == 6, sent
