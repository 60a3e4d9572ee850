"""The question about companies: exposure with aging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.questions.question import CREDITGRAPH, FLOOR, OVER_ITEMS, POSTGRAPHILE, RAW, Answer, Question, Side, numbers

_PEER_BUCKETS = "code total overdue notDue days1To30 days31To60 days61To90 over90"


def _of_companies(data: Answer) -> list[Any]:
    found = []
    for row in data["exposureByCompany"]:
        exposure, buckets = row["exposure"], row["aging"]["buckets"]
        amounts = (exposure["total"], exposure["overdue"], *(bucket["amount"] for bucket in buckets))
        found.append([row["company"]["code"], *numbers([amount["amount"] for amount in amounts])])
    return sorted(found)


def _of_peer_companies(name: str) -> Callable[[Answer], list[Any]]:
    def figures(data: Answer) -> list[Any]:
        return sorted(
            [row["code"], *numbers([row[key] for key in _PEER_BUCKETS.split()[1:]])] for row in data[name]["nodes"]
        )

    return figures


BY_COMPANY = Question(
    "Q3",
    "exposure of every company with aging, in one currency",
    "currencies",
    {
        CREDITGRAPH: Side(
            """query ByCompany($currency: CurrencyCode!) {
  exposureByCompany(currency: $currency) {
    company { code name } exposure { total { amount currency } overdue { amount currency } }
    aging { buckets { title amount { amount currency } } }
  }
}""",
            _of_companies,
        ),
        POSTGRAPHILE: Side(
            "query ByCompany($currency: String!) "
            f"{{ exposureByCompany(currency: $currency) {{ nodes {{ {_PEER_BUCKETS} }} }} }}",
            _of_peer_companies("exposureByCompany"),
        ),
        OVER_ITEMS: Side(
            "query ByCompany($currency: String!) "
            f"{{ exposureByCompanyOfItems(currency: $currency) {{ nodes {{ {_PEER_BUCKETS} }} }} }}",
            _of_peer_companies("exposureByCompanyOfItems"),
            connections=2,
        ),
    },
    {OVER_ITEMS: "3.0", POSTGRAPHILE: "1.0", FLOOR: "0.9", RAW: ""},
)
