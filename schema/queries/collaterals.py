"""Reading what secures debts, and what is to be declared because of it."""

from __future__ import annotations

import strawberry

from schema.connections import COLLATERALS, DECLARATIONS_DUE


@strawberry.type
class CollateralQueries:
    """The fields of `Query` about insurance, guarantees and collateral."""

    collaterals: COLLATERALS.connection = COLLATERALS.field(  # type: ignore[name-defined]
        "Insurance, guarantees and other collateral."
    )
    declarations_due: DECLARATIONS_DUE.connection = DECLARATIONS_DUE.field(  # type: ignore[name-defined]
        "Overdue items that are still to be declared to an insurer or guarantor, the most urgent first. With"
        " `declareBy` only those whose deadline comes soon."
    )
