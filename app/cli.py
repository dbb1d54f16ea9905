"""The `taller` command: starting server and worker, and keeping an installation in order."""

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

app = typer.Typer(
    name="taller",
    help="Taller: online courses for programmes that teach across institutions and countries.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: list[str] | None = None) -> None:
    """Run a command. What can be expected to go wrong is said in one sentence."""
    try:
        app(arguments, prog_name="taller")
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        sys.exit(1)


def _sentence(error: Exception) -> str | None:
    """What went wrong, for a person; None if nobody expected it."""
    from pydantic import ValidationError
    from sqlalchemy.exc import OperationalError

    from app.core.errors import TallerError
    from app.demo.matching import ImpossiblePlan
    from app.demo.sources import BrokenSource

    if isinstance(error, TallerError | BrokenSource | ImpossiblePlan | OSError):
        return str(error)
    if isinstance(error, OperationalError):
        return f"The database does not answer: {str(error.orig).strip().splitlines()[0]}"
    if isinstance(error, ValidationError) and error.title == "Settings":
        wrong = error.errors()[0]
        return f"TALLER_{str(wrong['loc'][0]).upper()} is not right: {wrong['msg']}."
    return None


@app.command()
def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Where to listen; 0.0.0.0 is everywhere.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; TALLER_WORKERS by default.")
    ] = None,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring the database to the newest shape first.")
    ] = False,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Also run the worker, and end it with the server.")
    ] = False,
    demo_if_empty: Annotated[
        bool, typer.Option("--demo-if-empty", help="Load the demonstration into an empty database.")
    ] = False,
) -> None:
    """Start the server."""
    from app.core import db
    from app.core.listening import be_found_at, refuse_taken
    from app.core.settings import settings
    from app.demo.presence import holds_people
    from app.web.serving import run

    refuse_taken(host, port)
    be_found_at(port)
    if migrate:
        _bring_to_newest_shape()
    _refuse_old_shape()
    _refuse_unsafe()
    with db.reading() as session:
        is_empty = not holds_people(session)
    if demo_if_empty and is_empty:
        _load_demonstration()
    _greet(host, port)
    db.connect_anew()  # server processes open connections of their own
    run(host, port, processes=workers or settings().workers, with_worker=with_worker)


@app.command()
def worker(
    *,
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
) -> None:
    """Do what waits: draw certificates, send messages."""
    from app.jobs.worker import work

    _refuse_old_shape()
    _refuse_unsafe()
    work(parent=parent)


@app.command("migrate")
def bring_to_newest_shape() -> None:
    """Bring the database to the newest shape, or make it."""
    _bring_to_newest_shape()
    typer.echo("The database has the newest shape.")


@app.command()
def demo(
    *,
    scale: Annotated[
        int,
        typer.Option(help="Besides, a synthetic programme of so many enrolments, to measure with."),
    ] = 0,
) -> None:
    """Load the demonstration programme into an empty database."""
    _refuse_old_shape()
    choices = _load_demonstration()
    if choices is None:
        typer.echo("The demonstration is there already; nothing was changed.")
    else:
        typer.echo("What the report leaves open, and what was chosen:")
        for choice in choices:
            typer.echo(f"- {choice}")
        _say_sign_ins()
    if scale:
        _grow(scale)


def _load_demonstration() -> tuple[str, ...] | None:
    """What had to be chosen; None if the demonstration was there before."""
    from app.core import clock
    from app.core.bar import bar
    from app.demo.load import load

    with bar() as progress:
        loaded = load(today=clock.today(), now=clock.now(), progress=progress)
    if not loaded.rows:
        return None
    typer.echo(f"The demonstration was loaded: {loaded.rows} rows.")
    return loaded.choices


def _grow(scale: int) -> None:
    from app.core import clock
    from app.core.bar import bar
    from app.demo.scale import grow

    with bar() as progress:
        grown = grow(scale, today=clock.today(), progress=progress)
    if grown.enrolments:
        typer.echo(
            f"A synthetic programme was added: {grown.enrolments} enrolments of {grown.accounts} "
            f"people in {grown.editions} editions."
        )
    else:
        typer.echo("A synthetic programme is there already; nothing was changed.")


