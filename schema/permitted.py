"""What a viewer may do with a document now: where the document stands, and the viewer's rights in its company."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.adjustment import AdjustmentStatus
from domain.hold import CreditHoldStatus
from domain.permitted import ON_HOLDS, Action, on_adjustment
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

HOLD_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.WORK_ON_HOLDS,
    Action.EVALUATE: Permission.WORK_ON_HOLDS,
    Action.RELEASE: Permission.RELEASE_HOLDS,
    Action.REJECT: Permission.RELEASE_HOLDS,
}

ADJUSTMENT_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.DRAFT_LIMITS,
    Action.SUBMIT: Permission.DRAFT_LIMITS,
    Action.APPROVE: Permission.APPROVE_LIMITS,
    Action.REJECT: Permission.APPROVE_LIMITS,
    Action.POST: Permission.POST_LIMITS,
}


@dataclass(frozen=True)
class _Kind:
    """A kind of document: what can be done with it, what the viewer needs for that, and the fields beside its company
    that decide."""

    possible: Callable[..., Iterable[Action]]
    needs: Mapping[Action, Permission]
    fields: tuple[str, ...]


def _on_hold(status: str) -> Iterable[Action]:
    return ON_HOLDS.get(CreditHoldStatus(status), ())


def _on_adjustment(status: str, *flags: str) -> Iterable[Action]:
    workflow, may_approve, may_reject = (flag == "true" for flag in flags)
    stands = AdjustmentStatus(status)
    return on_adjustment(stands, workflow=workflow, may_approve=may_approve, may_reject=may_reject)


_KINDS = {
    "CreditHold": _Kind(_on_hold, HOLD_NEEDS, ("status",)),
    "CreditLimitAdjustment": _Kind(
        _on_adjustment, ADJUSTMENT_NEEDS, ("status", "workflow", "may_approve", "may_reject")
    ),
}


def viewer_may(
    viewer: Viewer, company: UUID, possible: Iterable[Action], needs: Mapping[Action, Permission]
) -> list[Action]:
    """Of what is possible, what the viewer has the right to."""
    return [action for action in possible if viewer.may(needs[action], company)]


def may_as_read(kind: str, labels: bool = False) -> Finished:
    """How the fast lane reads `viewerMay`, or what its values are called, of a document of this type."""
    fields = ("company_id", *_KINDS[kind].fields)
    return Finished("viewer may, in words" if labels else "viewer may", fields, kind)


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
    kind, (company, *stands) = _KINDS[one.reading.constant], values
    return viewer_may(call.context.viewer, UUID(company), kind.possible(*stands), kind.needs)
