"""An endpoint in this process, on an empty database."""

from __future__ import annotations

import asyncpg
import pytest

from tests.schema.asking import Asker, house


@pytest.fixture
def ask(pool: asyncpg.Pool) -> Asker:
    """Asks as anybody; `raw` asks as nobody too."""
    return Asker(house(pool))
