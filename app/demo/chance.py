"""Chance that falls the same way on every machine and in every version of Python."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random


class Chance:
    """Draws that depend on nothing but the words they start from.

    Of Python's generator only the seeding by a string and ``random()`` are promised to stay as
    they are; ``choice`` and ``shuffle`` may change, so everything here is made of ``random()``.
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int((high - low + 1) * self._random())

    def happens(self, probability: float) -> bool:
        return self._random() < probability

    def pick[T](self, things: Sequence[T]) -> T:
        return things[self.whole(0, len(things) - 1)]

    def weighted[T](self, things: Sequence[T], weights: Iterable[float]) -> T:
        sums = list(accumulate(weights))
        aim = self.between(0, sums[-1])
        return next(thing for thing, reached in zip(things, sums, strict=True) if aim < reached)

    def shuffled[T](self, things: Iterable[T]) -> list[T]:
        rest = list(things)
        return [rest.pop(self.whole(0, len(rest) - 1)) for _ in range(len(rest))]
