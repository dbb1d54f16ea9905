"""Writing questions into the bank of a course. What was asked once stays as it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.question_content import Content, QuestionKind, Texts
from app.core.question_files import Portable, likeness
from app.models import Course, Question, QuestionVersion
from app.queries.questions import is_asked_already, known_likenesses, question_of
from app.services.audit import MADE, record
from app.services.enrolments import LOCK


@dataclass(frozen=True, slots=True)
class Written:
    """A question as its writer has it before them."""

    text: Texts
    content: Content
    explanation: Texts = field(default_factory=dict)
    category: str = ""
    tags: tuple[str, ...] = ()


def tidy_path(typed: str) -> str:
    """A category without blanks at its ends, and no empty steps: ``Module 1/Safety``."""
    return "/".join(step for part in typed.split("/") if (step := " ".join(part.split())))


def write_question(
    session: Session, course_id: UUID, kind: QuestionKind, written: Written, *, by: UUID
) -> Question:
    question = _added(session, course_id, kind, written)
    record(session, by, "write question", "question", question.id, **MADE)
    return question


def _added(session: Session, course_id: UUID, kind: QuestionKind, written: Written) -> Question:
    question = Question(
        course_id=course_id, kind=kind, category=tidy_path(written.category),
        tags=list(written.tags),
    )  # fmt: skip
    session.add(question)
    session.flush()
    session.add(_version(question, written))
    session.flush()
    return question


def take_in(
    session: Session, course_id: UUID, edition_id: UUID, questions: Sequence[Portable], *, by: UUID
) -> int:
    """The questions of a file, all or none; those that are in the bank already are left out.

    So a file that is sent twice, also at once, adds its questions once.
    """
    session.get_one(Course, course_id, with_for_update=LOCK)
    known = known_likenesses(session, course_id)
    new = {key: one for one in questions if (key := likeness(one)) not in known}
    for one in new.values():
        written = Written(
            one.text, one.holds, one.explanation, category=one.category, tags=tuple(one.tags)
        )
        _added(session, course_id, one.kind, written)
    if new:
        record(
            session, by, "take in questions", "edition", edition_id,
            before={"questions": len(known)}, after={"questions": len(known) + len(new)},
        )  # fmt: skip
    return len(new)


def rewrite_question(
    session: Session, course_id: UUID, question_id: UUID, written: Written, *, by: UUID
) -> Question:
    """A version that somebody was asked stays, and there is one more; else it is mended."""
    question, version = _found(session, course_id, question_id)
    before = question.number
    question.category, question.tags = tidy_path(written.category), list(written.tags)
    fresh = _version(question, written)
    if _says_something_else(version, fresh):
        if is_asked_already(session, version.id):
            question.number += 1
            fresh.number = question.number
            session.add(fresh)
        else:
            version.text, version.explanation = fresh.text, fresh.explanation
            version.content = fresh.content
            session.add(version)
    session.add(question)
    session.flush()
    record(
        session, by, "change question", "question", question.id,
        before={"version": before}, after={"version": question.number},
    )  # fmt: skip
    return question


def retire(
    session: Session, course_id: UUID, question_id: UUID, *, retired: bool, by: UUID
) -> Question:
    """Keep a question from being chosen or drawn any more, or let it be so again."""
    question, _version = _found(session, course_id, question_id)
    before = question.is_retired
    question.is_retired = retired
    session.add(question)
    session.flush()
    record(
        session, by, "change question", "question", question.id,
        before={"retired": before}, after={"retired": retired},
    )  # fmt: skip
    return question


def _version(question: Question, written: Written) -> QuestionVersion:
    return QuestionVersion(
        question_id=question.id,
        number=question.number,
        text=written.text,
        explanation=written.explanation,
        content=written.content.model_dump(mode="json"),
    )


def _says_something_else(old: QuestionVersion, new: QuestionVersion) -> bool:
    return any(getattr(old, n) != getattr(new, n) for n in ("text", "explanation", "content"))


def _found(
    session: Session, course_id: UUID, question_id: UUID
) -> tuple[Question, QuestionVersion]:
    found = question_of(session, course_id, question_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found
