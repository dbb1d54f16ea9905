"""Which language of an edition's content somebody reads, and the activity they asked for."""

from dataclasses import dataclass, replace
from uuid import UUID

from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.core.formats import current_zone
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.models import Activity, ProgressState
from app.policy import Action
from app.queries.activities import activity_of
from app.queries.outlines import ActivityLine, ModuleState, Outline, module_states, outline
from app.queries.progress import Standing
from app.web.guards import EditionVisit
from app.web.outline import opening_words


@dataclass(frozen=True)
class Place:
    """Where in an edition a reader is: the outline, their standing, and one activity of it."""

    spoken: str
    outline: Outline
    standing: Standing
    states: list[ModuleState]
    state: ModuleState
    line: ActivityLine
    activity: Activity
    personal: bool

    @property
    def address(self) -> str:
        return f"/editions/{self.outline.edition_id}"

    def beside(self, step: int) -> ActivityLine | None:
        """The activity before (-1) or after (1) this one, if it is open."""
        lines = [line for state in self.states for line in state.open_now]
        at = lines.index(self.line) + step
        return lines[at] if 0 <= at < len(lines) else None

    def once_done(self) -> ActivityLine | None:
        """The activity after this one, as it is when this one is done: some wait for that."""
        done = self.standing.activities | {self.line.id: ProgressState.DONE}
        states = module_states(
            self.outline, replace(self.standing, activities=done), on=clock.today(current_zone())
        )
        return replace(self, states=states).beside(1)


def content_language(visit: EditionVisit) -> str:
    """The language in which a person reads an edition's content."""
    languages = visit.edition.languages
    if visit.enrolment and visit.enrolment.language in languages:
        return visit.enrolment.language
    return current_locale() if current_locale() in languages else languages[0]


def sees_hidden(visit: EditionVisit) -> bool:
    """Whoever writes sees what is hidden; whoever takes the edition sees what all see who do."""
    return visit.may(Action.WRITE_CONTENT) and not visit.may(Action.TAKE_ACTIVITIES)


@dataclass(frozen=True)
class Reading:
    """An edition as somebody finds it: the outline, their standing, and what is open to them."""

    spoken: str
    outline: Outline
    standing: Standing
    states: list[ModuleState]
    personal: bool

    @property
    def open_lines(self) -> list[ActivityLine]:
        return [line for state in self.states for line in state.open_now]


def what_is_read(visit: EditionVisit) -> Reading:
    edition, spoken = visit.edition, content_language(visit)
    personal = visit.may(Action.TAKE_ACTIVITIES)
    whole = outline(visit.session, edition.id, edition.version, spoken, hidden=sees_hidden(visit))
    stands = visit.standing if personal else Standing()
    states = module_states(whole, stands, on=clock.today(current_zone()), all_open=not personal)
    return Reading(spoken, whole, stands, states, personal)


def place(visit: EditionVisit, activity_id: UUID) -> Place:
    """The activity named in the address, if it is of this edition and open to this reader."""
    read = what_is_read(visit)
    activity = activity_of(visit.session, visit.edition.id, activity_id)
    for state in read.states:
        for line in state.module.activities:
            if activity is not None and line.id == activity.id:
                if closed_by := state.keeps_closed(line):
                    raise NotAllowed(opening_words(closed_by))
                return Place(
                    read.spoken,
                    read.outline,
                    read.standing,
                    read.states,
                    state,
                    line,
                    activity,
                    read.personal,
                )
    raise NotFound(_("There is nothing at this address."))
