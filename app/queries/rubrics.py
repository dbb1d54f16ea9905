"""Reading a rubric: its criteria with their levels, and what chosen levels add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import Criterion, Level


@dataclass(frozen=True, slots=True)
class LevelSeen:
    id: UUID
    name: Texts
    descriptor: Texts
    points: int


@dataclass(frozen=True, slots=True)
class CriterionSeen:
    id: UUID
    title: Texts
    points: int
    levels: list[LevelSeen] = field(default_factory=list)

    def chosen(self, levels: Mapping[str, str]) -> LevelSeen | None:
        """The level that ``levels`` (criterion to level) gives to this criterion."""
        wanted = levels.get(str(self.id))
        return next((level for level in self.levels if str(level.id) == wanted), None)


def criteria(session: Session, rubric_id: UUID | None) -> list[CriterionSeen]:
    """The rubric's questions with their answers; none where an edition grades without one."""
    if rubric_id is None:
        return []
    rows = session.execute(
        select(
            col(Criterion.id),
            col(Criterion.title),
            col(Criterion.points),
            col(Level.id),
            col(Level.name),
            col(Level.descriptor),
            col(Level.points),
        )
        .join(Level, col(Level.criterion_id) == col(Criterion.id))
        .where(col(Criterion.rubric_id) == rubric_id)
        .order_by(col(Criterion.position), col(Level.position))
    )
    found: dict[UUID, CriterionSeen] = {}
    for criterion_id, title, points, *level in rows:
        criterion = found.setdefault(criterion_id, CriterionSeen(criterion_id, title, points))
        criterion.levels.append(LevelSeen(*level))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Score:
    """How many points the levels chosen so far give, out of how many."""

    points: int
    out_of: int
    chosen: int  # criteria
    criteria: int

    @property
    def is_whole(self) -> bool:
        return bool(self.criteria) and self.chosen == self.criteria


def score(rubric: list[CriterionSeen], levels: Mapping[str, str]) -> Score:
    chosen = [(one.points, level) for one in rubric if (level := one.chosen(levels))]
    return Score(
        points=sum(level.points for _most, level in chosen),
        out_of=sum(most for most, _level in chosen),
        chosen=len(chosen),
        criteria=len(rubric),
    )
