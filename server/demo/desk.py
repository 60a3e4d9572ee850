"""Posts what lies on the desks of credit people: reviews of customers, and limits that wait for approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.demo.client import Client
from server.demo.credit import draft, lines_of
from server.demo.facts.companies import currency_of, in_currency
from server.demo.facts.desk import ASKERS, UP_TO, Review
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
