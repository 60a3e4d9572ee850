"""Named formats: samples in the shape of the real files, and the real files where they are at hand."""

import csv
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from persistence.importing import formats, options_of
from tests.persistence.loading import DATA, Ledger

pytestmark = pytest.mark.usefixtures("reconciled")

SHARED = Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
IBM = SHARED / "data" / "ibm-late-payments.csv"
HIGHRADIUS = SHARED / "data" / "highradius-open-items.csv"
ECB = SHARED / "data" / "eurofxref-hist.csv"
KEPT = ("company", "party", "customer", "open_item", "payment", "settlement", "movement", "balance", "exchange_rate")

OPEN_BY_COMPANY = """
select c.code, m.currency, sum(m.amount * u.unit) from movement m join company c on c.id = m.company_id
join currency u on u.code = m.currency where m.category = 'RECEIVABLES' and m.day <= %s
group by 1, 2 having sum(m.amount) <> 0
"""


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.is_file(), reason=f"{path.name} is not at hand")


def test_closed_invoices_come_with_payment_and_settlement_on_the_settled_day(ledger: Ledger) -> None:
    done = ledger.load(DATA / "ibm-sample.csv", "ibm-late-payments")
    assert (done.read, done.loaded, done.rejected) == (3, 3, 0)
    assert ledger.ask("select code, name, currency, country, time_zone from company order by code") == [
        ("901", "Company 901", "USD", "US", "America/New_York"),
        ("902", "Company 902", "USD", "US", "America/New_York"),
    ]
    assert ledger.ask("select number, amount, document_date, due_date, disputed from open_item order by number") == [
        ("0000000017", Decimal("50.05"), date(2020, 1, 2), date(2020, 2, 1), 0),
        ("0000000018", Decimal("61.1"), date(2020, 1, 26), date(2020, 2, 25), 0),
        ("0000000019", Decimal("65"), date(2020, 7, 3), date(2020, 8, 2), 0),
    ]
    assert ledger.ask(
        "select paid_on, settled_on, s.amount from settlement s join payment p on p.id = payment_id order by 1"
    ) == [
        (date(2020, 1, 15), date(2020, 1, 15), Decimal("50.05")),
        (date(2020, 3, 3), date(2020, 3, 3), Decimal("61.1")),
        (date(2020, 7, 8), date(2020, 7, 8), Decimal("65")),
    ]
    assert sorted(ledger.ask(OPEN_BY_COMPANY, date(2020, 2, 1))) == [("902", "USD", Decimal("61.1"))]
    assert ledger.ask(OPEN_BY_COMPANY, date(2020, 7, 8)) == []


def test_what_the_file_does_not_say_is_an_option(ledger: Ledger) -> None:
    chosen = {"currency": "CAD", "time_zone": "America/Toronto", "country": "CA", "company_name": "Ville d'"}
    ledger.load(DATA / "ibm-sample.csv", "ibm-late-payments", options=chosen)
    assert ledger.ask("select distinct currency from payment") == [("CAD",)]
    assert ledger.ask("select name, time_zone, country from company where code = '901'") == [
        ("Ville d'901", "America/Toronto", "CA")
    ]
    assert set(chosen) < set(options_of("ibm-late-payments"))


def test_open_items_take_the_first_spelling_of_a_name_and_the_due_day_of_each_line(ledger: Ledger) -> None:
    done = ledger.load(DATA / "highradius-sample.csv", "highradius-open-items")
    assert (done.read, done.loaded, done.rejected) == (4, 4, 0)
    assert ledger.ask("select account, name from customer order by account") == [
        ("0140000001", "MAPLE llc"),
        ("0200000001", "NORTHWIND"),
    ]
    assert ledger.ask("select code, currency, time_zone from company order by code") == [
        ("CA02", "CAD", "America/Toronto"),
        ("U001", "USD", "America/New_York"),
    ]
    assert ledger.ask("select due_date from open_item where number = '2960000001'") == [(date(2021, 2, 15),)]
    again = ledger.load(DATA / "highradius-sample.csv", "highradius-open-items")
    assert (again.loaded, again.unchanged) == (0, 4)


