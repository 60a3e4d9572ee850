"""What decisions are made on, as text: what many decisions of a transaction share is written down once.

Between two orders of a transaction nothing of a holder changes but its balances, and of these mostly one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from domain.facts import CustomerFacts, Facts, GroupFacts, Order, PartyFacts
from persistence.frozen import freeze


class Inputs:
    """Writes the inputs of the decisions of one transaction. `persistence.decisions.inputs_of` reads them."""

    def __init__(self) -> None:
        # By the identity of a value, with the value itself, so that no other can have that identity.
        self._known: dict[int, tuple[Any, str]] = {}

    def text(self, facts: Facts, order: Order) -> str:
        """Facts and order as JSON."""
        group = "null" if facts.group is None else self._holder(facts.group)
        rules = self._once(facts.rules, _written)
        told = f'"customer":{self._holder(facts.customer)},"group":{group},"rules":{rules}'
        if facts.terms_days:
            told += f',"terms_days":{self._once(facts.terms_days, _written)}'
        if facts.party is not None:
            told += f',"party":{self._party(facts.party)}'
        return f'{{"facts":{{{told}}},"order":{_written(order)}}}'

    def _holder(self, holder: CustomerFacts | GroupFacts) -> str:
        return self._with_balances(holder, self._once(holder.terms, lambda _: _but_balances(holder)))

    def _party(self, party: PartyFacts) -> str:
        return self._with_balances(party, self._once(party.limits, lambda _: _but_balances(party)))

    def _with_balances(self, holder: CustomerFacts | GroupFacts | PartyFacts, terms: str) -> str:
        balances = ",".join([self._once(balance, _written) for balance in holder.balances])
        return f'{terms[:-1]},"balances":[{balances}]}}'

    def _once(self, value: Any, write: Callable[[Any], str]) -> str:
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = (value, write(value))
        return known[1]


def _but_balances(holder: CustomerFacts | GroupFacts | PartyFacts) -> str:
    return _written(replace(holder, balances=()), leaving_out="balances")


def _written(value: Any, leaving_out: str | None = None) -> str:
    frozen = freeze(value)
    if leaving_out is not None:
        del frozen[leaving_out]
    return orjson.dumps(frozen).decode()
