"""Every list there is: its shape, and where the type of its records is declared."""

from __future__ import annotations

from persistence.shapes.adjustment import CREDIT_LIMIT_ADJUSTMENT, CREDIT_LIMIT_ADJUSTMENT_LINE
from persistence.shapes.approval_waiting import APPROVAL_WAITING
from persistence.shapes.audit import AUDIT_EVENT
from persistence.shapes.collateral import COLLATERAL
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_change import CREDIT_CHANGE_REQUEST
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.credit_group_membership import CREDIT_GROUP_MEMBERSHIP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.decision import CREDIT_DECISION
from persistence.shapes.declaration import COLLATERAL_DECLARATION, DECLARATION_DUE
from persistence.shapes.delegation import DELEGATION
from persistence.shapes.exchange_rate import EXCHANGE_RATE
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.job import JOB, REJECTED_ROW
from persistence.shapes.known_actor import KNOWN_ACTOR
from persistence.shapes.limit_entry import LIMIT_ENTRY
from persistence.shapes.named import (
    ACCOUNT_STATUS,
    AGING_DEFINITION,
    CASH_DISCOUNT,
    COLLATERAL_TYPE,
    COVERAGE_TYPE,
    CREDIT_MANAGEMENT_GROUP,
    CUSTOMER_GROUP,
    PAYMENT_TERMS,
    REASON,
    RISK_GROUP,
)
from persistence.shapes.open_item import OPEN_ITEM
from persistence.shapes.party import PARTY
from persistence.shapes.party_limits import PARTY_LIMITS
from persistence.shapes.payment import PAYMENT
from persistence.shapes.rule import BLOCKING_RULE
from persistence.shapes.sales_order import SALES_ORDER, SALES_ORDER_LINE
from schema.lists import Listing

COMPANIES = Listing(COMPANY, "schema.types.company")
PARTIES = Listing(PARTY, "schema.types.party")
CUSTOMERS = Listing(CUSTOMER, "schema.types.customer")
CREDIT_GROUPS = Listing(CREDIT_GROUP, "schema.types.credit_group")
CREDIT_GROUP_MEMBERSHIPS = Listing(CREDIT_GROUP_MEMBERSHIP, "schema.types.credit_group_membership")
LIMIT_ENTRIES = Listing(LIMIT_ENTRY, "schema.types.limit_entry")
PARTY_LIMITS_LIST = Listing(PARTY_LIMITS, "schema.types.party_limits")
COLLATERALS = Listing(COLLATERAL, "schema.types.collateral")
COLLATERAL_DECLARATIONS = Listing(COLLATERAL_DECLARATION, "schema.types.declaration")
DECLARATIONS_DUE = Listing(DECLARATION_DUE, "schema.types.declaration")
ACTORS = Listing(KNOWN_ACTOR, "schema.types.reference")
EXCHANGE_RATES = Listing(EXCHANGE_RATE, "schema.types.reference")
REASONS = Listing(REASON, "schema.types.named")
ACCOUNT_STATUSES = Listing(ACCOUNT_STATUS, "schema.types.named")
PAYMENT_TERMS_LIST = Listing(PAYMENT_TERMS, "schema.types.named")
CUSTOMER_GROUPS = Listing(CUSTOMER_GROUP, "schema.types.named")
CREDIT_MANAGEMENT_GROUPS = Listing(CREDIT_MANAGEMENT_GROUP, "schema.types.named")
CASH_DISCOUNTS = Listing(CASH_DISCOUNT, "schema.types.named")
RISK_GROUPS = Listing(RISK_GROUP, "schema.types.named")
COLLATERAL_TYPES = Listing(COLLATERAL_TYPE, "schema.types.named")
COVERAGE_TYPES = Listing(COVERAGE_TYPE, "schema.types.named")
AGING_DEFINITIONS = Listing(AGING_DEFINITION, "schema.types.named")
OPEN_ITEMS = Listing(OPEN_ITEM, "schema.types.open_item")
PAYMENTS = Listing(PAYMENT, "schema.types.payment")
SALES_ORDERS = Listing(SALES_ORDER, "schema.types.sales_order")
SALES_ORDER_LINES = Listing(SALES_ORDER_LINE, "schema.types.sales_order")
CREDIT_DECISIONS = Listing(CREDIT_DECISION, "schema.types.decision")
CREDIT_HOLDS = Listing(CREDIT_HOLD, "schema.types.hold")
CREDIT_LIMIT_ADJUSTMENTS = Listing(CREDIT_LIMIT_ADJUSTMENT, "schema.types.adjustment")
CREDIT_LIMIT_ADJUSTMENT_LINES = Listing(CREDIT_LIMIT_ADJUSTMENT_LINE, "schema.types.adjustment")
CREDIT_CHANGE_REQUESTS = Listing(CREDIT_CHANGE_REQUEST, "schema.types.credit_change")
APPROVALS_WAITING = Listing(APPROVAL_WAITING, "schema.types.approval_waiting")
DELEGATIONS = Listing(DELEGATION, "schema.types.delegation")
BLOCKING_RULES = Listing(BLOCKING_RULE, "schema.types.rule")
AUDIT_EVENTS = Listing(AUDIT_EVENT, "schema.types.audit")
JOBS = Listing(JOB, "schema.types.job")
REJECTED_ROWS = Listing(REJECTED_ROW, "schema.types.job")
