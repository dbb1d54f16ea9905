"""Keeping an installation in order: its shape, its copies, and what is wrong with it."""

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from app.cli.shape import refuse_old_shape, to_newest_shape

commands = typer.Typer()


@commands.command("migrate")
def migrate() -> None:
    """Bring the database to the newest shape, or make it."""
    to_newest_shape()
    typer.echo("The database has the newest shape.")


@commands.command("issue-certificates")
def issue_certificates(
    edition: Annotated[str, typer.Argument(help="course-slug/edition-slug, or the edition's id.")],
) -> None:
    """Give certificates to all who completed an edition and have none."""
    from app.core.bar import bar
    from app.core.db import reading
    from app.jobs.issuing import issue_certificates as issue
    from app.queries.naming import course_and_edition

    refuse_old_shape()
    with reading() as session:
        course, run = course_and_edition(session, edition)
    with bar() as progress:
        issued = issue(course, run, progress=lambda n, of: progress(n, of, "Asking"))
    typer.echo(
        f"{issued.completed} people completed the edition; {issued.had_one} had a certificate, "
        f"{issued.asked_for} are drawn now."
    )


@commands.command()
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


@commands.command()
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


@commands.command()
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
    refuse_old_shape()
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


@commands.command()
def bounce() -> None:
    """Read a report that a message came back from a pipe, and mark the address it names."""
    from app.core import clock
    from app.core.bounces import MOST_BYTES, report
    from app.core.db import changing
    from app.services.bounces import take_reports

    refuse_old_shape()
    found = report(sys.stdin.buffer.read(MOST_BYTES))
    with changing() as session:
        marked = take_reports(session, found, now=clock.now())
    # Nothing here is an error to a mail server, which would answer it with one more report.
    if not found:
        typer.echo("This is no report of a delivery; nothing was changed.")
    else:
        typer.echo(f"{marked} of {len(found)} addresses marked: messages to them come back.")


@commands.command()
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
        refuse_old_shape()
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
