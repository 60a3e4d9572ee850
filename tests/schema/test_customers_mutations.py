"""Customers come from the ERPs with their payers; what decides on credit comes once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.books import (
    ERP,
    assert_books_agree,
    customer,
    invoice,
    mutation,
    number,
    order,
    ordered,
    paid,
    posted,
    received,
    takes,
)
from tests.schema.changing import changed, customer_id, keyed, mistaken, refused, rows, said, sek
from tests.schema.world import World

CUSTOMER = """id version account name currency locale country party { number } payer { account } customerGroup { code }
  creditManagementGroup { code } accountStatus { code } riskScore unlimitedCredit mandatoryCreditLimit
  excludedFromCreditManagement customerSince"""
SAVE = mutation("upsertCustomers", f"customers {{ {CUSTOMER} }}")
CHANGE_PAYER = mutation("changePayer", f"customer {{ {CUSTOMER} }}")


@pytest.fixture(autouse=True)
async def books(world: World) -> AsyncIterator[None]:
    """After every test the sums are what the facts come to."""
    yield
    await assert_books_agree(world)


def row(**more: Any) -> dict[str, Any]:
    """A customer of SE01 of the party ACME."""
    return {"company": "SE01", "account": number(), "party": "ACME", "name": "Acme", "currency": "SEK"} | more


async def saved(ask: Asker, *customers: dict[str, Any]) -> list[Any]:
    found: list[Any] = (await changed(ask, SAVE, {"customers": customers}, **ERP))["customers"]
    return found


async def named(world: World, table: str, code: str, company: str | None = None, **more: Any) -> None:
    """A coded name, of one company or of all."""
    await world.put(table, code=code, name=code, company_id=world.ids[company] if company else None, **more)


async def test_a_customer_comes_with_everything_and_sent_again_stays_untouched(ask: Asker, world: World) -> None:
    code = number()
    await named(world, "customer_group", code)
    await named(world, "account_status", code, "SE01", effect="HOLD_ALL")
    given = row(
        country="SE",
        customerGroup=code,
        accountStatus=code,
        riskScore=70,
        customerSince="2019-05-01",
        unlimitedCredit=True,
    )
    (made,) = await saved(ask, given)
    assert (made["party"], made["customerGroup"], made["accountStatus"]) == (
        {"number": "ACME"},
        {"code": code},
        {"code": code},
    )
    assert (made["locale"], made["riskScore"], made["unlimitedCredit"], made["version"]) == ("sv-SE", 70, True, 1)
    assert made["payer"] == {"account": given["account"]}
    before = await rows(world)
    assert await saved(ask, given) == [made]
    assert await rows(world) == before
    (changed_now,) = await saved(ask, given | {"name": "Acme 2", "customerGroup": None})
    assert (changed_now["name"], changed_now["customerGroup"], changed_now["version"]) == ("Acme 2", None, 2)
    changes = await world.conn.fetchval(
        "select changes from audit_event where kind = 'CUSTOMER_SAVED' order by id desc limit 1"
    )
    assert changes == [
        {"field": "name", "before": "Acme", "after": "Acme 2"},
        {"field": "customerGroup", "before": code, "after": None},
    ]


STATUS = {"kind": "STATUS"}

FILE: dict[str, Any] = {
    "excludedFromCreditManagement": True,
    "excludedUntil": "2027-01-31",
    "creditRating": "AA",
    "eligibleLimit": sek("2500.50"),
    "eligibleLimitDate": "2026-01-15",
    "lastReviewDate": "2026-01-15",
    "nextReviewDate": "2027-01-15",
    "withAgency": True,
    "titleHeld": True,
    "notes": "Pays in spring.",
}


async def test_a_credit_file_comes_once_with_a_new_customer(ask: Asker, world: World) -> None:
    document = mutation(
        "upsertCustomers",
        "customers { version eligibleLimit { amount currency } "
        + " ".join(name for name in FILE if name != "eligibleLimit")
        + " }",
    )
    given = row(**FILE)
    for _ in range(2):
        (made,) = (await changed(ask, document, {"customers": [given]}, **ERP))["customers"]
        assert made == FILE | {"version": 1}, "sent again as it is, it stays"
    for field, value in (("creditRating", "B"), ("eligibleLimit", sek("1")), ("titleHeld", False), ("notes", None)):
        other = {"customers": [given | {field: value}]}
        assert said(await refused(ask, world, SAVE, other, **ERP)) == [("DOCUMENT_DIFFERS", f"customers.0.{field}")]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"excludedUntil": "2027-01-31"}, "INVALID_VALUE", "excludedUntil"),
        ({"eligibleLimit": sek("-1")}, "AMOUNT_NEGATIVE", "eligibleLimit"),
        ({"eligibleLimitDate": "2026-01-15"}, "INVALID_VALUE", "eligibleLimitDate"),
        ({"lastReviewDate": "2027-01-15"}, "DAY_IN_FUTURE", "lastReviewDate"),
        ({"lastReviewDate": "2026-01-15", "nextReviewDate": "2026-01-14"}, "DATE_ORDER", "nextReviewDate"),
        ({"creditRating": " "}, "INVALID_VALUE", "creditRating"),
    ],
)
async def test_a_credit_file_that_cannot_be_meant_is_refused(
    ask: Asker, world: World, more: dict[str, Any], code: str, field: str
) -> None:
    given = {"customers": [row(**more)]}
    assert said(await refused(ask, world, SAVE, given, **ERP)) == [(code, f"customers.0.{field}")]


async def test_what_is_not_sent_stays_as_it_is(ask: Asker, world: World) -> None:
    given = row()
    await saved(ask, given | {"riskScore": 5, "country": "SE"})
    (after,) = await saved(ask, given | {"locale": None, "unlimitedCredit": None})
    assert (after["riskScore"], after["country"], after["version"]) == (5, "SE", 1)


@pytest.mark.parametrize(
    "attribute",
    [
        {"unlimitedCredit": True},
        {"mandatoryCreditLimit": True},
        {"excludedFromCreditManagement": True},
        {"accountStatus": "HOLD"},
        {"statusReason": "LATE"},
        {"creditManagementGroup": "KEY"},
        {"party": "P-SE01-1002"},
    ],
)
async def test_an_erp_never_changes_what_decides_on_credit(ask: Asker, world: World, attribute: dict[str, Any]) -> None:
    await named(world, "account_status", number())
    names = (("account_status", "HOLD", {}), ("credit_management_group", "KEY", {}), ("reason", "LATE", STATUS))
    for table, code, more in names:
        if await world.conn.fetchval(f"select count(*) from {table} where code = $1", code) == 0:
            await named(world, table, code, **more)
    given = row()
    (made,) = await saved(ask, given)
    payload = await refused(ask, world, SAVE, {"customers": [given | attribute]}, **ERP)
    assert said(payload) == [("DOCUMENT_DIFFERS", f"customers.0.{next(iter(attribute))}")]
    assert payload["errors"][0]["node"] == {"__typename": "Customer", "id": made["id"]}
    fresh = row() | attribute
    (loaded,) = await saved(ask, fresh)
    assert await saved(ask, fresh) == [loaded]


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"party": "none"}, "NOT_FOUND", "party"),
        ({"account": " "}, "INVALID_VALUE", "account"),
        ({"name": ""}, "INVALID_VALUE", "name"),
        ({"currency": "XQQ"}, "CURRENCY_UNKNOWN", "currency"),
        ({"customerGroup": "none"}, "NOT_FOUND", "customerGroup"),
        ({"payer": "none"}, "NOT_FOUND", "payer"),
    ],
)
async def test_a_wrong_customer_is_refused_where_it_is_wrong(
    ask: Asker, world: World, wrong: dict[str, Any], code: str, place: str
) -> None:
    given = {"customers": [row(), row() | wrong]}
    assert said(await refused(ask, world, SAVE, given, **ERP)) == [(code, f"customers.1.{place}")]


async def test_a_name_of_another_company_is_unknown(ask: Asker, world: World) -> None:
    code = number()
    await named(world, "risk_group", code, "FI01")
    payload = await refused(ask, world, SAVE, {"customers": [row(riskGroup=code)]}, **ERP)
    assert said(payload) == [("NOT_FOUND", "customers.0.riskGroup")]


async def test_the_reason_of_a_status_is_found_by_its_code_among_those_for_a_status(ask: Asker, world: World) -> None:
    code, other = number(), number()
    await named(world, "reason", code, **STATUS)
    await named(world, "reason", code, "SE01", kind="RELEASE")
    await named(world, "reason", other, kind="HOLD")
    document = mutation("upsertCustomers", "customers { statusReason { code kind } }")
    (made,) = (await changed(ask, document, {"customers": [row(statusReason=code)]}, **ERP))["customers"]
    assert made["statusReason"] == {"code": code, "kind": "STATUS"}
    payload = await refused(ask, world, SAVE, {"customers": [row(statusReason=other)]}, **ERP)
    assert said(payload) == [("NOT_FOUND", "customers.0.statusReason")]


async def test_customers_are_only_saved_where_facts_may_be_posted(ask: Asker, world: World) -> None:
    given = {"customers": [row()]}
    assert await mistaken(ask, world, SAVE, given, as_="CREDIT_MANAGER") == ["FORBIDDEN"]
    abroad = {"as_": "INTEGRATION", "companies": ["FI01"]}
    assert await mistaken(ask, world, SAVE, given, **abroad) == ["COMPANY_NOT_AVAILABLE"]


async def test_a_new_customer_brings_its_payer_which_may_come_with_it(ask: Asker, world: World) -> None:
    head = row()
    branch = row(payer=head["account"], customerSince="2020-01-01")
    found = await saved(ask, branch, head)
    assert [one["payer"]["account"] for one in found] == [head["account"], head["account"]]
    assert await saved(ask, branch) == found[:1]
    since = "select from_day from customer_payer p join customer c on c.id = customer_id where account = $1"
    assert await world.conn.fetchval(since, branch["account"]) == date(2020, 1, 1)
    chain = {"customers": [row(payer=branch["account"])]}
    assert said(await refused(ask, world, SAVE, chain, **ERP)) == [("INVALID_VALUE", "customers.0.payer")]
    other = {"customers": [branch | {"payer": "1001"}]}
    assert said(await refused(ask, world, SAVE, other, **ERP)) == [("DOCUMENT_DIFFERS", "customers.0.payer")]


async def test_documents_posted_after_the_payer_changed_are_kept_with_the_new_one(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    before, after = invoice(buyer, "100.00"), invoice(buyer, "50.00")
    await posted(ask, before)
    given = keyed(customer=account(buyer), payer=account(payer), expectedVersion=1)
    moved = (await changed(ask, CHANGE_PAYER, given, **ERP))["customer"]
    assert (moved["payer"], moved["version"]) == ({"account": payer}, 2)
    await posted(ask, after)
    await ordered(ask, order(buyer, "30.00", approved=True))
    assert await takes(world, buyer) == {"RECEIVABLES": "100.00"}
    assert await takes(world, payer) == {"RECEIVABLES": "50.00", "OPEN_ORDERS": "30.00"}
    # The item of before is sent again without a difference, and is paid where it stands.
    await posted(ask, before)
    await received(ask, paid(buyer, "100.00", (before["number"], None)))
    assert await takes(world, buyer) == {}


async def test_the_payer_changes_on_a_day_to_come(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    given = {"customer": account(buyer), "payer": account(payer), "from": "2026-12-01"}
    planned = (await changed(ask, CHANGE_PAYER, keyed(**given), **ERP))["customer"]
    assert planned["payer"] == {"account": buyer}
    await posted(ask, invoice(buyer, "10.00"))
    assert await takes(world, buyer) == {"RECEIVABLES": "10.00"}
    found = await world.conn.fetch(
        "select from_day, payer_id from customer_payer where customer_id = $1", world.ids[f"SE01/{buyer}"]
    )
    assert [tuple(one) for one in found] == [(date(2026, 12, 1), world.ids[f"SE01/{payer}"])]


async def test_the_same_payer_again_changes_nothing_and_a_customer_pays_itself_again(ask: Asker, world: World) -> None:
    buyer, payer = await customer(world), await customer(world)
    given = {"customer": account(buyer), "payer": account(payer)}
    first = (await changed(ask, CHANGE_PAYER, keyed(**given), **ERP))["customer"]
    assert (await changed(ask, CHANGE_PAYER, keyed(**given), **ERP))["customer"] == first
    itself = keyed(customer=account(buyer), payer=account(buyer))
    assert (await changed(ask, CHANGE_PAYER, itself, **ERP))["customer"]["payer"] == {"account": buyer}


async def test_a_payer_that_cannot_be_says_why(ask: Asker, world: World) -> None:
    buyer, payer, other = await customer(world), await customer(world), await customer(world)
    await changed(ask, CHANGE_PAYER, keyed(customer=account(buyer), payer=account(payer)), **ERP)

    async def why(**given: Any) -> list[tuple[str, str]]:
        return said(await refused(ask, world, CHANGE_PAYER, keyed(**given), **ERP))

    mine = {"customer": account(other)}
    assert await why(**mine, payer={"id": customer_id(world, "FI01/2001")}) == [("INVALID_VALUE", "payer")]
    assert await why(**mine, payer=account(buyer)) == [("INVALID_VALUE", "payer")]
    assert await why(**mine, payer=account("none")) == [("NOT_FOUND", "payer")]
    assert await why(**mine, payer={"id": f"cus_{new_key().hex}"}) == [("NOT_FOUND", "payer")]
    assert await why(**mine, payer=account(payer), **{"from": "2026-11-22"}) == [("DATE_ORDER", "from")]
    assert await why(**mine, payer=account(payer), expectedVersion=9) == [("VERSION_CONFLICT", "expectedVersion")]
    assert await why(customer=account(payer), payer=account(other)) == [("INVALID_VALUE", "customer")]


def account(named: str) -> dict[str, Any]:
    """A customer of SE01 as an input names it."""
    return {"number": {"company": "SE01", "account": named}}
