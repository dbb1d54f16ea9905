"""Accounts from the command line: for those who have the machine."""

import sys
from typing import Annotated

import typer

from app.cli.shape import refuse_old_shape

commands = typer.Typer()


@commands.command("create-admin")
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

    refuse_old_shape()
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


@commands.command("set-password")
def set_password(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
) -> None:
    """Give a person who forgot theirs a new password. It is asked for, or read from a pipe."""
    from app.core import clock
    from app.core.db import changing
    from app.services import administrators

    refuse_old_shape()
    password = _password()
    with changing() as session:
        administrators.set_password(session, email=email, password=password, now=clock.now())
    typer.echo(f"{email} has a new password, and is signed out everywhere.")


@commands.command("forget-second-step")
def forget_second_step(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
) -> None:
    """Let somebody sign in with the password alone who lost their device and their codes."""
    from app.core.db import changing
    from app.services import administrators

    refuse_old_shape()
    with changing() as session:
        administrators.forget_second_step(session, email=email)
    typer.echo(f"{email} signs in without a second step, and can set up a new one.")


@commands.command("delete-account")
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

    refuse_old_shape()
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
