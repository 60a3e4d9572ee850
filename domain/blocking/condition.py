"""What one kind of rule asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.blocking.materiality import too_small
from domain.blocking.rule import BlockingRule, RuleKind, RuleType, ValueType
from domain.blocking.situation import Situation
from domain.message import Message


@dataclass(frozen=True)
class Condition:
    """A kind of rule.

    `beyond`: is the figure beyond the rule's threshold? None when there is no figure to compare: then neither a block
    nor an exclusion matches. Where `equals`: is it what the rule names? `reason`: the sentence for a block that
    matched. `blocks_by`: what the threshold of a rule consists of, all of it; `or_excludes_by`: what that of an
    exclusion may consist of instead. `only_warns`: no rule of the kind holds anything.
    """

    kind: RuleKind
    beyond: Callable[[BlockingRule, Situation], bool | None]
    reason: Callable[[BlockingRule, Situation], Message]
    blocks_by: frozenset[ValueType]
    or_excludes_by: frozenset[ValueType] | None = None
    equals: bool = False
    only_warns: bool = False

    def met(self, rule: BlockingRule, situation: Situation) -> bool:
        """Does the rule match? An exclusion is the opposite of a block, unless something is compared for equality."""
        if too_small(rule, situation):
            return False
        wanted = rule.type is not RuleType.EXCLUDE or self.equals
        return self.beyond(rule, situation) is wanted
