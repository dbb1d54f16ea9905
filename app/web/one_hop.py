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
    """The route of every page; see the module."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, in_one_hop(endpoint), **options)


def one_hop(route: APIRoute) -> None:
    if not hasattr(route.endpoint, "one_hop") and not iscoroutinefunction(route.endpoint):
        route.endpoint = in_one_hop(route.endpoint)
        route.endpoint.one_hop = True
