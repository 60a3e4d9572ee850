"""Customers of companies, with their credit flags and who pays for them."""

from __future__ import annotations

from domain.attributes import EXCLUDES_NOBODY, NO_ELIGIBLE_LIMIT, REVIEW_BEFORE
from domain.message import N_
from domain.reason import ReasonKind
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_day
from persistence.importing.nouns.names import company_check
from persistence.tables.reference import reason
from persistence.writing.customers import CODED, NO_PARTY, UNKNOWN_CODE
from persistence.writing.finding import NO_CUSTOMER

ALWAYS = "date '1900-01-01'"
"""The first day of a payer that always paid."""

_CODES = {column.removesuffix("_id"): table.name for column, table in CODED.items()}
"""Fields that are the code of a name, and the table of those names."""

_FLAGS = ("excluded_from_credit_management", "unlimited_credit", "mandatory_credit_limit", "intercompany")
_FILE_FLAGS = ("with_agency", "title_held")
_FILE_DAYS = ("excluded_until", "eligible_limit_date", "last_review_date", "next_review_date")
_FILE = ("credit_rating", "eligible_limit", "eligible_limit_currency", *_FILE_DAYS, *_FILE_FLAGS, "notes")
_PLAIN = (
    "name",
    "country",
    "currency",
    "locale",
    "risk_score",
    *_FLAGS,
    "customer_since",
    "in_business_since",
    *_FILE,
)
_COLUMNS = ", ".join(("id", "company_id", "account", "party_id", *_PLAIN, *(f"{code}_id" for code in _CODES)))

_SELECTED = ", ".join(f"coalesce({name}, false)" if name in _FILE_FLAGS else name for name in _COLUMNS.split(", "))

# A payer has no payer of its own, whether kept already or in the same file.
_CHAIN = """
    exists (select from {new} o where o.company_id = r.company_id and o.payer <> o.account
      and (o.account = r.payer or o.payer = r.account))
    or exists (select from customer_payer d join customer o on o.id = d.customer_id
      where o.company_id = r.company_id and o.account = r.payer and d.payer_id <> d.customer_id)
"""


def _named(field: str, table: str) -> str:
    """The name with a code: the company's own before one shared by all; a reason only where it is for a status."""
    kind = f" and n.kind = '{ReasonKind.STATUS.value}'" if table == reason.name else ""
    return (
        f"left join lateral (select n.id from {table} n where n.code = r.{field}{kind} and (n.company_id is null or"
        f" n.company_id = c.id) order by n.company_id nulls last limit 1) {field}_found on r.{field} is not null"
    )


