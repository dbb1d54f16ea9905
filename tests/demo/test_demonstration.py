"""What the demonstration holds: the figures of the report, person by person, and all the rest."""

import hashlib
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlmodel import Session, SQLModel, select

from app.core import db, files
from app.core.passwords import password_matches
from app.core.settings import settings
from app.demo.materials import gather
from app.demo.presence import ADMIN, COORDINATOR, FOCAL, PARTICIPANT, PASSWORD, SIGN_INS, TUTOR
from app.demo.sources import read_editions
from app.models import (
    Account,
    Activity,
    Attendance,
    Capstone,
    CapstoneStatus,
    CapstoneVersion,
    Certificate,
    CertificateStatus,
    Course,
    Decision,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Institution,
    LiveSession,
    Mode,
    Module,
    OpeningRule,
    Progress,
    ProgressState,
    Question,
    QuestionKind,
    QuestionVersion,
    Quiz,
    Review,
    StoredFile,
    Team,
    TeamMember,
    Videoconference,
)
from app.queries.applications import application_of, form_of
from app.queries.seats import NOWHERE, seats_of
from app.queries.versions import Snapshot
from app.queries.waiting_lists import waiting_line
from app.services.offers import move_on
from tests.conftest import Demonstration, a_copy

TAKING_PART = {EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED}
REPORTED = [row for row in read_editions() if row.participants is not None]


