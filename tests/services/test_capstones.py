"""Writing together and handing in: nobody's words are lost, and a version is made once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import Conflict, NotFound, RuleBroken
from app.models import (
    Capstone,
    CapstoneKind,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Milestone,
    SectionKey,
    Team,
)
from app.queries.capstones import is_late
from app.queries.versions import MilestoneSeen, Snapshot
from app.services.capstones import (
    MOST_MILESTONES,
    MilestoneFacts,
    add_milestone,
    change_milestone,
    missing,
    move_milestone,
    remove_milestone,
    save_section,
    save_title,
    submit,
)
from tests.make import NOW, Make

LATER = NOW + timedelta(hours=1)
PLAN = MilestoneFacts(
    "Course approved", "Rosa", date(2027, 8, 1), "A signed record", "Two meetings"
)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.ROADMAP)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition)


@pytest.fixture
def ana(make: Make, team: Team) -> UUID:
    return make.teammate(team, name="Ana").id


@pytest.fixture
def luis(make: Make, team: Team) -> UUID:
    return make.teammate(team, name="Luis").id


def problem(session: Session) -> CapstoneSection:
    session.expire_all()
    return session.exec(
        select(CapstoneSection).where(CapstoneSection.key == SectionKey.PROBLEM)
    ).one()


def enrolment_versions(session: Session) -> list[int]:
    session.expire_all()
    return list(session.exec(select(Enrolment.version).order_by(col(Enrolment.id))))


def test_the_first_save_begins_the_work_and_shows_it_to_the_team(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    save_section(session, team.id, SectionKey.PROBLEM, "Firms wait.", version=0, by=ana, now=NOW)

    capstone = session.exec(select(Capstone)).one()
    facts = (capstone.team_id, capstone.edition_id, capstone.status, capstone.language)
    assert facts == (team.id, team.edition_id, CapstoneStatus.DRAFT, "en")
    assert (capstone.saved_at, capstone.saved_by_id) == (NOW, ana)
    assert enrolment_versions(session) == [2, 2]
    del luis


def test_who_saves_an_old_version_over_a_colleagues_is_told(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    save_section(session, team.id, SectionKey.PROBLEM, "Ana's words", version=0, by=ana, now=NOW)

    with pytest.raises(Conflict, match="Somebody else saved this section"):
        save_section(session, team.id, SectionKey.PROBLEM, "Luis", version=0, by=luis, now=NOW)
    assert problem(session).body == "Ana's words"

    save_section(session, team.id, SectionKey.PROBLEM, "Both", version=1, by=luis, now=LATER)
    assert (problem(session).body, problem(session).version) == ("Both", 2)


def test_saving_the_same_words_again_changes_nothing(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    save_section(session, team.id, SectionKey.PROBLEM, "Words", version=0, by=ana, now=NOW)

    save_section(session, team.id, SectionKey.PROBLEM, "Words", version=0, by=luis, now=LATER)

    section = problem(session)
    assert (section.version, section.saved_by_id, section.saved_at) == (1, ana, NOW)


def test_a_button_pressed_while_the_text_saves_itself_is_no_conflict(
    session: Session, team: Team, ana: UUID
) -> None:
    moment = NOW + timedelta(seconds=5)
    part, page = SectionKey.PROBLEM, "one window"
    save_section(session, team.id, part, "Wor", version=0, by=ana, now=NOW, page=page)

    save_section(session, team.id, part, "Words", version=0, by=ana, now=moment, page=page)

    assert problem(session).body == "Words"


@pytest.mark.parametrize("other", ["the phone", ""])
def test_two_windows_of_one_person_do_not_overwrite_each_other(
    session: Session, team: Team, ana: UUID, other: str
) -> None:
    part, moment = SectionKey.PROBLEM, NOW + timedelta(seconds=5)
    save_section(session, team.id, part, "Phone", version=0, by=ana, now=NOW, page=other)

    with pytest.raises(Conflict):
        save_section(session, team.id, part, "PC", version=0, by=ana, now=moment, page="the PC")

    assert problem(session).body == "Phone"


@pytest.mark.parametrize(("saves", "later"), [(1, timedelta(minutes=5)), (2, timedelta(seconds=5))])
def test_a_forgotten_page_of_ones_own_does_not_overwrite_newer_words(
    session: Session, team: Team, ana: UUID, saves: int, later: timedelta
) -> None:
    for n in range(saves):
        text = f"Written on the phone {n}"
        save_section(session, team.id, SectionKey.PROBLEM, text, version=n, by=ana, now=NOW)

    with pytest.raises(Conflict):
        save_section(
            session, team.id, SectionKey.PROBLEM, "Old", version=0, by=ana, now=NOW + later
        )


def test_two_who_begin_at_once_begin_one_work_and_one_of_them_is_told(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    def write(by: UUID) -> str:
        with db.changing() as own:
            try:
                section = save_section(
                    own, team.id, SectionKey.PROBLEM, f"By {by}", version=0, by=by, now=NOW
                )
            except Conflict:
                return "told"
            return section.body

    with ThreadPoolExecutor(2) as people:
        said = set(people.map(write, [ana, luis]))

    assert said == {"told", problem(session).body}
    assert len(session.exec(select(Capstone)).all()) == 1


def test_a_title_changed_meanwhile_is_not_overwritten(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    save_title(session, team.id, "By Ana", was="", by=ana, now=NOW)

    with pytest.raises(Conflict, match="changed the title"):
        save_title(session, team.id, "By Luis", was="", by=luis, now=NOW)
    assert save_title(session, team.id, "By Luis", was="By Ana", by=luis, now=NOW).version == 3


def test_milestones_are_added_in_order_moved_and_removed(
    session: Session, team: Team, ana: UUID
) -> None:
    a, b, c = (
        add_milestone(session, team.id, replace(PLAN, title=title), by=ana, now=NOW)
        for title in "ABC"
    )

    def titles() -> list[str]:
        session.expire_all()
        return list(session.exec(select(Milestone.title).order_by(col(Milestone.position))))

    assert titles() == ["A", "B", "C"]
    move_milestone(session, team.id, c.id, up=True, by=ana, now=NOW)
    move_milestone(session, team.id, a.id, up=True, by=ana, now=NOW)  # it is the first already
    assert titles() == ["A", "C", "B"]
    move_milestone(session, team.id, a.id, up=False, by=ana, now=NOW)
    assert titles() == ["C", "A", "B"]
    remove_milestone(session, team.id, b.id, by=ana, now=NOW)
    remove_milestone(session, team.id, b.id, by=ana, now=NOW)  # gone already
    assert titles() == ["C", "A"]


def test_a_milestone_changed_or_removed_meanwhile_is_not_overwritten(
    session: Session, team: Team, ana: UUID, luis: UUID
) -> None:
    milestone = add_milestone(session, team.id, PLAN, by=ana, now=NOW)
    seen = MilestoneSeen.of(milestone).mark
    by_ana, by_luis = replace(PLAN, responsible="Ana"), replace(PLAN, responsible="Luis")
    change_milestone(session, team.id, milestone.id, by_ana, was=seen, by=ana, now=NOW)
    change_milestone(session, team.id, milestone.id, by_ana, was=seen, by=ana, now=NOW)  # twice

    with pytest.raises(Conflict, match="changed this milestone"):
        change_milestone(session, team.id, milestone.id, by_luis, was=seen, by=luis, now=NOW)
    remove_milestone(session, team.id, milestone.id, by=ana, now=NOW)
    with pytest.raises(Conflict, match="removed this milestone"):
        change_milestone(session, team.id, milestone.id, by_luis, was=seen, by=luis, now=NOW)


def test_another_teams_milestone_is_out_of_reach(
    session: Session, make: Make, edition: Edition, team: Team, ana: UUID
) -> None:
    make.capstone(make.team(edition))
    theirs = session.exec(select(Milestone)).one()

    with pytest.raises(NotFound):
        change_milestone(session, team.id, theirs.id, PLAN, was="", by=ana, now=NOW)
    with pytest.raises(NotFound):
        move_milestone(session, team.id, theirs.id, up=True, by=ana, now=NOW)
    with pytest.raises(NotFound):
        remove_milestone(session, team.id, theirs.id, by=ana, now=NOW)


def test_a_plan_does_not_grow_without_end(session: Session, make: Make, team: Team) -> None:
    ana = make.teammate(team).id
    make.capstone(team, milestones=MOST_MILESTONES)

    with pytest.raises(RuleBroken, match="at most 50 milestones"):
        add_milestone(session, team.id, PLAN, by=ana, now=NOW)


def test_a_version_keeps_all_that_was_written_and_who_was_in_the_team(
    session: Session, make: Make, team: Team, ana: UUID, luis: UUID
) -> None:
    capstone = make.capstone(team)
    withdrawn = make.teammate(team, name="Withdrawn")
    session.exec(
        select(Enrolment).where(Enrolment.account_id == withdrawn.id)
    ).one().status = EnrolmentStatus.WITHDRAWN
    session.flush()

    version = submit(session, team.id, number=1, by=ana, now=NOW)

    content = Snapshot.read(version.content)
    assert content.title == capstone.title
    assert content.sections[SectionKey.ACTIONS] == f"The actions of {team.name}."
    assert [m.title for m in content.milestones] == ["Milestone 1"]
    assert {(m.id, m.name) for m in content.members} == {(ana, "Ana"), (luis, "Luis")}
    assert (version.number, version.submitted_at, version.submitted_by_id) == (1, NOW, ana)
    assert session.get_one(Capstone, capstone.id).status is CapstoneStatus.SUBMITTED
    assert Snapshot.read(content.written()) == content


def test_two_members_who_press_at_once_make_one_version(
    session: Session, make: Make, team: Team, ana: UUID, luis: UUID
) -> None:
    make.capstone(team)
    before = enrolment_versions(session)

    def press(by: UUID) -> int:
        with db.changing() as own:
            return submit(own, team.id, number=1, by=by, now=NOW).number

    with ThreadPoolExecutor(4) as people:
        numbers = list(people.map(press, [ana, luis, ana, luis]))

    assert numbers == [1, 1, 1, 1]
    assert session.exec(select(CapstoneVersion.number)).all() == [1]
    assert enrolment_versions(session) == [n + 1 for n in before]


def test_nothing_half_empty_is_handed_in(session: Session, team: Team, ana: UUID) -> None:
    save_title(session, team.id, "A title", was="", by=ana, now=NOW)

    with pytest.raises(RuleBroken, match="Write at least one section before you submit"):
        submit(session, team.id, number=1, by=ana, now=NOW)
    assert list(missing(Snapshot("", "en", {}, (), ()))) == ["title", "problem", "milestones"]
    assert session.exec(select(CapstoneVersion)).all() == []


def test_what_is_with_the_tutor_or_accepted_stays_as_it_is(
    session: Session, make: Make, team: Team, ana: UUID
) -> None:
    capstone = make.capstone(team)
    submit(session, team.id, number=1, by=ana, now=NOW)
    milestone = session.exec(select(Milestone)).one()

    for status, words in (("submitted", "with the tutor"), ("accepted", "was accepted")):
        capstone.status = CapstoneStatus(status)
        session.flush()
        with pytest.raises(RuleBroken, match=words):
            save_section(session, team.id, SectionKey.PROBLEM, "New", version=1, by=ana, now=NOW)
        with pytest.raises(RuleBroken, match=words):
            save_title(session, team.id, "New", was=capstone.title, by=ana, now=NOW)
        with pytest.raises(RuleBroken, match=words):
            add_milestone(session, team.id, PLAN, by=ana, now=NOW)
        with pytest.raises(RuleBroken, match=words):
            remove_milestone(session, team.id, milestone.id, by=ana, now=NOW)
        with pytest.raises(RuleBroken, match=words):
            submit(session, team.id, number=2, by=ana, now=NOW)


def test_a_returned_work_is_handed_in_again_as_the_next_version(
    session: Session, make: Make, team: Team, ana: UUID
) -> None:
    make.version(make.capstone(team), status=CapstoneStatus.RETURNED)

    with pytest.raises(Conflict, match="opened some time ago"):  # a page from before version 1
        submit(session, team.id, number=1, by=ana, now=NOW)
    assert submit(session, team.id, number=2, by=ana, now=NOW).number == 2


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (datetime(2026, 6, 18, 11, 59, tzinfo=UTC), False),  # 23.59 of the day before, at UTC-12
        (datetime(2026, 6, 18, 12, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_is_over_when_it_is_over_everywhere(at: datetime, late: bool) -> None:
    assert is_late(at, date(2026, 6, 17)) is late
    assert is_late(at, None) is False
