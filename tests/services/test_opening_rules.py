"""What could never open is refused, and whatever is refused changes nothing."""

from datetime import date

import pytest
from sqlmodel import Session, select

from app.core import db
from app.core.errors import NotFound, RuleBroken
from app.models import Activity, Edition, Module, OpeningRule, RuleKind
from app.services.activities import place_activity
from app.services.opening_rules import Wish, give_rule, take_rule
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


def give(make: Make, thing: Module | Activity, kind: RuleKind, **asked: object) -> None:
    by = make.account().id
    with db.changing() as session:
        give_rule(session, thing.edition_id, thing.id, Wish(kind, **asked), by=by)  # type: ignore[arg-type]


def after(make: Make, thing: Module | Activity, before: Module | Activity) -> None:
    kind = RuleKind.AFTER_MODULE if isinstance(before, Module) else RuleKind.AFTER_ACTIVITY
    give(make, thing, kind, before_id=before.id)


def rules(session: Session) -> int:
    session.expire_all()
    return len(session.exec(select(OpeningRule)).all())


def test_no_rule_closes_a_circle(make: Make, session: Session, edition: Edition) -> None:
    a, b, c = (make.module(edition) for _ in range(3))
    in_a, in_b, in_c = (make.activity(module) for module in (a, b, c))
    after(make, b, a)
    after(make, c, in_b)
    known = rules(session)

    for thing, before in (
        (a, a), (a, in_a), (in_a, a), (in_a, in_a),  # itself, or what holds it
        (a, b), (in_a, b), (in_a, in_b), (a, in_c), (in_a, c),  # what waits for it already
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match="could never open"):
            after(make, thing, before)

    assert rules(session) == known
    after(make, c, a)  # what it waits for anyhow closes none


def test_two_modules_in_which_nothing_is_yet_do_not_wait_for_each_other(
    make: Make, edition: Edition
) -> None:
    a, b = make.module(edition), make.module(edition)
    after(make, a, b)

    with pytest.raises(RuleBroken):
        after(make, b, a)


def test_an_activity_is_not_moved_to_where_it_could_never_open(
    make: Make, session: Session, edition: Edition
) -> None:
    a = make.module(edition)
    b = make.module(edition, after=a)
    first = make.activity(a)
    second = make.activity(a)
    make.rule(first, RuleKind.AFTER_ACTIVITY, after_activity_id=second.id)

    with pytest.raises(RuleBroken, match="could never open"), db.changing() as own:
        place_activity(
            own, edition.id, second.id, module_id=b.id, before=None, by=make.account().id
        )

    session.expire_all()
    assert session.get_one(Activity, second.id).module_id == a.id


def test_what_is_for_other_teams_than_its_module_is_refused(
    make: Make, session: Session, edition: Edition
) -> None:
    one, other = make.team(edition), make.team(edition)
    module = make.module(edition)
    activity = make.activity(module)
    give(make, module, RuleKind.TEAM, team_ids=(one.id,))

    with pytest.raises(RuleBroken, match="for other teams"):
        give(make, activity, RuleKind.TEAM, team_ids=(other.id,))
    give(make, activity, RuleKind.TEAM, team_ids=(one.id, other.id))

    assert rules(session) == 3


def test_a_result_is_asked_for_only_where_there_is_one(make: Make, edition: Edition) -> None:
    module = make.module(edition)
    page, quiz = make.activity(module), make.quiz(module)

    with pytest.raises(RuleBroken, match="no result"):
        give(make, make.module(edition), RuleKind.RESULT, before_id=page.id, percent=70)
    give(make, make.module(edition), RuleKind.RESULT, before_id=quiz.id, percent=70)


def test_nothing_of_another_edition_is_waited_for(
    make: Make, session: Session, edition: Edition
) -> None:
    module, elsewhere = make.module(edition), make.edition()
    theirs = make.module(elsewhere)

    with pytest.raises(NotFound):
        after(make, module, theirs)
    with pytest.raises(NotFound):
        after(make, module, make.activity(theirs))
    with pytest.raises(RuleBroken, match="Choose a team of this edition"):
        give(make, module, RuleKind.TEAM, team_ids=(make.team(elsewhere).id,))

    assert rules(session) == 0


def test_there_is_one_day_and_one_choice_of_teams_and_taking_back_takes_all_of_it(
    make: Make, session: Session, edition: Edition
) -> None:
    module = make.module(edition)
    teams = [make.team(edition) for _ in range(3)]
    give(make, module, RuleKind.DATE, on=date(2026, 6, 13))
    give(make, module, RuleKind.DATE, on=date(2026, 6, 20))
    give(make, module, RuleKind.TEAM, team_ids=(teams[0].id,))
    give(make, module, RuleKind.TEAM, team_ids=tuple(team.id for team in teams[1:]))
    found = session.exec(select(OpeningRule)).all()
    assert sorted(rule.kind for rule in found) == ["date", "team", "team"]
    assert {rule.opens_on for rule in found} == {None, date(2026, 6, 20)}
    assert {rule.team_id for rule in found} == {None, teams[1].id, teams[2].id}

    of_teams = next(rule for rule in found if rule.kind is RuleKind.TEAM)
    with db.changing() as own:
        take_rule(own, edition.id, of_teams.id, by=make.account().id)

    assert rules(session) == 1
