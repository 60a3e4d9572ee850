"""What coded names are called in other languages."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode
from locales.negotiate import language_tag
from persistence.shapes import named as shapes
from persistence.writing.names import FIELD, Said, translate
from schema.context import Info
from schema.errors import ClientMistake
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload
from schema.records import record_of
from schema.rights import Permission
from schema.scalars import Locale
from schema.types.node import Named

P = TypeVar("P", bound=Payload)

_TABLES = {
    shape.prefix: shape.table
    for shape in (
        shapes.REASON,
        shapes.ACCOUNT_STATUS,
        shapes.PAYMENT_TERMS,
        shapes.CASH_DISCOUNT,
        shapes.CUSTOMER_GROUP,
        shapes.CREDIT_MANAGEMENT_GROUP,
        shapes.RISK_GROUP,
        shapes.COLLATERAL_TYPE,
        shapes.COVERAGE_TYPE,
        shapes.AGING_DEFINITION,
    )
}


@strawberry.input(description="What a name is called in a language.")
class SetTranslationInput:
    """See `Said`."""

    subject: strawberry.ID = strawberry.field(description="The record whose name it is.")
    field: str = strawberry.field(default=FIELD, description="Which of its texts: name.")
    locale: Locale = strawberry.field(description="The language.")
    value: str = strawberry.field(description="The name in that language.")


@strawberry.input(description="A name that is no longer said in a language.")
class RemoveTranslationInput:
    """See `Said`."""

    subject: strawberry.ID = strawberry.field(description="The record whose name it is.")
    field: str = strawberry.field(default=FIELD, description="Which of its texts: name.")
    locale: Locale = strawberry.field(description="The language.")


@strawberry.type(description="A record after its name was translated.")
class SetTranslationPayload(Payload):
    """The record with its names."""

    @strawberry.field(description="The record as it now is, with all its translations.")
    async def named(self, info: Info) -> Named | None:
        return await _record(self, info)


@strawberry.type(description="A record after a translation of its name was removed.")
class RemoveTranslationPayload(Payload):
    """The record with the names it has left."""

    @strawberry.field(description="The record as it now is, with all its translations.")
    async def named(self, info: Info) -> Named | None:
        return await _record(self, info)


async def _record(payload: Payload, info: Info) -> Named | None:
    table, key = payload.result["named"]
    found: Named | None = await record_of(info.context, (table, UUID(key)))
    return found


async def _translate(
    info: Info,
    input: SetTranslationInput | RemoveTranslationInput,
    payload: type[P],
    value: str | None,
    kind: AuditEventKind,
) -> P:
    key = key_of(input.subject, *_TABLES)
    subject = (_TABLES[input.subject.split("_")[0]], key)
    locale = language_tag(input.locale)
    if locale is None:
        text = N_("{locale} is not a language that we know.")
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(text, {"locale": input.locale}))
    wanted = Said(subject, locale, value, input.field)
    return await carry_out(
        info,
        input,
        payload,
        lambda tx: translate(tx, wanted),
        needs=Permission.SET_NAMES,
        kind=kind,
        current={"named": [subject[0], str(key)]},
    )


@strawberry.type
class TranslationMutations:
    """What people call things in other languages."""

    @strawberry.mutation(description="Say what a name is called in a language.")
    async def set_translation(self, info: Info, input: SetTranslationInput) -> SetTranslationPayload:
        kind = AuditEventKind.TRANSLATION_SET
        return await _translate(info, input, SetTranslationPayload, input.value, kind)

    @strawberry.mutation(description="No longer say a name in a language.")
    async def remove_translation(self, info: Info, input: RemoveTranslationInput) -> RemoveTranslationPayload:
        kind = AuditEventKind.TRANSLATION_REMOVED
        return await _translate(info, input, RemoveTranslationPayload, None, kind)
