"""What the audit log calls acts and things, in words: the log itself keeps one spelling of each."""

from app.core.i18n import gettext
from app.web.labels import N_

#: Acts and things as services record them. One that is missing here is shown as it was recorded.
WORDS = {
    "approve enrolment": N_("gave a place"),
    "cancel live session": N_("cancelled a live session"),
    "change application form": N_("changed an application form"),
    "change edition": N_("changed the settings of an edition"),
    "correct enrolment": N_("corrected what was taken down on admission"),
    "create administrator": N_("made an administrator"),
    "decline enrolment": N_("declined an application"),
    "draw certificate again": N_("had a certificate drawn again"),
    "invite": N_("invited somebody"),
    "move in line": N_("moved somebody in the waiting list"),
    "nominate": N_("named somebody for an edition"),
    "put in line": N_("put somebody on the waiting list"),
    "release seats": N_("released reserved places"),
    "reserve seats": N_("reserved places"),
    "revoke certificate": N_("withdrew a certificate"),
    "revoke invitation": N_("took an invitation back"),
    "send message again": N_("had a message sent again"),
    "set password": N_("set a new password"),
    "withdraw enrolment": N_("took a place away"),
    "account": N_("account"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "invitation": N_("invitation"),
    "live session": N_("live session"),
    "message": N_("message"),
}


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded
