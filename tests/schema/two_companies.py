"""Two companies that share a credit group and a party, each with rows in every table, for tests of who sees what.

Everything of `OTHER` is marked: its texts hold `CANARY`, its amounts and counts the digits `DIGITS`. Sums over several
of its documents do not, so that a shared total can be told from a document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.exposure import Category
from domain.message import Message
from persistence.balances import fold
from persistence.database import Connection
from persistence.frozen import freeze_message
from persistence.tables.reference import NAMED
from tests.schema import paper
from tests.schema.world import LONG_AGO, NOW, TODAY, World

CANARY, DIGITS = "CANARY7", "98765432"
PAST = date(2026, 11, 16)
"""A day before today on which most of it was there already."""

GROUP, PARTY = "SHARED", "ACME"
"""Numbers of what both companies see in total."""


@dataclass(frozen=True)
class Firm:
    """A company of the test: its word begins every text that is its own, its base every amount."""

    code: str
    currency: str
    country: str
    locale: str
    time_zone: str
    word: str
    base: int

    def text(self, what: str) -> str:
        """A name or a number of its own."""
        return f"{self.word}-{what}"

    def account(self, number: int) -> str:
        """A customer as tests name it: 1 shares group and party, 2 has its own, 3 is paid for by 2."""
        return f"{self.code}/{self.text(str(number))}"

    def exactly(self, cents: int) -> Decimal:
        """An amount that is different for every number of cents."""
        return Decimal(self.base) + Decimal(cents) / 100

    def money(self, cents: int) -> str:
        """The same with its currency."""
        return f"{self.exactly(cents)} {self.currency}"


OWN = Firm("SE01", "SEK", "SE", "sv-SE", "Europe/Stockholm", "Own", 1000)
OTHER = Firm(CANARY, "EUR", "FI", "fi-FI", "Europe/Helsinki", CANARY, int(DIGITS))
FIRMS = (OWN, OTHER)


async def two_companies(conn: Connection) -> World:
    """Both, with everything they have and share."""
    world = World(conn)
    for day, rate in ((TODAY, "11.50"), (PAST, "11.40")):
        await world.rate("EUR", "SEK", rate, day)
    await world.put("party", PARTY, number=PARTY, name="Acme", registration_number="556000-0000", country="SE")
    for firm in FIRMS:
        await world.company(firm.code, firm.text("company"), firm.currency, firm.country, firm.locale, firm.time_zone)
        await _names(world, firm)
        await _customers(world, firm)
    await world.group(GROUP, "Shared group", "SEK", *(firm.account(1) for firm in FIRMS), limit="250000.00 SEK")
    for firm in FIRMS:
        await _limits(world, firm)
        await _ledger(world, firm)
    await fold(conn)
    for firm in FIRMS:
        await _orders(world, firm)
        await _checks(world, firm)
        await _trail(world, firm)
        await _machinery(world, firm)
    await _entangled(world)
    return world


def owner(world: World, firm: Firm, number: int = 1) -> dict[str, UUID]:
    """Whose a fact is, as columns."""
    return {"customer_id": world.ids[firm.account(number)], "company_id": world.ids[firm.code]}


async def _names(world: World, firm: Firm) -> None:
    company = {"company_id": world.ids[firm.code]}
    buckets = [{"title": firm.text("column"), "from": None, "until": 0}, {"from": 1, "until": None}]
    more: dict[str, dict[str, Any]] = {
        "reason": {"kind": "RELEASE"},
        "account_status": {"effect": "NONE"},
        "payment_terms": {"days": firm.base, "rank": firm.base},
        "cash_discount": {"rank": firm.base},
        "aging_definition": {"buckets": buckets},
    }
    for table in NAMED:
        called = f"{table} {firm.code}"
        said = {"code": firm.text(table), "name": firm.text(f"{table} name")}
        key = await world.put(table, called, **company, **said, **more.get(table, {}))
        for locale in ("en", "sv"):
            value = firm.text(f"{table} in {locale}")
            await world.put("translation", subject_id=key, field="name", locale=locale, value=value)
    await world.put("checkpoint_setting", **company, checkpoint="CONFIRMATION", grace_days=firm.base)
    await world.put("fiscal_year_change", **company, from_day=PAST.replace(day=1), long_year=True)


async def _customers(world: World, firm: Firm) -> None:
    references = (
        "customer_group",
        "credit_management_group",
        "account_status",
        "payment_terms",
        "cash_discount",
        "risk_group",
    )
    coded = {f"{table}_id": world.ids[f"{table} {firm.code}"] for table in references}
    since = {
        "customer_since": LONG_AGO,
        "in_business_since": LONG_AGO,
        "status_reason_id": world.ids[f"reason {firm.code}"],
    }
    judged = {"credit_rating": firm.text("rating"), "notes": firm.text("notes"), "eligible_limit": firm.exactly(42)}
    reviewed = {"eligible_limit_currency": firm.currency, "last_review_date": LONG_AGO, "next_review_date": TODAY}
    for number in (1, 2, 3):
        party = PARTY if number == 1 else f"P-{firm.text(str(number))}"
        if party not in world.ids:
            row = {"number": party, "name": firm.text("party"), "registration_number": firm.text("registered")}
            await world.put("party", party, **row, country=firm.country)
        said = {"country": firm.country, "risk_score": firm.base + number, **since, **coded, **judged, **reviewed}
        await world.customer(firm.code, firm.text(str(number)), firm.text(f"customer {number}"), party, **said)
    payer = {"customer_id": world.ids[firm.account(3)], "payer_id": world.ids[firm.account(2)]}
    await world.put("customer_payer", **payer, from_day=LONG_AGO, recorded_at=NOW)


_COLLATERAL_NAMES = (("type", "collateral_type"), ("coverage_type", "coverage_type"))


async def _limits(world: World, firm: Firm) -> None:
    await world.group(firm.text("group"), firm.text("group name"), firm.currency, firm.account(2), limit=firm.money(1))
    await world.limit(firm.account(1), firm.money(2))
    until = {"kind": "TEMPORARY", "from_day": TODAY, "until_day": TODAY + timedelta(days=9)}
    world.ids[f"temporary {firm.code}"] = await world.limit(firm.account(2), firm.money(3), **until)
    writer = await paper.actor(world)
    await world.party_limits("customer", firm.account(2), firm.money(43), writer, max_days_overdue=9)
    await world.party_limits("party", f"P-{firm.text('2')}", firm.money(44), writer, turnover_percent=Decimal(10))
    said = {"number": firm.text("adjustment"), "description": firm.text("adjusted"), "created_by_id": writer}
    key = await world.put("credit_limit_adjustment", company_id=world.ids[firm.code], kind="PERMANENT", **said)
    world.ids[f"adjustment {firm.code}"] = key
    line = {"adjustment_id": key, "currency": firm.currency}
    own = {"customer_id": world.ids[firm.account(1)], "amount": firm.exactly(4)}
    world.ids[f"line {firm.code}"] = await world.put("credit_limit_adjustment_line", **line, **own, line_number=1)
    shared = {"credit_group_id": world.ids[GROUP], "amount": firm.exactly(5)}
    await world.put("credit_limit_adjustment_line", **line, **shared, line_number=firm.base)
    for kind, cents in (("INSURANCE", 6), ("GUARANTEE", 7)):
        said = {"provider": firm.text("provider"), "number": firm.text(f"policy {kind}"), "value": firm.exactly(cents)}
        terms = {"currency": firm.currency, "percent": Decimal(30), "from_day": LONG_AGO}
        asks = {"maximum_terms_days": firm.base, "declare_within_days": 30 if kind == "INSURANCE" else None}
        named = {f"{name}_id": world.ids[f"{table} {firm.code}"] for name, table in _COLLATERAL_NAMES}
        row = said | terms | asks | named
        await world.put("collateral", f"{kind} {firm.code}", kind=kind, **owner(world, firm), **row)


async def _ledger(world: World, firm: Firm) -> None:
    due, dated = TODAY - timedelta(days=20), TODAY - timedelta(days=50)
    booked = {"booked_amount": firm.exactly(13), "tax_amount": firm.exactly(45)}
    for number in (1, 2):
        first, second, note = (firm.text(f"{what} {number}") for what in ("item A", "item B", "note"))
        await paper.item(world, firm.account(number), first, firm.money(11), due, dated, **booked)
        await paper.item(world, firm.account(number), second, firm.money(12), due, dated, disputed=firm.exactly(8))
        credit = f"-{firm.money(10)}"
        await paper.item(world, firm.account(number), note, credit, due, dated, kind="CREDIT_NOTE")
        for cents in (14, 15):
            paid = firm.text(f"payment {cents} {number}")
            await paper.payment(world, firm.account(number), paid, firm.money(cents), dated)
            unapplied = f"-{firm.money(cents)}"
            await world.owes(firm.account(number), unapplied, dated, dated, Category.UNAPPLIED)
        paid = firm.text(f"payment 14 {number}")
        await paper.settle(world, firm.account(number), first, paid, firm.money(9), TODAY - timedelta(days=30))
        for document, numbered in (("open_item", first), ("open_item", second), ("open_item", note), ("payment", paid)):
            await _numbered(world, firm, number, document, numbered)
    await world.owes(firm.account(1), firm.money(16), due, dated, Category.DISPUTED)
    declared = {"collateral_id": world.ids[f"INSURANCE {firm.code}"], "amount": firm.exactly(12)}
    declared |= {"open_item_id": world.ids[firm.text("item B 1")], "currency": firm.currency, "declared_on": TODAY}
    said = {"reference": firm.text("declared")}
    await world.put("collateral_declaration", **owner(world, firm), **declared, **said)


async def _numbered(world: World, firm: Firm, number: int, document: str, numbered: str) -> None:
    known = {"document": document, "number": numbered, "document_id": world.ids[numbered]}
    await world.put("document_number", **owner(world, firm, number), **known)


async def _orders(world: World, firm: Firm) -> None:
    categories = (Category.OPEN_ORDERS, Category.OPEN_DELIVERIES, Category.OPEN_BILLING, Category.HELD_ORDERS)
    for category in (*categories, Category.SPECIAL_LIABILITIES, Category.SALES):
        for which, cents in ((1, 21), (1, 22), (2, 23)):
            await world.owes(firm.account(which), firm.money(cents), TODAY, TODAY, category)
    number = firm.text("order")
    terms: dict[str, Any] = {"payment_terms_id": world.ids[f"payment_terms {firm.code}"], "ship_date": TODAY}
    terms["cash_discount_id"] = world.ids[f"cash_discount {firm.code}"]
    order = await paper.order(world, firm.account(1), number, firm.money(24), **terms)
    await _numbered(world, firm, 1, "sales_order", number)
    of = {**owner(world, firm), "sales_order_id": order}
    line = await world.put(
        "sales_order_line", **of, line_number=firm.base, description=firm.text("goods"), amount=firm.exactly(25)
    )
    slip = {"number": firm.text("slip"), "amount": firm.exactly(26), "delivered_on": TODAY}
    await world.put("delivery", **of, line_id=line, **slip)
    bill = {"number": firm.text("bill"), "amount": firm.exactly(27), "billed_on": TODAY}
    await world.put("billing", **of, line_id=line, **bill)
    back = {"number": firm.text("return"), "amount": firm.exactly(29), "returned_on": TODAY}
    await world.put("goods_return", **of, line_id=line, **back)


async def _checks(world: World, firm: Firm) -> None:
    held, released = firm.text("held order"), firm.text("released order")
    person = await paper.actor(world, "Bo")
    await world.put("actor_role", actor_id=person, company_id=world.ids[firm.code], role="CREDIT_CLERK")
    said = {"notes": firm.text("note"), "responsible_id": person, "review_date": TODAY}
    await paper.held(world, firm.account(1), held, firm.money(31), **said)
    await paper.held(world, firm.account(1), released, firm.money(32), status="RELEASED")
    bounds = {"note": firm.text("released"), "ceiling": firm.exactly(33), "last_date": TODAY}
    await paper.released(world, firm.account(1), released, world.ids[f"reason {firm.code}"], **bounds)
    await paper.decided(world, firm.account(2), firm.text("small order"), firm.money(34))
    for number in (held, released):
        await _numbered(world, firm, 1, "sales_order", number)
    await _numbered(world, firm, 2, "sales_order", firm.text("small order"))
    rule = {"company_id": world.ids[firm.code], "type": "BLOCK", "percent": Decimal(1000)}
    group = world.ids[f"credit_management_group {firm.code}"]
    whose = {"valid_for": "GROUP", "credit_management_group_id": group}
    amount = {"amount": firm.exactly(35), "currency": firm.currency, "days": firm.base}
    key = await world.put("blocking_rule", **rule, **whose, **amount, kind="CREDIT_LIMIT_USED")
    world.ids[f"rule {firm.code}"] = key
    authority = {"company_id": world.ids[firm.code], "amount": firm.exactly(36), "currency": firm.currency}
    await world.put("approval_authority", **authority, role="CREDIT_CLERK")
    await _approval(world, firm, held)


async def _approval(world: World, firm: Firm, held: str) -> None:
    """Somebody stands in for somebody, and a release is asked for."""
    company, lender = world.ids[firm.code], await paper.actor(world, "Bo")
    delegate = await paper.actor(world, "Cecilia")
    lent = {"lender_id": lender, "delegate_id": delegate, "role": "CREDIT_MANAGER", "note": firm.text("away")}
    days = {"from_day": TODAY, "until_day": TODAY + timedelta(days=9)}
    bound = {"amount": firm.exactly(37), "currency": firm.currency}
    key = await world.put("delegation", company_id=company, **lent, **bound, **days)
    world.ids[f"delegation {firm.code}"] = key
    change: dict[str, Any] = {**owner(world, firm, 2), "asked_by_id": lender}
    stood = {"field": "notes", "before": firm.text("notes before"), "after": firm.text("notes asked for")}
    change |= {"changes": [stood], "asked": {"notes": {"before": stood["before"], "after": stood["after"]}}}
    key = await world.put("credit_change_request", **change)
    world.ids[f"credit change {firm.code}"] = key
    for subject, whose in (("credit_group", firm.text("group")), ("party", f"P-{firm.text('2')}")):
        shared = {f"{subject}_id": world.ids[whose], "asked_by_id": lender, "kind": "PARTY_LIMITS", "asked": {}}
        words = {"changes": [{**stood, "field": subject}], "decision_note": firm.text(f"{subject} decision")}
        await world.put("credit_change_request", f"credit change {subject} {firm.code}", **shared, **words)
    until = {"until_day": TODAY - timedelta(days=9), "recorded_at": NOW}
    await world.put("customer_flags", customer_id=change["customer_id"], **until)
    order = world.ids[held]
    hold = world.ids[f"hold {held}"]
    words = {"note": firm.text("asks"), "decision_note": firm.text("decides")}
    amounts = {"amount": firm.exactly(38), "highest": firm.exactly(39), "ceiling": firm.exactly(39)}
    who = {"asked_by_id": lender, "asked_at": NOW, "reason_id": world.ids[f"reason {firm.code}"]}
    about = {"hold_id": hold, "sales_order_id": order, "currency": firm.currency, "last_date": TODAY}
    asked = await world.put("release_request", **owner(world, firm), **about, **amounts, **who, **words)
    await world.conn.execute("update credit_hold set release_request_id = $1 where id = $2", asked, hold)


async def _trail(world: World, firm: Firm) -> None:
    customer = ("customer", world.ids[firm.account(1)])
    change = [{"field": "name", "before": firm.text("before"), "after": firm.text("after")}]
    await paper.event(world, "CUSTOMER_SAVED", firm.text("was saved"), firm.code, customer, changes=change)
    group, party = ("credit_group", world.ids[firm.text("group")]), ("party", world.ids[f"P-{firm.text('2')}"])
    await paper.event(world, "GROUP_SAVED", firm.text("group was saved"), None, group)
    await paper.event(world, "PARTY_SAVED", firm.text("party was saved"), None, party)
    shared = ("credit_group", world.ids[GROUP])
    await paper.event(world, "GROUP_SAVED", "The shared group was saved.", None, shared)


async def _machinery(world: World, firm: Firm) -> None:
    """Files that were read, callers that asked twice, and what is told on."""
    importer = await world.put("actor", subject=f"importer {firm.code}", name=f"Importer {FIRMS.index(firm)}")
    mine = {"kind": "IMPORT", "status": "WAITING", "started_by_id": importer, "done": firm.base, "total": firm.base}
    job = await world.put("job", f"job {firm.code}", **mine, source=firm.text("file"), remaining_seconds=firm.base)
    told = freeze_message(Message(firm.text("is wrong")))
    bad = {"line": firm.base, "column_name": firm.text("heading"), "value": firm.text("cell"), "code": "INVALID_VALUE"}
    await world.put("rejected_row", job_id=job, message=told, **bad)
    acted = {"actor_id": importer}
    await paper.event(world, "JOB_STARTED", firm.text("file began"), None, ("job", job), **acted)
    refused = {**acted, "refused": True}
    orders = (("sales_order", world.ids[firm.text("order")]), ("credit_group", world.ids[GROUP]), None)
    for about in orders:
        await paper.event(world, "ORDER_SUBMITTED", firm.text("was refused"), None, about, **refused)
    heard = {"subject_id": world.ids[firm.account(1)], "payload": {"table": firm.text("row")}}
    await world.put("outbox", kind="CUSTOMER_SAVED", company_id=world.ids[firm.code], **heard)
    about = {"subject_kind": firm.text("row"), "subject_id": world.ids[firm.account(1)]}
    await world.put("event", kind="CUSTOMER_SAVED", company_id=world.ids[firm.code], **about, recorded_at=NOW)
    asked = {"mutation": "submitSalesOrder", "key": firm.text("key"), "input_hash": firm.text("hash")}
    await world.put("idempotency_key", **acted, **asked, result={"id": firm.text("result")}, recorded_at=NOW)


async def _entangled(world: World) -> None:
    """An adjustment of our own company in which somebody who may act in both wrote a line for the other's customer."""
    said = {"number": OWN.text("both"), "kind": "PERMANENT", "created_by_id": await paper.actor(world)}
    key = await world.put("credit_limit_adjustment", company_id=world.ids[OWN.code], **said)
    line = {"adjustment_id": key, "line_number": 1}
    theirs = {"customer_id": world.ids[OTHER.account(2)], "amount": OTHER.exactly(41), "currency": OTHER.currency}
    await world.put("credit_limit_adjustment_line", **line, **theirs)
