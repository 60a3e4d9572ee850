"""Bad rows: each is told with line, column, value and reason, and nothing is loaded unless they may be left out."""

from pathlib import Path

import pytest

from domain.refusal import ErrorCode, Refused
from tests.persistence.loading import NOW, Ledger

pytestmark = pytest.mark.usefixtures("reconciled")

HEADINGS = {
    "companies": "code,name,country,currency,locale,time_zone",
    "customers": "company,account,name,currency,locale,party,payer,payment_terms",
    "credit-group-members": "credit_group,company,account,from,until",
    "limits": "company,account,credit_group,kind,limit_kind,amount,currency,from,until",
    "party-limits": "party,company,account,reaction,ceiling,turnover_percent,currency,turnover_rolling,"
    "max_days_overdue,from",
    "collateral": "company,account,kind,provider,number,value,currency,percent,from,until,type,coverage_type",
    "open-items": "company,account,kind,number,amount,currency,document_date,due_date,disputed",
    "payments": "company,account,kind,status,number,amount,currency,paid_on",
    "settlements": "company,payment,credit_note,item,amount,settled_on",
    "sales-orders": "company,number,account,status,currency,ordered_on,line_number,amount,delivered,billed,invoiced",
    "rates": "base,quote,day,rate,source",
}

BAD = [
    ("companies", "X1,X,SE,SEK,sv-SE,Europe/Atlantis", "time_zone", "time zone such as"),
    ("companies", "X1,X,Sweden,SEK,sv-SE,Europe/Stockholm", "country", "country code"),
    ("companies", "X1,X,SE,SEK,swedish,Europe/Stockholm", "locale", "language tag"),
    ("companies", "X1,X,SE,XXZ,sv-SE,Europe/Stockholm", "currency", "Currency XXZ is unknown"),
    ("companies", "SE01,Renamed AB,SE,SEK,sv-SE,Europe/Stockholm", "name", "kept already with Nordvik AB"),
    ("customers", "ZZ99,1,N,SEK,sv-SE,,,", "company", "Company ZZ99 does not exist"),
    ("customers", "SE01,1,N,SEK,sv-SE,P-404,,", "party", "Party P-404 does not exist"),
    ("customers", "SE01,1,N,SEK,sv-SE,,404,", "payer", "Customer 404 does not exist in company SE01"),
    ("customers", "SE01,1,N,SEK,sv-SE,,1003,", "payer", "1003 cannot pay for 1"),
    ("customers", "SE01,1,N,SEK,sv-SE,,,NET99", "payment_terms", "Payment terms NET99 are unknown"),
    ("customers", "SE01,1001,Berg & Söner,EUR,sv-SE,,,", "currency", "kept already with SEK"),
    ("credit-group-members", "CG-404,SE01,1002,2020-01-01,", "credit_group", "Credit group CG-404 does not exist"),
    ("credit-group-members", "CG-1,SE01,1001,2021-01-01,", "from", "in a credit group already"),
    ("credit-group-members", "CG-1,SE01,1002,2021-01-02,2021-01-01", "until", "cannot end on 2021-01-01"),
    ("limits", "SE01,1001,CG-1,,AMOUNT,1,,2020-01-01,", "account", "either of a customer"),
    ("limits", "SE01,1003,,,AMOUNT,,,2020-01-01,", "amount", "has an amount, and it needs one"),
    ("limits", "SE01,1003,,,,0,,2020-01-01,", "amount", "has an amount, and it needs one"),
    ("limits", "SE01,1003,,,UNLIMITED,,,2020-01-01,", "limit_kind", "comes with the customer"),
    ("limits", "SE01,1003,,,AMOUNT,5,EUR,2020-01-01,", "currency", "is kept in SEK"),
    ("limits", "SE01,1003,,TEMPORARY,AMOUNT,5,,2020-01-01,", "until", "needs a last day"),
    ("limits", "SE01,1001,,,AMOUNT,5,,2022-01-01,", "from", "posted here already"),
    ("limits", "SE01,1001,,,AMOUNT,5,,2020-01-01,2027-12-31", "amount", "kept already with 100000"),
    ("party-limits", "P-2,SE01,1001,,5,,SEK,,,", "party", "either of a party, or of a customer"),
    ("party-limits", ",SE01,,,5,,SEK,,,", "party", "either of a party, or of a customer"),
    ("party-limits", ",,,,5,,SEK,,,", "party", "either of a party, or of a customer"),
    ("party-limits", "P-404,,,,5,,SEK,,,", "party", "Party P-404 does not exist"),
    ("party-limits", ",ZZ99,1001,,5,,SEK,,,", "company", "Company ZZ99 does not exist"),
    ("party-limits", ",SE01,404,,5,,SEK,,,", "account", "Customer 404 does not exist"),
    ("party-limits", "P-2,,,STOP,5,,SEK,,,", "reaction", "none of: WARN, HOLD"),
    ("party-limits", "P-2,,,,,,SEK,,,", "ceiling", "One of ceiling, turnover_percent and max_days_overdue"),
    ("party-limits", "P-2,,,,5,,,,,", "currency", "A value is missing"),
    ("party-limits", "P-2,,,,-5,,SEK,,,", "ceiling", "must not be negative"),
    ("party-limits", "P-2,,,,5.001,,SEK,,,", "ceiling", "more decimals than SEK"),
    ("party-limits", ",SE01,1001,,5.001,,,,,", "ceiling", "more decimals than SEK"),
    ("party-limits", "P-2,,,,,0,SEK,,,", "turnover_percent", "above zero"),
    ("party-limits", "P-2,,,,,1000.1,SEK,,,", "turnover_percent", "at most 1000 percent"),
    ("party-limits", "P-2,,,,,5.00001,SEK,,,", "turnover_percent", "at most four decimals"),
    ("party-limits", "P-2,,,,5,,SEK,true,,", "turnover_percent", "A value is missing"),
    ("party-limits", "P-2,,,,,,,,3651,", "max_days_overdue", "between 0 and 3650"),
    ("party-limits", "P-2,,,,,,,,-1,", "max_days_overdue", "not a whole number"),
    ("party-limits", "P-2,,,,,,,,3,2026-11-24", "from", "today is 2026-11-23"),
    ("party-limits", "P-1,,,HOLD,500001,,SEK,,30,2026-01-01", "party", "Other limits were saved here already"),
    ("party-limits", "P-1,,,,500000.50,,SEK,,30,2026-01-01", "party", "Other limits were saved here already"),
    ("party-limits", "P-1,,,HOLD,500000.50,,SEK,,30,2026-01-02", "party", "Other limits were saved here already"),
    ("party-limits", ",SE01,1002,,,112.5,EUR,true,,", "party", "Other limits were saved here already"),
    ("collateral", "SE01,1001,INSURANCE,E,P9,5,SEK,100.5,2026-01-01,,,", "percent", "between 0 and 100"),
    ("collateral", "SE01,1001,HOPE,E,P9,5,SEK,10,2026-01-01,,,", "kind", "none of: INSURANCE"),
    ("collateral", "SE01,1001,INSURANCE,E,P9,5,SEK,10,2026-01-01,,NONE,", "type", "Collateral type NONE is unknown"),
    ("collateral", "SE01,1001,INSURANCE,E,P9,5,SEK,10,2026-01-01,,,NO", "coverage_type", "Coverage type NO is unknown"),
    ("collateral", "SE01,1001,GUARANTEE,E,P9,5,SEK,10,2026-01-01,,,WHOLE", "coverage_type", "Only insurance has"),
    ("open-items", "ZZ99,1001,,N,1,SEK,2026-01-01,2026-01-01,", "company", "Company ZZ99 does not exist"),
    (
        "open-items",
        "SE01,404,,N,1,SEK,2026-01-01,2026-01-01,",
        "account",
        "Customer 404 does not exist in company SE01",
    ),
    ("open-items", "SE01,1001,,N,-1,SEK,2026-01-01,2026-01-01,", "amount", "must not be negative"),
    ("open-items", "SE01,1001,,N,0,SEK,2026-01-01,2026-01-01,", "amount", "must be above zero"),
    ("open-items", "SE01,1001,,N,1.005,SEK,2026-01-01,2026-01-01,", "amount", "1.005 has more decimals than SEK"),
    ("open-items", "SE01,1001,,N,1.5,JPY,2026-01-01,2026-01-01,", "amount", "more decimals than JPY, which has 0"),
    ("open-items", "SE01,1001,,N,1,XXZ,2026-01-01,2026-01-01,", "currency", "Currency XXZ is unknown"),
    ("open-items", "SE01,1001,,N,1,sek,2026-01-01,2026-01-01,", "currency", "Currency sek is unknown"),
    ("open-items", "SE01,1001,,N,one,SEK,2026-01-01,2026-01-01,", "amount", "not a number written like 1234.50"),
    ("open-items", "SE01,1001,,N,12345678901234,SEK,2026-01-01,2026-01-01,", "amount", "too large"),
    ("open-items", "SE01,1001,,N,1,SEK,2026-02-30,2026-01-01,", "document_date", "not a day written as YYYY-MM-DD"),
    ("open-items", "SE01,1001,,N,1,SEK,2026-11-24,2027-01-01,", "document_date", "today is 2026-11-23"),
    ("open-items", "SE01,1001,,N,1,SEK,2026-01-01,,", "due_date", "A value is missing"),
    ("open-items", "SE01,1001,,F-1,1234.51,SEK,2026-09-01,2026-10-01,", "amount", "kept already with 1234.5"),
    ("open-items", "SE01,1002,,F-1,1234.50,SEK,2026-09-01,2026-10-01,", "account", "kept already with 1001"),
    ("open-items", "SE01,1001,,N,10,SEK,2026-01-01,2026-01-01,11", "disputed", "At most the open amount"),
    ("open-items", "SE01,1001,CREDIT_NOTE,N,10,SEK,2026-01-01,2026-01-01,1", "disputed", "At most the open amount"),
    ("payments", "SE01,1001,,,N,10,SEK,2026-11-24", "paid_on", "is in the future"),
    ("payments", "SE01,1001,,PENDING,N,10,SEK,2026-11-23", "status", "Only a direct debit can be pending"),
    ("payments", "SE01,1001,,,B1,10,SEK,2026-10-20", "amount", "kept already with 2500"),
    ("payments", "SE01,1002,,,B1,2500,SEK,2026-10-20", "account", "kept already with 1001"),
    ("settlements", "SE01,B1,K-1,F-2,1,2026-11-01", "payment", "either by a payment or by a credit note"),
    ("settlements", "SE01,B404,,F-2,1,2026-11-01", "payment", "Payment B404 does not exist"),
    ("settlements", "SE01,,F-1,F-2,1,2026-11-01", "credit_note", "Credit note F-1 does not exist"),
    ("settlements", "SE01,B1,,F-404,1,2026-11-01", "item", "Open item F-404 does not exist"),
    ("settlements", "SE01,B1,,K-1,1,2026-11-01", "item", "Open item K-1 does not exist"),
    ("settlements", "SE01,B1,,O-1,1,2026-11-01", "item", "another payer"),
    ("settlements", "SE01,B1,,F-3,1,2026-11-01", "item", "is in EUR, what settles it in SEK"),
    ("settlements", "SE01,B2,,F-2,1,2026-12-24", "item", "reversed or not collected"),
    ("settlements", "SE01,B1,,F-2,1,2026-10-19", "settled_on", "cannot be settled before 2026-10-20"),
    ("settlements", "SE01,B1,,F-2,1,2026-11-24", "settled_on", "is in the future"),
    ("settlements", "SE01,B1,,F-2,700.01,2026-11-01", "item", "of item F-2 is open"),
    ("settlements", "SE01,B1,,F-2,190.51,2026-11-01", "payment", "of payment B1 is left"),
    ("settlements", "SE01,,K-1,F-2,1,2026-11-01", "credit_note", "of credit note K-1 is left"),
    ("settlements", "SE01,B1,,F-2,999,2026-10-21", "amount", "kept already with 1000"),
    ("sales-orders", "SE01,S-9,1001,HELD,SEK,2026-11-01,1,5,,,", "status", "none of: ENTERED, APPROVED"),
    ("sales-orders", "SE01,S-9,1001,ENTERED,SEK,2026-11-24,1,5,,,", "ordered_on", "is in the future"),
    ("sales-orders", "SE01,S-9,1001,APPROVED,SEK,2026-11-01,1,5,6,,", "delivered", "6 of the line is more than 5"),
    ("sales-orders", "SE01,S-9,1001,APPROVED,SEK,2026-11-01,1,5,5,1,2", "invoiced", "2 of the line is more than 1"),
    ("sales-orders", "SE01,S-9,1001,APPROVED,SEK,2026-11-01,1,5,5,6,", "billed", "6 of the line is more than 5"),
    ("sales-orders", "SE01,S-2,1001,ENTERED,SEK,2026-11-01,1,901,,,", "amount", "kept already with 900"),
    ("sales-orders", "SE01,S-2,1001,ENTERED,SEK,2026-11-01,2,5,,,", "line_number", "there already without this line"),
    ("rates", "EUR,EUR,2026-11-20,1,x", "quote", "leads from EUR to another currency"),
    ("rates", "EUR,SEK,2026-11-20,11.6,x", "rate", "kept already with 11.5025"),
    ("rates", "EUR,SEK,2026-11-21,11.12345678901,x", "rate", "more than 10 decimals"),
    ("rates", "EUR,SEK,2026-11-21,0,x", "rate", "above zero"),
]

