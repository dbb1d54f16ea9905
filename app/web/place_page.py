"""What every page inside a module shows around its content: outline, trail, neighbours."""

from dataclasses import dataclass
from typing import Any

from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus
from app.policy import Action
from app.queries.outlines import counted
from app.web.completion_words import done_when_words
from app.web.content import Place
from app.web.guards import EditionVisit
from app.web.outline import outline_entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of an activity asks for besides the activity."""

    attempt: int | None = None  # a try to look back on
    again: bool = False  # one more try
    play: bool = False  # the video itself
    page: int | None = None  # of the questions of a quiz
    summary: bool = False  # what is left open before a quiz is handed in


def about_place(visit: EditionVisit, where: Place) -> dict[str, Any]:
    so_far = counted(where.states)
    return {
        "here": "home",
        "edition": visit.edition,
        "edition_title": choose(visit.edition.title, where.spoken),
        "where": where,
        "line": where.line,
        "module": where.state.module,
        "address": where.address,
        "done": so_far.done if where.personal else None,
        "total": so_far.total,
        "entries": [outline_entry(s, where.address, where.line.id) for s in where.states],
        "begin": ("/editions", _("Editions"))
        if visit.may(Action.SEE_EDITIONS)
        else ("/home", _("My learning")),
        "done_when": where.activity.done_when,
        "done_words": done_when_words(where.activity),
        "has_completed": where.personal
        and visit.enrolled.status is EnrolmentStatus.COMPLETED
        and where.beside(1) is None,
        "may_edit": visit.may(Action.WRITE_CONTENT),
        "before": where.beside(-1),
        "after": where.beside(1),
    }
