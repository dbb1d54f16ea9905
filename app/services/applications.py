"""The rules of applying: what the form asks, what is answered, and until when it can be changed."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.tables import UNREADABLE
from app.models import (
    Application,
    ApplicationForm,
    ApplicationQuestion,
    Asked,
    AskedKind,
    Edition,
    Enrolment,
    EnrolmentStatus,
)
from app.queries.applications import FormAsked, QuestionAsked, form_of
from app.queries.enrolments import enrolment_of
from app.services.audit import record
from app.services.uploads import keep_upload, let_go
from app.services.waiting_lists import lock

MOST_LETTER = 5 * 1024 * 1024
MOST_SHORT, MOST_LONG = 200, 4000
MOST_QUESTIONS = 20
#: While an enrolment is so, its application can be written anew.
CHANGEABLE = frozenset({EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED})


@dataclass(frozen=True)
class Upload:
    name: str
    content: BinaryIO


@dataclass(frozen=True)
class Filled:
    """What somebody wrote; ``letter`` is None where the one that is there stays."""

    motivation: str = ""
    position: str = ""
    letter: Upload | None = None
    without_letter: bool = False
    answers: Mapping[UUID, Sequence[str]] = field(default_factory=dict)


class LetterKind(NamedTuple):
    ending: str
    content_type: str


PDF = LetterKind("pdf", "application/pdf")
DOCX = LetterKind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
ODT = LetterKind("odt", "application/vnd.oasis.opendocument.text")


def kind_of_letter(content: BinaryIO) -> LetterKind | None:
    """What the file is, looked at rather than believed."""
    content.seek(0)
    begins = content.read(5)
    content.seek(0)
    if begins == b"%PDF-":
        return PDF
    try:
        with zipfile.ZipFile(content) as package:
            names = set(package.namelist())
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return DOCX
            if "mimetype" in names and package.getinfo("mimetype").file_size < MOST_SHORT:
                return ODT if package.read("mimetype").decode("ascii") == ODT.content_type else None
    except UNREADABLE:
        return None
    finally:
        content.seek(0)
    return None


def trouble_with_letter(content: BinaryIO) -> str:
    """Why this can't be the letter; empty: it can."""
    if content.seek(0, 2) > MOST_LETTER:
        return _("The letter may weigh 5 MB at most.")
    if kind_of_letter(content) is None:
        return _("Send the letter as PDF, Word (DOCX) or OpenDocument (ODT).")
    return ""


def troubles(form: FormAsked, filled: Filled, *, has_letter: bool) -> dict[str, str]:
    """What is wrong with which field."""
    found = {
        "motivation": _trouble_with_text(
            form.motivation, filled.motivation, form.motivation_length
        ),
        "position": _trouble_with_text(form.position, filled.position, MOST_SHORT),
        "letter": _trouble_with_file(form, filled, has_letter=has_letter),
    }
    for question in form.questions:
        found[question.field] = _trouble_with_answer(question, filled.answers.get(question.id, ()))
    return {name: sentence for name, sentence in found.items() if sentence}


def _trouble_with_text(asked: Asked, text: str, most: int) -> str:
    if asked is Asked.REQUIRED and not text.strip():
        return _("Fill this in.")
    if len(text) > most:
        return _("Write at most %(max_length)s characters.") % {"max_length": most}
    return ""


def _trouble_with_file(form: FormAsked, filled: Filled, *, has_letter: bool) -> str:
    if form.letter is Asked.NO:
        return ""
    if filled.letter is not None:
        return trouble_with_letter(filled.letter.content)
    if form.letter is Asked.REQUIRED and (filled.without_letter or not has_letter):
        return _("Add your letter.")
    return ""


def _trouble_with_answer(question: QuestionAsked, values: Sequence[str]) -> str:
    given = [value for value in values if value.strip()]
    if not given:
        return _("Answer this question.") if question.is_required else ""
    if question.kind in {AskedKind.SHORT, AskedKind.LONG}:
        most = MOST_SHORT if question.kind is AskedKind.SHORT else MOST_LONG
        return _trouble_with_text(Asked.OPTIONAL, given[0], most)
    possible = {"yes", "no"} if question.kind is AskedKind.YES_NO else _keys(question)
    one_too_many = len(given) > 1 and question.kind is not AskedKind.SEVERAL
    if one_too_many or not set(given) <= possible:
        return _("Choose one of the options.")
    return ""


