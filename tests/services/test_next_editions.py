"""The next edition from the last one: all that it says, its dates moved, and none of its people."""

from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from app.core import db
from app.core.errors import NotFound, RuleBroken
from app.core.ids import uuid7
from app.core.weeks import instant_moved, weeks_between
from app.models import (
    Account,
    Activity,
    ActivityKind,
    ApplicationForm,
    ApplicationQuestion,
    Asked,
    AskedKind,
    AuditEvent,
    CarriedPiece,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentPolicy,
    LiveSession,
    Module,
    OpeningRule,
    Quiz,
    RuleKind,
)
from app.queries.next_editions import Amiss, amiss, next_plan
from app.queries.says import pieces
from app.services.next_editions import Made, NextEdition, SlugTaken, open_next_edition
from tests.counting import statements
from tests.make import NOW, Make

BOGOTA = "America/Bogota"


@pytest.fixture
def source(make: Make) -> Edition:
    course = make.course(languages=["es", "en"])
    return make.edition(
        course,
        slug="2026",
        starts_on=date(2026, 4, 1),  # a Wednesday
        ends_on=date(2026, 7, 31),
        enrol_until=date(2026, 3, 25),
        capstone_due_on=date(2026, 7, 1),
        fallback_language="en",
        required_share=80,
        key_hash="x",
    )


def wanted(session: Session, source: Edition, on: date, **given: Any) -> NextEdition:
    plan = next_plan(session, source.id, starts_on=on, on=NOW.date(), zone=BOGOTA)
    plain: dict[str, Any] = {
        "id": uuid7(),
        "slug": plan.slug,
        "starts_on": on,
        "reporting_year": plan.reporting_year,
        "dates": {one.name: one.new for one in plan.dates},
    }
    return NextEdition(**plain | given)


def opened(session: Session, source: Edition, by: Account, **given: Any) -> Made:
    on = given.pop("on", date(2027, 4, 1))
    asked = wanted(session, source, on, **given)
    return open_next_edition(session, source.id, asked, by=by.id, now=NOW)


@pytest.mark.parametrize(
    ("new", "weeks"),
    [
        (date(2027, 4, 1), 52),  # a Thursday: the Wednesday before is nearest
        (date(2027, 3, 31), 52),
        (date(2027, 4, 4), 53),
        (date(2026, 4, 1), 0),
        (date(2025, 4, 2), -52),
    ],
)
def test_dates_move_by_the_nearest_whole_weeks(new: date, weeks: int) -> None:
    assert weeks_between(date(2026, 4, 1), new) == weeks


