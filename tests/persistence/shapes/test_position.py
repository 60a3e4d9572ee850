"""Positions in SQL are what the domain says of the same facts, whatever is kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from persistence.shapes.position import CUSTOMER_POSITION, GROUP_POSITION, PARTY_POSITION
from persistence.shapes.worked import Asked, Figures
from tests.persistence.shapes import oracle
from tests.persistence.shapes.composing import AS_OF, CURRENCY, Composed
from tests.persistence.shapes.firms import NOW, Firms, days, undone

ASKED = Asked(AS_OF, CURRENCY)
SEEDS = st.integers(0, 2**32)
BY_CHANCE = settings(suppress_health_check=list(HealthCheck))

KINDS: dict[str, tuple[Figures, Callable[..., Any], Callable[[Firms], list[Any]]]] = {
    "customer": (CUSTOMER_POSITION, oracle.customer_figures, lambda firms: firms.customers),
    "group": (GROUP_POSITION, oracle.group_figures, lambda firms: firms.groups),
    "party": (PARTY_POSITION, oracle.party_figures, lambda firms: firms.parties),
}


@settings(BY_CHANCE, max_examples=10)
@given(SEEDS)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_figure_of_a_position_is_the_domains(pool: asyncpg.Pool, kind: str, seed: int) -> None:
    figures, told, whose = KINDS[kind]
    whole = Composed(figures, ASKED)
    async with undone(pool) as conn:
        chance = random.Random(seed)
        firms = await Firms.make(conn, chance)
        for as_of in days(chance):
            currency = chance.choice(["SEK", "JPY", "EUR"] if kind == "party" else [None, "SEK", "KWD", "EUR"])
            found = await whole.of(conn, whose(firms), as_of=as_of, currency=currency, now=NOW)
            for key in whose(firms):
                note(f"{as_of} {currency} {key}")
                expected = await told(conn, key, as_of, currency)
                assert found[key] == {path: figure() for path, figure in expected.items()}
