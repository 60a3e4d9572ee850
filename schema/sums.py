"""Exposures, positions, agings and DSO of holders of credit: facts loaded once for a request, figures by the domain.

`as_of` None is today, in the zone of the company or group. `currency` None is what the request or the holder says.
Every figure converts once, from its own sums, when it is asked for; then it may raise `RateMissing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from domain.aging import Aging, AgingDefinition, aging
from domain.exposure import CountingPolicy, CreditLimitType, Exposure, Secured, exposure
from domain.facts import CustomerFacts, GroupFacts
from domain.limits import AdjustmentKind, CreditLimit, CreditPosition, LimitEntry, LimitTerms, limit_on
from domain.message import N_, Message
from domain.metrics.dso import DaysSalesOutstanding, dso
from domain.money import Exchange, Money
from domain.refusal import ErrorCode
from persistence import facts as stored
from persistence.company_exposure import CompanySums, OverLimit, company_sums_of, over_limit
from persistence.customer_sums import CustomerSums, customer_sums, customers_of_parties, members_of_group
from persistence.shapes.party_limits import CEILINGS
from persistence.statements import Row
from schema.context import Context
from schema.errors import ClientMistake
from schema.rates import MAX_RATE_AGE_DAYS, exchange


def asked_currency(context: Context, currency: str | None, own: str | None) -> str:
    """The currency of a sum. Raises `ClientMistake` CURRENCY_REQUIRED when nobody says which."""
    found = currency or context.currency or own
    if found is None:
        raise ClientMistake(ErrorCode.CURRENCY_REQUIRED, Message(N_("Say in which currency the sum is wanted.")))
    return context.known(found)


async def customer_facts(context: Context, customer: UUID, as_of: date | None) -> CustomerFacts:
    """What the rules are told of a customer."""

    async def fetch(keys: list[UUID]) -> Sequence[CustomerFacts | None]:
        async with context.house.pool.acquire() as conn:
            found = await stored.customer_facts(conn, keys, stored.Moment(context.now, as_of))
        return [found.get(key) for key in keys]

    facts: CustomerFacts = await context.loader(("customer facts", as_of), fetch).load(customer)
    return facts


async def group_facts(context: Context, group: UUID, as_of: date | None) -> GroupFacts:
    """What the rules are told of a credit group."""

    async def fetch(keys: list[UUID]) -> Sequence[GroupFacts | None]:
        async with context.house.pool.acquire() as conn:
            found = await stored.group_facts(conn, keys, stored.Moment(context.now, as_of))
        return [found.get(key) for key in keys]

    facts: GroupFacts = await context.loader(("group facts", as_of), fetch).load(group)
    return facts


async def customer_position(
    context: Context, customer: UUID, as_of: date | None, currency: str | None
) -> CreditPosition:
    """Limit, exposure and room of a customer, with its group's room."""
    facts = await customer_facts(context, customer, as_of)
    to = asked_currency(context, currency, facts.currency)
    rates = await _rates(context, facts, to)
    owed = exposure(facts.balances, facts.policy, rates, to, facts.day, facts.terms.collaterals)
    group = await _group_of(context, facts, as_of, to) if facts.check_groups else None
    return CreditPosition(limit_on(facts.terms, facts.day, rates, to), owed, group)


async def customer_aging(
    context: Context, customer: UUID, definition: AgingDefinition, as_of: date | None, currency: str | None
) -> Aging:
    """Open receivables of a customer by how long they are overdue."""
    facts = await customer_facts(context, customer, as_of)
    to = asked_currency(context, currency, facts.currency)
    rates = await _rates(context, facts, to)
    return aging(facts.balances, definition, rates, to, facts.day)


async def customer_dso(
    context: Context,
    customer: UUID,
    months: int,
    since: date | None,
    as_of: date | None,
    currency: str | None,
) -> DaysSalesOutstanding:
    """Days sales outstanding of a customer; `since` is the day it became one."""
    facts = await customer_facts(context, customer, as_of)
    to = asked_currency(context, currency, facts.currency)
    return dso(facts.balances, await _rates(context, facts, to), to, facts.day, months, since)