def test_an_hour_stays_the_hour_on_the_clock_though_summer_time_begins_between() -> None:
    winter = datetime(2026, 3, 25, 17, 0, tzinfo=UTC)  # 18:00 in Madrid

    assert instant_moved(winter, 1, "Europe/Madrid") == datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
    assert instant_moved(winter, 1, BOGOTA) == datetime(2026, 4, 1, 17, 0, tzinfo=UTC)
    jumped = datetime(2026, 3, 22, 1, 30, tzinfo=UTC)  # 02:30, which 29 March has not
    assert instant_moved(jumped, 1, "Europe/Madrid") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_terms_content_and_rules_are_carried_over_and_days_of_the_week_stay(
    make: Make, session: Session, source: Edition
) -> None:
    tutor = make.tutor(source)
    first = make.module(source, opens_on=date(2026, 4, 8))
    second = make.module(source, after=first, is_hidden=True)
    page = make.activity(first, body="Words to carry.")
    quiz = make.quiz(second)
    row = session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()
    row.closes_at = datetime(2026, 5, 6, 23, 0, tzinfo=UTC)
    team = make.team(source)
    make.saved(
        OpeningRule(edition_id=source.id, activity_id=page.id, kind=RuleKind.TEAM, team_id=team.id)
    )
    make.saved(
        OpeningRule(
            edition_id=source.id, activity_id=quiz.id, kind=RuleKind.AFTER_ACTIVITY,
            after_activity_id=page.id,
        )
    )  # fmt: skip
    session.add(ApplicationForm(edition_id=source.id, motivation=Asked.REQUIRED))
    make.saved(
        ApplicationQuestion(
            edition_id=source.id, position=1, kind=AskedKind.SHORT, text={"en": "Why?"}
        )
    )

    made = opened(session, source, tutor)

    edition = session.get_one(Edition, made.edition_id)
    assert (edition.starts_on, edition.ends_on) == (date(2027, 4, 1), date(2027, 7, 30))
    assert (edition.enrol_until, edition.capstone_due_on) == (date(2027, 3, 24), date(2027, 6, 30))
    assert edition.reporting_year == 2027
    assert (edition.slug, edition.course_id) == ("2027", source.course_id)
    assert (edition.policy, edition.key_hash) == (EnrolmentPolicy.CLOSED, "")
    assert (edition.languages, edition.fallback_language) == (["es", "en"], "en")
    assert edition.required_share == 80
    assert (made.activities, made.dates, made.teams) == (2, 5, 1)
    copies = {m.came_from_id: m for m in session.exec(
        select(Module).where(Module.edition_id == edition.id))}  # fmt: skip
    assert copies.keys() == {first.id, second.id}
    assert copies[second.id].is_hidden
    activities = {a.came_from_id: a for a in session.exec(
        select(Activity).where(Activity.edition_id == edition.id))}  # fmt: skip
    rules = session.exec(select(OpeningRule).where(OpeningRule.edition_id == edition.id)).all()
    by_kind = {rule.kind: rule for rule in rules}
    assert by_kind[RuleKind.DATE].opens_on == date(2027, 4, 7)
    assert by_kind[RuleKind.AFTER_MODULE].after_module_id == copies[first.id].id
    assert by_kind[RuleKind.AFTER_ACTIVITY].after_activity_id == activities[page.id].id
    assert RuleKind.TEAM not in by_kind
    own = session.exec(select(Quiz).where(Quiz.activity_id == activities[quiz.id].id)).one()
    assert own.closes_at == datetime(2027, 5, 5, 23, 0, tzinfo=UTC)
    form = session.get_one(ApplicationForm, edition.id)
    assert form.motivation is Asked.REQUIRED
    question = select(ApplicationQuestion).where(ApplicationQuestion.edition_id == edition.id)
    assert session.exec(question).one().text == {"en": "Why?"}
    staff = session.exec(select(EditionStaff).where(EditionStaff.edition_id == edition.id)).all()
    assert [one.account_id for one in staff] == [tutor.id]


def test_a_copy_says_what_its_original_says_part_by_part(
    make: Make, session: Session, source: Edition
) -> None:
    module = make.module(source)
    make.activity(module, body="Words.")
    make.quiz(module)
    make.forum(source)

    made = opened(session, source, make.coordinator())

    there, here = pieces(session, source.id), pieces(session, made.edition_id)
    assert [one.prints for one in there.values()] == [one.prints for one in here.values()]
    rows = session.exec(select(CarriedPiece).where(CarriedPiece.edition_id == made.edition_id))
    assert {row.source_id: row.seen for row in rows} == {
        piece.id: piece.prints for piece in there.values()
    }


def test_no_person_comes_along_but_those_who_were_chosen_among_its_staff(
    make: Make, session: Session, source: Edition
) -> None:
    coordinator, chosen, other = make.coordinator(), make.tutor(source), make.tutor(source)
    stranger = make.account()
    make.enrolment(make.account(), source)

    made = opened(session, source, coordinator, staff_ids=(chosen.id, stranger.id))

    staff = session.exec(select(EditionStaff).where(EditionStaff.edition_id == made.edition_id))
    assert [one.account_id for one in staff] == [chosen.id]
    assert other.id != chosen.id
    people = select(func.count()).select_from(Enrolment)
    assert session.exec(people.where(col(Enrolment.edition_id) == made.edition_id)).one() == 0


def test_live_sessions_come_along_when_wanted_at_their_hour_and_without_their_room(
    make: Make, session: Session, source: Edition
) -> None:
    meeting = make.live_session(source, starts_at=datetime(2026, 4, 8, 15, 0, tzinfo=UTC))
    coordinator = make.coordinator()

    without = opened(session, source, coordinator)
    with_them = opened(session, source, coordinator, slug="other", with_sessions=True)

    of = select(LiveSession).where(LiveSession.edition_id == without.edition_id)
    assert session.exec(of).all() == []
    own = session.exec(
        select(LiveSession).where(LiveSession.edition_id == with_them.edition_id)
    ).one()
    assert own.starts_at.astimezone(UTC).date() == date(2027, 4, 7)
    assert own.local_start[11:] == meeting.local_start[11:]
    assert (own.link, own.host_id, own.title) == ("", None, meeting.title)


