"""How old receivables are, and how long customers take to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import aging as domain
from domain.message import N_, Message
from domain.metrics import dso as metrics
from domain.refusal import ErrorCode
from persistence.shapes.named import AGING_DEFINITION
from schema.context import Context, Info
from schema.errors import ClientMistake
from schema.fields import BY_NAME, GIVEN, Reckoned, coded, labelled, read_as, reckoned, stored
from schema.types.money import Money

coded(
    metrics.DsoMethod,
    "How days sales outstanding are worked out.",
    STANDARD="Open receivables over the sales of the window, times its days.",
)

Definition = Annotated[
    str | None,
    strawberry.argument(
        description="The code of an aging definition; 1–30, 31–60, 61–90 and over 90 days unless said."
    ),
]


@reckoned(domain.AgingBucket, "Receivables of one age.")
class AgingBucket(Reckoned):
    """A column of an aging."""

    from_day: int | None = stored("From so many days past due; null: whatever is younger.")
    until_day: int | None = stored("To so many days past due; null: whatever is older.")
    amount: Money = stored("What is open.")

    @strawberry.field(description="What the column is called.", metadata=read_as(BY_NAME))
    def title(self, info: Info) -> str:
        return info.context.say(self.facts.title)


@reckoned(domain.AgingBucketDefinition, "A column of an aging.")
class AgingBucketSetting(Reckoned):
    """Days past due, both inclusive."""

    from_day: int | None = stored("From so many days past due; null: whatever is younger.")
    until_day: int | None = stored("To so many days past due; null: whatever is older.")

    @strawberry.field(description="What the column is called.", metadata=read_as(BY_NAME))
    def title(self, info: Info) -> str:
        return info.context.say(self.facts.title)


@reckoned(domain.Aging, "Open receivables by how long they are overdue.")
class Aging(Reckoned):
    """An aging of `domain.aging`."""

    as_of: date = stored("The business day.")
    total: Money = stored("All columns less what is unapplied.")
    unapplied: Money = stored("Receipts and credit notes that have not settled an item.")
    buckets: list[AgingBucket] = stored("The columns, from young to old.")


@reckoned(metrics.DaysSalesOutstanding, "How long it takes until sales are paid, with what it was worked out of.")
class DaysSalesOutstanding(Reckoned):
    """A DSO of `domain.metrics.dso`."""

    days: Decimal | None = stored("The days; null without sales.")
    method: metrics.DsoMethod = stored("How they were worked out.")
    method_label: str = labelled("method", metrics.DsoMethod)
    receivables: Money = stored("Open receivables, whatever their age.")
    sales: Money = stored("Gross sales invoiced in the window.")
    window_start: date = stored("The day before the first day of the window.")
    window_days: int = stored("How many days the window has.")
    as_of: date = stored("The business day.")


async def chosen_definition(context: Context, company: UUID | None, code: str | None) -> domain.AgingDefinition:
    """The aging definition of a code, the company's own before one of all companies. Raises `ClientMistake`."""
    if code is None:
        return domain.DEFAULT_AGING
    for owner in dict.fromkeys((company, None)):
        found = await context.reader.where(AGING_DEFINITION, {"code": code, "company_id": owner})
        if found is not None:
            return definition_of(found["buckets"])
    raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(N_("There is no aging definition {code}."), {"code": code}))


def definition_of(buckets: Sequence[Mapping[str, Any]]) -> domain.AgingDefinition:
    """Columns as they are kept."""
    return domain.AgingDefinition(
        tuple(TitledBucket(one.get("from"), one.get("until"), one.get("title")) for one in buckets)
    )


@dataclass(frozen=True)
class TitledBucket(domain.AgingBucketDefinition):
    """A column that people may have given a title of their own."""

    own_title: str | None = None

    @property
    def title(self) -> Message:
        """What the column is called."""
        return super().title if self.own_title is None else Message("{title}", {"title": self.own_title})


GIVEN[TitledBucket] = AgingBucketSetting.of
