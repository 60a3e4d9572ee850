"""What was used last, up to a number: how everything is kept that clients could make without end."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """What was used last, up to a number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> V:
        """Keep something; what was not used for longest goes."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def drop(self, key: K) -> None:
        """Keep something no longer."""
        self._kept.pop(key, None)

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


class Proven(Generic[K, V]):
    """What was asked for again, up to a number; of the rest only the latest few.

    So a flood of what never comes again takes no memory, and drives out nothing that does.
    """

    def __init__(self, most: int, most_new: int) -> None:
        self._proven: Recent[K, V] = Recent(most)
        self._new: Recent[K, V] = Recent(most_new)

    def get(self, key: K) -> V | None:
        """What is kept under a key, which proves it."""
        found = self._proven.get(key)
        if found is None:
            found = self._new.get(key)
            if found is not None:
                self._new.drop(key)
                self._proven.put(key, found)
        return found

    def put(self, key: K, value: V, *, again: bool) -> None:
        """Keep something. `again`: it is known to have been here before."""
        (self._proven if again else self._new).put(key, value)

    def __len__(self) -> int:
        return len(self._proven) + len(self._new)
