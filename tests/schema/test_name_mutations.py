"""Coded names are saved by their code, and said in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, held_order, hold_status, mistaken, refused, rows, said
from tests.schema.world import World

KINDS = {
    "reason": ("saveReason", {"kind": "RELEASE"}),
    "accountStatus": ("saveAccountStatus", {"effect": "HOLD_INVOICING"}),
    "paymentTerms": ("savePaymentTerms", {"days": 30}),
    "cashDiscount": ("saveCashDiscount", {"rank": 1}),
    "customerGroup": ("saveCustomerGroup", {}),
    "creditManagementGroup": ("saveCreditManagementGroup", {}),
    "riskGroup": ("saveRiskGroup", {}),
    "collateralType": ("saveCollateralType", {}),
    "coverageType": ("saveCoverageType", {}),
    "agingDefinition": ("saveAgingDefinition", {"buckets": [{"untilDay": 0}, {"fromDay": 1}]}),
}
ERRORS = "errors { code message path node { id } }"


def document(kind: str, also: str = "") -> str:
    field, _ = KINDS[kind]
    capital = field[0].upper() + field[1:]
    record = f"{kind} {{ id version code name active company {{ code }} {also} }}"
    return f"mutation ($input: {capital}Input!) {{ {field}(input: $input) {{ {record} {ERRORS} }} }}"


def named(kind: str, /, **more: Any) -> dict[str, Any]:
    return {"code": new_key().hex, "name": "Good terms", **KINDS[kind][1], **more}


def translation(what: str) -> str:
    kind = what[0].upper() + what[1:]
    record = "named { id version name translations { locale value } }"
    return f"mutation ($input: {kind}Input!) {{ {what}(input: $input) {{ {record} {ERRORS} }} }}"


REASONS = "query ($id: ID!) { node(id: $id) { ... on CreditHold { reasons { code message } } } }"
SET, UNSET = translation("setTranslation"), translation("removeTranslation")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_is_made_changed_and_left_alone_by_its_code(ask: Asker, world: World, kind: str) -> None:
    given = named(kind)
    made = (await changed(ask, document(kind), given))[kind]
    assert (made["version"], made["name"], made["active"], made["company"]) == (1, "Good terms", True, None)
    before = await rows(world)
    assert (await changed(ask, document(kind), given))[kind] == made
    assert await rows(world) == before
    now = (await changed(ask, document(kind), given | {"name": "Better", "active": False, "expectedVersion": 1}))[kind]
    assert (now["id"], now["version"], now["name"], now["active"]) == (made["id"], 2, "Better", False)
    assert (await changed(ask, document(kind), given))[kind]["active"] is False


@pytest.mark.parametrize("kind", KINDS)
async def test_a_company_has_names_of_its_own_beside_those_of_all(ask: Asker, world: World, kind: str) -> None:
    given = named(kind)
    shared = (await changed(ask, document(kind), given))[kind]
    own = (await changed(ask, document(kind), given | {"company": "SE01"}, companies=["SE01"], as_="ADMIN"))[kind]
    assert own["id"] != shared["id"]
    assert own["company"] == {"code": "SE01"}


@pytest.mark.parametrize("kind", KINDS)
async def test_names_of_all_companies_are_for_those_who_name_in_all_of_them(
    ask: Asker, world: World, kind: str
) -> None:
    assert await mistaken(ask, world, document(kind), named(kind), companies=["SE01"]) == ["FORBIDDEN"]
    foreign = named(kind, company="FI01")
    assert await mistaken(ask, world, document(kind), foreign, companies=["SE01"]) == ["COMPANY_NOT_AVAILABLE"]
    for role in ("CREDIT_CLERK", "INTEGRATION", "VIEWER"):
        assert await mistaken(ask, world, document(kind), named(kind), as_=role) == ["FORBIDDEN"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_that_says_nothing_is_refused(ask: Asker, world: World, kind: str) -> None:
    blank = await refused(ask, world, document(kind), named(kind, code=" ", name=""))
    assert said(blank) == [("INVALID_VALUE", "code"), ("INVALID_VALUE", "name")]
    new = await refused(ask, world, document(kind), named(kind, expectedVersion=1))
    assert said(new) == [("NOT_FOUND", "code")]
    given = named(kind)
    made = (await changed(ask, document(kind), given))[kind]
    late = await refused(ask, world, document(kind), given | {"name": "Late", "expectedVersion": 5})
    assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
    assert late["errors"][0]["node"] == {"id": made["id"]}


async def test_what_is_saved_is_read_back(ask: Asker) -> None:
    buckets = [{"untilDay": 0, "title": "Inte förfallet"}, {"fromDay": 1, "untilDay": 15}, {"fromDay": 16}]
    given = named("agingDefinition", buckets=buckets)
    made = await changed(ask, document("agingDefinition", "buckets { title fromDay untilDay }"), given)
    assert made["agingDefinition"]["buckets"] == [
        {"title": "Inte förfallet", "fromDay": None, "untilDay": 0},
        {"title": "1–15 days", "fromDay": 1, "untilDay": 15},
        {"title": "Over 15 days", "fromDay": 16, "untilDay": None},
    ]
    terms = await changed(ask, document("paymentTerms", "days"), named("paymentTerms", days=45))
    assert terms["paymentTerms"]["days"] == 45
    reason = await changed(ask, document("reason", "kind"), named("reason", kind="HOLD"))
    assert reason["reason"]["kind"] == "HOLD"


BAD_BUCKETS = [
    ([], "buckets"),
    ([{"fromDay": 0}], "buckets.0.fromDay"),
    ([{"untilDay": 0}], "buckets.0.untilDay"),
    ([{}, {"fromDay": 1}], "buckets.0.untilDay"),
    ([{"untilDay": 0}, {"fromDay": 2}], "buckets.1.fromDay"),
    ([{"untilDay": 0}, {"fromDay": 0}], "buckets.1.fromDay"),
    ([{"untilDay": 0}, {}], "buckets.1.fromDay"),
    ([{"untilDay": 5}, {"fromDay": 6, "untilDay": 4}, {"fromDay": 5}], "buckets.1.untilDay"),
    ([{"untilDay": 0, "title": " "}, {"fromDay": 1}], "buckets.0.title"),
]


@pytest.mark.parametrize(("buckets", "path"), BAD_BUCKETS)
async def test_buckets_hold_every_day_exactly_once(
    ask: Asker, world: World, buckets: list[dict[str, Any]], path: str
) -> None:
    given = named("agingDefinition", buckets=buckets)
    assert said(await refused(ask, world, document("agingDefinition"), given)) == [("INVALID_VALUE", path)]


async def test_terms_of_payment_have_no_negative_days(ask: Asker, world: World) -> None:
    payload = await refused(ask, world, document("paymentTerms"), named("paymentTerms", days=-1))
    assert said(payload) == [("INVALID_VALUE", "days")]


async def test_what_an_account_status_does_checks_holds_again(ask: Asker, world: World) -> None:
    given = named("accountStatus", effect="HOLD_ALL")
    status = (await changed(ask, document("accountStatus"), given))["accountStatus"]
    await world.customer("SE01", "STOPPED", "Stopped AB")
    await world.limit("SE01/STOPPED", "1000 SEK")
    await world.conn.execute(
        "update customer set account_status_id = (select id from account_status where code = $1) where account = $2",
        status["code"],
        "STOPPED",
    )
    hold = await held_order(ask, world, "SE01", "STOPPED", "10")
    reasons = (await ask(REASONS, {"id": hold})).data["node"]["reasons"]
    assert reasons == [{"code": "ACCOUNT_STATUS", "message": "The customer's account status holds all its orders."}]
    await changed(ask, document("accountStatus"), given | {"effect": "NONE"})
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_a_name_is_said_in_the_readers_language(ask: Asker, world: World) -> None:
    made = (await changed(ask, document("reason"), named("reason", name="Agreed")))["reason"]
    given = {"subject": made["id"], "locale": "SV_se", "value": "Överenskommet"}
    payload = await changed(ask, SET, given, language="sv-SE")
    assert payload["named"]["name"] == "Överenskommet"
    assert payload["named"]["translations"] == [{"locale": "sv-SE", "value": "Överenskommet"}]
    assert payload["named"]["version"] == 2
    before = await rows(world)
    await changed(ask, SET, given | {"locale": "sv-SE"})
    assert await rows(world) == before
    again = await changed(ask, SET, given | {"value": "Avtalat"}, language="sv-SE")
    assert again["named"]["name"] == "Avtalat"
    removal = {"subject": made["id"], "locale": "sv-SE"}
    gone = await changed(ask, UNSET, removal, language="sv-SE")
    assert (gone["named"]["name"], gone["named"]["translations"]) == ("Agreed", [])
    before = await rows(world)
    await changed(ask, UNSET, removal)
    assert await rows(world) == before


async def test_a_translation_that_cannot_be_meant_is_refused(ask: Asker, world: World) -> None:
    made = (await changed(ask, document("riskGroup"), named("riskGroup")))["riskGroup"]
    given = {"subject": made["id"], "locale": "sv", "value": "Låg"}
    assert said(await refused(ask, world, SET, given | {"value": " ", "field": "code"})) == [
        ("INVALID_VALUE", "value"),
        ("INVALID_VALUE", "field"),
    ]
    assert said(await refused(ask, world, SET, given | {"subject": "rea_" + "0" * 32})) == [("NOT_FOUND", "subject")]
    assert await mistaken(ask, world, SET, given | {"locale": "english"}) == ["BAD_USER_INPUT"]
    assert await mistaken(ask, world, SET, given | {"subject": "cus_" + "0" * 32}) == ["BAD_USER_INPUT"]


async def test_translations_are_for_those_who_name_things_there(ask: Asker, world: World) -> None:
    shared = (await changed(ask, document("reason"), named("reason")))["reason"]["id"]
    own = (await changed(ask, document("reason"), named("reason", company="FI01")))["reason"]["id"]
    for what, given in ((SET, {"value": "X"}), (UNSET, {})):
        said_in = {"locale": "sv", **given}
        assert await mistaken(ask, world, what, said_in | {"subject": shared}, companies=["SE01"]) == ["FORBIDDEN"]
        hidden = await refused(ask, world, what, said_in | {"subject": own}, companies=["SE01"])
        assert codes(hidden["errors"]) == ["NOT_FOUND"]
        assert hidden["named"] is None
        assert await mistaken(ask, world, what, said_in | {"subject": own}, as_="CREDIT_CLERK") == ["FORBIDDEN"]
