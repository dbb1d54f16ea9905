"""Answering on the beat: how long an answer takes tells nothing of what it took to make it.

Asked about an address that has an account, we write other rows than about one that has none. That
takes a millisecond more or less, which a stranger can measure by asking often enough.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from math import floor
from typing import Any

from fastapi import Request, Response

from app.web.one_hop import OneHopRoute

#: Longer than such an answer takes, hashing a password included, and shorter than people notice.
BEAT = 0.1  # seconds
#: Hides, in seconds, what is left of the difference: some ten microseconds, which only very many
#: answers would show, more than anybody gets.
SCATTER = 0.01


def until_the_beat(elapsed: float) -> float:
    """How long to wait, in seconds, with an answer that took ``elapsed`` seconds to make."""
    return (floor(elapsed / BEAT) + 1) * BEAT - elapsed


class OnTheBeatRoute(OneHopRoute):
    """The route of pages on which strangers ask about addresses: refusals wait for the beat too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return answer

        async def on_the_beat(request: Request) -> Response:
            began = time.monotonic()
            try:
                return await answer(request)
            finally:
                await asyncio.sleep(until_the_beat(time.monotonic() - began) + _scatter())

        return on_the_beat


def _scatter() -> float:
    return SCATTER * secrets.randbelow(10_000) / 10_000
