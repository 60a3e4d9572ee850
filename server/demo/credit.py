"""Posts how much may be owed and by which rules: parameters, rules, limits, credit groups, insurance, guarantees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from server.demo.client import Client
from server.demo.facts import story
from server.demo.facts.companies import BY_CODE, TIME_ZONE, currency_of
from server.demo.facts.customers import Customer
from server.demo.facts.group import Facts
from server.demo.facts.limits import Adjustment, Limit
from server.demo.facts.rules import PARAMETERS, Rule
from server.demo.posting import Poster, account_of, in_parts, key, money, money_of

MEMBER_FOR = timedelta(days=200)
NAMED = """{ creditManagementGroups { nodes { id code } } accountStatuses { nodes { id code } }
  paymentTerms { nodes { id code } } }"""
SECURITIES = "{ collateralTypes { nodes { id code } } coverageTypes { nodes { id code } } }"
LEFT = timedelta(days=60)
"""Since when a former member of a group is none."""


def post_rules(poster: Poster, facts: Facts) -> None:
    """How the companies manage credit. A rule that is there already stays as it is."""
    for company, parameters in PARAMETERS.items():
        steps = [{"checkpoint": step, "graceDays": days} for step, days in parameters.steps.items()]
        poster.one(
            poster.manager, "saveCreditParameters", {"company": company, "checkpoints": steps, **parameters.values}
        )
    named = _ids(poster, NAMED)
    for rule in facts.rules:
        poster.one(poster.manager, "saveBlockingRule", _rule(rule, named))


def _ids(poster: Poster, query: str) -> dict[str, str]:
    """Ids of coded names."""
    found = poster.manager.ask(query)
    return {node["code"]: node["id"] for names in found.values() for node in names["nodes"]}


def _rule(rule: Rule, named: Mapping[str, str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"company": rule.company, "kind": rule.kind, "type": rule.type, "validFor": "ALL"}
    if rule.account is not None:
        wanted |= {"validFor": "CUSTOMER", "customer": {"number": account_of(rule.company, rule.account)}}
    if rule.group is not None:
        wanted |= {"validFor": "GROUP", "creditManagementGroup": named[rule.group]}
    if rule.days is not None:
        wanted["days"] = rule.days
    if rule.percent is not None:
        wanted["percent"] = str(rule.percent)
    if rule.amount is not None:
        wanted["amount"] = money_of(rule.company, rule.amount)
    if rule.status is not None:
        wanted["accountStatus"] = named[rule.status]
    if rule.terms is not None:
        wanted["paymentTerms"] = named[rule.terms]
    if rule.category is not None:
        wanted["exposureCategory"] = rule.category
    if rule.dunned is not None:
        wanted["dunningLevel"] = rule.dunned
    return wanted | ({"releaseAll": True, "confirmed": True} if rule.waives else {})


def post_story_limits(poster: Poster, today: date) -> None:
    """The limits of the README's story."""
    for company in dict.fromkeys(account.company for account in story.ACCOUNTS):
        limits = [
            Limit(account.number, account.limit)
            for account in story.ACCOUNTS
            if account.company == company and account.limit is not None
        ]
        _post(poster, Adjustment(BY_CODE[company], "PERMANENT", "Limits of the year", tuple(limits)))
    for number, name, currency, limit, accounts in story.GROUPS:
        members = [account_of(story.account(one).company, one) for one in accounts]
        _group(poster, {"number": number, "name": name, "currency": currency}, limit, members, today - MEMBER_FOR)
    account, limit, days = story.TEMPORARY
    seller = BY_CODE[story.account(account).company]
    season = Limit(account, limit, today, today + timedelta(days=days))
    _post(poster, Adjustment(seller, "TEMPORARY", "Season", (season,)))
    account, insurer, policy, value, percent = story.INSURED
    insurance = {
        "customer": {"number": account_of(story.account(account).company, account)},
        "provider": insurer,
        "number": policy,
        "value": money(value, currency_of(story.account(account).company)),
        "percent": str(percent),
        "from": str(today - timedelta(days=90)),
        "until": str(today + timedelta(days=275)),
    }
    poster.one(poster.manager, "recordInsurance", key(f"insurance-{policy}") | insurance)


def post_limits(poster: Poster, facts: Facts) -> None:
    """The limits of everybody else."""
    for adjustment in facts.adjustments:
        _post(poster, adjustment)
    for group in facts.groups:
        its = {"number": group.number, "name": group.name, "currency": group.currency}
        members = [account_of(one.company.code, one.account) for one in group.members]
        _group(poster, its, group.limit, members, facts.today - MEMBER_FOR)
        if group.left is not None:
            _left(poster, group.number, group.left, facts.today)
    named = _ids(poster, SECURITIES)
    for cover in facts.covers:
        wanted = {
            "customer": {"number": account_of(cover.customer.company.code, cover.customer.account)},
            "provider": cover.provider,
            "number": cover.number,
            "value": money_of(cover.customer.company.code, cover.value),
            "percent": str(cover.percent),
            "from": str(cover.from_),
            "until": None if cover.until is None else str(cover.until),
            "type": named[cover.type],
            **({} if cover.coverage is None else {"coverageType": named[cover.coverage]}),
            **({} if cover.longest is None else {"maximumTermsDays": cover.longest}),
            **({} if cover.declared_in is None else {"declareWithinDays": cover.declared_in}),
        }
        mutation = "recordInsurance" if cover.insurance else "recordGuarantee"
        poster.one(poster.manager, mutation, key(f"cover-{cover.number}") | wanted)


