"""Adjustments as tests submit, approve and reject them, in a company that approves."""

from __future__ import annotations

from typing import Any

from tests.schema.adjusting import PARTS
from tests.schema.asking import Asker
from tests.schema.changing import changed

CLERK: dict[str, Any] = {"as_": "CREDIT_CLERK", "user": "clara"}
MANAGER: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "magnus"}
OTHER: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "olga"}


def _step(verb: str) -> str:
    name = verb.capitalize()
    return (
        PARTS
        + f"""mutation ($input: {name}CreditLimitAdjustmentInput!) {{ {verb}CreditLimitAdjustment(input: $input) {{
  creditLimitAdjustment {{ ...Parts }} errors {{ ...Errors }} warnings {{ ...Errors }} replayed }} }}"""
    )


SUBMIT, APPROVE, REJECT = _step("submit"), _step("approve"), _step("reject")
WITHDRAW = _step("withdraw")
PARAMETERS = """mutation ($input: SaveCreditParametersInput!) { saveCreditParameters(input: $input) {
  creditParameters { approveLimitAdjustments postApprovedLimits } errors { code } } }"""
TIMELINE = """query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { timeline {
  nodes { kind message refused actor { name } happenedAt changes { field before after } } } } } }"""


async def approving(ask: Asker, company: str = "SE01", *, post: bool = False) -> None:
    """The company approves adjustments from now on."""
    wanted = {"company": company, "approveLimitAdjustments": True, "postApprovedLimits": post}
    saved = (await changed(ask, PARAMETERS, wanted))["creditParameters"]
    assert saved == {"approveLimitAdjustments": True, "postApprovedLimits": post}


def places(made: Any) -> list[str]:
    """Where the adjustment and each of its lines stand."""
    return [made["status"], *(line["status"] for line in made["lines"]["nodes"])]


def line_ids(made: Any) -> list[str]:
    """The ids of its lines."""
    return [line["id"] for line in made["lines"]["nodes"]]
