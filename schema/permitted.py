"""What a viewer may do with a document now: where the document stands, and the viewer's rights in its company."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.adjustment import AdjustmentStatus
from domain.credit_change import CreditChangeStatus
from domain.hold import CreditHoldStatus
from domain.permitted import Action, on_adjustment, on_credit_change, on_hold
from persistence.selection import Chosen, Finished
from schema.fields import coded
from schema.finishing import Finish, finisher, json
from schema.given import Call
from schema.rights import Permission, Viewer

coded(
    Action,
    "Something that can be done with a document.",
    UPDATE="Change what is written in it.",
    EVALUATE="Check it again.",
    RELEASE="Let the order go on.",
    REJECT="Turn it down.",
    POST="Put its limits in force.",
    SUBMIT="Ask for its approval.",
    APPROVE="Approve it.",
)

_HOLD_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.WORK_ON_HOLDS,
    Action.EVALUATE: Permission.WORK_ON_HOLDS,
    Action.RELEASE: Permission.RELEASE_HOLDS,
    Action.REJECT: Permission.RELEASE_HOLDS,
}
_IN_APPROVAL: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.WORK_ON_HOLDS,
    Action.APPROVE: Permission.APPROVE_RELEASES,
    Action.REJECT: Permission.APPROVE_RELEASES,
}
_ASKED_FOR: Mapping[Action, Permission] = {**_HOLD_NEEDS, Action.RELEASE: Permission.WORK_ON_HOLDS}
"""Where a release can be asked for, whoever works on holds may want it."""

_ADJUSTMENT_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.DRAFT_LIMITS,
    Action.SUBMIT: Permission.DRAFT_LIMITS,
    Action.APPROVE: Permission.APPROVE_LIMITS,
    Action.REJECT: Permission.APPROVE_LIMITS,
    Action.POST: Permission.POST_LIMITS,
}

_CHANGE_NEEDS: Mapping[Action, Permission] = {
    Action.APPROVE: Permission.CHANGE_CREDIT,
    Action.REJECT: Permission.REVIEW_CUSTOMERS,
}


@dataclass(frozen=True)
class _Kind:
    """A kind of document: what can be done with it and what the viewer needs for that, by the fields beside its company
    that decide: its status, and what is so or not. `shared`: it may have no company, and its flags say where the viewer
    may."""

    possible: Callable[..., Iterable[tuple[Action, Permission]]]
    flags: tuple[str, ...]
    shared: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (*(() if self.shared else ("company_id",)), "status", *self.flags)


def _on_hold(
    status: str, forced: bool, workflow: bool, may_approve: bool, may_reject: bool
) -> Iterable[tuple[Action, Permission]]:
    stands = CreditHoldStatus(status)
    needs = _ASKED_FOR if workflow and not forced else _HOLD_NEEDS
    if stands is CreditHoldStatus.IN_APPROVAL:
        needs = _IN_APPROVAL
    return [(one, needs[one]) for one in on_hold(stands, may_approve=may_approve, may_reject=may_reject)]


def _on_adjustment(
    status: str, workflow: bool, may_approve: bool, may_reject: bool
) -> Iterable[tuple[Action, Permission]]:
    stands = AdjustmentStatus(status)
    possible = on_adjustment(stands, workflow=workflow, may_approve=may_approve, may_reject=may_reject)
    return [(one, _ADJUSTMENT_NEEDS[one]) for one in possible]


def _on_credit_change(status: str, may_approve: bool, may_reject: bool) -> Iterable[tuple[Action, Permission]]:
    possible = on_credit_change(CreditChangeStatus(status), may_approve=may_approve, may_reject=may_reject)
    return [(one, _CHANGE_NEEDS[one]) for one in possible]


_KINDS = {
    "CreditHold": _Kind(_on_hold, ("forced", "workflow", "may_approve", "may_reject")),
    "CreditChangeRequest": _Kind(_on_credit_change, ("may_approve", "may_reject"), shared=True),
    "CreditLimitAdjustment": _Kind(_on_adjustment, ("workflow", "may_approve", "may_reject")),
}


def viewer_may(viewer: Viewer, kind: str, row: Mapping[str, Any]) -> list[Action]:
    """Of what is possible with the document in a row, what the viewer has the right to."""
    found = _KINDS[kind]
    flags = (row[name] for name in found.flags)
    return _permitted(viewer, None if found.shared else row["company_id"], found.possible(row["status"], *flags))


def _permitted(viewer: Viewer, company: UUID | None, possible: Iterable[tuple[Action, Permission]]) -> list[Action]:
    return [action for action, needed in possible if viewer.may(needed, company)]


def may_as_read(kind: str, labels: bool = False) -> Finished:
    """How the fast lane reads `viewerMay`, or what its values are called, of a document of this type."""
    return Finished("viewer may, in words" if labels else "viewer may", _KINDS[kind].fields, kind)


@finisher("viewer may")
def _may(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What the viewer may do with a document, of its company and its status."""
    return lambda values: json(_allowed(call, one, values))


@finisher("viewer may, in words")
def _may_in_words(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What these are called."""
    return lambda values: json([call.context.label("Action", action) for action in _allowed(call, one, values)])


def _allowed(call: Call, one: Chosen, values: Sequence[str]) -> list[Action]:
    assert isinstance(one.reading, Finished)
    kind = _KINDS[one.reading.constant]
    company = None if kind.shared else UUID(values[0])
    status, *flags = values if kind.shared else values[1:]
    possible = kind.possible(status, *(flag == "true" for flag in flags))
    return _permitted(call.context.viewer, company, possible)
