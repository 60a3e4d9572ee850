"""Who follows which events: a process looks for new ones once for all of them, and each follower has a short queue.

Looking is a statement four times a second as long as somebody follows anything. It needs no connection of its own, so
that it works behind PgBouncer too, and costs those who write nothing: NOTIFY would make their commits wait for each
other.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence import events
from persistence.database import Pool
from persistence.events import Event, Topic
from schema.errors import ClientMistake
from schema.outage import Outage

LOOK_EVERY = 0.25
"""Seconds between two looks at new events."""

STILL_AFTER = 10.0
"""Seconds without an event after which a follower is told so: rights are looked at again, and connections kept."""

MOST_WAITING = 1000
"""How many events may wait for a follower."""

MOST_STREAMS = 100
"""How many streams a client may follow at a time, unless an installation says otherwise."""

PATIENCE = 2.0
"""Seconds in which streams that are ended must have said so."""

NOT_KEPT = N_("What happened after {sequence} is not kept any more. Read anew, and subscribe without `after`.")
TOO_SLOW = N_("Events came faster than you took them. Subscribe again with `after` and the last sequence you have.")

TOO_MANY = N_("A client follows at most {most} subscriptions at a time. End one of them first.")

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Hub:
    """The followers of one process. `every`, `still_after` and `most` are as the constants above.

    `at_once`: how many events are read in one statement. `streams`: how many a client may follow at a time.
    """

    pool: Pool
    every: float = LOOK_EVERY
    still_after: float = STILL_AFTER
    most: int = MOST_WAITING
    at_once: int = events.AT_ONCE
    streams: int = MOST_STREAMS
    closed: bool = field(default=False, init=False)
    followers: set[Follower] = field(default_factory=set, init=False)
    outage: Outage = field(default_factory=lambda: Outage(log, "looking for events failed"), init=False)
    _left: asyncio.Event = field(init=False)
    _seen: int = field(default=0, init=False)
    _looking: asyncio.Task[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._left = asyncio.Event()
        self._left.set()

    async def follow(self, topic: Topic, after: int | None, client: str = "") -> Follower:
        """Follow events from now on, or those after a number first. Close it in the end. `client`: who wants it.

        Raises `ClientMistake` EVENTS_NOT_KEPT where not everything after the number is there, and THROTTLED for a
        client that follows as many streams as it may.
        """
        if sum(1 for one in self.followers if one.client == client) >= self.streams:
            raise ClientMistake(ErrorCode.THROTTLED, Message(TOO_MANY, {"most": self.streams}))
        follower = Follower(self, topic, client)
        self.followers.add(follower)
        self._left.clear()
        try:
            await self._begin(follower, after)
        except BaseException:
            self.leave(follower)
            raise
        return follower

    async def _begin(self, follower: Follower, after: int | None) -> None:
        # It is among the followers already: whatever the hub sees from now on is put into its queue.
        async with self.pool.acquire() as conn:
            kept = await events.span(conn)
        if after is not None and not kept.reaches(after):
            raise ClientMistake(ErrorCode.EVENTS_NOT_KEPT, Message(NOT_KEPT, {"sequence": str(after)}))
        if self._looking is None and not self.closed:
            self._seen = kept.newest
            self._looking = asyncio.create_task(self._look())
        # Who began at the same time may have begun the looking a little later.
        behind = after is not None or self._seen > kept.newest
        follower.begin(kept.newest if after is None else after, behind=behind)
        if self.closed:
            follower.end()

    def leave(self, follower: Follower) -> None:
        """Nothing is kept for it any more; the last one ends the looking."""
        self.followers.discard(follower)
        if not self.followers:
            self._left.set()

    async def close(self, patience: float = PATIENCE) -> None:
        """End all streams, as when the process ends, and wait some seconds until nobody follows anything any more."""
        self.closed = True
        for follower in self.followers:
            follower.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._left.wait()
                if self._looking is not None:
                    await self._looking

    async def _look(self) -> None:
        while self.followers:
            try:
                async with self.pool.acquire() as conn:
                    await events.number_all(conn)
                    while self._tell(await events.after(conn, self._seen, most=self.at_once)):
                        pass
                self.outage.over()
            except Exception:
                self.outage.failed()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.outage.wait(self.every)):
                    await self._left.wait()
        self._looking = None

    def _tell(self, found: Sequence[Event]) -> bool:
        """Give events to those who follow them; whether there may be more."""
        for event in found:
            for follower in self.followers:
                if follower.topic.holds(event):
                    follower.put(event, self.most)
            self._seen = event.sequence
        return len(found) == self.at_once


@dataclass(eq=False)
class Follower:
    """One who follows a topic: an asynchronous iterator of its events in order, each once.

    None says that nothing came for a while. It ends when the hub is closed, and raises `ClientMistake` THROTTLED when
    more events waited than may.
    """

    hub: Hub
    topic: Topic
    client: str = ""
    _position: int = 0
    _behind: bool = False
    _missed: deque[Event] = field(default_factory=deque)
    _waiting: deque[Event] = field(default_factory=deque)
    _lost: bool = False
    _ended: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, position: int, *, behind: bool) -> None:
        """From this number on. `behind`: what is kept after it is read first."""
        self._position, self._behind = position, behind

    def put(self, event: Event, most: int) -> None:
        """One more. When too many wait they are forgotten; who still reads what was missed will read these as well."""
        if len(self._waiting) == most:
            self._waiting.clear()
            self._lost = True
            self._behind = self._behind or bool(self._missed)
        if not self._lost:
            self._waiting.append(event)
        self._woken.set()

    def end(self) -> None:
        """No more events."""
        self._ended = True
        self._woken.set()

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> Event | None:
        while not self._ended:
            if self._behind and not self._missed:
                await self._read_on()
            event = self._next()
            if event is not None:
                self._position = event.sequence
                return event
            if self._lost and not self._behind:
                raise ClientMistake(ErrorCode.THROTTLED, Message(TOO_SLOW))
            if not self._behind and not await self._comes():
                return None
        raise StopAsyncIteration

    def _next(self) -> Event | None:
        """The next event that was not given yet: of those that were missed, then of those that wait."""
        if self._missed:
            return self._missed.popleft()
        while self._waiting:
            event = self._waiting.popleft()
            if event.sequence > self._position:
                return event
        return None

    async def _read_on(self) -> None:
        """Read the next events of those that were missed; after the last, only what comes is waited for."""
        self._waiting.clear()
        self._lost = False
        async with self.hub.pool.acquire() as conn:
            found = await events.after(conn, self._position, self.topic, self.hub.at_once)
        self._missed.extend(found)
        self._behind = self._lost or len(found) == self.hub.at_once

    async def _comes(self) -> bool:
        """Whether something comes before long."""
        self._woken.clear()
        try:
            async with asyncio.timeout(self.hub.still_after):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Leave."""
        self.end()
        self.hub.leave(self)
