"""Reading certificates: codes as people type them, a person's own, and the list of the staff."""

import secrets

import pytest
from sqlmodel import Session

from app.core.ids import CODE_LETTERS, certificate_code
from app.jobs.certificates import draw_certificate
from app.models import CertificateStatus
from app.queries.certificates import (
    OwnCertificate,
    Wanted,
    certificate,
    certificates_of,
    code_as_printed,
    how_many,
    listing,
)
from app.services.certificates import revoke
from tests.make import NOW, Make

CODE = "T7K0-9WQX-31MR"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "t7k0-9wqx-31mr",
        " T7K0 9WQX 31MR ",
        "T7K09WQX31MR",
        "t7kO9wqx3Imr",
        "T7K0–9WQX–31MR",  # the dashes of a word processor
        "T7K0.9WQX.31MR",
        "\uff34７Ｋ０-９ＷＱＸ-３１ＭＲ",  # noqa: RUF001 -- as a Japanese keyboard writes it
    ],
)
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_as_printed(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "T7K0",
        CODE + "A",
        "\u04227\u041a0-9WQX-31MR",
        "T7K0-9WQX-31M\x00",
        "١٢٣٤٥٦٧٨٩٠١٢",
        "É" * 12,
    ],
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert code_as_printed(typed) is None


def test_every_code_we_give_is_understood() -> None:
    for _ in range(200):
        code = certificate_code()
        assert code_as_printed(code) == code
        assert code_as_printed(code.lower().replace("-", "").replace("0", "o")) == code


def test_guessing_finds_nothing(session: Session, make: Make) -> None:
    """Codes near a real one lead nowhere: nothing in a code tells of another."""
    real = make.certificate().code
    near = {real[:-1] + letter for letter in CODE_LETTERS} - {real}
    random = {
        "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))
        for _ in range(500)
    }

    assert [code for code in near | (random - {real}) if certificate(session, code)] == []


def test_a_person_finds_their_own_certificates_newest_first(session: Session, make: Make) -> None:
    person = make.account()
    old = make.certificate(
        make.completed_by(person, make.edition(make.course(title={"en": "Old"}, hours=5)))
    )
    new = make.certificate(
        make.completed_by(person, make.edition(make.course(title={"en": "New"}, hours=7)))
    )
    make.certificate()  # somebody else's
    draw_certificate(old.id)
    revoke(session, new.id, "A mistake", by=make.coordinator().id, now=NOW)

    found = certificates_of(session, person.id)

    size = found[1].size
    assert found == [
        OwnCertificate(
            code=new.code,
            status=CertificateStatus.REVOKED,
            edition_id=found[0].edition_id,
            course="New",
            course_language="en",
            hours=7,
            issued_at=NOW,
            issued_on=NOW.date(),
            size=None,
        ),
        OwnCertificate(
            code=old.code,
            status=CertificateStatus.ISSUED,
            edition_id=found[1].edition_id,
            course="Old",
            course_language="en",
            hours=5,
            issued_at=NOW,
            issued_on=NOW.date(),
            size=size,
        ),
    ]
    assert size is not None
    assert size > 1000


@pytest.mark.parametrize("words", ["Álvaro", "alvaro", "NUNEZ", "nu", "núñez álv"])
def test_a_name_is_found_by_a_part_of_it(session: Session, make: Make, words: str) -> None:
    found = make.certificate(make.completed(name="Álvaro Núñez"))
    make.certificate(make.completed(name="Berta Gil"))

    assert [row.code for row in listing(session, Wanted(name=words), page=1)] == [found.code]


@pytest.mark.parametrize("words", ["%", "_", "a%a", "\\"])
def test_signs_of_the_database_are_letters_like_others(
    session: Session, make: Make, words: str
) -> None:
    make.certificate(make.completed(name="Ana"))

    assert how_many(session, Wanted(name=words)) == 0


def test_a_code_finds_its_certificate(session: Session, make: Make) -> None:
    found = make.certificate()
    make.certificate()

    rows = listing(session, Wanted(name=found.code.lower()), page=1)

    assert [row.code for row in rows] == [found.code]
