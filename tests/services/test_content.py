"""Writing an edition's content: nothing is lost, doubled or out of order, whoever does what."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db, files
from app.core.errors import NotFound, RuleBroken
from app.models import (
    Account,
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityText,
    AuditEvent,
    Completion,
    Edition,
    FileRole,
    Module,
    OpeningRule,
    Progress,
    ProgressState,
    Quiz,
    RuleKind,
    StoredFile,
)
from app.services.activities import (
    ActivityFacts,
    add_activity,
    duplicate_activity,
    place_activity,
    remove_activity,
    step_activity,
)
from app.services.modules import (
    ModuleWords,
    add_module,
    copy_module,
    copy_rules,
    duplicate_module,
    place_module,
    remove_module,
    step_module,
)
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def writer(make: Make) -> Account:
    return make.account()


def in_order(edition: Edition) -> list[tuple[UUID, list[UUID]]]:
    """The modules with their activities, once it is sure that both are numbered from 1 on."""
    with db.reading() as fresh:
        found = []
        modules = fresh.exec(
            select(Module).where(Module.edition_id == edition.id).order_by(col(Module.position))
        ).all()
        assert [module.position for module in modules] == list(range(1, len(modules) + 1))
        for module in modules:
            activities = fresh.exec(
                select(Activity)
                .where(Activity.module_id == module.id)
                .order_by(col(Activity.position))
            ).all()
            assert [one.position for one in activities] == list(range(1, len(activities) + 1))
            found.append((module.id, [one.id for one in activities]))
        return found


def change[**P, R](
    act: Callable[Concatenate[Session, P], R], *given: P.args, **more: P.kwargs
) -> R:
    """``act`` in a transaction of its own."""
    with db.changing() as session:
        return act(session, *given, **more)


def three(make: Make, edition: Edition) -> tuple[list[Module], list[Activity]]:
    modules = [make.module(edition, position=n) for n in (1, 2, 3)]
    return modules, [make.activity(modules[0], position=n) for n in (2, 5, 8)]


def test_a_module_and_an_activity_come_last(
    make: Make, session: Session, edition: Edition, writer: Account
) -> None:
    version = edition.version
    first = make.module(edition)

    added = change(add_module, edition.id, ModuleWords({"en": "New"}, {}), by=writer.id)
    facts = ActivityFacts({"en": "Quiz"}, minutes=5)
    quiz = change(add_activity, edition.id, added, ActivityKind.QUIZ, facts, by=writer.id)

    session.expire_all()
    assert in_order(edition) == [(first.id, []), (added, [quiz.id])]
    assert session.exec(select(Quiz.activity_id)).one() == quiz.id
    assert session.get_one(Edition, edition.id).version == version + 2
    assert [e.action for e in session.exec(select(AuditEvent))] == ["change content"] * 2


def test_things_go_up_and_down_and_stay_at_the_ends(
    make: Make, edition: Edition, writer: Account
) -> None:
    (a, b, c), (one, two, three_) = three(make, edition)
    by = writer.id

    change(step_module, edition.id, c.id, up=True, by=by)
    change(step_module, edition.id, a.id, up=True, by=by)
    change(step_activity, edition.id, one.id, up=False, by=by)

    assert in_order(edition) == [(a.id, [two.id, one.id, three_.id]), (c.id, []), (b.id, [])]
    change(place_module, edition.id, b.id, before=a.id, by=by)
    change(place_module, edition.id, a.id, before=None, by=by)
    assert [module for module, _ in in_order(edition)] == [b.id, c.id, a.id]


def test_an_activity_goes_on_into_the_module_beside_its_own(
    make: Make, edition: Edition, writer: Account
) -> None:
    (a, b, c), (one, two, three_) = three(make, edition)

    change(step_activity, edition.id, three_.id, up=False, by=writer.id)
    assert in_order(edition)[:2] == [(a.id, [one.id, two.id]), (b.id, [three_.id])]

    change(step_activity, edition.id, three_.id, up=True, by=writer.id)
    assert in_order(edition)[0] == (a.id, [one.id, two.id, three_.id])

    change(place_activity, edition.id, two.id, module_id=c.id, before=None, by=writer.id)
    change(place_activity, edition.id, one.id, module_id=c.id, before=two.id, by=writer.id)
    assert in_order(edition) == [(a.id, [three_.id]), (b.id, []), (c.id, [one.id, two.id])]


def test_many_moves_lose_and_double_nothing(make: Make, edition: Edition, writer: Account) -> None:
    """At random, by buttons and by dragging."""
    modules, activities = three(make, edition)
    chance = random.Random(7)  # noqa: S311 -- repeatable
    with db.changing() as session:
        for _ in range(25):
            thing, other = chance.choice(activities), chance.choice(activities)
            module, beside = chance.choice(modules), chance.choice(modules)
            up = chance.random() < 0.5
            step_activity(session, edition.id, thing.id, up=up, by=writer.id)
            place_activity(session, edition.id, thing.id, module_id=module.id, before=other.id,
                           by=writer.id)  # fmt: skip
            step_module(session, edition.id, module.id, up=up, by=writer.id)
            place_module(session, edition.id, module.id, before=beside.id, by=writer.id)

    after = in_order(edition)
    assert {module for module, _ in after} == {module.id for module in modules}
    assert sorted(one for _, own in after for one in own) == sorted(a.id for a in activities)


def test_two_who_put_things_in_order_at_once_lose_and_double_nothing(
    make: Make, edition: Edition, writer: Account
) -> None:
    modules, activities = three(make, edition)

    def shuffle(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 -- repeatable
        for _ in range(8):
            thing, module = chance.choice(activities), chance.choice(modules)
            change(step_module, edition.id, module.id, up=seed % 2 == 0, by=writer.id)
            change(place_activity, edition.id, thing.id, module_id=module.id, before=None,
                   by=writer.id)  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(shuffle, range(2)))

    after = in_order(edition)
    assert {module for module, _ in after} == {module.id for module in modules}
    assert sorted(one for _, own in after for one in own) == sorted(a.id for a in activities)


def test_nothing_of_another_edition_is_touched(
    make: Make, edition: Edition, writer: Account
) -> None:
    own = make.module(edition, position=1)
    theirs = make.module(make.edition(), position=1)
    activity = make.activity(theirs, position=1)
    by = writer.id

    for act in (
        lambda: change(step_module, edition.id, theirs.id, up=True, by=by),
        lambda: change(remove_module, edition.id, theirs.id, by=by),
        lambda: change(duplicate_module, edition.id, theirs.id, by=by),
        lambda: change(remove_activity, edition.id, activity.id, by=by),
        lambda: change(duplicate_activity, edition.id, activity.id, by=by),
        lambda: change(
            place_activity, theirs.edition_id, activity.id, module_id=own.id, before=None, by=by
        ),
    ):
        with pytest.raises(NotFound):
            act()

    assert in_order(edition) == [(own.id, [])]


def test_what_people_worked_in_is_not_deleted(
    make: Make, session: Session, edition: Edition, writer: Account
) -> None:
    module = make.module(edition, position=1)
    done, untouched = make.activity(module), make.activity(module)
    enrolment = make.enrolment(make.account(), edition)
    session.add(
        Progress(enrolment_id=enrolment.id, activity_id=done.id, state=ProgressState.STARTED,
                 changed_at=NOW)
    )  # fmt: skip
    session.flush()

    with pytest.raises(RuleBroken, match="Hide it instead"):
        change(remove_activity, edition.id, done.id, by=writer.id)
    with pytest.raises(RuleBroken, match="Hide it instead"):
        change(remove_module, edition.id, module.id, by=writer.id)
    change(remove_activity, edition.id, untouched.id, by=writer.id)

    assert in_order(edition) == [(module.id, [done.id])]


def test_what_is_deleted_takes_its_rules_and_those_that_wait_for_it(
    make: Make, session: Session, edition: Edition, writer: Account
) -> None:
    first = make.module(edition)
    quiz = make.quiz(first)
    after = make.module(edition, after=first)
    make.rule(make.activity(after), RuleKind.RESULT, after_activity_id=quiz.id, percent=50)
    left = make.rule(after, RuleKind.DATE, opens_on=NOW.date())

    change(remove_module, edition.id, first.id, by=writer.id)

    assert list(session.exec(select(OpeningRule.id))) == [left.id]
    assert session.exec(select(Quiz)).all() == []


def test_a_copy_says_the_same_is_hidden_and_knows_where_it_came_from(
    make: Make, session: Session, edition: Edition, writer: Account
) -> None:
    module = make.module(edition, title={"es": "Uno", "en": "One"})
    page = make.activity(module, body="Read this.")
    quiz = make.quiz(module, title={"en": "Quiz"})
    make.rule(page, RuleKind.DATE, opens_on=NOW.date())
    make.rule(page, RuleKind.AFTER_ACTIVITY, after_activity_id=quiz.id)
    last = make.module(edition)

    copy_id = change(duplicate_module, edition.id, module.id, by=writer.id)
    again = change(duplicate_activity, edition.id, page.id, by=writer.id)

    session.expire_all()
    order = in_order(edition)
    assert [one for one, _ in order] == [module.id, copy_id, last.id]
    assert order[0][1] == [page.id, again.id, quiz.id]
    copy = session.get_one(Module, copy_id)
    own_page, own_quiz = (session.get_one(Activity, one) for one in order[1][1])
    assert (copy.title, copy.is_hidden, copy.came_from_id) == (
        {"es": "Uno (copia)", "en": "One (copy)"}, True, module.id
    )  # fmt: skip
    assert (own_page.came_from_id, own_page.is_hidden) == (page.id, False)
    assert session.get_one(Activity, again.id).is_hidden
    bodies = select(ActivityText.body).where(ActivityText.activity_id == own_page.id)
    assert session.exec(bodies).all() == ["Read this."]
    rules = session.exec(select(OpeningRule).where(OpeningRule.activity_id == own_page.id)).all()
    assert {rule.after_activity_id for rule in rules} == {None, own_quiz.id}


def test_copies_in_another_edition_wait_for_copies_alone(
    make: Make, session: Session, edition: Edition
) -> None:
    """What is not copied, and teams, are not there."""
    first, second = make.module(edition), make.module(edition)
    page = make.activity(first)
    make.rule(second, RuleKind.AFTER_MODULE, after_module_id=first.id)
    make.rule(second, RuleKind.AFTER_MODULE, after_module_id=make.module(edition).id)
    make.rule(page, RuleKind.TEAM, team_id=make.team(edition).id)
    following = make.edition()
    with db.changing() as own:
        copies: dict[UUID, UUID] = {}
        for module in (first, second):
            words = ModuleWords(module.title, module.summary)
            copies |= copy_module(own, module, following.id, words)
        copy_rules(own, copies, following.id)

    session.expire_all()
    rules = session.exec(select(OpeningRule).where(OpeningRule.edition_id == following.id)).all()
    assert [(rule.module_id, rule.after_module_id) for rule in rules] == [
        (copies[second.id], copies[first.id])
    ]
    assert [module for module, _ in in_order(following)] == [copies[first.id], copies[second.id]]


def test_what_is_deleted_takes_its_files_along_unless_a_copy_shows_them(
    make: Make, session: Session
) -> None:
    tutor, edition = make.coordinator(), make.edition()
    page = make.activity(make.module(edition))
    own, shared = (make.file_of(page, f"{name}.csv").file_id for name in ("own", "shared"))
    keys = {one: session.get_one(StoredFile, one).key for one in (own, shared)}
    other = make.activity(make.module(edition))
    make.saved(ActivityFile(activity_id=other.id, file_id=shared, role=FileRole.DOWNLOAD,
                            language="en"))  # fmt: skip

    with db.changing() as changing:
        remove_activity(changing, edition.id, page.id, by=tutor.id)

    with db.reading() as fresh:
        left = fresh.exec(select(StoredFile.id)).all()
    assert left == [shared]
    assert (not there(keys[own]), there(keys[shared])) == (True, True)


def there(key: str) -> bool:
    try:
        files.store().head(key)
    except FileNotFoundError:
        return False
    return True


def test_a_copy_is_done_and_counts_like_its_original(make: Make) -> None:
    edition = make.edition()
    quiz = make.quiz(make.module(edition))
    quiz.completion, quiz.completion_number, quiz.weight = Completion.RESULT, 80, 3
    make.saved(quiz)

    with db.changing() as changing:
        copy = duplicate_activity(changing, edition.id, quiz.id, by=make.coordinator().id)

    assert (copy.completion, copy.completion_number, copy.weight) == (Completion.RESULT, 80, 3)
