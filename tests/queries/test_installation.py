"""The doctor finds what is wrong, and nothing where all is well."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import Session, select, update

from app.core import files
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.models import (
    Certificate,
    CertificateStatus,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Invitation,
    InvitationState,
    Message,
    MessageStatus,
    StoredFile,
)
from app.queries.installation import findings, production_troubles, refuse_unsafe_production
from app.services.enrolment_counts import rebuild
from tests.make import Make

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)


def troubles(session: Session, *, deep: bool = False) -> list[str]:
    return [found.sentence for found in findings(session, now=NOW, deep=deep) if not found.fine]


@pytest.fixture
def kept(session: Session) -> StoredFile:
    there = files.keep(BytesIO(b"kept"), folder="tests", limit=10)
    file = StoredFile(
        key=there.key,
        name="a.txt",
        content_type="text/plain",
        size=there.size,
        sha256=there.sha256,
    )
    session.add(file)
    session.flush()
    return file


def test_all_is_well_where_nothing_is_wrong(session: Session, kept: StoredFile) -> None:
    assert kept.size == 4
    assert troubles(session, deep=True) == []


def test_wrong_counts_are_found_and_made_right(make: Make, session: Session) -> None:
    edition = make.edition()
    for status in EnrolmentStatus:
        make.enrolment(make.account(), edition, status=status)
    without_counts = troubles(session)

    rebuild(session)
    session.exec(update(EnrolmentCount).values(n=EnrolmentCount.n + 1))
    wrong = troubles(session)
    rebuild(session)

    lines = f"{len(EnrolmentStatus)} lines of the counts are wrong: run taller doctor --rebuild."
    assert without_counts == [
        lines,
        "A waiting list is not in order: run taller doctor --rebuild.",
    ]
    assert wrong == [lines]
    assert troubles(session) == []
    assert sum(session.exec(select(EnrolmentCount.n)).all()) == len(EnrolmentStatus)


def test_a_count_of_nobody_is_no_mistake(make: Make, session: Session) -> None:
    place = make.enrolment(make.account(), make.edition())
    rebuild(session)
    session.delete(place)
    session.flush()
    session.exec(update(EnrolmentCount).values(n=0))

    assert session.exec(select(Enrolment.id)).all() == []
    assert troubles(session) == []


def test_a_lost_file_is_found(session: Session, kept: StoredFile) -> None:
    files.remove(kept.key)

    assert troubles(session) == ["Of 1 files 1 are missing and 0 have changed."]


def test_a_file_of_another_length_is_found(session: Session, kept: StoredFile) -> None:
    (settings().data_dir / "files" / kept.key).write_bytes(b"longer than before")

    assert troubles(session) == ["Of 1 files 0 are missing and 1 have changed."]


def test_a_changed_file_of_the_same_length_is_found_by_looking_deep(
    session: Session, kept: StoredFile
) -> None:
    (settings().data_dir / "files" / kept.key).write_bytes(b"KEPT")

    assert troubles(session) == []
    assert troubles(session, deep=True) == ["Of 1 files 0 are missing and 1 have changed."]


def test_stuck_work_is_found(make: Make, session: Session) -> None:
    account = make.account()
    place = make.enrolment(account, make.edition(), status=EnrolmentStatus.COMPLETED)
    rebuild(session)
    session.add(
        Certificate(enrolment_id=place.id, code="T", issued_at=LONG_AGO, created_at=LONG_AGO)
    )
    for status, at in (
        (MessageStatus.QUEUED, LONG_AGO),
        (MessageStatus.QUEUED, NOW),
        (MessageStatus.FAILED, LONG_AGO),
    ):
        message = Message(
            account_id=account.id,
            kind="welcome",
            language="en",
            subject="Hello",
            body="Hello",
            status=status,
            created_at=at,
        )
        session.add(message)
    session.flush()

    assert troubles(session) == [
        "1 certificates wait for the worker, 0 were given up.",
        "1 messages wait for the worker, 1 were given up.",
    ]

    session.exec(update(Certificate).values(status=CertificateStatus.ISSUED))
    session.exec(update(Message).values(status=MessageStatus.SENT))

    assert troubles(session) == []


def test_invitations_that_wait_or_were_given_up_are_found(make: Make, session: Session) -> None:
    edition = make.edition()
    for n, (state, at) in enumerate(
        (
            (InvitationState.QUEUED, LONG_AGO),
            (InvitationState.QUEUED, NOW),
            (InvitationState.FAILED, LONG_AGO),
            (InvitationState.SENT, LONG_AGO),
        )
    ):
        given: dict[str, Any] = {"edition_id": edition.id, "invited_by_id": make.coordinator().id}
        session.add(Invitation(email=f"{n}@example.org", state=state, changed_at=at, **given))
    session.flush()

    assert troubles(session) == ["1 invitations wait for the worker, 1 were given up."]


def test_development_may_hold_what_production_may_not(make: Make, session: Session) -> None:
    make.account(is_demo=True)

    assert production_troubles(session) == []
    refuse_unsafe_production(session)


@pytest.mark.parametrize(
    ("key", "is_demo", "sentence"),
    [
        ("", False, "Production needs a key of its own"),
        ("short", False, "has fewer than 32 letters"),
        ("k" * 48, True, "holds demonstration accounts"),
    ],
)
def test_production_refuses_what_everybody_knows(
    make: Make,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    is_demo: bool,
    sentence: str,
) -> None:
    make.account(is_demo=is_demo)
    monkeypatch.setenv("TALLER_ENV", "production")
    monkeypatch.setenv("TALLER_SECRET_KEY", key)
    settings.cache_clear()

    with pytest.raises(RuleBroken, match=sentence):
        refuse_unsafe_production(session)


def test_production_with_a_key_and_real_people_is_fine(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.account()
    for name, value in {
        "ENV": "production",
        "SECRET_KEY": "k" * 48,
        "BASE_URL": "https://taller.example",
        "SMTP_URL": "smtp://localhost",
    }.items():
        monkeypatch.setenv(f"TALLER_{name}", value)
    settings.cache_clear()

    refuse_unsafe_production(session)

    assert troubles(session) == []
