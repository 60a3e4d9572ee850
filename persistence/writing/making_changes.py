"""How each kind of change that was asked for is made when somebody else approves it: as the call would make it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from domain.credit_change import CreditChangeKind
from domain.message import N_, Message
from domain.party_limits import PartyLimits
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.frozen import thaw
from persistence.reevaluating import reevaluate
from persistence.statements import Row
from persistence.tables.customer import customer
from persistence.tables.limits import collateral
from persistence.take import Transaction
from persistence.writing.attributes import refusals_of, write_attributes
from persistence.writing.collaterals import (
    CollateralChange,
    CollateralEnd,
    CollateralToRecord,
    end_collateral,
    record_collateral,
    update_collateral,
)
from persistence.writing.credit_changes import read, read_values, with_asker
from persistence.writing.credit_groups import close_group
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.members import Joining, Leaving, add_member, remove_member
from persistence.writing.party_limits import PartyLimitsToSave, PartyNamed, save_party_limits
from persistence.writing.records import locked

CHANGED_SINCE = N_("Customer {account} is not as it was when the change was asked for. Reject it, and ask for it anew.")

Making = Callable[[Transaction, Row, str], Awaitable[object]]
"""Makes a change that was asked for, by a row of it and the name of who asked. Raises `Refused` as the call would."""


async def _attributes(tx: Transaction, request: Row, asked_by: str) -> None:
    """Of what it changes, everything must still be as it was then; the rest of the customer may be different by now."""
    found = await customer_named(tx, _customer(request))
    if found is None:
        raise Refused(no_customer(()))
    payers = await tx.lock([found["id"]])
    before = await locked(tx.conn, customer, found["id"])
    assert before is not None, "customers are never deleted"
    stood, differs = (_columns(request, moment) for moment in ("before", "after"))
    if any(before[name] != value for name, value in stood.items()):
        message = Message(CHANGED_SINCE, {"account": found["account"]})
        raise Refused(Refusal(ErrorCode.VERSION_CONFLICT, message, (), ("customer", found["id"])))
    refusals = refusals_of(tx, before, differs)
    if refusals:
        raise Refused(*refusals)
    await write_attributes(tx, found, before, differs, with_asker(request["changes"], asked_by) or [])
    await reevaluate(tx, {found["id"], *payers.values()})


def _columns(request: Row, moment: str) -> dict[str, Any]:
    """The columns of what was asked for, as they stood "before" or are to stand "after"."""
    return {name: read(customer.c[name], values[moment]) for name, values in request["asked"].items()}


async def _security(tx: Transaction, request: Row, asked_by: str) -> None:
    wanted = thaw(CollateralToRecord, request["asked"])
    details = read_values(collateral, wanted.details)
    await record_collateral(tx, replace(wanted, details=details), asked_by)


async def _security_change(tx: Transaction, request: Row, asked_by: str) -> None:
    values, version = read_values(collateral, request["asked"]["values"]), request["asked"]["version"]
    await update_collateral(tx, CollateralChange(request["collateral_id"], values, version), asked_by)


async def _security_end(tx: Transaction, request: Row, asked_by: str) -> None:
    until, version = _day(request["asked"]["until"]), request["asked"]["version"]
    await end_collateral(tx, CollateralEnd(request["collateral_id"], until, version), asked_by)


async def _joining(tx: Transaction, request: Row, asked_by: str) -> None:
    day = _day(request["asked"]["day"])
    await add_member(tx, Joining(request["credit_group_id"], _customer(request), day), asked_by)


async def _leaving(tx: Transaction, request: Row, asked_by: str) -> None:
    day = _day(request["asked"]["day"])
    await remove_member(tx, Leaving(request["credit_group_id"], _customer(request), day), asked_by)


async def _closing(tx: Transaction, request: Row, asked_by: str) -> None:
    await close_group(tx, request["credit_group_id"], request["asked"]["version"], asked_by)


async def _party_limits(tx: Transaction, request: Row, asked_by: str) -> None:
    asked, party = request["asked"], request["party_id"]
    holder = _customer(request) if party is None else PartyNamed(party)
    limits = thaw(PartyLimits, asked["limits"])
    await save_party_limits(tx, PartyLimitsToSave(holder, limits, asked["blocked"], asked["version"]), asked_by)


MAKING: Mapping[CreditChangeKind, Making] = {
    CreditChangeKind.ATTRIBUTES: _attributes,
    CreditChangeKind.INSURANCE: _security,
    CreditChangeKind.GUARANTEE: _security,
    CreditChangeKind.COLLATERAL: _security,
    CreditChangeKind.COLLATERAL_CHANGE: _security_change,
    CreditChangeKind.COLLATERAL_END: _security_end,
    CreditChangeKind.JOINING: _joining,
    CreditChangeKind.LEAVING: _leaving,
    CreditChangeKind.GROUP_CLOSING: _closing,
    CreditChangeKind.PARTY_LIMITS: _party_limits,
}


def _customer(request: Row) -> CustomerNamed:
    return CustomerNamed(id=request["customer_id"])


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
