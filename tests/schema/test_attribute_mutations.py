"""Credit attributes are changed by those who may, and a review that is due is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from schema.ids import node_id
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, codes, held_order, hold_status, keyed, mistaken, refused, rows, said, sek
from tests.schema.world import TODAY, World

FIELDS = """id version account unlimitedCredit mandatoryCreditLimit excludedFromCreditManagement excludedUntil
  accountStatus { code } statusReason { code kind } creditManagementGroup { code } creditRepresentative { name }
  creditRating eligibleLimit { amount currency } eligibleLimitDate customerSince inBusinessSince lastReviewDate
  nextReviewDate
  withAgency titleHeld notes"""
UPDATE = f"""mutation ($input: UpdateCreditAttributesInput!) {{ updateCreditAttributes(input: $input) {{
  customer {{ {FIELDS} }} errors {{ code message path node {{ id }} }} warnings {{ code }} replayed }} }}"""
CHECK = """query ($input: CheckCreditInput!) { checkCredit(input: $input) { check { outcome } errors { code } } }"""
TRAIL = """query ($id: ID!) { node(id: $id) { ... on Customer { timeline(last: 1) { nodes {
  kind actor { name } changes { field before after } } } } } }"""
WORKLIST = """query ($where: CustomerWhere, $first: Int, $after: String, $to: OrderDirection!) {
  customers(where: $where, first: $first, after: $after, orderBy: [{field: NEXT_REVIEW_DATE, direction: $to}]) {
    nodes { account nextReviewDate lastReviewDate statusReason { code } eligibleLimit { amount } notes }
    pageInfo { hasNextPage endCursor } } }"""

CLERK = {"as_": "CREDIT_CLERK"}
YESTERDAY, TOMORROW = (TODAY - timedelta(1)).isoformat(), (TODAY + timedelta(1)).isoformat()


@pytest.fixture
async def acme(world: World) -> str:
    """The account of a customer of its own in Sweden, with a limit of 100,000."""
    account = f"T{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", account, f"Attributed {account}")
    await world.limit(f"SE01/{account}", "100000 SEK")
    return account


@pytest.fixture
async def names(world: World) -> dict[str, str]:
    """The ids of names: an account status that holds, reasons, a credit management group, and those of Finland."""
    made = {
        "stopped": ("account_status", "acs", {"effect": "HOLD_ALL"}),
        "late": ("reason", "rea", {"kind": "STATUS"}),
        "paid": ("reason", "rea", {"kind": "RELEASE"}),
        "key": ("credit_management_group", "cmg", {}),
        "abroad": ("account_status", "acs", {"company_id": world.ids["FI01"], "effect": "NONE"}),
    }
    found = {}
    for name, (table, prefix, more) in made.items():
        code = f"{name}-{await world.conn.fetchval(f'select count(*) from {table}')}"
        found[name] = node_id(prefix, await world.put(table, code=code, name=name, **more))
    return found


def of(account: str, **given: Any) -> dict[str, Any]:
    return keyed(customer={"number": {"company": "SE01", "account": account}}, **given)


async def outcome(ask: Asker, account: str) -> str:
    """What becomes of an order that is too large for the limit."""
    order = {"customer": {"number": {"company": "SE01", "account": account}}, "amount": sek("120000")}
    found: str = (await ask(CHECK, {"input": order})).data["checkCredit"]["check"]["outcome"]
    return found


async def test_everything_is_changed_and_is_on_record_with_before_and_after(
    ask: Asker, world: World, acme: str, names: dict[str, str]
) -> None:
    given = {
        "mandatoryCreditLimit": True,
        "accountStatus": names["stopped"],
        "statusReason": names["late"],
        "creditManagementGroup": names["key"],
        "creditRating": "AA",
        "eligibleLimit": sek("250000.50"),
        "inBusinessSince": "1998-04-01",
        "customerSince": "2019-05-01",
        "lastReviewDate": TODAY.isoformat(),
        "nextReviewDate": TOMORROW,
        "withAgency": True,
        "titleHeld": True,
        "notes": "Asks for more in spring.",
    }
    after = (await changed(ask, UPDATE, of(acme, **given, expectedVersion=1)))["customer"]
    assert after["version"] == 2
    assert (after["eligibleLimit"], after["eligibleLimitDate"]) == (sek("250000.50"), TODAY.isoformat())
    assert after["statusReason"]["kind"] == "STATUS"
    plain = [name for name, value in given.items() if not isinstance(value, dict) and name not in _NAMED]
    assert {name: after[name] for name in plain} == {name: given[name] for name in plain}
    (event,) = (await ask(TRAIL, {"id": after["id"]})).data["node"]["timeline"]["nodes"]
    assert event["kind"] == "CREDIT_ATTRIBUTES_CHANGED"
    told = {one["field"]: (one["before"], one["after"]) for one in event["changes"]}
    assert told["mandatoryCreditLimit"] == ("false", "true")
    assert told["accountStatus"] == (None, after["accountStatus"]["code"])
    assert told["nextReviewDate"] == (None, TOMORROW)
    assert told["creditRating"] == (None, "AA")
    emptied = dict.fromkeys(("accountStatus", "statusReason", "eligibleLimit", "nextReviewDate", "notes"))
    cleared = (await changed(ask, UPDATE, of(acme, **emptied)))["customer"]
    assert [cleared[name] for name in (*emptied, "eligibleLimitDate")] == [None] * 6
    assert (cleared["creditRating"], cleared["withAgency"], cleared["version"]) == ("AA", True, 3)


_NAMED = {"accountStatus", "statusReason", "creditManagementGroup"}


async def test_the_same_again_changes_nothing(ask: Asker, world: World, acme: str) -> None:
    given = {"creditRating": "B", "eligibleLimit": sek("10.00"), "excludedFromCreditManagement": False}
    first = (await changed(ask, UPDATE, of(acme, **given)))["customer"]
    before = await rows(world)
    assert (await changed(ask, UPDATE, of(acme, **given)))["customer"] == first
    assert (await rows(world))["customer"] == before["customer"]


async def test_a_change_sent_twice_is_made_once(ask: Asker, world: World, acme: str) -> None:
    given = of(acme, notes="Once.")
    await changed(ask, UPDATE, given)
    again = await changed(ask, UPDATE, given)
    assert (again["replayed"], again["customer"]["version"]) == (True, 2)


@pytest.mark.parametrize("wider", [{"unlimitedCredit": True}, {"excludedFromCreditManagement": True}])
async def test_what_widens_credit_frees_orders_on_hold_and_its_end_holds_them_again(
    ask: Asker, world: World, acme: str, wider: dict[str, bool]
) -> None:
    hold = await held_order(ask, world, "SE01", acme, "120000")
    await changed(ask, UPDATE, of(acme, **wider))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    await changed(ask, UPDATE, of(acme, **dict.fromkeys(wider, False)))
    assert await hold_status(world, hold) == "OPEN"


async def test_a_customer_that_is_stopped_goes_on_when_its_status_ends(
    ask: Asker, world: World, acme: str, names: dict[str, str]
) -> None:
    await changed(ask, UPDATE, of(acme, accountStatus=names["stopped"]))
    hold = await held_order(ask, world, "SE01", acme, "10")
    await changed(ask, UPDATE, of(acme, accountStatus=None))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


RULE = """mutation ($input: SaveBlockingRuleInput!) { saveBlockingRule(input: $input) {
  blockingRule { id } errors { code message path } } }"""
CUSTOMERS = """mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) {
  customers { customerSince } errors { code message path } } }"""


async def test_whoever_changes_since_when_it_is_a_customer_has_its_holds_checked_again(
    ask: Asker, world: World, acme: str
) -> None:
    key = {"number": {"company": "SE01", "account": acme}}
    rule = {"kind": "NEW_CUSTOMER_AMOUNT", "type": "BLOCK", "validFor": "CUSTOMER", "days": 90, "amount": sek("500")}
    await changed(ask, UPDATE, of(acme, customerSince=YESTERDAY))
    await changed(ask, RULE, rule | {"company": "SE01", "customer": key})
    hold = await held_order(ask, world, "SE01", acme, "600")
    await changed(ask, UPDATE, of(acme, customerSince="2019-05-01"))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    sent = {"company": "SE01", "account": acme, "name": acme, "currency": "SEK", "party": f"P-SE01-{acme}"}
    for day, status in ((YESTERDAY, "OPEN"), ("2019-05-01", "READY_TO_RELEASE")):
        row = sent | {"customerSince": day}
        await changed(ask, CUSTOMERS, {"customers": [row]}, as_="INTEGRATION")
        assert await hold_status(world, hold) == status


POSITIONS = """query ($key: CustomerKey!, $asOf: Date) {
  customer(by: $key) { credit(asOf: $asOf) { limit { kind total { amount } } available { amount } } }
  exposureByCompany(companies: ["SE01"], asOf: $asOf, currency: "SEK") {
    creditLimits { amount } overLimitCustomers overLimitAmount { amount } }
  company(code: "SE01") { exposure(asOf: $asOf) { total { amount } } }
  exposureReport(groupBy: [COMPANY], asOf: $asOf, currency: "SEK", where: {companies: ["SE01"]}) {
    nodes { companyCode creditLimits } } }"""


async def test_an_earlier_day_is_worked_out_with_the_flags_of_that_day(
    ask: Asker, pool: asyncpg.Pool, world: World, acme: str
) -> None:
    both, key = BothLanes(house(pool)), {"number": {"company": "SE01", "account": acme}}

    async def told(day: str | None) -> Any:
        return (await both(POSITIONS, {"key": key, "asOf": day}))[0]["data"]

    await world.owes(f"SE01/{acme}", "150000 SEK", TODAY, TODAY - timedelta(5))
    before = await told(YESTERDAY)
    assert before["customer"]["credit"]["limit"] == {"kind": "AMOUNT", "total": {"amount": "100000.00"}}
    await changed(ask, UPDATE, of(acme, unlimitedCredit=True))
    await changed(ask, UPDATE, of(acme, mandatoryCreditLimit=True))
    assert await told(YESTERDAY) == before
    after = await told(None)
    assert after["customer"]["credit"]["limit"] == {"kind": "UNLIMITED", "total": None}
    over = [one["exposureByCompany"][0]["overLimitCustomers"] for one in (before, after)]
    assert over[0] == over[1] + 1
    assert await told(TODAY.isoformat()) == after
    kept = await world.conn.fetch("select * from customer_flags where customer_id = $1", world.ids[f"SE01/{acme}"])
    assert [(row["until_day"], row["unlimited_credit"]) for row in kept] == [(TODAY - timedelta(1), False)]
    await world.conn.execute("update customer_flags set until_day = $1", TODAY - timedelta(3))
    assert (await told((TODAY - timedelta(2)).isoformat()))["customer"] == after["customer"]
    assert (await told((TODAY - timedelta(3)).isoformat()))["customer"] == before["customer"]


async def test_an_exclusion_holds_to_the_end_of_its_last_day(ask: Asker, world: World, acme: str) -> None:
    today = {"excludedFromCreditManagement": True, "excludedUntil": TODAY.isoformat()}
    await changed(ask, UPDATE, of(acme, **today))
    assert await outcome(ask, acme) == "EXEMPT"
    await world.conn.execute(
        "update customer set excluded_until = $2 where account = $1", acme, TODAY - timedelta(days=1)
    )
    assert await outcome(ask, acme) != "EXEMPT"
    kept = {"excludedFromCreditManagement": True, "excludedUntil": YESTERDAY, "notes": "Ended."}
    form = (await changed(ask, UPDATE, of(acme, **kept), **CLERK))["customer"]
    assert form["notes"] == "Ended.", "a clerk's form sends what is there, and what ended is in nobody's way"
    ended = (await changed(ask, UPDATE, of(acme, excludedFromCreditManagement=False)))["customer"]
    assert (ended["excludedFromCreditManagement"], ended["excludedUntil"]) == (False, None)


DECIDING = [
    {"unlimitedCredit": True},
    {"mandatoryCreditLimit": True},
    {"excludedFromCreditManagement": True},
    {"accountStatus": "stopped"},
    {"creditManagementGroup": "key"},
    {"customerSince": "2019-05-01"},
]


@pytest.mark.parametrize("decides", DECIDING, ids=lambda one: next(iter(one)))
async def test_a_clerk_reviews_customers_and_decides_nothing(
    ask: Asker, world: World, acme: str, names: dict[str, str], decides: dict[str, Any]
) -> None:
    given = {name: names.get(str(value), value) for name, value in decides.items()}
    reviewed = {"lastReviewDate": TODAY.isoformat(), "nextReviewDate": TOMORROW, "creditRating": "C"}
    assert await mistaken(ask, world, UPDATE, of(acme, **reviewed, **given), **CLERK) == ["FORBIDDEN"]
    await changed(ask, UPDATE, of(acme, **given))
    after = (await changed(ask, UPDATE, of(acme, **reviewed, **given), **CLERK))["customer"]
    assert after["creditRating"] == "C", "what decides is sent as it is, and stays"


async def test_an_erp_never_changes_credit_attributes(ask: Asker, world: World, acme: str) -> None:
    given = of(acme, unlimitedCredit=True)
    assert await mistaken(ask, world, UPDATE, given, as_="INTEGRATION") == ["FORBIDDEN"]
    abroad: dict[str, Any] = {"as_": "CREDIT_MANAGER", "companies": ["FI01"]}
    assert await mistaken(ask, world, UPDATE, given, **abroad) == ["COMPANY_NOT_AVAILABLE"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"accountStatus": "abroad"}, "NOT_FOUND", "accountStatus"),
    ({"statusReason": "paid"}, "INVALID_VALUE", "statusReason"),
    ({"statusReason": f"rea_{'0' * 32}"}, "NOT_FOUND", "statusReason"),
    ({"creditManagementGroup": f"cmg_{'0' * 32}"}, "NOT_FOUND", "creditManagementGroup"),
    ({"creditRating": " "}, "INVALID_VALUE", "creditRating"),
    ({"notes": "n" * 10_001}, "INVALID_VALUE", "notes"),
    ({"eligibleLimit": sek("-1")}, "AMOUNT_NEGATIVE", "eligibleLimit"),
    ({"eligibleLimit": sek("1.001")}, "AMOUNT_PRECISION", "eligibleLimit"),
    ({"eligibleLimit": {"amount": "1", "currency": "XQQ"}}, "CURRENCY_UNKNOWN", "eligibleLimit"),
    ({"eligibleLimitDate": YESTERDAY}, "INVALID_VALUE", "eligibleLimitDate"),
    ({"lastReviewDate": TOMORROW}, "DAY_IN_FUTURE", "lastReviewDate"),
    ({"customerSince": TOMORROW}, "DAY_IN_FUTURE", "customerSince"),
    ({"inBusinessSince": TOMORROW}, "DAY_IN_FUTURE", "inBusinessSince"),
    ({"lastReviewDate": TODAY.isoformat(), "nextReviewDate": YESTERDAY}, "DATE_ORDER", "nextReviewDate"),
    ({"excludedUntil": TOMORROW}, "INVALID_VALUE", "excludedUntil"),
    ({"excludedFromCreditManagement": True, "excludedUntil": YESTERDAY}, "DATE_ORDER", "excludedUntil"),
    ({"expectedVersion": 9}, "VERSION_CONFLICT", "expectedVersion"),
]


@pytest.mark.parametrize(("wrong", "code", "path"), BAD)
async def test_what_is_wrong_is_refused_where_it_is_wrong_and_nothing_is_changed(
    ask: Asker, world: World, acme: str, names: dict[str, str], wrong: dict[str, Any], code: str, path: str
) -> None:
    given = {name: names.get(str(value), value) for name, value in wrong.items()}
    payload = await refused(ask, world, UPDATE, of(acme, **{"titleHeld": True} | given), language="sv")
    assert said(payload) == [(code, path)]
    assert payload["errors"][0]["message"]
    assert (payload["customer"]["account"], payload["customer"]["titleHeld"]) == (acme, False)


async def test_a_customer_nobody_knows_is_not_found(ask: Asker, world: World) -> None:
    assert said(await refused(ask, world, UPDATE, of("none", notes="x"))) == [("NOT_FOUND", "customer")]
    wrong = keyed(customer={"id": f"grp_{'0' * 32}"}, notes="x")
    assert await mistaken(ask, world, UPDATE, wrong) == ["BAD_USER_INPUT"]


async def test_reviews_that_are_due_are_a_list_that_is_read_page_by_page(
    ask: Asker, world: World, pool: asyncpg.Pool, names: dict[str, str]
) -> None:
    await world.company("DK01", "Nordic ApS", "SEK", "DK", "da-DK", "Europe/Copenhagen")
    for number, due in enumerate((3, -1, None, -40, 30, -1)):
        account = f"R{number}"
        await world.customer("DK01", account, account)
        if due is not None:
            day = (TODAY + timedelta(days=due)).isoformat()
            given = {"nextReviewDate": day, "statusReason": names["late"], "eligibleLimit": sek("5")}
            key = {"number": {"company": "DK01", "account": account}}
            await changed(ask, UPDATE, keyed(customer=key, **given), **CLERK)
    both = BothLanes(house(pool))

    async def due_within(number: int, to: str = "ASC") -> list[str]:
        last = (TODAY + timedelta(days=number)).isoformat()
        where = {"companies": ["DK01"], "nextReviewDate": {"range": {"until": last}}}
        found, cursor, more = [], None, True
        while more:
            variables = {"where": where, "first": 2, "after": cursor, "to": to}
            told, fast = await both(WORKLIST, variables, as_="CREDIT_CLERK")
            assert fast
            found += [node["account"] for node in told["data"]["customers"]["nodes"]]
            page = told["data"]["customers"]["pageInfo"]
            more, cursor = page["hasNextPage"], page["endCursor"]
        return found

    assert await due_within(0) == ["R3", "R1", "R5"]
    assert await due_within(7) == ["R3", "R1", "R5", "R0"]
    assert await due_within(7, "DESC") == ["R0", "R1", "R5", "R3"]
    assert await due_within(365) == ["R3", "R1", "R5", "R0", "R4"]
    never = {"companies": ["DK01"], "nextReviewDate": {"isNull": True}}
    told, _ = await both(WORKLIST, {"where": never, "to": "ASC"})
    assert [node["account"] for node in told["data"]["customers"]["nodes"]] == ["R2"]


async def test_both_lanes_tell_the_same_of_attributes(
    ask: Asker, pool: asyncpg.Pool, world: World, acme: str, names: dict[str, str]
) -> None:
    given = {
        "excludedFromCreditManagement": True,
        "excludedUntil": TOMORROW,
        "statusReason": names["late"],
        "eligibleLimit": sek("7.00"),
        "notes": 'Says "more" \u00e5 \\',
    }
    made = (await changed(ask, UPDATE, of(acme, **given)))["customer"]
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Customer {{ {FIELDS} }} }} }}"
    told, fast = await BothLanes(house(pool))(query, {"id": made["id"]})
    assert fast
    assert told["data"]["node"] == made


async def test_a_refusal_is_on_record_and_says_its_code(ask: Asker, world: World, acme: str) -> None:
    payload = await refused(ask, world, UPDATE, of(acme, excludedUntil=TOMORROW))
    assert codes(payload["errors"]) == ["INVALID_VALUE"]
    kept = "select count(*) from audit_event where kind = 'CREDIT_ATTRIBUTES_CHANGED' and refused"
    assert await world.conn.fetchval(kept) > 0


async def test_a_status_that_holds_invoices_lets_orders_go_on_until_they_are_invoiced(
    ask: Asker, world: World, acme: str
) -> None:
    held = await world.put("account_status", code=f"no invoices {acme}", name="No invoices", effect="HOLD_INVOICING")
    await world.conn.execute(
        "insert into checkpoint_setting (company_id, checkpoint) values ($1, 'INVOICE'), ($1, 'CONFIRMATION')"
        " on conflict do nothing",
        world.ids["SE01"],
    )
    await changed(ask, UPDATE, of(acme, accountStatus=node_id("acs", held)))
    order = {"customer": {"number": {"company": "SE01", "account": acme}}, "amount": sek("10")}
    query = """query ($input: CheckCreditInput!) { checkCredit(input: $input) {
      check { outcome explanation reasons { code } unblock { kind } } } }"""
    confirmed = (await ask(query, {"input": order})).data["checkCredit"]["check"]
    assert (confirmed["outcome"], confirmed["reasons"]) == ("PASSED", [])
    invoiced = (await ask(query, {"input": order | {"checkpoint": "INVOICE"}}, language="sv")).data["checkCredit"]
    assert invoiced["check"] == {
        "outcome": "HELD",
        "explanation": "Kundens kreditstatus spärrar dess fakturor.",
        "reasons": [{"code": "ACCOUNT_STATUS"}],
        "unblock": [],
    }
    await world.conn.execute("delete from checkpoint_setting where checkpoint = 'INVOICE'")
