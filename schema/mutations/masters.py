"""Companies, parties and exchange rates: what the whole group of companies shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.shapes.company import COMPANY
from persistence.shapes.exchange_rate import EXCHANGE_RATE
from persistence.shapes.party import PARTY
from persistence.writing.companies import CompanyToSave, save_companies
from persistence.writing.parties import PartyToSave, save_parties
from persistence.writing.rates import RateToSet, set_rates
from schema.context import Info
from schema.errors import ClientMistake
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.sent import STAYS, sent
from schema.rights import Permission
from schema.scalars import CountryCode, CurrencyCode, Locale, TimeZone

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.party import Party
    from schema.types.reference import ExchangeRate


@strawberry.input(description="A company as the group knows it.")
class CompanyInput:
    """See `CompanyToSave`."""

    code: str = strawberry.field(description="Its short code: what is sent again under it is changed.")
    name: str = strawberry.field(description="Its name.")
    country: CountryCode = strawberry.field(description="Its country.")
    currency: CurrencyCode = strawberry.field(description="Its accounting currency; it stays what it was first.")
    locale: Locale = strawberry.field(description="The language it writes in.")
    time_zone: TimeZone = strawberry.field(description="Its days begin and end here.")


@strawberry.input(description="Make or change companies.")
class UpsertCompaniesInput:
    """All or nothing."""

    companies: list[CompanyInput] = strawberry.field(description="The companies, at most 250.")


@strawberry.input(description="A legal person, who may be a customer of several companies.")
class PartyInput:
    """See `PartyToSave`."""

    number: str = strawberry.field(description="Its number in the group: what is sent again under it is changed.")
    name: str = strawberry.field(description="Its name.")
    registration_number: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its company registration number; {STAYS}."
    )
    country: CountryCode | None = strawberry.field(default=strawberry.UNSET, description=f"Its country; {STAYS}.")
    blocked: bool | None = strawberry.field(
        default=strawberry.UNSET, description="No credit in any company. It comes once, with a new party."
    )


@strawberry.input(description="Make or change parties.")
class UpsertPartiesInput:
    """All or nothing."""

    parties: list[PartyInput] = strawberry.field(description="The parties, at most 250.")


@strawberry.input(description="A rate as it was published.")
class ExchangeRateInput:
    """See `RateToSet`."""

    from_: CurrencyCode = strawberry.field(name="from", description="What one unit is of.")
    to: CurrencyCode = strawberry.field(description="What it is worth in.")
    rate: Decimal = strawberry.field(description="Units of `to` for one unit of `from`.")
    date: date = strawberry.field(description="The first day it holds.")
    source: str = strawberry.field(description="Who published it.")
    irrevocable: bool = strawberry.field(
        default=False, description="A currency that joined the euro: the rate never grows too old."
    )


@strawberry.input(description="Set exchange rates, for all companies.")
class SetExchangeRatesInput:
    """All or nothing."""

    rates: list[ExchangeRateInput] = strawberry.field(description="The rates, at most 250.")


@strawberry.type(description="Companies after they were saved.")
class UpsertCompaniesPayload(Payload):
    """In the order of the input."""

    companies: list[Annotated[Company, strawberry.lazy("schema.types.company")]] | None = written(
        "companies", COMPANY, "As they now are, in the order of the input."
    )


@strawberry.type(description="Parties after they were saved.")
class UpsertPartiesPayload(Payload):
    """In the order of the input."""

    parties: list[Annotated[Party, strawberry.lazy("schema.types.party")]] | None = written(
        "parties", PARTY, "As they now are, in the order of the input."
    )


@strawberry.type(description="Exchange rates after they were set.")
class SetExchangeRatesPayload(Payload):
    """In the order of the input."""

    exchange_rates: list[Annotated[ExchangeRate, strawberry.lazy("schema.types.reference")]] | None = written(
        "exchange_rates", EXCHANGE_RATE, "As they now are, in the order of the input."
    )


@strawberry.type
class MasterMutations:
    """What the group shares."""

    @strawberry.mutation(description="Make or change companies. Only for administrators of the whole group.")
    async def upsert_companies(self, info: Info, input: UpsertCompaniesInput) -> UpsertCompaniesPayload:
        _need_everywhere(info, Permission.SET_UP_COMPANIES)
        rows = [CompanyToSave(**plain(row)) for row in input.companies]
        payload = await carry_out(
            info,
            input,
            UpsertCompaniesPayload,
            lambda tx: save_companies(tx, rows),
            needs=Permission.SET_UP_COMPANIES,
            kind=AuditEventKind.COMPANY_SAVED,
        )
        _see(info, [UUID(key) for key in payload.result.get("companies", ())], rows)
        return payload

    @strawberry.mutation(description="Make or change parties.")
    async def upsert_parties(self, info: Info, input: UpsertPartiesInput) -> UpsertPartiesPayload:
        rows = []
        for row in input.parties:
            values = sent(row)
            rows.append(PartyToSave(values.pop("number"), values.pop("name"), values))
        return await carry_out(
            info,
            input,
            UpsertPartiesPayload,
            lambda tx: save_parties(tx, rows),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.PARTY_SAVED,
        )

    @strawberry.mutation(
        description="Set exchange rates as they were published; orders on hold are checked again. All companies use"
        " them, so only those set them who post facts in every company."
    )
    async def set_exchange_rates(self, info: Info, input: SetExchangeRatesInput) -> SetExchangeRatesPayload:
        _need_everywhere(info, Permission.POST_FACTS)
        rows = [RateToSet(row.from_, row.to, row.date, row.rate, row.source, row.irrevocable) for row in input.rates]
        return await carry_out(
            info,
            input,
            SetExchangeRatesPayload,
            lambda tx: set_rates(tx, rows),
            needs=Permission.POST_FACTS,
            kind=AuditEventKind.RATES_SET,
        )


def _need_everywhere(info: Info, permission: Permission) -> None:
    """What belongs to the whole group is not changed by those who work in some of its companies."""
    if not info.context.viewer.may_everywhere(permission):
        text = N_("This belongs to the whole group of companies. Your roles do not permit it everywhere.")
        raise ClientMistake(ErrorCode.FORBIDDEN, Message(text))


def _see(info: Info, keys: list[UUID], rows: list[CompanyToSave]) -> None:
    """Who is granted every company sees the ones just made, here and in the requests after this."""
    context = info.context
    context.house.remembered.forget_companies()
    made = {row.code: key for row, key in zip(rows, keys, strict=False)}
    context.companies = {**context.companies, **made}
    grants = {key: context.viewer.grants.get(key, context.viewer.everywhere) for key in keys}
    context.viewer = replace(context.viewer, grants={**context.viewer.grants, **grants})
