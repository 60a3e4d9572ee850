"""Checks that wait for the same room in one process are decided together, in one transaction (at most 64).

One commit for many checks is what a hot group needs: singly, the lock is held through every commit flush.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")

MOST = 64


@dataclass
class _Waiting(Generic[Request, Answer]):
    request: Request
    answer: asyncio.Future[Answer]


@dataclass
class Coalescer(Generic[Request, Answer]):
    """Runs requests of one room at a time, all that wait together.

    If a batch fails, its requests run one by one, so that only the one at fault hears of it. A caller who gives up does
    not disturb the others; what it asked for is left out when it has not begun.
    """

    run: Callable[[list[Request]], Awaitable[list[Answer]]]
    most: int = MOST
    _queues: dict[Hashable, deque[_Waiting[Request, Answer]]] = field(default_factory=dict)
    _workers: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, room: Hashable, request: Request) -> Answer:
        """The answer to a request, decided with the others that wait for the room."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        queue = self._queues.get(room)
        if queue is None:
            self._queues[room] = deque([waiting])
            worker = asyncio.create_task(self._work(room))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        else:
            queue.append(waiting)
        answer: Answer = await waiting.answer
        return answer

    async def _work(self, room: Hashable) -> None:
        queue, batch = self._queues[room], list[_Waiting[Request, Answer]]()
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(self.most, len(queue)))]
                await self._run([one for one in batch if not one.answer.done()])
        finally:  # also when the server ends: nobody waits for a worker that is gone
            del self._queues[room]
            for one in (*batch, *queue):
                one.answer.cancel()

    async def _run(self, batch: list[_Waiting[Request, Answer]]) -> None:
        if not batch:
            return
        try:
            answers = await self.run([one.request for one in batch])
        except Exception as error:
            if len(batch) > 1:
                for one in batch:
                    await self._run([one])
            elif not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        for one, answer in zip(batch, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)