WATCHED = (
    "party",
    "party_limits",
    "company",
    "customer",
    "open_item",
    "payment",
    "settlement",
    "sales_order",
    "credit_limit_entry",
    "movement",
)


def test_every_bad_row_is_told_with_its_reason_and_nothing_is_loaded(ledger: Ledger) -> None:
    ledger.group()
    before = ledger.contents(WATCHED)
    wrong = []
    for kind, row, column, reason in BAD:
        done = ledger.rows(kind, f"{HEADINGS[kind]}\n{row}\n")
        told = ledger.rejects() if done.rejected else []
        ((status, rejected),) = ledger.ask(
            "select status, (select count(*) from rejected_row r where r.job_id = j.id) from job j where id = %s",
            done.job_id,
        )
        fits = any(line == "2" and at == column and reason in why for line, at, _, why in told)
        if not fits or done.loaded or status != "FAILED" or rejected != len(told):
            wrong.append((kind, row, told, done.loaded, status))
    assert wrong == []
    assert ledger.contents(WATCHED) == before


def test_one_bad_row_keeps_the_good_ones_out(ledger: Ledger) -> None:
    ledger.group()
    good = "SE01,1001,,N-1,10,SEK,2026-01-01,2026-02-01,"
    done = ledger.rows("open-items", f"{HEADINGS['open-items']}\n{good}\n{good.replace('N-1,10', 'N-2,1O')}\n")
    assert (done.read, done.loaded, done.rejected) == (2, 0, 1)
    assert ledger.rejects() == [["3", "amount", "1O", "This is not a number written like 1234.50."]]
    assert ledger.ask("select count(*) from open_item where number like 'N-_'") == [(0,)]
    assert ledger.ask(
        "select line, column_name, value, code, message -> 'text' from rejected_row where job_id = %s", done.job_id
    ) == [(3, "amount", "1O", "INVALID_VALUE", "This is not a number written like {example}.")]


