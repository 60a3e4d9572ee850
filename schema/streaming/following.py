"""What a subscriber follows, and whether it still may: asked anew at each event, and when nothing came for a while."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.events import CREDIT_HOLD, Event, Topic
from persistence.shapes.shape import Shape
from schema.context import Context
from schema.errors import ClientMistake
from schema.ids import key_of
from schema.rights import Permission
from schema.streaming.hub import Follower, Hub

MOST_FOLLOWED = 250
"""How many records one subscription may name, as other lists of inputs."""

NOT_SEEN = N_("What you want to follow does not exist, or you may not see it.")
TOO_MANY = N_("One subscription names at most {most} records.")

Events = AsyncGenerator[Any, None]
"""What strawberry takes for the type of a root field's events; it is a `Following`."""

Still = Callable[[Context, Event | None], Awaitable[None]]
"""Raises `ClientMistake` where a subscriber may not follow any more, or not hear of this event."""


@dataclass
class Following:
    """The events that a root field of `Subscription` gives; they come once it has begun."""

    topic: Topic
    after: int | None
    still: Still
    _follower: Follower | None = field(default=None, init=False)

    async def begin(self, hub: Hub, last: int | None, client: str) -> None:
        """Begin after the `after` of the field, or after the last event that the client says it had."""
        known = [sequence for sequence in (self.after, last) if sequence is not None]
        self._follower = await hub.follow(self.topic, max(known, default=None), client)

    def __aiter__(self) -> Following:
        return self

    async def __anext__(self) -> Event | None:
        assert self._follower is not None, "it has begun"
        return await self._follower.__anext__()

    async def aclose(self) -> None:
        """Follow no longer."""
        if self._follower is not None:
            await self._follower.aclose()


def holds_of(context: Context, companies: Sequence[str] | None, after: int | None) -> Events:
    """Credit holds of companies, which must be granted; None: of all that are granted when something happens."""

    async def still(context: Context, _: Event | None) -> None:
        context.need(Permission.READ)
        context.company_ids(companies)

    keys = None if companies is None else frozenset(context.company_ids(companies))
    return cast("Events", Following(Topic(CREDIT_HOLD, keys), after, still))


async def records_of(context: Context, shape: Shape, table: str, ids: Sequence[str], after: int | None) -> Events:
    """Records that are named; each must be one that may be seen."""
    if len(ids) > MOST_FOLLOWED:
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(TOO_MANY, {"most": MOST_FOLLOWED}))
    keys = frozenset(key_of(one, shape.prefix) for one in ids)

    async def still(context: Context, event: Event | None) -> None:
        wanted = keys if event is None else {event.subject}
        if len(await context.reader.by_key(shape, "id", wanted)) < len(wanted):
            raise ClientMistake(ErrorCode.NOT_FOUND, Message(NOT_SEEN))

    await still(context, None)
    return cast("Events", Following(Topic(table, keys), after, still))
