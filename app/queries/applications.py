"""Reading applications: what an edition asks, what somebody answered, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.i18n import choose
from app.models import (
    Account,
    Application,
    ApplicationForm,
    ApplicationQuestion,
    Asked,
    AskedKind,
    Corrected,
    Enrolment,
    EnrolmentCorrection,
    EnrolmentStatus,
    EnrolmentStep,
    Gender,
    Institution,
    LeavingReason,
    StoredFile,
)
from app.queries.visits import may_be_looked_at

FIELD = "q-"


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    id: UUID
    kind: AskedKind
    text: Texts
    choices: list[dict[str, Any]]
    is_required: bool

    @property
    def field(self) -> str:
        return f"{FIELD}{self.id}"

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(choice["key"], choose(choice["texts"])) for choice in self.choices]


@dataclass(frozen=True, slots=True)
class FormAsked:
    """Everything that an edition asks of applicants."""

    motivation: Asked = Asked.NO
    motivation_length: int = 2000
    position: Asked = Asked.NO
    letter: Asked = Asked.NO
    questions: Sequence[QuestionAsked] = ()

    @property
    def asks_something(self) -> bool:
        return bool(self.questions) or {self.motivation, self.position, self.letter} != {Asked.NO}


def form_of(session: Session, edition_id: UUID) -> FormAsked:
    of = ApplicationForm
    row = session.execute(
        select(
            col(of.motivation), col(of.motivation_length), col(of.position), col(of.letter)
        ).where(col(of.edition_id) == edition_id)
    ).one_or_none()
    found = FormAsked(*row) if row else FormAsked()
    return replace(found, questions=questions_of(session, edition_id))


def asks_something(session: Session, edition_id: UUID) -> bool:
    """Whether there is anything to fill in for who applies."""
    form, question = ApplicationForm, ApplicationQuestion
    asked = or_(*(col(c) != Asked.NO for c in (form.motivation, form.position, form.letter)))
    return bool(
        session.execute(
            select(
                exists().where(col(form.edition_id) == edition_id, asked)
                | exists().where(col(question.edition_id) == edition_id)
            )
        ).scalar_one()
    )


def questions_of(session: Session, edition_id: UUID) -> list[QuestionAsked]:
    of = ApplicationQuestion
    rows = session.execute(
        select(col(of.id), col(of.kind), col(of.text), col(of.choices), col(of.is_required))
        .where(col(of.edition_id) == edition_id)
        .order_by(col(of.position), col(of.id))
    )
    return [QuestionAsked(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with the words of its question, as they were when it was given."""

    question_id: str
    kind: AskedKind
    text: Texts
    choices: Mapping[str, Texts]
    values: Sequence[str]

    @property
    def words(self) -> str:
        """The answer as one reads it."""
        said = [choose(self.choices[v]) if v in self.choices else v for v in self.values]
        return "\n".join(said)


@dataclass(frozen=True, slots=True)
class Letter:
    key: str
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ApplicationSeen:
    motivation: str
    position: str
    letter: Letter | None
    answers: Sequence[Answered] = ()


def application_of(session: Session, enrolment_id: UUID) -> ApplicationSeen | None:
    of = Application
    row = session.execute(
        select(
            col(of.motivation),
            col(of.position),
            col(of.answers),
            col(StoredFile.key),
            col(StoredFile.name),
            col(StoredFile.content_type),
            col(StoredFile.size),
            col(StoredFile.sha256),
        )
        .join(StoredFile, col(StoredFile.id) == col(of.letter_id), isouter=True)
        .where(col(of.enrolment_id) == enrolment_id)
    ).one_or_none()
    if row is None:
        return None
    motivation, position, answers, *letter = row
    return ApplicationSeen(
        motivation,
        position,
        Letter(*letter) if letter[0] else None,
        [
            Answered(a["question"], AskedKind(a["kind"]), a["text"], a["choices"], a["values"])
            for a in answers
        ],
    )


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """Somebody of an edition; gender, country and institution as on admission."""

    id: UUID
    account_id: UUID
    edition_id: UUID
    name: str
    email: str
    status: EnrolmentStatus
    gender: Gender
    country: str
    institution_id: UUID | None
    acronym: str | None
    institution: str | None
    institution_country: str | None
    language: str
    created_at: datetime
    admitted_at: datetime | None
    completed_at: datetime | None
    left_because: LeavingReason | None
    left_word: str
    left_by_choice: bool
    gender_now: Gender
    can_be_looked_at: bool  # support may see the product as they do


_PERSON: tuple[Any, ...] = (
    col(Enrolment.id),
    col(Enrolment.account_id),
    col(Enrolment.edition_id),
    col(Account.name),
    col(Account.email),
    col(Enrolment.status),
    col(Enrolment.gender),
    col(Enrolment.country),
    col(Enrolment.institution_id),
    col(Institution.acronym),
    col(Institution.name),
    col(Institution.country),
    col(Enrolment.language),
    col(Enrolment.created_at),
    col(Enrolment.admitted_at),
    col(Enrolment.completed_at),
    col(Enrolment.left_because),
    col(Enrolment.left_word),
    col(Enrolment.left_by_choice),
    col(Account.gender),
    may_be_looked_at(),
)


def person_of(
    session: Session, edition_id: UUID, enrolment_id: UUID, *, only_institution: UUID | None
) -> PersonSeen | None:
    """Somebody of the edition, if they are among the people whom the reader may see."""
    query = _people().where(
        col(Enrolment.id) == enrolment_id, col(Enrolment.edition_id) == edition_id
    )
    if only_institution:
        query = query.where(col(Enrolment.institution_id) == only_institution)
    row = session.execute(query).one_or_none()
    return PersonSeen(*row) if row else None


def own_place(session: Session, account_id: UUID, edition_id: UUID) -> PersonSeen | None:
    row = session.execute(
        _people().where(
            col(Enrolment.account_id) == account_id, col(Enrolment.edition_id) == edition_id
        )
    ).one_or_none()
    return PersonSeen(*row) if row else None


def _people() -> Any:
    return (
        select(*_PERSON)
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
    )


@dataclass(frozen=True, slots=True)
class StepSeen:
    at: datetime
    before: EnrolmentStatus | None
    after: EnrolmentStatus
    by: str | None
    by_themselves: bool


def steps_of(session: Session, enrolment_id: UUID) -> list[StepSeen]:
    """What happened to an enrolment, in the order in which it did."""
    of = EnrolmentStep
    rows = session.execute(
        select(
            col(of.created_at),
            col(of.before),
            col(of.after),
            col(Account.name),
            func.coalesce(col(of.by_id) == col(Enrolment.account_id), False),
        )
        .join(Enrolment, col(Enrolment.id) == col(of.enrolment_id))
        .join(Account, col(Account.id) == col(of.by_id), isouter=True)
        .where(col(of.enrolment_id) == enrolment_id)
        .order_by(col(of.created_at), col(of.id))
    )
    return [StepSeen(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


@dataclass(frozen=True, slots=True)
class CorrectionSeen:
    at: datetime
    what: Corrected
    before: str
    after: str
    why: str
    by: str


def corrections_of(session: Session, enrolment_id: UUID) -> list[CorrectionSeen]:
    of, person = EnrolmentCorrection, aliased(Account)
    rows = session.execute(
        select(
            col(of.created_at),
            col(of.what),
            col(of.before),
            col(of.after),
            col(of.why),
            col(person.name),
        )
        .join(person, col(person.id) == col(of.by_id))
        .where(col(of.enrolment_id) == enrolment_id)
        .order_by(col(of.created_at), col(of.id))
    )
    return [CorrectionSeen(*row) for row in rows]