def _keys(question: QuestionAsked) -> set[str]:
    return {choice["key"] for choice in question.choices}


def refuse_trouble(
    session: Session, edition: Edition, filled: Filled | None, enrolment_id: UUID | None
) -> None:
    """Refuse an application that lacks what the form asks; the page has said so by field."""
    form = form_of(session, edition.id)
    if not form.asks_something:
        return
    if filled is None:
        raise RuleBroken(_("Fill in the application first."))
    kept = session.get(Application, enrolment_id) if enrolment_id else None
    if troubles(form, filled, has_letter=bool(kept and kept.letter_id)):
        raise RuleBroken(_("The application is not complete yet."))


def keep_application(session: Session, enrolment: Enrolment, filled: Filled, *, by: UUID) -> None:
    """Keep what somebody wrote, each answer with the question as it is asked now."""
    form = form_of(session, enrolment.edition_id)
    application = session.get(Application, enrolment.id) or Application(enrolment_id=enrolment.id)
    application.motivation = filled.motivation.strip() if form.motivation is not Asked.NO else ""
    application.position = filled.position.strip() if form.position is not Asked.NO else ""
    application.answers = [
        _answer(question, filled.answers.get(question.id, ())) for question in form.questions
    ]
    session.add(application)
    if form.letter is not Asked.NO:
        _keep_letter(session, application, filled, by=by)
    session.flush()


def _answer(question: QuestionAsked, values: Sequence[str]) -> dict[str, Any]:
    choices = {choice["key"]: choice["texts"] for choice in question.choices}
    if question.kind is AskedKind.YES_NO:
        choices = _YES_NO
    return {
        "question": str(question.id),
        "kind": question.kind.value,
        "text": question.text,
        "choices": choices,
        "values": [value.strip() for value in values if value.strip()],
    }


_YES_NO = {
    "yes": {"es": "Sí", "pt": "Sim", "en": "Yes", "fr": "Oui"},
    "no": {"es": "No", "pt": "Não", "en": "No", "fr": "Non"},
}


def _keep_letter(session: Session, application: Application, filled: Filled, *, by: UUID) -> None:
    old = application.letter_id
    if filled.letter is not None:
        kind = kind_of_letter(filled.letter.content)
        if kind is None:
            raise RuleBroken(trouble_with_letter(filled.letter.content))
        application.letter_id = keep_upload(
            session,
            filled.letter.content,
            name=_named(filled.letter.name, kind),
            content_type=kind.content_type,
            limit=MOST_LETTER,
            by=by,
        ).id
    elif filled.without_letter:
        application.letter_id = None
    session.flush()
    if old and application.letter_id != old:
        let_go(session, old)


def _named(name: str, kind: LetterKind) -> str:
    """The name with the ending of its content: by another it would be opened as something else."""
    stem = name.rpartition(".")[0] or name
    return f"{stem.replace('.', ' ').strip() or 'letter'}.{kind.ending}"


def change_application(
    session: Session, account_id: UUID, edition: Edition, filled: Filled, *, on: date
) -> Enrolment:
    """Write an application anew, until it is decided about or the time for applying is over."""
    lock(session, edition.id)
    enrolment = enrolment_of(session, account_id, edition.id)
    if enrolment is None:
        raise NotFound(_("You are not in this edition."))
    session.refresh(enrolment, with_for_update={"key_share": True})
    if enrolment.status not in CHANGEABLE:
        raise RuleBroken(_("Your application has been decided about, so it stays as it is."))
    if not edition.is_open_for_enrolment(on):
        raise RuleBroken(_("The time for applying is over, so your application stays as it is."))
    refuse_trouble(session, edition, filled, enrolment.id)
    keep_application(session, enrolment, filled, by=account_id)
    return enrolment


@dataclass(frozen=True)
class Basics:
    """What the form asks beside the coordinators' own questions."""

    motivation: Asked
    motivation_length: int
    position: Asked
    letter: Asked


def set_basics(session: Session, edition_id: UUID, basics: Basics, *, by: UUID) -> None:
    lock(session, edition_id)
    before = _as_recorded(session, edition_id)
    form = session.get(ApplicationForm, edition_id) or ApplicationForm(edition_id=edition_id)
    form.motivation, form.motivation_length = basics.motivation, basics.motivation_length
    form.position, form.letter = basics.position, basics.letter
    session.add(form)
    _changed(session, edition_id, before, by)


@dataclass(frozen=True)
class Wording:
    """A question as coordinators write it; ``choices`` by language, one a line."""

    kind: AskedKind
    text: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    is_required: bool


def put_question(
    session: Session, edition_id: UUID, question_id: UUID | None, wording: Wording, *, by: UUID
) -> UUID:
    """Add a question at the end of the form, or write one anew. Answers given keep their words."""
    lock(session, edition_id)
    before = _as_recorded(session, edition_id)
    of = ApplicationQuestion
    if question_id is None:
        number, last = session.execute(
            select(func.count(), func.coalesce(func.max(of.position), 0)).where(
                of.edition_id == edition_id
            )
        ).one()
        if number >= MOST_QUESTIONS:
            raise RuleBroken(
                ngettext(
                    "A form has at most %(num)s question of your own.",
                    "A form has at most %(num)s questions of your own.",
                    MOST_QUESTIONS,
                )
                % {"num": MOST_QUESTIONS}
            )
        question = ApplicationQuestion(edition_id=edition_id, position=last + 1, kind=wording.kind)
    else:
        question = _question(session, edition_id, question_id)
    question.kind = wording.kind
    question.text = {language: text for language, text in wording.text.items() if text}
    question.choices = _choices(question.choices, wording)
    question.is_required = wording.is_required
    session.add(question)
    _changed(session, edition_id, before, by)
    return question.id


def _choices(before: list[dict[str, Any]], wording: Wording) -> list[dict[str, Any]]:
    """The choices, those that keep their words with the key they have had."""
    if wording.kind not in {AskedKind.ONE, AskedKind.SEVERAL}:
        return []
    rows = max(wording.choices.values(), key=len, default=[])
    known = {tuple(sorted(choice["texts"].items())): choice["key"] for choice in before}
    taken = {choice["key"] for choice in before}
    found: list[dict[str, Any]] = []
    for n in range(len(rows)):
        texts = {
            language: lines[n]
            for language, lines in wording.choices.items()
            if n < len(lines) and lines[n]
        }
        key = known.pop(tuple(sorted(texts.items())), None) or _new_key(taken)
        taken.add(key)
        found.append({"key": key, "texts": texts})
    return found


def _new_key(taken: set[str]) -> str:
    return next(key for n in range(1, 10_000) if (key := f"c{n}") not in taken)


def drop_question(session: Session, edition_id: UUID, question_id: UUID, *, by: UUID) -> None:
    """Ask it no more. What was answered stays with the applications."""
    lock(session, edition_id)
    before = _as_recorded(session, edition_id)
    session.delete(_question(session, edition_id, question_id))
    _changed(session, edition_id, before, by)


def move_question(
    session: Session, edition_id: UUID, question_id: UUID, *, up: bool, by: UUID
) -> None:
    """Have a question change places with the one before or after it; at the ends nothing moves."""
    lock(session, edition_id)
    before = _as_recorded(session, edition_id)
    _question(session, edition_id, question_id)
    of = ApplicationQuestion
    order = list(
        session.exec(
            select(of.id).where(of.edition_id == edition_id).order_by(col(of.position), col(of.id))
        )
    )
    at = order.index(question_id)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(order):
        return
    order[at], order[other] = order[other], order[at]
    for position, id_ in enumerate(order, 1):
        session.execute(update(of).where(col(of.id) == id_).values(position=position))
    _changed(session, edition_id, before, by)


def _question(session: Session, edition_id: UUID, question_id: UUID) -> ApplicationQuestion:
    question = session.get(ApplicationQuestion, question_id, populate_existing=True)
    if question is None or question.edition_id != edition_id:
        raise NotFound(_("This question is not on the form any more."))
    return question


def _as_recorded(session: Session, edition_id: UUID) -> dict[str, Any]:
    """The form as the audit log keeps it, one before and one after a change."""
    form = session.get(ApplicationForm, edition_id)
    of = ApplicationQuestion
    asked = session.execute(
        select(of.id, of.kind, of.text, of.choices, of.is_required)  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
        .where(of.edition_id == edition_id)
        .order_by(col(of.position), col(of.id))
    )
    basics = form.model_dump(exclude={"edition_id"}) if form else None
    return {"form": {"basics": basics, "questions": [[str(row[0]), *row[1:]] for row in asked]}}


def _changed(session: Session, edition_id: UUID, before: dict[str, Any], by: UUID) -> None:
    session.flush()
    after = _as_recorded(session, edition_id)
    subject = ("edition", edition_id)
    record(session, by, "change application form", *subject, before=before, after=after)