CUSTOMERS = Noun(
    name="customers",
    about=N_("Parties as customers of companies. Credit flags are loaded with the customer and changed elsewhere."),
    fields=(
        Field("company", "code of the company", required=True),
        Field("account", "its number in the company", required=True),
        Field("party", "number of the party; empty: a party of its own is made"),
        Field("name", "its name in the company's ledger", required=True),
        Field("country", "ISO 3166 code", FieldType.COUNTRY),
        Field("currency", "the currency it is usually invoiced in", FieldType.CURRENCY, required=True),
        Field("locale", "the language it reads, BCP 47", FieldType.LOCALE, required=True),
        Field("payer", "account of the customer of the same company that pays for it; empty: itself"),
        Field("payer_from", "the first day of that; empty: always", FieldType.DAY),
        Field("customer_group", "code"),
        Field("credit_management_group", "code"),
        Field("account_status", "code"),
        Field("status_reason", "code of a reason of the kind STATUS"),
        Field("payment_terms", "code"),
        Field("cash_discount", "code"),
        Field("risk_group", "code"),
        Field("risk_score", "its score of risk", FieldType.WHOLE),
        *(Field(flag, "true or false", FieldType.FLAG, default="false") for flag in _FLAGS),
        Field("customer_since", "first business with it", FieldType.DAY),
        Field("in_business_since", "when its own business began", FieldType.DAY),
        Field("excluded_until", "the last day on which it is excluded from credit management", FieldType.DAY),
        Field("credit_rating", "its rating, as an agency or the credit office writes it"),
        Field(
            "eligible_limit",
            "the highest limit it was judged good for",
            FieldType.AMOUNT,
            money="r.eligible_limit_currency",
            zero=True,
        ),
        Field("eligible_limit_currency", "of that limit", FieldType.CURRENCY),
        Field("eligible_limit_date", "when it was judged", FieldType.DAY),
        Field("last_review_date", "when its credit was last reviewed", FieldType.DAY),
        Field("next_review_date", "when its credit is due to be reviewed", FieldType.DAY),
        *(Field(flag, "true or false; empty: false of a new customer", FieldType.FLAG) for flag in _FILE_FLAGS),
        Field("notes", "what the credit office wrote about it"),
    ),
    key=("company", "account"),
    resolve=f"""
        select r.*, c.id as company_id, p.id as party_id, coalesce(k.id, pg_temp.new_key()) as id,
          k.id is null as fresh, was.number as was_party, coalesce(payer.account, k.account) as was_payer,
          {", ".join(f"{code}_found.id as {code}_id" for code in _CODES)},
          {", ".join(f"k.{name} as was_{name}" for name in _PLAIN)}
        from {{rows}} r left join company c on c.code = r.company left join party p on p.number = r.party
        left join customer k on k.company_id = c.id and k.account = r.account
        left join party was on was.id = k.party_id
        left join lateral (
          select y.account from customer_payer d join customer y on y.id = d.payer_id
          where d.customer_id = k.id order by d.from_day desc limit 1
        ) payer on k.id is not null
        {" ".join(_named(code, table) for code, table in _CODES.items())}
    """,
    compared=("party", "payer", *_PLAIN),
    checks=(
        company_check(),
        Check(
            "party",
            ErrorCode.NOT_FOUND,
            NO_PARTY,
            "r.party_id is null",
            {"number": said("r.party")},
        ),
        Check(
            "payer",
            ErrorCode.NOT_FOUND,
            NO_CUSTOMER,
            "r.payer is not null and r.company_id is not null and not exists (select from customer y where"
            " y.company_id = r.company_id and y.account = r.payer) and not exists (select from {new} y where"
            " y.company_id = r.company_id and y.account = r.payer)",
            {"account": said("r.payer"), "company": said("r.company")},
        ),
        Check(
            "payer",
            ErrorCode.INVALID_VALUE,
            N_("{payer} cannot pay for {account}: one of them has a payer or pays for others already."),
            f"r.fresh and r.payer <> r.account and ({_CHAIN})",
            {"payer": said("r.payer"), "account": said("r.account")},
        ),
        Check(
            "excluded_until",
            ErrorCode.INVALID_VALUE,
            EXCLUDES_NOBODY,
            "r.fresh and r.excluded_until is not null and not r.excluded_from_credit_management",
        ),
        Check(
            "eligible_limit_date",
            ErrorCode.INVALID_VALUE,
            NO_ELIGIBLE_LIMIT,
            "r.eligible_limit_date is not null and r.eligible_limit is null",
        ),
        Check(
            "eligible_limit_currency",
            ErrorCode.INVALID_VALUE,
            N_("An amount and its currency belong together."),
            "(r.eligible_limit is null) <> (r.eligible_limit_currency is null)",
        ),
        Check(
            "next_review_date",
            ErrorCode.DATE_ORDER,
            REVIEW_BEFORE,
            "r.next_review_date < r.last_review_date",
            {"next": said_day("r.next_review_date"), "last": said_day("r.last_review_date")},
        ),
        *(
            Check(
                code,
                ErrorCode.NOT_FOUND,
                UNKNOWN_CODE[table],
                f"r.{code} is not null and r.{code}_id is null",
                {"code": said(f"r.{code}")},
            )
            for code, table in _CODES.items()
        ),
    ),
    load=(
        f"insert into customer ({_COLUMNS}) select {_SELECTED} from {{new}} where fresh",
        f"""
        insert into customer_payer (customer_id, from_day, payer_id, recorded_at)
        select n.id, coalesce(n.payer_from, {ALWAYS}), y.id, i.now
        from {{new}} n join customer y on y.company_id = n.company_id and y.account = n.payer cross join this_import i
        where n.fresh and n.payer <> n.account
        """,
    ),
)
