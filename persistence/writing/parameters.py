"""How a company manages credit: its parameters and the steps at which it checks. Orders on hold are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.covering import days_refusals
from domain.facts import Checkpoint
from domain.fiscal_year import FiscalCalendar, FiscalYearChange
from domain.message import N_, Message
from domain.reason import ReasonKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.closed_days import move_due_days
from persistence.fiscal_years import fiscal_calendars
from persistence.reevaluating import reevaluate, waiting_in, waiting_near
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.company import checkpoint_setting, credit_parameters, fiscal_year_change
from persistence.tables.reference import reason
from persistence.take import Result, Transaction
from persistence.writing.finding import few_enough, version_refusals
from persistence.writing.holds import NO_REASON
from persistence.writing.records import count_refusals, locked
from persistence.writing.saving import Changes, changes, differing, update

TABLE = "credit_parameters"

TWICE = N_("The checkpoint is named twice.")
NEVER_CHECKED = N_("Company {company} checks credit at no step: its orders go on without being checked.")
SAVED = N_("The credit parameters of {company} were saved.")

_COMPANY = sa.bindparam("company", type_=sa.Uuid())
_STEPS = Statement(
    sa.select(checkpoint_setting.c.checkpoint, checkpoint_setting.c.grace_days).where(
        checkpoint_setting.c.company_id == _COMPANY
    )
)
_FORGET_STEPS = Statement(sa.delete(checkpoint_setting).where(checkpoint_setting.c.company_id == _COMPANY))
_FORGET_YEARS = Statement(sa.delete(fiscal_year_change).where(fiscal_year_change.c.company_id == _COMPANY))
_COUNTS = {
    "order_horizon_days": "orderHorizonDays",
    "escalate_after_days": "escalateAfterDays",
    "max_rate_age_days": "maxRateAgeDays",
    "release_valid_days": "releaseValidDays",
}
_BEYOND = frozenset({"fiscal_year_start", "due_rolls_to_bank_day", "pending_receipt_days"})
"""What decides on parties, so that it may hold orders in other companies."""

REASONS = {
    "reason_when_ready_id": "reasonWhenReady",
    "reason_when_changed_id": "reasonWhenChanged",
    "reason_when_cancelled_id": "reasonWhenCancelled",
}
_REASONS = Statement(sa.select(reason).where(any_of(reason.c.id, "ids")))


@dataclass(frozen=True)
class Step:
    """A step at which credit is checked, and how many days after a release it is not; None: as long as it holds."""

    checkpoint: Checkpoint
    grace_days: int | None = None


@dataclass(frozen=True)
class ParametersToSave:
    """`values`: the columns that are to change. `checkpoints`: all the steps, and `fiscal_years`: all changes of the
    fiscal year; None leaves them as they are.
    """

    company: str
    values: Mapping[str, Any] = field(default_factory=dict)
    checkpoints: tuple[Step, ...] | None = None
    expected_version: int | None = None
    fiscal_years: tuple[FiscalYearChange, ...] | None = None

    def fiscal_calendar(self, before: FiscalCalendar) -> FiscalCalendar:
        """How fiscal years are to be."""
        month = self.values.get("fiscal_year_start", before.month)
        return FiscalCalendar(month, before.changes if self.fiscal_years is None else self.fiscal_years)

    @property
    def reaches_others(self) -> bool:
        """Whether it may decide on orders in other companies."""
        return bool(_BEYOND & self.values.keys()) or self.fiscal_years is not None


async def save_parameters(tx: Transaction, wanted: ParametersToSave) -> Result:
    """Save what is given; the rest stays as it is."""
    few_enough(wanted.fiscal_years or (), "fiscalYearChanges")
    company = tx.company(wanted.company)
    key: UUID = company["id"]
    payers = await (waiting_near if wanted.reaches_others else waiting_in)(tx, [key])
    await tx.lock(payers)
    row = await kept_parameters(tx, key)
    refusals = [*version_refusals(row["version"], wanted.expected_version, (TABLE, key)), *_refusals(wanted)]
    years = (await fiscal_calendars(tx.conn, [key]))[key]
    wanted_years = wanted.fiscal_calendar(years)
    refusals += wanted_years.refusals()
    reasons = await _reasons(tx, row, wanted)
    refusals += _reason_refusals(key, wanted, reasons)
    if refusals:
        raise Refused(*refusals)
    before = {step["checkpoint"]: step["grace_days"] for step in await _STEPS.all(tx.conn, company=key)}
    after = before
    if wanted.checkpoints is not None:
        after = {step.checkpoint.value: step.grace_days for step in wanted.checkpoints}
    if not after:
        message = Message(NEVER_CHECKED, {"company": company["name"]})
        tx.warnings.append(Refusal(ErrorCode.INVALID_VALUE, message, ("checkpoints",)))
    differs = differing(row, wanted.values)
    if differs or after != before or wanted_years != years:
        await update(tx.conn, credit_parameters, {"company_id": key}, differs)
        if "due_rolls_to_bank_day" in differs:
            await move_due_days(tx.conn, key, company["country"] if differs["due_rolls_to_bank_day"] else None)
        await _FORGET_STEPS.run(tx.conn, company=key)
        steps = [{"company_id": key, "checkpoint": step, "grace_days": days} for step, days in after.items()]
        await insert(tx.conn, checkpoint_setting, steps)
        await _FORGET_YEARS.run(tx.conn, company=key)
        turns = [{"company_id": key, "from_day": one.from_, "long_year": one.long_year} for one in wanted_years.changes]
        await insert(tx.conn, fiscal_year_change, turns)
        message = Message(SAVED, {"company": company["name"]})
        codes = {each: one["code"] for each, one in reasons.items()}
        changed = changes(row, differs, codes) + _steps(before, after) + _years(years, wanted_years)
        event = "CREDIT_PARAMETERS_CHANGED"
        tx.audit(AuditEventKind.PARAMETERS_SAVED, message, (TABLE, key), key, changed, event=event)
        await reevaluate(tx, payers)
    return {TABLE: str(key)}


async def kept_parameters(tx: Transaction, company: UUID) -> Row:
    """The company's parameters; where it has none yet, those that every company begins with."""
    row = await locked(tx.conn, credit_parameters, company)
    if row is None:
        await insert(tx.conn, credit_parameters, [{"company_id": company}])
        row = await locked(tx.conn, credit_parameters, company)
    assert row is not None, "it was just written"
    return row