async def group_position(context: Context, group: UUID, as_of: date | None, currency: str | None) -> CreditPosition:
    """Limit, exposure and room of a credit group, over all members in all companies."""
    facts = await group_facts(context, group, as_of)
    to = asked_currency(context, currency, facts.currency)
    members = await _members(context, facts, as_of)
    rates = await _rates(context, facts, to, members)
    owed = Exposure(facts.balances, facts.policy, rates, to, facts.day, _secured(members))
    return CreditPosition(limit_on(facts.terms, facts.day, rates, to), owed)


async def group_aging(
    context: Context, group: UUID, definition: AgingDefinition, as_of: date | None, currency: str | None
) -> Aging:
    """Open receivables of all members of a credit group by how long they are overdue."""
    facts = await group_facts(context, group, as_of)
    to = asked_currency(context, currency, facts.currency)
    rates = await _rates(context, facts, to)
    return aging(facts.balances, definition, rates, to, facts.day)


async def group_shares(
    context: Context, group: UUID, as_of: date | None, currency: str | None
) -> list[tuple[UUID | None, Exposure]]:
    """A group's exposure in each company the viewer may see, then in all others together (None), if there are any."""
    facts = await group_facts(context, group, as_of)
    to = asked_currency(context, currency, facts.currency)
    members = await _members(context, facts, as_of)
    rates = await _rates(context, facts, to, members)
    granted = set(context.viewer.companies())
    shares: dict[UUID | None, list[CustomerSums]] = {}
    for member in members:
        shares.setdefault(member.company if member.company in granted else None, []).append(member)
    seen = [company for company in shares if company is not None]
    names = {company: code for code, company in context.companies.items()}
    ordered: list[UUID | None] = [*sorted(seen, key=lambda company: names[company])]
    if None in shares:
        ordered.append(None)
    return [(company, _together(shares[company], facts.policy, rates, to, facts.day)) for company in ordered]


async def party_position(
    context: Context, party: UUID, as_of: date | None, currency: str | None
) -> tuple[CreditLimit | None, Exposure]:
    """The ceiling of a party, and what it owes all companies, everything counted; on the latest of its companies' days.

    Its currency is that of the ceiling; without one it must be said.
    """

    async def fetch(keys: list[UUID]) -> Sequence[tuple[CustomerSums, ...]]:
        async with context.house.pool.acquire() as conn:
            customers = await customers_of_parties(conn, keys)
            every = [customer for key in keys for customer in customers.get(key, ())]
            sums = {one.id: one for one in await customer_sums(conn, every, stored.Moment(context.now, as_of))}
        return [tuple(sums[customer] for customer in customers.get(key, ())) for key in keys]

    customers: tuple[CustomerSums, ...] = await context.loader(("party sums", as_of), fetch).load(party)
    day = max((customer.day for customer in customers), default=as_of or context.today("UTC"))
    ceiling = await _ceiling(context, party, day)
    to = asked_currency(context, currency, None if ceiling is None else ceiling.limit.currency)
    used = {to, *_currencies(customers), *(() if ceiling is None else (ceiling.limit.currency,))}
    rates = await exchange(context, day, used, MAX_RATE_AGE_DAYS)
    owed = _together(customers, CountingPolicy(), rates, to, day)
    limit = None if ceiling is None else limit_on(LimitTerms((ceiling,)), day, rates, to)
    return limit, owed


async def _ceiling(context: Context, party: UUID, day: date) -> LimitEntry | None:
    """The ceiling of a party on a day, as the limit it is shown as."""

    async def fetch(keys: list[UUID]) -> Sequence[LimitEntry | None]:
        rows = await context.reader.run(CEILINGS, parties=list(dict.fromkeys(keys)), day=day)
        found = {row["party_id"]: row for row in rows}
        return [_as_limit(found.get(key)) for key in keys]

    ceiling: LimitEntry | None = await context.loader(("ceiling", day), fetch).load(party)
    return ceiling


def _as_limit(row: Row | None) -> LimitEntry | None:
    if row is None or row["ceiling"] is None:
        return None
    ceiling = Money(row["ceiling"], row["currency"])
    return LimitEntry(row["id"], AdjustmentKind.PERMANENT, ceiling, row["from_day"])


