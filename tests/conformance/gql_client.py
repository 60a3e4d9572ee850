"""Python's `gql`, which fetches the schema and checks documents against it before it sends them."""

from __future__ import annotations

import json
import os
import sys
import traceback
import uuid
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from graphql import GraphQLError, OperationDefinitionNode, parse, print_ast

Refused = TypeVar("Refused", bound=Exception)

FOUND: list[dict[str, Any]] = []
OPERATIONS = {
    each.name.value if each.name else "": print_ast(each)
    for each in parse(Path(__file__).with_name("operations.graphql").read_text("utf-8")).definitions
    if isinstance(each, OperationDefinitionNode)
}
FRAGMENTS = print_ast(parse(Path(__file__).with_name("operations.graphql").read_text("utf-8")).definitions[1])


def check(name: str) -> Callable[[Callable[[], None]], None]:
    """Try something; that it raised is its failure."""

    def tried(work: Callable[[], None]) -> None:
        try:
            work()
            FOUND.append({"name": name, "ok": True})
        except Exception:
            FOUND.append({"name": name, "ok": False, "why": traceback.format_exc(limit=2)[-500:]})

    return tried


def client(language: str = "sv") -> Client:
    """A client that has fetched the schema."""
    headers = {"Authorization": f"Bearer {os.environ['CONFORMANCE_TOKEN']}", "Accept-Language": language}
    transport = HTTPXTransport(url=os.environ["CONFORMANCE_URL"], headers=headers)
    return Client(transport=transport, fetch_schema_from_transport=True)


def ask(name: str, **variables: Any) -> Any:
    """The data of one of the operations."""
    document = gql(OPERATIONS[name] + (FRAGMENTS if name == "Customers" else ""))
    document.variable_values = variables
    with client() as session:
        return session.execute(document)


def refused(kind: type[Refused], work: Callable[..., Any], *given: Any) -> Refused:
    """The error that something must raise."""
    try:
        work(*given)
    except kind as error:
        return error
    raise AssertionError("nothing was refused")


def order(account: str) -> dict[str, Any]:
    """An order nobody entered before."""
    number = f"gql-{uuid.uuid4().hex}"
    amount = {"amount": "1000.00", "currency": "SEK"}
    return {"idempotencyKey": number, "company": "SE01", "number": number, "account": account, "amount": amount}


@check("the schema is fetched, and a document is checked against it")
def _() -> None:
    with client() as session:
        assert "shoeSize" in refused(GraphQLError, session.execute, gql("{ customers { nodes { shoeSize } } }")).message


@check("list")
def _() -> None:
    found = ask("Customers", first=2)["customers"]
    assert len(found["edges"]) == 2
    assert found["count"]["value"] == 5


@check("page")
def _() -> None:
    accounts, after, more = [], None, True
    while more:
        page = ask("Customers", first=2, after=after)["customers"]
        accounts += [edge["node"]["account"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert accounts == ["c1", "c2", "c3", "c4", "c5"]


@check("change")
def _() -> None:
    made = ask("Submit", input=order("c3"))["submitSalesOrder"]
    assert made["decision"]["outcome"] == "PASSED"
    assert made["salesOrder"]["amount"]["formatted"] == "1\u00a0000,00\u00a0kr"


@check("a localized no, as data")
def _() -> None:
    (no,) = ask("Submit", input=order("nobody"))["submitSalesOrder"]["errors"]
    assert no["code"] == "NOT_FOUND"
    assert "kund" in no["message"].lower()


@check("a localized error")
def _() -> None:
    (told,) = refused(TransportQueryError, ask, "Elsewhere").errors or ()
    assert told["extensions"]["code"] == "COMPANY_NOT_AVAILABLE"
    assert "bolag" in told["message"].lower()


sys.stdout.write(json.dumps({"version": version("gql"), "checks": FOUND}) + "\n")
