"""What screens and reports read, in our own words: the desk of holds, a customer, a group, names, search, extracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schema.ids import node_id
from tests.schema.two_companies import GROUP, OTHER, OWN
from tests.schema.world import TODAY, World

Asked = tuple[str, Mapping[str, Any]]
"""A document and its variables."""

_DAY = TODAY.isoformat()
_POSITION = """fragment Position on CreditPosition {
  limit { kind total { amount currency } base { amount } temporary { limit { amount } from until } expiryDate }
  exposure { asOf total { amount formatted } receivables { amount } openOrders { amount } overdue { amount } }
  available { amount currency } usedPercent effectiveAvailable { amount } }"""
_HOLD = """fragment Hold on CreditHold { id version status statusLabel checkpoint heldAt notes viewerMay
  amount { amount formatted converted(to: "EUR") { amount } } company { code name } order { number shipDate }
  customer { account name creditGroup { number } } reasons { code codeLabel active message }
  responsible { name } release { reason { name } ceiling { amount } lastDate releasedBy { name } } }"""

_DOCUMENTS = {
    "the desk of holds": f"""query ($where: CreditHoldWhere) {{ creditHolds(where: $where, first: 20,
      orderBy: [{{field: HELD_AT, direction: DESC}}]) {{
        edges {{ cursor node {{ ...Hold }} }} pageInfo {{ hasNextPage endCursor }} count {{ value precision }} }} }}
      {_HOLD}""",
    "a hold with its decision": f"""query ($id: ID!) {{ node(id: $id) {{ __typename ... on CreditHold {{ ...Hold
      decision {{ outcome explanation decidedBy {{ name }} reasons {{ code message }}
        tests {{ holder {{ displayName }} passed limit {{ amount }} exposure {{ amount }} available {{ amount }} }}
        unblock {{ kind amount {{ amount }} date message }} }} }} }} }} {_HOLD}""",
    "a customer": f"""query ($account: String!, $day: Date) {{
      customer(by: {{number: {{company: "SE01", account: $account}}}}) {{
        account name country riskScore
        company {{ code }} payer {{ account }} paymentTerms {{ name }} riskGroup {{ name }}
        credit(asOf: $day, currency: "SEK") {{ ...Position }} creditGroup {{ name credit {{ ...Position }} }}
        aging(asOf: $day) {{ total {{ amount }} buckets {{ title fromDay untilDay amount {{ amount }} }} }}
        dso(months: 3) {{ days method }}
        creditHolds(first: 5, where: {{status: {{in: [OPEN]}}}}) {{ nodes {{ ...Hold }} count {{ value }} }}
        openItems(first: 20, orderBy: [{{field: DUE_DATE}}]) {{ nodes {{ number kindLabel daysOverdue
          amount {{ formatted(style: ACCOUNTING) }} openAmount(asOf: $day) {{ amount }} }} }}
        creditLimitHistory(first: 10) {{ nodes {{ kind from until limit {{ amount }} }} }} }} }} {_POSITION} {_HOLD}""",
    "a group": f"""query ($number: String!) {{ creditGroup(number: $number) {{ name currency memberCount
      credit {{ ...Position }} byCompany {{ company {{ code }} exposure {{ total {{ amount }} overdue {{ amount }} }} }}
      members(first: 50) {{ edges {{ node {{ account company {{ code }} credit(currency: "EUR") {{ ...Position }} }} }}
        pageInfo {{ endCursor }} }} }} }} {_POSITION}""",
    "an adjustment": f"""query ($id: ID!) {{ node(id: $id) {{ ... on CreditLimitAdjustment {{ number kind status
      viewerMay lines(first: 10) {{ nodes {{ status from until currentLimit {{ amount }} newLimit {{ amount }}
        holder {{ __typename displayName credit {{ ...Position }} }} }} }}
      timeline(first: 20) {{ nodes {{ kind message happenedAt actor {{ name }} }} }} }} }} }} {_POSITION}""",
    "names": """query @inContext(locale: "sv-SE") { reasons(where: {active: {eq: true}}) { nodes { code name } }
      enumLabels(names: ["Checkpoint"]) { value label } currencies { code name digits } riskGroups { nodes { name } }
      viewer { actor { name } roles rolesLabels locale companies { code currency } } }""",
    "the search box": """query ($text: String!) { search(text: $text, kinds: [CUSTOMER, SALES_ORDER], first: 8) {
      title company { code } node { __typename id ... on Customer { account name } ... on SalesOrder { number } }
      } }""",
    "imports": """{ jobs(first: 20, where: {kind: {eq: IMPORT}}, orderBy: [{field: CREATED_AT, direction: DESC}]) {
      nodes { status statusLabel done total remainingSeconds startedBy { name }
        rejects(first: 5) { nodes { line column value code message } count { value } } } } }""",
    "what happened": """query ($id: ID!) { node(id: $id) { ... on Record { timeline(first: 50) { edges { cursor node {
      happenedAt actor { name } kind kindLabel message subject { __typename id } changes { field before after } } } }
      } } }""",
    "open items that changed": """{ openItems(first: 100, orderBy: [{field: UPDATED_AT}],
      where: {updatedAt: {range: {from: "2020-01-01T00:00:00Z"}}}) { pageInfo { hasNextPage endCursor }
        nodes { updatedAt version number kind dueDate company { code } customer { account } amount { amount }
          openAmount { amount } } } }""",
    "exposure by customer": """query ($day: Date!) { exposureReport(groupBy: [COMPANY, CUSTOMER], currency: "SEK",
      asOf: $day, first: 100) { nodes { companyCode customerAccount currency total overdue days1To30 over90 }
        pageInfo { hasNextPage endCursor } } }""",
    "exposure by company": """{ exposureByCompany(currency: "SEK") { company { code name } customers
      creditLimits { amount } overLimitCustomers overLimitAmount { amount }
      exposure { asOf total { amount } receivables { amount } overdue { amount } }
      aging { total { amount } buckets { title amount { amount } } } } }""",
}


def screens(world: World) -> dict[str, Asked]:
    """Each with values of the two companies of the tests, by what it shows."""
    hold, adjustment = world.ids[f"hold {OWN.text('held order')}"], world.ids[f"adjustment {OWN.code}"]
    values: dict[str, Mapping[str, Any]] = {
        "the desk of holds": {"where": {"status": {"in": ["OPEN", "RELEASED"]}}},
        "a hold with its decision": {"id": node_id("hld", hold)},
        "a customer": {"account": OWN.text("1"), "day": _DAY},
        "a group": {"number": GROUP},
        "an adjustment": {"id": node_id("adj", adjustment)},
        "the search box": {"text": OTHER.text("customer")},
        "what happened": {"id": node_id("cus", world.ids[OWN.account(1)])},
        "exposure by customer": {"day": _DAY},
    }
    return {name: (document, values.get(name, {})) for name, document in _DOCUMENTS.items()}


NAMES = tuple(_DOCUMENTS)
"""What is shown."""
