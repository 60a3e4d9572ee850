"""An operation is charged before it runs: refused where it costs more than one may, or than its client has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode

from domain.message import N_, Message, Value
from domain.refusal import ErrorCode
from schema.cost import Cost, Pricer
from schema.documents import Asked
from schema.errors import ClientMistake
from schema.throttle import Budget, Throttled

TOO_DEAR = N_(
    "The operation costs {cost}; at most {maximum} is answered. Most of it is {paths}. "
    "Ask for smaller pages or fewer fields."
)
THROTTLED = N_(
    "You have {left} left of {maximum} a minute, and the operation costs {cost}, most of it {paths}. "
    "Ask again in {seconds} s."
)


@dataclass(frozen=True)
class Charge:
    """What an operation was charged, and how much its client has left. Without a budget nothing is counted."""

    cost: int
    left: int | None
    budget: Budget

    def told(self, *, standing: bool = True) -> dict[str, Any]:
        """As `extensions.cost` says it. `standing`: with what is left, which is different every time."""
        if self.left is None or not standing:
            return {"requestedQueryCost": self.cost}
        return {
            "requestedQueryCost": self.cost,
            "throttleStatus": {
                "maximumAvailable": self.budget.per_minute,
                "currentlyAvailable": self.left,
                "restoreRate": self.budget.restored,
            },
        }


class Cashier:
    """Charges operations of one schema. `most`: what one may cost."""

    def __init__(self, schema: GraphQLSchema, budget: Budget, most: int) -> None:
        self._pricer = Pricer(schema)
        self._budget = budget
        self._most = min(most, budget.per_minute) if budget.per_minute else most

    def charge(
        self, client: str, asked: Asked, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Charge:
        """Take what an operation costs with its coerced variables. Raises `ClientMistake`; then nothing is taken."""
        name = operation.name.value if operation.name else None
        document = asked.document
        price = document.costs.get(name)
        if price is None:
            price = document.costs[name] = self._pricer.price(operation, document.fragments, document.order)
        cost = price.of(variables, asked.literals)
        if cost > self._most:
            raise self._too_dear(price, cost, variables, asked.literals)
        if not self._budget.per_minute:
            return Charge(cost, None, self._budget)
        try:
            return Charge(cost, self._budget.spend(client, cost), self._budget)
        except Throttled as error:
            raise self._throttled(error, price, cost, variables, asked.literals) from None

    def _too_dear(self, price: Cost, cost: int, variables: Mapping[str, Any], literals: Sequence[Any]) -> ClientMistake:
        dearest = price.dearest(variables, literals)
        values: dict[str, Value] = {"cost": cost, "maximum": self._most, "paths": _written(dearest)}
        numbers = {"limit": "cost", "value": cost, "cost": cost, "maximum": self._most}
        return ClientMistake(
            ErrorCode.OPERATION_TOO_COMPLEX,
            Message(TOO_DEAR, values),
            extensions={**numbers, "dearestPaths": _listed(dearest)},
        )

    def _throttled(
        self, error: Throttled, price: Cost, cost: int, variables: Mapping[str, Any], literals: Sequence[Any]
    ) -> ClientMistake:
        dearest, seconds = price.dearest(variables, literals), error.retry_after
        values: dict[str, Value] = {"cost": cost, "left": error.left, "maximum": self._budget.per_minute}
        return ClientMistake(
            ErrorCode.THROTTLED,
            Message(THROTTLED, {**values, "seconds": seconds, "paths": _written(dearest)}),
            extensions={
                "retryAfter": seconds,
                "cost": Charge(cost, error.left, self._budget).told(),
                "dearestPaths": _listed(dearest),
            },
            retry_after=seconds,
        )


def _listed(dearest: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"path": path, "cost": cost} for path, cost in dearest]


def _written(dearest: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{path} ({cost})" for path, cost in dearest)
