"""What the audit log says, in words: the log itself keeps one spelling of each act and thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from markupsafe import Markup, escape

from app.core.i18n import chosen_language, gettext
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.audit import EventSeen
from app.queries.audit_subjects import SubjectSeen
from app.web.audit_notes import notes_of
from app.web.figures import edition_words
from app.web.labels import N_

#: Acts and things as services record them. One that is missing here is shown as it was recorded.
WORDS = {
    "accept institution proposal": N_("accepted a proposed institution or name"),
    "add alias": N_("added another name"),
    "add institution": N_("added an institution"),
    "appoint staff": N_("gave a role in an edition"),
    "approve enrolment": N_("gave a place"),
    "begin viewing as": N_("began to look at somebody's pages"),
    "cancel live session": N_("cancelled a live session"),
    "change application form": N_("changed an application form"),
    "change question": N_("changed a question"),
    "change quiz": N_("changed a quiz"),
    "extend quiz": N_("changed somebody's time or tries in a quiz"),
    "mark essay": N_("marked an answer"),
    "write question": N_("wrote a question"),
    "take in questions": N_("took questions in from a file"),
    "regrade quiz": N_("judged the tries at a quiz again"),
    "take passing away": N_("took it away that somebody had passed a quiz"),
    "export question analysis": N_("exported the analysis of a quiz"),
    "correct enrolment": N_("corrected what was taken down on admission"),
    "capstone.accept": N_("accepted a team's work"),
    "capstone.return": N_("returned a team's work for revision"),
    "change content": N_("changed the content of an edition"),
    "add file": N_("added a file to an activity"),
    "change file": N_("changed what is said of a file"),
    "move file": N_("changed the order of files"),
    "remove file": N_("removed a file of an activity"),
    "replace file": N_("replaced a file of an activity"),
    "change address": N_("changed where an activity leads"),
    "change panorama": N_("changed a panorama"),
    "change survey": N_("changed a survey"),
    "export survey results": N_("exported what a survey says"),
    "change edition": N_("changed the settings of an edition"),
    "choose fallback language": N_("chose the language of what is not translated"),
    "change institution": N_("changed an institution"),
    "change forum": N_("changed how people talk in a forum"),
    "close topic": N_("closed a topic"),
    "hide post": N_("hid a post"),
    "mark answer": N_("marked a post as the answer"),
    "pin topic": N_("pinned a topic"),
    "reopen topic": N_("opened a topic again"),
    "restore post": N_("showed a hidden post again"),
    "settle reports": N_("left a reported post as it is"),
    "unmark answer": N_("unmarked a post as the answer"),
    "unpin topic": N_("unpinned a topic"),
    "create administrator": N_("made an administrator"),
    "decline enrolment": N_("declined an application"),
    "delete account": N_("deleted an account"),
    "decline institution proposal": N_("declined a proposed institution or name"),
    "draw certificate again": N_("had a certificate drawn again"),
    "invite": N_("invited somebody"),
    "move in line": N_("moved somebody in the waiting list"),
    "nominate": N_("named somebody for an edition"),
    "release seats": N_("released reserved places"),
    "reserve seats": N_("reserved places"),
    "import institutions": N_("imported institutions from a file"),
    "merge institution": N_("merged it into another institution"),
    "name focal point": N_("named a focal point"),
    "remove alias": N_("took another name away"),
    "remove focal point": N_("took the role of focal point back"),
    "import enrolment": N_("put somebody into an edition by a list"),
    "import people": N_("took a list of people into an edition"),
    "put on waiting list": N_("put somebody on the waiting list"),
    "remove note": N_("removed a note"),
    "revoke certificate": N_("withdrew a certificate"),
    "revoke invitation": N_("took an invitation back"),
    "send message again": N_("had a message sent again"),
    "clear bounce": N_("had messages sent to an address again"),
    "reword message": N_("changed the wording of a message"),
    "restore wording": N_("went back to the built-in wording of a message"),
    "send announcement": N_("sent an announcement"),
    "change live session": N_("changed a live session"),
    "dismiss staff": N_("took a role in an edition away"),
    "end sign-ins": N_("ended sign-ins"),
    "end viewing as": N_("stopped looking at somebody's pages"),
    "export audit log": N_("exported the audit log"),
    "export enrolments": N_("exported all enrolments"),
    "export institutions": N_("exported institutions"),
    "export people": N_("exported people"),
    "export results": N_("exported results"),
    "override result": N_("gave another result"),
    "take result back": N_("took a given result back"),
    "give platform role": N_("changed a role on the platform"),
    "reactivate account": N_("opened an account again"),
    "save recording": N_("changed the recording or the slides of a live session"),
    "schedule live session": N_("scheduled a live session"),
    "take attendance": N_("took attendance"),
    "suspend account": N_("suspended an account"),
    "set password": N_("set a new password"),
    "forget second step": N_("removed the second step of signing in"),
    "take in institution": N_("took another institution in"),
    "undo merge": N_("undid a merge"),
    "write text": N_("wrote a text of a course"),
    "withdraw enrolment": N_("took a place away"),
    "open next edition": N_("opened the next edition of a course"),
    "take over content": N_("took over what changed in an earlier edition"),
    "leave content": N_("left what changed in an earlier edition as it is"),
    "add course": N_("added a course"),
    "change course": N_("changed a course"),
    "open edition": N_("opened an edition"),
    "course": N_("course"),
    "announcement": N_("announcement"),
    "wording": N_("wording"),
    "support application": N_("supported an application"),
    "take decision back": N_("took a decision back"),
    "take support back": N_("took back the support of an application"),
    "write note": N_("wrote a note about somebody"),
    "account": N_("account"),
    "capstone_version": N_("version of a team's work"),
    "certificate": N_("certificate"),
    "edition": N_("edition"),
    "enrolment": N_("enrolment"),
    "invitation": N_("invitation"),
    "audit log": N_("audit log"),
    "enrolments": N_("enrolments"),
    "institution": N_("institution"),
    "institutions": N_("institutions"),
    "people": N_("people"),
    "institution proposal": N_("proposed institution"),
    "live session": N_("live session"),
    "forum post": N_("post"),
    "forum topic": N_("topic"),
    "message": N_("message"),
    "people import": N_("list of people"),
    "question": N_("question"),
    "attempt": N_("try at a quiz"),
}

#: The same acts as whole sentences, said after the name of who did it. They hold what a
#: `SubjectSeen` knows: `person`, `edition` and `thing`.
DEEDS = {
    "appoint staff": N_("gave %(person)s a role in %(edition)s"),
    "approve enrolment": N_("gave %(person)s a place in %(edition)s"),
    "begin viewing as": N_("began to look at the pages of %(person)s"),
    "cancel live session": N_("cancelled the session “%(thing)s” of %(edition)s"),
    "capstone.accept": N_("accepted %(thing)s in %(edition)s"),
    "capstone.return": N_("returned %(thing)s in %(edition)s for revision"),
    "change application form": N_("changed the application form of %(edition)s"),
    "change content": N_("changed the content of %(edition)s"),
    "change address": N_("changed where an activity of %(edition)s leads"),
    "change panorama": N_("changed a panorama of %(edition)s"),
    "change edition": N_("changed the settings of %(edition)s"),
    "change forum": N_("changed how people talk in a forum of %(edition)s"),
    "close topic": N_("closed the topic “%(thing)s” of %(edition)s"),
    "hide post": N_("hid a post of %(person)s in “%(thing)s” of %(edition)s"),
    "mark answer": N_("marked a post of %(person)s as the answer in “%(thing)s” of %(edition)s"),
    "pin topic": N_("pinned the topic “%(thing)s” of %(edition)s"),
    "reopen topic": N_("opened the topic “%(thing)s” of %(edition)s again"),
    "restore post": N_("showed a post of %(person)s in “%(thing)s” of %(edition)s again"),
    "settle reports": N_(
        "left a reported post of %(person)s in “%(thing)s” of %(edition)s as it is"
    ),
    "unmark answer": N_(
        "unmarked a post of %(person)s as the answer in “%(thing)s” of %(edition)s"
    ),
    "unpin topic": N_("unpinned the topic “%(thing)s” of %(edition)s"),
    "change live session": N_("changed the session “%(thing)s” of %(edition)s"),
    "change quiz": N_("changed a quiz of %(edition)s"),
    "extend quiz": N_("changed somebody's time or tries in a quiz of %(edition)s"),
    "mark essay": N_("marked an answer in %(edition)s"),
    "clear bounce": N_("had messages sent to %(person)s again"),
    "correct enrolment": N_("corrected what was taken down of %(person)s in %(edition)s"),
    "create administrator": N_("made %(person)s an administrator"),
    "decline enrolment": N_("declined the application of %(person)s for %(edition)s"),
    "dismiss staff": N_("took the role of %(person)s in %(edition)s away"),
    "draw certificate again": N_("had %(thing)s of %(person)s for %(edition)s drawn again"),
    "end sign-ins": N_("ended the sign-ins of %(person)s"),
    "end viewing as": N_("stopped looking at the pages of %(person)s"),
    "change survey": N_("changed a survey of %(edition)s"),
    "export survey results": N_("exported what a survey of %(edition)s says"),
    "export people": N_("exported people of %(edition)s"),
    "export results": N_("exported results of %(edition)s"),
    "override result": N_("gave %(person)s another result in %(edition)s"),
    "take result back": N_("took a result given to %(person)s in %(edition)s back"),
    "forget second step": N_("removed the second step of %(person)s"),
    "give platform role": N_("changed the role of %(person)s on the platform"),
    "import enrolment": N_("put %(person)s into %(edition)s by a list"),
    "import people": N_("took a list of people into %(edition)s"),
    "invite": N_("invited somebody to %(edition)s"),
    "move in line": N_("moved %(person)s in the waiting list of %(edition)s"),
    "nominate": N_("named %(person)s for %(edition)s"),
    "put on waiting list": N_("put %(person)s on the waiting list of %(edition)s"),
    "open next edition": N_("opened %(edition)s from the edition before it"),
    "open edition": N_("opened %(edition)s"),
    "take over content": N_("took over into %(edition)s what changed in an earlier edition"),
    "leave content": N_("left %(edition)s as it is where an earlier edition changed"),
    "reactivate account": N_("opened the account of %(person)s again"),
    "release seats": N_("released reserved places in %(edition)s"),
    "remove note": N_("removed a note about %(person)s in %(edition)s"),
    "reserve seats": N_("reserved places in %(edition)s"),
    "revoke certificate": N_("withdrew %(thing)s of %(person)s for %(edition)s"),
    "revoke invitation": N_("took back an invitation to %(edition)s"),
    "save recording": N_("changed what “%(thing)s” of %(edition)s left behind"),
    "schedule live session": N_("scheduled the session “%(thing)s” of %(edition)s"),
    "send announcement": N_("sent an announcement in %(edition)s"),
    "send message again": N_("had the message “%(thing)s” sent again to %(person)s"),
    "set password": N_("set a new password for %(person)s"),
    "support application": N_("supported the application of %(person)s for %(edition)s"),
    "suspend account": N_("suspended the account of %(person)s"),
    "take attendance": N_("took attendance at “%(thing)s” of %(edition)s"),
    "take decision back": N_("took back a decision about %(person)s in %(edition)s"),
    "take support back": N_(
        "took back the support of the application of %(person)s for %(edition)s"
    ),
    "withdraw enrolment": N_("took away the place of %(person)s in %(edition)s"),
    "write note": N_("wrote a note about %(person)s in %(edition)s"),
}

type May = Callable[[Action], bool]


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the log as it is read."""

    at: datetime
    actor: str | None
    deed: Markup
    notes: list[str]
    lost_id: str = ""  # of what is no longer here