def test_bad_rows_may_be_left_out_with_everything_that_hangs_on_them(ledger: Ledger, tmp_path: Path) -> None:
    ledger.group()
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "customers.csv").write_text(
        "company,account,name,currency,locale,payer\n"
        "SE01,3001,Good,SEK,sv-SE,\nSE01,3002,Bad,KRONOR,sv-SE,\nSE01,3003,Pays elsewhere,SEK,sv-SE,3002\n"
    )
    (folder / "open-items.csv").write_text(
        "company,account,number,amount,currency,document_date,due_date\n"
        "SE01,3001,N-1,10,SEK,2026-01-01,2026-02-01\n"
        "SE01,3002,N-2,10,SEK,2026-01-01,2026-02-01\n"
        "SE01,3003,N-3,10,SEK,2026-01-01,2026-02-01\n"
    )
    assert [(one.loaded, one.rejected) for one in ledger.group(folder)] == [(0, 2), (0, 2)]
    done = ledger.group(folder, skip_bad=True)
    assert [(one.source, one.read, one.loaded, one.rejected) for one in done] == [
        ("customers.csv", 3, 1, 2),
        ("open-items.csv", 3, 1, 2),
    ]
    assert [(line, column) for line, column, _, _ in ledger.rejects("customers.rejects.csv")] == [
        ("3", "currency"),
        ("4", "payer"),
    ]
    assert [(line, column) for line, column, _, _ in ledger.rejects("open-items.rejects.csv")] == [
        ("3", "account"),
        ("4", "account"),
    ]
    assert ledger.ask("select number from open_item where number like 'N-_'") == [("N-1",)]
    assert ledger.ask("select status from job where id = %s", done[1].job_id) == [("SUCCEEDED",)]
    assert ledger.ask("select count(*) from rejected_row where job_id = %s", done[1].job_id) == [(2,)]


