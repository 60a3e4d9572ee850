"""How clients name records: by the id the API gave, or by the numbers that people and ERPs know them by."""

from __future__ import annotations

import strawberry


@strawberry.input(description="A customer by its number in a company.")
class AccountKey:
    """As in the company's ledger."""

    company: str = strawberry.field(description="Code of the company.")
    account: str = strawberry.field(description="The customer's number there.")


@strawberry.input(description="A document by its number in a company.")
class NumberKey:
    """As in the company's ERP."""

    company: str = strawberry.field(description="Code of the company.")
    number: str = strawberry.field(description="The document's number there.")


@strawberry.input(description="A customer, in exactly one way.", one_of=True)
class CustomerKey:
    """By id or number."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id.")
    number: AccountKey | None = strawberry.field(default=strawberry.UNSET, description="Its number in a company.")


@strawberry.input(description="A sales order, in exactly one way.", one_of=True)
class SalesOrderKey:
    """By id or number."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id.")
    number: NumberKey | None = strawberry.field(default=strawberry.UNSET, description="Its number in a company.")


@strawberry.input(description="An open item, in exactly one way.", one_of=True)
class OpenItemKey:
    """By id or number."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id.")
    number: NumberKey | None = strawberry.field(default=strawberry.UNSET, description="Its number in a company.")


@strawberry.input(description="A payment, in exactly one way.", one_of=True)
class PaymentKey:
    """By id or number."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id.")
    number: NumberKey | None = strawberry.field(default=strawberry.UNSET, description="Its number in a company.")


@strawberry.input(description="Whose limit it is, in exactly one way.", one_of=True)
class CreditHolderKey:
    """A customer or a credit group."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of a customer or a credit group."
    )
    customer: AccountKey | None = strawberry.field(
        default=strawberry.UNSET, description="A customer by its number in a company."
    )
    credit_group: str | None = strawberry.field(default=strawberry.UNSET, description="A credit group by its number.")
