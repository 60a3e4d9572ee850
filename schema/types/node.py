"""What records have in common."""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.fields import Shaped, stored
from schema.ids import node_id


@strawberry.interface(description="Anything that can be read again by its id.")
class Node(Shaped):
    """Relay's node."""

    @strawberry.field(description="Its id, the same everywhere; a prefix names the type.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(node_id(self.shape.prefix, self.row["id"]))


@strawberry.interface(description="A record that is kept and edited.")
class Record(Node):
    """What every record carries."""

    version: int = stored("Rises when it is edited, not when a balance moves. Give it back as `expectedVersion`.")
    created_at: datetime = stored("When it was first recorded.")
    updated_at: datetime = stored("When it was last changed; incremental readers go by it, overlapping a minute.")
