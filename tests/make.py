"""Builders of test data. Each makes the plainest valid thing; a test names what matters to it."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.core import files
from app.core.clock import now
from app.core.db import Table
from app.core.question_content import Choosing, Content, Option, new_key
from app.core.text import folded
from app.models import (
    Account,
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Capstone,
    CapstoneSection,
    CapstoneVersion,
    Certificate,
    Course,
    Criterion,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    FileRole,
    Forum,
    ForumPost,
    ForumTopic,
    Gender,
    Institution,
    InstitutionAlias,
    Level,
    LiveSession,
    Milestone,
    Mode,
    Module,
    OpeningRule,
    PlatformRole,
    Question,
    QuestionKind,
    QuestionVersion,
    Quiz,
    QuizSlot,
    Review,
    ReviewComment,
    Rubric,
    RuleKind,
    SectionKey,
    SignIn,
    StaffRole,
    StoredFile,
    Team,
    TeamMember,
    Videoconference,
)
from app.queries.capstones import members, milestones, sections, snapshot
from app.services.certificates import request_certificate
from app.services.enrolment_counts import count as add_to_counts

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

    def alias(self, institution: Institution, words: str, **given: Any) -> InstitutionAlias:
        plain: dict[str, Any] = {"country": institution.country, "key": folded(words)}
        return self.saved(
            InstitutionAlias(institution_id=institution.id, words=words, **plain | given)
        )

    def account(self, **given: Any) -> Account:
        n = next(numbers)
        plain: dict[str, Any] = {
            "email": f"person{n}@example.org",
            "name": f"Ana Pérez {n}",
            "country": "CO",
            "language": "en",
            "gender": Gender.WOMAN,
            "email_confirmed_at": NOW,
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

    def module(
        self,
        edition: Edition,
        *,
        opens_on: date | None = None,
        after: Module | None = None,
        **given: Any,
    ) -> Module:
        n = next(numbers)
        plain: dict[str, Any] = {
            "edition_id": edition.id,
            "position": n,
            "title": {"en": f"Module {n}"},
            "summary": {"en": "What it is about."},
        }
        module = self.saved(Module(**plain | given))
        if opens_on:
            self.rule(module, RuleKind.DATE, opens_on=opens_on)
        if after:
            self.rule(module, RuleKind.AFTER_MODULE, after_module_id=after.id)
        return module

    def rule(self, thing: Module | Activity, kind: RuleKind, **given: Any) -> OpeningRule:
        """A rule of when a module or an activity opens."""
        of = "module_id" if isinstance(thing, Module) else "activity_id"
        plain: dict[str, Any] = {"edition_id": thing.edition_id, of: thing.id, "kind": kind}
        return self.saved(OpeningRule(**plain | given))

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

    def counted(self, enrolment: Enrolment) -> Enrolment:
        """The enrolment, added to the counts that statistics are read from."""
        add_to_counts(self.session, enrolment, by=1)
        return enrolment

    def crowd(self, edition: Edition, size: int = 1, **given: Any) -> list[Enrolment]:
        """People who take part in ``edition``, all alike in what is ``given``, and counted."""
        return [self.counted(self.enrolment(self.account(**given), edition)) for _ in range(size)]

    def participant(self, edition: Edition, **given: Any) -> Account:
        """Somebody who takes part in ``edition``."""
        account = self.account(**given)
        self.enrolment(account, edition)
        return account

    def tutor(self, edition: Edition, **given: Any) -> Account:
        account = self.account(**given)
        self.staff(edition, account)
        return account

    def staff(
        self, edition: Edition, account: Account, role: StaffRole = StaffRole.TUTOR
    ) -> EditionStaff:
        """Have ``account`` accompany ``edition``."""
        return self.saved(EditionStaff(edition_id=edition.id, account_id=account.id, role=role))

    def observer(self, edition: Edition, **given: Any) -> Account:
        account = self.account(**given)
        staff = EditionStaff(edition_id=edition.id, account_id=account.id, role=StaffRole.OBSERVER)
        self.saved(staff)
        return account

    def live_session(
        self, edition: Edition, starts_at: datetime | None = None, **given: Any
    ) -> LiveSession:
        """A session of an hour and a half, a week from now unless told otherwise."""
        starts_at = starts_at or now() + timedelta(days=7)
        zone = given.get("timezone", "America/Bogota")
        plain: dict[str, Any] = {
            "edition_id": edition.id,
            "title": f"Session {next(numbers)}",
            "language": "en",
            "starts_at": starts_at,
            "timezone": zone,
            "local_start": f"{starts_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
            "minutes": 90,
            "link": "https://meet.example.org/secret-room",
            "changed_at": NOW,
        }
        return self.saved(LiveSession(**plain | given))

    def videoconference(self, **given: Any) -> Videoconference:
        plain: dict[str, Any] = {
            "series": 2022,
            "title": f"Event {next(numbers)}",
            "held_on": date(2022, 5, 11),
            "language": "en",
        }
        return self.saved(Videoconference(**plain | given))

    def team(self, edition: Edition, *members: Enrolment, **given: Any) -> Team:
        plain: dict[str, Any] = {"edition_id": edition.id, "name": f"Team {next(numbers)}"}
        team = self.saved(Team(**plain | given))
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
        course = self.session.get_one(Edition, activity.edition_id).course_id
        kinds = (
            (QuestionKind.SINGLE, {"b"}),
            (QuestionKind.MULTIPLE, {"a", "c"}),
            (QuestionKind.TRUE_FALSE, {"a"}),
        )
        for position, (kind, right) in enumerate(kinds, 1):
            names = "ab" if kind is QuestionKind.TRUE_FALSE else "abc"
            content = Choosing(
                options=[
                    Option(
                        key=new_key(),
                        text={"en": f"Choice {position}{name}"},
                        feedback={"en": f"Feedback {position}{name}"},
                        right=name in right,
                    )
                    for name in names
                ],
                whole=True,
            )
            words = {
                "text": {"en": f"Question {position}?"},
                "explanation": {"en": f"Because of reason {position}."},
            }
            question = self.question(course, kind, content, **words)
            self.saved(QuizSlot(quiz_id=quiz.id, position=position, question_id=question.id))
        return activity

    def question(
        self,
        course_id: UUID,
        kind: QuestionKind,
        content: Content,
        *,
        text: dict[str, str] | None = None,
        explanation: dict[str, str] | None = None,
        **given: Any,
    ) -> Question:
        question = self.saved(Question(course_id=course_id, kind=kind, **given))
        self.saved(
            QuestionVersion(
                question_id=question.id,
                text=text or {"en": f"Question {next(numbers)}?"},
                explanation=explanation or {},
                content=content.model_dump(mode="json"),
            )
        )
        return question

    def forum(self, edition: Edition, **given: Any) -> Forum:
        """An activity of its own in which people talk."""
        by_team = given.pop("by_team", False)
        plain: dict[str, Any] = {"kind": ActivityKind.FORUM, "title": {"en": "Questions"}}
        activity = self.activity(self.module(edition), body="", **plain | given)
        return self.saved(Forum(activity_id=activity.id, by_team=by_team))

    def community(self, edition: Edition) -> Forum:
        return self.saved(Forum(course_id=edition.course_id))

    def topic(
        self, forum: Forum, author: Account, body: str = "Who knows?", **given: Any
    ) -> ForumTopic:
        """A topic with its first post."""
        plain: dict[str, Any] = {"title": f"Topic {next(numbers)}", "last_post_at": NOW}
        topic = self.saved(ForumTopic(forum_id=forum.id, author_id=author.id, **plain | given))
        self.saved(ForumPost(topic_id=topic.id, number=1, author_id=author.id, body=body))
        return topic

    def post(
        self, topic: ForumTopic, author: Account, body: str = "I do.", **given: Any
    ) -> ForumPost:
        topic.posts += 1
        self.saved(topic)
        plain: dict[str, Any] = {"number": topic.posts, "author_id": author.id, "body": body}
        return self.saved(ForumPost(topic_id=topic.id, **plain | given))

    def file_of(self, activity: Activity, name: str, **given: Any) -> ActivityFile:
        """A file to take along, which lies where files lie."""
        kept = files.keep(BytesIO(b"a,b\n"), folder="uploads", limit=10)
        stored = self.saved(
            StoredFile(
                key=kept.key, name=name, content_type="text/csv", size=kept.size, sha256=kept.sha256
            )
        )
        plain: dict[str, Any] = {"role": FileRole.DOWNLOAD, "language": "en", "name": name}
        plain |= {"activity_id": activity.id, "file_id": stored.id, "position": next(numbers)}
        return self.saved(ActivityFile(**plain | given))

    def completed(self, edition: Edition | None = None, **given: Any) -> Enrolment:
        """Somebody who completed an edition, without the certificate."""
        return self.completed_by(self.account(**given), edition or self.edition())

    def completed_by(self, account: Account, edition: Edition, **given: Any) -> Enrolment:
        plain: dict[str, Any] = {"status": EnrolmentStatus.COMPLETED, "completed_at": NOW}
        return self.enrolment(account, edition, **plain | given)

    def certificate(self, enrolment: Enrolment | None = None) -> Certificate:
        """A certificate as it is asked for, not drawn yet."""
        return request_certificate(self.session, enrolment or self.completed(), now=NOW)

    def owner_of(self, certificate: Certificate) -> UUID:
        return self.session.get_one(Enrolment, certificate.enrolment_id).account_id

    def teammate(self, team: Team, **given: Any) -> Account:
        """Somebody who takes part in the team's edition, and in the team."""
        account = self.account(**given)
        enrolment = self.enrolment(account, self.session.get_one(Edition, team.edition_id))
        self.saved(TeamMember(team_id=team.id, enrolment_id=enrolment.id))
        return account

    def capstone(self, team: Team, milestones: int = 1, **given: Any) -> Capstone:
        """A work that is ready to be handed in."""
        plain: dict[str, Any] = {
            "edition_id": team.edition_id,
            "team_id": team.id,
            "title": f"Work of {team.name}",
            "language": "en",
        }
        capstone = self.saved(Capstone(**plain | given))
        for key in SectionKey:
            text = f"The {key} of {team.name}."
            self.saved(CapstoneSection(capstone_id=capstone.id, key=key, body=text))
        for n in range(1, milestones + 1):
            facts: dict[str, Any] = {"title": f"Milestone {n}", "responsible": "Rosa"}
            self.saved(Milestone(capstone_id=capstone.id, position=n, **facts))
        return capstone

    def version(self, capstone: Capstone, number: int = 1, **given: Any) -> CapstoneVersion:
        """The work as it stands, handed in; ``status`` says how far it is."""
        content = snapshot(
            capstone,
            sections(self.session, capstone.id),
            milestones(self.session, capstone.id),
            members(self.session, capstone.team_id),
        )
        plain: dict[str, Any] = {
            "capstone_id": capstone.id,
            "number": number,
            "submitted_at": NOW + timedelta(days=number),
            "content": content.written(),
        }
        version = self.saved(CapstoneVersion(**plain | given))
        capstone.status = version.status
        self.saved(capstone)
        return version

    def handed_in(self, edition: Edition, name: str, days: int, **given: Any) -> Capstone:
        """The work of a team of that name, which has waited for so many days."""
        capstone = self.capstone(self.team(edition, name=name, **given), title=f"Work of {name}")
        self.version(capstone, submitted_at=now() - timedelta(days=days))
        return capstone

    def review(self, version: CapstoneVersion, tutor: Account, **given: Any) -> Review:
        """A draft, unless a ``decision`` is given; ``comments`` by part."""
        comments: dict[str, str] = given.pop("comments", {})
        plain: dict[str, Any] = {"version_id": version.id, "tutor_id": tutor.id, "saved_at": NOW}
        review = self.saved(Review(**plain | given))
        for section, body in comments.items():
            self.saved(ReviewComment(review_id=review.id, section=section, body=body))
        return review

    def rubric(self, criteria: int = 2) -> Rubric:
        """Criteria of 10 points, each with a thin level (4 points) and a strong one (10)."""
        rubric = self.saved(Rubric(title={"en": "Rubric"}))
        for n in range(1, criteria + 1):
            criterion = self.saved(
                Criterion(
                    rubric_id=rubric.id, position=n, title={"en": f"Criterion {n}"}, points=10
                )
            )
            for position, (name, points) in enumerate((("Thin", 4), ("Strong", 10))):
                self.saved(
                    Level(
                        criterion_id=criterion.id,
                        position=position,
                        name={"en": name},
                        descriptor={"en": f"{name} work"},
                        points=points,
                    )
                )
        return rubric
