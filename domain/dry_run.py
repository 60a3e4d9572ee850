"""A blocking rule tried on open orders before it is saved: what each is answered today, and what it would be then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.blocking import BlockingRule, matches
from domain.check import decide, figures
from domain.decision import CreditOutcome, Decision
from domain.facts import Checkpoint, Facts, Order


class RuleEffect(StrEnum):
    """What a rule would do to an order."""

    HOLDS = "HOLDS"
    FREES = "FREES"
    WARNS = "WARNS"


@dataclass(frozen=True)
class Trial:
    """A rule as it is and as it would be. `before` None: a new one. `after` None: removed, or not in force."""

    before: BlockingRule | None
    after: BlockingRule | None

    @property
    def rules(self) -> tuple[BlockingRule, ...]:
        """Whoever neither of them is for is answered the same."""
        return tuple(rule for rule in (self.before, self.after) if rule is not None)

    def then(self, facts: Facts) -> Facts:
        """The facts as they would be with the rule as it would be."""
        rules = tuple(rule for rule in facts.rules if self.before is None or rule.id != self.before.id)
        return replace(facts, rules=rules if self.after is None else (*rules, self.after))


@dataclass(frozen=True)
class Tried:
    """An order's two answers, both of today."""

    now: Decision
    then: Decision

    @property
    def differs(self) -> bool:
        """The rule would give it another outcome."""
        return self.now.outcome is not self.then.outcome

    @property
    def effect(self) -> RuleEffect | None:
        """Whether it would be held, go on, or go on with a warning; None where none of these changes."""
        if self.now.held is not self.then.held:
            return RuleEffect.HOLDS if self.then.held else RuleEffect.FREES
        return RuleEffect.WARNS if self.differs and self.then.outcome is CreditOutcome.WARNED else None


def tried(facts: Facts, trial: Trial, order: Order) -> Tried | None:
    """Check one order with the rules as they are and as they would be. Raises `RateMissing`.

    None: the rule matches it neither as it is nor as it would be, so it changes nothing.
    """
    tests, seen = figures(replace(facts, rules=(*facts.rules, *trial.rules)), order)  # what either of them looks at
    if not any(matches(rule, seen) for rule in trial.rules):
        return None
    return Tried(decide(facts, order, tests, seen), decide(trial.then(facts), order, tests, seen))


def next_step(last: Checkpoint, ticked: Collection[Checkpoint]) -> Checkpoint:
    """The step at which an order is asked next: where it was asked last, or the first ticked one after that."""
    steps = list(Checkpoint)
    return next((step for step in steps[steps.index(last) :] if step in ticked), last)
