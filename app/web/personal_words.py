"""What is kept of people, in words: from the declarations beside the columns, by purpose.

A table is called by its own words; a column that deserves them has words of its own. The page on
one's data and `docs/privacy.md` say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.i18n import N_, gettext
from app.core.personal import Kept, Personal, Seen, Why, declared
from app.queries.own_data import tables

WORDS = {
    "account": N_("What your account says of you"),
    "account.email_confirmed_at": N_("When you confirmed your address"),
    "account.email_bounced_at": N_("That messages to your address come back, and why"),
    "account.email_bounce_reason": N_("That messages to your address come back, and why"),
    "account.data_saver": N_("Text-only mode"),
    "account.digest_hour": N_("The hour at which you want messages"),
    "account.suspended_at": N_("That your account was suspended, when, by whom and why"),
    "account.email": N_("E-mail address"),
    "account.name": N_("Name"),
    "account.password_hash": N_("Password, in a scrambled form"),
    "account.gender": N_("Gender, if you told"),
    "account.gender_word": N_("Your own word for your gender"),
    "account.country": N_("Country"),
    "account.institution_id": N_("Institution"),
    "account.language": N_("Language"),
    "account.timezone": N_("Time zone"),
    "account.theme": N_("Colours"),
    "account.platform_role": N_("What you do for the programme, if you work for it"),
    "account.coordinates_id": N_("The institution whose people you accompany"),
    "account_deletion": N_("That you want your account deleted, and when"),
    "answer": N_("Answers to quizzes"),
    "answer_aside": N_("Answers that came too late"),
    "quiz_extension": N_("More time or tries in a quiz"),
    "result_override": N_("Results that a tutor gave"),
    "application": N_("What you wrote when you applied"),
    "api_token": N_("Names of your keys to the API, and when they were withdrawn"),
    "api_token.token_hash": N_("Keys to the API, in a scrambled form"),
    "attempt": N_("Results of quizzes"),
    "attendance": N_("Which live sessions you came to, and for how long"),
    "audit_event": N_("What staff changed: by whom, and about whom"),
    "authenticator": N_("That you have an application for codes"),
    "authenticator.sealed_secret": N_("The secret of your application for codes, encrypted"),
    "bulk_decision_line": N_("How your application was before somebody decided about it"),
    "bulk_decision_line.words": N_("Why it was decided so, in a coordinator's words"),
    "capstone": N_("What you wrote with your team"),
    "capstone_section": N_("What you wrote with your team"),
    "capstone_version": N_("What you wrote with your team"),
    "milestone": N_("What you wrote with your team"),
    "certificate": N_("What your certificates say"),
    "forum_draft": N_("What you have begun to write in forums, until it is sent"),
    "forum_follow": N_("Which forums and topics you follow"),
    "forum_post": N_("What you write in forums"),
    "forum_post.hidden_because": N_("Why somebody who looks after a forum hid a post"),
    "forum_post_version": N_("How what you wrote in forums was before you changed it"),
    "forum_report": N_("Which posts you asked others to look at, and why"),
    "forum_read": N_("How far you have read in forums"),
    "forum_topic": N_("What you write in forums"),
    "data_copy": N_("Copies of your data that you asked for"),
    "edition_staff": N_("Which courses you accompany"),
    "email_change": N_("A new address that you asked for, until both addresses say yes"),
    "enrolment": N_("Your courses: since when, how far, in which language"),
    "enrolment.gender": N_("Gender on admission"),
    "enrolment.country": N_("Country on admission"),
    "enrolment.institution_id": N_("Institution on admission"),
    "enrolment.left_because": N_("Why you left a course, if you told"),
    "enrolment.left_word": N_("Why you left a course, if you told"),
    "enrolment_correction": N_("What was corrected in your admission, and why"),
    "enrolment_note": N_("Notes on your application or your course"),
    "enrolment_step": N_("Your courses: since when, how far, in which language"),
    "institution_move": N_("That your institution was merged into another one"),
    "institution_proposal": N_("An institution, or a name for one, that you proposed"),
    "invitation": N_("Invitations to courses, sent to your address"),
    "link_request": N_("Requests for a link: the address typed, and the network address"),
    "linked_identity": N_("Who you are at another house whose account you sign in with"),
    "message": N_("Messages sent to you"),
    "message_choice": N_("How you want messages"),
    "one_time_token": N_("Links sent to you: what for, to which address, and until when"),
    "one_time_token.token_hash": N_("The secrets of links, in a scrambled form"),
    "one_time_token.browser_hash": N_("The secrets of links, in a scrambled form"),
    "passkey": N_("Your passkeys: their names, public keys, and last use"),
    "people_import_row": N_("You in a list that a coordinator takes into a course"),
    "progress": N_("What you have begun and done in a course"),
    "recovery_code": N_("When you used a recovery code"),
    "recovery_code.code_hash": N_("Recovery codes, in a scrambled form"),
    "review": N_("What tutors say of your team’s work"),
    "review_comment": N_("What tutors say of your team’s work"),
    "seat_offer": N_("Places that you were offered, and your place in a line"),
    "sign_in": N_("Where you are signed in: the browser, and until when"),
    "sign_in.token_hash": N_("The secrets of sign-ins, in a scrambled form"),
    "sign_in.challenge": N_("The secrets of sign-ins, in a scrambled form"),
    "sign_in_try": N_("Tries to sign in that failed: the address typed, and the network address"),
    "upload": N_("Names of files that you are sending"),
    "stored_file": N_("Names of the files that you sent in or got"),
    "support": N_("Who stands behind your application, and their words"),
    "survey_answer": N_("What you answer to surveys that are not anonymous"),
    "survey_box": N_("What is answered to anonymous surveys, without saying by whom"),
    "survey_taken": N_("Which surveys you have answered, and on which day"),
    "suspension": N_("That your account was suspended, when, by whom and why"),
    "text_draft": N_("Texts of courses that you are writing"),
    "text_version": N_("Texts of courses that you wrote"),
    "waiting_place": N_("Places that you were offered, and your place in a line"),
}


@dataclass(frozen=True)
class Line:
    """Things that are kept for one purpose, equally long and for the same eyes."""

    what: tuple[str, ...]
    kept: Kept
    seen: Seen


@dataclass(frozen=True)
class Purpose:
    why: Why
    lines: tuple[Line, ...]


def kept_of_people() -> list[Purpose]:
    """All that is declared, in the order of the purposes, in the reader's language."""
    found: dict[Why, dict[tuple[Kept, Seen], list[str]]] = {why: {} for why in Why}
    for name, column, said in _everything():
        words = found[said.why].setdefault((said.kept, said.seen), [])
        what = gettext(words_for(name, column))
        if what not in words:
            words.append(what)
    return [
        Purpose(why, tuple(Line(tuple(what), *terms) for terms, what in lines.items()))
        for why, lines in found.items()
        if lines
    ]


def _everything() -> Iterator[tuple[str, str, Personal]]:
    for table in sorted(tables(), key=lambda table: table.name):
        for column, said in declared(table):
            yield table.name, column.name, said


def words_for(table: str, column: str) -> str:
    """The column's own words, else its table's; its name is better than silence."""
    return WORDS.get(f"{table}.{column}") or WORDS.get(table) or f"{table}.{column}"
