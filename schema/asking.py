"""Who asks and how they want to be answered: from a token, headers and `@inContext` to a `Context`."""

from __future__ import annotations

from locales.negotiate import Reader as Language
from locales.negotiate import negotiate, reader_of
from locales.sentences import ENGLISH, catalogs
from persistence.scope import Companies
from schema.context import Claims, Context, House
from schema.in_context import AskedContext
from schema.rights import Viewer


async def context_of(
    house: House, claims: Claims, asked: AskedContext, accept_language: str | None, request_id: str
) -> Context:
    """The context of one request. Language: @inContext, Accept-Language, the user's, the company's, English."""
    now = house.clock()
    viewer, companies = await house.remembered.who(claims)
    wished = (asked.locale, accept_language, claims.locale, _company_locale(viewer, companies))
    context = Context(
        house=house,
        viewer=viewer,
        language=spoken(*wished) or english(),
        time_zone=asked.time_zone,
        currency=None,
        now=now,
        request_id=request_id,
        companies=companies.by_code,
        digits=await house.digits(),
    )
    context.currency = None if asked.currency is None else context.known(asked.currency)
    return context


def spoken(*wished: str | None) -> Language | None:
    """The first of some wishes that we have a language for."""
    for wish in wished:
        if wish and (found := negotiate(wish, catalogs())) is not None:
            return found
    return None


def english() -> Language:
    """What everybody gets who asked for nothing we have."""
    return reader_of(ENGLISH, catalogs())


def _company_locale(viewer: Viewer, companies: Companies) -> str | None:
    """The language of the only company somebody is granted."""
    granted = viewer.companies()
    return companies.locales.get(granted[0]) if len(granted) == 1 else None
