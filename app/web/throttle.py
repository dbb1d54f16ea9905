"""Slowing down those who try many codes: so many tries a minute from one address."""

from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic

from fastapi import Request

MOST_ADDRESSES = 10_000
#: One household or office has a whole network of this size to choose its address from.
NETWORK_BITS = 64


class Throttle:
    """Lets ``most`` tries through in any ``seconds``, from each address; counted in this process.

    A refused try is not counted: who goes on trying gets ``most`` a minute, not none for ever.
    """

    def __init__(self, most: int, seconds: float, *, time: Callable[[], float] = monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self._time = time
        self._tries: dict[str, deque[float]] = {}
        self._lock = Lock()

    def admits(self, address: str) -> bool:
        now = self._time()
        with self._lock:
            if len(self._tries) >= MOST_ADDRESSES:
                self._forget(now)
            tries = self._tries.setdefault(address, deque(maxlen=self.most))
            if len(tries) == self.most and now - tries[0] < self.seconds:
                return False
            tries.append(now)
            return True

    @property
    def remembered(self) -> int:
        """How many addresses are kept in mind."""
        return len(self._tries)

    def _forget(self, now: float) -> None:
        """Drop the addresses that have been quiet, and all of them if they are too many still."""
        self._tries = {
            address: tries
            for address, tries in self._tries.items()
            if now - tries[-1] < self.seconds
        }
        if len(self._tries) >= MOST_ADDRESSES:
            self._tries.clear()


def address_of(request: Request) -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 one."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - NETWORK_BITS):016x}"


def code_tries(request: Request) -> Throttle:
    """How often each address asked for a certificate by its code, on whichever page."""
    state = request.app.state
    if not hasattr(state, "code_tries"):
        state.code_tries = Throttle(most=30, seconds=60)
    tries: Throttle = state.code_tries
    return tries


def link_looks(request: Request) -> Throttle:
    """How often each address opened a link; what is done with one is counted in the database."""
    state = request.app.state
    if not hasattr(state, "link_looks"):
        state.link_looks = Throttle(most=60, seconds=60)
    looks: Throttle = state.link_looks
    return looks
