"""What each module and activity says, in plain parts that can be compared across editions.

A part holds no id of its own edition: a copy that nobody touched says what its original says.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import (
    Activity,
    ActivityAddress,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Forum,
    Hotspot,
    Module,
    Quiz,
    QuizSlot,
    Scene,
    Survey,
    SurveyQuestion,
)

type Parts = dict[str, Any]
type Says = Callable[[Session, Sequence[UUID]], dict[UUID, Any]]

TITLE, SUMMARY, FACTS, FILES, KIND, TEXT = "title", "summary", "facts", "files", "kind", "text-"

#: What is said of an activity besides its title: how long it takes, and what it counts.
OF_ACTIVITY = ("minutes", "counts", "completion", "completion_number", "weight")

#: What stands in every row, and what differs in each copy.
_OWN = {"id", "created_at", "activity_id"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A module or an activity, with what it says."""

    id: UUID
    module_id: UUID | None  # None: it is a module
    kind: ActivityKind | None
    title: Texts
    position: int
    is_hidden: bool
    parts: Parts

    @property
    def prints(self) -> dict[str, str]:
        return {name: print_of(said) for name, said in self.parts.items()}


def print_of(said: Any) -> str:
    """The same for the same content, whatever database it comes from."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()[:32]


def pieces(session: Session, edition_id: UUID) -> dict[UUID, Piece]:
    """All modules of an edition, each with its activities behind it, in their order."""
    modules = session.exec(
        select(Module).where(Module.edition_id == edition_id).order_by(col(Module.position))
    ).all()
    activities = session.exec(
        select(Activity).where(Activity.edition_id == edition_id).order_by(col(Activity.position))
    ).all()
    said = _parts(session, activities)
    found: dict[UUID, Piece] = {}
    for module in modules:
        own = {TITLE: module.title, SUMMARY: module.summary}
        found[module.id] = Piece(
            module.id, None, None, module.title, module.position, module.is_hidden, own
        )
        for one in activities:
            if one.module_id == module.id:
                found[one.id] = Piece(
                    one.id, module.id, one.kind, one.title, one.position, one.is_hidden,
                    said[one.id],
                )  # fmt: skip
    return found


def _parts(session: Session, activities: Sequence[Activity]) -> dict[UUID, Parts]:
    ids = [one.id for one in activities]
    found: dict[UUID, Parts] = {
        one.id: {TITLE: one.title, FACTS: {name: getattr(one, name) for name in OF_ACTIVITY}}
        for one in activities
    }
    texts = select(ActivityText).where(col(ActivityText.activity_id).in_(ids))
    for text in session.exec(texts):
        if text.body or text.transcript:
            words = {"body": text.body, "transcript": text.transcript}
            found[text.activity_id][f"{TEXT}{text.language}"] = words
    for activity_id, files in _files(session, ids).items():
        found[activity_id][FILES] = files
    for kind in {one.kind for one in activities} & SAYS.keys():
        of_kind = [one.id for one in activities if one.kind is kind]
        for activity_id, said in SAYS[kind](session, of_kind).items():
            found[activity_id][KIND] = said
    return found


def _files(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for file in session.exec(
        select(ActivityFile)
        .where(col(ActivityFile.activity_id).in_(ids))
        .order_by(col(ActivityFile.position), col(ActivityFile.name))
    ):
        found.setdefault(file.activity_id, []).append(_plain(file, _OWN | {"position"}))
    return found


def _plain(row: Any, without: set[str]) -> dict[str, Any]:
    values: Mapping[str, Any] = row.model_dump(mode="json", exclude=without)
    return dict(values)


def _of_quiz(session: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Rules and questions; when it opens and closes is each edition's own."""
    quizzes = session.exec(select(Quiz).where(col(Quiz.activity_id).in_(ids))).all()
    slots: dict[UUID, list[Any]] = {}
    for slot in session.exec(
        select(QuizSlot)
        .where(col(QuizSlot.quiz_id).in_([quiz.id for quiz in quizzes]))
        .order_by(col(QuizSlot.position))
    ):
        slots.setdefault(slot.quiz_id, []).append(_plain(slot, _OWN | {"quiz_id", "position"}))
    dates = {"opens_at", "closes_at"}
    return {
        quiz.activity_id: {"rules": _plain(quiz, _OWN | dates), "slots": slots.get(quiz.id, [])}
        for quiz in quizzes
    }


