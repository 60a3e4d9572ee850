"""Open receivables as in HighRadius' sample: each line an open invoice; companies, parties and customers are made.

A customer has up to eleven spellings of its name: the first one in the file is taken. Payment terms are codes without
days, so the due day of each line is what counts.
"""

from __future__ import annotations

from domain.message import N_
from persistence.importing.declaration import Choice, Column, Constant, Dialect, Format, Mapped, Option, Rows, Together

_COMPANY = Column("business_code")
_ACCOUNT = Column("cust_number")
_PARTY = Together((Option("party_prefix"), _ACCOUNT))

HIGHRADIUS_OPEN_ITEMS = Format(
    name="highradius-open-items",
    about=N_("HighRadius' open receivables: open invoices; companies and customers are made."),
    rows=(
        Rows(
            "companies",
            {
                "code": _COMPANY,
                "name": Together((Option("company_name"), _COMPANY)),
                "country": Mapped("business_code", {"CA02": "CA"}, "US"),
                "currency": Mapped("business_code", {"CA02": "CAD"}, "USD"),
                "locale": Mapped("business_code", {"CA02": "en-CA"}, "en-US"),
                "time_zone": Mapped("business_code", {"CA02": "America/Toronto"}, "America/New_York"),
            },
            ensure=True,
        ),
        Rows("parties", {"number": _PARTY, "name": Column("name_customer")}, ensure=True),
        Rows(
            "customers",
            {
                "company": _COMPANY,
                "account": _ACCOUNT,
                "party": _PARTY,
                "name": Column("name_customer"),
                "currency": Column("invoice_currency"),
                "locale": Mapped("business_code", {"CA02": "en-CA"}, "en-US"),
            },
            ensure=True,
        ),
        Rows(
            "open-items",
            {
                "company": _COMPANY,
                "account": _ACCOUNT,
                "kind": Constant("INVOICE"),
                "number": Column("doc_id"),
                "amount": Column("total_open_amount"),
                "currency": Column("invoice_currency"),
                "document_date": Column("posting_date"),
                "due_date": Column("due_in_date"),
            },
        ),
    ),
    dialect=Dialect(groups=""),
    options={
        "company_name": Choice("Company ", N_("what stands before the code in the name of a company")),
        "party_prefix": Choice("HR-", N_("what stands before the customer number in the number of a party")),
    },
    ignored={
        "baseline_create_date": "where the terms begin to count; the due day has it in already",
        "cust_payment_terms": "codes without days",
        "source": "who took the sample",
    },
)
