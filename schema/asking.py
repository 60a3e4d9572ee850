"""Who asks and how they want to be answered: from a token, headers and `@inContext` to a `Context`."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from domain.role import Role
from locales.negotiate import Reader as Language
from locales.negotiate import negotiate, reader_of
from locales.sentences import ENGLISH, catalogs
from persistence.reader import Reader
from persistence.scope import actor_id, companies_by_code
from persistence.shapes.company import COMPANY
from schema.context import Claims, Context, House
from schema.in_context import AskedContext
from schema.rights import EVERY_COMPANY, Viewer


async def context_of(
    house: House, claims: Claims, asked: AskedContext, accept_language: str | None, request_id: str
) -> Context:
    """The context of one request. Language: @inContext, Accept-Language, the user's, the company's, English."""
    now = house.clock()
    async with house.pool.acquire() as conn:
        companies = await companies_by_code(conn)
        actor = await actor_id(conn, claims.subject, claims.name, claims.kind)
    viewer = viewer_of(claims, actor, companies)
    wished = (asked.locale, accept_language, claims.locale)
    language = spoken(*wished) or spoken(await _company_locale(house, viewer)) or english()
    context = Context(
        house=house,
        viewer=viewer,
        language=language,
        time_zone=asked.time_zone,
        currency=None,
        now=now,
        request_id=request_id,
        companies=companies,
        digits=await house.digits(),
    )
    context.currency = None if asked.currency is None else context.known(asked.currency)
    return context


def viewer_of(claims: Claims, actor: UUID, companies: Mapping[str, UUID]) -> Viewer:
    """Who asks. Companies that do not exist and roles nobody knows grant nothing."""
    everywhere = _roles(claims.grants.get(EVERY_COMPANY, ()))
    grants = {
        company: _roles(claims.grants.get(code, ()))
        for code, company in companies.items()
        if everywhere or _roles(claims.grants.get(code, ()))
    }
    return Viewer(actor, claims.subject, claims.name, grants, everywhere, claims.locale)


def spoken(*wished: str | None) -> Language | None:
    """The first of some wishes that we have a language for."""
    return next((found for wish in wished if (found := negotiate(wish, catalogs())) is not None), None)


def english() -> Language:
    """What everybody gets who asked for nothing we have."""
    return reader_of(ENGLISH, catalogs())


def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(role for role in Role if role.value in names)


async def _company_locale(house: House, viewer: Viewer) -> str | None:
    """The language of the only company somebody is granted."""
    granted = viewer.companies()
    if len(granted) != 1:
        return None
    reader = Reader(house.pool, granted, (ENGLISH,), house.clock(), house.reporting_currency)
    found = (await reader.by_key(COMPANY, "id", granted)).get(granted[0])
    return None if found is None else str(found["locale"])
