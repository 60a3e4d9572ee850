"""Credit decisions as they are kept: the answer, and the facts it was made on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.decision import BlockReason, BlockReasonCode, Decision
from domain.facts import Facts, Order
from persistence.decision_inputs import Inputs
from persistence.frozen import freeze, freeze_message, thaw, thaw_message, written
from persistence.keys import new_key


def decision_of(result: Any) -> Decision:
    """The answer out of its column."""
    return thaw(Decision, result)


def reason_of(row: Mapping[str, Any]) -> BlockReason:
    """A reason of a hold out of its row."""
    return BlockReason(BlockReasonCode(row["code"]), thaw_message(row["message"]), row["active"], row["rule_id"])


def inputs_of(inputs: Any) -> tuple[Facts, Order]:
    """The facts and the order out of their column: deciding again on them gives the same."""
    return thaw(Facts, inputs["facts"]), thaw(Order, inputs["order"])


def decision_row(
    decision: Decision,
    facts: Facts,
    order: Order,
    order_id: UUID,
    company: UUID,
    actor: UUID,
    now: datetime,
    override_reason: str | None,
    inputs: Inputs,
) -> dict[str, Any]:
    """A decision for its table."""
    return {
        "customer_id": facts.customer.id,
        "id": new_key(),
        "company_id": company,
        "sales_order_id": order_id,
        "checkpoint": decision.checkpoint.value,
        "outcome": decision.outcome.value,
        "amount": decision.amount.amount,
        "currency": decision.amount.currency,
        "as_of": decision.as_of,
        "decided_at": now,
        "decided_by_id": actor,
        "result": _result(decision),
        "inputs": orjson.Fragment(inputs.text(facts, order)),
        "override_reason": override_reason,
    }


def _result(decision: Decision) -> dict[str, Any]:
    """The answer for its column. The tests, which carry no sentences, are the most of it."""
    return {
        "outcome": decision.outcome.value,
        "checkpoint": decision.checkpoint.value,
        "as_of": decision.as_of,
        "amount": written(decision.amount),
        "reasons": freeze(decision.reasons),
        "tests": written(decision.tests),
        "explanation": freeze_message(decision.explanation),
    }
