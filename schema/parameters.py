"""Writes or checks `docs/parameters.md`, a company's credit parameters: `python -m schema.parameters [--check]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType

from persistence.tables.company import credit_parameters
from schema.app import SCHEMA, graphql_schema

FILE = Path(__file__).parents[1] / "docs" / "parameters.md"

BEGINNING = """\
# Credit parameters

Written by `python -m schema.parameters` from the schema, the tables and the names that Dynamics 365 gives. A test reads
it.

Each company has parameters of its own, from its first day with these defaults. A CREDIT_MANAGER changes them with
`saveCreditParameters`: what is left out stays as it is, what changed is on record (`timeline`), and orders on hold are
checked again at once. What decides for a credit group stands on the group, not here.

<!-- as MANAGER in en -->

```graphql
{
  company(code: "SE01") {
    parameters { creditLimitType dueRollsToBankDay releaseWhenReady checkpoints { checkpoint graceDays } }
  }
}
```

```json
{"data": {"company": {"parameters": {
  "creditLimitType": "ALL", "dueRollsToBankDay": true, "releaseWhenReady": false,
  "checkpoints": [
    {"checkpoint": "CONFIRMATION", "graceDays": null},
    {"checkpoint": "PICKING_LIST", "graceDays": 3},
    {"checkpoint": "INVOICE", "graceDays": null}
  ]
}}}}
```

| Parameter | What it says | Default | Dynamics 365 |
|---|---|---|---|"""

KNOWN: Mapping[str, str] = {
    "creditLimitType": "Credit limit type",
    "checkCreditGroups": "Check customer credit groups credit limit",
    "unsetLimitMeansUnlimited": "Without credit management: a limit of 0",
    "blankExpiryMeansExpired": "Ignore credit limit expired blocking rule when expiration date is blank (the opposite)",
    "disputedReducesExposure": "",
    "disputedReducesOverdue": "",
    "dueRollsToBankDay": "",
    "pendingReceiptDays": "",
    "checkInvoicesWithoutOrder": "Check credit limit on free text invoice; project invoices go with it",
    "checkIntercompanyOrders": "Intercompany sales order exclusion from credit management (the opposite)",
    "approveLimitAdjustments": "The workflow of credit limit adjustments",
    "postApprovedLimits": "Its automated task that posts",
    "approveReleases": "The workflow of credit hold releases, with its automated release",
    "approveCreditChanges": "",
    "escalateAfterDays": "Escalation of a workflow, here a mark and a filter",
    "releaseWhenReady": "Evaluate for release, as a periodic task",
    "reasonWhenReady": "Reason to release automatically",
    "reasonWhenChanged": "Reason for releasing modified orders",
    "reasonWhenCancelled": "Reason for cancelled orders",
    "checkPaymentTermsIncrease": "Check credit limit when payment terms are increased",
    "checkCashDiscountIncrease": "Check credit limit when a settlement discount is increased",
    "orderHorizonDays": "",
    "maxRateAgeDays": "",
    "releaseValidDays": "Skip credit management blocking rules after order hold is released, here for so many days",
    "fiscalYearStart": "The fiscal calendar of the company",
    "fiscalYearChanges": "The same: years of its calendar may be shorter or longer",
    "checkpoints": "Credit management checkpoints: Posting and Grace days",
    "authorities": "",
    "personalAuthorities": "",
}
"""What Dynamics 365 calls each parameter; nothing where it has none. One that is missing fails the test."""

OTHERWISE: Mapping[str, str] = {
    "fiscalYearChanges": "none",
    "checkpoints": "CONFIRMATION, PACKING_SLIP",
    "authorities": "none: credit managers approve any amount",
    "personalAuthorities": "none",
}
"""The defaults that are no columns of the parameters."""

CALENDAR = """
Banks are closed on weekends and public holidays, and in Austria, Belgium, Denmark, Japan and Sweden on the days more
that their banks are. Due days of the years 2000 to 2099 move; `creditgraph migrate` brings the calendar up to date when
laws change.
"""

LEFT_OUT: Mapping[str, str] = {
    "Credit management (on or off)": "It is always on. A company that checks nothing has no checkpoints.",
    "Skip credit management blocking rules after order hold is released": "A release has bounds: an amount, a share, a "
    "last day. Within them an order is not checked again, beyond them it is.",
    "Automatically release: with or without posting": "Documents are posted by the ERP. It follows `creditHoldChanged` "
    "and posts, or does not.",
    "Allow manual editing of credit limits": "Limits change by posted adjustments only.",
    "Check credit limit on sales order": "`creditLimitType` NONE says so.",
    "Message when exceeding credit limit": "A rule says whether it holds or warns.",
    "Pro forma, and its grace days": "Printing is the ERP's. `checkCredit` asks at any time and writes nothing.",
    "Bypass inventory reservations": "Orders come with their lines; nothing is known of reservations.",
    "Remove blocked load lines": "Loads are the warehouse's.",
    "Skip the credit limit check when cancelling a packing slip journal": "Taking a delivery back checks nothing.",
    "Credit limit exchange rate type": "There is one rate for each pair of currencies and day.",
    "Credit limit adjustment number": "Adjustments are numbered by themselves.",
    "Credit management statistics: six counts of months": "What asks for an average says its window.",
    "C.O.D. terms of payment, margin, government id": "Not documented beyond their names, or not about credit.",
}
"""What Dynamics 365 has besides, and why there is no such parameter."""


def fields() -> Mapping[str, Any]:
    """The fields of the type that are parameters: all but those of every record, labels and the company."""
    found = graphql_schema(SCHEMA).type_map["CreditParameters"]
    assert isinstance(found, GraphQLObjectType)
    record = {name for interface in found.interfaces for name in interface.fields}
    return {
        name: field
        for name, field in found.fields.items()
        if name not in record and name != "company" and not name.endswith("Label")
    }


def page() -> str:
    """The whole page."""
    return "\n".join([BEGINNING, *_rows(), *_left_out()])


def _rows() -> Iterator[str]:
    for name, field in fields().items():
        told = field.description.replace("\n", " ").removesuffix(".")
        yield f"| `{name}` | {told} | {_default(name)} | {KNOWN.get(name, '')} |"


def _default(name: str) -> str:
    if name in OTHERWISE:
        return OTHERWISE[name]
    column = re.sub("([A-Z])", r"_\1", name).lower()
    found = credit_parameters.c[column if column in credit_parameters.c else f"{column}_id"].server_default
    if found is None:
        return "none"
    told = str(found.arg)  # type: ignore[attr-defined]
    return {"true": "on", "false": "off"}.get(told, told.strip("'"))


def _left_out() -> Iterator[str]:
    yield CALENDAR
    yield "## What Dynamics 365 has besides\n"
    yield "| There | Here |"
    yield "|---|---|"
    for name, why in LEFT_OUT.items():
        yield f"| {name} | {why} |"
    yield ""


def main(arguments: Sequence[str]) -> int:
    """Write the file, or say whether it is as the code has it."""
    if list(arguments) == ["--check"]:
        fresh = FILE.exists() and FILE.read_text("utf-8") == page()
        sys.stdout.write(f"parameters.md: {'fresh' if fresh else 'stale, run python -m schema.parameters'}\n")
        return 0 if fresh else 1
    if arguments:
        sys.stdout.write("usage: python -m schema.parameters [--check]\n")
        return 2
    FILE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
