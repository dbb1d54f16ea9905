"""The `taller` command, as somebody types it."""

import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, func, select, update

from app.cli import main
from app.core import db
from app.core.passwords import hash_password, password_matches
from app.core.settings import settings
from app.demo.presence import PASSWORD, SIGN_INS
from app.models import (
    Account,
    AuditEvent,
    Certificate,
    CertificateStatus,
    Course,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    PlatformRole,
    SignIn,
)
from tests.make import Make, a_sign_in

COMMANDS = [
    *("serve", "worker", "migrate", "demo", "create-admin"),
    *(
        "set-password",
        "delete-account",
        "issue-certificates",
        "backup",
        "restore",
        "export",
        "doctor",
    ),
]
A_MINUTE = 60


@dataclass
class Said:
    status: int
    out: str
    err: str


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        said = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def taller(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def use(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"TALLER_{name}", value)
    settings.cache_clear()
    if "DATABASE_URL" in given:
        db.connect_anew()


def how_many(model: type[Account | Enrolment | Course]) -> int:
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(taller: Terminal, command: str) -> None:
    said = taller(command, "--help")

    assert (said.status, said.err) == (0, "")
    assert f"taller {command}" in said.out


def test_the_help_lists_every_command(taller: Terminal) -> None:
    said = taller("--help")

    assert [command for command in COMMANDS if f" {command} " not in said.out] == []


def test_a_new_installation_is_made_shown_and_sound(
    taller: Terminal, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    use(
        monkeypatch,
        DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'taller.db'}",
        DATA_DIR=str(tmp_path / "new"),
    )

    too_early = taller("demo")
    migrated = taller("migrate")
    loaded = taller("demo")
    again = taller("demo")
    examined = taller("doctor", "--deep")

    assert (too_early.status, too_early.out) == (1, "")
    assert "run taller migrate" in too_early.err
    assert migrated == Said(0, "The database has the newest shape.\n", "")
    assert loaded.status == 0
    assert "the number of institutions was not reported" in loaded.out
    assert [email for email in (*SIGN_INS, PASSWORD) if email not in loaded.out] == []
    assert (again.status, "nothing was changed" in again.out) == (0, True)
    assert (examined.status, "✗" in examined.out) == (0, False)


def test_the_demonstration_is_refused_where_people_work(taller: Terminal, make: Make) -> None:
    make.account()

    said = taller("demo")

    assert (said.status, said.out) == (1, "")
    assert said.err == "This database holds accounts that are no demonstration.\n"


def test_a_synthetic_programme_is_added_besides(taller: Terminal, loaded: str) -> None:
    del loaded
    before = how_many(Enrolment)

    said = taller("demo", "--scale", "10000")

    assert said.status == 0
    assert "10000 enrolments" in said.out
    assert how_many(Enrolment) == before + 10_000
    assert taller("doctor").status == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["restore", "/nowhere/at-all.tar.gz"], "There is no file /nowhere/at-all.tar.gz."),
        (["backup", "/nowhere/at-all.tar.gz"], "does not exist."),
        (["issue-certificates", "no-course/no-edition"], "There is no such edition."),
        (["issue-certificates", "nonsense"], "There is no edition nonsense"),
        (["issue-certificates", str(uuid4())], "There is no edition"),
        (["demo", "--scale", "5"], "has 10000 to 20000000 enrolments."),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(
    taller: Terminal, loaded: str, words: list[str], sentence: str
) -> None:
    del loaded

    said = taller(*words)

    assert said.status == 1
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1


