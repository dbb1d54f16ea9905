"""The `taller` command: starting server and worker, and keeping an installation in order."""

import sys

import typer

from app.cli import accounts, running, upkeep

app = typer.Typer(
    name="taller",
    help="Taller: online courses for programmes that teach across institutions and countries.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for part in (running, accounts, upkeep):
    app.add_typer(part.commands)


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
