"""What each kind of activity needs to begin with, and what of it is carried over into a copy."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from app.models import Activity, ActivityFile, ActivityKind, ActivityText
from app.services.quizzes import begin_quiz, carry_quiz_over


def _nothing(_session: Session, _activity: Activity) -> None:
    """A kind that needs nothing but its text."""


def _nothing_more(_session: Session, _original: Activity, _copy: Activity) -> None:
    """A kind that has nothing but its texts and files."""


@dataclass(frozen=True, slots=True)
class Ways:
    """``begin`` makes the rows without which there is none; ``carry_over`` fills a copy."""

    begin: Callable[[Session, Activity], None] = _nothing
    carry_over: Callable[[Session, Activity, Activity], None] = _nothing_more


#: A kind that is not here has the ways of a page.
WAYS: dict[ActivityKind, Ways] = {
    ActivityKind.QUIZ: Ways(begin=begin_quiz, carry_over=carry_quiz_over)
}


def begin(session: Session, activity: Activity) -> None:
    """Give a new activity what its kind needs."""
    WAYS.get(activity.kind, Ways()).begin(session, activity)


def carry_over(session: Session, original: Activity, copy: Activity) -> None:
    """Fill ``copy`` with all that ``original`` says and offers; the stored files are shared."""
    for kind in (ActivityText, ActivityFile):
        for row in session.exec(select(kind).where(kind.activity_id == original.id)):
            values = row.model_dump(exclude={"id", "created_at"})
            session.add(kind(**values | {"activity_id": copy.id}))
    session.flush()
    WAYS.get(original.kind, Ways()).carry_over(session, original, copy)
