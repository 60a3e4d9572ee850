"""An unmatched receipt covers the oldest overdue for some days.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

COMPANY, PAYER = "ix_payment_company_id_payment_paid_on", "ix_payment_customer_id_payment_paid_on"

# What receipts of one customer that settled nothing yet cover of what is overdue at the end of a day, oldest due first.
# `past`: the day is over, so that what was kept then is made up of movements. `less_disputed`: what is in dispute is
# not claimed. Due days come moved to banking days. Empty where the company lets receipts cover nothing.
COVERED = """
create function covered(payer uuid, legal uuid, today date, past boolean, less_disputed boolean)
returns table (currency varchar, due_day date, amount bigint)
language plpgsql stable strict parallel safe rows 1 as $body$
declare
  oldest date;
  banks text;
begin
  select today - a.pending_receipt_days, c.bank_days_of into oldest, banks
  from {schema}.credit_parameters a join {schema}.company c on c.id = a.company_id
  where a.company_id = legal and a.pending_receipt_days > 0;
  if oldest is null or not exists (
    select from {schema}.payment p where p.customer_id = payer and p.paid_on > oldest and p.paid_on <= today
  ) then
    return;
  end if;
  return query
  with receipt as materialized (
    select r.currency, sum(r.amount) as amount
    from (
      select p.currency, -sum(m.amount) as amount
      from {schema}.payment p
      join {schema}.movement m on m.customer_id = p.customer_id and m.source_id = p.id
      where p.customer_id = payer and p.paid_on > oldest and p.paid_on <= today and p.sales_order_id is null
        and m.category = 'UNAPPLIED' and (m.day <= today or not past)
      group by p.id, p.currency
      having sum(m.amount) < 0
    ) r
    group by r.currency
  ), claimed as (
    select o.currency, o.due_day, sum(o.amount) as amount
    from (
      select k.currency, coalesce(d.open_after, k.due_day) as due_day, k.amount * k.sign as amount
      from (
        select b.currency, b.due_day, b.amount, case b.category when 'RECEIVABLES' then 1 else -1 end as sign
        from {schema}.balance b
        where not past and b.customer_id = payer and b.due_day < today
          and (b.category = 'RECEIVABLES' or b.category = 'DISPUTED' and less_disputed)
        union all
        select m.currency, m.due_day, m.amount, case m.category when 'RECEIVABLES' then 1 else -1 end
        from {schema}.movement m
        where past and m.customer_id = payer and m.due_day < today and m.day <= today
          and (m.category = 'RECEIVABLES' or m.category = 'DISPUTED' and less_disputed)
      ) k
      left join {schema}.closed_day d on d.country = banks and d.day = k.due_day
    ) o
    where o.due_day < today and o.currency in (select r.currency from receipt r)
    group by o.currency, o.due_day
    having sum(o.amount) > 0
  ), in_order as (
    select c.currency, c.due_day, c.amount,
      sum(c.amount) over (partition by c.currency order by c.due_day) - c.amount as before
    from claimed c
  )
  select o.currency, o.due_day, least(o.amount, r.amount - o.before)::bigint
  from in_order o join receipt r on r.currency = o.currency
  where o.before < r.amount;
end
$body$
"""

# The same of every customer of a company that has such receipts; of our own group only where they are asked for.
COVERED_IN = """
create function covered_in(legal uuid, today date, past boolean, less_disputed boolean, intercompany boolean)
returns table (customer_id uuid, currency varchar, due_day date, amount bigint)
language plpgsql stable strict parallel safe rows 1 as $body$
declare
  oldest date;
begin
  select today - a.pending_receipt_days into oldest
  from {schema}.credit_parameters a where a.company_id = legal and a.pending_receipt_days > 0;
  if oldest is null then
    return;
  end if;
  return query
  select r.customer_id, f.currency, f.due_day, f.amount
  from (
    select distinct p.customer_id
    from {schema}.payment p
    where p.company_id = legal and p.paid_on > oldest and p.paid_on <= today and p.sales_order_id is null
  ) r
  join {schema}.customer c on c.id = r.customer_id and (covered_in.intercompany or not c.intercompany)
  cross join lateral {schema}.covered(r.customer_id, legal, today, past, less_disputed) f;
end
$body$
"""


def upgrade() -> None:
    """Towards the tables of this version."""
    with op.get_context().autocommit_block():
        for name, owner in ((COMPANY, "company_id"), (PAYER, "customer_id")):
            op.drop_index(op.f(name), table_name="payment", if_exists=True)  # what an attempt before left behind
            op.create_index(op.f(name), "payment", [owner, "paid_on"], postgresql_concurrently=True)
    op.add_column(
        "credit_parameters",
        sa.Column(
            "pending_receipt_days",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="days on which an unmatched receipt covers the oldest overdue; 0: none",
        ),
    )
    op.create_check_constraint(
        op.f("ck_credit_parameters_pending_receipt_days_few"),
        "credit_parameters",
        "pending_receipt_days between 0 and 60",
    )
    connection = op.get_bind()
    schema = connection.exec_driver_sql("select quote_ident(current_schema())").scalar()
    for function in (COVERED, COVERED_IN):
        connection.exec_driver_sql(function.replace("{schema}", str(schema)))


def downgrade() -> None:
    """Back to the version before, which lets no receipt cover anything."""
    op.drop_index(op.f(PAYER), table_name="payment")
    op.drop_index(op.f(COMPANY), table_name="payment")
    op.execute("drop function covered_in(uuid, date, boolean, boolean, boolean)")
    op.execute("drop function covered(uuid, uuid, date, boolean, boolean)")
    op.drop_constraint(op.f("ck_credit_parameters_pending_receipt_days_few"), "credit_parameters")
    op.drop_column("credit_parameters", "pending_receipt_days")
