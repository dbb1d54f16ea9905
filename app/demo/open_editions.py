"""Editions that people can join now: two courses open at any time, and one to apply for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.demo.accounts import (
    COORDINATOR,
    FOCAL,
    FOCAL_INSTITUTION,
    PARTICIPANT,
    SIGN_INS,
    account_id,
)
from app.demo.applicants import add_application, add_form, add_line, may_wait
from app.demo.catalogue import RUBRIC, course_id, institution_id
from app.demo.chance import Chance
from app.demo.content import add_content
from app.demo.elsewhere import SHOWN_IN, add_elsewhere
from app.demo.enrolments import add_staff, place_for
from app.demo.learners import complete, study
from app.demo.rows import named
from app.demo.running import monday
from app.demo.stage import Stage
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentNote,
    EnrolmentPolicy,
    EnrolmentStatus,
    Mode,
    Support,
)

#: Of each course open at any time: how many learn in it, and how many of them have completed it.
LEARNERS = {
    "the-digitalization-of-vocational-training": (14, 3),
    "vocational-training-and-green-jobs": (7, 2),
}
HALF_DONE = "the-digitalization-of-vocational-training"

TO_APPLY_FOR = "gender-equity-strategies-through-the-development-of-steam-skills"
STARTS_IN = 5  # weeks
LASTS = 10
APPLIED, ADMITTED, WAITING = 6, 8, 4
#: One seat more than are taken is held by an offer, and one is kept for a country.
CAPACITY = ADMITTED + 2


def add_open(stage: Stage) -> list[Enrolment]:
    """The self-administered courses; says who has completed one and gets a certificate."""
    completed: list[Enrolment] = []
    for course in stage.materials.courses.values():
        if course.head.mode is not Mode.SELF_ADMINISTERED:
            continue
        slug = course.head.slug
        edition = stage.rows.add(
            Edition(
                id=named("edition", slug, "open"),
                course_id=course_id(slug),
                slug="open",
                languages=course.head.languages,
                reporting_year=stage.today.year,
                policy=EnrolmentPolicy.OPEN,
            )
        )
        content = add_content(stage, edition, course)
        if slug == SHOWN_IN:
            add_elsewhere(stage, edition)
        number, done = LEARNERS.get(slug, (0, 0))
        chance = Chance(f"learners of {slug}")
        for n, account in enumerate(_some_people(stage, chance, number)):
            asked_at = stage.now - timedelta(days=chance.whole(12, 60), hours=chance.whole(0, 20))
            place = stage.rows.add(place_for(account, edition, asked_at=asked_at))
            if n < done:
                at = stage.now - timedelta(days=chance.whole(1, 9))
                complete(stage.rows, place, content, at)
                completed.append(place)
            else:
                study(stage.rows, place, content, chance.whole(1, len(content) - 2), stage.now)
        if slug == HALF_DONE:
            (participant,) = (a for a in stage.rows.of(Account) if a.email == PARTICIPANT.email)
            asked_at = stage.now - timedelta(days=20)
            place = stage.rows.add(place_for(participant, edition, asked_at=asked_at))
            study(stage.rows, place, content, len(content) // 2, stage.now)
    return completed


def add_upcoming(stage: Stage, tutors: Sequence[Account]) -> None:
    """An edition that starts in some weeks: some have applied, some were admitted, some wait."""
    course = stage.materials.course(TO_APPLY_FOR)
    starts = monday(stage.today, STARTS_IN)
    ends = starts + timedelta(weeks=LASTS, days=-3)
    edition = stage.rows.add(
        Edition(
            id=named("edition", TO_APPLY_FOR, "upcoming"),
            course_id=course_id(TO_APPLY_FOR),
            slug=f"{starts:%Y-%m}",
            languages=course.head.languages,
            starts_on=starts,
            ends_on=ends,
            reporting_year=ends.year,
            enrol_until=starts - timedelta(days=10),
            capacity=CAPACITY,
            reserve_until=starts - timedelta(days=10),
            policy=EnrolmentPolicy.APPLICATION,
            capstone=course.head.capstone,
            rubric_id=RUBRIC,
            capstone_due_on=ends - timedelta(weeks=1),
            requires_capstone=True,
        )
    )
    add_staff(stage.rows, edition, [t.id for t in tutors if t.country in {"AR", "BR"}])
    chance = Chance("applicants")
    own = institution_id(FOCAL_INSTITUTION)
    people = _some_people(stage, chance, APPLIED + ADMITTED)
    people += [a for a in _some_people(stage, chance, 60) if a not in people and may_wait(a)][
        :WAITING
    ]
    questions, waiting = add_form(stage, edition), list[Enrolment]()
    people[0] = next(a for a in _people(stage) if a.institution_id == own and a not in people)
    for n, account in enumerate(people):
        asked_at = stage.now - timedelta(days=chance.whole(2, 12), hours=chance.whole(0, 20))
        place = stage.rows.add(place_for(account, edition, asked_at=asked_at))
        add_application(stage, place, questions, chance)
        if n < APPLIED:
            place.status, place.admitted_at = EnrolmentStatus.APPLIED, None
        if n == 0:
            _speak_about(stage, place)
        elif n >= APPLIED + ADMITTED:
            waiting.append(place)
    add_line(stage, edition, waiting)


def _speak_about(stage: Stage, place: Enrolment) -> None:
    """The focal point supports somebody of their institution, and a coordinator notes something."""
    yesterday = stage.now - timedelta(days=1)
    about: dict[str, Any] = {"enrolment_id": place.id, "created_at": yesterday}
    focal, coordinator = account_id(FOCAL.email), account_id(COORDINATOR.email)
    words = "Dirige los talleres de mecánica y formará a sus colegas."
    note = "Llamó para preguntar por el horario de las sesiones: puede los martes."
    stage.rows.add(Support(account_id=focal, words=words, **about))
    stage.rows.add(EnrolmentNote(author_id=coordinator, body=note, shared=True, **about))


def _some_people(stage: Stage, chance: Chance, number: int) -> list[Account]:
    return chance.shuffled(_people(stage))[:number]


def _people(stage: Stage) -> list[Account]:
    """The staff of institutions: everybody but tutors and those whom visitors sign in as."""
    visitors = {demo.email for demo in SIGN_INS}
    return [a for a in stage.rows.of(Account) if a.institution_id and a.email not in visitors]
