"""What nobody may do with limits, groups and rules: each a coded sentence in every language, and nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from persistence.database import Pool
from persistence.tables.columns import metadata
from tests.acceptance.orders import company, customer, one
from tests.acceptance.story import (
    ADD_MEMBER,
    CREATE_ADJUSTMENT,
    ERRORS,
    POST_ADJUSTMENT,
    SAVE_RULE,
    Story,
    fresh,
    money,
)

LANGUAGES = ("en", "sv", "da", "de", "fi", "fr", "ja", "nb")
ON_RECORD = {"actor", "actor_role", "audit_event"}  # who asked, in which roles, and that it was refused
SAVE_AUTHORITY = f"mutation($input: SaveAuthorityInput!) {{ saveAuthority(input: $input) {{ {ERRORS} }} }}"


def deciding(verb: str) -> str:
    """`submit` or `approve` an adjustment."""
    return f"""mutation($input: {verb.title()}CreditLimitAdjustmentInput!) {{
      {verb}CreditLimitAdjustment(input: $input) {{ {ERRORS} }} }}"""


@dataclass
class Desk:
    """Where one asks and counts what is there."""

    story: Story
    pool: Pool

    async def everything(self) -> dict[str, str]:
        """All rows of all tables, but for what is put on record of a refusal."""
        found = {}
        for name in sorted(set(metadata.tables) - ON_RECORD):
            rows = await self.pool.fetch(f'select t::text as row from "{name}" t order by 1')
            found[name] = sha256("\n".join(row["row"] for row in rows).encode()).hexdigest()
        return found

    async def refused(self, mutation: str, given: Mapping[str, Any], **who: Any) -> tuple[str, str]:
        """Code and path of the one refusal; it is said in every language, and nothing is written."""
        before, said, places = await self.everything(), {}, set()
        for language in LANGUAGES:
            answer = await self.story.ask(mutation, {"input": given | self.key(given)}, language=language, **who)
            ((error,),) = [payload["errors"] for payload in answer.data.values()]
            said[language] = error["message"]
            places.add((error["code"], ".".join(error["path"])))
        assert await self.everything() == before
        assert len(set(said.values())) == len(LANGUAGES), said
        (place,) = places
        return place

    @staticmethod
    def key(given: Mapping[str, Any]) -> dict[str, str]:
        """A key of its own where one is asked for: what is saved has none."""
        return {"idempotencyKey": fresh()} if "idempotencyKey" in given else {}


@pytest.fixture
async def desk(story: Story, pool: Pool) -> Desk:
    return Desk(story, pool)


def adjusted(where: str, account: str, amount: str, kind: str = "PERMANENT", **more: Any) -> dict[str, Any]:
    """A line for a customer."""
    line = {"holder": {"customer": {"company": where, "account": account}}, "newLimit": money(amount, "SEK")}
    return {"company": where, "kind": kind, "lines": [line | more], "idempotencyKey": fresh()}


async def drafted(desk: Desk, given: Mapping[str, Any], **who: Any) -> dict[str, Any]:
    """An adjustment as the next step takes it."""
    answer = await desk.story.ask(CREATE_ADJUSTMENT, {"input": given}, **who)
    payload = answer.data["createCreditLimitAdjustment"]
    assert payload["errors"] == []
    return {"creditLimitAdjustment": payload["creditLimitAdjustment"]["id"], "idempotencyKey": fresh()}


async def submitted(desk: Desk, given: Mapping[str, Any], **who: Any) -> dict[str, Any]:
    """An adjustment in review, as the next step takes it."""
    draft = await drafted(desk, given, **who)
    answer = await desk.story.ask(deciding("submit"), {"input": draft}, **who)
    assert answer.data["submitCreditLimitAdjustment"]["errors"] == []
    return draft | {"idempotencyKey": fresh()}


async def test_temporary_limits_of_one_customer_that_overlap_are_refused_when_posted(desk: Desk) -> None:
    account = await customer(desk.story, "1000")
    march = {"kind": "TEMPORARY", "from": "2027-03-01", "until": "2027-03-31"}
    await desk.story.own_limit("SE01", account, "5000", **march)
    later = adjusted("SE01", account, "6000", **march | {"from": "2027-03-31", "until": "2027-04-30"})
    draft = await drafted(desk, later)
    assert await desk.refused(POST_ADJUSTMENT, draft) == ("OVERLAPPING_TEMPORARY_LIMIT", "lines.0.from")


async def test_nobody_approves_an_adjustment_of_their_own(desk: Desk) -> None:
    where = await company(desk.story, approveLimitAdjustments=True)
    account = await customer(desk.story, company=where)
    author = {"as_": "CREDIT_MANAGER", "user": "anna"}
    asked = await submitted(desk, adjusted(where, account, "1000"), **author)
    assert await desk.refused(deciding("approve"), asked, **author) == ("OWN_WORK", "creditLimitAdjustment")


async def test_nobody_approves_beyond_their_authority(desk: Desk) -> None:
    where = await company(desk.story, approveLimitAdjustments=True)
    account = await customer(desk.story, company=where)
    authority = {"company": where, "role": "CREDIT_MANAGER", "upTo": money("999.99", "SEK")}
    await desk.story.tell(SAVE_AUTHORITY, authority, "ADMIN")
    asked = await submitted(desk, adjusted(where, account, "1000"), as_="CREDIT_CLERK", user="carl")
    manager = {"as_": "CREDIT_MANAGER", "user": "anna"}
    assert await desk.refused(deciding("approve"), asked, **manager) == ("AUTHORITY_EXCEEDED", "lines.0")


async def test_nothing_is_posted_that_was_not_approved(desk: Desk) -> None:
    where = await company(desk.story, approveLimitAdjustments=True)
    account = await customer(desk.story, company=where)
    draft = await drafted(desk, adjusted(where, account, "1000"))
    assert (await desk.refused(POST_ADJUSTMENT, draft))[0] == "WRONG_STATUS"


async def test_a_customer_of_one_group_does_not_join_another(desk: Desk) -> None:
    account, first, second = await customer(desk.story), fresh(), fresh()
    await desk.story.group(first, "SEK", None, ("SE01", account))
    other = await desk.story.group(second, "SEK", None)
    joining = {"creditGroup": other, "idempotencyKey": fresh(), **one("SE01", account)}
    assert await desk.refused(ADD_MEMBER, joining) == ("ALREADY_IN_CREDIT_GROUP", "customer")


async def test_what_is_posted_is_not_posted_again(desk: Desk) -> None:
    account = await customer(desk.story)
    draft = await drafted(desk, adjusted("SE01", account, "1000"))
    await desk.story.tell(POST_ADJUSTMENT, draft, "CREDIT_MANAGER")
    assert (await desk.refused(POST_ADJUSTMENT, draft))[0] == "WRONG_STATUS"


WAIVES_BELOW = {"type": "EXCLUDE", "atOrAbove": True, "releaseAll": True, "confirmed": True}
NEVER = [
    ({"kind": "CREDIT_LIMIT_USED", "percent": "-1"}, "percent"),
    ({"kind": "OVERDUE_DAYS", "days": 36_501}, "days"),
    ({"kind": "OVERDUE_DAYS", "days": 30, "minimumItems": 0}, "minimumItems"),
    ({"kind": "OVERDUE_DAYS", "days": 30, "type": "EXCLUDE"}, "validFor"),
    ({"kind": "OVERDUE_PERCENT", "days": 30, "percent": "100"}, "percent"),
    ({"kind": "OLDEST_OPEN_ITEM", "days": 36_501, "type": "WARN"}, "days"),
    ({"kind": "REVIEW_DUE", "days": 1, "ignoreItemsBelow": money("1", "SEK")}, "ignoreItemsBelow"),
    (
        {"kind": "ORDER_AMOUNT", "amount": money("9", "SEK"), "ignoreOrdersBelow": money("1", "SEK")},
        "ignoreOrdersBelow",
    ),
    ({"kind": "NEW_CUSTOMER_AMOUNT", "amount": money("9", "SEK"), "days": 0}, "days"),
    ({"kind": "DUNNING_LEVEL", "dunningLevel": 9}, "dunningLevel"),
    ({"kind": "DUNNING_LEVEL", "dunningLevel": 0, **WAIVES_BELOW}, "atOrAbove"),
    ({"kind": "CREDIT_LIMIT_EXPIRED", "days": 0, **WAIVES_BELOW}, "atOrAbove"),
    ({"kind": "EARLY_WARNING", "percent": "80"}, "type"),
]


@pytest.mark.parametrize(("rule", "path"), NEVER)
async def test_a_rule_that_can_never_match_is_refused(desk: Desk, rule: dict[str, Any], path: str) -> None:
    given = {"company": "SE01", "type": "BLOCK", "validFor": "ALL"} | rule
    assert await desk.refused(SAVE_RULE, given) == ("INVALID_VALUE", path)


async def test_an_exclusion_that_releases_orders_is_confirmed(desk: Desk) -> None:
    account = await customer(desk.story)
    waiver = {"company": "SE01", "kind": "OVERDUE_DAYS", "type": "EXCLUDE", "validFor": "CUSTOMER", "days": 30}
    waiver |= {"releaseAll": True, **one("SE01", account)}
    assert await desk.refused(SAVE_RULE, waiver) == ("CONFIRMATION_REQUIRED", "releaseAll")
