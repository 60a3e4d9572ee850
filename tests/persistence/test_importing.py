"""The canonical layout: a folder of every kind of row comes in as it is written, once, and moves what the rules say."""

from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import RFC_4122, UUID

import pytest

from domain.exposure import Category
from domain.money import Money
from domain.orders import OrderLine, SalesOrderStatus, order_balances
from domain.receivables import (
    Movement,
    OpenItem,
    OpenItemKind,
    Payment,
    PaymentKind,
    PaymentStatus,
    item_posted,
    payment_posted,
    settled,
)
from persistence.importing import kinds
from tests.persistence.loading import DATA, Ledger

pytestmark = pytest.mark.usefixtures("reconciled")

FACTS = (
    "company",
    "credit_parameters",
    "checkpoint_setting",
    "party",
    "customer",
    "customer_payer",
    "customer_group",
    "credit_group",
    "credit_group_member",
    "credit_limit_entry",
    "collateral",
    "party_limits",
    "exchange_rate",
    "open_item",
    "payment",
    "settlement",
    "sales_order",
    "sales_order_line",
    "delivery",
    "billing",
    "document_number",
    "movement",
    "balance",
    "company_balance",
    "movement_tail",
)


def test_a_folder_of_every_kind_is_loaded_as_it_is_written(ledger: Ledger) -> None:
    done = ledger.group()
    assert [(one.source, one.rejected) for one in done] == [(f"{kind}.csv", 0) for kind in kinds()]
    assert all(one.loaded == one.read for one in done if one.source != "limits.csv")
    assert {table: ledger.count(table) for table in FACTS[:17]} == {
        "company": 2,
        "credit_parameters": 2,
        "checkpoint_setting": 4,
        "party": 3,
        "customer": 5,
        "customer_payer": 1,
        "customer_group": 2,
        "credit_group": 1,
        "credit_group_member": 2,
        "credit_limit_entry": 4,
        "collateral": 2,
        "party_limits": 2,
        "exchange_rate": 1,
        "open_item": 11,
        "payment": 4,
        "settlement": 5,
        "sales_order": 5,
    }
    assert ledger.ask("select name, number from party where number like 'SE01-%'") == [('Kiosk, "Hörnan"', "SE01-1004")]
    assert ledger.ask(
        "select g.code, s.code, t.days, r.code, risk_score, mandatory_credit_limit, customer_since from customer c"
        " join customer_group g on g.id = c.customer_group_id join account_status s on s.id = c.account_status_id"
        " join payment_terms t on t.id = c.payment_terms_id join risk_group r on r.id = c.risk_group_id"
    ) == [("WHOLESALE", "WATCH", 30, "LOW", 42, True, date(2019, 5, 1))]


def test_a_credit_file_is_loaded_once_with_the_customer(ledger: Ledger) -> None:
    ledger.group()
    head = "company,account,name,currency,locale,credit_rating,eligible_limit,eligible_limit_currency,next_review_date,"
    head += "title_held,notes"
    rows = ["SE01,9001,New,SEK,sv-SE,AA,2500.50,SEK,2027-01-15,true,Spring", "SE01,9002,Plain,SEK,sv-SE,,,,,,"]
    loaded = ledger.rows("customers", "\n".join([head, *rows]))
    assert (loaded.loaded, loaded.rejected) == (2, 0)
    kept = "select credit_rating, eligible_limit, next_review_date, title_held, with_agency, notes from customer"
    assert ledger.ask(f"{kept} where account like '900_' order by account") == [
        ("AA", Decimal("2500.50"), date(2027, 1, 15), True, False, "Spring"),
        (None, None, None, False, False, None),
    ]
    bad = ["SE01,9003,Odd,SEK,sv-SE,AA,1,,2027-01-15,true,", "SE01,9001,New,SEK,sv-SE,B,,,,,"]
    assert ledger.rows("customers", "\n".join([head, *bad])).rejected == 2
    assert [(line, column) for line, column, *_ in ledger.rejects()] == [
        ("2", "eligible_limit_currency"),
        ("3", "credit_rating"),
    ]


