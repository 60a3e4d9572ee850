"""What one kind of rule asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import Message


@dataclass(frozen=True)
class Condition:
    """A kind of rule.

    `beyond`: is the figure beyond the rule's threshold? None when there is no figure to compare: then neither a block
    nor an exclusion matches. `reason`: the sentence for a block that matched. `blocks_by` and `excludes_by`: the value
    types that rules of this kind may have.
    """

    kind: RuleKind
    beyond: Callable[[BlockingRule, Situation], bool | None]
    reason: Callable[[BlockingRule, Situation], Message]
    blocks_by: frozenset[ValueType]
    excludes_by: frozenset[ValueType]
