"""Who asks."""

from __future__ import annotations

import asyncio

import strawberry

from domain.role import Role
from persistence.shapes.actor import ACTOR
from persistence.shapes.company import COMPANY
from schema.context import Info
from schema.fields import coded
from schema.scalars import Locale
from schema.types.company import Company
from schema.types.reference import Actor

coded(
    Role,
    "What somebody is to a company.",
    VIEWER="Reads.",
    CREDIT_CLERK="Checks credit, works on holds and drafts limits.",
    CREDIT_MANAGER="Decides: releases orders, posts limits, sets rules.",
    COLLECTIONS_AGENT="Collects.",
    INTEGRATION="A program that brings facts from an ERP.",
    AUDITOR="Reads everything, the audit trail too, and changes nothing.",
    ADMIN="Sets up; grants no credit.",
)


@strawberry.type(description="Who asks, and what is granted.")
class Viewer:
    """The viewer of the request."""

    @strawberry.field(description="As who you act.")
    async def actor(self, info: Info) -> Actor:
        row = await info.context.load(ACTOR, info.context.viewer.actor)
        if row is None:
            raise LookupError("the actor of this request is not kept")
        return Actor.of(row)

    @strawberry.field(description="What you are, in any company.")
    def roles(self, info: Info) -> list[Role]:
        return sorted(info.context.viewer.roles, key=list(Role).index)

    @strawberry.field(description="What `roles` are called in your language.")
    def roles_labels(self, info: Info) -> list[str]:
        return [info.context.label("Role", role.value) for role in self.roles(info)]

    @strawberry.field(description="The companies granted to you.")
    async def companies(self, info: Info) -> list[Company]:
        context = info.context
        rows = await asyncio.gather(*(context.load(COMPANY, company) for company in context.viewer.companies()))
        return sorted((Company.of(row) for row in rows if row is not None), key=lambda company: company.row["code"])

    @strawberry.field(description="The language you are answered in.")
    def locale(self, info: Info) -> Locale:
        return Locale(info.context.language.locale)
