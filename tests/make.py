"""Builders of test data. Each makes the plainest valid thing; a test names what matters to it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session

from app.core.clock import now
from app.core.db import Table
from app.models import (
    Account,
    Activity,
    ActivityKind,
    ActivityText,
    Choice,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Institution,
    Mode,
    Module,
    PlatformRole,
    Question,
    QuestionKind,
    Quiz,
    SignIn,
    StaffRole,
    Team,
    TeamMember,
)

numbers = count(1)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)


def a_sign_in(account: Account, token_hash: str) -> SignIn:
    return SignIn(
        account_id=account.id, token_hash=token_hash, expires_at=now() + timedelta(days=1)
    )


class Make:
    def __init__(self, session: Session) -> None:
        self.session = session

    def institution(self, **given: Any) -> Institution:
        n = next(numbers)
        plain: dict[str, Any] = {"acronym": f"INST{n}", "name": f"Institute {n}", "country": "CO"}
        return self.saved(Institution(**plain | given))

    def account(self, **given: Any) -> Account:
        n = next(numbers)
        plain: dict[str, Any] = {
            "email": f"person{n}@example.org",
            "name": f"Ana Pérez {n}",
            "country": "CO",
            "language": "en",
            "gender": Gender.WOMAN,
        }
        return self.saved(Account(**plain | given))

    def coordinator(self, **given: Any) -> Account:
        return self.account(platform_role=PlatformRole.COORDINATOR, **given)

    def focal(self, institution: Institution, **given: Any) -> Account:
        """A coordinator of one institution's people only."""
        return self.coordinator(
            coordinates_id=institution.id, institution_id=institution.id, **given
        )

    def administrator(self, **given: Any) -> Account:
        return self.account(platform_role=PlatformRole.ADMINISTRATOR, **given)

    def course(self, **given: Any) -> Course:
        n = next(numbers)
        plain: dict[str, Any] = {
            "slug": f"course-{n}",
            "mode": Mode.TUTOR_LED,
            "hours": 10,
            "languages": ["en"],
            "title": {"en": f"Course {n}"},
            "summary": {"en": "What one learns."},
        }
        return self.saved(Course(**plain | given))

    def edition(self, course: Course | None = None, **given: Any) -> Edition:
        course = course or self.course()
        plain: dict[str, Any] = {
            "course_id": course.id,
            "slug": f"edition-{next(numbers)}",
            "languages": course.languages,
            "starts_on": date(2026, 4, 1),
            "ends_on": date(2026, 12, 31),
            "reporting_year": 2026,
            "policy": EnrolmentPolicy.OPEN,
        }
        return self.saved(Edition(**plain | given))

    def module(self, edition: Edition, **given: Any) -> Module:
        n = next(numbers)
        plain: dict[str, Any] = {
            "edition_id": edition.id,
            "position": n,
            "title": {"en": f"Module {n}"},
            "summary": {"en": "What it is about."},
        }
        return self.saved(Module(**plain | given))

    def activity(self, module: Module, body: str = "Read this.", **given: Any) -> Activity:
        n = next(numbers)
        plain: dict[str, Any] = {
            "edition_id": module.edition_id,
            "module_id": module.id,
            "position": n,
            "kind": ActivityKind.PAGE,
            "title": {"en": f"Activity {n}"},
            "minutes": 10,
        }
        activity = self.saved(Activity(**plain | given))
        for language in activity.title:
            self.saved(ActivityText(activity_id=activity.id, language=language, body=body))
        return activity

    def enrolment(self, account: Account, edition: Edition, **given: Any) -> Enrolment:
        """A row as admission leaves it, without the counts; for those use the service."""
        plain: dict[str, Any] = {
            "account_id": account.id,
            "edition_id": edition.id,
            "course_id": edition.course_id,
            "reporting_year": edition.reporting_year,
            "status": EnrolmentStatus.ACTIVE,
            "gender": account.gender,
            "country": account.country,
            "institution_id": account.institution_id,
            "language": account.language,
            "admitted_at": NOW,
        }
        return self.saved(Enrolment(**plain | given))

    def participant(self, edition: Edition, **given: Any) -> Account:
        """Somebody who takes part in ``edition``."""
        account = self.account(**given)
        self.enrolment(account, edition)
        return account

    def tutor(self, edition: Edition, **given: Any) -> Account:
        account = self.account(**given)
        self.saved(EditionStaff(edition_id=edition.id, account_id=account.id, role=StaffRole.TUTOR))
        return account

    def team(self, edition: Edition, *members: Enrolment, **given: Any) -> Team:
        team = self.saved(Team(edition_id=edition.id, name=f"Team {next(numbers)}", **given))
        for member in members:
            self.session.add(TeamMember(team_id=team.id, enrolment_id=member.id))
        self.session.flush()
        return team

    def saved[T: Table](self, thing: T) -> T:
        self.session.add(thing)
        self.session.flush()
        return thing

    def quiz(self, module: Module, **given: Any) -> Activity:
        """A quiz of three questions, one of each kind, worth a point each; two of three pass."""
        activity = self.activity(module, kind=ActivityKind.QUIZ, body="", **given)
        quiz = self.saved(Quiz(activity_id=activity.id, pass_percent=60))
        for position, (kind, right) in enumerate(
            (
                (QuestionKind.SINGLE, {"b"}),
                (QuestionKind.MULTIPLE, {"a", "c"}),
                (QuestionKind.TRUE_FALSE, {"a"}),
            )
        ):
            question = self.saved(
                Question(
                    quiz_id=quiz.id,
                    position=position,
                    kind=kind,
                    text={"en": f"Question {position + 1}?"},
                    explanation={"en": f"Because of reason {position + 1}."},
                )
            )
            for n, name in enumerate("ab" if kind is QuestionKind.TRUE_FALSE else "abc"):
                self.saved(
                    Choice(
                        question_id=question.id,
                        position=n,
                        text={"en": f"Choice {position + 1}{name}"},
                        feedback={"en": f"Feedback {position + 1}{name}"},
                        is_right=name in right,
                    )
                )
        return activity