def test_the_reason_of_a_status_is_loaded_with_the_customer(ledger: Ledger) -> None:
    ledger.group()
    assert ledger.rows("reasons", "code,name,kind\nLATE,Pays late,STATUS\nGONE,Left,RELEASE").loaded == 2
    head = "company,account,name,currency,locale,status_reason"
    rows = [f"SE01,900{number},New,SEK,sv-SE,{code}" for number, code in enumerate(("LATE", "", "GONE", "NONE"))]
    assert ledger.rows("customers", "\n".join([head, *rows])).rejected == 2
    assert [(line, column) for line, column, *_ in ledger.rejects()] == [("4", "status_reason"), ("5", "status_reason")]
    assert ledger.rows("customers", "\n".join([head, *rows[:2]])).loaded == 2
    asked = "select account, code from customer c left join reason r on r.id = status_reason_id"
    assert ledger.ask(f"{asked} where account like '900_' order by account") == [("9000", "LATE"), ("9001", None)]


def test_what_is_made_gets_keys_like_those_of_the_application(ledger: Ledger) -> None:
    clock = "select (extract(epoch from clock_timestamp()) * 1000)::bigint"
    ((before,),) = ledger.ask(clock)
    ledger.group()
    ((after,),) = ledger.ask(clock)
    keys = [key for (key,) in ledger.ask("select id from open_item union all select id from movement")]
    assert {(key.version, key.variant) for key in keys} == {(7, RFC_4122)}
    assert all(before <= key.int >> 80 <= after for key in keys)
    assert len({key.int & ~(~0 << 62) for key in keys}) == len(keys)


def test_an_item_is_kept_under_the_payer_and_says_who_bought(ledger: Ledger) -> None:
    ledger.group()
    assert ledger.ask(
        "select p.account, b.account from open_item i join customer p on p.id = i.customer_id"
        " join customer b on b.id = i.buyer_id where i.number = 'F-4'"
    ) == [("1002", "1003")]
    assert ledger.ask(
        "select p.account, b.account from sales_order i join customer p on p.id = i.customer_id"
        " join customer b on b.id = i.buyer_id where i.number = 'S-3'"
    ) == [("1002", "1003")]


def test_limits_of_parties_and_customers_are_in_force_once_loaded(ledger: Ledger) -> None:
    ledger.group()
    names = "reaction, ceiling, turnover_percent, l.currency, turnover_rolling, max_days_overdue, from_day, l.version"
    assert ledger.ask(
        f"select p.number, c.account, a.subject, {names} from party_limits l join actor a on a.id = saved_by_id"
        " left join party p on p.limits_id = l.id left join customer c on c.limits_id = l.id order by 1"
    ) == [
        ("P-1", None, "erp", "HOLD", Decimal("500000.50"), None, "SEK", False, 30, date(2026, 1, 1), 1),
        (None, "1002", "erp", "WARN", None, Decimal("112.5"), "SEK", True, None, date(2026, 11, 23), 1),
    ]


def test_limits_of_a_party_that_were_changed_since_are_left_as_they_are(ledger: Ledger) -> None:
    ledger.group()
    ledger.conn.execute(
        "with later as (insert into party_limits (id, holder_id, party_id, reaction, max_days_overdue, from_day,"
        " saved_by_id, version) select gen_random_uuid(), holder_id, party_id, 'HOLD', 5, '2026-11-23', saved_by_id, 2"
        " from party_limits where party_id is not null returning id, party_id)"
        " update party set limits_id = later.id from later where party.id = later.party_id"
    )
    before = ledger.contents(["party_limits", "party"])
    (done,) = (one for one in ledger.group() if one.source == "party-limits.csv")
    assert (done.loaded, done.unchanged, done.rejected) == (0, 2, 0)
    assert ledger.contents(["party_limits", "party"]) == before


def test_who_pays_goes_by_the_day_of_the_document(ledger: Ledger) -> None:
    ledger.group()
    heading = "company,account,name,currency,locale,payer,payer_from\n"
    ledger.rows("customers", f"{heading}SE01,1005,Kiosk,SEK,sv-SE,1002,2026-10-01\n")
    ledger.rows(
        "open-items",
        "company,account,number,amount,currency,document_date,due_date\n"
        "SE01,1005,E-1,1,SEK,2026-09-30,2026-10-30\nSE01,1005,E-2,1,SEK,2026-10-01,2026-10-30\n",
    )
    found = ledger.ask(
        "select i.number, c.account from open_item i join customer c on c.id = i.customer_id"
        " where i.number in ('E-1', 'E-2') order by 1"
    )
    assert found == [("E-1", "1005"), ("E-2", "1002")]


