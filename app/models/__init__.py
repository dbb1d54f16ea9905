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
    Corrected,
    EnrolmentCorrection,
    EnrolmentStep,
    Invitation,
    InvitationState,
    OfferState,
    ReservedSeats,
    SeatOffer,
    WaitingPlace,
)
from app.models.application import (
    Application,
    ApplicationForm,
    ApplicationQuestion,
    Asked,
    AskedKind,
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
    LeavingReason,
    Progress,
    ProgressState,
)
from app.models.institution import Institution
from app.models.live_session import Attendance, LiveSession, SessionStatus
from app.models.message import Message, MessageStatus
from app.models.module import Module
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
    "Account",
    "Activity",
    "ActivityFile",
    "ActivityKind",
    "ActivityText",
    "Answer",
    "ApiToken",
    "Application",
    "ApplicationForm",
    "ApplicationQuestion",
    "Asked",
    "AskedKind",
    "Attempt",
    "Attendance",
    "AuditEvent",
    "Capstone",
    "CapstoneKind",
    "CapstoneSection",
    "CapstoneStatus",
    "CapstoneVersion",
    "Certificate",
    "CertificateStatus",
    "Choice",
    "Corrected",
    "Course",
    "Criterion",
    "Decision",
    "Edition",
    "EditionStaff",
    "Enrolment",
    "EnrolmentCorrection",
    "EnrolmentCount",
    "EnrolmentPolicy",
    "EnrolmentStatus",
    "EnrolmentStep",
    "FileRole",
    "Gender",
    "Institution",
    "Invitation",
    "InvitationState",
    "LeavingReason",
    "Level",
    "LiveSession",
    "Message",
    "MessageStatus",
    "Milestone",
    "Mode",
    "Module",
    "OfferState",
    "PlatformRole",
    "Progress",
    "ProgressState",
    "Question",
    "QuestionKind",
    "Quiz",
    "ReservedSeats",
    "Review",
    "ReviewComment",
    "Rubric",
    "SeatOffer",
    "SectionKey",
    "SessionStatus",
    "SignIn",
    "SignInTry",
    "StaffRole",
    "StoredFile",
    "Team",
    "TeamMember",
    "Videoconference",
    "WaitingPlace",
    "is_over",
    "normalized_email",
    "takes_people",
]
