"""Warns of orders that bring the use of the limit above a percentage (QAD: early-warning percentage; OCA: risk info).

It looks at what a rule for used credit limits looks at, and never holds: beside rules that hold it is a setting of its
own, with exclusions of its own.
"""

from __future__ import annotations

from domain.blocking import credit_limit_used
from domain.blocking.condition import Condition
from domain.blocking.rule import RuleKind, ValueType

CONDITION = Condition(
    RuleKind.EARLY_WARNING,
    credit_limit_used.beyond,
    credit_limit_used.reason,
    frozenset({ValueType.PERCENT}),
    only_warns=True,
)
