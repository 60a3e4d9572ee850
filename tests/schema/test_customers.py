"""Customers as the API gives them."""

from __future__ import annotations

from tests.schema.asking import Asker

LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $where: CustomerWhere, $orderBy: [CustomerOrder!]) {
  customers(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { cursor node { id account name company { code } } }
    nodes { account }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    count { value precision precisionLabel }
  }
}
"""


async def test_customers_are_listed_with_their_companies(ask: Asker) -> None:
    answer = await ask(LIST)
    found = [(edge["node"]["company"]["code"], edge["node"]["account"]) for edge in answer.data["customers"]["edges"]]
    assert found == [("SE01", "1001"), ("SE01", "1002"), ("FI01", "2001"), ("FI01", "2002")]
    assert answer.data["customers"]["count"]["value"] == 4


async def test_customers_of_other_companies_are_neither_listed_nor_counted(ask: Asker) -> None:
    listed = (await ask(LIST, companies=["FI01"])).data["customers"]
    assert [node["account"] for node in listed["nodes"]] == ["2001", "2002"]
    assert listed["count"]["value"] == 2


async def test_a_company_lists_its_own_customers(ask: Asker) -> None:
    answer = await ask('{ company(code: "SE01") { name customers { nodes { account } } } }')
    assert [node["account"] for node in answer.data["company"]["customers"]["nodes"]] == ["1001", "1002"]
