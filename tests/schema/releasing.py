"""Releases as tests ask for them, approve and reject them, in a company that approves."""

from __future__ import annotations

from typing import Any

from persistence.keys import new_key
from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker
from tests.schema.changing import changed, held_order, keyed
from tests.schema.world import World

CLARA: dict[str, Any] = {"as_": "CREDIT_CLERK", "user": "clara"}
CONNY: dict[str, Any] = {"as_": "CREDIT_CLERK", "user": "conny"}
MAGNUS: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "magnus"}
OLGA: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "olga"}

HOLD = """fragment Hold on CreditHold { id version status forced escalated viewerMay notes
  order { number status } release { releasedBy { name } releasedAmount { amount } ceiling { amount } note withPosting }
  releaseRequest { status statusLabel reason { code } withPosting amount { amount currency } highest { amount }
    ceiling { amount } deviationPercent lastDate note askedAt askedBy { name } decidedAt decidedBy { name }
    decidedFor { name } decisionNote } reasons { code active } }
"""
ERRORS = "fragment Errors on UserError { code message path node { id } limit { amount } actual { amount } }\n"


def _step(mutation: str) -> str:
    name = mutation[0].upper() + mutation[1:]
    return (
        HOLD
        + ERRORS
        + f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ creditHold {{ ...Hold }}"
        + " errors { ...Errors } warnings { ...Errors } replayed } }"
    )


RELEASE, REJECT_ORDER = _step("releaseCreditHold"), _step("rejectCreditHold")
FORCE, UPDATE = _step("forceCreditHold"), _step("updateCreditHold")
APPROVE, REJECT = _step("approveCreditRelease"), _step("rejectCreditRelease")
READ = HOLD + "query ($id: ID!) { node(id: $id) { ...Hold } }"
TIMELINE = """query ($id: ID!) { node(id: $id) { ... on CreditHold { timeline(where: {refused: {eq: false}}) {
  nodes { kind message actor { name } changes { field before after } } } } } }"""
WAITING = """query ($where: CreditHoldWhere) { creditHolds(where: $where, first: 1000) {
  nodes { id viewerMay escalated } } }"""
PARAMETERS = """mutation ($input: SaveCreditParametersInput!) { saveCreditParameters(input: $input) {
  creditParameters { approveReleases escalateAfterDays } errors { code path } } }"""
AUTHORITY = """mutation ($input: SaveAuthorityInput!) { saveAuthority(input: $input) {
  creditParameters { version authorities { role roleLabel upTo { amount currency } }
    personalAuthorities { actor { name } upTo { amount currency } } }
  errors { code path limit { amount currency } actual { amount } } } }"""
UPSERT = (
    """mutation ($input: UpsertSalesOrdersInput!) { upsertSalesOrders(input: $input) { errors { code message } } }"""
)
CANCEL = """mutation ($input: CancelSalesOrderInput!) { cancelSalesOrder(input: $input) { errors { code } } }"""
REASON = """mutation ($input: SaveReasonInput!) { saveReason(input: $input) { reason { id } errors { code } } }"""


async def approving_releases(ask: Asker, **more: Any) -> None:
    """The company approves releases from now on."""
    await changed(ask, PARAMETERS, {"company": "SE01", "approveReleases": True, **more})


async def authority(ask: Asker, up_to: dict[str, str] | None, **whose: Any) -> Any:
    """An ADMIN saves what a role or a person may approve."""
    given = {"company": "SE01", "upTo": up_to, **whose}
    return (await changed(ask, AUTHORITY, given, as_="ADMIN"))["creditParameters"]


async def reason(ask: Asker) -> str:
    """A reason to release."""
    given = {"code": new_key().hex[-8:], "name": "Paid in advance", "kind": "RELEASE"}
    found: str = (await changed(ask, REASON, given))["reason"]["id"]
    return found


async def held(ask: Asker, world: World, amount: str = "6000") -> str:
    """A hold of an order of its own customer without credit."""
    account = (await own_customer(world)).split("/")[1]
    return await held_order(ask, world, "SE01", account, amount)


async def asked(ask: Asker, hold: str, who: dict[str, Any], **bounds: Any) -> Any:
    """Somebody wants a hold released; the payload."""
    given = keyed(creditHold=hold, **{"reason": await reason(ask), **bounds})
    return await changed(ask, RELEASE, given, **who)


async def step(ask: Asker, document: str, hold: str, who: dict[str, Any], **more: Any) -> Any:
    """A step that is not refused; the hold."""
    return (await changed(ask, document, keyed(creditHold=hold, **more), **who))["creditHold"]


async def read(ask: Asker, hold: str, who: dict[str, Any] = MAGNUS) -> Any:
    """A hold as somebody sees it."""
    return (await ask(READ, {"id": hold}, **who)).data["node"]


async def waiting(ask: Asker, who: dict[str, Any], **where: Any) -> dict[str, list[str]]:
    """The releases that wait for somebody, with what they may do with each."""
    wanted = where or {"viewerMayApprove": {"eq": True}}
    nodes = (await ask(WAITING, {"where": wanted}, **who)).data["creditHolds"]["nodes"]
    return {one["id"]: one["viewerMay"] for one in nodes}


async def ordered_anew(ask: Asker, world: World, hold: str, amount: str, currency: str = "SEK") -> None:
    """The order of a hold comes to something else."""
    row = await world.conn.fetchrow(
        "select o.number, c.account from credit_hold h join sales_order o on o.id = h.sales_order_id"
        " join customer c on c.id = o.buyer_id where h.id = $1::uuid",
        hold.split("_")[1],
    )
    lines = [{"lineNumber": 1, "amount": {"amount": amount, "currency": currency}}]
    order = {"company": "SE01", "account": row["account"], "number": row["number"], "lines": lines}
    await changed(ask, UPSERT, {"salesOrders": [order]}, as_="INTEGRATION")


async def order_of(world: World, hold: str) -> str:
    """The number of its order."""
    number: str = await world.conn.fetchval(
        "select o.number from credit_hold h join sales_order o on o.id = h.sales_order_id where h.id = $1::uuid",
        hold.split("_")[1],
    )
    return number
