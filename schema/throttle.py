"""How much each client may ask for in a minute, in units of cost: counted by the library `limits`, in this process.

Asking the library takes 7 µs a request and starts a thread a hundred times a second, so a client's part of the budget
is taken from it in pieces of a hundredth, and spent here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from time import time
from typing import TYPE_CHECKING

from persistence.recent import Recent

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

COST_PER_MINUTE = 60_000_000
"""Unless an installation says less: about what a process can answer, so that no client is in the way of itself."""

PIECES = 100
MOST_CLIENTS = 4096
SECONDS = 60


class Throttled(Exception):
    """A client has spent what it may. `retry_after`: in how many seconds there is enough again."""

    def __init__(self, retry_after: int, left: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        self.left = left


@dataclass
class _Account:
    """What a client has in hand, what the library has left for it beside that, and until when both are good."""

    hand: int = 0
    beyond: int = 0
    until: float = 0.0


@dataclass
class Budget:
    """What clients may ask for. `per_minute`: each; 0 is without end."""

    per_minute: int = COST_PER_MINUTE
    _accounts: Recent[str, _Account] = field(default_factory=lambda: Recent(MOST_CLIENTS), init=False, repr=False)
    _counting: tuple[FixedWindowRateLimiter, RateLimitItem] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        # Before the process begins to answer: what is imported later is looked through for garbage ever after.
        if self.per_minute:
            self._counting = _counting(self.per_minute)

    @property
    def restored(self) -> int:
        """Units that come back in a second, on average: all come back together when a minute is over."""
        return self.per_minute // SECONDS

    def spend(self, client: str, cost: int) -> int:
        """Take a cost from what a client may ask for; what is left of it. Raises `Throttled`, and takes nothing."""
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts.put(client, _Account())
        if account.hand < cost or account.until <= time():
            self._fetch(client, account, cost)
        account.hand -= cost
        return account.hand + account.beyond

    def _fetch(self, client: str, account: _Account, cost: int) -> None:
        """Take the next piece, at least as much as is missing."""
        assert self._counting is not None, "without a budget nothing is spent"
        limiter, item = self._counting
        if account.until <= time():
            account.hand = 0
        missing = cost - account.hand
        until, left = limiter.get_window_stats(item, client)
        if left < missing:
            raise Throttled(max(1, ceil(until - time())), account.hand + left)
        piece = min(left, max(missing, self.per_minute // PIECES))
        limiter.hit(item, client, cost=piece)
        account.hand += piece
        account.until, account.beyond = limiter.get_window_stats(item, client)


def _counting(per_minute: int) -> tuple[FixedWindowRateLimiter, RateLimitItem]:
    """The library, which takes 50 ms to import: only where there is a budget."""
    from limits import RateLimitItemPerMinute
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

    return FixedWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(per_minute)
