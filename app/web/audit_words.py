"""What the audit log calls acts and things, in words: the log itself keeps one spelling of each."""

from app.core.i18n import gettext
from app.web.labels import N_

#: Acts and things as services record them. One that is missing here is shown as it was recorded.
WORDS = {
    "accept institution proposal": N_("accepted a proposed institution or name"),
    "add alias": N_("added another name"),
    "add institution": N_("added an institution"),
    "approve enrolment": N_("gave a place"),
    "cancel live session": N_("cancelled a live session"),
    "change edition": N_("changed the settings of an edition"),
    "change institution": N_("changed an institution"),
    "create administrator": N_("made an administrator"),
    "decline enrolment": N_("declined an application"),
    "decline institution proposal": N_("declined a proposed institution or name"),
    "draw certificate again": N_("had a certificate drawn again"),
    "import institutions": N_("imported institutions from a file"),
    "merge institution": N_("merged it into another institution"),
    "name focal point": N_("named a focal point"),
    "remove alias": N_("took another name away"),
    "remove focal point": N_("took the role of focal point back"),
    "revoke certificate": N_("withdrew a certificate"),
    "send message again": N_("had a message sent again"),
    "set password": N_("set a new password"),
    "take in institution": N_("took another institution in"),
    "undo merge": N_("undid a merge"),
    "withdraw enrolment": N_("took a place away"),
    "account": N_("account"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "institution": N_("institution"),
    "institution proposal": N_("proposed institution"),
    "live session": N_("live session"),
    "message": N_("message"),
}


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded
