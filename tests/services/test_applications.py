"""Applying: what is asked, what is answered, who may change it and until when."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core.errors import NotFound, RuleBroken
from app.models import (
    Application,
    ApplicationQuestion,
    Asked,
    AskedKind,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    StoredFile,
)
from app.queries.applications import application_of, form_of
from app.services.applications import (
    DOCX,
    ODT,
    PDF,
    Basics,
    Filled,
    LetterKind,
    Upload,
    Wording,
    change_application,
    drop_question,
    kind_of_letter,
    move_question,
    put_question,
    set_basics,
    troubles,
)
from app.services.enrolments import Ticket, change_status, enrol
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
PDF_BYTES = b"%PDF-1.7\n..."


def package(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


def broken(content: bytes) -> bytes:
    """A package of one part that says of itself that it is packed, and is not."""
    at, listed = 8, content.index(b"PK\x01\x02") + 10
    packed = (8).to_bytes(2, "little")
    return content[:at] + packed + content[at + 2 : listed] + packed + content[listed + 2 :]


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(policy=EnrolmentPolicy.APPLICATION)


def ask(
    session: Session,
    make: Make,
    edition: Edition,
    text: str = "Which one?",
    kind: AskedKind = AskedKind.SHORT,
    choices: Mapping[str, Sequence[str]] | None = None,
    *,
    is_required: bool = False,
) -> UUID:
    wording = Wording(kind, {"en": text}, choices or {}, is_required)
    return put_question(session, edition.id, None, wording, by=make.coordinator().id)


def basics(session: Session, make: Make, edition: Edition, **given: Asked) -> None:
    plain = dict.fromkeys(("motivation", "position", "letter"), Asked.NO) | given
    set_basics(
        session, edition.id, Basics(motivation_length=100, **plain), by=make.coordinator().id
    )


def apply(session: Session, make: Make, edition: Edition, filled: Filled | None) -> Enrolment:
    return enrol(
        session,
        make.account(),
        edition,
        language="en",
        on=DAY,
        now=NOW,
        ticket=Ticket(application=filled),
    )


def test_an_application_is_kept_with_the_words_of_its_questions(
    session: Session, make: Make, edition: Edition
) -> None:
    basics(session, make, edition, motivation=Asked.REQUIRED, position=Asked.OPTIONAL)
    colour = ask(
        session,
        make,
        edition,
        "Which?",
        AskedKind.ONE,
        {"en": ["Red", "Blue"], "es": ["Rojo", "Azul"]},
    )
    key = form_of(session, edition.id).questions[0].choices[1]["key"]
    filled = Filled("Because.", "Head of training", answers={colour: [key]})

    place = apply(session, make, edition, filled)
    put_question(
        session,
        edition.id,
        colour,
        Wording(AskedKind.LONG, {"en": "Something else?"}, {}, is_required=True),
        by=make.coordinator().id,
    )
    drop_question(session, edition.id, colour, by=make.coordinator().id)

    seen = application_of(session, place.id)
    assert place.status is EnrolmentStatus.APPLIED
    assert seen is not None
    assert (seen.motivation, seen.position) == ("Because.", "Head of training")
    assert [(a.text["en"], a.words) for a in seen.answers] == [("Which?", "Blue")]


def test_what_must_be_answered_is_said_field_by_field(
    session: Session, make: Make, edition: Edition
) -> None:
    basics(
        session,
        make,
        edition,
        motivation=Asked.REQUIRED,
        position=Asked.REQUIRED,
        letter=Asked.REQUIRED,
    )
    needed = ask(session, make, edition, kind=AskedKind.YES_NO, is_required=True)
    ask(session, make, edition)

    found = troubles(form_of(session, edition.id), Filled(), has_letter=False)

    assert set(found) == {"motivation", "position", "letter", f"q-{needed}"}
    with pytest.raises(RuleBroken, match="not complete"):
        apply(session, make, edition, Filled())
    with pytest.raises(RuleBroken, match="Fill in the application"):
        apply(session, make, edition, None)
    assert session.exec(select(Enrolment)).all() == []


@pytest.mark.parametrize(
    ("kind", "values", "fine"),
    [
        (AskedKind.ONE, ["c1"], True),
        (AskedKind.ONE, ["c1", "c2"], False),
        (AskedKind.ONE, ["c9"], False),
        (AskedKind.SEVERAL, ["c1", "c2"], True),
        (AskedKind.SEVERAL, ["c1", "x"], False),
        (AskedKind.YES_NO, ["yes"], True),
        (AskedKind.YES_NO, ["maybe"], False),
        (AskedKind.SHORT, ["x" * 201], False),
        (AskedKind.LONG, ["x" * 4000], True),
        (AskedKind.LONG, ["x" * 4001], False),
        (AskedKind.SHORT, [""], True),
    ],
)
def test_only_what_was_offered_is_an_answer(
    session: Session, make: Make, edition: Edition, kind: AskedKind, values: list[str], fine: bool
) -> None:
    question = ask(session, make, edition, kind=kind, choices={"en": ["Red", "Blue"]})

    found = troubles(
        form_of(session, edition.id), Filled(answers={question: values}), has_letter=False
    )

    assert (found == {}) is fine


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF_BYTES, PDF),
        (package(word__document_xml="x", **{"[Content_Types]_xml": "x"}), DOCX),
        (package(mimetype=ODT.content_type), ODT),
        (package(mimetype="application/vnd.oasis.opendocument.spreadsheet"), None),
        (package(readme="x"), None),
        (b"PK\x03\x04 not a package", None),
        (broken(package(mimetype=ODT.content_type)), None),
        (b"<html><script>alert(1)</script>", None),
        (b"", None),
    ],
)
def test_a_letter_is_what_it_is_whatever_it_is_called(
    content: bytes, kind: LetterKind | None
) -> None:
    assert kind_of_letter(io.BytesIO(content)) == kind


def test_a_letter_is_stored_under_the_ending_of_its_content_and_replaced_whole(
    session: Session, make: Make, edition: Edition
) -> None:
    basics(session, make, edition, letter=Asked.REQUIRED)
    place = apply(
        session, make, edition, Filled(letter=Upload("carta.html", io.BytesIO(PDF_BYTES)))
    )
    first = session.exec(select(StoredFile)).one()

    change_application(
        session,
        place.account_id,
        edition,
        Filled(letter=Upload("new.exe", io.BytesIO(package(mimetype=ODT.content_type)))),
        on=DAY,
    )
    kept = change_application(session, place.account_id, edition, Filled(), on=DAY)

    (second,) = session.exec(select(StoredFile)).all()
    assert (first.name, first.content_type) == ("carta.pdf", "application/pdf")
    assert (second.name, second.content_type) == ("new.odt", ODT.content_type)
    assert session.get_one(Application, kept.id).letter_id == second.id


def test_a_letter_that_weighs_too_much_is_refused(
    session: Session, make: Make, edition: Edition
) -> None:
    basics(session, make, edition, letter=Asked.OPTIONAL)
    heavy = Upload("a.pdf", io.BytesIO(PDF_BYTES + b"x" * 5 * 1024 * 1024))

    found = troubles(form_of(session, edition.id), Filled(letter=heavy), has_letter=False)

    assert "5 MB" in found["letter"]


def test_an_application_is_changed_until_it_is_decided_or_the_time_is_over(
    session: Session, make: Make, edition: Edition
) -> None:
    basics(session, make, edition, position=Asked.REQUIRED)
    edition.enrol_until = DAY
    make.saved(edition)
    place = apply(session, make, edition, Filled(position="Trainer"))
    other = make.account()

    change_application(session, place.account_id, edition, Filled(position="Head"), on=DAY)
    with pytest.raises(NotFound):
        change_application(session, other.id, edition, Filled(position="Mine"), on=DAY)
    with pytest.raises(RuleBroken, match="time for applying is over"):
        change_application(
            session, place.account_id, edition, Filled(position="Late"), on=date(2026, 6, 9)
        )
    change_status(session, place, EnrolmentStatus.REJECTED, now=NOW)
    with pytest.raises(RuleBroken, match="decided about"):
        change_application(session, place.account_id, edition, Filled(position="Again"), on=DAY)

    assert session.get_one(Application, place.id).position == "Head"


def test_questions_keep_their_order_and_choices_their_keys(
    session: Session, make: Make, edition: Edition
) -> None:
    boss = make.coordinator()
    first, second, third = (ask(session, make, edition, text) for text in "ABC")
    coloured = Wording(AskedKind.ONE, {"en": "C"}, {"en": ["Red", "Blue"]}, is_required=False)
    put_question(session, edition.id, third, coloured, by=boss.id)
    more = Wording(AskedKind.ONE, {"en": "C"}, {"en": ["Green", "Blue"]}, is_required=False)
    put_question(session, edition.id, third, more, by=boss.id)

    move_question(session, edition.id, third, up=True, by=boss.id)
    move_question(session, edition.id, first, up=True, by=boss.id)

    session.expire_all()
    asked = form_of(session, edition.id).questions
    assert [q.id for q in asked] == [first, third, second]
    assert [(c["key"], c["texts"]["en"]) for c in asked[1].choices] == [
        ("c3", "Green"),
        ("c2", "Blue"),
    ]


def test_a_question_of_another_edition_is_not_touched(
    session: Session, make: Make, edition: Edition
) -> None:
    question, other, boss = ask(session, make, edition), make.edition(), make.coordinator()

    with pytest.raises(NotFound):
        drop_question(session, other.id, question, by=boss.id)
    with pytest.raises(NotFound):
        move_question(session, other.id, question, up=True, by=boss.id)

    assert session.get(ApplicationQuestion, question) is not None
