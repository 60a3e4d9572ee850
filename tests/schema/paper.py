"""Documents written straight into the tables of the tests' companies: items, payments, orders, decisions, holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.check import check
from domain.decision import Decision
from domain.exposure import Category
from domain.facts import Facts, Order
from domain.message import Message
from domain.money import Money
from domain.receivables import OpenItemKind, category_of
from persistence.decision_inputs import Inputs
from persistence.decisions import decision_row
from persistence.facts import Moment, facts_of
from persistence.frozen import freeze_message
from persistence.keys import new_key
from persistence.statements import insert
from persistence.tables.decisions import credit_decision
from schema.ids import node_id
from tests.schema.world import NOW, TODAY, World


def money(text: str) -> dict[str, Any]:
    """Columns of "100.00 SEK"."""
    number, currency = text.split()
    return {"amount": Decimal(number), "currency": currency}


def id_of(prefix: str, key: UUID) -> str:
    """The id by which the API knows a row."""
    return node_id(prefix, key)


async def actor(world: World, name: str = "Eva") -> UUID:
    """Somebody who acts, once for a name."""
    known = f"actor {name}"
    if known not in world.ids:
        world.ids[known] = await world.put("actor", known, subject=f"{name}-{new_key().hex}", name=name)
    return world.ids[known]


async def item(
    world: World, customer: str, number: str, amount: str, due: date, dated: date | None = None, **more: Any
) -> UUID:
    """An open item with what it moves; known by its number."""
    kind = OpenItemKind(more.get("kind", "INVOICE"))
    dated = dated or min(due, TODAY)
    await world.owes(customer, amount, due, dated, category_of(kind))
    disputed = more.get("disputed")
    if disputed:
        await world.owes(customer, f"{disputed} {amount.split()[1]}", due, dated, Category.DISPUTED)
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]]}
    days = {"document_date": dated, "due_date": due}
    row = {"kind": kind.value, "number": number, "buyer_id": world.ids[customer]}
    return await world.put("open_item", number, **owner, **days, **money(amount), **row | more)


async def payment(world: World, customer: str, number: str, amount: str, paid: date, **more: Any) -> UUID:
    """A collected receipt unless said otherwise; known by its number."""
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]]}
    row = {"kind": "RECEIPT", "status": "COLLECTED", "number": number, "paid_on": paid}
    return await world.put("payment", number, **owner, **money(amount), **row | more)


async def settle(
    world: World, customer: str, settled: str, by: str, amount: str, on: date, *, note: bool = False, **more: Any
) -> UUID:
    """A payment, or a credit note, settles a part of an item."""
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]]}
    source = {"credit_item_id" if note else "payment_id": world.ids[by]}
    row = {"item_id": world.ids[settled], "settled_on": on, **source}
    return await world.put("settlement", **owner, **money(amount), **row | more)


async def order(world: World, customer: str, number: str, amount: str, payer: str | None = None, **more: Any) -> UUID:
    """A sales order with one line; known by its number."""
    owner = {"customer_id": world.ids[payer or customer], "company_id": world.ids[customer.split("/")[0]]}
    row = {"buyer_id": world.ids[customer], "number": number, "status": "APPROVED", "ordered_on": TODAY}
    key = await world.put("sales_order", number, **owner, **money(amount), **row | more)
    await line(world, number, 1, amount.split()[0], owner)
    return key


async def line(world: World, order_number: str, place: int, amount: str, owner: dict[str, UUID], **more: Any) -> None:
    """A line of an order."""
    row = {"sales_order_id": world.ids[order_number], "line_number": place, "amount": Decimal(amount)}
    await world.put("sales_order_line", **owner, **row | more)


async def decided(world: World, customer: str, number: str, amount: str) -> Decision:
    """An order that was checked, with its decision; known as `decision <number>`."""
    await order(world, customer, number, amount)
    payer, company = world.ids[customer], world.ids[customer.split("/")[0]]
    parts = money(amount)
    asked = Order(Money(parts["amount"], parts["currency"]), number=number)
    facts: Facts = (await facts_of(world.conn, [payer], Moment(NOW), [parts["currency"]]))[payer]
    decision = check(facts, asked)
    who = await actor(world)
    row = decision_row(decision, facts, asked, world.ids[number], company, who, NOW, None, Inputs())
    await insert(world.conn, credit_decision, [row])
    world.ids[f"decision {number}"] = row["id"]
    await world.conn.execute(
        "update sales_order set latest_decision_id = $1, status = $2 where id = $3",
        row["id"],
        "HELD" if decision.held else "APPROVED",
        world.ids[number],
    )
    return decision


async def held(world: World, customer: str, number: str, amount: str, **more: Any) -> UUID:
    """An order on hold with its decision and reasons; known as `hold <number>`."""
    decision = await decided(world, customer, number, amount)
    assert decision.held, "the order should not fit"
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]]}
    row = {
        "sales_order_id": world.ids[number],
        "decision_id": world.ids[f"decision {number}"],
        "checkpoint": decision.checkpoint.value,
        "status": "OPEN",
        "held_at": NOW,
    }
    hold = await world.put("credit_hold", f"hold {number}", **owner, **money(amount), **row | more)
    for place, reason in enumerate(decision.reasons):
        said = {"code": reason.code.value, "message": freeze_message(reason.message), "active": reason.active}
        await world.put("hold_reason", **owner, hold_id=hold, place=place, rule_id=reason.rule, **said)
    return hold


async def released(world: World, customer: str, number: str, reason: UUID, **more: Any) -> None:
    """Somebody let a held order go on."""
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]]}
    kept = await world.conn.fetchrow("select amount, currency from sales_order where id = $1", world.ids[number])
    assert kept is not None
    row = {
        "hold_id": world.ids[f"hold {number}"],
        "sales_order_id": world.ids[number],
        "reason_id": reason,
        "released_amount": kept["amount"],
        "currency": kept["currency"],
        "released_on": TODAY,
        "released_at": NOW,
        "released_by_id": await actor(world, "Bo"),
    }
    await world.put("credit_release", **owner, **row | more)


async def event(
    world: World, kind: str, text: str, company: str | None, subject: tuple[str, UUID] | None, **more: Any
) -> UUID:
    """A line of the audit trail."""
    row = {
        "happened_at": NOW,
        "actor_id": await actor(world),
        "kind": kind,
        "company_id": None if company is None else world.ids[company],
        "subject_kind": subject and subject[0],
        "subject_id": subject and subject[1],
        "message": freeze_message(Message(text)),
    }
    return await world.put("audit_event", **row | more)
