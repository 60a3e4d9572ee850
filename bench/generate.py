"""Generates the database that is measured: `python -m bench.generate --items 2000000`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import monotonic

import psycopg

from bench import ledger as rows
from bench import sums
from bench.copying import Connection, copy_lines, without_indexes
from bench.database import place
from bench.group import Group
from bench.masters import load_masters, load_rates
from bench.sizes import DEFAULT_ITEMS, Size, size_of

VERSION = 1
"""Rises when what is generated changes: a database of another version is refused."""

_BUILT = """
create schema if not exists bench;
create table if not exists bench.built (version integer, items integer, day date, seconds numeric);
"""


BYTES_AN_ITEM = 4000
"""What an item takes on disk with all that hangs on it, indexes and sorting while they are made included."""


class NoRoom(RuntimeError):
    """The disk would be full before the database is made."""


class NotEmpty(RuntimeError):
    """The database holds something that was not generated here, or by another version."""


def ensure(
    url: str, size: Size, tell: Callable[[str], None], today: date | None = None, free: int | None = None
) -> None:
    """Generate into an empty, migrated database, or find it generated and add the rates of later days.

    `free`: bytes on its disk, where that is known. Raises `NotEmpty`, `NoRoom`.
    """
    today = today or datetime.now(UTC).date()
    with psycopg.connect(url) as conn:
        conn.execute(_BUILT)
        built = conn.execute("select version, items from bench.built").fetchone()
        if built is None:
            if conn.execute("select 1 from company limit 1").fetchone() is not None:
                raise NotEmpty("This database holds companies that were not generated for measuring; take another.")
            needed = size.items * BYTES_AN_ITEM
            if free is not None and free < needed:
                raise NoRoom(f"{size.items:,} items need about {needed / 1e9:.0f} GB; {free / 1e9:.0f} GB are free.")
            began = monotonic()
            _generate(conn, size, today, tell)
            seconds = round(monotonic() - began, 1)
            conn.execute("insert into bench.built values (%s, %s, %s, %s)", (VERSION, size.items, today, seconds))
        elif built != (VERSION, size.items):
            raise NotEmpty(f"This database was generated as {built}, not {(VERSION, size.items)}; drop it.")
        load_rates(conn, today)
        conn.commit()
        if built is None:
            tell("vacuum")
            conn.autocommit = True
            conn.execute("vacuum (analyze, freeze)")


def _generate(conn: Connection, size: Size, today: date, tell: Callable[[str], None]) -> None:
    began = monotonic()

    def told(what: str, count: int | None = None) -> None:
        tell(f"{monotonic() - began:7.1f} s  {what}" + (f" {count:,}" if count is not None else ""))

    group = Group(size)
    ledger = rows.Ledger(group, today)
    orders = rows.Orders(group, ledger)
    load_masters(conn, group, today)
    told("customers", len(group.customers))
    conn.execute("set local maintenance_work_mem = '1GB'; set local work_mem = '512MB'")
    with without_indexes(conn):
        for table, columns, lines in (
            ("open_item", rows.ITEMS, ledger.item_lines()),
            ("payment", rows.PAYMENTS, ledger.payment_lines()),
            ("settlement", rows.SETTLEMENTS, ledger.settlement_lines()),
            ("sales_order", rows.ORDERS, orders.order_lines()),
            ("sales_order_line", rows.LINES, orders.line_lines()),
            ("delivery", rows.DELIVERIES, orders.delivery_lines()),
            ("billing", rows.BILLINGS, orders.billing_lines()),
        ):
            told(table, copy_lines(conn, table, columns, lines))
        conn.execute("analyze open_item, settlement, sales_order")
        told("document_number", conn.execute(sums.NUMBERS).rowcount)
        for facts in sums.FACTS:
            told(f"movement of {facts}", sums.add_movements(conn, facts))
        conn.execute("analyze movement")
        told("balance", conn.execute(sums.BALANCES).rowcount)
        told("company_balance", conn.execute(sums.COMPANY_BALANCES).rowcount)
    told("indexes")


def say(line: str) -> None:
    """Tell people how far it is."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.generate", description=__doc__)
    parser.add_argument("--items", type=int, default=DEFAULT_ITEMS, help="open items ever posted (%(default)s)")
    size = size_of(parser.parse_args().items)
    try:
        with place(size) as found:
            ensure(found.url, size, say, free=found.free)
    except (NoRoom, NotEmpty) as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{size.database} is there\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