def post_party_limits(poster: Poster, facts: Facts) -> None:
    """What parties may owe all companies together. Saved again with the same, they stay as they are."""
    for one in facts.party_limits:
        wanted: dict[str, Any] = {"holder": {"party": one.party}, "reaction": "HOLD" if one.holds else "WARN"}
        if one.ceiling is not None:
            wanted["ceiling"] = money(one.ceiling, "EUR")
        if one.turnover is not None:
            wanted["turnover"] = {"percent": str(one.turnover), "currency": "EUR", "rolling": True}
        if one.days is not None:
            wanted["maxDaysOverdue"] = one.days
        poster.one(poster.manager, "savePartyLimits", wanted)


def post_later(poster: Poster, facts: Facts) -> None:
    """Limits that are raised after orders were held."""
    for adjustment in facts.later:
        _post(poster, adjustment)


def _group(
    poster: Poster, its: Mapping[str, Any], limit: int, members: Sequence[Mapping[str, str]], since: date
) -> None:
    number = its["number"]
    made = poster.one(
        poster.manager,
        "createCreditGroup",
        key(f"group-{number}") | dict(its) | {"timeZone": TIME_ZONE},
        "creditGroup { id }",
    )
    for member in members:
        joining = {
            "creditGroup": made["creditGroup"]["id"],
            "customer": {"number": member},
            "from": str(since),
        }
        poster.one(poster.manager, "addCreditGroupMember", key(f"member-{member['account']}") | joining)
    line = {"holder": {"creditGroup": number}, "newLimit": money(limit, its["currency"])}
    _adjust(poster, members[0]["company"], "PERMANENT", f"Shared limit of {its['name']}", [line])


def _left(poster: Poster, number: str, once: Customer, today: date) -> None:
    """Somebody who belonged to it for some months. Leaving has no key of its own: who is gone does not leave again."""
    asked = f'{{ creditGroup(number: "{number}") {{ id memberships {{ nodes {{ until }} }} }} }}'
    found = poster.manager.ask(asked)["creditGroup"]
    if any(membership["until"] for membership in found["memberships"]["nodes"]):
        return
    member = account_of(once.company.code, once.account)
    its = {"creditGroup": found["id"], "customer": {"number": member}}
    joining = key(f"member-{once.account}") | its | {"from": str(today - MEMBER_FOR)}
    poster.one(poster.manager, "addCreditGroupMember", joining)
    poster.one(poster.manager, "removeCreditGroupMember", its | {"until": str(today - LEFT)})


def _post(poster: Poster, adjustment: Adjustment) -> None:
    code = adjustment.company.code
    for place, some in enumerate(in_parts(lines_of(adjustment))):
        description = adjustment.description if place == 0 else f"{adjustment.description} ({place + 1})"
        _adjust(poster, code, adjustment.kind, description, some, adjustment.posted)


def lines_of(adjustment: Adjustment) -> list[dict[str, Any]]:
    """Its lines as the API takes them."""
    code = adjustment.company.code
    return [
        {"holder": {"customer": account_of(code, one.account)}}
        | ({} if one.limit is None else {"newLimit": money_of(code, one.limit)})
        | ({} if one.percent is None else {"percent": str(one.percent)})
        | ({} if one.from_ is None else {"from": str(one.from_)})
        | ({} if one.until is None else {"until": str(one.until)})
        for one in adjustment.lines
    ]


def _adjust(
    poster: Poster,
    company: str,
    kind: str,
    description: str,
    lines: Sequence[Mapping[str, Any]],
    posted: bool = True,
) -> None:
    its = {"company": company, "kind": kind, "description": description, "lines": lines}
    found = draft(poster, poster.manager, its)
    if posted:
        name = key(f"limits-{company}-{description}-post")
        poster.one(poster.manager, "postCreditLimitAdjustment", name | {"creditLimitAdjustment": found})


def draft(poster: Poster, author: Client, its: Mapping[str, Any]) -> str:
    """Draft an adjustment as somebody; its id."""
    name = key(f"limits-{its['company']}-{its['description']}")
    made = poster.one(author, "createCreditLimitAdjustment", name | dict(its), "creditLimitAdjustment { id }")
    return str(made["creditLimitAdjustment"]["id"])
