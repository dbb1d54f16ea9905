"""Looking for words in what somebody may read: courses of the catalogue, activities of editions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.stems import Piece, Sought, for_postgresql, for_sqlite, passage
from app.models import (
    PARTICIPANTS,
    Activity,
    ActivityKind,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    Module,
    SearchEntry,
)
from app.policy import Role
from app.queries.outlines import module_states, outline
from app.queries.progress import standings
from app.queries.visits import Viewer, visible_editions

#: Of what fits best; who finds more looks for something too common to be found by words.
MOST = 300
#: How much more a word in a title tells than one in the text.
TITLE_WEIGHS = 8

_WORDS = table("search_words", column("rowid"))
#: As the index of PostgreSQL has it, letter for letter.
_VECTOR: ColumnElement[Any] = literal_column(
    "(setweight(to_tsvector('simple'::regconfig, search_entry.title_words), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, search_entry.body_words), 'D'))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A text with the words; of an activity in several languages the one that is read."""

    entry_id: UUID
    language: str
    title: str
    course_title: Texts
    course_slug: str
    edition_id: UUID | None
    activity_id: UUID | None
    kind: ActivityKind | None
    starts_on: date | None
    version: int | None

    @property
    def thing(self) -> tuple[str, UUID | None]:
        """What it is found in, whatever the language."""
        return self.course_slug, self.activity_id


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, as it is shown."""

    found: Found
    passage: Sequence[Piece]


def find(
    session: Session, viewer: Viewer | None, looked_for: Sought, language: str, *, on: date
) -> list[Found]:
    """What has all words and may be read by ``viewer`` on that day, the best first.

    Courses come before activities, a title before a text.
    """
    if not looked_for:
        return []
    found = [Found(*row) for row in session.execute(_statement(session, viewer, looked_for))]
    closed = _closed_to(session, viewer, found, on=on)
    shown: dict[tuple[str, UUID | None], Found] = {}
    for one in found:
        if one.activity_id in closed:
            continue
        known = shown.get(one.thing)
        if known is None or (known.language != language and one.language == language):
            shown[one.thing] = one  # where the best of it stood, in the reader's language
    return list(shown.values())


def _statement(
    session: Session, viewer: Viewer | None, looked_for: Sought
) -> Select[tuple[Any, ...]]:
    columns: tuple[Any, ...] = (
        *(col(SearchEntry.id), col(SearchEntry.language), col(SearchEntry.title)),
        *(col(Course.title), col(Course.slug), col(SearchEntry.edition_id)),
        *(col(SearchEntry.activity_id), col(Activity.kind)),
        *(col(Edition.starts_on), col(Edition.version)),
    )
    asked = (
        select(*columns)
        .select_from(SearchEntry)
        .join(Course, col(Course.id) == col(SearchEntry.course_id))
        .join(Edition, col(Edition.id) == col(SearchEntry.edition_id), isouter=True)
        .join(Activity, col(Activity.id) == col(SearchEntry.activity_id), isouter=True)
        .join(Module, col(Module.id) == col(Activity.module_id), isouter=True)
        .where(_may_be_read_by(viewer))
    )
    first = col(SearchEntry.edition_id).is_not(None)
    last = (col(Edition.starts_on).desc(), col(SearchEntry.id))
    if session.get_bind().dialect.name == "sqlite":
        asked = asked.join(_WORDS, _WORDS.c.rowid == col(SearchEntry.number)).where(
            literal_column("search_words").op("MATCH")(for_sqlite(looked_for))
        )
        rank: ColumnElement[Any] = literal_column(f"bm25(search_words, {TITLE_WEIGHS}, 1)")
    else:
        query = func.to_tsquery("simple", for_postgresql(looked_for))
        asked = asked.where(_VECTOR.op("@@")(query))
        rank = -func.ts_rank(_VECTOR, query)
    return asked.order_by(first, rank, *last).limit(MOST)


def _may_be_read_by(viewer: Viewer | None) -> ColumnElement[bool]:
    of_catalogue = and_(col(SearchEntry.edition_id).is_(None), col(Course.is_published))
    if viewer is None:
        return of_catalogue
    shown = ~col(Activity.is_hidden) & ~col(Module.is_hidden)
    return or_(of_catalogue, and_(shown, visible_editions(viewer)))


def _closed_to(
    session: Session, viewer: Viewer | None, found: Sequence[Found], *, on: date
) -> set[UUID]:
    """Activities that are not open yet to a participant."""
    if viewer is None or viewer.roles & {Role.COORDINATOR, Role.ADMINISTRATOR}:
        return set()
    editions = {one.edition_id: one for one in found if one.edition_id}
    own = _taken_part_in(session, viewer, editions)
    stands = standings(session, own.values())
    closed: set[UUID] = set()
    for edition_id, enrolment_id in own.items():
        version, language = editions[edition_id].version or 0, editions[edition_id].language
        whole = outline(session, edition_id, version, language)
        open_now = {
            line.id
            for state in module_states(whole, stands[enrolment_id], on=on)
            for line in state.open_now
        }
        closed |= {line.id for line in whole.activities} - open_now
    return closed


def _taken_part_in(session: Session, viewer: Viewer, editions: Iterable[UUID]) -> dict[UUID, UUID]:
    """The person's enrolment in each of the editions that they take, and do not accompany."""
    rows = session.execute(
        select(col(Enrolment.edition_id), col(Enrolment.id)).where(
            col(Enrolment.account_id) == viewer.id,
            col(Enrolment.status).in_(PARTICIPANTS),
            col(Enrolment.edition_id).in_(editions),
            ~exists().where(
                col(EditionStaff.edition_id) == col(Enrolment.edition_id),
                col(EditionStaff.account_id) == viewer.id,
            ),
        )
    )
    return dict(iter(rows))


def with_passages(session: Session, found: Sequence[Found], looked_for: Sought) -> list[Hit]:
    """What is shown of a page of results: of each the place where the words are."""
    rows = session.execute(
        select(col(SearchEntry.id), col(SearchEntry.body)).where(
            col(SearchEntry.id).in_([one.entry_id for one in found])
        )
    )
    bodies: dict[UUID, str] = dict(iter(rows))
    return [
        Hit(one, passage(bodies.get(one.entry_id, ""), one.language, looked_for)) for one in found
    ]
