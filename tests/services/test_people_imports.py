"""Lists of people: what each row means, what is done, and that nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import func
from sqlmodel import Session, select

from app.core import clock, db
from app.core.errors import RuleBroken
from app.jobs import sweep
from app.jobs.people_imports import apply_import, check_import
from app.models import (
    Account,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Fate,
    Gender,
    ImportStatus,
    Message,
    PeopleImport,
    PeopleImportRow,
    PlatformRole,
    StoredFile,
)
from app.services import people_imports
from app.services.people_imports import apply_some, begin, confirm, forget_old, throw_away
from tests.make import NOW, Make

APPLIED, ACTIVE = EnrolmentStatus.APPLIED, EnrolmentStatus.ACTIVE
HEAD = "email,name,country,institution,gender,language,status\n"


@pytest.fixture
def edition(make: Make) -> Edition:
    course = make.course(languages=["es", "en"], title={"es": "Curso", "en": "Course"})
    return make.edition(course, policy=EnrolmentPolicy.APPLICATION, capacity=3)


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


def upload(session: Session, edition: Edition, boss: Account, content: str | bytes) -> PeopleImport:
    """Upload a list and have it checked."""
    content = content.encode() if isinstance(content, str) else content
    with db.changing() as own:
        begun = begin(
            own, edition.id, BytesIO(content), "list.csv",
            limit=10_000_000, language="en", by=boss.id, now=NOW,
        )  # fmt: skip
    check_import(begun.id)
    session.expire_all()
    return session.get_one(PeopleImport, begun.id)


def take_in(session: Session, begun: PeopleImport) -> PeopleImport:
    with db.changing() as own:
        confirm(own, begun.edition_id, begun.id, by=begun.account_id)
    apply_import(begun.id)
    session.expire_all()
    return session.get_one(PeopleImport, begun.id)


def fates(session: Session, begun: PeopleImport) -> list[tuple[Fate, list[str]]]:
    rows = session.exec(
        select(PeopleImportRow)
        .where(PeopleImportRow.import_id == begun.id)
        .order_by(PeopleImportRow.number)  # type: ignore[arg-type]  # -- a column
    )
    return [(row.fate, [trouble["key"] for trouble in row.troubles]) for row in rows]


def everything(session: Session) -> list[object]:
    session.expire_all()
    return [
        sorted(str(row.model_dump()) for row in session.exec(select(model)))
        for model in (Account, Enrolment, Message)
    ]


def test_a_new_person_gets_an_account_without_password_an_enrolment_and_one_message(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    sena = make.institution(acronym="SENA")
    begun = upload(
        session, edition, boss,
        HEAD + "ANA@Example.org,Ana  Díaz,Colombia,SENA,Mujer,Español,\n",
    )  # fmt: skip
    assert fates(session, begun) == [(Fate.NEW_PERSON, [])]

    done = take_in(session, begun)

    ana = session.exec(select(Account).where(Account.email == "ana@example.org")).one()
    assert (ana.name, ana.country, ana.institution_id) == ("Ana Díaz", "CO", sena.id)
    assert (ana.gender, ana.language, ana.timezone) == (Gender.WOMAN, "es", "America/Bogota")
    assert (ana.password_hash, ana.platform_role, ana.coordinates_id) == (None, None, None)
    enrolment = session.exec(select(Enrolment)).one()
    assert (enrolment.account_id, enrolment.status) == (ana.id, APPLIED)
    message = session.exec(select(Message)).one()
    assert (message.account_id, message.language) == (ana.id, "es")
    assert "/sign-in" in message.body
    assert (done.status, done.done, done.figures["made_accounts"]) == (ImportStatus.DONE, 1, 1)
    assert session.exec(select(PeopleImportRow)).all() == []
    assert session.exec(select(StoredFile)).all() == []
    assert {e.action for e in session.exec(select(AuditEvent))} == {
        "import people", "import enrolment",
    }  # fmt: skip


def test_people_of_an_edition_that_has_ended_are_told_nothing(
    session: Session, make: Make, boss: Account
) -> None:
    day, today = timedelta(days=1), clock.today()
    old = make.edition(starts_on=today - 400 * day, ends_on=today - day)
    for name in ("bia", "cid"):
        there = make.account(email=f"{name}@example.org")
        make.counted(make.enrolment(there, old, status=APPLIED))
    rows = (
        "ana@example.org,Ana,Colombia,,,,active\n"
        "bia@example.org,,,,,,active\ncid@example.org,,,,,,rejected\n"
    )

    done = take_in(session, upload(session, old, boss, HEAD + rows))

    assert done.status is ImportStatus.DONE
    standing = session.exec(select(Enrolment.status).where(Enrolment.edition_id == old.id)).all()
    assert sorted(standing) == [ACTIVE, ACTIVE, EnrolmentStatus.REJECTED]
    assert session.exec(select(Message)).all() == []


def test_on_its_last_day_an_edition_still_tells(
    session: Session, make: Make, boss: Account
) -> None:
    last = make.edition(starts_on=clock.today(), ends_on=clock.today())

    take_in(session, upload(session, last, boss, HEAD + "ana@example.org,Ana,Colombia,,,,active\n"))

    assert session.exec(select(Message.kind)).all() == ["enrolled by a coordinator"]


@pytest.mark.parametrize(
    ("row", "fate", "troubles"),
    [
        ("a@example.org,Ana,CO,,,,", Fate.NEW_PERSON, []),
        ("a@example.org,Ana,,,,,", Fate.WRONG, ["no_country"]),
        ("a@example.org,,CO,,,,", Fate.WRONG, ["no_name"]),
        (",Ana,CO,,,,", Fate.WRONG, ["no_email"]),
        ("ana(at)example.org,Ana,CO,,,,", Fate.WRONG, ["bad_email"]),
        ("a@example.org,Ana,Atlantis,,,,", Fate.WRONG, ["unknown_country"]),
        ("a@example.org,Ana,CO,SENNA,,,", Fate.WRONG, ["unknown_institution"]),
        ("a@example.org,Ana,CO,IEFP,,,", Fate.WRONG, ["ambiguous_institution"]),
        ("a@example.org,Ana,Portugal,IEFP,,,", Fate.NEW_PERSON, []),
        ('a@example.org,Ana,CO,"IEFP, Cabo Verde",,,', Fate.NEW_PERSON, []),
        ('a@example.org,Ana,CO,"IEFP (Portugal)",,,', Fate.NEW_PERSON, []),
        ("a@example.org,Ana,CO,,niña,,", Fate.WRONG, ["unknown_gender"]),
        ("a@example.org,Ana,CO,,M,,", Fate.WRONG, ["unclear_gender"]),
        ("a@example.org,Ana,CO,,,Klingon,", Fate.WRONG, ["unknown_language"]),
        ("a@example.org,Ana,CO,,,,Maybe", Fate.WRONG, ["unknown_status"]),
        ("a@example.org,Ana,CO,,,,Completed", Fate.WRONG, ["status_not_importable"]),
        ("here@example.org,,,,,,", Fate.UNCHANGED, []),
        ("here@example.org,Other Name,CR,,F,,applied", Fate.UNCHANGED, []),
        ("here@example.org,,,,,,Taking part", Fate.CHANGED, []),
        ("here@example.org,,,,,,Completed", Fate.UNCHANGED, []),
        ("known@example.org,,,,,,", Fate.NEW_ENROLMENT, []),
    ],
)
def test_each_row_has_its_fate(
    session: Session,
    make: Make,
    edition: Edition,
    boss: Account,
    row: str,
    fate: Fate,
    troubles: list[str],
) -> None:
    make.institution(acronym="SENA")
    make.institution(acronym="IEFP", country="CV")
    make.institution(acronym="IEFP", country="PT")
    make.account(email="known@example.org")
    here = make.account(email="here@example.org")
    make.counted(make.enrolment(here, edition, status=APPLIED))

    begun = upload(session, edition, boss, HEAD + row)

    assert fates(session, begun) == [(fate, troubles)]


def test_doubled_rows_and_rows_beyond_the_places_are_named(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    make.crowd(edition, 2)
    rows = "".join(f"p{n}@example.org,P,CO,,,,active\n" for n in (1, 2, 1))

    begun = upload(session, edition, boss, HEAD + rows)

    assert fates(session, begun) == [
        (Fate.NEW_PERSON, []),
        (Fate.WRONG, ["over_capacity"]),
        (Fate.WRONG, ["duplicate"]),
    ]


def test_nothing_of_a_known_person_is_changed_and_the_difference_is_said(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    admin = make.administrator(email="adm@example.org", name="Adm", gender=Gender.MAN)
    before = admin.model_dump()

    begun = upload(
        session, edition, boss,
        HEAD.replace("status", "status,platform_role,password_hash,id")
        + "adm@example.org,Eve,CR,,woman,fr,active,administrator,x,1\n",
    )  # fmt: skip
    row = session.exec(select(PeopleImportRow)).one()
    fate, kept = row.fate, row.kept
    take_in(session, begun)

    assert (fate, kept) == (Fate.NEW_ENROLMENT, ["name", "country", "gender"])
    session.expire_all()
    assert session.get_one(Account, admin.id).model_dump() == before
    enrolment = session.exec(select(Enrolment)).one()
    assert (enrolment.gender, enrolment.country) == (Gender.MAN, "CO")
    assert enrolment.status is ACTIVE
    assert {a.platform_role for a in session.exec(select(Account))} == {
        PlatformRole.COORDINATOR, PlatformRole.ADMINISTRATOR,
    }  # fmt: skip


def test_the_same_list_twice_changes_nothing(
    session: Session, edition: Edition, boss: Account
) -> None:
    content = HEAD + "a@example.org,Ana,CO,,,,active\nb@example.org,Bea,CR,,,,waitlisted\n"
    take_in(session, upload(session, edition, boss, content))
    before = everything(session)

    again = upload(session, edition, boss, content)

    assert [fate for fate, _troubles in fates(session, again)] == [Fate.UNCHANGED] * 2
    with pytest.raises(RuleBroken, match="nothing to do"):
        take_in(session, again)
    assert everything(session) == before


def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_goes_on(
    session: Session, edition: Edition, boss: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_imports, "APPLIED_AT_ONCE", 2)
    rows = "".join(f"p{n}@example.org,P {n},CO,,,,\n" for n in range(5))
    begun = upload(session, edition, boss, HEAD + rows)
    with db.changing() as own:
        confirm(own, edition.id, begun.id, by=boss.id)
    with db.changing() as own:
        apply_some(own, begun.id, now=NOW)
    with suppress(KeyboardInterrupt), db.changing() as own:
        apply_some(own, begun.id, now=NOW)
        raise KeyboardInterrupt  # killed before it was kept

    session.expire_all()
    halfway = session.get_one(PeopleImport, begun.id).done
    sweep()
    confirm_again = take_in(session, begun)

    assert halfway == 2
    assert (confirm_again.status, confirm_again.done) == (ImportStatus.DONE, 5)
    assert len(session.exec(select(Enrolment)).all()) == 5
    assert len(session.exec(select(Message)).all()) == 5


def test_two_workers_at_once_do_each_row_once(
    session: Session, edition: Edition, boss: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_imports, "APPLIED_AT_ONCE", 3)
    rows = "".join(f"p{n}@example.org,P {n},CO,,,,\n" for n in range(12))
    begun = upload(session, edition, boss, HEAD + rows)
    with db.changing() as own:
        confirm(own, edition.id, begun.id, by=boss.id)

    def work(_: int) -> None:
        more = True
        while more:
            with db.changing() as own:
                more = apply_some(own, begun.id, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    session.expire_all()
    done = session.get_one(PeopleImport, begun.id)
    assert (done.status, done.done) == (ImportStatus.DONE, 12)
    assert len(session.exec(select(Enrolment)).all()) == 12
    assert len(session.exec(select(Message)).all()) == 12
    counted = session.exec(select(func.sum(EnrolmentCount.n))).one()
    assert counted == 12


def test_whoever_registered_or_applied_meanwhile_is_left_as_they_are(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    begun = upload(
        session, edition, boss, HEAD + "a@example.org,Ana,CO,,,,\nb@example.org,Bea,CO,,,,\n"
    )
    ana = make.account(email="a@example.org", name="The real Ana", country="UY")
    bea = make.account(email="b@example.org", name="The real Bea")
    make.counted(make.enrolment(bea, edition, status=ACTIVE))

    done = take_in(session, begun)

    assert {a.name for a in session.exec(select(Account)) if a.id != boss.id} == {
        "The real Ana", "The real Bea",
    }  # fmt: skip
    status_of = {e.account_id: e.status for e in session.exec(select(Enrolment))}
    assert status_of == {ana.id: APPLIED, bea.id: ACTIVE}
    assert done.figures["made_enrolments"] == 1


def test_places_that_were_taken_meanwhile_are_not_given(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    waiting = make.account(email="w@example.org")
    make.counted(make.enrolment(waiting, edition, status=APPLIED))
    rows = "a@example.org,A,CO,,,,active\nb@example.org,B,CO,,,,active\nw@example.org,,,,,,active\n"
    begun = upload(session, edition, boss, HEAD + rows)
    make.crowd(edition, 2)

    done = take_in(session, begun)

    taken = [e for e in session.exec(select(Enrolment)) if e.status is ACTIVE]
    assert len(taken) == 3
    assert done.figures["no_place"] == 2
    assert session.exec(select(Account).where(Account.email == "b@example.org")).all() == []


def test_a_list_moves_people_as_far_as_one_could_by_hand(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    who = {
        name: make.counted(
            make.enrolment(make.account(email=f"{name}@example.org"), edition, status=status)
        )
        for name, status in (("up", APPLIED), ("no", APPLIED), ("out", ACTIVE), ("back", ACTIVE))
    }
    rows = (
        "up@example.org,,,,,,active\nno@example.org,,,,,,rejected\n"
        "out@example.org,,,,,,withdrawn\nback@example.org,,,,,,applied\n"
    )

    done = take_in(session, upload(session, edition, boss, HEAD + rows))

    after = {name: session.get_one(Enrolment, one.id).status for name, one in who.items()}
    assert after == {
        "up": ACTIVE,
        "no": EnrolmentStatus.REJECTED,
        "out": EnrolmentStatus.WITHDRAWN,
        "back": ACTIVE,
    }
    assert done.figures["made_changes"] == 3


def test_whoever_lost_the_right_goes_no_further(
    session: Session, edition: Edition, boss: Account
) -> None:
    begun = upload(session, edition, boss, HEAD + "a@example.org,Ana,CO,,,,\n")
    boss.platform_role = None
    session.add(boss)
    session.flush()

    done = take_in(session, begun)

    assert done.status is ImportStatus.REFUSED
    assert "may no longer import" in done.trouble
    assert session.exec(select(Enrolment)).all() == []


def test_a_list_that_nobody_confirms_is_gone_after_a_day(
    session: Session, edition: Edition, boss: Account
) -> None:
    old = upload(session, edition, boss, HEAD + "a@example.org,Ana,CO,,,,\n")
    thrown = upload(session, edition, boss, HEAD + "a@example.org,Ana,CO,,,,\n")

    with db.changing() as own:
        throw_away(own, edition.id, thrown.id)
        young = forget_old(own, now=NOW + people_imports.KEPT_FOR)
    with db.changing() as own:
        gone = forget_old(own, now=NOW + people_imports.KEPT_FOR + timedelta(seconds=1))

    session.expire_all()
    assert (young, gone) == (0, 1)
    assert session.get_one(PeopleImport, old.id).status is ImportStatus.FORGOTTEN
    assert session.exec(select(PeopleImportRow)).all() == []
    assert session.exec(select(StoredFile)).all() == []


MESSY = (
    "Lista de postulantes;;;;\r\n"
    ";;;;\r\n"
    "Correo electrónico;Nombre(s);APELLIDOS;País;Sexo\r\n"
    ' Íñigo@Example.org ;"Íñigo; el mayor";Núñez  Ávila;república dominicana;H\r\n'
    ";;;;\r\n"
    "maria@example.org;María;da Conceição;BRASIL;M\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_lists_are_read_as_programs_really_write_them(
    session: Session, edition: Edition, boss: Account, encoding: str, delimiter: str
) -> None:
    text = MESSY.replace('"Íñigo; el mayor"', '"Íñigo el mayor"').replace("Nombre(s)", "Nombre")
    text = text.replace(";", delimiter).replace("Íñigo@", "inigo@")

    begun = upload(session, edition, boss, text.encode(encoding))

    rows = session.exec(select(PeopleImportRow)).all()
    assert sorted((r.email, r.name, r.country, r.gender) for r in rows) == [
        ("inigo@example.org", "Íñigo el mayor Núñez Ávila", "DO", Gender.MAN),
        ("maria@example.org", "María da Conceição", "BR", Gender.WOMAN),
    ]
    assert sorted(r.number for r in rows) == [4, 6]
    assert begun.status is ImportStatus.READY


def workbook(*rows: list[Any]) -> bytes:
    book, file = Workbook(), BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_like_a_list(session: Session, edition: Edition, boss: Account) -> None:
    content = workbook(
        ["Courriel", "Nom", "Pays", "Genre", "Statut"],
        ["luc@example.org", "Luc Ébène", "Haïti", "Homme", "Sur la liste d’attente"],
        [None, None, None, None, None],
        ["zoe@example.org", 42, "Mexique", "F", None],
    )

    upload(session, edition, boss, content)

    rows = session.exec(select(PeopleImportRow)).all()
    assert sorted((r.number, r.name, r.country, r.gender.value, r.status.value) for r in rows) == [
        (2, "Luc Ébène", "HT", "man", "waitlisted"),
        (4, "42", "MX", "woman", "applied"),
    ]


def test_what_a_stranger_said_of_an_address_is_not_taken_in(
    session: Session, make: Make, edition: Edition, boss: Account
) -> None:
    """Whoever registers with another's address would say where that person comes from."""
    evil = make.institution(acronym="EVIL", country="CO")
    stranger = {"email_confirmed_at": None, "password_hash": "theirs"}
    make.account(email="ana@example.org", name="Eve", institution_id=evil.id, **stranger)
    waiting = make.account(email="luz@example.org", name="Eve", country="CO", **stranger)
    kept = make.enrolment(waiting, make.edition(), status=EnrolmentStatus.APPLIED)

    begun = upload(
        session, edition, boss, "email,name,country,status\nana@example.org,Ana,UY,active\n"
        "luz@example.org,Luz,UY,active\n"
    )  # fmt: skip
    assert [fate for fate, _troubles in fates(session, begun)] == [
        Fate.NEW_PERSON, Fate.NEW_ENROLMENT
    ]  # fmt: skip
    take_in(session, begun)

    ana = session.exec(select(Account).where(Account.email == "ana@example.org")).one()
    assert (ana.name, ana.country, ana.institution_id) == ("Ana", "UY", None)
    assert ana.password_hash is None
    place = session.exec(select(Enrolment).where(Enrolment.account_id == ana.id)).one()
    assert (place.country, place.institution_id) == ("UY", None)
    assert session.get(Enrolment, kept.id), "what others have done with an account stays"


