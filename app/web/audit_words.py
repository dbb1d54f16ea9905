"""What the audit log calls acts and things, in words: the log itself keeps one spelling of each."""

from app.core.i18n import gettext
from app.web.labels import N_

#: Acts and things as services record them. One that is missing here is shown as it was recorded.
WORDS = {
    "approve enrolment": N_("gave a place"),
    "cancel live session": N_("cancelled a live session"),
    "change edition": N_("changed the settings of an edition"),
    "create administrator": N_("made an administrator"),
    "decline enrolment": N_("declined an application"),
    "draw certificate again": N_("had a certificate drawn again"),
    "revoke certificate": N_("withdrew a certificate"),
    "send message again": N_("had a message sent again"),
    "clear bounce": N_("had messages sent to an address again"),
    "reword message": N_("changed the wording of a message"),
    "restore wording": N_("went back to the built-in wording of a message"),
    "send announcement": N_("sent an announcement"),
    "set password": N_("set a new password"),
    "withdraw enrolment": N_("took a place away"),
    "announcement": N_("announcement"),
    "wording": N_("wording"),
    "account": N_("account"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "live session": N_("live session"),
    "message": N_("message"),
}


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded
