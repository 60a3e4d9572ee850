"""Four eyes on changes of credit, as tests ask for them, read them and decide about them."""

from __future__ import annotations

from typing import Any

from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, keyed

CLARA: dict[str, Any] = {"as_": "CREDIT_CLERK", "user": "clara"}
MAGNUS: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "magnus"}
OLGA: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "olga"}
ABROAD: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "fiona", "companies": ["FI01"]}

REQUEST = """fragment Request on CreditChangeRequest { id version kind kindLabel message status statusLabel
  company { code } customer { account unlimitedCredit notes } creditGroup { number } party { number }
  collateral { number } changes { field before after } askedBy { name } decidedAt decidedBy { name } decisionNote
  escalated viewerMay viewerMayLabels }
"""
ERRORS = """fragment Errors on UserError { code message path node { id } }
"""


def calling(mutation: str, fields: str = "") -> str:
    """A mutation with what is asked for and what is in the way, beside these fields."""
    kind = mutation[0].upper() + mutation[1:]
    return (
        REQUEST
        + ERRORS
        + f"""mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{
  {fields} creditChangeRequest {{ ...Request }} errors {{ ...Errors }} warnings {{ ...Errors }} replayed }} }}"""
    )


APPROVE, REJECT = calling("approveCreditChange"), calling("rejectCreditChange")
LIST = REQUEST + (
    "query ($where: CreditChangeRequestWhere) {"
    " creditChangeRequests(where: $where, first: 1000) { nodes { ...Request } } }"
)
TIMELINE = """query ($id: ID!) { node(id: $id) { ... on Record { timeline { nodes {
  kind message refused actor { name } changes { field before after } } } } } }"""
PARAMETERS = """mutation ($input: SaveCreditParametersInput!) { saveCreditParameters(input: $input) {
  creditParameters { approveCreditChanges escalateAfterDays } errors { code path } } }"""


async def switched(ask: Asker, on: bool, company: str = "SE01", **more: Any) -> None:
    """A company approves changes of credit, or does not."""
    given = {"company": company, "approveCreditChanges": on, **more}
    assert (await changed(ask, PARAMETERS, given))["creditParameters"]["approveCreditChanges"] is on


async def waiting(ask: Asker, document: str, given: dict[str, Any], who: dict[str, Any] = MAGNUS) -> Any:
    """A change that is only asked for."""
    payload = await changed(ask, document, given, **who)
    assert codes(payload["warnings"]) == ["APPROVAL_REQUIRED"]
    return payload["creditChangeRequest"]


def decision(request: Any, **more: Any) -> dict[str, Any]:
    """What is sent to decide about a change."""
    return keyed(creditChangeRequest=request["id"], **more)


async def listed(ask: Asker, who: dict[str, Any], **where: Any) -> list[str]:
    """The changes somebody sees."""
    nodes = (await ask(LIST, {"where": where}, **who)).data["creditChangeRequests"]["nodes"]
    return [one["id"] for one in nodes]


async def told(ask: Asker, node: str, kind: str, who: dict[str, Any] = OLGA) -> list[Any]:
    """What a record's timeline says of one kind of event."""
    events = (await ask(TIMELINE, {"id": node}, **who)).data["node"]["timeline"]["nodes"]
    return [one for one in events if one["kind"] == kind]
