"""Who acts, what they did, what was told on, and the long work that runs."""

from __future__ import annotations

import sqlalchemy as sa

from domain.role import Role
from persistence.tables.columns import (
    INSTANT,
    choice,
    document,
    flag,
    identity,
    instant,
    key,
    record,
    reference,
    table,
    text,
    whole,
)

ACTOR_KINDS = ("USER", "INTEGRATION", "SYSTEM")
JOB_KINDS = ("IMPORT",)
JOB_STATUSES = ("WAITING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED")

actor = table(
    "actor",
    "a person or program that acts",
    key(),
    text("subject", "its name in the tokens it brings"),
    text("name", "its name"),
    choice("kind", ACTOR_KINDS, "what it is", default="USER"),
    record(),
    sa.UniqueConstraint("subject"),
)

actor_role = table(
    "actor_role",
    "what somebody is where, as the last token said that it asked with",
    key(),
    reference("actor_id", "actor", "who", index=True),
    reference("company_id", "company", "where; null: in every company", nullable=True, index=True),
    choice("role", Role, "what it is there"),
)

audit_event = table(
    "audit_event",
    "what was done or refused; never changed",
    key(),
    instant("happened_at", "when"),
    reference("actor_id", "actor", "who"),
    text("kind", "what was done, as the name of the mutation in capitals"),
    flag("refused", "it was tried and refused"),
    reference("company_id", "company", "the company concerned; null: the group as a whole", nullable=True),
    text("subject_kind", "the table of the record concerned", nullable=True),
    sa.Column("subject_id", sa.Uuid(), nullable=True, comment="the record concerned"),
    document("message", "the sentence with its values, to be said in any language"),
    document("changes", "what changed: field, before, after", nullable=True),
    sa.Index(None, "subject_id", "happened_at"),
    sa.Index(None, "company_id", "happened_at"),
)

outbox = table(
    "outbox",
    "what others must hear of, written with the change itself and taken out when it is numbered",
    sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), primary_key=True, comment="order of writing"),
    text("kind", "what happened"),
    identity("company_id", "the company concerned", nullable=True),
    sa.Column("subject_id", sa.Uuid(), nullable=False, comment="the record concerned"),
    document("payload", "ids and codes, never names"),
    sa.Column("recorded_at", INSTANT, nullable=False, server_default=sa.func.now(), comment="when"),
)

event = table(
    "event",
    "what others may hear of, taken out of the outbox and numbered once it could be seen; kept for some days",
    sa.Column(
        "sequence",
        sa.BigInteger(),
        sa.Identity(always=True),
        primary_key=True,
        comment="rises; whoever sees a number will never see a lower one appear",
    ),
    text("kind", "what happened"),
    identity("company_id", "the company concerned", nullable=True),
    text("subject_kind", "the table of the record concerned"),
    identity("subject_id", "the record concerned"),
    sa.Column("recorded_at", INSTANT, nullable=False, comment="when it was written"),
    sa.Index(None, "subject_id", "sequence"),
    sa.Index("ix_event_holds", "sequence", postgresql_where=sa.text("subject_kind = 'credit_hold'")),
)

idempotency_key = table(
    "idempotency_key",
    "what a caller already asked for, so that asking twice does it once; kept seven days",
    sa.Column("actor_id", sa.Uuid(), sa.ForeignKey("actor.id"), primary_key=True, comment="the caller"),
    sa.Column("mutation", sa.Text(), primary_key=True, comment="what it asked for"),
    sa.Column("key", sa.Text(), primary_key=True, comment="the key it gave"),
    text("input_hash", "digest of the input"),
    document("result", "ids, codes and values of the answer, rendered anew when it is read"),
    instant("recorded_at", "when"),
    sa.Index(None, "recorded_at"),
)

job = table(
    "job",
    "long work with its progress",
    key(),
    choice("kind", JOB_KINDS, "what it does"),
    choice("status", JOB_STATUSES, "where it stands"),
    text("source", "what it reads, as the file's name", nullable=True),
    whole("done", "rows done", nullable=False, default="0"),
    whole("total", "rows in all, when known"),
    whole("remaining_seconds", "at the rate so far"),
    flag("cancel_asked", "somebody asked it to stop"),
    reference("started_by_id", "actor", "who"),
    record(),
)

rejected_row = table(
    "rejected_row",
    "a row of a file that could not be taken",
    key(),
    reference("job_id", "job", "the work that met it", index=True),
    whole("line", "its line in the file", nullable=False),
    text("column_name", "the column concerned", nullable=True),
    text("value", "what stood there", nullable=True),
    text("code", "why, as a code"),
    document("message", "why, as a sentence with its values"),
)
