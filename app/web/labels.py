"""What each choice of the domain is called on screen."""

from enum import StrEnum

from app.core.i18n import gettext
from app.models import (
    ActivityKind,
    Audience,
    CapstoneKind,
    CapstoneStatus,
    CertificateStatus,
    Delivery,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    MessageGroup,
    MessageKind,
    MessageStatus,
    Mode,
    SectionKey,
    Withheld,
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
        (MessageStatus.QUEUED, N_("Waiting")),
        (MessageStatus.WAITING, N_("Waits for the digest")),
        (MessageStatus.SENT, N_("Sent")),
        (MessageStatus.DIGESTED, N_("In a digest")),
        (MessageStatus.KEPT, N_("Kept here")),
        (MessageStatus.WITHHELD, N_("Not sent")),
        (MessageStatus.FAILED, N_("Not delivered")),
        (Withheld.NOT_WANTED, N_("The person wants only what is necessary.")),
        (Withheld.COMES_BACK, N_("Messages to this address come back.")),
        (Withheld.ACCOUNT_CLOSED, N_("The account is closed.")),
        (Delivery.AT_ONCE, N_("At once")),
        (Delivery.DIGEST, N_("Once a day, in one message")),
        (Delivery.NECESSARY, N_("Only what is necessary")),
        (MessageGroup.ACCOUNT, N_("Accounts")),
        (MessageGroup.ADMISSION, N_("Places and applications")),
        (MessageGroup.SESSIONS, N_("Live sessions")),
        (MessageGroup.CAPSTONE, N_("The work of your team")),
        (MessageGroup.CERTIFICATES, N_("Certificates")),
        (MessageGroup.ANNOUNCEMENTS, N_("Announcements")),
        (MessageKind.WELCOME, N_("Welcome")),
        (MessageKind.PLACE_GIVEN, N_("Place given")),
        (MessageKind.PLACE_OFFERED, N_("Place offered")),
        (MessageKind.APPLICATION_DECLINED, N_("Application declined")),
        (MessageKind.PLACE_TAKEN_AWAY, N_("Place taken away")),
        (MessageKind.SESSION_SOON, N_("Live session soon")),
        (MessageKind.SESSION_MOVED, N_("Live session moved")),
        (MessageKind.SESSION_CANCELLED, N_("Live session cancelled")),
        (MessageKind.CAPSTONE_DECIDED, N_("Team work answered")),
        (MessageKind.CERTIFICATE_READY, N_("Certificate ready")),
        (MessageKind.CERTIFICATE_WITHDRAWN, N_("Certificate withdrawn")),
        (MessageKind.ANNOUNCEMENT, N_("Announcement")),
        (MessageKind.DIGEST, N_("Digest")),
        (Audience.EVERYBODY, N_("Everybody in the edition")),
        (Audience.PARTICIPANTS, N_("Participants")),
        (Audience.APPLICANTS, N_("Applicants")),
        (Audience.TUTORS, N_("Tutors")),
        (Audience.TEAM, N_("One team")),
        (Audience.COUNTRY, N_("Participants of one country")),
    )
}


def label(choice: StrEnum) -> str:
    return gettext(LABELS[type(choice), choice.value])