def test_rates_have_their_direction_and_holes_are_left_out(ledger: Ledger) -> None:
    done = ledger.load(DATA / "ecb-sample.csv", "ecb-rates")
    assert (done.read, done.loaded, done.unchanged) == (3, 3, 0)
    rates = ledger.ask("select base, quote, day, rate, source from exchange_rate where quote in ('SEK', 'BGN', 'JPY')")
    assert sorted((day, quote, rate) for base, quote, day, rate, _ in rates if base == "EUR") == [
        (date(1999, 1, 4), "JPY", Decimal("133.5")),
        (date(1999, 1, 4), "SEK", Decimal("9.4321")),
        (date(2025, 12, 30), "BGN", Decimal("1.9558")),
        (date(2025, 12, 30), "JPY", Decimal("183.5")),
        (date(2026, 10, 30), "JPY", Decimal("175.5")),
        (date(2026, 10, 30), "SEK", Decimal("10.9")),
    ]
    assert {source for *_, source in rates} == {"European Central Bank"}
    assert ledger.load(DATA / "ecb-sample.csv", "ecb-rates").unchanged == 3


def test_a_currency_that_is_not_known_is_rejected_in_its_column(ledger: Ledger) -> None:
    path = ledger.write("rates.csv", "Date,SEK,XXZ,\n2026-10-30,10.978,3.5,\n2026-10-29,10.9,N/A,\n")
    assert ledger.load(path, "ecb-rates", skip_bad=True).loaded == 1
    assert ledger.rejects() == [["2", "currency", "XXZ", "Currency XXZ is unknown. Use an ISO 4217 code."]]
    assert ledger.load(ledger.write("rates.csv", "Date,SEK,\n2026-10-28,10.9a,\n"), "ecb-rates").rejected == 1
    assert ledger.rejects() == [["2", "SEK", "10.9a", "This is not a number written like 1234.50."]]


def test_every_format_says_what_it_is() -> None:
    assert set(formats()) == {"canonical", "ecb-rates", "ibm-late-payments", "highradius-open-items"}
    assert all(about.endswith(".") for about in formats().values())


@needs(IBM)
def test_the_late_payment_histories_come_in_whole_and_once(ledger: Ledger) -> None:
    with IBM.open(newline="") as file:
        rows = list(csv.DictReader(file))
    done = ledger.load(IBM, "ibm-late-payments")
    assert (done.read, done.loaded, done.rejected) == (len(rows), len(rows), 0)
    before = ledger.contents(KEPT)
    assert ledger.load(IBM, "ibm-late-payments").unchanged == len(rows)
    assert ledger.contents(KEPT) == before
    for day in (date(2012, 12, 31), date(2013, 6, 30)):
        expected: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            issued, settled = (_american(row[name]) for name in ("InvoiceDate", "SettledDate"))
            if issued <= day < settled:
                expected[row["countryCode"]] += Decimal(row["InvoiceAmount"])
        assert {code: amount for code, _, amount in ledger.ask(OPEN_BY_COMPANY, day)} == expected


@needs(HIGHRADIUS)
def test_the_open_receivables_come_in_whole_and_once(ledger: Ledger) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with HIGHRADIUS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        expected[row["business_code"], row["invoice_currency"]] += Decimal(row["total_open_amount"])
    done = ledger.load(HIGHRADIUS, "highradius-open-items")
    assert (done.read, done.loaded, done.rejected) == (len(rows), len(rows), 0)
    before = ledger.contents(KEPT)
    assert ledger.load(HIGHRADIUS, "highradius-open-items").unchanged == len(rows)
    assert ledger.contents(KEPT) == before
    found = ledger.ask(OPEN_BY_COMPANY, date(2026, 11, 23))
    assert {(code, currency): amount for code, currency, amount in found} == expected


@needs(ECB)
def test_the_history_of_rates_comes_in_whole_and_once(ledger: Ledger) -> None:
    with ECB.open(newline="") as file:
        rates = sum(cell not in ("", "N/A") for row in csv.DictReader(file) for cell in list(row.values())[1:])
    assert ledger.load(ECB, "ecb-rates").rejected == 0
    assert ledger.ask("select count(*) from exchange_rate where source = 'European Central Bank'") == [(rates,)]
    assert ledger.load(ECB, "ecb-rates").loaded == 0


def _american(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)
