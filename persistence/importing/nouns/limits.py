"""Credit limits of an initial load. Later ones are posted as adjustments, with authority (decision 7)."""

from __future__ import annotations

from domain.adjustment import NEEDS_LAST_DAY, OTHER_CURRENCY
from domain.limits import AdjustmentKind, CreditLimitKind
from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_day
from persistence.importing.nouns.credit_groups import customer_check, group_check, order_check
from persistence.importing.nouns.names import company_check

_KINDS = (AdjustmentKind.PERMANENT, AdjustmentKind.TEMPORARY)
_GIVEN = "r.limit_kind = 'AMOUNT'"
_OVERLAPPING = """
    select o."from", o.until from {new} o
    where o.holder_id = r.holder_id and o.kind = 'TEMPORARY' and o.limit_kind = 'AMOUNT'
      and (o.file, o.line) < (r.file, r.line) and o."from" <= r.until and r."from" <= o.until
"""

LIMITS = Noun(
    name="limits",
    about=N_("Limits of customers or credit groups, loaded once. 0 with limit_kind AMOUNT is no credit of its own."),
    fields=(
        Field("company", "code of the company, for a customer"),
        Field("account", "the customer's number there"),
        Field("credit_group", "or the number of a credit group"),
        Field("kind", "permanent or temporary", FieldType.CHOICE, default="PERMANENT", choices=_KINDS),
        Field(
            "limit_kind",
            "AMOUNT, or UNSET for no limit of its own; UNLIMITED only repeats the customer's unlimited_credit",
            FieldType.CHOICE,
            default="UNSET",
            choices=tuple(CreditLimitKind),
        ),
        Field("amount", "the limit, 0 included", FieldType.AMOUNT, money="r.limit_currency", zero=True),
        Field("currency", "the company's or the group's; empty: that one", FieldType.CURRENCY),
        Field("from", "the first day", FieldType.DAY, required=True),
        Field("until", "last day of a temporary limit, expiry date of a permanent one", FieldType.DAY),
    ),
    key=("company", "account", "credit_group", "kind", "from"),
    resolve="""
        select r.*, c.id as company_id, k.id as customer_id, g.id as credit_group_id, coalesce(k.id, g.id) as holder_id,
          case when r.credit_group is null then c.currency else g.currency end as holder_currency,
          coalesce(r.currency, case when r.credit_group is null then c.currency else g.currency end) as limit_currency,
          coalesce(e.id, pg_temp.new_key()) as id, e.id is null and r.limit_kind = 'AMOUNT' as fresh,
          k.unlimited_credit, e.amount as was_amount, e.until_day as was_until
        from {rows} r left join company c on c.code = r.company
        left join customer k on k.company_id = c.id and k.account = r.account
        left join credit_group g on g.number = r.credit_group
        left join lateral (
          select e.id, e.amount, e.until_day from credit_limit_entry e
          where e.holder_id = coalesce(k.id, g.id) and e.kind = r.kind and e.from_day = r."from"
          order by e.id desc limit 1
        ) e on true
    """,
    compared=("amount", "until"),
    checks=(
        Check(
            "account",
            ErrorCode.INVALID_VALUE,
            N_("A limit is either of a customer, with company and account, or of a credit group."),
            "(r.company is null) <> (r.account is null) or (r.account is null) = (r.credit_group is null)",
        ),
        company_check(),
        customer_check(),
        group_check(),
        order_check(),
        Check(
            "amount",
            ErrorCode.INVALID_VALUE,
            N_("Only a limit of limit_kind AMOUNT has an amount, and it needs one."),
            f"({_GIVEN}) <> (r.amount is not null)",
        ),
        Check(
            "limit_kind",
            ErrorCode.INVALID_VALUE,
            N_("Unlimited credit comes with the customer, as unlimited_credit."),
            "r.limit_kind = 'UNLIMITED' and r.unlimited_credit is not true",
        ),
        Check(
            "currency",
            ErrorCode.CURRENCY_MISMATCH,
            OTHER_CURRENCY,
            "r.currency <> r.holder_currency",
            {"currency": said("r.holder_currency")},
        ),
        Check(
            "until",
            ErrorCode.INVALID_VALUE,
            NEEDS_LAST_DAY,
            f"r.kind = 'TEMPORARY' and {_GIVEN} and r.until is null",
        ),
        Check(
            "from",
            ErrorCode.ALREADY_EXISTS,
            N_("Limits are posted here already. Change them by a credit limit adjustment."),
            "r.fresh and exists (select from credit_limit_entry e where e.holder_id = r.holder_id"
            " and not exists (select from {new} o where o.id = e.id))",
            again=True,
        ),
        Check(
            "from",
            ErrorCode.OVERLAPPING_TEMPORARY_LIMIT,
            N_("The temporary limit overlaps the one from {from} to {until}."),
            f"r.kind = 'TEMPORARY' and {_GIVEN} and exists ({_OVERLAPPING})",
            {
                "from": said_day(f'(select min(o."from") from ({_OVERLAPPING}) o)'),
                "until": said_day(f"(select min(o.until) from ({_OVERLAPPING}) o)"),
            },
        ),
    ),
    load=(
        """
        insert into credit_limit_entry (holder_id, id, customer_id, credit_group_id, kind, amount, currency, from_day,
          until_day)
        select holder_id, id, customer_id, credit_group_id, kind, amount, limit_currency, "from", until
        from {new} where fresh
        """,
    ),
    touches="select customer_id, credit_group_id from {new} where fresh",
)
