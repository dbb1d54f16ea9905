"""What each kind of activity needs to begin with, and what of it is carried over into a copy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Activity, ActivityFile, ActivityKind, ActivityText, Forum
from app.services import addresses, panoramas
from app.services.quizzes import begin_quiz, carry_quiz_over, take_quiz_over
from app.services.surveys import begin_survey, carry_survey_over, take_survey_over
from app.services.uploads import let_go_unless_used


def _nothing(_session: Session, _activity: Activity) -> None:
    """A kind that needs nothing but its text."""


def _nothing_more(_session: Session, _original: Activity, _copy: Activity) -> None:
    """A kind that has nothing but its texts and files."""


@dataclass(frozen=True, slots=True)
class Ways:
    """``begin`` makes the rows without which there is none; ``carry_over`` fills a copy.

    ``take_over`` has a copy say once more what its original says, where nobody changed the copy;
    what a kind says is told in queries/says.py.
    """

    begin: Callable[[Session, Activity], None] = _nothing
    carry_over: Callable[[Session, Activity, Activity], None] = _nothing_more
    take_over: Callable[[Session, Activity, Activity], None] = _nothing_more


#: What can be begun here, in the order in which it is offered.
OFFERED = (
    ActivityKind.PAGE,
    ActivityKind.FILE,
    ActivityKind.LINK,
    ActivityKind.EMBED,
    ActivityKind.VIDEO,
    ActivityKind.PANORAMA,
    ActivityKind.QUIZ,
    ActivityKind.SURVEY,
    ActivityKind.FORUM,
    ActivityKind.LIVE_SESSION,
    ActivityKind.CAPSTONE,
)


def _begin_forum(session: Session, activity: Activity) -> None:
    session.add(Forum(activity_id=activity.id))
    session.flush()


def _carry_forum_over(session: Session, original: Activity, copy: Activity) -> None:
    """How people talk in it; what they said stays where they said it."""
    forum = session.exec(select(Forum).where(Forum.activity_id == original.id)).one_or_none()
    session.add(Forum(activity_id=copy.id, by_team=forum.by_team if forum else False))
    session.flush()


def _take_forum_over(session: Session, original: Activity, copy: Activity) -> None:
    talks = {
        one.activity_id: one
        for one in session.exec(
            select(Forum).where(col(Forum.activity_id).in_([original.id, copy.id]))
        )
    }
    if original.id in talks and copy.id in talks:
        talks[copy.id].by_team = talks[original.id].by_team
        session.add(talks[copy.id])
        session.flush()


#: A kind that is not here has the ways of a page.
WAYS: dict[ActivityKind, Ways] = {
    ActivityKind.QUIZ: Ways(begin=begin_quiz, carry_over=carry_quiz_over, take_over=take_quiz_over),
    ActivityKind.LINK: Ways(carry_over=addresses.carry_over, take_over=addresses.take_over),
    ActivityKind.EMBED: Ways(carry_over=addresses.carry_over, take_over=addresses.take_over),
    ActivityKind.VIDEO: Ways(carry_over=addresses.carry_over, take_over=addresses.take_over),
    ActivityKind.PANORAMA: Ways(carry_over=panoramas.carry_over, take_over=panoramas.take_over),
    ActivityKind.SURVEY: Ways(
        begin=begin_survey, carry_over=carry_survey_over, take_over=take_survey_over
    ),
    ActivityKind.FORUM: Ways(
        begin=_begin_forum, carry_over=_carry_forum_over, take_over=_take_forum_over
    ),
}


def begin(session: Session, activity: Activity) -> None:
    """Give a new activity what its kind needs."""
    WAYS.get(activity.kind, Ways()).begin(session, activity)


def carry_over(session: Session, original: Activity, copy: Activity) -> None:
    """Fill ``copy`` with all that ``original`` says and offers; the stored files are shared."""
    carry_all_over(session, {original.id: (original, copy)})


def carry_all_over(session: Session, copies: Mapping[UUID, tuple[Activity, Activity]]) -> None:
    """Fill many copies at once, by the ids of their originals."""
    for kind in (ActivityText, ActivityFile):
        for row in session.exec(select(kind).where(col(kind.activity_id).in_(copies))).all():
            values = row.model_dump(exclude={"id", "created_at"})
            _original, copy = copies[values["activity_id"]]
            session.add(kind(**values | {"activity_id": copy.id}))
    session.flush()
    for original, copy in copies.values():
        WAYS.get(original.kind, Ways()).carry_over(session, original, copy)


def take_over(session: Session, original: Activity, copy: Activity) -> None:
    """Have the files and the rest of a copy be those of its original; its texts stay."""
    there = session.exec(select(ActivityFile).where(ActivityFile.activity_id == copy.id)).all()
    stored = [row.file_id for row in there]
    for row in there:
        session.delete(row)
    session.flush()
    for row in session.exec(select(ActivityFile).where(ActivityFile.activity_id == original.id)):
        values = row.model_dump(exclude={"id", "created_at"})
        session.add(ActivityFile(**values | {"activity_id": copy.id}))
    session.flush()
    WAYS.get(original.kind, Ways()).take_over(session, original, copy)
    let_go_unless_used(session, stored)
