"""What a kept decision answered: its reasons, tests and sentence out of the JSON it is kept as.

`persistence.decisions` writes that JSON. What stands beside it in columns of its own is read from those.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.decision import CREDIT_GROUP as GROUP
from domain.decision import CUSTOMER as PAYER
from domain.decision import LimitTestKind
from domain.party_limits import PARTY as LEGAL
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.document import each, part, text
from persistence.shapes.party import PARTY
from persistence.shapes.rule import BLOCKING_RULE
from persistence.shapes.shape import tidy
from persistence.shapes.worked import Amount, Asked, Expression, Figures, LinkTo, LinkToEither, Object, Row, Rows, Said
from persistence.shapes.worth import constant
from persistence.tables.decisions import credit_decision


def _answer(row: Row, asked: Asked) -> Object:
    result = row[credit_decision.c.result]
    return Object(
        {
            "reasons": Rows(each(part(result, "reasons"), row.source), ("place",), _reason),
            "tests": Rows(each(part(result, "tests"), row.source), ("place",), _test),
            "explanation": part(result, "explanation"),
        }
    )


def _reason(found: sa.FromClause) -> dict[str, object]:
    """A `domain.decision.BlockReason`; what is at its default is left out in its JSON."""
    reason = found.c.value
    active = sa.func.coalesce(sa.cast(text(reason, "active"), sa.Boolean()), sa.true(), type_=sa.Boolean())
    return {
        "code": text(reason, "code"),
        "message": Said(part(reason, "message")),
        "active": active,
        "rule": LinkTo(sa.cast(text(reason, "rule"), sa.Uuid()), BLOCKING_RULE),
    }


def _test(found: sa.FromClause) -> dict[str, object]:
    """A `domain.decision.LimitTest`."""
    test = found.c.value
    kind, key = (text(part(test, "holder"), place) for place in (0, 1))
    usual = constant(LimitTestKind.CREDIT_LIMIT)
    return {
        "kind": sa.func.coalesce(text(test, "kind"), usual, type_=sa.Text()),
        "holder": LinkToEither(
            tuple(
                (
                    sa.case((kind == constant(table), sa.cast(key, sa.Uuid())), else_=sa.cast(sa.null(), sa.Uuid())),
                    shape,
                )
                for table, shape in ((PAYER, CUSTOMER), (GROUP, CREDIT_GROUP), (LEGAL, PARTY))
            )
        ),
        "passed": sa.cast(text(test, "passed"), sa.Boolean()),
        **{name: _money(part(test, name)) for name in ("limit", "exposure", "amount", "available")},
        "used_percent": text(test, "used_percent"),
        "rates": Rows(each(part(test, "rates"), found), ("place",), _rate),
        "day": sa.cast(text(test, "day"), sa.Date()),
    }


def _rate(found: sa.FromClause) -> dict[str, object]:
    """A `domain.money.RateUsed`."""
    used = found.c.value
    return {
        "from_": text(used, "from_"),
        "to": text(used, "to"),
        "rate": tidy(sa.cast(text(used, "rate"), sa.Numeric())),
        "date": sa.cast(text(used, "day"), sa.Date()),
    }


def _money(kept: Expression) -> Amount:
    return Amount(sa.cast(text(kept, "amount"), sa.Numeric()), text(kept, "currency"))


DECIDED = Figures((credit_decision.c.result,), _answer)
"""The reasons, the tests and the explanation of a decision."""

DECIDED_ON = Figures((credit_decision.c.inputs,), lambda row, asked: Object({"inputs": row[credit_decision.c.inputs]}))
"""What a decision was made on: large, so it is read only for the ways out."""
