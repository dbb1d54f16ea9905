"""A bar that shows how far long work on the command line is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

#: Hears how much is done, of how much, and what is being done.
type Shown = Callable[[int, int, str], None]


@contextmanager
def bar() -> Iterator[Shown]:
    """A bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(done: int, of: int, what: str) -> None:
            progress.update(task, completed=done, total=of or None, description=what)

        yield show
