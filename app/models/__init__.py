"""Floor 1: a file per noun, with its table and what a row knows of itself."""

from app.models.account import (
    Account,
    ApiToken,
    Gender,
    PlatformRole,
    SignIn,
    SignInTry,
    normalized_email,
)
from app.models.activity import (
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityText,
    FileRole,
)
from app.models.admission import (
    REASONS_TO_DECLINE,
    REASONS_TO_WITHDRAW,
    BulkDecision,
    BulkDecisionLine,
    Reason,
    Verdict,
)
from app.models.audit import AuditEvent
from app.models.capstone import (
    Capstone,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Milestone,
    SectionKey,
)
from app.models.certificate import Certificate, CertificateStatus
from app.models.course import Course, Mode
from app.models.edition import (
    CapstoneKind,
    Edition,
    EditionStaff,
    EnrolmentPolicy,
    StaffRole,
    is_over,
    takes_people,
)
from app.models.enrolment import (
    NO_INSTITUTION,
    PARTICIPANTS,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Progress,
    ProgressState,
)
from app.models.institution import Institution
from app.models.live_session import Attendance, LiveSession, SessionStatus
from app.models.message import Message, MessageStatus
from app.models.module import Module
from app.models.note import EnrolmentNote, Support
from app.models.people_import import TO_DO, Fate, ImportStatus, PeopleImport, PeopleImportRow
from app.models.quiz import Answer, Attempt, Choice, Question, QuestionKind, Quiz
from app.models.review import (
    COMMENTED,
    Criterion,
    Decision,
    Level,
    Review,
    ReviewComment,
    Rubric,
)
from app.models.stored_file import StoredFile
from app.models.team import Team, TeamMember
from app.models.videoconference import Videoconference

__all__ = [
    "COMMENTED",
    "NO_INSTITUTION",
    "PARTICIPANTS",
    "REASONS_TO_DECLINE",
    "REASONS_TO_WITHDRAW",
    "TO_DO",
    "Account",
    "Activity",
    "ActivityFile",
    "ActivityKind",
    "ActivityText",
    "Answer",
    "ApiToken",
    "Attempt",
    "Attendance",
    "AuditEvent",
    "BulkDecision",
    "BulkDecisionLine",
    "Capstone",
    "CapstoneKind",
    "CapstoneSection",
    "CapstoneStatus",
    "CapstoneVersion",
    "Certificate",
    "CertificateStatus",
    "Choice",
    "Course",
    "Criterion",
    "Decision",
    "Edition",
    "EditionStaff",
    "Enrolment",
    "EnrolmentCount",
    "EnrolmentNote",
    "EnrolmentPolicy",
    "EnrolmentStatus",
    "Fate",
    "FileRole",
    "Gender",
    "ImportStatus",
    "Institution",
    "Level",
    "LiveSession",
    "Message",
    "MessageStatus",
    "Milestone",
    "Mode",
    "Module",
    "PeopleImport",
    "PeopleImportRow",
    "PlatformRole",
    "Progress",
    "ProgressState",
    "Question",
    "QuestionKind",
    "Quiz",
    "Reason",
    "Review",
    "ReviewComment",
    "Rubric",
    "SectionKey",
    "SessionStatus",
    "SignIn",
    "SignInTry",
    "StaffRole",
    "StoredFile",
    "Support",
    "Team",
    "TeamMember",
    "Verdict",
    "Videoconference",
    "is_over",
    "normalized_email",
    "takes_people",
]
