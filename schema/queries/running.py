"""Reading what was done and what is being done: the audit trail, who acts, and long work."""

from __future__ import annotations

import strawberry

from schema.connections import ACTORS, AUDIT_EVENTS, JOBS
from schema.rights import Permission


@strawberry.type
class RunningQueries:
    """The fields of `Query` about what happens."""

    audit_events: AUDIT_EVENTS.connection = AUDIT_EVENTS.field(  # type: ignore[name-defined]
        "What was done or refused, the latest first, in companies whose audit trail you may read.",
        need=Permission.READ_AUDIT,
    )
    actors: ACTORS.connection = ACTORS.field(  # type: ignore[name-defined]
        "Persons who were here, by name, with what they are in companies whose audit trail you may read: to hand"
        " work or authority to.",
        need=Permission.READ_AUDIT,
    )
    jobs: JOBS.connection = JOBS.field(  # type: ignore[name-defined]
        "Long work, the latest first: your own, and everybody's where you may run jobs in every company."
    )
