"""What a credit group owes in each company: those the viewer may see, and all others together."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from persistence.shapes import exposure, owing
from persistence.shapes.company import COMPANY
from persistence.shapes.shape import seen
from persistence.shapes.terms import Terms, group_terms
from persistence.shapes.worked import Asked, Figures, LinkTo, Object, Row, Rows
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group


def _group(row: Row, asked: Asked) -> Object:
    terms = group_terms(row[credit_group.c.id], asked, (row.source,))

    def share(of: sa.FromClause) -> dict[str, Any]:
        whose = owing.of_share(terms, asked, of)
        found = exposure.figures(whose, terms)
        owed = exposure.exposure_of(whose, terms, found, lambda: exposure.insured(whose, terms).c.value)
        return {"company": LinkTo(of.c.company_id, COMPANY), "exposure": owed}

    return Object({"by_company": Rows(_shares(terms, asked), ("hidden", "code"), share)})


GROUP_SHARES = Figures((credit_group.c.id,), _group, frozenset(exposure.FIGURES))
"""`by_company`: a list of shares, by company code; the last without a company when there are others."""


def _shares(terms: Terms, asked: Asked) -> sa.Select[Any]:
    """The companies of a group's members; null for all that the viewer may not see."""
    whose, of = owing.of_group(terms, asked).whose(), company_table.alias()
    assert whose.source is not None
    visible = seen(whose.company)
    company = sa.case((visible, whose.company), else_=sa.null()).label("company_id")
    return (
        sa.select(
            company, sa.case((visible, of.c.code), else_=sa.null()).label("code"), sa.not_(visible).label("hidden")
        )
        .select_from(whose.source.join(of, of.c.id == whose.company))
        .where(whose.where)
        .distinct()
        .correlate(*terms.before)
    )
