"""The guide to blocking rules is as the code has it, names every kind, and every test that it names is there."""

from __future__ import annotations

import inspect

import pytest

from domain.blocking import POLICY, RuleKind
from schema.rules import FILE, INPUTS, KNOWN, main, page
from tests.acceptance import test_blocking_rules


def test_the_committed_guide_is_as_the_code_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert FILE.read_text("utf-8") == page(), "run python -m schema.rules"
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "rules.md: fresh\n"


def test_other_arguments_are_not_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 2
    assert "usage" in capsys.readouterr().out


def test_every_kind_has_its_place_its_names_and_its_threshold() -> None:
    assert set(KNOWN) == set(RuleKind)
    written = page()
    for condition in POLICY:
        known = KNOWN[condition.kind]
        assert f"### {condition.kind.value}\n" in written
        assert known.d365 or known.sap or known.qad or known.oca or known.insurers
        assert condition.blocks_by <= set(INPUTS)


@pytest.mark.parametrize("kind", RuleKind)
def test_the_test_that_a_kind_names_exists_and_is_about_it(kind: RuleKind) -> None:
    told = inspect.getsource(getattr(test_blocking_rules, KNOWN[kind].test))
    assert f'"{kind.value}"' in told
