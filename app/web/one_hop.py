"""One thread hop per request: opening, deciding, handling and keeping happen in one place.

A guard or a form is handed to the handler's thread as a `Step`; there it is taken, in the order
of the signature, before the handler runs. When the handler returns, the unit of work is kept,
before the answer leaves; when it raises, it is undone.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi.routing import APIRoute


class Step[T]:
    """Something that the handler's thread does before the handler: its result is the argument."""

    def __init__(self, take: Callable[[ExitStack], T]) -> None:
        self.take = take


def in_one_hop(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """``endpoint``, which takes its `Step` arguments itself."""

    @wraps(endpoint)
    def handle(**arguments: Any) -> Any:
        with ExitStack() as stack:
            for name, value in arguments.items():
                if isinstance(value, Step):
                    arguments[name] = value.take(stack)
            return endpoint(**arguments)

    return handle


class OneHopRoute(APIRoute):
    """The route of every page. Asynchronous handlers hold no thread, and stay as they are."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            endpoint = in_one_hop(endpoint)
        super().__init__(path, endpoint, **options)
