"""A story whose clock can be turned, for what depends on the day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from persistence.database import Pool
from tests.acceptance.orders import Clock
from tests.acceptance.story import NORDIC, Story
from tests.schema.asking import Asker, house


@pytest.fixture
def clock() -> Clock:
    """It is the day of the other stories until it is turned."""
    return Clock()


@pytest.fixture
async def over_days(pool: Pool, clock: Clock) -> Story:
    """A story that goes by `clock`."""
    told = Story(Asker(replace(house(pool), clock=clock)))
    await told.companies(*NORDIC)
    return told
