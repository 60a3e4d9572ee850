"""What a viewer may do with a document now: where the document stands, and the viewer's rights in its company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain.permitted import Action
from schema.fields import coded
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


def viewer_may(
    viewer: Viewer, company: UUID, possible: Iterable[Action], needs: Mapping[Action, Permission]
) -> list[Action]:
    """Of what is possible, what the viewer has the right to."""
    return [action for action in possible if viewer.may(needs[action], company)]
