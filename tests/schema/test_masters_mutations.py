"""Companies, parties and exchange rates: what the whole group of companies shares."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import mutation, number
from tests.schema.changing import changed, checked, held_order, hold_status, mistaken, refused, rows, said
from tests.schema.world import World

COMPANY = "id version code name country currency locale timeZone customers { count { value } }"
PARTY = "id version number name registrationNumber country blocked"
SAVE_COMPANIES = mutation("upsertCompanies", f"companies {{ {COMPANY} }}")
SAVE_PARTIES = mutation("upsertParties", f"parties {{ {PARTY} }}")
SET_RATES = mutation("setExchangeRates", "exchangeRates { id version from to rate date irrevocable source }")
ADMIN = {"as_": "ADMIN"}
ERP = {"as_": "INTEGRATION"}


def company(**more: Any) -> dict[str, Any]:
    row = {"code": f"N{number()}", "name": "Nordic AS", "country": "NO", "currency": "NOK"}
    return row | {"locale": "nb-NO", "timeZone": "Europe/Oslo"} | more


def rate(to: str, worth: str, day: str = "2026-11-23", **more: Any) -> dict[str, Any]:
    return {"from": "EUR", "to": to, "rate": worth, "date": day, "source": "ECB"} | more


async def test_a_new_company_has_default_parameters_and_two_checkpoints(ask: Asker, world: World) -> None:
    row = company()
    (made,) = (await changed(ask, SAVE_COMPANIES, {"companies": [row]}, **ADMIN))["companies"]
    assert {name: made[name] for name in row} == row
    assert (made["version"], made["customers"]["count"]["value"]) == (1, 0)
    found = await world.conn.fetchrow(
        "select credit_limit_type, max_rate_age_days, array_agg(checkpoint order by checkpoint) as steps"
        " from company c join credit_parameters p on p.company_id = c.id"
        " join checkpoint_setting s on s.company_id = c.id where code = $1 group by 1, 2",
        row["code"],
    )
    assert tuple(found) == ("ALL", 7, ["CONFIRMATION", "PACKING_SLIP"])


async def test_a_company_is_changed_and_sent_again_as_it_is_stays_untouched(ask: Asker, world: World) -> None:
    row = company()
    await changed(ask, SAVE_COMPANIES, {"companies": [row]}, **ADMIN)
    before = await rows(world)
    await changed(ask, SAVE_COMPANIES, {"companies": [row]}, **ADMIN)
    assert await rows(world) == before
    (renamed,) = (await changed(ask, SAVE_COMPANIES, {"companies": [row | {"name": "Nordic ASA"}]}, **ADMIN))[
        "companies"
    ]
    assert (renamed["name"], renamed["version"]) == ("Nordic ASA", 2)


async def test_a_company_keeps_its_currency_and_needs_a_code(ask: Asker, world: World) -> None:
    row = company()
    await changed(ask, SAVE_COMPANIES, {"companies": [row]}, **ADMIN)
    wrong = [row | {"currency": "SEK"}, company(code=" "), company(currency="XQQ")]
    payload = await refused(ask, world, SAVE_COMPANIES, {"companies": wrong}, **ADMIN)
    assert said(payload) == [
        ("DOCUMENT_DIFFERS", "companies.0.currency"),
        ("INVALID_VALUE", "companies.1.code"),
        ("CURRENCY_UNKNOWN", "companies.2.currency"),
    ]
    assert payload["errors"][0]["node"]["__typename"] == "Company"
    twice = {"companies": [row, row]}
    assert said(await refused(ask, world, SAVE_COMPANIES, twice, **ADMIN)) == [("ALREADY_EXISTS", "companies.1.code")]


async def test_only_administrators_of_the_whole_group_make_companies(ask: Asker, world: World) -> None:
    given = {"companies": [company()]}
    for role in ("CREDIT_MANAGER", "INTEGRATION"):
        assert await mistaken(ask, world, SAVE_COMPANIES, given, as_=role) == ["FORBIDDEN"]
    some = {"as_": "ADMIN", "companies": ["SE01", "FI01"]}
    assert await mistaken(ask, world, SAVE_COMPANIES, given, **some) == ["FORBIDDEN"]


async def test_a_party_is_made_changed_and_left_untouched(ask: Asker, world: World) -> None:
    row = {"number": number(), "name": "Delta AB", "country": "SE", "registrationNumber": "556000-0001"}
    (made,) = (await changed(ask, SAVE_PARTIES, {"parties": [row | {"blocked": True}]}, **ERP))["parties"]
    assert (made["name"], made["country"], made["blocked"], made["version"]) == ("Delta AB", "SE", True, 1)
    before = await rows(world)
    await changed(ask, SAVE_PARTIES, {"parties": [row]}, **ERP)
    assert await rows(world) == before
    (after,) = (await changed(ask, SAVE_PARTIES, {"parties": [row | {"country": None}]}, **ERP))["parties"]
    assert (after["country"], after["registrationNumber"], after["version"]) == (None, "556000-0001", 2)


async def test_an_erp_does_not_unblock_a_party(ask: Asker, world: World) -> None:
    row = {"number": number(), "name": "Delta AB", "blocked": True}
    await changed(ask, SAVE_PARTIES, {"parties": [row]}, **ERP)
    payload = await refused(ask, world, SAVE_PARTIES, {"parties": [row | {"blocked": False}]}, **ERP)
    assert said(payload) == [("DOCUMENT_DIFFERS", "parties.0.blocked")]


async def test_a_party_of_other_companies_only_is_not_changed(ask: Asker, world: World) -> None:
    named = await world.conn.fetchval("select number from party where id = $1", world.ids["P-SE01-1002"])
    given = {"parties": [{"number": named, "name": "Renamed"}]}
    abroad = {"as_": "INTEGRATION", "companies": ["FI01"]}
    assert await mistaken(ask, world, SAVE_PARTIES, given, **abroad) == ["FORBIDDEN"]
    both = {"parties": [{"number": "ACME", "name": "Acme Group"}]}
    assert (await changed(ask, SAVE_PARTIES, both, **abroad))["parties"][0]["name"] == "Acme Group"


async def test_a_wrong_party_is_refused_where_it_is_wrong(ask: Asker, world: World) -> None:
    long = "1" * 101
    wrong = [{"number": "", "name": "A"}, {"number": long, "name": " "}, {"number": long, "name": "B"}]
    assert said(await refused(ask, world, SAVE_PARTIES, {"parties": wrong}, **ERP)) == [
        ("ALREADY_EXISTS", "parties.2.number"),
        ("INVALID_VALUE", "parties.0.number"),
        ("INVALID_VALUE", "parties.1.number"),
        ("INVALID_VALUE", "parties.1.name"),
        ("INVALID_VALUE", "parties.2.number"),
    ]


async def test_rates_are_set_corrected_and_left_untouched(ask: Asker, world: World) -> None:
    given = {"rates": [rate("NOK", "11.8"), rate("BGN", "1.95583", "1999-01-01", irrevocable=True)]}
    norway, bulgaria = (await changed(ask, SET_RATES, given, **ERP))["exchangeRates"]
    assert (norway["rate"], norway["version"], bulgaria["irrevocable"]) == ("11.8", 1, True)
    before = await rows(world)
    await changed(ask, SET_RATES, given, **ERP)
    assert await rows(world) == before
    (corrected,) = (await changed(ask, SET_RATES, {"rates": [rate("NOK", "11.9")]}, **ERP))["exchangeRates"]
    assert (corrected["id"], corrected["rate"], corrected["version"]) == (norway["id"], "11.9", 2)


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"rate": "0"}, "INVALID_VALUE", "rate"),
        ({"rate": "-1"}, "INVALID_VALUE", "rate"),
        ({"rate": "100000000000000"}, "INVALID_VALUE", "rate"),
        ({"to": "EUR"}, "INVALID_VALUE", "to"),
        ({"to": "XQQ"}, "CURRENCY_UNKNOWN", "to"),
        ({"from": "XQQ"}, "CURRENCY_UNKNOWN", "from"),
        ({"source": ""}, "INVALID_VALUE", "source"),
    ],
)
async def test_a_wrong_rate_is_refused_where_it_is_wrong(
    ask: Asker, world: World, wrong: dict[str, str], code: str, place: str
) -> None:
    given = {"rates": [rate("DKK", "7.46"), rate("NOK", "11.8") | wrong]}
    payload = await refused(ask, world, SET_RATES, given, **ERP)
    assert said(payload) == [(code, f"rates.1.{place}")]


async def test_rates_are_set_by_those_who_post_in_every_company(ask: Asker, world: World) -> None:
    given = {"rates": [rate("NOK", "12")]}
    assert await mistaken(ask, world, SET_RATES, given, as_="CREDIT_MANAGER") == ["FORBIDDEN"]
    some = {"as_": "INTEGRATION", "companies": ["SE01", "FI01"]}
    assert await mistaken(ask, world, SET_RATES, given, **some) == ["FORBIDDEN"]


async def test_a_new_rate_checks_holds_again(ask: Asker, world: World) -> None:
    account = number()
    await world.customer("FI01", account, "Delta Oy")
    await world.limit(f"FI01/{account}", "1000 SEK")
    await checked(world, "FI01")
    hold = await held_order(ask, world, "FI01", account, "100.00")
    assert await hold_status(world, hold) == "OPEN"
    await changed(ask, SET_RATES, {"rates": [rate("SEK", "9.50")]}, **ERP)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
