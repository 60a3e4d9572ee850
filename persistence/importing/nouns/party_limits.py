"""Limits of parties, and of customers beside the credit limit, of an initial load. Later ones need authority."""

from __future__ import annotations

from domain.message import N_
from domain.party_limits import DAYS, FINE, HIGHEST_PERCENT, LONGEST_OVERDUE, PERCENT, PartyLimitReaction
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_day
from persistence.importing.nouns.credit_groups import customer_check
from persistence.importing.nouns.names import company_check
from persistence.importing.values import MISSING
from persistence.writing.customers import NO_PARTY
from persistence.writing.finding import IN_FUTURE

_FLAGS = ("turnover_rolling", "turnover_net_of_tax", "turnover_with_orders")
_SAID = ("reaction", "ceiling", "turnover_percent", *_FLAGS, "max_days_overdue")
_ANY_FLAG = " or ".join(f"r.{flag}" for flag in _FLAGS)

# The day it is in the party's company where it is latest, as when people save them.
_TODAY = """
    (
      select coalesce(max((i.now at time zone o.time_zone)::date), (i.now at time zone 'UTC')::date)
      from this_import i left join company o on o.id = c.id
        or c.id is null and o.id in (select b.company_id from customer b where b.party_id = p.id)
      group by i.now
    )
"""

PARTY_LIMITS = Noun(
    name="party-limits",
    about=N_("Limits of parties over all companies, or of customers, beside the credit limit; loaded once."),
    fields=(
        Field("party", "number of the party"),
        Field("company", "or code of the company, for a customer"),
        Field("account", "with the customer's number there"),
        Field(
            "reaction",
            "what an order does that exceeds them",
            FieldType.CHOICE,
            default="WARN",
            choices=tuple(PartyLimitReaction),
        ),
        Field(
            "ceiling", "what may be owed and ordered at most", FieldType.AMOUNT, money="r.limits_currency", zero=True
        ),
        Field("turnover_percent", "so much of the turnover may be owed and ordered, 0 to 1000", FieldType.RATE),
        Field("currency", "of ceiling and turnover; empty: that of the customer's company", FieldType.CURRENCY),
        Field("turnover_rolling", "of the twelve months up to today", FieldType.FLAG, default="false"),
        Field("turnover_net_of_tax", "without the tax of items that say it", FieldType.FLAG, default="false"),
        Field("turnover_with_orders", "orders not yet invoiced are turnover too", FieldType.FLAG, default="false"),
        Field("max_days_overdue", "no item may be overdue for more days", FieldType.WHOLE),
        Field("from", "since when they are in force; empty: today", FieldType.DAY),
    ),
    key=("party", "company", "account"),
    resolve=f"""
        select r.*, c.id as company_id, k.id as customer_id, p.id as party_id, coalesce(k.id, p.id) as holder_id,
          case when r.ceiling is not null or r.turnover_percent is not null then coalesce(r.currency, c.currency)
          end as limits_currency, today.day as today,
          coalesce(e.id, pg_temp.new_key()) as id, e.id is null as fresh,
          e.id is not null and (
            ({", ".join(f"e.{name}" for name in _SAID)}) is distinct from ({", ".join(f"r.{name}" for name in _SAID)})
            or e.currency is distinct from case when r.ceiling is not null or r.turnover_percent is not null
              then coalesce(r.currency, c.currency) end
            or e.from_day <> r."from"
          ) as differs
        from {{rows}} r left join company c on c.code = r.company
        left join customer k on k.company_id = c.id and k.account = r.account
        left join party p on p.number = r.party
        left join party_limits e on e.holder_id = coalesce(k.id, p.id) and e.version = 1
        cross join lateral (select {_TODAY} as day) today
    """,
    checks=(
        Check(
            "party",
            ErrorCode.INVALID_VALUE,
            N_("These limits are either of a party, or of a customer with company and account."),
            "(r.company is null) <> (r.account is null) or (r.account is null) = (r.party is null)",
        ),
        company_check(),
        customer_check(),
        Check(
            "party",
            ErrorCode.NOT_FOUND,
            NO_PARTY,
            "r.party is not null and r.party_id is null",
            {"number": said("r.party")},
        ),
        Check(
            "ceiling",
            ErrorCode.INVALID_VALUE,
            N_("One of ceiling, turnover_percent and max_days_overdue must be there."),
            "coalesce(r.ceiling, r.turnover_percent, r.max_days_overdue) is null",
        ),
        Check(
            "currency",
            ErrorCode.CURRENCY_REQUIRED,
            MISSING,
            "r.limits_currency is null and coalesce(r.ceiling, r.turnover_percent) is not null",
        ),
        Check("turnover_percent", ErrorCode.INVALID_VALUE, MISSING, f"r.turnover_percent is null and ({_ANY_FLAG})"),
        Check(
            "turnover_percent",
            ErrorCode.INVALID_VALUE,
            PERCENT,
            f"r.turnover_percent > {HIGHEST_PERCENT}",
            {"highest": said(f"{HIGHEST_PERCENT}")},
        ),
        Check(
            "turnover_percent",
            ErrorCode.INVALID_VALUE,
            FINE,
            "r.turnover_percent <> round(r.turnover_percent, 4)",
        ),
        Check(
            "max_days_overdue",
            ErrorCode.INVALID_VALUE,
            DAYS,
            f"r.max_days_overdue > {LONGEST_OVERDUE}",
            {"most": said(f"{LONGEST_OVERDUE}")},
        ),
        Check(
            "from",
            ErrorCode.DAY_IN_FUTURE,
            IN_FUTURE,
            'r."from" > r.today',
            {"day": said_day('r."from"'), "today": said_day("r.today")},
        ),
        Check(
            "party",
            ErrorCode.ALREADY_EXISTS,
            N_("Other limits were saved here already. A credit manager changes them with savePartyLimits."),
            "r.differs or r.fresh and exists (select from party_limits o where o.holder_id = r.holder_id)",
            again=True,
        ),
    ),
    late=(
        f"""
        insert into party_limits (id, holder_id, party_id, customer_id, {", ".join(_SAID)},
          currency, from_day, saved_by_id)
        select n.id, n.holder_id, n.party_id, n.customer_id, {", ".join(f"n.{name}" for name in _SAID)},
          n.limits_currency, coalesce(n."from", n.today), i.actor
        from {{new}} n cross join this_import i where n.fresh
        """,
        *(
            f"""
            update {table} h set limits_id = n.id, updated_at = now() from {{new}} n
            where n.fresh and h.id = n.{table}_id
            """
            for table in ("party", "customer")
        ),
    ),
    parties="select party_id from {new} where fresh and party_id is not null",
    touches="""
        select customer_id, null::uuid as credit_group_id from {new} where fresh and customer_id is not null
        union all
        select k.id, null from {new} n join customer k on k.party_id = n.party_id where n.fresh
    """,
)
