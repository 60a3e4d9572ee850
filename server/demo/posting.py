"""How the demo writes through the API: one mutation, its input, what to read back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from server.demo.client import Client


def post(client: Client, mutation: str, given: Mapping[str, Any], read: str = "") -> dict[str, Any]:
    """Carry out a mutation and answer with what was read back. Raises `Refused` when it is refused."""
    kind = mutation[0].upper() + mutation[1:] + "Input"
    document = f"mutation Demo($input: {kind}!) {{ {mutation}(input: $input) {{ {read} errors {{ path message }} }} }}"
    answer: dict[str, Any] = client.ask(document, {"input": given})[mutation]
    return answer


def key(name: str) -> dict[str, str]:
    """An idempotency key of the demo."""
    return {"idempotencyKey": f"demo-{name}"}


def money(amount: Decimal | int, currency: str) -> dict[str, str]:
    """An amount as the API takes it."""
    return {"amount": f"{Decimal(amount):.2f}", "currency": currency}