@pytest.mark.parametrize("amount", ["5 kr", "1.005"])
def test_an_order_is_left_out_whole_when_one_of_its_lines_is_bad(ledger: Ledger, amount: str) -> None:
    ledger.group()
    bad = f"SE01,S-8,1001,APPROVED,SEK,2026-11-01,2,{amount},,,"
    line = "SE01,S-8,1001,APPROVED,SEK,2026-11-01,1,10,,,"
    other = "SE01,S-7,1001,APPROVED,SEK,2026-11-01,1,10,,,"
    done = ledger.rows("sales-orders", "\n".join((HEADINGS["sales-orders"], line, bad, other, "")), skip_bad=True)
    assert (done.loaded, done.rejected) == (1, 2)
    assert next((line, why) for line, _, _, why in ledger.rejects()) == (
        "2",
        "Another line of the same document was rejected.",
    )
    assert ledger.ask("select number from sales_order where number in ('S-7', 'S-8')") == [("S-7",)]


def test_lines_that_disagree_on_their_order_are_rejected(ledger: Ledger) -> None:
    ledger.group()
    lines = "SE01,S-8,1001,APPROVED,SEK,2026-11-01,1,10,,,\nSE01,S-8,1001,ENTERED,SEK,2026-11-01,2,10,,,\n"
    assert ledger.rows("sales-orders", f"{HEADINGS['sales-orders']}\n{lines}").rejected == 2
    assert "do not agree on the order" in ledger.rejects()[0][3]


