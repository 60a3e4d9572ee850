"""The guide to credit parameters is as the code has it, and names every parameter."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType

from schema.app import SCHEMA, graphql_schema
from schema.parameters import FILE, KNOWN, OTHERWISE, fields, main, page

SAVED_ELSEWHERE = {"authorities", "personalAuthorities"}
"""By `saveAuthority`, which is an ADMIN's."""


def test_the_committed_guide_is_as_the_code_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert FILE.read_text("utf-8") == page(), "run python -m schema.parameters"
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "parameters.md: fresh\n"


def test_other_arguments_are_not_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 2
    assert "usage" in capsys.readouterr().out


def test_it_is_said_of_every_parameter_what_dynamics_365_calls_it() -> None:
    assert set(KNOWN) == set(fields())
    assert set(OTHERWISE) <= set(KNOWN)


def test_every_parameter_that_is_read_can_be_saved() -> None:
    found = graphql_schema(SCHEMA).type_map["SaveCreditParametersInput"]
    assert isinstance(found, GraphQLInputObjectType)
    assert set(fields()) - SAVED_ELSEWHERE == set(found.fields) - {"company", "expectedVersion"}