def in_words(recorded: str) -> str:
    return gettext(WORDS[recorded]) if recorded in WORDS else recorded


def said(event: EventSeen, named: Mapping[UUID, SubjectSeen], may: May) -> Said:
    """An event in words, with links where its reader may follow them."""
    subject = named.get(event.subject_id) if event.subject_id else None
    notes = notes_of(event, named, in_words)
    place = named.get(event.edition_id) if event.edition_id else None
    deed = gettext(DEEDS[event.action]) if event.action in DEEDS else ""
    if deed and _can_be_said(deed, subject, place):
        parts = _parts(subject, place, may)
        return Said(event.at, event.actor, escape(deed) % parts, notes)
    told = {"deed": in_words(event.action), "thing": in_words(event.subject_type)}
    if subject is not None:
        name = subject.person or subject.name or _edition(subject)
        words = escape(_("%(deed)s: %(thing)s")) % (told | {"thing": name})
        return Said(event.at, event.actor, words, notes)
    if event.subject_id is None:
        return Said(event.at, event.actor, escape(told["deed"]), notes)
    words = escape(_("%(deed)s (%(thing)s that is no longer here)")) % told
    return Said(event.at, event.actor, words, notes, str(event.subject_id))


def _can_be_said(deed: str, subject: SubjectSeen | None, place: SubjectSeen | None) -> bool:
    """Whether all that the sentence names is still here."""
    of_edition = place or subject
    has_edition = of_edition is not None and of_edition.edition_id is not None
    needs_subject = "%(person)s" in deed or "%(thing)s" in deed
    return (has_edition or "%(edition)s" not in deed) and (subject is not None or not needs_subject)