def bomb(part: bytes) -> bytes:
    file = BytesIO()
    plain = BytesIO(workbook(["email"], ["a@example.org"]))
    with ZipFile(plain) as good, ZipFile(file, "w", ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, part if "sheet1" in name else good.read(name))
    return file.getvalue()


def in_two_bytes(letters: str) -> bytes:
    """A sheet whose one cell stands for more than the whole workbook may weigh."""
    many = "&a;" * 30
    sheet = (
        f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "{"a" * 4000}">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{many}</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    return f"\ufeff{sheet}".encode(letters)


def torn(content: bytes) -> bytes:
    """The workbook with some bytes of its first part spoilt."""
    at = 30 + int.from_bytes(content[26:28], "little") + int.from_bytes(content[28:30], "little")
    return content[:at] + b"\xff" * 20 + content[at + 20 :]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02" * 50, "no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "no table"),
        (b"PK\x03\x04 broken", "no table"),
        (b"name,country\nAna,CO\n", "No column is called E-mail"),
        (b"", "No column is called E-mail"),
        (bomb(b"<a>" + b" " * 25_000_000), "unpacks to more"),
        (bomb(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"), "no table"),
        (bomb(in_two_bytes("utf-16-le")), "no table"),
        (bomb(in_two_bytes("utf-16-be")), "no table"),
        (torn(workbook(["email"], ["a@example.org"])), "no table"),
    ],
)
def test_what_is_no_list_is_refused_in_words(
    session: Session, edition: Edition, boss: Account, content: bytes, said: str
) -> None:
    begun = upload(session, edition, boss, content)

    assert begun.status is ImportStatus.REFUSED
    assert said in begun.trouble
    assert session.exec(select(StoredFile)).all() == []


def test_more_rows_than_are_possible_are_refused(
    session: Session, edition: Edition, boss: Account
) -> None:
    rows = "".join(f"p{n}@example.org\n" for n in range(10_002))

    begun = upload(session, edition, boss, "email\n" + rows)

    assert begun.status is ImportStatus.REFUSED
    assert "more than 10000 rows" in begun.trouble
