"""The page where the decision is made."""

from __future__ import annotations

from domain.decision import (
    CREDIT_GROUP,
    CUSTOMER,
    BlockReason,
    BlockReasonCode,
    CreditOutcome,
    Decision,
    LimitTest,
)
from domain.facts import Checkpoint, CustomerFacts, Facts, GroupFacts, Order

__all__ = [
    "CREDIT_GROUP",
    "CUSTOMER",
    "BlockReason",
    "BlockReasonCode",
    "Checkpoint",
    "CreditOutcome",
    "CustomerFacts",
    "Decision",
    "Facts",
    "GroupFacts",
    "LimitTest",
    "Order",
]