@app.command("create-admin")
def create_admin(
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    country: Annotated[str, typer.Option(help="Where they are: two letters of ISO 3166.")] = "UY",
    language: Annotated[str, typer.Option(help="es, pt, en or fr.")] = "es",
) -> None:
    """Make an account that administers Taller. The password is asked for, or read from a pipe."""
    from app.core import clock
    from app.core.db import changing
    from app.services.administrators import create_administrator

    _refuse_old_shape()
    password = _password()
    with changing() as session:
        account = create_administrator(
            session,
            name=name,
            email=email,
            country=country,
            language=language,
            password=password,
            now=clock.now(),
        )
    typer.echo(f"{account.email} administers Taller now.")


@app.command("set-password")
def set_password(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
) -> None:
    """Give a person who forgot theirs a new password. It is asked for, or read from a pipe."""
    from app.core import clock
    from app.core.db import changing
    from app.services import administrators

    _refuse_old_shape()
    password = _password()
    with changing() as session:
        administrators.set_password(session, email=email, password=password, now=clock.now())
    typer.echo(f"{email} has a new password, and is signed out everywhere.")


@app.command("forget-second-step")
def forget_second_step(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
) -> None:
    """Let somebody sign in with the password alone who lost their device and their codes."""
    from app.core.db import changing
    from app.services import administrators

    _refuse_old_shape()
    with changing() as session:
        administrators.forget_second_step(session, email=email)
    typer.echo(f"{email} signs in without a second step, and can set up a new one.")


@app.command("delete-account")
def delete_account(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
    *,
    with_certificates: Annotated[
        bool, typer.Option("--with-certificates", help="Withdraw their certificates as well.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Delete the account of somebody who asked for it: at once, and for good."""
    from app.core import clock
    from app.core.db import changing
    from app.services import administrators

    _refuse_old_shape()
    if not yes:
        typer.confirm(f"Delete the account of {email} for good?", abort=True)
    with changing() as session:
        administrators.delete_account(
            session, email=email, with_certificates=with_certificates, now=clock.now()
        )
    typer.echo(f"The account of {email} is deleted. Backups made before still hold it.")


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().strip()


@app.command("issue-certificates")
def issue_certificates(
    edition: Annotated[str, typer.Argument(help="course-slug/edition-slug, or the edition's id.")],
) -> None:
    """Give certificates to all who completed an edition and have none."""
    from app.core.bar import bar
    from app.core.db import reading
    from app.jobs.issuing import issue_certificates as issue
    from app.queries.naming import course_and_edition

    _refuse_old_shape()
    with reading() as session:
        course, run = course_and_edition(session, edition)
    with bar() as progress:
        issued = issue(course, run, progress=lambda n, of: progress(n, of, "Asking"))
    typer.echo(
        f"{issued.completed} people completed the edition; {issued.had_one} had a certificate, "
        f"{issued.asked_for} are drawn now."
    )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, for example taller.tar.gz.")],
) -> None:
    """Write the database and all files into one archive, while people go on working."""
    from app.core import clock
    from app.core.bar import bar
    from app.services.backups import back_up

    with bar() as progress:
        made = back_up(file, now=clock.now(), progress=lambda n, of: progress(n, of, "Files"))
    typer.echo(f"{file} holds {sum(made.tables.values())} rows and {len(made.parts) - 1} files.")
    for words, keys in (("missing", made.missing), ("not what they should be", made.changed)):
        if keys:
            typer.echo(f"{len(keys)} files are {words}; taller doctor tells more.", err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive that taller backup wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite what the database holds now.")
    ] = False,
) -> None:
    """Put a backup back. A damaged archive is refused before anything is touched."""
    from app.core.bar import bar
    from app.services.backups import restore as put_back

    with bar() as progress:
        was = put_back(file, replace=replace, progress=lambda n, of: progress(n, of, "Files"))
    typer.echo(
        f"{sum(was.tables.values())} rows and {len(was.parts) - 1} files are as on {was.made_at}."
    )


@app.command()
def export(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to write people.csv and enrolments.csv.")
    ] = None,
    *,
    only: Annotated[
        str | None, typer.Option(help="people or enrolments; without a folder it is printed.")
    ] = None,
) -> None:
    """Write people and enrolments as CSV; an enrolment says what the person was on admission."""
    from app.queries.extracts import Extract

    if only is not None and only not in list(Extract):
        raise typer.BadParameter(f"--only is {' or '.join(Extract)}.")
    if folder is None and only is None:
        raise typer.BadParameter("Name a folder, or one of the two with --only to print it.")
    _refuse_old_shape()
    wanted: list[str] = [only] if only else [*Extract]
    if folder is None:
        _write_csv(wanted[0], sys.stdout)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for what in wanted:
        file = folder / f"{what}.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            rows = _write_csv(what, opened)
        file.chmod(0o600)
        typer.echo(f"{file}: {rows} rows.")


