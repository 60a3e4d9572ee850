"""How credit decisions are read."""

from __future__ import annotations

import sqlalchemy as sa

from domain.decision import CreditOutcome
from domain.facts import Checkpoint
from persistence.shapes.money import in_reporting_currency
from persistence.shapes.shape import Filterable, Kind, Shape, seen
from persistence.statements import Statement, any_of
from persistence.tables.decisions import credit_decision

CREDIT_DECISION = Shape(
    name="CreditDecision",
    prefix="dec",
    source=credit_decision,
    id=credit_decision.c.id,
    fields={
        "company_id": credit_decision.c.company_id,
        "customer_id": credit_decision.c.customer_id,
        "sales_order_id": credit_decision.c.sales_order_id,
        "checkpoint": credit_decision.c.checkpoint,
        "outcome": credit_decision.c.outcome,
        "amount": credit_decision.c.amount,
        "currency": credit_decision.c.currency,
        "as_of": credit_decision.c.as_of,
        "decided_at": credit_decision.c.decided_at,
        "decided_by_id": credit_decision.c.decided_by_id,
        "override_reason": credit_decision.c.override_reason,
        "result": credit_decision.c.result,
    },
    visible=seen(credit_decision.c.company_id),
    company=credit_decision.c.company_id,
    filters={
        "customer": Filterable(Kind.ID, credit_decision.c.customer_id),
        "order": Filterable(Kind.ID, credit_decision.c.sales_order_id),
        "checkpoint": Filterable(Kind.CODE, credit_decision.c.checkpoint, enum=Checkpoint),
        "outcome": Filterable(Kind.CODE, credit_decision.c.outcome, enum=CreditOutcome),
        "amount": Filterable(
            Kind.MONEY,
            in_reporting_currency(
                credit_decision.c.amount, credit_decision.c.currency, credit_decision.c.as_of, credit_decision
            ),
            sort=True,
        ),
        "as_of": Filterable(Kind.DAY, credit_decision.c.as_of, sort=True),
        "decided_at": Filterable(Kind.INSTANT, credit_decision.c.decided_at, sort=True),
    },
    order=(("decided_at", True),),
)

INPUTS = Statement(
    sa.select(credit_decision.c.id, credit_decision.c.inputs).where(
        any_of(credit_decision.c.customer_id, "customers"),
        any_of(credit_decision.c.id, "decisions"),
        seen(credit_decision.c.company_id),
    )
)
"""The facts that `decisions` of `customers` were made on. Large, so they are read only when they are needed."""
