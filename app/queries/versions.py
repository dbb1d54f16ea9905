"""Versions of a capstone: what each held when it was handed in, and what changed between two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Select, select, type_coerce
from sqlmodel import Session, col

from app.core.db import MemberName
from app.core.differences import Difference, texts, words
from app.core.formats import long_day
from app.core.i18n import gettext as _
from app.models import Account, CapstoneStatus, CapstoneVersion, Milestone, SectionKey


@dataclass(frozen=True, slots=True)
class MilestoneSeen:
    id: UUID | None
    title: str
    responsible: str
    due_on: date | None
    indicator: str
    resources: str

    @classmethod
    def of(cls, row: Milestone) -> Self:
        return cls(row.id, row.title, row.responsible, row.due_on, row.indicator, row.resources)

    @property
    def mark(self) -> str:
        """Changes with every word: a form carries it, to notice that somebody else was quicker."""
        facts = (self.title, self.responsible, self.due_on, self.indicator, self.resources)
        return sha256(repr(facts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class MemberNamed:
    id: UUID | None  # the account
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a version keeps; ``written`` and ``read`` are its form in the database."""

    title: str
    language: str
    sections: Mapping[SectionKey, str]
    milestones: tuple[MilestoneSeen, ...]
    members: tuple[MemberNamed, ...]

    def written(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "language": self.language,
            "sections": {key.value: self.sections.get(key, "") for key in SectionKey},
            "milestones": [
                {
                    "id": str(milestone.id) if milestone.id else None,
                    "title": milestone.title,
                    "responsible": milestone.responsible,
                    "due_on": milestone.due_on.isoformat() if milestone.due_on else None,
                    "indicator": milestone.indicator,
                    "resources": milestone.resources,
                }
                for milestone in self.milestones
            ],
            "members": [
                {"id": str(member.id) if member.id else None, "name": member.name}
                for member in self.members
            ],
        }

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """What `written` gave; parts that an import left out are empty."""
        sections = content.get("sections", {})
        return cls(
            title=content.get("title", ""),
            language=content.get("language", ""),
            sections={key: sections.get(key.value, "") for key in SectionKey},
            milestones=tuple(_milestone(row) for row in content.get("milestones", [])),
            members=tuple(
                MemberNamed(_id(row), row.get("name") or _("Former member"))
                for row in content.get("members", [])
            ),
        )


def _milestone(row: Mapping[str, Any]) -> MilestoneSeen:
    return MilestoneSeen(
        id=_id(row),
        title=row.get("title", ""),
        responsible=row.get("responsible", ""),
        due_on=date.fromisoformat(row["due_on"]) if row.get("due_on") else None,
        indicator=row.get("indicator", ""),
        resources=row.get("resources", ""),
    )


def _id(row: Mapping[str, Any]) -> UUID | None:
    return UUID(row["id"]) if row.get("id") else None


@dataclass(frozen=True, slots=True)
class VersionSeen:
    id: UUID
    number: int
    submitted_at: datetime
    submitted_by: str | None
    status: CapstoneStatus
    decided_at: datetime | None
    content: Snapshot


def latest_versions(session: Session, capstone_id: UUID, *, most: int) -> list[VersionSeen]:
    """With what was in them, the newest first."""
    query = _versions(capstone_id).order_by(col(CapstoneVersion.number).desc()).limit(most)
    return [_seen(*row) for row in session.execute(query)]


def chosen_versions(session: Session, capstone_id: UUID, *numbers: int) -> dict[int, VersionSeen]:
    query = _versions(capstone_id).where(col(CapstoneVersion.number).in_(numbers))
    found = [_seen(*row) for row in session.execute(query)]
    return {version.number: version for version in found}


_VERSION: tuple[Any, ...] = (
    col(CapstoneVersion.id),
    col(CapstoneVersion.number),
    col(CapstoneVersion.submitted_at),
    type_coerce(col(Account.name), MemberName).label("member"),
    col(CapstoneVersion.status),
    col(CapstoneVersion.decided_at),
    col(CapstoneVersion.content),
)


def _versions(capstone_id: UUID) -> Select[tuple[Any, ...]]:
    return (
        select(*_VERSION)
        .join(Account, col(Account.id) == col(CapstoneVersion.submitted_by_id), isouter=True)
        .where(col(CapstoneVersion.capstone_id) == capstone_id)
    )


def _seen(*row: Any) -> VersionSeen:
    facts = [*row[:-1], Snapshot.read(row[-1])]
    return VersionSeen(*facts)


@dataclass(frozen=True, slots=True)
class MilestoneChange:
    """A milestone of either version, each of its facts with what changed in it."""

    state: str  # "same", "changed", "added" or "removed"
    title: Difference
    responsible: Difference
    due_on: Difference
    indicator: Difference
    resources: Difference
    is_unowned: bool  # nobody answers for it now


@dataclass(frozen=True, slots=True)
class Comparison:
    title: Difference
    sections: dict[SectionKey, Difference]
    milestones: list[MilestoneChange]
    joined: list[str]  # members of the newer version only
    left: list[str]

    @property
    def milestones_changed(self) -> bool:
        return any(milestone.state != "same" for milestone in self.milestones)

    @property
    def changed_parts(self) -> int:
        """Of the sections and the milestones, how many changed."""
        return sum(part.changed for part in self.sections.values()) + self.milestones_changed


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """What became of ``old`` in ``new``, word by word."""
    return Comparison(
        title=words(old.title, new.title),
        sections={key: texts(old.sections[key], new.sections[key]) for key in SectionKey},
        milestones=list(_milestone_changes(old, new)),
        joined=[member.name for member in new.members if member.id not in _ids(old)],
        left=[member.name for member in old.members if member.id not in _ids(new)],
    )


def _ids(content: Snapshot) -> set[UUID | None]:
    return {member.id for member in content.members}


def _milestone_changes(old: Snapshot, new: Snapshot) -> Iterator[MilestoneChange]:
    """In the new order; those that went away come last."""
    before = {_name(milestone): milestone for milestone in old.milestones}
    for milestone in new.milestones:
        yield _change(before.pop(_name(milestone), None), milestone)
    for milestone in before.values():
        yield _change(milestone, None)


def _name(milestone: MilestoneSeen) -> object:
    return milestone.id or milestone.title.casefold()


NOTHING = MilestoneSeen(None, "", "", None, "", "")


def _change(old: MilestoneSeen | None, new: MilestoneSeen | None) -> MilestoneChange:
    a, b = old or NOTHING, new or NOTHING
    state = "added" if old is None else "removed" if new is None else "changed"
    if a.mark == b.mark:
        state = "same"
    return MilestoneChange(
        state=state,
        title=words(a.title, b.title),
        responsible=words(a.responsible, b.responsible),
        due_on=words(_in_words(a.due_on), _in_words(b.due_on)),
        indicator=words(a.indicator, b.indicator),
        resources=words(a.resources, b.resources),
        is_unowned=new is not None and not new.responsible,
    )


def _in_words(day: date | None) -> str:
    return long_day(day) if day else ""