def _write_csv(name: str, opened: TextIO) -> int:
    import csv

    from app.core.bar import bar
    from app.core.db import changing, reading
    from app.queries.extracts import HEADERS, Extract, extract, how_many
    from app.services.exports import Exported, record_export
    from app.web.exports import defused, plain

    what = Extract(name)
    writer = csv.writer(opened)
    writer.writerow(HEADERS[what])
    written = 0
    with reading() as session, bar() as progress:
        total = how_many(session, what)
        with changing() as own:
            record_export(own, Exported(what, "CSV", total, HEADERS[what], {}), by=None)
        for row in extract(session, what):
            writer.writerow([defused(plain(cell)) for cell in row])
            written += 1
            if written % 1000 == 0:
                progress(written, total, f"Writing {what}")
    return written


@app.command()
def bounce() -> None:
    """Read a report that a message came back from a pipe, and mark the address it names."""
    from app.core import clock
    from app.core.bounces import MOST_BYTES, report
    from app.core.db import changing
    from app.services.bounces import take_reports

    _refuse_old_shape()
    found = report(sys.stdin.buffer.read(MOST_BYTES))
    with changing() as session:
        marked = take_reports(session, found, now=clock.now())
    # Nothing here is an error to a mail server, which would answer it with one more report.
    if not found:
        typer.echo("This is no report of a delivery; nothing was changed.")
    else:
        typer.echo(f"{marked} of {len(found)} addresses marked: messages to them come back.")


@app.command()
def doctor(
    *,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file to its last byte.")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Count all enrolments anew first.")
    ] = False,
    audit_end: Annotated[
        str, typer.Option(help="An end of the audit trail that doctor told before: NUMBER:HASH.")
    ] = "",
) -> None:
    """Look whether everything is in order; exit status 1 if it is not."""
    from app.core import clock
    from app.core.bar import bar
    from app.core.db import changing, reading
    from app.queries.installation import findings
    from app.services.enrolment_counts import rebuild as count_anew

    if rebuild:
        _refuse_old_shape()
        with changing() as session:
            count_anew(session)
    trouble = False
    with reading() as session, bar() as progress:
        for found in findings(
            session,
            now=clock.now(),
            deep=deep,
            anchor=audit_end,
            progress=lambda n, of: progress(n, of, "Files"),
        ):
            typer.echo(f"{'✓' if found.fine else '✗'} {found.sentence}")
            trouble = trouble or not found.fine
    if trouble:
        raise typer.Exit(1)


def _bring_to_newest_shape() -> None:
    from app.core import migrating
    from app.core.db import engine

    if not migrating.is_current(engine()):
        migrating.upgrade(engine())


def _refuse_old_shape() -> None:
    from app.core import migrating
    from app.core.db import engine
    from app.core.errors import RuleBroken

    if not migrating.is_current(engine()):
        raise RuleBroken("The database is missing or has an older shape: run taller migrate.")


def _refuse_unsafe() -> None:
    from app.core.db import reading
    from app.queries.installation import refuse_unsafe_production

    with reading() as session:
        refuse_unsafe_production(session)


def _greet(host: str, port: int) -> None:
    from app.core.db import reading
    from app.core.listening import address
    from app.demo.presence import is_demonstration

    typer.echo(f"Taller runs at {address(host, port)}")
    with reading() as session:
        if is_demonstration(session):
            _say_sign_ins()


def _say_sign_ins() -> None:
    from app.demo.presence import PASSWORD, SIGN_INS

    typer.echo(f"To look around, sign in with the password {PASSWORD} as one of these:")
    for email in SIGN_INS:
        typer.echo(f"  {email}")


if __name__ == "__main__":
    main()