def test_an_empty_limit_is_unset_a_zero_is_an_amount_and_unlimited_comes_with_the_customer(ledger: Ledger) -> None:
    ledger.group()
    entries = ledger.ask(
        "select coalesce(c.account, g.number), e.kind, e.amount, e.currency, e.until_day from credit_limit_entry e"
        " left join customer c on c.id = e.customer_id left join credit_group g on g.id = e.credit_group_id"
        " order by 1, 2"
    )
    assert entries == [
        ("1001", "PERMANENT", Decimal(100000), "SEK", date(2027, 12, 31)),
        ("1001", "TEMPORARY", Decimal("120000.50"), "SEK", date(2026, 11, 30)),
        ("1002", "PERMANENT", Decimal(0), "SEK", None),
        ("CG-1", "PERMANENT", Decimal(1000000), "EUR", None),
    ]
    assert ledger.ask("select account from customer where unlimited_credit") == [("1004",)]


def test_the_same_folder_twice_changes_nothing(ledger: Ledger) -> None:
    ledger.group()
    before = ledger.contents(FACTS)
    again = ledger.group()
    assert [(one.loaded, one.rejected) for one in again] == [(0, 0)] * len(again)
    assert all(one.unchanged == one.read for one in again)
    assert ledger.contents(FACTS) == before


def test_the_same_row_twice_in_a_file_is_loaded_once(ledger: Ledger) -> None:
    ledger.group()
    row = "SE01,1001,RECEIPT,COLLECTED,B77,10,SEK,2026-10-20\n"
    heading = "company,account,kind,status,number,amount,currency,paid_on\n"
    done = ledger.rows("payments", heading + row + row)
    assert (done.read, done.loaded, done.unchanged, done.rejected) == (2, 1, 1, 0)
    assert ledger.ask("select count(*) from payment where number = 'B77'") == [(1,)]


def test_columns_that_are_not_required_may_be_left_out_and_stand_in_any_order(ledger: Ledger) -> None:
    ledger.group()
    text = (
        "due_date,amount,currency,number,account,company,document_date\n"
        "2026-12-01,12.50,SEK,F-90,1001,SE01,2026-11-23\n"
    )
    assert ledger.rows("open-items", text).loaded == 1
    found = ledger.ask("select kind, amount, booked_amount, disputed from open_item where number = 'F-90'")
    assert found == [("INVOICE", Decimal("12.5"), Decimal("12.5"), Decimal(0))]


def test_an_item_comes_with_its_dunning_level_and_none_above_the_highest(ledger: Ledger) -> None:
    ledger.group()
    heading = "company,account,number,amount,currency,document_date,due_date,dunning_level\n"
    row = "SE01,1001,F-91,12.50,SEK,2026-10-23,2026-11-01,"
    assert ledger.rows("open-items", f"{heading}{row}10\n").rejected == 1
    assert ledger.rejects() == [["2", "dunning_level", "10", "A dunning level is a whole number from 0 to 9."]]
    assert ledger.rows("open-items", f"{heading}{row}2\n").loaded == 1
    assert ledger.ask("select dunning_level from open_item where number = 'F-91'") == [(2,)]


def _day_zero(row: tuple[Movement, str]) -> tuple[object, ...]:
    moved, number = row
    return number, moved.category.value, moved.amount.currency, moved.amount.amount, moved.day, moved.due


def test_what_items_payments_and_settlements_move_is_what_the_rules_say(ledger: Ledger) -> None:
    ledger.group()
    items: dict[UUID, tuple[OpenItem, str]] = {}
    for key, number, kind, amount, currency, document, due, part in ledger.ask(
        "select id, number, kind, amount, currency, document_date, due_date, disputed from open_item"
    ):
        items[key] = (OpenItem(key, OpenItemKind(kind), Money(amount, currency), document, due, part), number)
    payments: dict[UUID, tuple[Payment, str]] = {}
    for key, number, kind, status, amount, currency, paid in ledger.ask(
        "select id, number, kind, status, amount, currency, paid_on from payment"
    ):
        money = Money(amount, currency)
        payments[key] = (Payment(key, PaymentKind(kind), PaymentStatus(status), money, paid), number)
    expected: list[tuple[object, ...]] = []
    for item, number in items.values():
        expected.extend(_day_zero((moved, number)) for moved in item_posted(item))
    for payment, number in payments.values():
        expected.extend(_day_zero((moved, number)) for moved in payment_posted(payment))
    names = {key: number for key, (_, number) in (items | payments).items()}
    for item_id, payment_id, credit_id, amount, day in ledger.ask(
        "select item_id, payment_id, credit_item_id, amount, settled_on from settlement"
    ):
        source = payment_id or credit_id
        source_day = payments[source][0].paid_on if payment_id else items[source][0].document_date
        moves = settled(items[item_id][0], amount, source, source_day, day)
        expected.extend(_day_zero((moved, names[moved.source])) for moved in moves)
    found = ledger.ask(
        "select source_id, category, currency, m.amount * unit, day, due_day from movement m"
        " join currency c on c.code = currency where category in"
        " ('RECEIVABLES', 'DISPUTED', 'UNAPPLIED', 'SPECIAL_LIABILITIES', 'SALES')"
    )
    assert Counter((names[source], *rest) for source, *rest in found) == Counter(expected)