async def company_sums(
    context: Context, company: UUID, as_of: date | None, currency: str | None, *, intercompany: bool
) -> CompanySums:
    """The sums of a company's customers, ready to be given in a currency. `intercompany`: with those of our group."""

    async def fetch(keys: list[UUID]) -> Sequence[CompanySums | None]:
        async with context.house.pool.acquire() as conn:
            found = await company_sums_of(
                conn, list(dict.fromkeys(keys)), as_of, context.now, wanted, intercompany=intercompany
            )
        return [found.get(key) for key in keys]

    wanted = tuple(sorted({context.known(named) for named in (currency, context.currency) if named}))
    sums: CompanySums = await context.loader(("company sums", as_of, wanted, intercompany), fetch).load(company)
    return sums


async def over_limits(
    context: Context, company: UUID, as_of: date | None = None, *, intercompany: bool = False
) -> OverLimit:
    """Which customers of a company are above their own limits, and by how much. Raises `RateMissing`."""

    async def fetch(companies: list[UUID]) -> Sequence[OverLimit]:
        async with context.house.pool.acquire() as conn:
            found = await over_limit(conn, companies, as_of, context.now, intercompany=intercompany)
        return [found[company] for company in companies]

    loaded: OverLimit = await context.loader(("over limit", as_of, intercompany), fetch).load(company)
    return loaded


async def _group_of(context: Context, facts: CustomerFacts, as_of: date | None, to: str) -> CreditPosition | None:
    """Where the customer's group stands; None where there is no group, or it is not limited."""

    async def fetch(keys: list[UUID]) -> Sequence[UUID | None]:
        async with context.house.pool.acquire() as conn:
            found = await stored.groups_of(conn, dict.fromkeys(keys, facts.day))
        return [found.get(key) for key in keys]

    group: UUID | None = await context.loader(("group of", facts.day), fetch).load(facts.id)
    if group is None:
        return None
    shared = await group_facts(context, group, as_of)
    if shared.policy.limit_type is CreditLimitType.NONE:
        return None
    rates = await _rates(context, shared, to)
    owed = Exposure(shared.balances, shared.policy, rates, to, shared.day)
    return CreditPosition(limit_on(shared.terms, shared.day, rates, to), owed)


async def _members(context: Context, facts: GroupFacts, as_of: date | None) -> tuple[CustomerSums, ...]:
    async def fetch(keys: list[UUID]) -> Sequence[tuple[CustomerSums, ...]]:
        async with context.house.pool.acquire() as conn:
            moment = stored.Moment(context.now, as_of)
            return [await customer_sums(conn, await members_of_group(conn, key, moment), moment) for key in keys]

    members: tuple[CustomerSums, ...] = await context.loader(("members", as_of, facts.day), fetch).load(facts.id)
    return members


async def _rates(
    context: Context, facts: CustomerFacts | GroupFacts, to: str, more: Iterable[CustomerSums] = ()
) -> Exchange:
    """The worth of every currency in some facts and of the one that is asked for."""
    used = {facts.currency, *(balance.amount.currency for balance in facts.balances), *_currencies(more)}
    used |= {entry.limit.currency for entry in facts.terms.entries}
    used |= {collateral.value.currency for collateral in facts.terms.collaterals}
    return await exchange(context, facts.day, {to, *used}, facts.exchange.max_age_days)


def _currencies(customers: Iterable[CustomerSums]) -> set[str]:
    amounts = (b.amount for customer in customers for b in customer.balances)
    values = (c.value for customer in customers for c in customer.collaterals)
    return {money.currency for money in (*amounts, *values)}


def _together(
    customers: Sequence[CustomerSums], policy: CountingPolicy, rates: Exchange, currency: str, day: date
) -> Exposure:
    balances = tuple(balance for customer in customers for balance in customer.owing(policy))
    return Exposure(balances, policy, rates, currency, day, _secured(customers))


def _secured(customers: Iterable[CustomerSums]) -> tuple[Secured, ...]:
    return tuple(Secured(customer.balances, customer.collaterals, customer.day) for customer in customers)
