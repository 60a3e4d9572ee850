"""Work that several wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from schema.shared import Loader, Shared


class Store:
    """Answers when it is let, and remembers what it was asked for and whether it was stopped."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.asked: list[list[int]] = []
        self.begun = asyncio.Event()
        self.stopped = False

    async def fetch(self, keys: list[int]) -> Sequence[int]:
        self.asked.append(keys)
        self.begun.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return [10 * key for key in keys]


async def waiting(store: Store, loader: Loader, *keys: int) -> list[asyncio.Task[int]]:
    """Who waits for keys, once the store was asked."""

    async def wait(key: int) -> int:
        found: int = await loader.load(key)
        return found

    tasks = [asyncio.create_task(wait(key)) for key in keys]
    await store.begun.wait()
    return tasks


async def test_what_is_wanted_together_is_fetched_together_and_once() -> None:
    store = Store()
    loader = Loader(store.fetch)
    tasks = await waiting(store, loader, 1, 2, 1)
    store.open.set()
    assert await asyncio.gather(*tasks) == [10, 20, 10]
    assert await loader.load(1) == 10
    assert store.asked == [[1, 2]]


async def test_who_gives_up_leaves_the_others_alone() -> None:
    store = Store()
    first, second = await waiting(store, Loader(store.fetch), 1, 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    store.open.set()
    assert await second == 10
    assert store.asked == [[1]]


async def test_what_nobody_waits_for_any_more_is_stopped_and_begun_again_for_the_next() -> None:
    store = Store()
    loader = Loader(store.fetch)
    tasks = await waiting(store, loader, 1, 1)
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(ended, asyncio.CancelledError) for ended in await asyncio.gather(*tasks, return_exceptions=True)
    )
    store.open.set()
    assert await loader.load(1) == 10
    assert store.stopped
    assert store.asked == [[1], [1]]


async def test_a_failure_is_everybodys() -> None:
    async def fail() -> int:
        raise LookupError

    shared = Shared(lambda: asyncio.ensure_future(fail()))
    failures = await asyncio.gather(shared.result(), shared.result(), return_exceptions=True)
    assert [type(failure) for failure in failures] == [LookupError, LookupError]
