"""What several fields of a request wait for: done once, and not ended by one of them that gives up.

When a field fails, graphql-core cancels those beside it, and a cancelled field cancels the future it waits for. Without
what is here, fields elsewhere in the answer that wait for the same row would be cancelled with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from strawberry.dataloader import DataLoader

Result = TypeVar("Result")


class Shared(Generic[Result]):
    """Work that is begun for the first who wants it, and ended when nobody waits for it any more."""

    def __init__(self, begin: Callable[[], asyncio.Future[Result]]) -> None:
        self._begin = begin
        self._work: asyncio.Future[Result] | None = None
        self._waiting = 0

    async def result(self) -> Result:
        """What comes of it. Raises what the work raises."""
        work = self._work = self._work or self._begin()
        if work.done():
            return work.result()
        self._waiting += 1
        try:
            return await asyncio.shield(work)
        finally:
            self._waiting -= 1
            if not self._waiting and not work.done():
                work.cancel()
                self._work = None


class Loader:
    """Loads rows by their keys: those wanted at the same time together, and each once."""

    def __init__(self, fetch: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._together: DataLoader[Any, Any] = DataLoader(load_fn=fetch, cache=False)
        self._loads: dict[Any, Shared[Any]] = {}

    def load(self, key: Any) -> Awaitable[Any]:
        """The value of a key. Raises what fetching it raises."""
        if key not in self._loads:
            self._loads[key] = Shared(lambda: asyncio.ensure_future(self._together.load(key)))
        return self._loads[key].result()