def _refusals(wanted: ParametersToSave) -> list[Refusal]:
    refusals = []
    for name, field_name in _COUNTS.items():
        refusals += count_refusals(wanted.values.get(name), (field_name,))
    refusals += days_refusals(wanted.values.get("pending_receipt_days"), ("pendingReceiptDays",))
    steps = wanted.checkpoints or ()
    for place, step in enumerate(steps):
        path = ("checkpoints", str(place))
        refusals += count_refusals(step.grace_days, (*path, "graceDays"))
        if step.checkpoint in {one.checkpoint for one in steps[:place]}:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(TWICE), (*path, "checkpoint")))
    return refusals


async def _reasons(tx: Transaction, before: Row, wanted: ParametersToSave) -> dict[UUID, Row]:
    """The reasons that are named, before and after."""
    named = {row[name] for row in (before, wanted.values) for name in REASONS if row.get(name) is not None}
    return {row["id"]: row for row in await _REASONS.all(tx.conn, ids=list(named))}


def _reason_refusals(company: UUID, wanted: ParametersToSave, reasons: Mapping[UUID, Row]) -> list[Refusal]:
    refusals = []
    for name, field_name in REASONS.items():
        given = wanted.values.get(name)
        if given is not None:
            found = reasons.get(given)
            usable = found is not None and found["active"] and found["company_id"] in (None, company)
            if found is None or not usable or found["kind"] != ReasonKind.RELEASE.value:
                refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NO_REASON), (field_name,)))
    return refusals


def _steps(before: Mapping[str, int | None], after: Mapping[str, int | None]) -> Changes:
    """The steps as one change."""
    if before == after:
        return []
    return [{"field": "checkpoints", "before": _listed(before), "after": _listed(after)}]


def _listed(steps: Mapping[str, int | None]) -> str:
    return ", ".join(step if days is None else f"{step} {days}" for step, days in sorted(steps.items()))


def _years(before: FiscalCalendar, after: FiscalCalendar) -> Changes:
    """The changes of the fiscal year as one change."""
    said = [", ".join(f"{one.from_}{' long' * one.long_year}" for one in each.changes) for each in (before, after)]
    return [] if said[0] == said[1] else [{"field": "fiscalYearChanges", "before": said[0], "after": said[1]}]
