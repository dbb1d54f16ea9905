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
    "import enrolment": N_("put somebody into an edition by a list"),
    "import people": N_("took a list of people into an edition"),
    "put on waiting list": N_("put somebody on the waiting list"),
    "remove note": N_("removed a note"),
    "revoke certificate": N_("withdrew a certificate"),
    "send message again": N_("had a message sent again"),
    "set password": N_("set a new password"),
    "support application": N_("supported an application"),
    "take decision back": N_("took a decision back"),
    "take support back": N_("took back the support of an application"),
    "withdraw enrolment": N_("took a place away"),
    "write note": N_("wrote a note about somebody"),
    "account": N_("account"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "live session": N_("live session"),
    "message": N_("message"),
    "people import": N_("list of people"),
}


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded
