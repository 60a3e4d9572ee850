"""What happens to orders and holds, told through the API beside the facts of `story`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from tests.acceptance.story import ERRORS, Story, fresh, money
from tests.schema.world import NOW

HOLD = "creditHold { id status order { status } reasons { code active } release { withPosting reason { code } } }"


class Clock:
    """Stands still until a story moves it to noon of another day."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def turn(self, day: str) -> None:
        """From now on it is that day."""
        on = date.fromisoformat(day)
        self.now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def _doing(mutation: str, gives: str) -> str:
    name = mutation[0].upper() + mutation[1:]
    return f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {gives} {ERRORS} }} }}"


async def company(story: Story, currency: str = "SEK", **parameters: Any) -> str:
    """A company of its own, for a test that sets rules or parameters; its code."""
    code = fresh()[:8].upper()
    await story.companies((code, "SE", currency, "sv-SE", "Europe/Stockholm"))
    if parameters:
        await story.parameters(code, **parameters)
    return code


async def customer(story: Story, limit: str | None = None, company: str = "SE01", **more: Any) -> str:
    """A customer of its own, with a permanent limit when one is named; its account."""
    account = fresh()
    await story.customer(company, account, **more)
    if limit is not None:
        await story.own_limit(company, account, limit)
    return account


async def outcomes(story: Story, company: str, account: str, *amounts: str, **more: Any) -> list[str]:
    """What each order of these amounts would be answered."""
    return [(await story.check(company, account, amount, **more))["outcome"] for amount in amounts]


def reasons(decision: Any) -> list[str]:
    """The codes of what speaks against an order."""
    return [reason["code"] for reason in decision["reasons"]]


async def ordered(story: Story, company: str, account: str, amount: str, **more: Any) -> str:
    """An order that passed; its number."""
    number = fresh()
    payload = await story.submit(company, account, number, amount, **more)
    assert payload["decision"]["outcome"] == "PASSED", payload["decision"]
    return number


async def changed(story: Story, company: str, account: str, number: str, *lines: str, **more: Any) -> Any:
    """The order as it is now, by the amounts of its lines; the payload."""
    currency = more.pop("currency", story.currencies[company])
    rows = [{"lineNumber": place, "amount": money(amount, currency)} for place, amount in enumerate(lines, 1)]
    given = {"company": company, "account": account, "number": number, "lines": rows, **more}
    query = _doing("upsertSalesOrders", "salesOrders { id status }")
    return await story.tell(query, {"salesOrders": [given]}, "INTEGRATION")


async def cancelled(story: Story, company: str, number: str) -> Any:
    """The order will not come."""
    given = {"salesOrder": _key(company, number), "idempotencyKey": fresh()}
    return await story.tell(_doing("cancelSalesOrder", "salesOrder { status }"), given, "INTEGRATION")


async def delivered(story: Story, company: str, number: str, amount: str) -> None:
    """Goods of the first line left."""
    await _moved(story, "recordDelivery", company, number, amount)


async def billed(story: Story, company: str, number: str, amount: str, **more: Any) -> str:
    """The first line is billed, not yet in the ledger; the number of the document."""
    return await _moved(story, "recordBilling", company, number, amount, **more)


async def came_back(story: Story, company: str, number: str, amount: str) -> str:
    """Goods of the first line came back, with no credit note yet; the number of the return."""
    return await _moved(story, "recordReturn", company, number, amount)


async def cancelled_billing(story: Story, company: str, number: str, billing: str) -> None:
    """A billing document that waits is deleted."""
    given = {"salesOrder": _key(company, number), "number": billing, "idempotencyKey": fresh()}
    await story.tell(_doing("cancelBilling", "salesOrder { status }"), given, "INTEGRATION")


async def closed_line(story: Story, company: str, number: str) -> str:
    """What is left of the first line will not come; where the order stands."""
    given = {"salesOrder": _key(company, number), "lineNumber": 1, "idempotencyKey": fresh()}
    payload = await story.tell(_doing("closeSalesOrderLine", "salesOrder { status }"), given, "INTEGRATION")
    found: str = payload["salesOrder"]["status"]
    return found


async def reopened(story: Story, company: str, number: str) -> str:
    """The order comes after all; where it stands."""
    given = {"salesOrder": _key(company, number), "idempotencyKey": fresh()}
    payload = await story.tell(_doing("reopenSalesOrder", "salesOrder { status }"), given, "INTEGRATION")
    found: str = payload["salesOrder"]["status"]
    return found


async def _moved(story: Story, mutation: str, company: str, number: str, amount: str, **more: Any) -> str:
    document = fresh()
    line = {"lineNumber": 1, "amount": money(amount, story.currencies[company]), **more}
    given = {"salesOrder": _key(company, number), "number": document, "lines": [line], "idempotencyKey": fresh()}
    await story.tell(_doing(mutation, "salesOrder { status }"), given, "INTEGRATION")
    return document


def bills(order: str, amount: dict[str, str], billing: str | None = None) -> list[dict[str, Any]]:
    """What an item bills of the first line of an order."""
    line = {"salesOrder": order, "lineNumber": 1, "amount": amount}
    return [line if billing is None else line | {"billing": billing}]


async def reversed_item(story: Story, company: str, number: str) -> None:
    """An open item is taken back."""
    given = {"openItem": _key(company, number), "idempotencyKey": fresh()}
    await story.tell(_doing("reverseOpenItem", "openItem { id }"), given, "INTEGRATION")


def _key(company: str, number: str) -> dict[str, Any]:
    return {"number": {"company": company, "number": number}}


async def figures(story: Story, company: str, account: str, *names: str) -> list[str]:
    """Figures of a customer's exposure, without their currency."""
    exposure = (await story.credit(company, account))["exposure"]
    return [exposure[name]["amount"] for name in names]


async def release_reason(story: Story) -> str:
    """A reason to release; its id."""
    given = {"code": fresh()[:10], "name": "Paid in advance", "kind": "RELEASE"}
    payload = await story.tell(_doing("saveReason", "reason { id }"), given, "CREDIT_MANAGER")
    found: str = payload["reason"]["id"]
    return found


async def released(story: Story, submitted: Any, **bounds: Any) -> Any:
    """A hold is released within bounds; the hold."""
    given = {"creditHold": submitted["creditHold"]["id"], "idempotencyKey": fresh(), **bounds}
    given |= {"reason": bounds.get("reason") or await release_reason(story)}
    return (await story.tell(_doing("releaseCreditHold", HOLD), given, "CREDIT_MANAGER"))["creditHold"]


async def rejected(story: Story, submitted: Any) -> Any:
    """A hold is rejected; the hold."""
    given = {"creditHold": submitted["creditHold"]["id"], "idempotencyKey": fresh()}
    return (await story.tell(_doing("rejectCreditHold", HOLD), given, "CREDIT_MANAGER"))["creditHold"]


async def forced(story: Story, submitted: Any) -> Any:
    """Somebody holds an order by hand; what came of it, with the hold."""
    given = {"salesOrder": submitted["salesOrder"]["id"], "idempotencyKey": fresh()}
    return await story.tell(_doing("forceCreditHold", HOLD), given, "CREDIT_MANAGER")


async def evaluated(story: Story, *submitted: Any) -> Any:
    """Holds are looked at again by hand."""
    given = {"creditHolds": [one["creditHold"]["id"] for one in submitted], "idempotencyKey": fresh()}
    return await story.tell(_doing("evaluateCreditHolds", "results { __typename }"), given, "CREDIT_MANAGER")


async def hold(story: Story, submitted: Any) -> Any:
    """A hold as it stands now."""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on CreditHold {HOLD.removeprefix('creditHold ')} }} }}"
    return (await story.ask(query, {"id": submitted["creditHold"]["id"]}, as_="CREDIT_CLERK")).data["node"]


async def management_group(story: Story) -> tuple[str, str]:
    """A credit management group; its code and its id."""
    return await _named(story, "creditManagementGroup")


async def risk_group(story: Story) -> tuple[str, str]:
    """A class of risk; its code and its id."""
    return await _named(story, "riskGroup")


async def _named(story: Story, noun: str) -> tuple[str, str]:
    code = fresh()[:10]
    mutation = f"save{noun[0].upper()}{noun[1:]}"
    payload = await story.tell(_doing(mutation, f"{noun} {{ id }}"), {"code": code, "name": "Some"}, "ADMIN")
    return code, payload[noun]["id"]


async def excluded(story: Story, company: str, kind: str, whom: dict[str, Any], **more: Any) -> None:
    """An exclusion for one customer (`customer`) or a credit management group (`creditManagementGroup`)."""
    level = "CUSTOMER" if "customer" in whom else "GROUP"
    await story.rule(company, kind, type="EXCLUDE", validFor=level, **whom, **more)


def one(company: str, account: str) -> dict[str, Any]:
    """A rule's one customer."""
    return {"customer": {"number": {"company": company, "account": account}}}


async def codes(story: Story, query: str, given: Any, as_: str) -> Sequence[str]:
    """How an operation that must fail is refused."""
    (payload,) = (await story.ask(query, {"input": given}, as_=as_)).data.values()
    return [error["code"] for error in payload["errors"]]
