"""Adjustments as tests draft, change and post them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.schema.asking import Asker
from tests.schema.changing import changed, keyed
from tests.schema.world import TODAY, World

PARTS = """
fragment Parts on CreditLimitAdjustment {
  id version number kind status description viewerMay postedAt createdBy { name }
  lines { nodes { id status from until currentLimit { amount currency } newLimit { amount currency }
    holder { id displayName credit { limit { total { amount } } } } } }
}
fragment Errors on UserError { code message path node { id } }
"""
CREATE = (
    PARTS
    + """mutation ($input: CreateCreditLimitAdjustmentInput!) { createCreditLimitAdjustment(input: $input) {
  creditLimitAdjustment { ...Parts } errors { ...Errors } warnings { ...Errors } replayed } }"""
)
UPDATE = (
    PARTS
    + """mutation ($input: UpdateCreditLimitAdjustmentInput!) { updateCreditLimitAdjustment(input: $input) {
  creditLimitAdjustment { ...Parts } errors { ...Errors } warnings { ...Errors } replayed } }"""
)
POST = (
    PARTS
    + """mutation ($input: PostCreditLimitAdjustmentInput!) { postCreditLimitAdjustment(input: $input) {
  creditLimitAdjustment { ...Parts } errors { ...Errors } warnings { ...Errors } replayed } }"""
)


def line(holder: str, amount: str = "5000", currency: str = "SEK", **more: Any) -> dict[str, Any]:
    company, _, account = holder.partition("/")
    key = {"customer": {"company": company, "account": account}} if account else {"creditGroup": company}
    return {"holder": key, "newLimit": {"amount": amount, "currency": currency}, **more}


def draft(*lines: dict[str, Any], kind: str = "PERMANENT", company: str = "SE01") -> dict[str, Any]:
    return keyed(company=company, kind=kind, lines=list(lines))


async def drafted(ask: Asker, *lines: dict[str, Any], kind: str = "PERMANENT", **asked: Any) -> Any:
    payload = await changed(ask, CREATE, draft(*lines, kind=kind), **asked)
    return payload["creditLimitAdjustment"]


def post(adjustment: Any, **more: Any) -> dict[str, Any]:
    return keyed(creditLimitAdjustment=adjustment["id"], **more)


def update(adjustment: Any, **more: Any) -> dict[str, Any]:
    return keyed(creditLimitAdjustment=adjustment["id"], **more)


def temporary(holder: str, first: int, last: int, amount: str = "9000", **more: Any) -> dict[str, Any]:
    from_, until = TODAY + timedelta(first), TODAY + timedelta(last)
    return line(holder, amount, **{"from": from_.isoformat(), "until": until.isoformat()}, **more)


async def own_customer(world: World) -> str:
    """A customer of a test's own in Sweden, by its name in the tests."""
    account = f"L{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", account, f"Limit {account}")
    return f"SE01/{account}"
