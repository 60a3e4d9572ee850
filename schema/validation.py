"""Whether a document is valid: graphql-core's own rules, all of them, visited with less work than its `validate` does.

A rule is asked only at the kinds of nodes it has something to say about, and names, which none of them looks at by
themselves, are not visited: that halves what a document costs that was never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    Visitor,
    specified_rules,
    visit,
)
from graphql.language.visitor import EnterLeaveVisitor
from graphql.pyutils import RefMap
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

MOST_STEPS = overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
"""How far fields of the same name are compared, each with each: graphql-core would go 25 times as far. The screens
that we know take 26 at most."""

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

ABORTED = "Validation aborted."
"""What graphql-core says when it gives up."""

WITHOUT_NAMES = {
    kind: tuple(key for key in keys if key not in ("name", "alias"))
    for kind, keys in query_document_keys_to_validate.items()
}
"""What is visited of each kind of nodes."""


def mistakes(schema: GraphQLSchema, tree: DocumentNode, most: int) -> list[GraphQLError]:
    """What is wrong with a document, as `graphql.validate` says it: of more than `most` mistakes the first, and that
    there are more."""
    found: list[GraphQLError] = []

    def tell(error: GraphQLError) -> None:
        if len(found) >= most:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        found.append(error)

    types = TypeInfo(schema)
    context = _Context(schema, tree, types, tell)
    visitors: list[Visitor] = [rule(context) for rule in RULES]
    fragments = {one.name.value: one for one in tree.definitions if isinstance(one, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    try:
        visit(tree, TypeInfoVisitor(types, _AllRules(visitors)), WITHOUT_NAMES)
    except ValidationAbortedError as error:
        error.__context__ = None  # what was being told holds all that was visited
        found.append(error.with_traceback(None))
    except RecursionError:
        found.append(ValidationAbortedError(ABORTED))
    return found


def gave_up(found: Sequence[GraphQLError]) -> bool:
    """Whether a document was not looked at to its end, since it took too many steps."""
    return any(error.message == ABORTED for error in found)


class _Context(ValidationContext):
    """What rules share. Nodes are told apart by who they are: comparing what is in them walks through all of it."""

    def __init__(self, schema: GraphQLSchema, tree: DocumentNode, types: TypeInfo, tell: Any) -> None:
        super().__init__(schema, tree, types, tell)
        self._fragment_spreads: Any = RefMap()
        self._variable_usages: Any = RefMap()
        self._recursive_variable_usages: Any = RefMap()

    def get_variable_usages(self, node: Any) -> list[VariableUsage]:
        """The variables that a definition uses."""
        found: list[VariableUsage] | None = self._variable_usages.get(node)
        if found is None:
            visitor = VariableUsageVisitor(self._type_info, node if isinstance(node, FragmentDefinitionNode) else None)
            visit(node, TypeInfoVisitor(self._type_info, visitor), WITHOUT_NAMES)
            found = self._variable_usages[node] = visitor.usages
        return found


class _AllRules(ParallelVisitor):
    """Asks each rule where it has a method, and skips what it does not want to see."""

    def __init__(self, rules: Sequence[Visitor]) -> None:
        super().__init__(rules)
        self._rules, self._kinds = rules, tuple(map(type, rules))

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """The methods of all rules for nodes of a kind."""
        known = self.enter_leave_map.get(kind)
        if known is None:
            known = self.enter_leave_map[kind] = self._methods(kind)
        return known

    def _methods(self, kind: str) -> EnterLeaveVisitor:
        entering, leaving = [], []
        for place, enters, leaves in _asked(self._kinds, kind):
            visitor = self._rules[place]
            if enters:
                entering.append((place, getattr(visitor, enters)))
            leaving.append((place, getattr(visitor, leaves) if leaves else None))
        skipping = self.skipping

        def enter(node: Any, *around: Any) -> None:
            for place, ask in entering:
                if skipping[place] is None:
                    answer = ask(node, *around)
                    if answer is not None:
                        skipping[place] = self.BREAK if answer in (self.BREAK, True) else node

        def leave(node: Any, *around: Any) -> None:
            for place, ask in leaving:
                if skipping[place] is node:
                    skipping[place] = None
                elif skipping[place] is None and ask is not None and ask(node, *around) in (self.BREAK, True):
                    skipping[place] = self.BREAK

        return EnterLeaveVisitor(enter if entering else None, leave if leaving else None)


@cache
def _asked(rules: tuple[Any, ...], kind: str) -> Sequence[tuple[int, str, str]]:
    """The places of rules that have a method for a kind of nodes, with its names when entering and when leaving."""
    named = ((place, _method(rule, "enter", kind), _method(rule, "leave", kind)) for place, rule in enumerate(rules))
    return [(place, enters, leaves) for place, enters, leaves in named if enters or leaves]


def _method(rule: Any, when: str, kind: str) -> str:
    return next((name for name in (f"{when}_{kind}", when) if hasattr(rule, name)), "")
