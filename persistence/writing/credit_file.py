"""What comes with a customer in an initial load beside what decides on credit: its credit file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.attributes import CreditAttributes, attribute_refusals
from domain.refusal import Refusal
from persistence.take import Transaction
from persistence.writing.finding import future_refusals, text_refusals

LONGEST_NOTES = 10_000

_DATED = ("excluded_until", "eligible_limit_date", "last_review_date", "next_review_date")
_HAPPENED = {"eligible_limit_date": "eligibleLimitDate", "last_review_date": "lastReviewDate"}


def file_refusals(tx: Transaction, company: UUID, values: dict[str, Any], path: tuple[str, ...]) -> list[Refusal]:
    """What cannot be meant of a credit file that was sent. `values`: columns; the eligible limit becomes two."""
    limit = values.get("eligible_limit")
    refusals = [
        *text_refusals(values.get("credit_rating"), ("creditRating",)),
        *text_refusals(values.get("notes"), ("notes",), LONGEST_NOTES),
        *([] if limit is None else tx.amount_refusals(limit, ("eligibleLimit",), positive=False)),
    ]
    for column, field in _HAPPENED.items():
        if values.get(column) is not None:
            refusals.extend(future_refusals(tx, company, values[column], (field,)))
    after = CreditAttributes(
        excluded=bool(values.get("excluded_from_credit_management")),
        has_eligible_limit=limit is not None,
        **{name: values.get(name) for name in _DATED},
    )
    given = {name for name in _DATED if values.get(name) is not None}
    refusals.extend(attribute_refusals(after, given, tx.today(company)))
    if "eligible_limit" in values:
        pair = (None, None) if limit is None else (limit.amount, limit.currency)
        values["eligible_limit"], values["eligible_limit_currency"] = pair
    return [replace(one, path=(*path, *one.path)) for one in refusals]
