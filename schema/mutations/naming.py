"""From the keys of an input to what persistence looks for."""

from __future__ import annotations

from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.writing.holders import CustomerNamed, HolderNamed
from schema.ids import key_of
from schema.keys import CreditHolderKey, CustomerKey


def customer_named(key: CustomerKey) -> CustomerNamed:
    """A customer by id or number. Raises `ClientMistake` for an id of another type."""
    if key.number:
        return CustomerNamed(company=key.number.company, account=key.number.account)
    return CustomerNamed(id=key_of(key.id or "", CUSTOMER.prefix))


def holder_named(key: CreditHolderKey) -> HolderNamed:
    """A customer or a credit group. Raises `ClientMistake` for an id of another type."""
    if key.customer:
        return HolderNamed(customer=CustomerNamed(company=key.customer.company, account=key.customer.account))
    if key.id:
        found = key_of(key.id, CUSTOMER.prefix, CREDIT_GROUP.prefix)
        is_group = key.id.startswith(CREDIT_GROUP.prefix)
        return HolderNamed(group=found) if is_group else HolderNamed(customer=CustomerNamed(id=found))
    return HolderNamed(group_number=key.credit_group or "")
