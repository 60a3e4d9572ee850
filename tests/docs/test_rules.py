"""The guide to what holds an order is as the code has it, names every reason, and every test that it names is there."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from domain.blocking import POLICY, RuleKind
from domain.decision import BlockReasonCode
from schema.rules import BESIDE, FILE, INPUTS, KNOWN, main, page
from tests.acceptance import test_blocking_rules

ACCEPTANCE = Path(inspect.getfile(test_blocking_rules)).parent


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
        assert f"### {condition.kind.value}\n" in written
        assert KNOWN[condition.kind].elsewhere
        assert condition.blocks_by <= set(INPUTS)


def test_every_reason_that_a_hold_can_have_is_a_rules_or_stands_beside_them() -> None:
    assert {kind.value for kind in KNOWN} | set(BESIDE) == set(BlockReasonCode)
    written = page()
    for code, beside in BESIDE.items():
        assert f"### {code.value}\n" in written
        assert beside.known.elsewhere


@pytest.mark.parametrize("kind", RuleKind)
def test_the_test_that_a_kind_names_exists_and_is_about_it(kind: RuleKind) -> None:
    told = inspect.getsource(getattr(test_blocking_rules, KNOWN[kind].test))
    assert f'"{kind.value}"' in told


@pytest.mark.parametrize("code", BESIDE)
def test_the_test_that_another_reason_names_exists_and_holds_something(code: BlockReasonCode) -> None:
    file, name = BESIDE[code].known.test.split("::")
    source = (ACCEPTANCE / file).read_text("utf-8")
    (told,) = [part for part in ast.parse(source).body if isinstance(part, ast.AsyncFunctionDef) and part.name == name]
    text = ast.get_source_segment(source, told) or ""
    assert f'"{code.value}"' in text or "EXACTLY" in text