def _parts(subject: SubjectSeen | None, place: SubjectSeen | None, may: May) -> dict[str, Markup]:
    """What a sentence may name; the edition is where the act happened."""
    where = place or subject
    return {
        "person": Markup("<strong>{}</strong>").format(subject.person if subject else ""),
        "edition": _edition(where, may) if where and where.edition_id else Markup(),
        "thing": _thing(subject, may) if subject else Markup(),
    }


def _edition(subject: SubjectSeen, may: May = lambda _action: False) -> Markup:
    title = edition_words(subject.title, subject.starts_on, subject.ends_on)
    address = f"/editions/{subject.edition_id}"
    return _link(title, address if may(Action.VIEW_EDITION) else "", chosen_language(subject.title))


def _thing(subject: SubjectSeen, may: May) -> Markup:
    within = f"/editions/{subject.edition_id}"
    if subject.code:
        address = f"/certificates/{subject.code}" if may(Action.SEE_CERTIFICATES) else ""
        return _link(_("certificate %(code)s") % {"code": subject.code}, address)
    if subject.capstone_id:
        text = _("version %(number)s of the work of %(team)s") % {
            "number": subject.number,
            "team": subject.name,
        }
        address = f"{within}/capstones/{subject.capstone_id}/versions/{subject.number}"
        return _link(text, address if may(Action.READ_CAPSTONES) else "")
    if subject.session_id:
        address = f"{within}/sessions/{subject.session_id}"
        return _link(subject.name, address if may(Action.VIEW_EDITION) else "", subject.language)
    return _link(subject.name, "", subject.language)


def _link(text: str, address: str, language: str = "") -> Markup:
    lang = Markup(' lang="{}"').format(language) if language else ""
    if address:
        return Markup('<a href="{}"{}>{}</a>').format(address, lang, text)
    return Markup("<span{}>{}</span>").format(lang, text) if lang else escape(text)
