"""Up to which amount roles and persons approve, and what waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.adjusting import drafted, line, own_customer, post
from tests.schema.approving import APPROVE, CLERK, MANAGER, REJECT, SUBMIT, approving, line_ids, places
from tests.schema.asking import Asker
from tests.schema.changing import changed, mistaken, refused, said, sek
from tests.schema.releasing import AUTHORITY
from tests.schema.world import World

REMOVE = """mutation ($input: RemoveAuthorityInput!) { removeAuthority(input: $input) {
  creditParameters { version authorities { role } personalAuthorities { actor { name } } } errors { code path } } }"""
WAITING = """query ($mine: Boolean!) { creditLimitAdjustments(
  where: {viewerMayApprove: {eq: $mine}, status: {eq: IN_REVIEW}}) { nodes { id viewerMay } } }"""
COLLEAGUE: dict[str, Any] = {"as_": "CREDIT_CLERK", "user": "conny"}


@pytest.fixture
async def acme(ask: Asker, world: World) -> str:
    await approving(ask)
    await world.conn.execute("delete from approval_authority")
    return await own_customer(world)


async def authority(ask: Asker, role: str, up_to: dict[str, str] | None, **more: Any) -> Any:
    """An ADMIN saves what a role may approve."""
    given = {"company": "SE01", "role": role, "upTo": up_to, **more}
    return (await changed(ask, AUTHORITY, given, as_="ADMIN"))["creditParameters"]


async def in_review(ask: Asker, *lines: dict[str, Any]) -> Any:
    made = await drafted(ask, *lines, **CLERK)
    return (await changed(ask, SUBMIT, post(made), **CLERK))["creditLimitAdjustment"]


async def waiting(ask: Asker, **who: Any) -> dict[str, list[str]]:
    """What waits for somebody, with what they may do with each."""
    nodes = (await ask(WAITING, {"mine": True}, **who)).data["creditLimitAdjustments"]["nodes"]
    return {one["id"]: one["viewerMay"] for one in nodes}


async def test_a_role_approves_up_to_its_authority_and_not_beyond(ask: Asker, world: World, acme: str) -> None:
    await authority(ask, "CREDIT_CLERK", sek("5000"))
    within, beyond = await in_review(ask, line(acme, "5000")), await in_review(ask, line(acme, "5000.01"))
    approved = await changed(ask, APPROVE, post(within), **COLLEAGUE)
    assert places(approved["creditLimitAdjustment"]) == ["APPROVED", "APPROVED"]
    for document in (APPROVE, REJECT):
        late = await refused(ask, world, document, post(beyond), **COLLEAGUE)
        assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")]
        assert late["creditLimitAdjustment"]["viewerMay"] == []
    assert places((await changed(ask, APPROVE, post(beyond), **MANAGER))["creditLimitAdjustment"])[0] == "APPROVED"


async def test_the_refusal_says_up_to_which_limit(ask: Asker, acme: str) -> None:
    await authority(ask, "CREDIT_MANAGER", sek("1000"))
    made = await in_review(ask, line(acme, "2000"))
    document = APPROVE.replace("fragment Errors on UserError { code message path node { id } }", "")
    document = document.replace("{ ...Errors }", "{ code message path limit { amount } actual { amount } }")
    answer = await ask(document, {"input": post(made)}, language="sv", **MANAGER)
    (error,) = answer.data["approveCreditLimitAdjustment"]["errors"]
    assert error["message"].startswith("Din attestnivå räcker till 1")
    assert (error["limit"]["amount"], error["actual"]["amount"]) == ("1000.00", "2000.00")


async def test_without_authority_managers_approve_any_limit_and_clerks_none(
    ask: Asker, world: World, acme: str
) -> None:
    made = await in_review(ask, line(acme, "9000000"))
    late = await refused(ask, world, APPROVE, post(made), **COLLEAGUE)
    assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")]
    assert (await changed(ask, APPROVE, post(made), **MANAGER))["errors"] == []


async def test_each_line_is_measured_by_itself(ask: Asker, world: World, acme: str) -> None:
    await authority(ask, "CREDIT_MANAGER", sek("5000"))
    made = await in_review(ask, line(acme, "4000"), line("SE01/1001", "6000"), line("SE01/1002", "4000"))
    first, _, third = line_ids(made)
    whole = await refused(ask, world, APPROVE, post(made), **MANAGER)
    assert said(whole) == [("AUTHORITY_EXCEEDED", "lines.1")]
    some = (await changed(ask, APPROVE, post(made, lines=[first, third]), **MANAGER))["creditLimitAdjustment"]
    assert places(some) == ["IN_REVIEW", "APPROVED", "IN_REVIEW", "APPROVED"]


async def test_authority_in_another_currency_is_converted_at_the_rate_of_the_day(
    ask: Asker, world: World, acme: str
) -> None:
    await authority(ask, "CREDIT_MANAGER", {"amount": "1000", "currency": "EUR"})
    beyond, within = await in_review(ask, line(acme, "11500.01")), await in_review(ask, line(acme, "11500"))
    assert set(await waiting(ask, **MANAGER)) & {beyond["id"], within["id"]} == {within["id"]}
    late = await refused(ask, world, APPROVE, post(beyond), **MANAGER)
    assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")]
    assert (await changed(ask, APPROVE, post(within), **MANAGER))["errors"] == []


async def test_the_authors_take_back_what_is_beyond_them(ask: Asker, acme: str) -> None:
    made = await in_review(ask, line(acme))
    assert (await changed(ask, REJECT, post(made), **CLERK))["creditLimitAdjustment"]["status"] == "REJECTED"


async def test_what_waits_for_somebody_is_a_list(ask: Asker, world: World, acme: str) -> None:
    await authority(ask, "CREDIT_CLERK", sek("5000"))
    small, large = await in_review(ask, line(acme, "5000")), await in_review(ask, line(acme, "5001"))
    both = {small["id"], large["id"]}
    managers, colleagues = await waiting(ask, **MANAGER), await waiting(ask, **COLLEAGUE)
    assert both <= set(managers)
    assert set(colleagues) & both == {small["id"]}
    assert managers[large["id"]] == ["APPROVE", "REJECT", "WITHDRAW"]
    assert not both & set(await waiting(ask, **CLERK))
    assert not both & set(await waiting(ask, as_="AUDITOR"))
    assert not both & set(await waiting(ask, as_="CREDIT_MANAGER", user="magnus", companies=["FI01"]))
    others = (await ask(WAITING, {"mine": False}, **CLERK)).data["creditLimitAdjustments"]["nodes"]
    assert both <= {one["id"] for one in others}


async def test_authority_is_saved_read_and_put_on_record(ask: Asker, world: World, acme: str) -> None:
    first = await authority(ask, "CREDIT_CLERK", sek("5000"))
    again = await authority(ask, "CREDIT_CLERK", sek("5000"), expectedVersion=first["version"])
    assert again == first
    any_limit = await authority(ask, "CREDIT_CLERK", None)
    assert any_limit["version"] == first["version"] + 1
    clerk = {"role": "CREDIT_CLERK", "roleLabel": "Credit clerk"}
    assert first["authorities"] == [clerk | {"upTo": {"amount": "5000.00", "currency": "SEK"}}]
    assert any_limit["authorities"] == [clerk | {"upTo": None}]
    kept = await world.conn.fetch("select changes from audit_event where kind = 'AUTHORITY_SAVED' order by id")
    assert kept[-1]["changes"][0] == {"field": "amount", "before": "5000.0000", "after": None}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"role": "VIEWER"}, ("INVALID_VALUE", "role")),
        ({"role": None}, ("INVALID_VALUE", "role")),
        ({"actor": f"act_{'0' * 32}"}, ("INVALID_VALUE", "role")),
        ({"role": None, "actor": f"act_{'0' * 32}"}, ("NOT_FOUND", "actor")),
        ({"upTo": sek("-1")}, ("AMOUNT_NEGATIVE", "upTo")),
        ({"upTo": sek("1.001")}, ("AMOUNT_PRECISION", "upTo")),
        ({"expectedVersion": 9999}, ("VERSION_CONFLICT", "expectedVersion")),
    ],
)
async def test_authority_that_cannot_be_meant_is_refused(
    ask: Asker, world: World, acme: str, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    given = {"company": "SE01", "role": "CREDIT_CLERK", "upTo": sek("1")} | wrong
    assert said(await refused(ask, world, AUTHORITY, given, as_="ADMIN")) == [expected]


async def test_nobody_who_approves_sets_their_own_authority(ask: Asker, world: World, acme: str) -> None:
    given = {"company": "SE01", "role": "CREDIT_MANAGER", "upTo": None}
    for role in ("CREDIT_MANAGER", "CREDIT_CLERK", "INTEGRATION"):
        assert await mistaken(ask, world, AUTHORITY, given, as_=role) == ["FORBIDDEN"]


async def person(ask: Asker, **who: Any) -> str:
    """The actor of somebody."""
    found: str = (await ask("{ viewer { actor { id } } }", **who)).data["viewer"]["actor"]["id"]
    return found


async def of_person(ask: Asker, actor: str, up_to: dict[str, str] | None) -> Any:
    given = {"company": "SE01", "actor": actor, "upTo": up_to}
    return (await changed(ask, AUTHORITY, given, as_="ADMIN"))["creditParameters"]


async def test_the_authority_of_a_person_takes_the_place_of_what_their_roles_have(
    ask: Asker, world: World, acme: str
) -> None:
    await authority(ask, "CREDIT_CLERK", sek("5000"))
    small, large = await in_review(ask, line(acme, "4000")), await in_review(ask, line(acme, "9000"))
    conny, magnus = await person(ask, **COLLEAGUE), await person(ask, **MANAGER)
    await of_person(ask, conny, sek("9000"))
    saved = await of_person(ask, magnus, sek("3999.99"))
    assert saved["personalAuthorities"] == [
        {"actor": {"name": "Conny"}, "upTo": {"amount": "9000.00", "currency": "SEK"}},
        {"actor": {"name": "Magnus"}, "upTo": {"amount": "3999.99", "currency": "SEK"}},
    ]
    assert [one["role"] for one in saved["authorities"]] == ["CREDIT_CLERK"]
    both = {small["id"], large["id"]}
    assert both <= set(await waiting(ask, **COLLEAGUE))
    assert not both & set(await waiting(ask, **MANAGER))
    late = await refused(ask, world, APPROVE, post(small), **MANAGER)
    assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")]
    assert (await changed(ask, APPROVE, post(large), **COLLEAGUE))["errors"] == []
    other = {"as_": "CREDIT_CLERK", "user": "cecilia"}
    assert both & set(await waiting(ask, **other)) == {small["id"]}


async def test_a_person_without_a_role_that_approves_has_no_use_for_an_authority(
    ask: Asker, world: World, acme: str
) -> None:
    made, viewer = await in_review(ask, line(acme, "1")), {"as_": "VIEWER", "user": "vera"}
    await of_person(ask, await person(ask, **viewer), None)
    assert made["id"] not in await waiting(ask, **viewer)
    assert await mistaken(ask, world, APPROVE, post(made), **viewer) == ["FORBIDDEN"]


async def test_an_authority_that_is_removed_leaves_what_was_there_without_it(
    ask: Asker, world: World, acme: str
) -> None:
    made, conny = await in_review(ask, line(acme, "4000")), await person(ask, **COLLEAGUE)
    await authority(ask, "CREDIT_CLERK", sek("5000"))
    await of_person(ask, conny, sek("1"))
    assert made["id"] not in await waiting(ask, **COLLEAGUE)
    whose = {"company": "SE01", "actor": conny}
    left = (await changed(ask, REMOVE, whose, as_="ADMIN"))["creditParameters"]
    assert (left["personalAuthorities"], [one["role"] for one in left["authorities"]]) == ([], ["CREDIT_CLERK"])
    assert made["id"] in await waiting(ask, **COLLEAGUE)
    again = (await changed(ask, REMOVE, whose, as_="ADMIN"))["creditParameters"]
    assert again == left
    await changed(ask, REMOVE, {"company": "SE01", "role": "CREDIT_CLERK"}, as_="ADMIN")
    assert made["id"] not in await waiting(ask, **COLLEAGUE)
    kinds = await world.conn.fetch("select changes from audit_event where kind = 'AUTHORITY_REMOVED' order by id")
    assert [row["changes"][0]["before"] for row in kinds] == ["1.0000", "5000.0000"]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({}, ("INVALID_VALUE", "role")),
        ({"role": "ADMIN"}, ("INVALID_VALUE", "role")),
        ({"role": "CREDIT_CLERK", "expectedVersion": 9999}, ("VERSION_CONFLICT", "expectedVersion")),
    ],
)
async def test_what_cannot_be_meant_is_not_removed(
    ask: Asker, world: World, acme: str, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert said(await refused(ask, world, REMOVE, {"company": "SE01"} | wrong, as_="ADMIN")) == [expected]
    assert await mistaken(ask, world, REMOVE, {"company": "SE01", "role": "CREDIT_CLERK"}) == ["FORBIDDEN"]
