"""Requests that wait at the same time are decided together, in one transaction (at most 64).

One commit for many is what a hot room needs: singly, its lock is held through every commit flush. Requests of many free
rooms share a transaction too: its round trips cost more than what it does for one of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")

MOST = 64
LANES = 2
"""Transactions over free rooms at the same time: one is decided on while the database works on the other."""

ENOUGH = 8
"""So many rooms that wait, or as many as the first has requests, are worth a second transaction: what one costs by
itself is shared by those in it."""

TURNS = 3
"""Of the event loop before a batch is taken: who was just answered has asked again by then. In a process that is idle
they pass at once."""


@dataclass
class _Waiting(Generic[Request, Answer]):
    request: Request
    answer: asyncio.Future[Answer]


@dataclass
class Coalescer(Generic[Request, Answer]):
    """Runs requests of one room one after another, all that wait together.

    `run_free` runs requests of many rooms and answers None for those of rooms that are locked elsewhere; these, and all
    when there is no `run_free`, are left to `run`, which takes the requests of one room and waits for its lock.

    If a batch fails, its requests run room by room and then one by one, so that only the one at fault hears of it. A
    caller who gives up does not disturb the others; what it asked for is left out when it has not begun.
    """

    run: Callable[[list[Request]], Awaitable[list[Answer]]]
    most: int = MOST
    run_free: Callable[[list[Request]], Awaitable[list[Answer | None]]] | None = None
    _queues: dict[Hashable, deque[_Waiting[Request, Answer]]] = field(default_factory=dict)
    _ready: deque[Hashable] = field(default_factory=deque)
    _lanes: int = 0
    _in_hand: int = 0
    _workers: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, room: Hashable, request: Request) -> Answer:
        """The answer to a request, decided with the others that wait."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        queue = self._queues.get(room)
        if queue is not None:
            queue.append(waiting)
        else:
            self._queues[room] = deque([waiting])
            if self.run_free is None:
                self._start(self._work(room))
            else:
                self._ready.append(room)
                if not self._lanes or (self._lanes < LANES and len(self._ready) >= min(self._in_hand, ENOUGH)):
                    self._lanes += 1
                    self._start(self._lane(self.run_free))
        answer: Answer = await waiting.answer
        return answer

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        worker = asyncio.create_task(work)
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _lane(self, run_free: Callable[[list[Request]], Awaitable[list[Answer | None]]]) -> None:
        """Take what waits in free rooms, as long as something does. A room is in one lane at a time."""
        taken: dict[Hashable, list[_Waiting[Request, Answer]]] = {}
        try:
            while self._ready:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                taken = self._take()
                batch = [one for some in taken.values() for one in some]
                self._in_hand = len(batch) or self._in_hand
                answers: list[Answer | None] = [None] * len(batch)
                with suppress(Exception):  # whose fault it is shows when the rooms run by themselves
                    answers = await run_free([one.request for one in batch]) if batch else []
                for one, answer in zip(batch, answers, strict=True):
                    if answer is not None and not one.answer.done():
                        one.answer.set_result(answer)
                self._give_back(taken)
                taken = {}
        finally:  # also when the server ends: nobody waits for a lane that is gone
            self._lanes -= 1
            left = () if self._lanes else tuple(self._ready)
            for room, some in (*taken.items(), *((room, []) for room in left)):
                for one in (*some, *self._queues.pop(room)):
                    one.answer.cancel()
            if left:
                self._ready.clear()

    def _take(self) -> dict[Hashable, list[_Waiting[Request, Answer]]]:
        """The next rooms with what waits in them, without those who gave up."""
        taken: dict[Hashable, list[_Waiting[Request, Answer]]] = {}
        count = 0
        while self._ready and count < self.most:
            room = self._ready.popleft()
            queue = self._queues[room]
            some = [queue.popleft() for _ in range(min(self.most - count, len(queue)))]
            taken[room] = [one for one in some if not one.answer.done()]
            count += len(some)
        return taken

    def _give_back(self, taken: dict[Hashable, list[_Waiting[Request, Answer]]]) -> None:
        """Rooms in which somebody waits go on: in a lane, or by themselves when a request has no answer yet."""
        for room, some in taken.items():
            queue, unanswered = self._queues[room], [one for one in some if not one.answer.done()]
            if unanswered:
                queue.extendleft(reversed(unanswered))
                self._start(self._work(room))
            elif queue:
                self._ready.append(room)
            else:
                del self._queues[room]

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
