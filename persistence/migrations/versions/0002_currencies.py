"""Currencies with their ISO 4217 digits, the irrevocable euro rates, and who sees which company.

The law of migrations stands in script.py.mako.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# ISO 4217 as of 2026, with the currencies that joined the euro or were redenominated since 1999.
CURRENCIES = {
    0: """
        BEF BIF CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF PTE PYG RWF TRL UGX UYI VND VUV XAF XOF XPF
    """,
    2: """
        AED AFN ALL AMD AOA ARS ATS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
        CDF CHE CHF CHW CNY COP COU CRC CUP CVE CYP CZK DEM DKK DOP DZD EEK EGP ERN ETB EUR FIM FJD FKP FRF
        GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR IEP ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
        LBP LKR LRD LSL LTL LVL MAD MDL MGA MKD MMK MNT MOP MRU MTL MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
        NLG NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR ROL RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE
        SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD
        XCG YER ZAR ZMW ZWG
    """,
    3: """
        BHD IQD JOD KWD LYD OMR TND
    """,
    4: """
        CLF UYW
    """,
}

# One euro in the currency, from the day it joined (Council regulations 2866/98 and its amendments).
IRREVOCABLE = (
    ("ATS", "13.7603", "1999-01-01"),
    ("BEF", "40.3399", "1999-01-01"),
    ("DEM", "1.95583", "1999-01-01"),
    ("ESP", "166.386", "1999-01-01"),
    ("FIM", "5.94573", "1999-01-01"),
    ("FRF", "6.55957", "1999-01-01"),
    ("IEP", "0.787564", "1999-01-01"),
    ("ITL", "1936.27", "1999-01-01"),
    ("LUF", "40.3399", "1999-01-01"),
    ("NLG", "2.20371", "1999-01-01"),
    ("PTE", "200.482", "1999-01-01"),
    ("GRD", "340.750", "2001-01-01"),
    ("SIT", "239.640", "2007-01-01"),
    ("CYP", "0.585274", "2008-01-01"),
    ("MTL", "0.429300", "2008-01-01"),
    ("SKK", "30.1260", "2009-01-01"),
    ("EEK", "15.6466", "2011-01-01"),
    ("LVL", "0.702804", "2014-01-01"),
    ("LTL", "3.45280", "2015-01-01"),
    ("HRK", "7.53450", "2023-01-01"),
    ("BGN", "1.95583", "2026-01-01"),
)

SCOPED = (
    "company",
    "credit_parameters",
    "checkpoint_setting",
    "blocking_rule",
    "customer",
    "document_number",
    "open_item",
    "payment",
    "settlement",
    "movement",
    "balance",
    "company_balance",
    "movement_tail",
    "sales_order",
    "sales_order_line",
    "delivery",
    "billing",
    "collateral",
    "credit_limit_adjustment",
    "credit_decision",
    "credit_hold",
    "hold_reason",
    "credit_release",
    "audit_event",
    "outbox",
    "reason",
    "account_status",
    "payment_terms",
    "customer_group",
    "credit_management_group",
    "risk_group",
    "aging_definition",
)


def upgrade() -> None:
    """Towards the tables of this version."""
    currency = sa.table("currency", sa.column("code"), sa.column("digits"), sa.column("unit"))
    op.bulk_insert(
        currency,
        [
            {"code": code, "digits": digits, "unit": Decimal(1).scaleb(-digits)}
            for digits, codes in CURRENCIES.items()
            for code in codes.split()
        ],
    )
    rate = sa.table(
        "exchange_rate",
        sa.column("id", sa.Uuid()),
        *(sa.column(name) for name in ("base", "quote", "day", "rate", "irrevocable", "source")),
    )
    op.bulk_insert(
        rate,
        [
            {
                "id": UUID(int=place),
                "base": "EUR",
                "quote": code,
                "day": date.fromisoformat(day),
                "rate": Decimal(worth),
                "irrevocable": True,
                "source": "Council of the European Union",
            }
            for place, (code, worth, day) in enumerate(IRREVOCABLE, start=1)
        ],
    )
    enable_company_scope(op.get_bind(), SCOPED)


def downgrade() -> None:
    """Back to the version before."""
    for table in SCOPED:
        op.execute(sa.text(f"drop policy if exists company_scope on {table}"))
        op.execute(sa.text(f"alter table {table} disable row level security"))
    op.execute(sa.text("delete from exchange_rate where irrevocable"))
    op.execute(sa.text("delete from currency"))
