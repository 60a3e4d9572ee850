"""Orders go through their life at random: whatever is done, each amount counts once, where it is on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from tests.schema.asking import Asker
from tests.schema.books import BILL, DELIVER, ERP, assert_books_agree, by_number, customer, mutation, number, part
from tests.schema.changing import checked, keyed, sek
from tests.schema.world import TODAY, World

MUTATIONS = {
    field: mutation(field, "__typename")
    for field in (
        "upsertSalesOrders",
        "submitSalesOrder",
        "changeSalesOrder",
        "closeSalesOrderLine",
        "reopenSalesOrder",
        "cancelSalesOrder",
        "reverseDelivery",
        "cancelBilling",
        "recordReturn",
        "postOpenItems",
        "reverseOpenItem",
        "postPayments",
        "reversePayment",
        "settle",
        "unsettle",
        "changePayer",
        "rejectCreditHold",
    )
} | {"recordDelivery": DELIVER, "recordBilling": BILL}
BOTH = """query ($first: CustomerKey!, $second: CustomerKey!) {
  first: customer(by: $first) { credit { exposure { ...figures } } }
  second: customer(by: $second) { credit { exposure { ...figures } } }
} fragment figures on Exposure { total { amount } heldOrders { amount } }"""
ORDERS = """query ($where: SalesOrderWhere!) { salesOrders(where: $where, first: 100) { nodes {
  number status lines { nodes { lineNumber amount { amount } delivered { amount } billed { amount }
  consumed { amount } neverBilled { amount } invoiced { amount } returned { amount } closed } } } } }"""
COUNTING = ("APPROVED", "HELD")


@dataclass
class Life:
    """Two customers of a company, one of which may pay for the other, and everything that happened so far."""

    ask: Asker
    world: World
    chance: Random
    buyer: str
    payer: str
    orders: list[str] = field(default_factory=list)
    documents: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    async def step(self) -> str:
        """Something happens, or is refused; what it was."""
        what = self.chance.choice(_STEPS)
        await what(self)
        return what.__name__

    async def tell(self, name: str, **given: Any) -> bool:
        """A mutation; whether it was carried out."""
        keys = {} if name.startswith("upsert") else keyed()
        asked = {} if name == "rejectCreditHold" else ERP
        answer = await self.ask(MUTATIONS[name], {"input": keys | given}, **asked)
        refusals = answer.data[name]["errors"]
        self.done[name] = self.done.get(name, 0) + (not refusals)
        return not refusals

    def amount(self, most: int = 60) -> str:
        """Some crowns."""
        return f"{self.chance.randrange(1, most)}.{self.chance.choice(('00', '50', '37'))}"

    def order(self) -> dict[str, Any]:
        """One of the orders, as an input names it."""
        return by_number(self.named())

    def named(self) -> str:
        """The number of one of the last orders."""
        return self.chance.choice(self.orders[-3:])

    def parts(self, most: int = 60) -> list[dict[str, Any]]:
        """A part of one line."""
        return [part(self.chance.randint(1, 2), self.amount(most))]

    def whose(self) -> dict[str, str]:
        """The account of one of the two, mostly of who buys."""
        return {"account": self.payer if self.chance.random() < 0.2 else self.buyer}

    def account(self, whose: str) -> dict[str, Any]:
        """A customer, as an input names it."""
        return {"number": {"company": "SE01", "account": whose}}

    async def written(self, kind: str, name: str, **more: Any) -> None:
        """A document of an order, remembered when it was taken."""
        order, named, lines = self.named(), number(), self.parts(20)
        if kind == "billing" and self.chance.random() < 0.5:
            lines[0]["consumes"] = sek(self.amount(20))
        if await self.tell(name, salesOrder=by_number(order), number=named, lines=lines, **more):
            known = self.documents.setdefault(kind, [])
            known.append((order, lines[0]["lineNumber"], f"{named} {lines[0]['amount']['amount']}"))


async def enters(life: Life) -> None:
    """An order comes and is mostly submitted, when few are there."""
    if len(life.orders) > 2 and life.chance.random() < 0.7:
        return
    named, lines = number(), [part(1, life.amount()), part(2, life.amount())]
    row = {"company": "SE01", "account": life.buyer, "number": named}
    life.orders.append(named)
    await life.tell("upsertSalesOrders", salesOrders=[row | {"lines": lines}])
    whole = sum(Decimal(line["amount"]["amount"]) for line in lines)
    if life.chance.random() < 0.9:
        await life.tell("submitSalesOrder", **row, amount=sek(f"{whole:.2f}"))


async def changes(life: Life) -> None:
    """A line becomes more or less, or another customer pays."""
    given: dict[str, Any] = {"saveLines": life.parts()}
    if life.chance.random() < 0.3:
        given = {"payer": life.account(life.chance.choice((life.buyer, life.payer)))}
    await life.tell("changeSalesOrder", salesOrder=life.order(), **given)


async def closes(life: Life) -> None:
    given: dict[str, Any] = {"salesOrder": life.order(), "lineNumber": life.chance.randint(1, 2)}
    if life.chance.random() < 0.5:
        given |= {"deliveredToo": True, "reason": "Never billed."}
    await life.tell("closeSalesOrderLine", **given)


async def reopens(life: Life) -> None:
    await life.tell("reopenSalesOrder", salesOrder=life.order())


async def cancels(life: Life) -> None:
    """An order is called off, now and then."""
    if life.chance.random() < 0.7:
        return
    await life.tell("cancelSalesOrder", salesOrder=life.order())


async def delivers(life: Life) -> None:
    await life.written("delivery", "recordDelivery")


async def bills(life: Life) -> None:
    await life.written("billing", "recordBilling")


async def returns(life: Life) -> None:
    await life.written("return", "recordReturn")


async def takes_back(life: Life) -> None:
    """A delivery is reversed or a billing document cancelled."""
    kind, name = life.chance.choice((("delivery", "reverseDelivery"), ("billing", "cancelBilling")))
    if life.documents.get(kind):
        order, _, said = life.chance.choice(life.documents[kind][-3:])
        await life.tell(name, salesOrder=by_number(order), number=said.split()[0])


async def posts(life: Life) -> None:
    """An invoice of a billing document, or a credit note of a return."""
    kind = life.chance.choice(("billing", "return"))
    if not life.documents.get(kind):
        return
    order, line, said = life.chance.choice(life.documents[kind][-3:])
    named, amount = said.split()
    item = {"company": "SE01", "number": number(), "amount": sek(amount)}
    item |= life.whose() | {"documentDate": TODAY.isoformat()}
    item |= {"dueDate": TODAY.isoformat(), "kind": "INVOICE" if kind == "billing" else "CREDIT_NOTE"}
    bill = {"salesOrder": order, **part(line, amount), "billing": named}
    if await life.tell("postOpenItems", items=[item | {"bills": [bill]}]):
        life.items.append(item["number"])


async def unposts(life: Life) -> None:
    if life.items and life.chance.random() < 0.4:
        await life.tell("reverseOpenItem", openItem=by_number(life.chance.choice(life.items)))


async def pays(life: Life) -> None:
    """Money comes, in advance for an order or for nothing."""
    row = {"company": "SE01", "number": number(), "amount": sek(life.amount(30)), "paidOn": TODAY.isoformat()}
    row |= life.whose()
    if life.chance.random() < 0.7:
        row["salesOrder"] = life.named()
    if await life.tell("postPayments", payments=[row]):
        life.payments.append(row["number"])


async def settles(life: Life) -> None:
    """An item is settled by a payment, or not any more."""
    for _ in range(3 if life.items and life.payments else 0):
        pair = {"openItem": by_number(life.chance.choice(life.items))}
        pair |= {"payment": by_number(life.chance.choice(life.payments))}
        if await life.tell("settle", **pair):
            if life.chance.random() < 0.4:
                await life.tell("unsettle", **pair)
            return


async def bounces(life: Life) -> None:
    if life.payments and life.chance.random() < 0.4:
        await life.tell("reversePayment", payment=by_number(life.chance.choice(life.payments)))


async def rejects(life: Life) -> None:
    """Somebody rejects an order that waits, now and then."""
    if life.chance.random() < 0.5:
        return
    query = "{ creditHolds(where: {status: {in: [OPEN, READY_TO_RELEASE]}}, first: 1) { nodes { id } } }"
    waiting = (await life.ask(query)).data["creditHolds"]["nodes"]
    if waiting:
        await life.tell("rejectCreditHold", creditHold=waiting[0]["id"])


async def moves(life: Life) -> None:
    """The payer changes, with every open order or without, now and then."""
    if life.chance.random() < 0.8:
        return
    new = life.account(life.chance.choice((life.buyer, life.payer)))
    await life.tell("changePayer", customer=life.account(life.buyer), payer=new, moveOrders=life.chance.random() < 0.5)


_STEPS: tuple[Callable[[Life], Awaitable[None]], ...] = (
    *(enters, enters, changes, closes, reopens, reopens, delivers, delivers, delivers, bills, bills, returns, returns),
    *(takes_back, posts, posts, posts, unposts, pays, pays, settles, settles, bounces, cancels, rejects, moves),
)


async def owed(life: Life) -> Decimal:
    """What the two owe and have ordered, with what waits on hold."""
    both = {"first": life.account(life.buyer), "second": life.account(life.payer)}
    shown = (await life.ask(BOTH, both)).data.values()
    figures = [one["credit"]["exposure"] for one in shown]
    return sum((Decimal(one[name]["amount"]) for one in figures for name in ("total", "heldOrders")), Decimal(0))


async def facts(life: Life) -> Decimal:
    """The same from the documents: what was taken and is to come of every line, less what came back and was paid."""
    found = Decimal(0)
    buyers = [f"cus_{life.world.ids[f'SE01/{life.buyer}'].hex}"]
    for order in (await life.ask(ORDERS, {"where": {"customer": {"in": buyers}}})).data["salesOrders"]["nodes"]:
        for line in order["lines"]["nodes"]:
            sums = {name: Decimal(value["amount"]) for name, value in line.items() if isinstance(value, dict)}
            found += sums["billed"] + max(sums["delivered"] - sums["neverBilled"] - sums["consumed"], Decimal(0))
            if order["status"] in COUNTING and not line["closed"]:
                found += max(sums["amount"] - max(sums["delivered"], sums["consumed"]), Decimal(0))
            found -= sums["returned"]
    paid = await life.world.conn.fetchval(
        "select coalesce(sum(amount), 0) from payment where reversed_on is null and customer_id = any($1)",
        [life.world.ids[f"SE01/{whose}"] for whose in (life.buyer, life.payer)],
    )
    return found - Decimal(paid)


async def test_whatever_happens_to_orders_each_amount_counts_once(ask: Asker, world: World) -> None:
    await checked(world, "SE01")
    done: Counter[str] = Counter()
    for seed in range(3):
        buyer, payer = await customer(world, "250"), await customer(world, "120")
        life = Life(ask, world, Random(seed), buyer, payer)
        await enters(life)
        told = []
        for _ in range(90):
            told.append(await life.step())
            assert await owed(life) == await facts(life), (seed, told)
        await assert_books_agree(world)
        done += Counter(life.done)
    assert len(done) > 14, sorted(done)
