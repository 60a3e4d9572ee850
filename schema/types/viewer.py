"""Who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import strawberry

from domain.role import Role
from persistence.selection import Chosen, Collected, Finished, Reading, WorkedOut
from persistence.shapes.actor import ACTOR, VIEWER_ACTOR
from persistence.shapes.company import COMPANY
from schema.context import Context, Info
from schema.fields import coded, read_as
from schema.finishing import Finish, finisher, json
from schema.given import Call
from schema.planned_arguments import Arguments, ByArguments
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


def _companies(asked: Arguments) -> Reading:
    return Collected(COMPANY, asked.call(lambda call: list(call.context.viewer.companies())), "code")


def _roles(context: Context) -> list[Role]:
    return sorted(context.viewer.roles, key=list(Role).index)


@finisher("roles")
def _roles_told(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What the viewer is, in any company."""
    return lambda values: json([role.value for role in _roles(call.context)])


@finisher("roles, in words")
def _roles_in_words(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What these are called."""
    return lambda values: json([call.context.label("Role", role.value) for role in _roles(call.context)])


@finisher("locale")
def _locale(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """The language of the answer."""
    return lambda values: json(call.context.language.locale)


@strawberry.type(description="Who asks, and what is granted.")
class Viewer:
    """The viewer of the request."""

    @strawberry.field(description="As who you act.", metadata=read_as(WorkedOut(VIEWER_ACTOR, "actor")))
    async def actor(self, info: Info) -> Actor:
        row = await info.context.load(ACTOR, info.context.viewer.actor)
        if row is None:
            raise LookupError("the actor of this request is not kept")
        return Actor.of(row)

    @strawberry.field(description="What you are, in any company.", metadata=read_as(Finished("roles")))
    def roles(self, info: Info) -> list[Role]:
        return _roles(info.context)

    @strawberry.field(
        description="What `roles` are called in your language.", metadata=read_as(Finished("roles, in words"))
    )
    def roles_labels(self, info: Info) -> list[str]:
        return [info.context.label("Role", role.value) for role in self.roles(info)]

    @strawberry.field(description="The companies granted to you.", metadata=read_as(ByArguments(_companies)))
    async def companies(self, info: Info) -> list[Company]:
        context = info.context
        rows = await asyncio.gather(*(context.load(COMPANY, company) for company in context.viewer.companies()))
        return sorted((Company.of(row) for row in rows if row is not None), key=lambda company: company.row["code"])

    @strawberry.field(description="The language you are answered in.", metadata=read_as(Finished("locale")))
    def locale(self, info: Info) -> Locale:
        return Locale(info.context.language.locale)
