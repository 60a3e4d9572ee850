"""How the demo writes through the API: one mutation, its input, what to read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from server.demo.client import Client
from server.demo.facts.companies import BY_CODE, digits

ROWS = 250
"""The most rows that one request takes."""

AT_ONCE = 2
"""Requests with many rows at a time: while the database works on one, the server reads another."""

Sent = Callable[[int], None]
"""Is told after each request how many rows it had."""


def post(client: Client, mutation: str, given: Mapping[str, Any], read: str = "") -> dict[str, Any]:
    """Carry out a mutation and answer with what was read back. Raises `Refused` when it is refused."""
    kind = mutation[0].upper() + mutation[1:] + "Input"
    document = f"mutation Demo($input: {kind}!) {{ {mutation}(input: $input) {{ {read} errors {{ path message }} }} }}"
    answer: dict[str, Any] = client.ask(document, {"input": given})[mutation]
    return answer


def key(name: str) -> dict[str, str]:
    """An idempotency key of the demo: a load that was cut short goes on where it stopped."""
    return {"idempotencyKey": f"demo-{name}"}


def money(amount: Decimal | int, currency: str) -> dict[str, str]:
    """An amount as the API takes it."""
    return {"amount": f"{Decimal(amount):.{digits(currency)}f}", "currency": currency}


def money_of(company: str, amount: Decimal | int) -> dict[str, str]:
    """An amount in the accounting currency of a company."""
    return money(amount, BY_CODE[company].currency)


def account_of(company: str, account: str) -> dict[str, str]:
    """A customer by its number."""
    return {"company": company, "account": account}


@dataclass(frozen=True)
class Poster:
    """Who posts: names as the group's administrator, facts as its ERP, limits and rules as its credit manager."""

    admin: Client
    erp: Client
    manager: Client
    sent: Sent = field(default=lambda _: None)

    def one(self, client: Client, mutation: str, given: Mapping[str, Any], read: str = "") -> dict[str, Any]:
        """One mutation of one row."""
        answer = post(client, mutation, given, read)
        self.sent(1)
        return answer

    def rows(self, client: Client, mutation: str, name: str, rows: Sequence[Mapping[str, Any]], keyed: bool) -> None:
        """Rows in as few requests as there may be; `keyed`: with a key of idempotency."""
        parts = [*enumerate(in_parts(rows))]

        def send(part: tuple[int, Sequence[Mapping[str, Any]]]) -> int:
            place, some = part
            given: dict[str, Any] = {name: some}
            post(client, mutation, given | key(f"{name}-{place}") if keyed else given)
            return len(some)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            for sent in threads.map(send, parts):
                self.sent(sent)


def in_parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """As many at a time as a request takes."""
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]
