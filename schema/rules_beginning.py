"""What `docs/rules.md` begins with, before the kinds: how rules decide, how one is tried and how one is saved."""

from __future__ import annotations

BEGINNING = """\
# What holds an order

Written by `python -m schema.rules` from `domain/blocking/` and the names that other systems give. A test reads it.

An order is held by [blocking rules](#the-kinds) that a company sets up, and by what is
[not a rule](#what-is-not-a-rule): limits, switches, and people. Every reason that a hold can have stands on this page.

A rule of `saveBlockingRule` is for one customer, for a credit management group (and a class of risk in it), or for all
customers of a company. `BLOCK` holds orders; `WARN` says the same and holds nothing: where nothing holds, the answer is
WARNED with its reasons. `EXCLUDE` lifts both at wider levels, of its own kind and threshold, and with `releaseAll`
exempts an order from everything, limits included.

For each kind the levels are asked from narrow to wide, customer, group, all, at each level blocks before exclusions.
All reasons are told, most serious first. The order in which rules were saved decides nothing. A figure blocks strictly
above its threshold; with `atOrAbove` also at it. An exclusion is the exact opposite; where a name is compared, both
look for the same name.

What is too small to matter can be left out, by amounts in the one currency of the rule: `ignoreItemsBelow` and
`minimumItems` of kinds that look at open items (OVERDUE_DAYS, OVERDUE_AMOUNT, OVERDUE_PERCENT, OLDEST_OPEN_ITEM,
DUNNING_LEVEL), `ignoreBalanceBelow` (what the customer owes less what it has paid on account), `ignoreOrdersBelow`.
`leavesOut` says it in sentences. A rule that could never apply is refused when it is saved.

What was decided where others are silent stands in [decisions](decisions/credit-rules.md).

## Trying a rule

`simulateBlockingRule` takes what `saveBlockingRule` takes and writes nothing, not even on record. With the `id` of a
rule it is changed, with `active: false` beside it removed. Orders that count or wait on hold, and that the rule is or
would be for, are checked today at their next step, as things are and as they would be. Those that would be answered
otherwise are listed, with both answers and their reasons; `first` and `after` read on. Each is checked by itself: what
one would take or free is not counted for another. Whoever may save rules may try them; nothing has to be confirmed.

<!-- as MANAGER in en -->

```graphql
mutation {
  simulateBlockingRule(input: {
    company: "SE01", kind: ORDER_AMOUNT, type: BLOCK, amount: {amount: "200000.00", currency: "SEK"}
    validFor: CUSTOMER, customer: {number: {company: "SE01", account: "1006"}}
  }) {
    companies { openOrders held { orders amount { formatted } } freed { orders } warned { orders } }
    orders(first: 10) { salesOrder { number } outcomeNow outcomeThen reasonsThen { message } }
    errors { code message }
  }
}
```

```json
{"data": {"simulateBlockingRule": {
  "companies": [{
    "openOrders": 1, "held": {"orders": 1, "amount": {"formatted": "SEK\u00a0205,000.00"}},
    "freed": {"orders": 0}, "warned": {"orders": 0}
  }],
  "orders": [{
    "salesOrder": {"number": "SO-10006"}, "outcomeNow": "PASSED", "outcomeThen": "HELD",
    "reasonsThen": [{"message": "The order comes to SEK\u00a0205,000.00; the threshold is SEK\u00a0200,000.00."}]
  }],
  "errors": []
}}}
```

## Saving a rule

A saved rule decides from now on, and orders on hold are checked again. `removeBlockingRule` ends that; what it decided
stays on record.

```graphql
mutation {
  saveBlockingRule(input: {
    company: "SE01", kind: ORDER_AMOUNT, type: BLOCK, amount: {amount: "200000.00", currency: "SEK"}
    validFor: CUSTOMER, customer: {number: {company: "SE01", account: "1006"}}
    ignoreBalanceBelow: {amount: "1000.00", currency: "SEK"}
  }) {
    blockingRule { rule: id kindLabel typeLabel customer { account } amount { formatted } leavesOut }
    errors { code message path }
  }
}
```

```json
{"data": {"saveBlockingRule": {
  "blockingRule": {
    "rule": "…", "kindLabel": "Order amount", "typeLabel": "Blocking", "customer": {"account": "1006"},
    "amount": {"formatted": "SEK\u00a0200,000.00"},
    "leavesOut": ["Customers who owe less than SEK\u00a01,000.00 are left out."]
  },
  "errors": []
}}}
```

```json variables
{"rule": "(rule above)"}
```

```graphql
mutation ($rule: ID!) {
  removeBlockingRule(input: {blockingRule: $rule}) { blockingRule { active } errors { code message path } }
}
```

```json
{"data": {"removeBlockingRule": {"blockingRule": {"active": false}, "errors": []}}}
```

## The kinds
"""
