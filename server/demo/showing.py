"""What the demo prints: where it serves, who can ask, and what to ask; and the proof that it answers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.message import N_, Message, Trouble
from schema.context import Claims
from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.spoken import told

DAYS = 30


class Unexpected(Trouble):
    """The demo answers, but not as it should."""


PEOPLE: Mapping[str, Claims] = {
    "VIEWER": Claims("vera", "Vera Lund", {"SE01": ("VIEWER",)}, "USER", "sv-SE"),
    "CLERK": Claims("karin", "Karin Ek", {"SE01": ("CREDIT_CLERK",), "NO01": ("CREDIT_CLERK",)}, "USER", "sv-SE"),
    "MANAGER": Claims("anna", "Anna Berg", {"*": ("CREDIT_MANAGER",)}, "USER", "sv-SE"),
    "AGENT": Claims("eino", "Eino Salo", {"FI01": ("COLLECTIONS_AGENT",)}, "USER", "fi-FI"),
    "GERMAN": Claims("jonas", "Jonas Weidenbach", {"DE01": ("CREDIT_CLERK",)}, "USER", "de-DE"),
    "JAPANESE": Claims("haruka", "瀬戸山 はるか", {"JP01": ("CREDIT_MANAGER",)}, "USER", "ja-JP"),
    "BI": Claims("bi", "BI", {"*": ("VIEWER",)}, "INTEGRATION", "en"),
    "INTEGRATION": Claims("erp", "ERP", {"*": ("INTEGRATION",)}, "INTEGRATION"),
    "AUDITOR": Claims("otto", "Otto Falk", {"*": ("AUDITOR",)}, "USER", "en"),
    "ADMIN": Claims("ada", "Ada Holm", {"*": ("ADMIN",)}, "USER", "en"),
}
"""Somebody for each role, and readers of other languages, by the name of the shell variable that holds the token."""


@dataclass(frozen=True)
class Question:
    """A query to paste: who asks, in which language, and what."""

    about: str
    asker: str
    language: str
    query: str


QUESTIONS = (
    Question(
        N_("May customer 1001 order for 110,000 kr? Its group has room, it has not. Answered in Swedish:"),
        "MANAGER",
        "sv-SE",
        '{ checkCredit(input: {customer: {number: {company: "SE01", account: "1001"}},'
        ' amount: {amount: "110000.00", currency: "SEK"}})'
        " { check { outcome reasons { code message } tests { passed available { formatted } }"
        " unblock { kind message } explanation } } }",
    ),
    Question(
        N_("What do the customers of each company owe, in euros? As a BI tool asks:"),
        "BI",
        "en",
        '{ exposureReport(groupBy: [COMPANY], currency: "EUR") { nodes'
        " { companyCode companyName customers total receivables openOrders overdue creditLimits } } }",
    ),
    Question(
        N_("What is on hold in Japan, and why? As a reader there sees it:"),
        "JAPANESE",
        "ja-JP",
        "{ creditHolds(first: 5, where: {status: {in: [OPEN, READY_TO_RELEASE]}}) { nodes { order { number }"
        " customer { name } amount { formatted } checkpointLabel statusLabel reasons { message } } } }",
    ),
)


def tokens(issuer: DevelopmentIssuer) -> dict[str, str]:
    """A token for everybody."""
    return {variable: issuer.issue(claims, timedelta(days=DAYS)) for variable, claims in PEOPLE.items()}


def printed(address: str, found: Mapping[str, str]) -> str:
    """Everything a newcomer pastes, as text for a shell."""
    lines = [
        f"# {told(N_('creditgraph answers at {address}'), address=f'{address}/graphql')}",
        f"# {told(N_('In a browser: {address}, with one of the tokens'), address=f'{address}/graphiql')}",
        "#",
        f"# {told(N_('Tokens, good for {days} days. Paste them first:'), days=DAYS)}",
    ]
    for variable, token in found.items():
        claims = PEOPLE[variable]
        granted = ", ".join(_granted(company, roles) for company, roles in claims.grants.items())
        lines += [f"# {claims.name}: {granted}", f"{variable}={token}"]
    for question in QUESTIONS:
        lines += ["", f"# {told(question.about)}", pasted(address, question)]
    return "\n".join(lines)


def _granted(company: str, roles: Sequence[str]) -> str:
    names = ", ".join(roles)
    if company == "*":
        return told(N_("{roles} of every company"), roles=names)
    return told(N_("{roles} of {company}"), roles=names, company=company)


def pasted(address: str, question: Question) -> str:
    """A question as a command for a shell in which the tokens are variables."""
    body = shlex.quote(json.dumps({"query": question.query}))
    return (
        f'curl -s {address}/graphql -H "Authorization: Bearer ${question.asker}"'
        f" -H 'Content-Type: application/json' -H 'Accept-Language: {question.language}' \\\n  -d {body}"
    )


def check(address: str, found: Mapping[str, str]) -> str:
    """Ask every question once and answer with the Swedish explanation. Raises `Unexpected` for wrong ones."""
    answers = [
        Client(address, found[question.asker]).ask(question.query, language=question.language) for question in QUESTIONS
    ]
    credit = answers[0]["checkCredit"]["check"]
    codes = [reason["code"] for reason in credit["reasons"]]
    if credit["outcome"] != "HELD" or "CREDIT_LIMIT_EXCEEDED" not in codes or "GROUP_LIMIT_EXCEEDED" in codes:
        text = N_("The demo order should be held for its customer's limit only, but it is: {answer}")
        raise Unexpected(Message(text, {"answer": str(credit)}))
    if not answers[1]["exposureReport"]["nodes"] or not answers[2]["creditHolds"]["nodes"]:
        raise Unexpected(Message(N_("There should be exposures and credit holds.")))
    explanation: str = credit["explanation"]
    return explanation
