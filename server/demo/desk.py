"""Posts what lies on the desks of credit people: reviews, declarations, and what waits for approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from server.demo.client import Client
from server.demo.credit import draft, lines_of
from server.demo.facts.companies import currency_of, in_currency
from server.demo.facts.desk import ASKERS, PERSON, RELEASES_IN, STANDS_IN, UP_TO, Review
from server.demo.facts.group import Facts
from server.demo.posting import Poster, account_of, key, money


def post_reviews(poster: Poster, facts: Facts) -> None:
    """What was found of customers, and when they are reviewed again."""
    for review in facts.reviews:
        poster.one(poster.manager, "updateCreditAttributes", _found(review))


def _found(review: Review) -> dict[str, Any]:
    company, account = review.customer.company.code, review.customer.account
    return key(f"review-{company}-{account}") | {
        "customer": {"number": account_of(company, account)},
        "creditRating": review.rating,
        "lastReviewDate": str(review.last),
        "nextReviewDate": str(review.next),
        **({} if review.note is None else {"notes": review.note}),
    }


def post_requests(poster: Poster, facts: Facts, askers: Mapping[str, Client]) -> None:
    """Some companies approve limits from now on, and somebody there asks for some."""
    for company in ASKERS:
        parameters = {"company": company, "approveLimitAdjustments": True, "postApprovedLimits": True}
        poster.one(poster.manager, "saveCreditParameters", parameters)
        for role, euros in UP_TO.items():
            up_to = money(in_currency(euros, currency_of(company)), currency_of(company))
            poster.one(poster.admin, "saveAuthority", {"company": company, "role": role, "upTo": up_to})
    for adjustment in facts.requests:
        company, asker = adjustment.company.code, askers[ASKERS[adjustment.company.code]]
        its = {"company": company, "kind": adjustment.kind, "description": adjustment.description}
        found = draft(poster, asker, its | {"lines": lines_of(adjustment)})
        asking = {"creditLimitAdjustment": found, "note": "Sales expects a third more next year."}
        poster.one(asker, "submitCreditLimitAdjustment", key(f"ask-{company}") | asking)
    _post_wanted_release(poster, facts, askers)
    _post_people(poster, facts, askers)


def _post_wanted_release(poster: Poster, facts: Facts, askers: Mapping[str, Client]) -> None:
    """One company approves releases too, and somebody there asks for one beyond their authority."""
    switches = {"company": RELEASES_IN, "approveReleases": True, "escalateAfterDays": 3}
    poster.one(poster.manager, "saveCreditParameters", switches)
    order = f'{{company: "{RELEASES_IN}", number: "{facts.wanted.number}"}}'
    found = poster.manager.ask(
        f"{{ salesOrder(by: {{number: {order}}}) {{ creditHolds(first: 1) {{ nodes {{ id }} }} }}"
        ' reasons(where: {code: {eq: "CUSTOMER_RELIABLE"}}) { nodes { id } } }'
    )
    asking = {
        "creditHold": found["salesOrder"]["creditHolds"]["nodes"][0]["id"],
        "reason": found["reasons"]["nodes"][0]["id"],
        "note": "They always paid. The crane stands still without these parts.",
    }
    poster.one(askers[ASKERS[RELEASES_IN]], "releaseCreditHold", key("ask-release") | asking)


def _post_people(poster: Poster, facts: Facts, askers: Mapping[str, Client]) -> None:
    """What single persons may approve, and who stands in for the credit manager."""
    company, name, euros = PERSON
    most = money(in_currency(euros, currency_of(company)), currency_of(company))
    poster.one(poster.admin, "saveAuthority", {"company": company, "actor": _person(askers[name]), "upTo": most})
    company, name, euros, days = STANDS_IN
    lent = {
        "company": company,
        "delegate": _person(askers[name]),
        "upTo": money(in_currency(euros, currency_of(company)), currency_of(company)),
        "until": str(facts.today + timedelta(days=days)),
        "note": "On holiday",
    }
    poster.one(poster.manager, "delegateAuthority", key(f"stands-in-{company}") | lent)


def _person(client: Client) -> str:
    """Who somebody is, by their id."""
    return str(client.ask("{ viewer { actor { id } } }")["viewer"]["actor"]["id"])


def post_declarations(poster: Poster, facts: Facts) -> None:
    """What insurers were told of."""
    for one in facts.declared:
        company, account = one.cover.customer.company.code, one.cover.customer.account
        customer = f'customer(by: {{number: {{company: "{company}", account: "{account}"}}}})'
        found = poster.manager.ask(f"{{ {customer} {{ collaterals {{ nodes {{ id number }} }} }} }}")
        policies = {node["number"]: node["id"] for node in found["customer"]["collaterals"]["nodes"]}
        declared = {
            "openItem": {"number": {"company": company, "number": one.item}},
            "collateral": policies[one.cover.number],
            "declaredOn": str(facts.today - timedelta(days=1)),
            "reference": f"{account}-1",
        }
        poster.one(poster.manager, "recordDeclaration", key(f"declared-{one.item}") | declared)
