"""What each choice of the domain is called on screen."""

from enum import StrEnum

from app.core.i18n import gettext
from app.models import (
    ActivityKind,
    AliasKind,
    Asked,
    AskedKind,
    CapstoneKind,
    CapstoneStatus,
    CertificateStatus,
    Corrected,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    InstitutionKind,
    InvitationState,
    LeavingReason,
    MessageStatus,
    Mode,
    SectionKey,
)
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
        (EnrolmentPolicy.KEY, N_("Open to all who know the key")),
        (EnrolmentPolicy.APPLICATION, N_("By application")),
        (EnrolmentPolicy.NOMINATION, N_("Institutions name their people")),
        (EnrolmentPolicy.INVITATION, N_("By invitation only")),
        (EnrolmentPolicy.CLOSED, N_("Closed")),
        (LeavingReason.TIME, N_("No time for it")),
        (LeavingReason.WORK, N_("Changes at work")),
        (LeavingReason.CONNECTION, N_("Internet or computer")),
        (LeavingReason.LEVEL, N_("Too difficult or too easy")),
        (LeavingReason.HEALTH_OR_FAMILY, N_("Health or family")),
        (LeavingReason.OTHER, N_("Another reason")),
        (Asked.NO, N_("Not asked")),
        (Asked.OPTIONAL, N_("Asked, may be left empty")),
        (Asked.REQUIRED, N_("Must be answered")),
        (AskedKind.SHORT, N_("A line of text")),
        (AskedKind.LONG, N_("A longer text")),
        (AskedKind.ONE, N_("One choice of several")),
        (AskedKind.SEVERAL, N_("Any number of choices")),
        (AskedKind.YES_NO, N_("Yes or no")),
        (InvitationState.QUEUED, N_("Being sent")),
        (InvitationState.SENT, N_("Invited")),
        (InvitationState.FAILED, N_("Could not be delivered")),
        (InvitationState.ACCEPTED, N_("Has come in")),
        (InvitationState.REVOKED, N_("Taken back")),
        (Corrected.COUNTRY, N_("Country")),
        (Corrected.INSTITUTION, N_("Institution")),
        (Corrected.GENDER, N_("Gender")),
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
        (InstitutionKind.TRAINING, N_("Training institution")),
        (InstitutionKind.MINISTRY, N_("Ministry or public service")),
        (InstitutionKind.EMPLOYERS, N_("Employers' organisation")),
        (InstitutionKind.WORKERS, N_("Workers' organisation")),
        (InstitutionKind.OTHER, N_("Centre, university or other")),
        (AliasKind.SPELLING, N_("Other spelling")),
        (AliasKind.FORMER, N_("Former name")),
        (AliasKind.LANGUAGE, N_("In another language")),
        (MessageStatus.QUEUED, N_("Waiting")),
        (MessageStatus.SENT, N_("Sent")),
        (MessageStatus.KEPT, N_("Kept here")),
        (MessageStatus.FAILED, N_("Not delivered")),
    )
}


def label(choice: StrEnum) -> str:
    return gettext(LABELS[type(choice), choice.value])