def _of_address(session: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    found: dict[UUID, Any] = {}
    for row in session.exec(
        select(ActivityAddress)
        .where(col(ActivityAddress.activity_id).in_(ids))
        .order_by(col(ActivityAddress.language))
    ):
        found.setdefault(row.activity_id, []).append(_plain(row, _OWN))
    return found


def _of_forum(session: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    forums = session.exec(select(Forum).where(col(Forum.activity_id).in_(ids)))
    return {one.activity_id: {"by_team": one.by_team} for one in forums if one.activity_id}


def _of_survey(session: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Rules and questions; when it opens and closes is each edition's own."""
    surveys = session.exec(select(Survey).where(col(Survey.activity_id).in_(ids))).all()
    asked: dict[UUID, list[Any]] = {}
    for question in session.exec(
        select(SurveyQuestion)
        .where(col(SurveyQuestion.survey_id).in_([survey.id for survey in surveys]))
        .order_by(col(SurveyQuestion.position))
    ):
        said = _plain(question, _OWN | {"survey_id", "position"})
        asked.setdefault(question.survey_id, []).append(said)
    dates = {"opens_at", "closes_at"}
    return {
        survey.activity_id: {
            "rules": _plain(survey, _OWN | dates),
            "questions": asked.get(survey.id, []),
        }
        for survey in surveys
    }


def _of_panorama(session: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    scenes = session.exec(
        select(Scene).where(col(Scene.activity_id).in_(ids)).order_by(col(Scene.position))
    ).all()
    places = {scene.id: number for number, scene in enumerate(scenes)}
    first = {scene.activity_id: places[scene.id] for scene in reversed(scenes)}
    pictures = session.execute(
        select(ActivityFile.id, ActivityFile.name).where(col(ActivityFile.activity_id).in_(ids))
    )
    names: dict[UUID, str | None] = dict(tuple(row) for row in pictures)
    points: dict[UUID, list[Any]] = {}
    for point in session.exec(
        select(Hotspot).where(col(Hotspot.scene_id).in_(places)).order_by(col(Hotspot.position))
    ):
        said = _plain(point, _OWN | {"scene_id", "leads_to_id", "position"})
        leads_to = str(point.leads_to_id) if point.leads_to_id else ""
        points.setdefault(point.scene_id, []).append(said | {"leads_to": leads_to})
    found: dict[UUID, list[Any]] = {}
    for scene in scenes:
        said = _plain(scene, _OWN | {"picture_id", "position"})
        said["picture"] = names.get(scene.picture_id) if scene.picture_id else None
        said["points"] = points.get(scene.id, [])
        found.setdefault(scene.activity_id, []).append(said)
    own = {str(scene.id): places[scene.id] - first[scene.activity_id] for scene in scenes}
    for said_scenes in found.values():
        for one in said_scenes:
            for point in one["points"]:
                point["leads_to"] = own.get(point["leads_to"])
    return found


#: What a kind says besides its texts and files. A kind that is not here says no more.
SAYS: dict[ActivityKind, Says] = {
    ActivityKind.QUIZ: _of_quiz,
    ActivityKind.LINK: _of_address,
    ActivityKind.EMBED: _of_address,
    ActivityKind.VIDEO: _of_address,
    ActivityKind.PANORAMA: _of_panorama,
    ActivityKind.FORUM: _of_forum,
    ActivityKind.SURVEY: _of_survey,
}
