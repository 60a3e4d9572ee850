"""Limits of a party, or of a customer beside its credit limit, where a company approves changes of credit: what widens
credit is only asked for.

The limits of a party are over its customers in all companies, so one of these that approves such changes is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.credit_change import CreditChangeKind, party_limits_widen
from domain.message import N_, Message
from domain.party_limits import PartyLimits
from persistence.frozen import freeze
from persistence.take import Result, Transaction
from persistence.writing.credit_changes import Asked, Names, approve_changes, ask_once_for_change
from persistence.writing.saving import Changes

TO_SAVE = N_("Save the limits of party {number}.")
TO_SAVE_OF_CUSTOMER = N_("Save the limits of customer {account} of company {company} beside its credit limit.")


async def limits_asked(
    tx: Transaction,
    holder: tuple[str, UUID],
    names: Names,
    companies: Iterable[UUID],
    limits: tuple[PartyLimits, PartyLimits],
    blocked: bool | None,
    changed: Changes,
    version: int,
) -> Result | None:
    """What was asked for, where limits that were before and are to be now widen credit in a company that approves that,
    or the end of a block does; None: it is made at once.

    `blocked`: what the party is to be; None: it stays as it is, or becomes meanwhile. `version`: of the limits as they
    are, and must be when it is made.
    """
    concerned = list(companies)
    widens = party_limits_widen(*limits) or blocked is False
    if not widens or not await approve_changes(tx, concerned):
        return None
    kind, key = holder
    asked = {"limits": freeze(limits[1]), "blocked": blocked, "version": version}
    message, path = Message(TO_SAVE if kind == "party" else TO_SAVE_OF_CUSTOMER, names), ("holder",)
    change = CreditChangeKind.PARTY_LIMITS
    if kind == "party":
        one = Asked(change, asked, changed, message, names, path, party=key)
    else:
        one = Asked(change, asked, changed, message, names, path, concerned[0], key)
    return {kind: str(key), **await ask_once_for_change(tx, one)}
