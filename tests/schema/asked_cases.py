"""Every kind of change of credit that waits for somebody else, as tests ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema.changing import dashed, keyed, sek
from tests.schema.four_eyes import calling
from tests.schema.world import TODAY, World

INSURE = calling("recordInsurance", "collateral { id }")
GUARANTEE = calling("recordGuarantee", "collateral { id }")
PLEDGE = calling("recordCollateral", "collateral { id }")
UPDATE = calling("updateCollateral", "collateral { id version maximumTermsDays }")
END = calling("endCollateral", "collateral { id version until }")
JOIN = calling("addCreditGroupMember", "creditGroup { id version } customer { id }")
LEAVE = calling("removeCreditGroupMember", "creditGroup { id version } customer { id }")
CLOSE = calling("closeCreditGroup", "creditGroup { id version active }")
LIMITS = calling("savePartyLimits", "party { id blocked } customer { id }")


@dataclass
class Case:
    """A change that widens credit: its call, what it changes, and how that is read, put on record and said."""

    document: str
    given: dict[str, Any]
    reads: str
    subject: str
    event: str
    kind: str
    message: str

    async def stands(self, world: World) -> Any:
        """What it changes, as it stands."""
        return await world.conn.fetchval(self.reads)


async def finn(world: World) -> str:
    """A customer in Finland."""
    account = f"F{new_key().hex}"
    await world.customer("FI01", account, "Finn")
    return f"FI01/{account}"


def key(name: str) -> dict[str, Any]:
    company, account = name.split("/")
    return {"number": {"company": company, "account": account}}


def node(world: World, name: str) -> str:
    return node_id("cus", world.ids[name])


def policy(name: str, **more: Any) -> dict[str, Any]:
    given = {"provider": "Atradius", "value": sek("50000"), "percent": "50", "from": TODAY.isoformat()}
    return keyed(customer=key(name), number=new_key().hex, **given | more)


def to_record(given: dict[str, Any], name: str) -> str:
    return (
        f"Record {given['number']} of Atradius over SEK\u00a050,000.00 for customer {name[5:]} of company SE01:"
        " 50% of it is added to the credit limit."
    )


async def insured(world: World, name: str, **more: Any) -> str:
    """A policy of a customer, by its node id."""
    row = {"provider": "Atradius", "number": new_key().hex, "value": 50000, "currency": "SEK", "percent": 50}
    of = {"customer_id": world.ids[name], "company_id": world.ids["SE01"], "from_day": TODAY}
    return node_id("col", await world.put("collateral", **{"kind": "INSURANCE", **of, **row, **more}))


async def shared(world: World, *members: str) -> tuple[str, str]:
    """A group with members: its number and its node id."""
    number = f"S{new_key().hex}"
    return number, node_id("grp", await world.group(number, "Shared", "SEK", *members))


async def insurance(world: World, name: str) -> Case:
    given = policy(name)
    reads = f"select provider from collateral where kind = 'INSURANCE' and number = '{given['number']}'"
    return Case(INSURE, given, reads, "", "COLLATERAL_RECORDED", "INSURANCE", to_record(given, name))


async def guarantee(world: World, name: str) -> Case:
    kinds = {"type": node_id("cot", await world.put("collateral_type", code=new_key().hex, name="Bank"))}
    given = policy(name, until="2027-01-31", maximumTermsDays=30, declareWithinDays=9, **kinds)
    reads = (
        "select concat_ws(' ', provider, from_day, until_day, maximum_terms_days, declare_within_days, type_id)"
        f" from collateral where kind = 'GUARANTEE' and number = '{given['number']}'"
    )
    return Case(GUARANTEE, given, reads, "", "COLLATERAL_RECORDED", "GUARANTEE", to_record(given, name))


async def pledge(world: World, name: str) -> Case:
    given = policy(name)
    reads = f"select provider from collateral where kind = 'COLLATERAL' and number = '{given['number']}'"
    return Case(PLEDGE, given, reads, "", "COLLATERAL_RECORDED", "COLLATERAL", to_record(given, name))


async def longer_terms(world: World, name: str) -> Case:
    one = await insured(world, name, maximum_terms_days=30, number=f"T{name[5:]}")
    reads = f"select maximum_terms_days from collateral where id = '{dashed(one)}'"
    message = f"Change T{name[5:]} of Atradius, which secures customer {name[5:]} of company SE01."
    given = keyed(collateral=one, maximumTermsDays=60)
    return Case(UPDATE, given, reads, one, "COLLATERAL_UPDATED", "COLLATERAL_CHANGE", message)


async def ending(world: World, name: str) -> Case:
    one = await insured(world, name, included_in_exposure=True, number=f"E{name[5:]}")
    reads = f"select until_day from collateral where id = '{dashed(one)}'"
    message = f"End E{name[5:]} of Atradius, which secures customer {name[5:]} of company SE01."
    return Case(END, keyed(collateral=one), reads, one, "COLLATERAL_ENDED", "COLLATERAL_END", message)


async def joining(world: World, name: str) -> Case:
    number, group = await shared(world, await finn(world))
    reads = f"select from_day from credit_group_member where customer_id = '{world.ids[name]}'"
    given, message = keyed(creditGroup=group, customer=key(name)), f"{name[5:]} of SE01 joins credit group {number}."
    return Case(JOIN, given, reads, node(world, name), "MEMBER_ADDED", "JOINING", message)


async def leaving(world: World, name: str) -> Case:
    number, group = await shared(world, name)
    reads = f"select until_day from credit_group_member where customer_id = '{world.ids[name]}'"
    given, message = {"creditGroup": group, "customer": key(name)}, f"{name[5:]} of SE01 leaves credit group {number}."
    return Case(LEAVE, given, reads, node(world, name), "MEMBER_REMOVED", "LEAVING", message)


async def closing(world: World, name: str) -> Case:
    number, group = await shared(world, name, await finn(world))
    reads = f"select active from credit_group where id = '{dashed(group)}'"
    message = f"Close credit group {number}: its members leave it."
    return Case(CLOSE, keyed(creditGroup=group), reads, group, "GROUP_SAVED", "GROUP_CLOSING", message)


async def party_limits(world: World, name: str) -> Case:
    party = f"P-SE01-{name[5:]}"
    await limited(world, "party", party)
    given = {"holder": {"party": party}, "ceiling": sek("1000.01")}
    message, subject = f"Save the limits of party {party}.", node_id("par", world.ids[party])
    return Case(LIMITS, given, ceiling(world, party), subject, "PARTY_LIMITS_SAVED", "PARTY_LIMITS", message)


async def own_limits(world: World, name: str) -> Case:
    await limited(world, "customer", name)
    given = {"holder": {"customer": key(name)["number"]}}
    message = f"Save the limits of customer {name[5:]} of company SE01 beside its credit limit."
    return Case(LIMITS, given, ceiling(world, name), node(world, name), "PARTY_LIMITS_SAVED", "PARTY_LIMITS", message)


async def limited(world: World, table: str, name: str) -> None:
    """With a ceiling of 1,000."""
    by = await world.put("actor", subject=new_key().hex, name="Ann")
    await world.party_limits(table, name, "1000 SEK", by, version=1)


def ceiling(world: World, name: str) -> str:
    return (
        "select coalesce(ceiling, 0) from party_limits where holder_id ="
        f" '{world.ids[name]}' order by version desc limit 1"
    )


CASES: dict[str, Callable[[World, str], Awaitable[Case]]] = {
    "insurance": insurance,
    "guarantee": guarantee,
    "pledge": pledge,
    "longer terms": longer_terms,
    "end of what took more than it added": ending,
    "joining": joining,
    "leaving": leaving,
    "closing": closing,
    "limits of a party": party_limits,
    "limits of a customer": own_limits,
}
KEYLESS = {"leaving", "limits of a party", "limits of a customer"}