def test_a_second_press_makes_no_second_edition_and_another_one_needs_another_address(
    make: Make, session: Session, source: Edition
) -> None:
    coordinator = make.coordinator()
    asked = wanted(session, source, date(2027, 4, 1))

    made = open_next_edition(session, source.id, asked, by=coordinator.id, now=NOW)
    again = open_next_edition(session, source.id, asked, by=coordinator.id, now=NOW)

    assert (again.edition_id, again.is_new) == (made.edition_id, False)
    events = select(AuditEvent).where(AuditEvent.action == "open next edition")
    assert len(session.exec(events).all()) == 1
    with pytest.raises(SlugTaken):
        open_next_edition(
            session, source.id, replace(asked, id=uuid7()), by=coordinator.id, now=NOW
        )
    other = make.edition()
    with pytest.raises(NotFound):
        open_next_edition(
            session, source.id, replace(asked, id=other.id), by=coordinator.id, now=NOW
        )


def test_of_two_who_press_at_once_one_makes_it(
    make: Make, session: Session, source: Edition
) -> None:
    make.activity(make.module(source))
    coordinator = make.coordinator()
    asked = wanted(session, source, date(2027, 4, 1))
    session.commit()
    ready, found = Barrier(2), list[Any]()

    def press(own_id: UUID) -> None:
        ready.wait()
        try:
            with db.changing() as own:
                found.append(
                    open_next_edition(
                        own, source.id, replace(asked, id=own_id), by=coordinator.id, now=NOW
                    )
                )
        except RuleBroken as refused:
            found.append(refused)

    threads = [Thread(target=press, args=(uuid7(),)) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(one).__name__ for one in found) == ["Made", "SlugTaken"]
    session.expire_all()
    made = session.exec(select(Edition).where(Edition.came_from_id == source.id)).all()
    assert len(made) == 1


def test_what_falls_outside_or_before_its_module_is_said(
    make: Make, session: Session, source: Edition
) -> None:
    module = make.module(source, opens_on=date(2026, 4, 8))
    page = make.activity(module)
    rule = make.saved(
        OpeningRule(
            edition_id=source.id, activity_id=page.id, kind=RuleKind.DATE,
            opens_on=date(2026, 4, 2),
        )
    )  # fmt: skip
    plan = next_plan(session, source.id, starts_on=date(2027, 4, 1), on=NOW.date(), zone=BOGOTA)
    name = f"rule-{rule.id}"

    said = amiss(plan.dates, starts_on=plan.starts_on, ends_on=date(2027, 6, 1))
    late = plan.with_dates({name: date(2028, 1, 1)})

    assert said == {name: Amiss.BEFORE_MODULE, "capstone_due_on": Amiss.AFTER_EDITION}
    assert amiss(late, starts_on=None, ends_on=date(2027, 7, 30))[name] is Amiss.AFTER_EDITION


def test_two_hundred_activities_take_few_statements_more_than_two(
    make: Make, session: Session, source: Edition
) -> None:
    coordinator = make.coordinator()
    module = make.module(source)
    for _n in range(2):
        make.activity(module, body="Words.")
    with statements() as few:
        opened(session, source, coordinator)
    for _n in range(198):
        make.activity(module, body="Words.")

    with statements() as many:
        opened(session, source, coordinator, slug="again")

    assert len(many) <= len(few) + 8


def test_an_undated_edition_keeps_its_content_as_it_is(make: Make, session: Session) -> None:
    source = make.edition(slug="open", starts_on=None, ends_on=None, reporting_year=2026)
    make.activity(make.module(source), kind=ActivityKind.PAGE)

    plan = next_plan(session, source.id, starts_on=None, on=NOW.date(), zone=BOGOTA)

    assert (plan.starts_on, plan.slug, plan.reporting_year) == (None, "2027", 2027)
    assert plan.dates == ()
