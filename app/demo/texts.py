"""Reads the texts of the demonstration that belong to no course: works, sessions, the rubric."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from app.demo.courses import Plain, Texts, read_toml
from app.demo.sources import LANGUAGES, BrokenSource
from app.models import COMMENTED, CapstoneKind, Decision, SectionKey

TEXTS = Path(__file__).parent / "texts"

type Commented = Literal["problem", "objectives", "actions", "resources", "milestones"]


class MilestoneText(Plain):
    title: str
    responsible_role: str
    month: int = Field(ge=1, le=12)
    indicator: str
    resources: str


class WorkText(Plain):
    """A project or roadmap; ``{country}`` and ``{institution}`` stand for the team's own."""

    course: str
    kind: CapstoneKind
    language: str
    title: str
    problem: str
    objectives: str
    actions: str
    resources: str
    milestone: tuple[MilestoneText, ...] = Field(min_length=1)

    def section(self, key: SectionKey) -> str:
        return str(getattr(self, key.value))


class CommentText(Plain):
    """What a tutor notes beside a section; of a revision: what the team then added to it."""

    language: str
    section: Commented
    text: str


class MessageText(Plain):
    language: str
    decision: Decision
    text: str


class Works(Plain):
    """The bank of works, and of what tutors say of them."""

    work: tuple[WorkText, ...]
    comment: tuple[CommentText, ...]
    message: tuple[MessageText, ...]
    revision: tuple[CommentText, ...]

    def of(self, course: str, language: str) -> list[WorkText]:
        """The works in a language: the course's own first, then those of other courses."""
        spoken = [work for work in self.work if work.language == language]
        return sorted(spoken, key=lambda work: work.course != course)

    def comments(self, language: str, section: str) -> list[str]:
        return _said(self.comment, language, section)

    def revisions(self, language: str, section: str) -> list[str]:
        return _said(self.revision, language, section)

    def messages(self, language: str, decision: Decision) -> list[str]:
        return [m.text for m in self.message if (m.language, m.decision) == (language, decision)]


class SessionKind(StrEnum):
    OPENING = "opening"
    CLINIC = "clinic"
    PANEL = "panel"
    DEFENCE = "defence"
    CLOSING = "closing"


class SessionText(Plain):
    kind: SessionKind
    title: Texts
    agenda: Texts


class SessionTexts(Plain):
    session: tuple[SessionText, ...]

    def of(self, kind: SessionKind, language: str) -> list[SessionText]:
        return [s for s in self.session if s.kind is kind and language in s.title]


class LevelText(Plain):
    points: int = Field(ge=0)
    name: Texts
    descriptor: Texts


class CriterionText(Plain):
    points: int = Field(gt=0)
    title: Texts
    level: tuple[LevelText, ...] = Field(min_length=2)


class RubricText(Plain):
    title: Texts
    criterion: tuple[CriterionText, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Bank:
    works: Works
    sessions: SessionTexts
    rubric: RubricText


def read_texts(folder: Path = TEXTS) -> Bank:
    bank = Bank(
        read_toml(folder / "capstones.toml", Works, "capstones.toml"),
        read_toml(folder / "sessions.toml", SessionTexts, "sessions.toml"),
        read_toml(folder / "rubric.toml", RubricText, "rubric.toml"),
    )
    for number, criterion in enumerate(bank.rubric.criterion, 1):
        if max(level.points for level in criterion.level) != criterion.points:
            reason = f"criterion {number}: its best level is not worth its points"
            raise BrokenSource("rubric.toml", None, reason)
    for language in sorted({work.language for work in bank.works.work}):
        _refuse_silence(bank.works, language)
        _refuse_missing_sessions(bank.sessions, language)
    return bank


def _refuse_silence(works: Works, language: str) -> None:
    """Whatever is written in a language can be commented, judged and revised in it."""
    if language not in LANGUAGES:
        raise BrokenSource("capstones.toml", None, f"{language!r} is not one of our languages")
    for section in COMMENTED:
        if not works.comments(language, section) or not works.revisions(language, section):
            reason = f"no comment or no revision of {section} in {language}"
            raise BrokenSource("capstones.toml", None, reason)
    for decision in Decision:
        if not works.messages(language, decision):
            reason = f"no message to {decision} in {language}"
            raise BrokenSource("capstones.toml", None, reason)


def _refuse_missing_sessions(sessions: SessionTexts, language: str) -> None:
    for kind in SessionKind:
        if not sessions.of(kind, language):
            raise BrokenSource("sessions.toml", None, f"no {kind} in {language}")


def _said(texts: Sequence[CommentText], language: str, section: str) -> list[str]:
    return [text.text for text in texts if (text.language, text.section) == (language, section)]
