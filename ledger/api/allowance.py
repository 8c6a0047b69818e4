"""How often one client may ask: moving windows in memory, by the clock of the service.

`limits` brings the strategy and the notation (`600/minute`); what it keeps is kept here, since
its own memory goes by the wall clock, starts a thread and never forgets a name. Here memory is
bounded: whoever was not heard of for longest is forgotten first, so that an attacker with more
addresses than `CAPACITY` gains a fresh allowance and nothing else.

All of it belongs to the event loop of one process: several servers count each for itself.
"""

from __future__ import annotations

import ipaddress
import math
from bisect import bisect_right
from collections import Counter, OrderedDict
from hashlib import blake2b
from secrets import token_bytes

from limits import RateLimitItem, parse
from limits.storage.base import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from ledger.api.services import Clock, Rates

CAPACITY = 50_000
"""Clients that are remembered; 100 bytes for each, and 32 for each of its requests."""


class Windows(Storage, MovingWindowSupport):
    """When each client asked, within its window."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        super().__init__()
        self._clock = clock
        self._capacity = capacity
        self._asked: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._asked)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts one more request, unless `limit` were made within `expiry` seconds."""
        now = self._clock().timestamp()
        asked = self._within(key, now, expiry)
        if len(asked) + amount > limit:
            return False
        asked.extend([now] * amount)
        self._asked[key] = asked
        self._asked.move_to_end(key)
        while len(self._asked) > self._capacity:
            self._asked.popitem(last=False)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """(when the oldest request within the window was made, how many there are)."""
        now = self._clock().timestamp()
        asked = self._within(key, now, expiry)
        return (asked[0] if asked else now), len(asked)

    def release(self, key: str) -> None:
        """Takes the newest request of a client back."""
        if asked := self._asked.get(key):
            asked.pop()

    def _within(self, key: str, now: float, expiry: int) -> list[float]:
        asked = self._asked.get(key, [])
        # A clock that was set back would otherwise hold everybody off until it is there again.
        if asked and asked[-1] > now:
            asked.clear()
        del asked[: bisect_right(asked, now - expiry)]
        return asked

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can fail here: nothing."""
        return LookupError

    def clear(self, key: str) -> None:
        """Forgets a client."""
        self._asked.pop(key, None)

    def reset(self) -> int:
        """Forgets everybody; how many there were."""
        count = len(self._asked)
        self._asked.clear()
        return count

    def check(self) -> bool:
        """Whether it can be used: always."""
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Not kept: fixed windows are not used here."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Not kept: fixed windows are not used here."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Not kept: fixed windows are not used here."""
        raise NotImplementedError


class Allowances:
    """What each client has left of each rate; in the event loop only."""

    def __init__(self, rates: Rates, clock: Clock) -> None:
        self._windows = Windows(clock)
        self._limiter = MovingWindowRateLimiter(self._windows)
        self._clock = clock
        texts = {
            "reads": rates.reads,
            "heavy": rates.heavy,
            "writes": rates.writes,
            "failures": rates.failures,
        }
        self._rates: dict[str, RateLimitItem | None] = {
            sort: None if text == "off" else parse(text) for sort, text in texts.items()
        }
        self._most_streams = rates.streams
        self._streams: Counter[str] = Counter()

    def take(self, sort: str, who: str) -> int:
        """Counts one request; 0, or the seconds after which it may be made again.

        Args:
            sort: The name of a rate in `Rates`.
        """
        rate = self._rates[sort]
        if rate is None or self._limiter.hit(rate, sort, who):
            return 0
        reset = self._limiter.get_window_stats(rate, sort, who).reset_time
        return max(1, math.ceil(reset - self._clock().timestamp()))

    def give_back(self, sort: str, who: str) -> None:
        """Takes back what `take` counted last."""
        rate = self._rates[sort]
        if rate is not None:
            self._windows.release(rate.key_for(sort, who))

    def open_stream(self, who: str) -> bool:
        """Counts one more open stream, unless this client has as many as it may."""
        if self._most_streams and self._streams[who] >= self._most_streams:
            return False
        self._streams[who] += 1
        return True

    def close_stream(self, who: str) -> None:
        """Counts one open stream less."""
        self._streams[who] -= 1
        if self._streams[who] <= 0:
            del self._streams[who]


class Guesses:
    """Counts wrong tokens by address, and spares whoever has shown a good one.

    A token that nobody has seen to be good is counted when it comes in and given back when it
    turns out good: guesses that are made all at once are no cheaper than one by one.
    """

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances
        self._secret = token_bytes(32)
        self._good: OrderedDict[bytes, None] = OrderedDict()
        self._trying: Counter[bytes] = Counter()

    def name(self, token: bytes) -> str:
        """A name for a token that says nothing of it: tokens are not kept in memory."""
        return self._digest(token).hex()

    def begin(self, who: str, token: bytes) -> int:
        """Before a token is looked at: 0, or the seconds to wait."""
        digest = self._digest(token)
        # One token many times at once is one guess: a platform may begin with 20 requests.
        if digest not in self._good and not self._trying[digest]:
            wait = self._allowances.take("failures", who)
            if wait:
                del self._trying[digest]
                return wait
        self._trying[digest] += 1
        return 0

    def end(self, who: str, token: bytes, *, wrong: bool | None) -> None:
        """After a token was looked at; follows each `begin` that gave 0.

        Args:
            wrong: None where it was not looked at after all.
        """
        digest = self._digest(token)
        self._trying[digest] -= 1
        if not self._trying[digest]:
            del self._trying[digest]
        if wrong is None:
            if digest not in self._good and digest not in self._trying:
                self._allowances.give_back("failures", who)
        elif wrong and digest in self._good:  # revoked since, or not looked at then
            del self._good[digest]
            self._allowances.take("failures", who)
        elif not wrong and digest not in self._good:
            self._allowances.give_back("failures", who)
            self._good[digest] = None
            if len(self._good) > CAPACITY:
                self._good.popitem(last=False)

    def _digest(self, token: bytes) -> bytes:
        return blake2b(token, key=self._secret, digest_size=16).digest()


def client_of(host: str) -> str:
    """Whom an address stands for: itself in IPv4, the /64 that one client is given in IPv6."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
