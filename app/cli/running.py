"""Starting server and worker, and the demonstration."""

from typing import Annotated

import typer

from app.cli.shape import refuse_old_shape, to_newest_shape

commands = typer.Typer()


@commands.command()
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
        to_newest_shape()
    refuse_old_shape()
    _refuse_unsafe()
    with db.reading() as session:
        is_empty = not holds_people(session)
    if demo_if_empty and is_empty:
        _load_demonstration()
    _greet(host, port)
    db.connect_anew()  # server processes open connections of their own
    run(host, port, processes=workers or settings().workers, with_worker=with_worker)


@commands.command()
def worker(
    *,
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
) -> None:
    """Do what waits: draw certificates, send messages."""
    from app.jobs.worker import work

    refuse_old_shape()
    _refuse_unsafe()
    work(parent=parent)


@commands.command()
def demo(
    *,
    scale: Annotated[
        int,
        typer.Option(help="Besides, a synthetic programme of so many enrolments, to measure with."),
    ] = 0,
) -> None:
    """Load the demonstration programme into an empty database."""
    refuse_old_shape()
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
