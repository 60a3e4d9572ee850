"""What stories share: an empty database, two companies, and a way to tell."""

from __future__ import annotations

import pytest

from persistence.database import Pool
from tests.acceptance.story import NORDIC, Story
from tests.schema.asking import Asker, house


@pytest.fixture
async def story(pool: Pool) -> Story:
    """A Swedish and a Finnish company; a euro is 11.50 kronor today."""
    told = Story(Asker(house(pool)))
    await told.companies(*NORDIC)
    await told.rate("EUR", "SEK", "11.5")
    return told