def test_a_second_row_that_says_something_else_of_the_same_number_is_rejected(ledger: Ledger) -> None:
    ledger.group()
    rows = "SE01,1001,,N-1,10,SEK,2026-01-01,2026-02-01,\nSE01,1001,,N-1,11,SEK,2026-01-01,2026-02-01,\n"
    done = ledger.rows("open-items", f"{HEADINGS['open-items']}\n{rows}", skip_bad=True)
    assert (done.loaded, done.rejected) == (1, 1)
    assert ledger.rejects() == [["3", "number", "", "Line 2 is the same record with other content."]]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", "1", "The file is empty"),
        (b"company,account\nSE01,1\n", "1", "The file has no column number"),
        (HEADINGS["open-items"].encode() + b",colour\n", "1", "Column colour is not known here"),
        (HEADINGS["open-items"].encode() + b",company\n", "1", "Column company is there twice"),
        (HEADINGS["open-items"].encode() + b'\nSE01,"1001\n', "2", "not readable as CSV from here on"),
        (HEADINGS["open-items"].encode() + b"\nSE01,1001\n", "2", "The line has 2 values, but there are 9 columns"),
        (
            HEADINGS["open-items"].encode() + b"\nSE01,1001,,\xe5,1,SEK,2026-01-01,2026-01-01,\n",
            "2",
            "not text in the encoding utf-8",
        ),
        (
            HEADINGS["open-items"].encode() + b"\nSE01,1001,,\x00,1,SEK,2026-01-01,2026-01-01,\n",
            "2",
            "not text in the encoding utf-8",
        ),
    ],
)
def test_a_file_that_is_no_such_csv_is_told_with_its_line(
    ledger: Ledger, content: bytes, line: str, reason: str
) -> None:
    path = ledger.folder / "open-items.csv"
    path.write_bytes(content)
    done = ledger.load(path, skip_bad=b"\nSE01" not in content)
    assert (done.loaded, done.rejected) == (0, 1)
    told = ledger.rejects()
    assert told[0][0] == line
    assert any(reason in why for *_, why in told)


def test_a_file_begins_with_a_byte_order_mark_or_not(ledger: Ledger) -> None:
    text = f"{HEADINGS['companies']}\nX1,X,SE,SEK,sv-SE,Europe/Stockholm\n"
    assert ledger.load(ledger.write("companies.csv", "\ufeff" + text)).loaded == 1
    assert ledger.load(ledger.write("companies.csv", text)).unchanged == 1


def test_today_is_the_day_of_the_company(ledger: Ledger) -> None:
    ledger.group()
    row = f"{HEADINGS['open-items']}\nSE01,1001,,N,1,SEK,2026-11-24,2026-12-01,\n"
    late = NOW.replace(hour=22, minute=59)
    assert ledger.load(ledger.write("open-items.csv", row), now=late).rejected == 1
    assert ledger.load(ledger.write("open-items.csv", row), now=NOW.replace(hour=23)).loaded == 1


def test_what_does_not_exist_is_refused_before_anything_begins(ledger: Ledger) -> None:
    path = ledger.write("rows.csv", "")
    for arguments, code in (
        ({"path": ledger.folder / "none.csv", "kind": "rates"}, ErrorCode.NOT_FOUND),
        ({"path": path, "kind": "colours"}, ErrorCode.NOT_FOUND),
        ({"path": path}, ErrorCode.INVALID_VALUE),
        ({"path": path, "format_name": "sap"}, ErrorCode.NOT_FOUND),
        ({"path": path, "format_name": "ibm-late-payments", "options": {"colour": "red"}}, ErrorCode.INVALID_VALUE),
        (
            {"path": path, "format_name": "ibm-late-payments", "options": {"currency": "dollars"}},
            ErrorCode.CURRENCY_UNKNOWN,
        ),
    ):
        with pytest.raises(Refused) as refused:
            ledger.load(**arguments)
        assert refused.value.refusals[0].code is code
    with pytest.raises(Refused):
        ledger.group(ledger.folder)
    assert ledger.count("job") == 0
