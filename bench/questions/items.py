"""Questions about open items: a page of a thousand, plain and localized."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bench.questions.question import CREDITGRAPH, FLOOR, POSTGRAPHILE, RAW, Answer, Question, Side


def _of_items(data: Answer) -> list[Any]:
    return [
        [node["number"], node["kind"], node["documentDate"], node["dueDate"], Decimal(node["amount"]["amount"])]
        for node in data["openItems"]["nodes"]
    ]


def _of_peer_items(data: Answer) -> list[Any]:
    return [
        [node["number"], node["kind"], node["documentDate"], node["dueDate"], Decimal(node["amount"])]
        for node in data["allOpenItems"]["nodes"]
    ]


def _items(amount: str, more: str, directive: str) -> Side:
    return Side(
        f"""query Items($after: String) {directive} {{
  openItems(first: 1000, after: $after) {{
    nodes {{ id number kind documentDate dueDate version updatedAt reversedOn amount {{ {amount} }} {more} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
        _of_items,
        "query At($number: String!) { openItems(first: 1, where: {number: {eq: $number}}) { edges { cursor } } }",
    )


_PEER_ITEMS = Side(
    """query Items($after: Cursor) {
  allOpenItems(first: 1000, after: $after, orderBy: [PRIMARY_KEY_ASC]) {
    nodes { rowId number kind documentDate dueDate version updatedAt reversedOn amount currency }
    pageInfo { hasNextPage endCursor }
  }
}""",
    _of_peer_items,
    """query At($itemId: UUID!) {
  allOpenItems(first: 1, condition: {rowId: $itemId}, orderBy: [PRIMARY_KEY_ASC]) { edges { cursor } }
}""",
)

ITEMS = Question(
    "Q4",
    "1000 open items with ten scalars each",
    "items",
    {CREDITGRAPH: _items("amount currency", "", ""), POSTGRAPHILE: _PEER_ITEMS},
    {POSTGRAPHILE: "4.0", FLOOR: "0.9", RAW: ""},
)

LOCALIZED = Question(
    "Q4 sv-SE",
    "the same with a formatted amount and a label in Swedish on every row (PostGraphile without them)",
    "items",
    {
        CREDITGRAPH: _items("amount currency formatted", "kindLabel", '@inContext(locale: "sv-SE")'),
        POSTGRAPHILE: _PEER_ITEMS,
    },
    {POSTGRAPHILE: "2.0"},
    floor=False,
)
