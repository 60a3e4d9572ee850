"""Blocking rules: one file per kind, and the order in which they are asked."""

from __future__ import annotations

from domain.blocking.rule import BlockingRule, RuleKind, RuleType, ValidFor, ValueType

__all__ = ["BlockingRule", "RuleKind", "RuleType", "ValidFor", "ValueType"]
