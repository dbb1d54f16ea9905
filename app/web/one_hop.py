"""One thread hop per request: opening, deciding, handling and keeping happen in one place.

A guard or a form is handed to the handler's thread as a `Step`; there it is taken, in the order
of the signature, before the handler runs. When the handler returns, the unit of work is kept,
before the answer leaves; when it raises, it is undone.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi.routing import APIRoute

from app.web.threads import files, in_a_thread, pages

#: Addresses that end so answer with something that takes its time to be made.
FILES = (".pdf", ".xlsx", ".csv", ".ics")


class Step[T]:
    """Something that the handler's thread does before the handler: its result is the argument."""

    def __init__(self, take: Callable[[ExitStack], T]) -> None:
        self.take = take


def in_one_hop(endpoint: Callable[..., Any], threads: Callable[[], Executor]) -> Callable[..., Any]:
    """``endpoint`` in one of ``threads``, where it takes its `Step` arguments itself."""

    def take_and_handle(arguments: dict[str, Any]) -> Any:
        with ExitStack() as stack:
            for name, value in arguments.items():
                if isinstance(value, Step):
                    arguments[name] = value.take(stack)
            return endpoint(**arguments)

    @wraps(endpoint)
    async def handle(**arguments: Any) -> Any:
        return await in_a_thread(lambda: take_and_handle(arguments), among=threads())

    return handle


class OneHopRoute(APIRoute):
    """The route of every page. Asynchronous handlers hold no thread, and stay as they are."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            endpoint = in_one_hop(endpoint, files if path.endswith(FILES) else pages)
        super().__init__(path, endpoint, **options)
