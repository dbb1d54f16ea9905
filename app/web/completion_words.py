"""When an activity is done, and what an edition asks for, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.formats import percent
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import Activity, ActivityKind, CapstoneKind, Completion
from app.policy import About, Action
from app.queries.completion import Asked, Facts, Part
from app.queries.completion_rules import Person
from app.web.guards import EditionVisit


def names(visit: EditionVisit, people: list[Person]) -> list[str]:
    """Of those whom the reader may see; of the others it is said only how many they are."""
    return [
        one.name
        for one in people
        if visit.may(Action.SEE_PEOPLE, About(institution_id=one.institution_id))
    ]


def rule_choices(kind: ActivityKind) -> dict[Completion, str]:
    """The ways in which an activity of a kind can be done, as its writer chooses among them."""
    return {
        Completion.BY_HAND: _("The person says that it is done"),
        Completion.VIEWED: _("The person has opened it"),
        Completion.ANSWERED: (
            _("The person has handed in a try, whatever its result")
            if kind is ActivityKind.QUIZ
            else _("The person has answered all that must be answered")
        ),
        Completion.RESULT: _("The person has reached a result"),
        Completion.POSTED: _("The person has written in the forum"),
        Completion.ATTENDED: _("The person came to live sessions"),
        Completion.SUBMITTED: _("The team has handed in its work"),
    }


def done_when_words(activity: Activity, passes: int = 0) -> str:
    """When an activity is done, for the person who wants to do it."""
    number = activity.completion_number
    posts, sessions = number or 1, number or 1
    return {
        Completion.BY_HAND: _("This is done when you say so."),
        Completion.VIEWED: _("This is done once you have opened it."),
        Completion.ANSWERED: _("This is done when you have handed in your answers."),
        Completion.RESULT: _("This is done when you reach %(percent)s.")
        % {"percent": percent((number if number is not None else passes) / 100)},
        Completion.POSTED: ngettext(
            "This is done when you have written in the forum.",
            "This is done when you have written in the forum %(num)s times.",
            posts,
        )
        % {"num": posts},
        Completion.ATTENDED: ngettext(
            "This is done when you have come to a live session.",
            "This is done when you have come to %(num)s live sessions.",
            sessions,
        )
        % {"num": sessions},
        Completion.SUBMITTED: _("This is done when your team has handed in its work."),
    }[activity.done_when]


@dataclass(frozen=True, slots=True)
class PartInWords:
    """A part of what an edition asks for, and where somebody stands on it."""

    asked: Asked
    words: str
    standing: str
    is_met: bool


def parts_in_words(
    asked: Iterable[Part], facts: Facts, work: CapstoneKind | None
) -> list[PartInWords]:
    """To go on with “You complete this course when …”."""
    return [
        PartInWords(part.asked, asked_words(part, work), _standing(part, facts), part.is_met)
        for part in asked
    ]


def asked_words(part: Part, work: CapstoneKind | None) -> str:
    need, of = int(part.need), part.of
    if part.asked is Asked.ACTIVITIES and need == of:
        sentence = ngettext(
            "you have done the activity", "you have done all %(num)s activities", of
        )
        return sentence % {"num": of}
    if part.asked is Asked.ACTIVITIES:
        said = _("you have done any %(needed)s of the %(total)s activities")
        return said % {"needed": need, "total": of}
    if part.asked is Asked.RESULT:
        return _("your total is at least %(percent)s") % {"percent": percent(part.need / 100)}
    if part.asked is Asked.ATTENDANCE:
        said = _("you came to at least %(percent)s of the live sessions")
        return said % {"percent": percent(part.need / 100)}
    if work is CapstoneKind.ROADMAP:
        return _("your team's roadmap is accepted")
    return _("your team's project is accepted")


def _standing(part: Part, facts: Facts) -> str:
    return {
        Asked.ACTIVITIES: _activities_done,
        Asked.RESULT: _total_so_far,
        Asked.ATTENDANCE: _sessions_so_far,
        Asked.CAPSTONE: _work_so_far,
    }[part.asked](facts)


def _activities_done(facts: Facts) -> str:
    sentence = ngettext(
        "%(done)s of %(num)s activity done.", "%(done)s of %(num)s activities done.", facts.total
    )
    return sentence % {"done": facts.done, "num": facts.total}


def _total_so_far(facts: Facts) -> str:
    if facts.result is None:
        return _("No result is out yet.")
    return _("Your total is %(percent)s.") % {"percent": percent(facts.result / 100)}


def _sessions_so_far(facts: Facts) -> str:
    if not facts.held:
        return _("No session has been held yet of which it is known who came.")
    sentence = ngettext(
        "You came to %(came)s of %(num)s session that was held.",
        "You came to %(came)s of %(num)s sessions that were held.",
        facts.held,
    )
    return sentence % {"came": facts.came, "num": facts.held}


def _work_so_far(facts: Facts) -> str:
    return _("It was accepted.") if facts.accepted else _("It is not accepted yet.")