@pytest.fixture(scope="module")
def shown(
    demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """The demonstration, to look at."""
    folder = tmp_path_factory.mktemp("shown")
    shutil.copytree(demonstration.files, folder / "var")
    with (
        pytest.MonkeyPatch.context() as patch,
        a_copy(demonstration.url, folder, patch),
        db.reading() as session,
    ):
        yield session


def every[T: SQLModel](session: Session, model: type[T]) -> list[T]:
    return list(session.exec(select(model)).all())


def edition_of(session: Session, title: str, slug: str = "2022") -> Edition:
    (course,) = [c for c in every(session, Course) if c.title["en"] == title]
    return session.exec(
        select(Edition).where(Edition.course_id == course.id, Edition.slug == slug)
    ).one()


@pytest.mark.parametrize("row", REPORTED, ids=lambda row: row.title[:40])
def test_every_reported_figure_of_an_edition_comes_out_of_its_enrolments(
    shown: Session, row: Any
) -> None:
    edition = edition_of(shown, row.title)
    places = [
        place
        for place in every(shown, Enrolment)
        if place.edition_id == edition.id and place.status in TAKING_PART
    ]
    genders = Counter(place.gender for place in places)

    assert (edition.starts_on, edition.ends_on) == (row.starts, row.ends)
    assert (edition.languages, edition.reporting_year) == (list(row.languages), 2022)
    assert edition.capstone is not None
    assert edition.capstone.value == row.capstone
    assert (len(places), genders[Gender.WOMAN], genders[Gender.MAN]) == (
        row.participants,
        row.women,
        row.men,
    )
    if row.institutions is not None:
        assert len({place.institution_id for place in places}) == row.institutions
    if row.countries is not None:
        assert len({place.country for place in places}) == row.countries
    if row.place:
        assert {place.country for place in places} == set(row.place)


def test_the_totals_of_the_report_come_out_of_the_enrolments(shown: Session) -> None:
    places = [p for p in every(shown, Enrolment) if p.reporting_year == 2022]
    genders = Counter(place.gender for place in places)
    not_stated = genders[Gender.PREFERS_NOT_TO_SAY] + genders[Gender.NOT_ANSWERED]

    assert {place.status for place in places} == TAKING_PART
    assert (len(places), genders[Gender.WOMAN], genders[Gender.MAN], not_stated) == (
        *(395, 196, 190, 9),
    )
    assert len({place.institution_id for place in places}) == 63
    assert len({place.country for place in places}) == 22
    assert len({place.account_id for place in places}) == 381
    assert len({place.edition_id for place in places}) == 11


def test_the_counts_are_those_of_the_enrolments(shown: Session) -> None:
    alike = Counter(
        (p.edition_id, p.status, p.country, p.gender, p.institution_id, p.course_id)
        for p in every(shown, Enrolment)
    )
    counted = {
        (
            *(c.edition_id, c.status, c.country, c.gender),
            c.institution_key if c.institution_key.int else None,
            c.course_id,
        ): c.n
        for c in every(shown, EnrolmentCount)
    }

    assert counted == dict(alike)


def test_the_whole_catalogue_is_there(shown: Session) -> None:
    courses = every(shown, Course)

    assert {course.title["en"] for course in courses} == {row.title for row in read_editions()}
    assert Counter(c.mode for c in courses) == {Mode.TUTOR_LED: 14, Mode.SELF_ADMINISTERED: 2}
    assert {frozenset(course.summary) for course in courses} == {
        frozenset({"es", "pt", "en", "fr"})
    }
    assert len(every(shown, Videoconference)) == 25
    institutions = Counter(row.is_example for row in every(shown, Institution))
    assert institutions == {False: 72, True: 13}


def test_the_reported_sessions_were_held_recorded_and_attended(shown: Session) -> None:
    editions = {e.id: e for e in every(shown, Edition) if e.reporting_year == 2022}
    sessions = [s for s in every(shown, LiveSession) if s.edition_id in editions]
    came = defaultdict(list)
    for one in every(shown, Attendance):
        came[one.live_session_id].append(one.minutes)
    places = Counter(p.edition_id for p in every(shown, Enrolment))

    assert len(sessions) == 111
    assert sum(session.minutes for session in sessions) > 180 * 60
    for held in sessions:
        edition = editions[held.edition_id]
        assert edition.starts_on
        assert edition.ends_on
        assert edition.starts_on <= held.starts_at.date() <= edition.ends_on
        assert held.language in edition.languages
        assert held.title
        assert held.agenda
        assert held.recording_url.startswith("https://video.example.org/")
        assert held.published_at
        assert 0.65 < len(came[held.id]) / places[held.edition_id] <= 0.9
        assert max(came[held.id]) <= held.minutes
    assert len({session.slides_id for session in sessions} - {None}) == 11


def test_more_than_a_hundred_works_are_in_every_state(shown: Session) -> None:
    reported = {e.id for e in every(shown, Edition) if e.reporting_year == 2022}
    states = Counter(c.status for c in every(shown, Capstone) if c.edition_id in reported)

    assert set(states) == set(CapstoneStatus)
    assert sum(states.values()) == 107
    assert states[CapstoneStatus.ACCEPTED] > 80


def test_a_work_stands_as_its_newest_version_says(shown: Session) -> None:
    reviews = {review.version_id: review for review in every(shown, Review)}
    versions = defaultdict(list)
    for version in every(shown, CapstoneVersion):
        versions[version.capstone_id].append(version)

    for work in every(shown, Capstone):
        handed_in = sorted(versions[work.id], key=lambda version: version.number)
        assert [version.number for version in handed_in] == list(range(1, len(handed_in) + 1))
        if work.status is CapstoneStatus.DRAFT:
            assert handed_in == []
            continue
        assert handed_in[-1].status is work.status
        assert {version.status for version in handed_in[:-1]} <= {CapstoneStatus.RETURNED}
        for version in handed_in:
            if version.status is CapstoneStatus.SUBMITTED:
                assert version.id not in reviews
                continue
            review = reviews[version.id]
            accepted = version.status is CapstoneStatus.ACCEPTED
            assert review.decision is (Decision.ACCEPT if accepted else Decision.RETURN)
            assert review.score is not None
            assert 0 < review.score <= (review.out_of or 0) == 100
            assert len(review.levels) == 4


def test_a_work_speaks_of_its_team_and_keeps_who_wrote_it(shown: Session) -> None:
    members = defaultdict(set)
    names = {account.id: account.name for account in every(shown, Account)}
    accounts = {place.id: place.account_id for place in every(shown, Enrolment)}
    teams = {work.id: work.team_id for work in every(shown, Capstone)}
    for member in every(shown, TeamMember):
        members[member.team_id].add(names[accounts[member.enrolment_id]])

    for version in every(shown, CapstoneVersion):
        content = Snapshot.read(version.content)
        assert {member.name for member in content.members} == members[teams[version.capstone_id]]
        assert all(content.sections.values())
        assert content.milestones
        assert not any("{" in body for body in content.sections.values())


def test_nobody_completed_without_an_accepted_work(shown: Session) -> None:
    accepted = {c.team_id for c in every(shown, Capstone) if c.status is CapstoneStatus.ACCEPTED}
    team_of = {member.enrolment_id: member.team_id for member in every(shown, TeamMember)}
    completed = [
        place
        for place in every(shown, Enrolment)
        if place.reporting_year == 2022 and place.status is EnrolmentStatus.COMPLETED
    ]

    assert 0.75 < len(completed) / 395 < 0.95
    assert {team_of[place.id] for place in completed} <= accepted


def test_who_changed_employer_is_still_counted_where_they_were(shown: Session) -> None:
    places = defaultdict(set)
    for place in every(shown, Enrolment):
        if place.reporting_year == 2022:
            places[place.account_id].add(place.institution_id)
    moved = {account: where for account, where in places.items() if len(where) > 1}

    assert len(moved) == 2
    for account, where in moved.items():
        assert shown.get_one(Account, account).institution_id in where


def test_a_handful_of_certificates_waits_for_the_worker(shown: Session) -> None:
    certificates = every(shown, Certificate)
    places = {place.id: place for place in every(shown, Enrolment)}

    assert len(certificates) == 17
    assert {c.status for c in certificates} == {CertificateStatus.REQUESTED}
    assert {places[c.enrolment_id].status for c in certificates} == {EnrolmentStatus.COMPLETED}


def test_every_demonstration_account_opens_with_the_password(shown: Session) -> None:
    accounts = {account.email: account for account in every(shown, Account)}

    for email in SIGN_INS:
        assert password_matches(PASSWORD, accounts[email].password_hash), email
    others = [account for email, account in accounts.items() if email not in SIGN_INS]
    assert {account.password_hash for account in others} == {None}
    assert {account.is_demo for account in accounts.values()} == {True}
    assert {email.partition("@")[2] for email in accounts} == {"example.org", "taller.example"}


def test_each_demonstration_account_has_its_part_to_play(shown: Session) -> None:
    accounts = {account.email: account for account in every(shown, Account)}
    roles = {email: accounts[email].platform_role for email in SIGN_INS}
    focal = accounts[FOCAL]
    own = [p for p in every(shown, Enrolment) if p.institution_id == focal.coordinates_id]

    assert roles == {
        ADMIN: "administrator",
        COORDINATOR: "coordinator",
        FOCAL: "coordinator",
        TUTOR: None,
        PARTICIPANT: None,
    }
    assert accounts[COORDINATOR].coordinates_id is None
    assert len([place for place in own if place.reporting_year == 2022]) >= 40


def test_the_participant_revises_a_returned_roadmap_and_is_half_way_through_a_course(
    shown: Session,
) -> None:
    (participant,) = [a for a in every(shown, Account) if a.email == PARTICIPANT]
    places = {p.course_id: p for p in every(shown, Enrolment) if p.account_id == participant.id}
    courses = {c.title["en"]: c.id for c in every(shown, Course)}
    running = places[courses["Big Data and skills gap"]]
    alone = places[courses["The digitalization of vocational training"]]
    (team,) = [m.team_id for m in every(shown, TeamMember) if m.enrolment_id == running.id]
    (work,) = [c for c in every(shown, Capstone) if c.team_id == team]
    done = Counter(p.enrolment_id for p in every(shown, Progress) if p.state is ProgressState.DONE)
    to_do = Counter(a.edition_id for a in every(shown, Activity) if a.counts)

    assert len(places) == 2
    assert work.status is CapstoneStatus.RETURNED
    assert done[alone.id] * 2 == to_do[alone.edition_id]


def test_at_least_three_submissions_wait_for_the_tutor(shown: Session) -> None:
    (tutor,) = [a for a in every(shown, Account) if a.email == TUTOR]
    own = {team.id for team in every(shown, Team) if team.tutor_id == tutor.id}
    states = Counter(c.status for c in every(shown, Capstone) if c.team_id in own)

    assert states[CapstoneStatus.SUBMITTED] >= 3
    assert set(states) == set(CapstoneStatus)
    assert len([s for s in every(shown, EditionStaff) if s.account_id == tutor.id]) == 2


def test_editions_run_around_the_day_of_the_load(
    shown: Session, demonstration: Demonstration
) -> None:
    today = demonstration.now.date()
    running = [
        e
        for e in every(shown, Edition)
        if e.starts_on and e.ends_on and e.starts_on <= today <= e.ends_on
    ]
    starts = {e.id: list[datetime]() for e in running}
    for session in every(shown, LiveSession):
        if session.edition_id in starts:
            starts[session.edition_id].append(session.starts_at)
    modules = {m.id: None for m in every(shown, Module) if m.edition_id in starts}
    opens = modules | {rule.module_id: rule.opens_on for rule in every(shown, OpeningRule)}
    (coming,) = [e for e in every(shown, Edition) if e.starts_on and e.starts_on > today]

    assert len(running) == 2
    for own in starts.values():
        assert min(at for at in own if at > demonstration.now).date() == today + timedelta(days=1)
        assert len([at for at in own if at < demonstration.now]) >= 3
    assert {(day := opens[id_]) is not None and day <= today for id_ in modules} == {True, False}
    assert coming.policy is EnrolmentPolicy.APPLICATION
    assert coming.is_open_for_enrolment(today)
    assert coming.starts_on
    assert timedelta(weeks=4) < coming.starts_on - today <= timedelta(weeks=5)


def test_both_self_administered_courses_can_be_begun_at_any_time(
    shown: Session, demonstration: Demonstration
) -> None:
    alone = {c.id for c in every(shown, Course) if c.mode is Mode.SELF_ADMINISTERED}
    editions = [edition for edition in every(shown, Edition) if edition.course_id in alone]

    assert len(editions) == 2
    for edition in editions:
        assert (edition.slug, edition.starts_on, edition.ends_on) == ("open", None, None)
        assert edition.is_open_for_enrolment(demonstration.now.date())
        assert edition.reporting_year == demonstration.now.year


def test_every_question_has_the_answers_that_its_author_meant(shown: Session) -> None:
    versions = {version.question_id: version for version in every(shown, QuestionVersion)}
    written = {
        question.text["es"]: question
        for course in gather().courses.values()
        for module in course.modules
        for activity in module.activities
        if activity.quiz
        for question in activity.quiz.question
    }
    questions = every(shown, Question)

    assert len(questions) == len(written) > 80
    for question in questions:
        version = versions[question.id]
        meant = written[version.text["es"]]
        right = [option["right"] for option in version.content["options"]]
        if question.kind is QuestionKind.TRUE_FALSE:
            assert right == [meant.answer, not meant.answer]
        else:
            assert right == [choice.right for choice in meant.choice]
        if question.kind is not QuestionKind.MULTIPLE:
            assert sum(right) == 1


def test_every_activity_says_something_in_each_language_of_its_edition(shown: Session) -> None:
    languages = {edition.id: set(edition.languages) for edition in every(shown, Edition)}
    quizzes = {quiz.activity_id for quiz in every(shown, Quiz)}
    activities = every(shown, Activity)

    assert len(activities) == 86
    for activity in activities:
        assert set(activity.title) >= languages[activity.edition_id]
        assert (activity.id in quizzes) == (activity.kind == "quiz")


def test_every_file_is_kept_whole(shown: Session) -> None:
    kept = every(shown, StoredFile)

    assert {file.content_type for file in kept} == {
        *("application/pdf", "video/mp4", "audio/mpeg", "text/vtt", "image/jpeg")
    }
    for file in kept:
        content = b"".join(files.stream(file.key, 0, file.size))
        assert hashlib.sha256(content).hexdigest() == file.sha256


def test_the_guides_are_tagged_pdfs_in_their_language(shown: Session) -> None:
    guides = [file for file in every(shown, StoredFile) if file.name.startswith("planning-guide")]

    assert {file.name for file in guides} == {"planning-guide.es.pdf", "planning-guide.en.pdf"}
    for file in guides:
        path = settings().data_dir / "files" / file.key
        with pikepdf.open(path) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == file.name.split(".")[1]
            assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx(
                [0, 0, 595, 842], abs=1
            )
            assert len(pdf.pages) >= 5


def test_what_had_to_be_chosen_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/demonstration.md").read_text(encoding="utf-8")
    documented = " ".join(page.split())

    choices = gather().programme.choices

    assert choices
    assert [choice for choice in choices if choice not in documented] == []


def test_an_edition_by_application_shows_its_form_its_line_and_an_offer(
    shown: Session, demonstration: Demonstration
) -> None:
    (coming,) = [e for e in every(shown, Edition) if e.policy is EnrolmentPolicy.APPLICATION]
    places = [e for e in every(shown, Enrolment) if e.edition_id == coming.id]
    statuses = Counter(place.status for place in places)
    seats = seats_of(shown, coming, on=demonstration.now.date())
    waiting = waiting_line(shown, coming.id)

    assert len(form_of(shown, coming.id).questions) == 2
    assert all(application_of(shown, place.id) for place in places)
    assert statuses[EnrolmentStatus.APPLIED] > 0
    assert statuses[EnrolmentStatus.WAITLISTED] == len(waiting)
    assert [one.position for one in waiting] == list(range(1, len(waiting) + 1))
    assert [one.offer_ends_at is not None for one in waiting] == [True] + [False] * 3
    assert (seats.room, seats.left_for(NOWHERE)) == (1, 0)
    assert move_on(shown, coming.id, now=demonstration.now) == 0
