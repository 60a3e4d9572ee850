"""Questions about customers: one, and a hundred."""

from __future__ import annotations

from typing import Any

from bench.questions.question import COUNTED, CREDITGRAPH, FLOOR, POSTGRAPHILE, RAW, Question, Side, numbers


def _of_customer(node: Any) -> list[Any]:
    group, credit = node["creditGroup"], node["credit"]
    limit = credit["limit"]["total"]
    return [
        node["account"],
        node["name"],
        node["company"]["code"],
        group and group["number"],
        *numbers(
            (
                limit and limit["amount"],
                credit["exposure"]["total"]["amount"],
                credit["exposure"]["overdue"]["amount"],
            )
        ),
    ]


def _of_peer_customer(node: Any) -> list[Any]:
    group, credit = node["creditGroupByCreditGroupId"], node["credit"]
    return [
        node["account"],
        node["name"],
        node["companyByCompanyId"]["code"],
        group and group["number"],
        *numbers((credit["limitTotal"], credit["exposureTotal"] or 0, credit["overdue"] or 0)),
    ]


_CUSTOMER = """id account name country company { code name currency } creditGroup { id number name }
  credit { limit { total { amount currency } } exposure { total { amount currency } overdue { amount currency } } }"""
_PEER_CUSTOMER = """rowId account name country companyByCompanyId { code name currency }
  creditGroupByCreditGroupId { rowId number name } credit { currency limitTotal exposureTotal overdue }"""

_ONE = f"""query One($company: String!, $account: String!) {{
  customer(by: {{number: {{company: $company, account: $account}}}}) {{ {_CUSTOMER} }}
}}"""

ONE = Question(
    "Q1",
    "one customer with company, group, limit and exposure",
    "customers",
    {
        CREDITGRAPH: Side(_ONE, lambda data: _of_customer(data["customer"])),
        POSTGRAPHILE: Side(
            f"""query One($companyId: UUID!, $account: String!) {{
  customerByCompanyIdAndAccount(companyId: $companyId, account: $account) {{ {_PEER_CUSTOMER} }}
}}""",
            lambda data: _of_peer_customer(data["customerByCompanyIdAndAccount"]),
        ),
    },
    {POSTGRAPHILE: "3.0", FLOOR: "0.85", RAW: ""},
)

MANY = Question(
    "Q2",
    "100 customers of a company with company, group, limit and exposure",
    "customers",
    {
        CREDITGRAPH: Side(
            f"""query Many($company: String!, $after: String) {{
  customers(first: 100, after: $after, where: {{companies: [$company]}}, orderBy: [{{field: ACCOUNT}}]) {{
    edges {{ cursor node {{ {_CUSTOMER} }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
            lambda data: [_of_customer(edge["node"]) for edge in data["customers"]["edges"]],
            """query At($company: String!, $account: String!) {
  customers(first: 1, where: {companies: [$company], account: {eq: $account}}, orderBy: [{field: ACCOUNT}]) {
    edges { cursor }
  }
}""",
        ),
        POSTGRAPHILE: Side(
            f"""query Many($companyId: UUID!, $after: Cursor) {{
  allCustomers(first: 100, after: $after, condition: {{companyId: $companyId}}, orderBy: [ACCOUNT_ASC]) {{
    edges {{ cursor node {{ {_PEER_CUSTOMER} }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
            lambda data: [_of_peer_customer(edge["node"]) for edge in data["allCustomers"]["edges"]],
            """query At($companyId: UUID!, $account: String!) {
  allCustomers(first: 1, condition: {companyId: $companyId, account: $account}, orderBy: [ACCOUNT_ASC]) {
    edges { cursor }
  }
}""",
        ),
    },
    {POSTGRAPHILE: "3.0", FLOOR: "0.9", RAW: ""},
)


COLD = Question(
    "cold",
    "Q1 as a document that was never seen before",
    "customers",
    {CREDITGRAPH: Side(_ONE.replace("customer(", f"c{COUNTED}: customer("), lambda data: [])},
    {},
    floor=False,
)

LITERALS = Question(
    "literals",
    "Q1 with the account written into the document",
    "customers",
    {
        CREDITGRAPH: Side(
            f"""query One {{
  customer(by: {{number: {{company: "@company@", account: "@account@"}}}}) {{ {_CUSTOMER} }}
}}""",
            lambda data: _of_customer(data["customer"]),
        )
    },
    {},
    floor=False,
)
