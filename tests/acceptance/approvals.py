"""What several people do one after another where one asks and another approves."""

from __future__ import annotations

from typing import Any

from tests.acceptance.orders import HOLD
from tests.acceptance.story import ERRORS, Story, fresh, money

CLERK, MANAGER = ("CREDIT_CLERK", "clara"), ("CREDIT_MANAGER", "magnus")
ADJUSTMENT = "creditLimitAdjustment { id status lines { nodes { id status } } }"


async def done(story: Story, mutation: str, given: dict[str, Any], who: tuple[str, str]) -> Any:
    """What came of what somebody did, refused or not."""
    name = mutation[0].upper() + mutation[1:]
    gives = HOLD if "Hold" in mutation or "Release" in mutation else ADJUSTMENT
    query = f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {gives} {ERRORS} }} }}"
    role, user = who
    answer = await story.ask(query, {"input": {"idempotencyKey": fresh(), **given}}, as_=role, user=user)
    return answer.data[mutation]


def codes_of(payload: Any) -> list[str]:
    """The codes of the errors of a payload."""
    return [error["code"] for error in payload["errors"]]


async def authority(story: Story, company: str, role: str, up_to: str) -> None:
    """An ADMIN says up to which amount a role approves."""
    query = f"mutation($input: SaveAuthorityInput!) {{ saveAuthority(input: $input) {{ {ERRORS} }} }}"
    given = {"company": company, "role": role, "upTo": money(up_to, story.currencies[company])}
    await story.tell(query, given, "ADMIN")


async def drafted(story: Story, company: str, *lines: tuple[str, str], who: tuple[str, str]) -> Any:
    """An adjustment of limits (account, amount) that somebody wrote."""
    currency = story.currencies[company]
    rows = [
        {"holder": {"customer": {"company": company, "account": account}}, "newLimit": money(amount, currency)}
        for account, amount in lines
    ]
    given = {"company": company, "kind": "PERMANENT", "lines": rows}
    return (await done(story, "createCreditLimitAdjustment", given, who))["creditLimitAdjustment"]


def places(made: Any) -> list[str]:
    """Where an adjustment and its lines stand."""
    return [made["status"], *(line["status"] for line in made["lines"]["nodes"])]
