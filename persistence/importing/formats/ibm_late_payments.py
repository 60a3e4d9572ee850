"""The "late payment histories" of IBM's factoring sample: closed invoices, each paid whole on one day.

Each country code becomes a company, each customer number a party of its own, each line an invoice with a payment and a
settlement on the settled day. The file has no currency, country or time zone: they are options with defaults.
"""

from __future__ import annotations

from domain.message import N_
from persistence.importing.declaration import Choice, Column, Constant, Dialect, Format, Option, Rows, Together

_COMPANY = Column("countryCode")
_ACCOUNT = Column("customerID")
_NUMBER = Column("invoiceNumber")
_PARTY = Together((Option("party_prefix"), _ACCOUNT))

IBM_LATE_PAYMENTS = Format(
    name="ibm-late-payments",
    about=N_("IBM's late payment histories: closed invoices with their payments; companies and customers are made."),
    rows=(
        Rows(
            "companies",
            {
                "code": _COMPANY,
                "name": Together((Option("company_name"), _COMPANY)),
                "country": Option("country"),
                "currency": Option("currency"),
                "locale": Option("locale"),
                "time_zone": Option("time_zone"),
            },
            ensure=True,
        ),
        Rows("parties", {"number": _PARTY, "name": _ACCOUNT}, ensure=True),
        Rows(
            "customers",
            {
                "company": _COMPANY,
                "account": _ACCOUNT,
                "party": _PARTY,
                "name": _ACCOUNT,
                "currency": Option("currency"),
                "locale": Option("locale"),
            },
            ensure=True,
        ),
        Rows(
            "open-items",
            {
                "company": _COMPANY,
                "account": _ACCOUNT,
                "kind": Constant("INVOICE"),
                "number": _NUMBER,
                "amount": Column("InvoiceAmount"),
                "currency": Option("currency"),
                "document_date": Column("InvoiceDate"),
                "due_date": Column("DueDate"),
            },
        ),
        Rows(
            "payments",
            {
                "company": _COMPANY,
                "account": _ACCOUNT,
                "number": _NUMBER,
                "amount": Column("InvoiceAmount"),
                "currency": Option("currency"),
                "paid_on": Column("SettledDate"),
            },
        ),
        Rows(
            "settlements",
            {
                "company": _COMPANY,
                "payment": _NUMBER,
                "item": _NUMBER,
                "amount": Column("InvoiceAmount"),
                "settled_on": Column("SettledDate"),
            },
        ),
    ),
    dialect=Dialect(days="M/D/YYYY", groups=""),
    options={
        "currency": Choice("USD", N_("the file has no currency")),
        "country": Choice("US", N_("of the companies; the country codes of the file are no ISO codes")),
        "locale": Choice("en-US", N_("language of companies and customers")),
        "time_zone": Choice("America/New_York", N_("of the companies")),
        "company_name": Choice("Company ", N_("what stands before the code in the name of a company")),
        "party_prefix": Choice("IBM-", N_("what stands before the customer number in the number of a party")),
    },
    ignored={
        "Disputed": "that a closed invoice was once disputed, without days: nothing is in dispute now",
        "PaperlessDate": "how invoices are sent",
        "PaperlessBill": "how invoices are sent",
        "DaysToSettle": "follows from the days",
        "DaysLate": "follows from the days",
    },
)