def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    taller: Terminal, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    use(monkeypatch, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    said = taller("doctor")

    assert said.status == 1
    assert said.err.startswith("The database does not answer: ")
    assert "Traceback" not in said.err


def test_a_senseless_setting_is_said_in_a_sentence(
    taller: Terminal, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    monkeypatch.setenv("TALLER_WORKERS", "many")
    settings.cache_clear()

    said = taller("migrate")

    assert said.status == 1
    assert said.err.startswith("TALLER_WORKERS is not right: ")


def test_an_administrator_is_made_with_a_password_from_a_pipe(
    taller: Terminal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("torno y compás 7\n"))

    said = taller("create-admin", "ana@example.org", "Ana Pérez", "--country", "bo")

    assert said == Said(0, "ana@example.org administers Taller now.\n", "")
    (account,) = session.exec(select(Account)).all()
    assert (account.name, account.country) == ("Ana Pérez", "BO")
    assert account.platform_role is PlatformRole.ADMINISTRATOR


def test_an_administrator_with_a_weak_password_is_not_made(
    taller: Terminal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1234567890\n"))

    assert taller("create-admin", "ana@example.org", "Ana Pérez").status == 1
    assert session.exec(select(Account)).all() == []


def test_a_forgotten_password_is_replaced_and_its_sign_ins_end(
    taller: Terminal, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make.account(email="ana@example.org", password_hash=hash_password("lost and gone"))
    stranger = make.account()
    for person, secret in ((account, "a"), (stranger, "b")):
        make.saved(a_sign_in(person, secret))
    monkeypatch.setattr("sys.stdin", io.StringIO("torno y compás 7\n"))

    said = taller("set-password", " Ana@Example.org")

    assert (said.status, said.err) == (0, "")
    session.expire_all()
    assert password_matches("torno y compás 7", account.password_hash)
    assert not password_matches("lost and gone", account.password_hash)
    left = session.exec(select(SignIn)).all()
    assert [sign_in.account_id for sign_in in left] == [stranger.id]
    (event,) = session.exec(select(AuditEvent)).all()
    assert (event.action, event.subject_id) == ("set password", account.id)


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [
        ("nobody@example.org", "torno y compás 7", "Nobody has an account"),
        ("ana@example.org", "short", "at least"),
        ("ana@example.org", "1234567890", "Many people use this password"),
    ],
)
def test_a_password_is_not_set_for_nobody_nor_to_a_weak_one(
    taller: Terminal,
    make: Make,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
    why: str,
) -> None:
    account = make.account(email="ana@example.org", password_hash="as it was")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    said = taller("set-password", email)

    assert (said.status, why in said.err) == (1, True)
    session.expire_all()
    assert account.password_hash == "as it was"


def test_an_account_is_deleted_at_once_for_who_asked_for_it(
    taller: Terminal, make: Make, session: Session
) -> None:
    ana = make.account(email="ana@example.org")

    said = taller("delete-account", " Ana@example.org", "--yes")

    assert (said.status, said.err) == (0, "")
    session.refresh(ana)
    assert ana.deleted_at is not None
    (event,) = session.exec(select(AuditEvent)).all()
    assert (event.actor_id, event.action, event.subject_id) == (None, "delete account", ana.id)
    again = taller("delete-account", "ana@example.org", "--yes")
    assert (again.status, "Nobody has an account" in again.err) == (1, True)


@pytest.mark.parametrize("by_id", [False, True])
def test_the_certificates_of_an_edition_are_asked_for(
    taller: Terminal, loaded: str, by_id: bool
) -> None:
    del loaded
    with db.reading() as session:
        edition, slug = session.exec(
            select(Edition.id, Course.slug)
            .join(Course, col(Course.id) == col(Edition.course_id))
            .where(Edition.slug == "2022", Course.slug == "big-data-and-skills-gap")
        ).one()
        completed = session.exec(
            select(func.count())
            .select_from(Enrolment)
            .where(Enrolment.edition_id == edition, Enrolment.status == EnrolmentStatus.COMPLETED)
        ).one()
    name = str(edition) if by_id else f"{slug}/2022"

    first, second = taller("issue-certificates", name), taller("issue-certificates", name)

    assert f"{completed} people completed the edition; 0 had a certificate" in first.out
    assert f"{completed} had a certificate, 0 are drawn now" in second.out


def test_a_backup_is_made_and_restored(taller: Terminal, loaded: str, tmp_path: Path) -> None:
    del loaded
    people = how_many(Account)
    archive = str(tmp_path / "backup.tar.gz")

    made = taller("backup", archive)
    refused = taller("restore", archive)
    with db.changing() as session:
        session.execute(text("DELETE FROM enrolment_count"))
    restored = taller("restore", archive, "--replace")

    assert (made.status, made.err) == (0, "")
    assert (refused.status, "--replace" in refused.err) == (1, True)
    assert restored.status == 0
    assert how_many(Account) == people
    assert taller("doctor", "--deep").status == 0


def rows_of(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"))))


def test_people_and_enrolments_are_written_as_csv(
    taller: Terminal, loaded: str, tmp_path: Path
) -> None:
    del loaded

    said = taller("export", str(tmp_path / "out"))

    assert said.status == 0
    people = rows_of((tmp_path / "out" / "people.csv").read_text(encoding="utf-8"))
    places = rows_of((tmp_path / "out" / "enrolments.csv").read_text(encoding="utf-8"))
    reported = [place for place in places if place["reporting_year"] == "2022"]
    assert len(people) == how_many(Account)
    assert len(places) == how_many(Enrolment)
    assert len(reported) == 395
    assert len([place for place in reported if place["gender"] == "woman"]) == 196
    assert len({(p["institution"], p["country"]) for p in reported}) == 63
    assert {person["account"] for person in people} >= {place["account"] for place in places}


def test_an_enrolment_is_written_as_it_was_on_admission(
    taller: Terminal, make: Make, session: Session
) -> None:
    account = make.account(country="CO", institution_id=make.institution(acronym="SENA").id)
    make.enrolment(account, make.edition())
    account.country, account.institution_id = "PE", None
    session.add(account)
    session.flush()

    (place,) = rows_of(taller("export", "--only", "enrolments").out)
    (person,) = rows_of(taller("export", "--only", "people").out)

    assert (place["country"], place["institution"]) == ("CO", "SENA")
    assert (person["country"], person["institution"]) == ("PE", "")


def test_a_name_that_is_a_formula_is_written_as_a_text(taller: Terminal, make: Make) -> None:
    make.account(name="=HYPERLINK(1)")

    (person,) = rows_of(taller("export", "--only", "people").out)

    assert person["name"] == "'=HYPERLINK(1)"


def test_more_people_than_fit_into_a_piece_are_written_once(
    taller: Terminal, database: str
) -> None:
    del database
    taller("demo", "--scale", "10000")

    written = rows_of(taller("export", "--only", "enrolments").out)

    assert len(written) == len({place["enrolment"] for place in written}) == how_many(Enrolment)


@pytest.mark.parametrize("words", [["export"], ["export", "--only", "everything"]])
def test_an_export_of_nothing_in_particular_is_refused(
    taller: Terminal, database: str, words: list[str]
) -> None:
    del database

    assert taller(*words).status == 2


def test_the_doctor_finds_what_is_wrong_and_mends_the_counts(taller: Terminal, loaded: str) -> None:
    del loaded
    with db.changing() as session:
        session.exec(update(EnrolmentCount).values(n=EnrolmentCount.n + 1))

    found, mended = taller("doctor"), taller("doctor", "--rebuild")

    assert (found.status, mended.status) == (1, 0)
    assert "✗" in found.out
    assert "✗" not in mended.out


def test_the_doctor_asks_for_a_migration_first(
    taller: Terminal, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    use(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")

    said = taller("doctor")

    assert said.status == 1
    assert "run taller migrate" in said.out


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_does_not_start_with_accounts_everybody_knows(
    taller: Terminal, make: Make, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    make.account(is_demo=True)
    use(monkeypatch, ENV="production", SECRET_KEY="k" * 48)

    said = taller(command)

    assert said.status == 1
    assert "holds demonstration accounts" in said.err


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_does_not_start_with_a_key_it_made_itself(
    taller: Terminal, database: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    del database
    use(monkeypatch, ENV="production", SECRET_KEY="")

    said = taller(command)

    assert said.status == 1
    assert "set TALLER_SECRET_KEY" in said.err


def test_a_port_in_use_is_said_in_a_sentence(taller: Terminal, database: str) -> None:
    del database
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = taller("serve", "--port", str(taken.getsockname()[1]))

    assert said.status == 1
    assert "choose another --port" in said.err


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def workers_of(parent: int) -> list[int]:
    """The processes that were begun to end with ``parent``."""
    mark = f"\0--parent\0{parent}\0".encode()
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if mark in file.read_bytes():
                found.append(int(file.parent.name))
    return found


def wait_until(condition: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + A_MINUTE
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


class Server:
    """`taller serve --with-worker` as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = a_free_port()
        self.log = folder / "server.log"
        words = ("serve", "--with-worker", "--demo-if-empty", "--port", str(self.port))
        with self.log.open("wb") as opened:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *words],
                cwd=Path(__file__).parents[1],
                stdout=opened,
                stderr=subprocess.STDOUT,
            )
        self.wait_until(self.is_ready)

    def is_ready(self) -> bool:
        with suppress(OSError, HTTPException):
            address = f"http://127.0.0.1:{self.port}/readyz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert "server" not in answer.headers
                return bool(answer.status == 200)
        return False

    def workers(self) -> list[int]:
        return workers_of(self.process.pid)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, self.log)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(A_MINUTE)
        self.wait_until(lambda: self.workers() == [])


@pytest.fixture
def server(loaded: str, tmp_path: Path) -> Iterator[Server]:
    del loaded
    server = Server(tmp_path)
    yield server
    server.stop()


def certificates(status: CertificateStatus) -> int:
    with db.reading() as session:
        return session.exec(
            select(func.count()).select_from(Certificate).where(Certificate.status == status)
        ).one()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes where Linux shows them")
def test_the_server_runs_with_its_worker_and_ends_with_it(server: Server) -> None:
    said = server.log.read_text()
    assert f"Taller runs at http://localhost:{server.port}\n" in said
    assert [email for email in (*SIGN_INS, PASSWORD) if email not in said] == []

    server.wait_until(lambda: certificates(CertificateStatus.ISSUED) == 17)
    (first,) = server.workers()
    os.kill(first, signal.SIGKILL)
    server.wait_until(lambda: server.workers() not in ([], [first]))

    server.process.terminate()
    assert server.process.wait(A_MINUTE) == 0
    assert server.workers() == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes where Linux shows them")
def test_a_worker_does_not_outlive_a_server_that_was_killed(database: str, tmp_path: Path) -> None:
    del database
    log = tmp_path / "worker.log"
    script = f"{sys.executable} -m app.cli worker --parent $$ & wait"
    with log.open("wb") as opened:
        instead_of_a_server = subprocess.Popen(
            ["sh", "-c", script],
            cwd=Path(__file__).parents[1],
            stdout=opened,
            stderr=subprocess.STDOUT,
        )
    parent = instead_of_a_server.pid
    wait_until(lambda: len(workers_of(parent)) == 1, log)

    instead_of_a_server.kill()
    instead_of_a_server.wait(A_MINUTE)

    wait_until(lambda: workers_of(parent) == [], log)
