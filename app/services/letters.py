"""Every letter as we word it, in four languages: a subject, and paragraphs with placeholders.

The greeting and the closing words are added to each. A paragraph that comes out empty is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.core.i18n import N_, ngettext
from app.core.i18n import gettext as _
from app.models import KINDS, MessageGroup, MessageKind

type Values = Mapping[str, str]

_BLANK = re.compile(r"%\(([a-z]+)\)s")


class Letter(NamedTuple):
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class BuiltIn:
    """A letter as we word it. ``kind`` is None where it goes to who has no account.

    ``to_anybody``: nobody has shown yet that the address is theirs, so it names nobody.
    """

    kind: MessageKind | None
    subject: str | Callable[[Values], str]
    paragraphs: tuple[str, ...]
    also: tuple[str, ...] = ()  # placeholders that no paragraph holds
    needs_too: tuple[str, ...] = ()
    to_anybody: bool = False

    @property
    def group(self) -> MessageGroup | None:
        return KINDS[self.kind].group if self.kind else MessageGroup.ADMISSION

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        words = (self.subject if isinstance(self.subject, str) else "", *self.paragraphs)
        found = [name for part in words for name in _BLANK.findall(part)]
        return tuple(dict.fromkeys((*found, *self.also)))

    @property
    def allowed(self) -> tuple[str, ...]:
        return self.placeholders if self.to_anybody else ("name", *self.placeholders)

    @property
    def needs(self) -> tuple[str, ...]:
        """Without these the letter is of no use: its links, and what somebody wrote by hand."""
        link = ("address",) if "address" in self.placeholders else ()
        return (*link, *self.needs_too)

    def compose(self, about: Values) -> Letter:
        subject = self.subject
        return Letter(
            subject(about) if callable(subject) else _(subject) % about,
            tuple(_(paragraph) % about for paragraph in self.paragraphs),
        )


_HOLDS = N_("The link works once, and within 60 minutes.")
_NOT_YOU = N_("If it was not you who asked, do nothing: without the link nothing changes.")
_CHANGE_PASSWORD = N_(
    "If this was not you, change your password at once and write to a coordinator."
)
_A_MISTAKE = N_("If you think this is a mistake, write to the coordinators of your course.")
_BEGIN = N_("Begin here: %(address)s")
_COURSES = N_("Your courses are here: %(address)s")
_OTHERS = N_("Other courses are open here: %(address)s")
_REASON = N_("The reason given is: %(reason)s")
_COMMENTS = N_("The comments are here: %(address)s")
_YOUR_PLACE = N_("Your place in “%(course)s”")
_YOUR_APPLICATION = N_("Your application for “%(course)s”")
_GIVEN = N_("A coordinator gave you a place in the course “%(course)s”.")
_SIGN_IN_LINK = N_("Sign in with this link: %(address)s")
_LENGTH = N_("It lasts %(minutes)s minutes. Hours are in %(zone)s.")
_SESSION = N_("Everything about the session: %(address)s")
_WRITES = N_("%(author)s writes to people of the course “%(course)s”:")
_STEP_NEEDED = N_("Signing in takes a second step now")
_PASSAGE = N_("“%(passage)s”")
_TOPIC = N_("The topic: %(address)s")
_WHOLE = {name: f"%({name})s" for name in ("title", "message", "because", "standing")}

_NEWCOMER = (
    N_("You have an account now, with this e-mail address: %(email)s. It has no password yet."),
    N_("Open %(address)s, write the address there and ask for a new password or a link."),
    N_("If you do not want this, you need do nothing."),
)

_ACCOUNT = {
    "welcome": BuiltIn(
        MessageKind.WELCOME,
        N_("Your account at Taller"),
        (
            N_("You have an account now. Sign in with this e-mail address and your password."),
            _COURSES,
        ),
    ),
    "confirm address": BuiltIn(
        MessageKind.CONFIRM_ADDRESS,
        N_("Confirm your e-mail address"),
        (
            N_("Somebody, we think you, is making an account at Taller with this address."),
            N_("Confirm that it is yours, and the account is ready: %(address)s"),
            _HOLDS,
            N_("If it was not you, do nothing: the account is never made."),
        ),
        to_anybody=True,
    ),
    "already registered": BuiltIn(
        MessageKind.ALREADY_REGISTERED,
        N_("You already have an account"),
        (
            N_(
                "Somebody, we think you, wanted to make an account with this address. You have one."
            ),
            _SIGN_IN_LINK,
            N_("Or choose a new password: %(password)s"),
            N_("Each link works once, and within 60 minutes."),
            _NOT_YOU,
        ),
        needs_too=("password",),
    ),
    "link to sign in": BuiltIn(
        MessageKind.SIGN_IN_LINK,
        N_("Your link to sign in"),
        (_SIGN_IN_LINK, _HOLDS, _NOT_YOU),
    ),
    "link to a new password": BuiltIn(
        MessageKind.PASSWORD_LINK,
        N_("Choose a new password"),
        (N_("Choose a new password here: %(address)s"), _HOLDS, _NOT_YOU),
    ),
    "password changed": BuiltIn(
        MessageKind.PASSWORD_CHANGED,
        N_("Your password was changed"),
        (
            N_("The password of your account was changed. Other sign-ins have ended."),
            N_("If it was not you, choose a new one at once: %(address)s"),
        ),
    ),
    "key made": BuiltIn(
        MessageKind.KEY_MADE,
        N_("A key to your account was made"),
        (
            N_("A program with the key “%(title)s” can now read what you can read here."),
            N_(
                "If it was not you, choose a new password at once, which ends all keys: %(address)s"
            ),
        ),
    ),
    "confirm new address": BuiltIn(
        MessageKind.CONFIRM_NEW_ADDRESS,
        N_("Confirm your new e-mail address"),
        (
            N_("Somebody wants to use this address for their account at Taller."),
            N_("If it was you, say yes here, or no: %(address)s"),
            N_("The present address has to say yes as well."),
            _HOLDS,
            _NOT_YOU,
        ),
        to_anybody=True,
    ),
    "confirm leaving address": BuiltIn(
        MessageKind.CONFIRM_LEAVING_ADDRESS,
        N_("Do you want another e-mail address?"),
        (
            N_("Somebody who is signed in as you wants to use %(email)s instead of this address."),
            N_("If it was you, say yes here, or no: %(address)s"),
            N_("The new address has to say yes as well."),
            _HOLDS,
            N_("If it was not you, say no with the link, and change your password."),
        ),
    ),
    "address wanted": BuiltIn(
        MessageKind.ADDRESS_WANTED,
        N_("Your address belongs to your account"),
        (
            N_("Somebody wanted this address for another account. It is yours, and stays so."),
            N_("If you have two accounts and want one, write to the coordinators of your course."),
        ),
    ),
    "address changed": BuiltIn(
        MessageKind.ADDRESS_CHANGED,
        N_("Your e-mail address was changed"),
        (
            N_("From now on you sign in with %(email)s, and messages go there."),
            N_("If it was not you, write to the coordinators of your course at once."),
        ),
    ),
    "provider linked": BuiltIn(
        MessageKind.PROVIDER_LINKED,
        N_("%(provider)s opens your account"),
        (
            N_("From now on you can sign in to Taller with %(provider)s."),
            N_(
                "If this was not you: sign in, unlink it on this page, and set a new password. "
                "%(address)s"
            ),
        ),
    ),
    "passkey added": BuiltIn(
        MessageKind.SECOND_STEP_ADDED,
        _STEP_NEEDED,
        (
            N_(
                "The passkey “%(passkey)s” was added to your account "
                "as a second step of signing in."
            ),
            _CHANGE_PASSWORD,
        ),
    ),
    "codes added": BuiltIn(
        MessageKind.SECOND_STEP_ADDED,
        _STEP_NEEDED,
        (
            N_("An application for codes was added to your account as a second step."),
            _CHANGE_PASSWORD,
        ),
    ),
    "second step removed": BuiltIn(
        MessageKind.SECOND_STEP_REMOVED,
        N_("A second step of signing in was removed"),
        (
            N_("An application for codes or a passkey was removed from your account."),
            _CHANGE_PASSWORD,
        ),
    ),
    "recovery code used": BuiltIn(
        MessageKind.RECOVERY_CODE_USED,
        N_("A recovery code was used"),
        (
            N_("Somebody signed in to your account with one of your recovery codes."),
            _CHANGE_PASSWORD,
        ),
    ),
    "copy ready": BuiltIn(
        MessageKind.COPY_READY,
        N_("The copy of your data is ready"),
        (
            N_("Everything that Taller holds about you is in one archive now."),
            N_("Download it here, within seven days: %(address)s"),
            N_("If you did not ask for it, change your password: somebody may know it."),
        ),
    ),
    "account goes": BuiltIn(
        MessageKind.ACCOUNT_GOES,
        N_("Your account will be deleted"),
        (
            N_("On %(moment)s your account and what is personal in it will be deleted."),
            N_("If you want to keep it, sign in before that: %(address)s"),
        ),
    ),
    "account stays": BuiltIn(
        MessageKind.ACCOUNT_STAYS,
        N_("Your account stays"),
        (
            N_("You signed in, so your account will not be deleted. Nothing was removed."),
            N_("If it was not you who signed in, change your password: %(address)s"),
        ),
    ),
    "institution accepted": BuiltIn(
        MessageKind.INSTITUTION_ACCEPTED,
        N_("Your institution is in the list"),
        (
            N_("You proposed “%(proposed)s”. In the list it is called %(institution)s."),
            N_("Your account says so now. You can change it here: %(address)s"),
        ),
    ),
    "institution declined": BuiltIn(
        MessageKind.INSTITUTION_DECLINED,
        N_("Your institution was not added"),
        (
            N_("You proposed “%(proposed)s”. A coordinator did not add it to the list."),
            _WHOLE["because"],
            N_("You can choose another institution here: %(address)s"),
        ),
    ),
    "institution name accepted": BuiltIn(
        MessageKind.INSTITUTION_NAME_DECIDED,
        N_("The list says what you proposed"),
        (N_("You proposed “%(proposed)s” as a name of %(institution)s. It is in the list."),),
    ),
    "institution name declined": BuiltIn(
        MessageKind.INSTITUTION_NAME_DECIDED,
        N_("The name you proposed was not added"),
        (
            N_(
                "You proposed “%(proposed)s” as a name of %(institution)s. "
                "A coordinator left the list as it is."
            ),
        ),
    ),
    "made focal point": BuiltIn(
        MessageKind.MADE_FOCAL_POINT,
        N_("You are a focal point of %(institution)s"),
        (
            N_(
                "You are a focal point of %(institution)s now. You see its people in their courses."
            ),
            _BEGIN,
        ),
    ),
}

_ADMISSION = {
    "invitation": BuiltIn(
        None,
        N_("You are invited to “%(course)s”"),
        (
            N_("You are invited to the course “%(course)s”."),
            N_("Come in here: %(address)s"),
            N_(
                "The link is for you alone and works once. If you have no account yet, make one "
                "first. Use this e-mail address for it."
            ),
        ),
        to_anybody=True,
    ),
    "place given": BuiltIn(
        MessageKind.PLACE_GIVEN,
        N_("You have a place in “%(course)s”"),
        (N_("You have a place in the course “%(course)s”."), _BEGIN),
    ),
    "enrolled": BuiltIn(MessageKind.ENROLLED_BY_COORDINATOR, _YOUR_PLACE, (_GIVEN, _BEGIN)),
    "enrolled with an account": BuiltIn(
        MessageKind.ENROLLED_BY_COORDINATOR, _YOUR_PLACE, (_GIVEN, *_NEWCOMER)
    ),
    "entered": BuiltIn(
        MessageKind.ENROLLED_BY_COORDINATOR, _YOUR_APPLICATION, (_WHOLE["standing"], _COURSES)
    ),
    "entered with an account": BuiltIn(
        MessageKind.ENROLLED_BY_COORDINATOR, _YOUR_APPLICATION, (_WHOLE["standing"], *_NEWCOMER)
    ),
    "nominated": BuiltIn(
        MessageKind.NOMINATED,
        N_("Your institution named you for “%(course)s”"),
        (
            N_("Your institution would like you to take the course “%(course)s”."),
            N_("A coordinator decides. If you do not want to take part, say so here: %(address)s"),
        ),
    ),
    "put on the waiting list": BuiltIn(
        MessageKind.WAITLISTED,
        N_("You are on the waiting list for “%(course)s”"),
        (
            N_("You are number %(position)s on the waiting list for the course “%(course)s”."),
            N_("When a place is freed for you, we write to you. See how you stand: %(address)s"),
        ),
    ),
    "application received": BuiltIn(
        MessageKind.APPLICATION_RECEIVED,
        N_("We have your application for “%(course)s”"),
        (
            N_("Your application for the course “%(course)s” has arrived. Nobody has decided yet."),
            N_("See how it stands, change it or take it back here: %(address)s"),
        ),
    ),
    "put in line": BuiltIn(
        MessageKind.PUT_IN_LINE,
        N_("You are on the waiting list of “%(course)s”"),
        (
            N_("All places are taken. You are number %(position)s in line."),
            N_("When a place is freed for you, we write to you. See how you stand: %(address)s"),
        ),
    ),
    "seat offered": BuiltIn(
        MessageKind.SEAT_OFFERED,
        N_("A place is free for you in “%(course)s”"),
        (
            N_("A place in the course “%(course)s” is free, and it is yours if you want it."),
            N_("Say by %(until)s whether you take it. After that it goes to the next in line."),
            N_("Answer here: %(address)s"),
        ),
        needs_too=("until",),
    ),
    "offer lapsed": BuiltIn(
        MessageKind.OFFER_LAPSED,
        N_("Your place in “%(course)s” went to the next in line"),
        (
            N_("We had no answer from you, so the place went to the next in line."),
            N_("While enrolment is open you can stand in line again: %(address)s"),
        ),
    ),
    "application declined": BuiltIn(
        MessageKind.APPLICATION_DECLINED,
        _YOUR_APPLICATION,
        (
            N_("We could not give you a place in the course “%(course)s” this time."),
            _WHOLE["because"],
            _OTHERS,
        ),
    ),
    "decision taken back": BuiltIn(
        MessageKind.DECISION_TAKEN_BACK,
        N_("Correction: “%(course)s”"),
        (
            N_("A decision about you in the course “%(course)s” was taken back."),
            _WHOLE["standing"],
        ),
        needs_too=("standing",),
    ),
    "place taken away": BuiltIn(
        MessageKind.PLACE_TAKEN_AWAY,
        N_("You no longer take part in “%(course)s”"),
        (
            N_("A coordinator took you out of the course “%(course)s”. What you did is kept."),
            _WHOLE["because"],
            _A_MISTAKE,
        ),
    ),
}

_COURSE = {
    "session soon": BuiltIn(
        MessageKind.SESSION_SOON,
        N_("Soon: %(title)s"),
        (
            N_("A live session of the course “%(course)s” begins soon."),
            _WHOLE["title"],
            N_("It begins on %(moment)s."),
            _LENGTH,
            _SESSION,
        ),
    ),
    "session moved": BuiltIn(
        MessageKind.SESSION_MOVED,
        N_("New time: %(title)s"),
        (
            N_("A live session of the course “%(course)s” has a new time."),
            _WHOLE["title"],
            N_("Before: %(before)s"),
            N_("Now: %(now)s"),
            _LENGTH,
            _SESSION,
        ),
    ),
    "session cancelled": BuiltIn(
        MessageKind.SESSION_CANCELLED,
        N_("Cancelled: %(title)s"),
        (
            N_("A live session of the course “%(course)s” will not take place."),
            _WHOLE["title"],
            N_("It was to begin on %(moment)s, %(zone)s."),
            N_("The other sessions of the course: %(address)s"),
        ),
    ),
    "capstone accepted": BuiltIn(
        MessageKind.CAPSTONE_DECIDED,
        N_("Accepted: %(title)s"),
        (
            N_("Your tutor accepted version %(number)s of your team's work “%(title)s”."),
            _WHOLE["message"],
            _COMMENTS,
        ),
    ),
    "capstone returned": BuiltIn(
        MessageKind.CAPSTONE_DECIDED,
        N_("To revise: %(title)s"),
        (
            N_(
                "Your tutor returned version %(number)s of your team's work “%(title)s” "
                "and asks for changes."
            ),
            _WHOLE["message"],
            _COMMENTS,
        ),
    ),
    "certificate ready": BuiltIn(
        MessageKind.CERTIFICATE_READY,
        N_("Your certificate is ready"),
        (
            N_("You completed the course “%(course)s”, and your certificate is ready."),
            N_("Download it here: %(address)s"),
            N_("Whoever wants to check it finds it here: %(check)s"),
        ),
    ),
    "certificate withdrawn": BuiltIn(
        MessageKind.CERTIFICATE_WITHDRAWN,
        N_("Your certificate was withdrawn"),
        (
            N_("Your certificate %(code)s for the course “%(course)s” was withdrawn."),
            _REASON,
            _A_MISTAKE,
        ),
    ),
    "announcement": BuiltIn(
        MessageKind.ANNOUNCEMENT,
        _WHOLE["title"],
        (_WRITES, _WHOLE["message"], N_("All announcements of the course: %(address)s")),
        needs_too=("message",),
    ),
    "announcement to applicants": BuiltIn(
        MessageKind.ANNOUNCEMENT,
        _WHOLE["title"],
        (_WRITES, _WHOLE["message"], N_("The course: %(address)s")),
        needs_too=("message",),
    ),
}

_FORUM = {
    "forum topic": BuiltIn(
        MessageKind.FORUM_TOPIC,
        N_("New topic: %(title)s"),
        (
            N_("%(author)s began a topic in “%(forum)s” (%(course)s)."),
            _WHOLE["title"],
            _PASSAGE,
            N_("Read it and answer: %(address)s"),
        ),
    ),
    "forum reply": BuiltIn(
        MessageKind.FORUM_REPLY,
        N_("New post: %(title)s"),
        (
            N_("%(author)s wrote in a topic of “%(forum)s” (%(course)s)."),
            _WHOLE["title"],
            _PASSAGE,
            N_("Read it, answer, or stop following the topic: %(address)s"),
        ),
    ),
    "forum answered": BuiltIn(
        MessageKind.FORUM_ANSWERED,
        N_("Answered: %(title)s"),
        (
            N_("A post of %(author)s was marked as the answer to your topic."),
            _WHOLE["title"],
            _PASSAGE,
            _TOPIC,
        ),
    ),
    "forum hidden": BuiltIn(
        MessageKind.FORUM_HIDDEN,
        N_("Your post was hidden: %(title)s"),
        (
            N_(
                "Somebody who looks after “%(forum)s” (%(course)s) hid a post of yours. "
                "Others do not see it any more."
            ),
            _REASON,
            N_("If you think this is a mistake, write to your tutors or coordinators."),
            N_("The forum: %(address)s"),
        ),
        needs_too=("reason",),
    ),
}


def _how_many(about: Values) -> str:
    many = int(about["num"]) if about["num"].isdecimal() else 2
    said = ngettext("%(num)s message from Taller", "%(num)s messages from Taller", many)
    return said % {"num": about["num"]}


#: By the name under which an own wording is kept. A kind of message may have several letters.
BUILT_IN: dict[str, BuiltIn] = {
    **_ACCOUNT,
    **_ADMISSION,
    **_COURSE,
    **_FORUM,
    "digest": BuiltIn(
        MessageKind.DIGEST,
        _how_many,
        (N_("This came for you since the last time."),),
        also=("num",),
    ),
}
