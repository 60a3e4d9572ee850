"""Reading who asks, and what this installation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from domain.message import N_, Message
from locales.sentences import catalogs
from persistence.readiness import readiness
from persistence.selection import Itself
from persistence.writing.parameters import NEVER_CHECKED
from schema.beside import told_by
from schema.context import Context, Info
from schema.fields import read_as
from schema.scalars import CurrencyCode, Locale
from schema.types.reference import SystemInfo
from schema.types.viewer import Viewer

NO_ICU = N_("The database has no ICU collations: names are not sorted as a language sorts them.")


async def _system_info(context: Context, asked: Mapping[str, Any]) -> SystemInfo:
    found = await readiness(context.reader)
    messages = [] if found.icu_collations else [Message(NO_ICU)]
    messages += [Message(NEVER_CHECKED, {"company": code}) for code in found.without_checkpoint]
    return SystemInfo(
        locales=[Locale(locale) for locale in catalogs()],
        reporting_currency=CurrencyCode(context.house.reporting_currency),
        warnings=[context.say(message) for message in messages],
    )


@strawberry.type
class ViewerQueries:
    """The fields of `Query` about the caller and the installation."""

    @strawberry.field(description="Who asks, and what is granted.", metadata=read_as(Itself()))
    def viewer(self) -> Viewer:
        return Viewer()

    @strawberry.field(description="What this installation is.", metadata=read_as(told_by(_system_info)))
    async def system_info(self, info: Info) -> SystemInfo:
        return await _system_info(info.context, {})
