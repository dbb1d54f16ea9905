"""What the audit log calls acts and things, in words: the log itself keeps one spelling of each."""

from app.core.i18n import gettext
from app.web.labels import N_

#: Acts and things as services record them. One that is missing here is shown as it was recorded.
WORDS = {
    "appoint staff": N_("gave a role in an edition"),
    "approve enrolment": N_("gave a place"),
    "begin viewing as": N_("began to look at somebody's pages"),
    "cancel live session": N_("cancelled a live session"),
    "change edition": N_("changed the settings of an edition"),
    "capstone.accept": N_("accepted a team's work"),
    "capstone.return": N_("returned a team's work"),
    "change live session": N_("changed a live session"),
    "create administrator": N_("made an administrator"),
    "decline enrolment": N_("declined an application"),
    "dismiss staff": N_("took a role in an edition away"),
    "draw certificate again": N_("had a certificate drawn again"),
    "end sign-ins": N_("ended sign-ins"),
    "end viewing as": N_("stopped looking at somebody's pages"),
    "give platform role": N_("changed a role on the platform"),
    "reactivate account": N_("opened an account again"),
    "save recording": N_("changed the recording or the slides of a live session"),
    "schedule live session": N_("scheduled a live session"),
    "take attendance": N_("took attendance"),
    "revoke certificate": N_("withdrew a certificate"),
    "send message again": N_("had a message sent again"),
    "suspend account": N_("suspended an account"),
    "set password": N_("set a new password"),
    "withdraw enrolment": N_("took a place away"),
    "account": N_("account"),
    "capstone_version": N_("version of a team's work"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "live session": N_("live session"),
    "message": N_("message"),
}


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded
