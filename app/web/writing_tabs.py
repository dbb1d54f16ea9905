"""The parts in which an activity is written, as tabs: which of them each kind has."""

from uuid import UUID

from app.core.i18n import N_, gettext
from app.models import Activity, ActivityKind

#: Key (which is the end of the address too) and words. Every kind has the first two.
TEXT = ("text", N_("Text"))
DONE_WHEN = ("done-when", N_("Done when"))
SETTINGS = ("settings", N_("Title and rules"))
FILES = ("files", N_("Files"))
ADDRESS = ("address", N_("Address"))
SCENES = ("scenes", N_("Scenes"))
PARTS: dict[ActivityKind, tuple[tuple[str, str], ...]] = {
    ActivityKind.PAGE: (FILES,),
    ActivityKind.FILE: (FILES,),
    ActivityKind.VIDEO: (FILES, ADDRESS),
    ActivityKind.LINK: (ADDRESS,),
    ActivityKind.EMBED: (ADDRESS,),
    ActivityKind.PANORAMA: (FILES, SCENES),
    ActivityKind.FORUM: (("forum", N_("Forum")),),
    ActivityKind.SURVEY: (
        ("survey-questions", N_("Questions")),
        ("survey-rules", N_("Rules of the survey")),
    ),
    ActivityKind.QUIZ: (
        ("questions", N_("Questions")),
        ("quiz-rules", N_("Rules of the quiz")),
        ("marking", N_("Marking")),
        ("regrading", N_("Regrading")),
        ("analysis", N_("Analysis")),
    ),
}


def writing_address(edition_id: UUID, activity_id: UUID) -> str:
    return f"/editions/{edition_id}/content/activities/{activity_id}"


def writing_tabs(activity: Activity) -> list[tuple[str, str, str]]:
    """Triples for the macro ``tabs``: key, address and words."""
    address = writing_address(activity.edition_id, activity.id)
    parts = (TEXT, *PARTS.get(activity.kind, ()), DONE_WHEN, SETTINGS)
    return [(key, f"{address}/{key}", gettext(words)) for key, words in parts]
