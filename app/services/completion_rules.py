"""Choosing when an activity is done. What is done stays done, unless it is said why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.errors import RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import COMPLETIONS, Activity
from app.queries.completion_rules import DoneWhen, who_fulfils, who_has_done, who_loses
from app.services.audit import record
from app.services.content import activity_in, begin_writing
from app.services.progress import record_done, take_done_back


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """What a change of a rule did: who has done the activity now, and who has not any more."""

    done: int = 0
    taken_back: int = 0


def change_done_when(  # noqa: PLR0913 -- of what, what, and what becomes of those who have done it
    session: Session,
    edition_id: UUID,
    activity_id: UUID,
    wish: DoneWhen,
    *,
    weight: float,
    taking_back: str = "",
    by: UUID,
    now: datetime,
) -> RuleChanged:
    """Who fulfils the new rule has done the activity from now on; who had done it, has still.

    ``taking_back``: the reason why who does not fulfil the new rule has not done it any more. Who
    has completed the edition is left alone even then.
    """
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    if wish.rule not in COMPLETIONS[activity.kind]:
        raise RuleBroken(_("This kind of activity can't be done in that way."))
    before = _kept(activity)
    activity.completion, activity.completion_number = wish.rule, wish.number
    activity.weight = weight
    session.add(activity)
    session.flush()
    losing = who_loses(session, activity, wish) if taking_back.strip() else set()
    taken = sum(take_done_back(session, one, activity_id, now=now) for one in sorted(losing))
    new = who_fulfils(session, activity, wish) - who_has_done(session, activity_id)
    for one in sorted(new):
        record_done(session, one, activity_id, now=now)
    taken_from: dict[str, Any] = {"reason": taking_back.strip(), "people": taken}
    record(
        session,
        by,
        "change content",
        "edition",
        edition_id,
        before=before,
        after=_kept(activity),
        thing=choose(activity.title),
        **(taken_from if losing else {}),
    )
    return RuleChanged(len(new), taken)


def _kept(activity: Activity) -> dict[str, object]:
    return {
        "done_when": activity.done_when,
        "done_number": activity.completion_number,
        "weight": activity.weight,
    }
