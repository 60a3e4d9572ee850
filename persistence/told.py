"""Rows told as facts: the one place where what is kept becomes what the rules are told, however it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.attributes import excluded_on
from domain.blocking.rule import BlockingRule, Coded, ExposureCategory, RuleKind, RuleType, ValidFor
from domain.collateral import Collateral, CollateralKind
from domain.debts import Debt
from domain.exposure import Balance, CountingPolicy, CreditLimitType
from domain.facts import Checkpoint, CustomerFacts, GroupFacts
from domain.limits import AdjustmentKind, LimitEntry, LimitTerms
from domain.money import Exchange, Money
from domain.ranks import Conditions
from domain.reason import AccountStatusEffect
from persistence.payment_conditions import ranked
from persistence.rates import with_age
from persistence.statements import Row

Steps = Mapping[Checkpoint, int | None]
"""The steps at which a company checks, each with its grace days."""


@dataclass(frozen=True)
class ToldOfCustomer:
    """What was read of a payer: its row with its company and its parameters, and what belongs to it.

    `member`: it is in a credit group on its `day`.
    """

    row: Row
    day: date
    member: bool
    entries: Sequence[LimitEntry]
    collaterals: Sequence[Collateral]
    balances: Sequence[Balance]
    steps: Steps
    debts: Sequence[Debt] = ()

    @property
    def currencies(self) -> set[str]:
        """Every currency that may have to be converted."""
        used = {self.row["company_currency"], *(balance.amount.currency for balance in self.balances)}
        used.update(policy.value.currency for policy in self.collaterals)
        used.update(entry.limit.currency for entry in self.entries)
        return used

    def facts(self, exchange: Exchange) -> CustomerFacts:
        """What a check is told of the payer. `exchange`: the worth of its currencies on its day."""
        row = self.row
        return CustomerFacts(
            id=row["id"],
            company=row["company_code"],
            account=row["account"],
            name=row["name"],
            currency=row["company_currency"],
            day=self.day,
            terms=LimitTerms(
                entries=tuple(self.entries),
                collaterals=tuple(self.collaterals),
                unlimited=row["unlimited_credit"],
                mandatory=row["mandatory_credit_limit"],
                in_group=row["check_credit_groups"] and self.member,
                unset_means_unlimited=row["unset_limit_means_unlimited"],
            ),
            balances=tuple(self.balances),
            policy=policy_of(row),
            exchange=with_age(exchange, row["max_rate_age_days"]),
            check_groups=row["check_credit_groups"],
            excluded=excluded_on(row["excluded_from_credit_management"], row["excluded_until"], self.day),
            on_hold=row["on_hold"],
            status_effect=AccountStatusEffect(row["status_effect"] or "NONE"),
            blank_expiry_means_expired=row["blank_expiry_means_expired"],
            credit_management_group=row["credit_management_group_id"],
            risk_group=row["risk_group_id"],
            account_status=row["account_status_id"],
            payment_terms=row["payment_terms_id"],
            customer_since=row["customer_since"],
            next_review_date=row["next_review_date"],
            debts=tuple(self.debts),
            checkpoints=frozenset(self.steps),
            grace_days={step: days for step, days in self.steps.items() if days is not None},
            release_valid_days=row["release_valid_days"],
            checks_invoices=row["check_invoices_without_order"],
            usual=Conditions(
                ranked(row, "payment_terms") if row["check_payment_terms_increase"] else None,
                ranked(row, "cash_discount") if row["check_cash_discount_increase"] else None,
            ),
            check_payment_terms_increase=row["check_payment_terms_increase"],
            check_cash_discount_increase=row["check_cash_discount_increase"],
            intercompany=row["intercompany"] and not row["check_intercompany_orders"],
        )


@dataclass(frozen=True)
class ToldOfGroup:
    """What was read of a credit group: its row, its limits, and the sums of all members in all companies."""

    row: Row
    day: date
    entries: Sequence[LimitEntry]
    balances: Sequence[Balance]

    @property
    def currencies(self) -> set[str]:
        """Every currency that may have to be converted."""
        used = {self.row["currency"], *(balance.amount.currency for balance in self.balances)}
        used.update(entry.limit.currency for entry in self.entries)
        return used

    def facts(self, exchange: Exchange) -> GroupFacts:
        """What a check is told of the group. `exchange`: the worth of its currencies on its day."""
        row = self.row
        return GroupFacts(
            id=row["id"],
            number=row["number"],
            name=row["name"],
            currency=row["currency"],
            day=self.day,
            terms=LimitTerms(entries=tuple(self.entries)),
            balances=tuple(self.balances),
            policy=policy_of(row),
            exchange=with_age(exchange, row["max_rate_age_days"]),
        )


def entries_of(rows: Iterable[Row]) -> Mapping[UUID, Sequence[LimitEntry]]:
    """Posted limits by who holds them, out of rows in the order of posting."""
    found: dict[UUID, list[LimitEntry]] = defaultdict(list)
    for posted, row in enumerate(rows):
        found[row["holder_id"]].append(entry_of(row, posted))
    return found


def debts_of(rows: Iterable[Row]) -> Mapping[UUID, Sequence[Debt]]:
    """The open items of payers, in the order in which they came."""
    found: dict[UUID, list[Debt]] = defaultdict(list)
    for row in rows:
        found[row["customer_id"]].append(
            Debt(
                document_date=row["document_date"],
                due=row["due_date"],
                open=Money(row["open"], row["currency"]),
                disputed=row["disputed"],
                dunning_level=row["dunning_level"],
            )
        )
    return found


def collaterals_of(rows: Iterable[Row]) -> Mapping[UUID, Sequence[Collateral]]:
    """What secures the debts of customers."""
    found: dict[UUID, list[Collateral]] = defaultdict(list)
    for row in rows:
        found[row["customer_id"]].append(collateral_of(row))
    return found


def steps_of(rows: Iterable[Row]) -> Mapping[UUID, Steps]:
    """The steps at which companies check."""
    found: dict[UUID, dict[Checkpoint, int | None]] = defaultdict(dict)
    for row in rows:
        found[row["company_id"]][Checkpoint(row["checkpoint"])] = row["grace_days"]
    return found


def rule_of(row: Row) -> BlockingRule:
    """A blocking rule as the rules know it."""
    return BlockingRule(
        id=row["id"],
        kind=RuleKind(row["kind"]),
        type=RuleType(row["type"]),
        valid_for=ValidFor(row["valid_for"]),
        customer=row["customer_id"],
        credit_management_group=row["credit_management_group_id"],
        risk_group=row["risk_group_id"],
        days=row["days"],
        percent=row["percent"],
        amount=_money(row, "amount"),
        account_status=_coded(row, "account_status"),
        payment_terms=_coded(row, "payment_terms"),
        dunning_level=row["dunning_level"],
        exposure_category=_part(row["exposure_category"]),
        at_or_above=row["at_or_above"],
        release_all=row["release_all"],
        ignore_items_below=_money(row, "ignore_items_below"),
        minimum_items=row["minimum_items"],
        ignore_balance_below=_money(row, "ignore_balance_below"),
        ignore_orders_below=_money(row, "ignore_orders_below"),
    )


def _money(row: Row, name: str) -> Money | None:
    return None if row[name] is None else Money(row[name], row["currency"])


def _part(code: str | None) -> ExposureCategory | None:
    return None if code is None else ExposureCategory(code)


def _coded(row: Row, name: str) -> Coded | None:
    code = row[f"{name}_code"]
    return None if code is None else Coded(row[f"{name}_id"], code)


def entry_of(row: Row, posted: int = 0) -> LimitEntry:
    """A posted limit as the rules know it."""
    return LimitEntry(
        id=row["id"],
        kind=AdjustmentKind(row["kind"]),
        limit=Money(row["amount"], row["currency"]),
        from_=row["from_day"],
        until=row["until_day"],
        posted=posted,
        replaces=row["replaces_id"],
        percent=row["percent"],
        tolerance=None if row["tolerance"] is None else Money(row["tolerance"], row["currency"]),
    )


def collateral_of(row: Row) -> Collateral:
    """Insurance, a guarantee or collateral as the rules know it."""
    return Collateral(
        id=row["id"],
        kind=CollateralKind(row["kind"]),
        provider=row["provider"],
        value=Money(row["value"], row["currency"]),
        percent=row["percent"],
        from_=row["from_day"],
        until=row["until_day"],
        included_in_exposure=row["included_in_exposure"],
        maximum_terms_days=row["maximum_terms_days"],
    )


def policy_of(row: Row) -> CountingPolicy:
    """What counts, by a company's parameters or a credit group."""
    return CountingPolicy(
        limit_type=CreditLimitType(row["credit_limit_type"]),
        order_horizon_days=row["order_horizon_days"],
        disputed_reduces_exposure=row["disputed_reduces_exposure"],
        disputed_reduces_overdue=row["disputed_reduces_overdue"],
    )