def test_what_orders_move_is_what_the_rules_say(ledger: Ledger) -> None:
    ledger.group()
    orders = ledger.ask("select id, status, admitted, currency, ordered_on, ship_date from sales_order")
    expected: Counter[tuple[object, ...]] = Counter()
    for key, status, admitted, currency, ordered, ship in orders:
        lines = [
            OrderLine(Money(amount, currency), delivered, billed, invoiced, closed=closed)
            for amount, delivered, billed, invoiced, closed in ledger.ask(
                "select amount, delivered, billed, invoiced, closed from sales_order_line where sales_order_id = %s",
                key,
            )
        ]
        for balance in order_balances(lines, SalesOrderStatus(status), admitted):
            due = ship or ordered
            expected[key, balance.category.value, currency, ordered, due] += balance.amount.amount  # type: ignore[assignment]
    found = {
        tuple(row[:5]): row[5]
        for row in ledger.ask(
            "select source_id, category, currency, day, due_day, sum(m.amount * unit) from movement m"
            " join currency c on c.code = currency where category in"
            " ('OPEN_ORDERS', 'OPEN_DELIVERIES', 'OPEN_BILLING', 'HELD_ORDERS') group by 1, 2, 3, 4, 5"
        )
    }
    assert found == dict(expected)
    assert {category for _, category, *_ in found} == {
        Category.OPEN_ORDERS,
        Category.OPEN_DELIVERIES,
        Category.OPEN_BILLING,
    }


def test_an_order_comes_with_bills_of_less_and_of_more_than_they_take_of_it(ledger: Ledger) -> None:
    ledger.group()
    lines = (
        "SE01,S-90,1001,DELIVERED,SEK,2026-11-01,1,1000,1000,980,,1000",
        "SE01,S-90,1001,DELIVERED,SEK,2026-11-01,2,1000,1000,1050,1020,1000",
        "SE01,S-90,1001,DELIVERED,SEK,2026-11-01,3,1000,1000,970,970,1000",
        "SE01,S-90,1001,DELIVERED,SEK,2026-11-01,4,1000,1000,500,100,600",
    )
    columns = "company,number,account,status,currency,ordered_on,line_number,amount,delivered,billed,invoiced,consumed"
    assert ledger.rows("sales-orders", "\n".join((columns, *lines, ""))).loaded == 4
    taken = ledger.ask(
        "select category, sum(m.amount) / 100 from movement m join sales_order o on o.id = m.source_id"
        " where o.number = 'S-90' group by 1"
    )
    assert dict(taken) == {"OPEN_BILLING": 980 + 30 + 400, "OPEN_DELIVERIES": 400}
    waiting = ledger.ask(
        "select l.line_number, b.amount, b.consumes from billing b join sales_order_line l on l.id = b.line_id"
        " where b.number = 'S-90' order by 1"
    )
    assert [tuple(map(int, row)) for row in waiting] == [(1, 980, 1000), (2, 30, 0), (4, 400, 500)]


def test_settling_more_than_is_left_undisputed_lowers_the_disputed_part(ledger: Ledger) -> None:
    ledger.group()
    done = ledger.rows(
        "settlements", "company,payment,credit_note,item,amount,settled_on\nSE01,B1,,F-2,190.50,2026-11-02\n"
    )
    assert done.loaded == 1
    more = "company,account,number,amount,currency,paid_on\nSE01,1001,B90,400,SEK,2026-11-05\n"
    ledger.rows("payments", more)
    ledger.rows("settlements", "company,payment,item,amount,settled_on\nSE01,B90,F-2,400,2026-11-06\n")
    assert ledger.ask("select disputed from open_item where number = 'F-2'") == [(Decimal("109.5"),)]
    assert ledger.ask("select sum(amount) from movement where category = 'DISPUTED'") == [(10950,)]


def test_the_sample_files_use_every_kind_of_row() -> None:
    assert {path.stem for path in (DATA / "canonical").glob("*.csv")} == set(kinds())
