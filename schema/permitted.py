"""What a viewer may do with a document now: where the document stands, and the viewer's rights in its company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.permitted import ON_ADJUSTMENTS, ON_HOLDS, Action
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
    REJECT="Turn the order down.",
    POST="Put its limits in force.",
)

HOLD_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.WORK_ON_HOLDS,
    Action.EVALUATE: Permission.WORK_ON_HOLDS,
    Action.RELEASE: Permission.RELEASE_HOLDS,
    Action.REJECT: Permission.RELEASE_HOLDS,
}

ADJUSTMENT_NEEDS: Mapping[Action, Permission] = {
    Action.UPDATE: Permission.DRAFT_LIMITS,
    Action.POST: Permission.POST_LIMITS,
}


@dataclass(frozen=True)
class _Kind:
    """A kind of document: what can be done with it by its status, and what the viewer needs for that."""

    possible: Mapping[Any, Iterable[Action]]
    needs: Mapping[Action, Permission]


_KINDS = {
    "CreditHold": _Kind(ON_HOLDS, HOLD_NEEDS),
    "CreditLimitAdjustment": _Kind(ON_ADJUSTMENTS, ADJUSTMENT_NEEDS),
}


def viewer_may(
    viewer: Viewer, company: UUID, possible: Iterable[Action], needs: Mapping[Action, Permission]
) -> list[Action]:
    """Of what is possible, what the viewer has the right to."""
    return [action for action in possible if viewer.may(needs[action], company)]


def may_as_read(kind: str, labels: bool = False) -> Finished:
    """How the fast lane reads `viewerMay`, or what its values are called, of a document of this type."""
    return Finished("viewer may, in words" if labels else "viewer may", ("company_id", "status"), kind)


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
    kind, (company, status) = _KINDS[one.reading.constant], values
    return viewer_may(call.context.viewer, UUID(company), kind.possible.get(status, ()), kind.needs)
