"""What shapes and figures are as SQL is written once, and every statement fills its own names into it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from persistence.kept import MOST_FIGURES, base_columns, kept_figures, kept_shape
from persistence.planner import Planner
from persistence.selection import Chosen, Found, Stored, WorkedOut
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.position import CUSTOMER_POSITION
from persistence.shapes.worked import Asked, Figures, Object, Row
from persistence.sql import LATERAL, PARAMETER, ROW
from persistence.statements import Statement
from persistence.tables.customer import customer


class Counting:
    """Figures that count how often they are built."""

    def __init__(self) -> None:
        self.built = 0
        self.figures = replace(CUSTOMER_POSITION, build=self._build)

    def _build(self, row: Row, asked: Asked) -> Object:
        self.built += 1
        return CUSTOMER_POSITION.build(row, asked)


MONEY = (Chosen("amount", Stored("amount"), name="amount"), Chosen("currency", Stored("currency"), name="currency"))


def position(figures: Figures, *names: str, alias: str = "credit", **arguments: Any) -> Chosen:
    """Some amounts of an exposure."""
    amounts = [Chosen(name, Stored(name), children={"": MONEY}, name=name) for name in names]
    exposure = Chosen("exposure", Stored("exposure"), children={"": amounts}, name="exposure")
    return Chosen(alias, WorkedOut(figures), arguments=arguments, children={"": [exposure]}, name="credit")


def statement(*fields: Chosen) -> Statement:
    """One customer with these fields."""
    found = Chosen("customer", Found(CUSTOMER, {"account": "1001"}), children={"Customer": fields}, name="customer")
    return Planner().statement([found])


def test_figures_are_built_once_for_all_statements_that_want_the_same_of_them() -> None:
    counting = Counting()
    first = statement(position(counting.figures, "total"))
    other = statement(Chosen("account", Stored("account")), position(counting.figures, "total", alias="another"))
    assert "another" in other.text
    assert "another" not in first.text
    built = counting.built
    for alias in ("third", "fourth"):
        assert alias in statement(position(counting.figures, "total", alias=alias)).text
    assert counting.built == built == 2


def test_what_is_wanted_for_the_first_time_is_read_out_of_all_and_exactly_from_then_on() -> None:
    figures = Counting().figures
    rough, exact, again = (statement(position(figures, "overdue", alias="credit")).text for _ in range(3))
    assert "AS held_orders" in rough
    assert "AS held_orders" not in exact
    assert "AS overdue" in exact
    assert again == exact


def test_names_that_change_no_sum_are_no_reason_to_build_figures_anew() -> None:
    counting = Counting()
    for names in ({"total"}, {"total", "currency"}, {"total", "limit", "kind"}, {"total", "amount"}):
        kept_figures(counting.figures, (), frozenset(names))
    assert counting.built == 2


def test_figures_that_hold_parameters_of_one_plan_are_built_for_each() -> None:
    counting = Counting()
    of_a_call = replace(counting.figures, of_a_call=True)
    statement(position(of_a_call, "total"))
    statement(position(of_a_call, "total"))
    assert counting.built == 2


def test_what_is_kept_of_figures_is_bounded() -> None:
    built: list[object] = []

    def build(row: Row, asked: Asked) -> Object:
        built.append(asked.names)
        return Object()

    figures = [Figures((), build, frozenset({str(number)})) for number in range(MOST_FIGURES + 1)]
    first, _ = kept_figures(figures[0], (), None)
    for one in figures[1:]:
        kept_figures(one, (), None)
    assert len(built) == MOST_FIGURES + 1
    again, _ = kept_figures(figures[-1], (), None)
    assert len(built) == MOST_FIGURES + 1
    assert kept_figures(figures[0], (), None)[0] is not first
    assert again.tree == Object()


def test_the_same_figures_with_other_arguments_stand_beside_each_other_under_names_of_their_own() -> None:
    text = statement(
        position(CUSTOMER_POSITION, "total", alias="one", months=3),
        position(CUSTOMER_POSITION, "total", alias="two", months=4),
    ).text
    names = re.findall(r"\) AS (\w+) ON true", text)
    assert len(names) == len(set(names)) > 4


def test_no_mark_is_left_in_a_statement_and_the_same_selection_is_the_same_text() -> None:
    _, one, other = (statement(position(CUSTOMER_POSITION, "total", "overdue")) for _ in range(3))
    assert not {PARAMETER, LATERAL, ROW} & set(one.text)
    assert one.text == other.text
    assert dict(one.slots()).keys() >= {"companies", "now"}
    assert len(one.slots()) == one.size == len(set(re.findall(r"\$\d+", one.text)))


def test_a_field_of_a_shape_is_written_once_with_the_columns_it_needs() -> None:
    kept = kept_shape(CUSTOMER)
    assert kept is kept_shape(CUSTOMER)
    assert kept.field("payer_id") is kept.field("payer_id")
    assert kept.field("payer_id").columns == {"customer_id": "customer.id", "company_time_zone": "company.time_zone"}
    assert set(base_columns(CUSTOMER.fields["payer_id"])) > {customer.c.id}
