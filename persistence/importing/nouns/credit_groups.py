"""Credit groups, which share one limit across companies, and their members, dated."""

from __future__ import annotations

from domain.exposure import CreditLimitType
from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_day
from persistence.importing.nouns.names import company_check
from persistence.writing.collaterals import ENDS_BEFORE
from persistence.writing.finding import NO_CUSTOMER

GROUP_UNKNOWN = N_("Credit group {number} does not exist.")


def customer_check(found: str = "customer_id") -> Check:
    """The customer of a row must be there."""
    return Check(
        "account",
        ErrorCode.NOT_FOUND,
        NO_CUSTOMER,
        f"r.company_id is not null and r.account is not null and r.{found} is null",
        {"account": said("r.account"), "company": said("r.company")},
    )


def group_check() -> Check:
    """The credit group of a row must be there."""
    return Check(
        "credit_group",
        ErrorCode.NOT_FOUND,
        GROUP_UNKNOWN,
        "r.credit_group is not null and r.credit_group_id is null",
        {"number": said("r.credit_group")},
    )


def order_check() -> Check:
    """What ends does so on or after its first day."""
    return Check(
        "until",
        ErrorCode.DATE_ORDER,
        ENDS_BEFORE,
        'r.until < r."from"',
        {"from": said_day('r."from"'), "until": said_day("r.until")},
    )


CREDIT_GROUPS = Noun(
    name="credit-groups",
    about=N_("Groups of customers of any companies that share one credit limit."),
    fields=(
        Field("number", "its number in the group of companies", required=True),
        Field("name", "its name", required=True),
        Field("currency", "of its limit, ISO 4217", FieldType.CURRENCY, required=True),
        Field("time_zone", "IANA name; its limit goes by the day there", FieldType.TIME_ZONE, required=True),
        Field(
            "credit_limit_type",
            "what counts as used credit",
            FieldType.CHOICE,
            default="ALL",
            choices=tuple(CreditLimitType),
        ),
        Field("disputed_reduces_exposure", "true or false", FieldType.FLAG, default="true"),
        Field("disputed_reduces_overdue", "true or false", FieldType.FLAG, default="true"),
        Field("order_horizon_days", "orders that ship later do not count; empty: all count", FieldType.WHOLE),
        Field("max_rate_age_days", "how old an exchange rate may be", FieldType.WHOLE, default="7"),
    ),
    key=("number",),
    resolve="""
        select r.*, coalesce(k.id, pg_temp.new_key()) as id, k.id is null as fresh, k.name as was_name,
          k.currency as was_currency, k.time_zone as was_time_zone, k.credit_limit_type as was_credit_limit_type
        from {rows} r left join credit_group k on k.number = r.number
    """,
    compared=("name", "currency", "time_zone", "credit_limit_type"),
    load=(
        """
        insert into credit_group (id, number, name, currency, time_zone, credit_limit_type, disputed_reduces_exposure,
          disputed_reduces_overdue, order_horizon_days, max_rate_age_days)
        select id, number, name, currency, time_zone, credit_limit_type, disputed_reduces_exposure,
          disputed_reduces_overdue, order_horizon_days, max_rate_age_days
        from {new} where fresh
        """,
    ),
)

_OVERLAP = """
    o."from" <= coalesce(r.until, 'infinity'::date) and r."from" <= coalesce(o.until, 'infinity'::date)
"""

CREDIT_GROUP_MEMBERS = Noun(
    name="credit-group-members",
    about=N_("Which customer shares which group's limit, and when. A customer is in one group at a time."),
    fields=(
        Field("credit_group", "number of the group", required=True),
        Field("company", "code of the company", required=True),
        Field("account", "the customer's number there", required=True),
        Field("from", "the first day", FieldType.DAY, required=True),
        Field("until", "the last day; empty: still a member", FieldType.DAY),
    ),
    key=("company", "account", "from"),
    resolve="""
        select r.*, c.id as company_id, k.id as customer_id, g.id as credit_group_id, null::uuid as id,
          m.customer_id is null as fresh, was.number as was_credit_group, m.until_day as was_until
        from {rows} r left join company c on c.code = r.company
        left join customer k on k.company_id = c.id and k.account = r.account
        left join credit_group g on g.number = r.credit_group
        left join credit_group_member m on m.customer_id = k.id and m.from_day = r."from"
        left join credit_group was on was.id = m.credit_group_id
    """,
    compared=("credit_group", "until"),
    checks=(
        company_check(),
        customer_check(),
        group_check(),
        order_check(),
        Check(
            "from",
            ErrorCode.ALREADY_IN_CREDIT_GROUP,
            N_("Customer {account} is in a credit group already on some of these days."),
            f"""
            exists (
              select from credit_group_member m cross join lateral (select m.from_day as "from", m.until_day as until) o
              where m.customer_id = r.customer_id and m.from_day <> r."from" and {_OVERLAP}
                and (m.until_day is null or m.from_day <= m.until_day)
            ) or exists (
              select from {{new}} o
              where o.customer_id = r.customer_id and (o.file, o.line) < (r.file, r.line) and {_OVERLAP}
            )
            """,
            {"account": said("r.account")},
            again=True,
        ),
    ),
    load=(
        """
        insert into credit_group_member (customer_id, from_day, credit_group_id, until_day, recorded_at)
        select n.customer_id, n."from", n.credit_group_id, n.until, i.now from {new} n cross join this_import i
        where n.fresh
        """,
    ),
    touches="select customer_id, credit_group_id from {new} where fresh",
)
