"""Orders that are checked and reserved, spread over customers and in one credit group."""

from __future__ import annotations

from bench.questions.question import CREDITGRAPH, POSTGRAPHILE, RAW, Question, Side

_SUBMIT = Side(
    """mutation Submit($input: SubmitSalesOrderInput!) {
  submitSalesOrder(input: $input) {
    salesOrder { id number status } decision { id outcome } errors { code message } replayed
  }
}""",
    lambda data: [data["submitSalesOrder"]["salesOrder"]["status"]],
)
_PEER_SUBMIT = Side(
    """mutation Submit($peerInput: SubmitOrderInput!) {
  submitOrder(input: $peerInput) { result { status orderId available } }
}""",
    lambda data: [data["submitOrder"]["result"]["status"]],
)

SPREAD = Question(
    "Q5",
    "submitSalesOrder: check and reserve, spread over customers",
    "orders",
    {CREDITGRAPH: _SUBMIT, POSTGRAPHILE: _PEER_SUBMIT},
    {POSTGRAPHILE: "1.5", RAW: "0.5"},
    floor=False,
    writes=True,
)

HOT = Question(
    "Q5 hot",
    "submitSalesOrder for customers of one credit group",
    "group orders",
    {CREDITGRAPH: _SUBMIT, POSTGRAPHILE: _PEER_SUBMIT},
    {POSTGRAPHILE: "4.0"},
    floor=False,
    writes=True,
)
