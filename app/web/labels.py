"""What each choice of the domain is called on screen."""

from enum import StrEnum

from app.core.i18n import gettext
from app.models import (
    ActivityKind,
    CapstoneKind,
    CapstoneStatus,
    CertificateStatus,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    MessageStatus,
    Mode,
    PlatformRole,
    SectionKey,
    StaffRole,
)
from app.queries.account_list import Held, Standing
from app.queries.session_hours import HourKind


def N_(message: str) -> str:  # noqa: N802 -- the mark by which translators' tools find a message
    return message


#: By the kind of choice and its value: members of two enums with the same value are equal, and one
#: would take the other's words.
LABELS: dict[tuple[type[StrEnum], str], str] = {
    (type(choice), choice.value): words
    for choice, words in (
        (Gender.WOMAN, N_("Woman")),
        (Gender.MAN, N_("Man")),
        (Gender.ANOTHER, N_("Another gender")),
        (Gender.PREFERS_NOT_TO_SAY, N_("I prefer not to say")),
        (Gender.NOT_ANSWERED, N_("No answer")),
        (Mode.TUTOR_LED, N_("With a tutor")),
        (Mode.SELF_ADMINISTERED, N_("At your own pace")),
        (ActivityKind.PAGE, N_("reading")),
        (ActivityKind.FILE, N_("guide to download")),
        (ActivityKind.VIDEO, N_("video with transcript")),
        (ActivityKind.QUIZ, N_("quiz")),
        (EnrolmentStatus.APPLIED, N_("Applied")),
        (EnrolmentStatus.WAITLISTED, N_("On the waiting list")),
        (EnrolmentStatus.ACTIVE, N_("Taking part")),
        (EnrolmentStatus.COMPLETED, N_("Completed")),
        (EnrolmentStatus.WITHDRAWN, N_("Withdrawn")),
        (EnrolmentStatus.REJECTED, N_("Declined")),
        (EnrolmentPolicy.OPEN, N_("Open to all")),
        (EnrolmentPolicy.APPLICATION, N_("By application")),
        (EnrolmentPolicy.CLOSED, N_("Closed")),
        (CapstoneKind.PROJECT, N_("Project")),
        (CapstoneKind.ROADMAP, N_("Roadmap")),
        (CapstoneStatus.DRAFT, N_("Draft")),
        (CapstoneStatus.SUBMITTED, N_("Submitted")),
        (CapstoneStatus.RETURNED, N_("Returned for revision")),
        (CapstoneStatus.ACCEPTED, N_("Accepted")),
        (SectionKey.PROBLEM, N_("The problem")),
        (SectionKey.OBJECTIVES, N_("Objectives")),
        (SectionKey.ACTIONS, N_("What we will do")),
        (SectionKey.RESOURCES, N_("Resources and partners")),
        (CertificateStatus.REQUESTED, N_("Being drawn")),
        (CertificateStatus.ISSUED, N_("Valid")),
        (CertificateStatus.FAILED, N_("Could not be drawn")),
        (CertificateStatus.REVOKED, N_("Withdrawn by us")),
        (HourKind.MORNING, N_("Morning")),
        (HourKind.LUNCH, N_("Lunch hour")),
        (HourKind.AFTERNOON, N_("Afternoon")),
        (HourKind.EVENING, N_("Evening")),
        (HourKind.OUTSIDE, N_("Outside 7 to 21 hours")),
        (PlatformRole.COORDINATOR, N_("Coordinator")),
        (PlatformRole.ADMINISTRATOR, N_("Administrator")),
        (StaffRole.TUTOR, N_("Tutor")),
        (StaffRole.OBSERVER, N_("Observer")),
        (Held.ADMINISTRATOR, N_("Administrator")),
        (Held.COORDINATOR, N_("Coordinator")),
        (Held.FOCAL, N_("Focal point")),
        (Held.TUTOR, N_("Tutor")),
        (Held.OBSERVER, N_("Observer")),
        (Held.PARTICIPANT, N_("Participant")),
        (Standing.OPEN, N_("In use")),
        (Standing.SUSPENDED, N_("Suspended")),
        (MessageStatus.QUEUED, N_("Waiting")),
        (MessageStatus.SENT, N_("Sent")),
        (MessageStatus.KEPT, N_("Kept here")),
        (MessageStatus.FAILED, N_("Not delivered")),
    )
}


def label(choice: StrEnum) -> str:
    return gettext(LABELS[type(choice), choice.value])
