"""How an input names what belongs to a company: by ids, company codes, accounts, numbers and coded names."""

from __future__ import annotations

from typing import Any

from schema.fields import TYPES
from tests.schema.inputs import Path
from tests.schema.two_companies import Firm
from tests.schema.world import World

_CODED = {
    "customerGroup": "customer_group",
    "paymentTerms": "payment_terms",
    "cashDiscount": "cash_discount",
    "riskGroup": "risk_group",
    "creditManagementGroup": "credit_management_group",
    "accountStatus": "account_status",
}
"""Fields that name a coded name, with its table."""

_BY_ID = {
    "customer": ("Customer", "{account}"),
    "openItem": ("OpenItem", "{word}-item A 2"),
    "creditNote": ("OpenItem", "{word}-note 2"),
    "payment": ("Payment", "{word}-payment 14 2"),
    "salesOrder": ("SalesOrder", "{word}-order"),
    "creditHold": ("CreditHold", "hold {word}-held order"),
    "reason": ("Reason", "reason {code}"),
    "accountStatus": ("AccountStatus", "account_status {code}"),
    "statusReason": ("Reason", "reason {code}"),
    "creditLimitAdjustment": ("CreditLimitAdjustment", "adjustment {code}"),
    "line": ("CreditLimitAdjustmentLine", "line {code}"),
    "replaces": ("CreditLimitEntry", "temporary {code}"),
    "creditGroup": ("CreditGroup", "{word}-group"),
    "collateral": ("Collateral", "INSURANCE {code}"),
    "type": ("CollateralType", "collateral_type {code}"),
    "coverageType": ("CoverageType", "coverage_type {code}"),
    "creditManagementGroup": ("CreditManagementGroup", "credit_management_group {code}"),
    "riskGroup": ("RiskGroup", "risk_group {code}"),
    "blockingRule": ("BlockingRule", "rule {code}"),
    "subject": ("Reason", "reason {code}"),
    "job": ("Job", "job {code}"),
    "creditChangeRequest": ("CreditChangeRequest", "credit change {code}"),
    "delegation": ("Delegation", "delegation {code}"),
}
"""Fields that name a record by its id: its type, and what tests call it."""

_SINGULAR = {
    "creditHolds": "creditHold",
    "salesOrders": "salesOrder",
    "lines": "line",
    "removeLines": "line",
    "holder": "customer",
}
_ITSELF = {
    "AdjustmentLineInput": "line",
    "SaveBlockingRuleInput": "blockingRule",
    "SimulateBlockingRuleInput": "blockingRule",
}
_NUMBERED = {"openItem": "item A 2", "creditNote": "note 2", "payment": "payment 14 2", "salesOrder": "order"}


def reference(world: World, firm: Firm, path: Path, within: str, kind: Any) -> str | None:
    """How a company's record is named at a place of an input; None where nothing of a company is named."""
    name = path[-1]
    if kind.name == "ID":
        called = _ITSELF.get(within, path[-2] if len(path) > 1 else "") if name == "id" else name
        called = _SINGULAR.get(called, called)
        if called not in _BY_ID and within.endswith("Key"):
            called = within[0].lower() + within.removesuffix("Key")[1:]
        return _id(world, firm, called)
    return _text(firm, path, within) if kind.name == "String" else None


def _id(world: World, firm: Firm, called: str) -> str | None:
    if called not in _BY_ID:
        return None
    record, pattern = _BY_ID[called]
    known = pattern.format(word=firm.word, code=firm.code, account=firm.account(2))
    return f"{TYPES[record].shape.prefix}_{world.ids[known].hex}"


def _text(firm: Firm, path: Path, within: str) -> str | None:
    name = path[-1]
    match name, within:
        case ("company", _) | ("code", "CompanyInput"):
            return firm.code
        case ("account", _) | ("payer", _):
            return firm.text("2")
        case ("party", _) | ("number", "PartyInput"):
            return f"P-{firm.text('2')}"
        case ("creditGroup", _) | ("number", "CreateCreditGroupInput"):
            return firm.text("group")
        case ("number", "NumberKey"):
            return firm.text(_NUMBERED[path[-3]])
        case ("number", "DunningLevelInput"):
            return firm.text(_NUMBERED["openItem"])
        case ("billing", _) | ("number", "CancelBillingInput"):
            return firm.text("bill")
        case ("number", "ReverseDeliveryInput"):
            return firm.text("slip")
        case ("number", "ReverseReturnInput"):
            return firm.text("return")
    if name in _CODED:
        return firm.text(_CODED[name])
    return firm.text(_NUMBERED[name]) if name in _NUMBERED else None
