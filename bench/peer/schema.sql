-- What a PostGraphile user would write over the same tables for the same questions: views that the planner can see
-- through, one-to-one relations instead of opaque functions per row, one PL/pgSQL function for the reservation.
-- It knows less than the product: the default policies only, no scope, no audit, no languages.
drop schema if exists peer cascade;
create schema peer;

create function peer.per_euro(currency text, on_day date) returns numeric language sql stable parallel safe as $$
  select case when $1 = 'EUR' then 1 else (
    select rate from public.exchange_rate where base = 'EUR' and quote = $1 and day <= $2 order by day desc limit 1
  ) end
$$;
comment on function peer.per_euro is '@behavior -*';

create function peer.converted(amount numeric, base text, quote text, on_day date) returns numeric
language sql stable parallel safe as $$
  select case when $2 = $3 then $1 else round($1, 30) / peer.per_euro($2, $4) * peer.per_euro($3, $4) end
$$;
comment on function peer.converted is '@behavior -*';

create view peer.company as select id, code, name, country, currency, time_zone from public.company;
comment on view peer.company is E'@primaryKey id\n@unique code\n@behavior -insert -update -delete';

create view peer.credit_group as select id, number, name, currency from public.credit_group where active;
comment on view peer.credit_group is E'@primaryKey id\n@unique number\n@behavior -insert -update -delete';

create view peer.customer as
select c.id, c.company_id, c.account, c.name, c.country, c.currency, c.risk_score, (
    select m.credit_group_id from public.credit_group_member m
    where m.customer_id = c.id and m.from_day <= current_date and coalesce(m.until_day >= current_date, true)
    order by m.from_day desc limit 1
  ) as credit_group_id
from public.customer c;
comment on view peer.customer is E'@primaryKey id\n@unique company_id,account\n@behavior -insert -update -delete
@foreignKey (company_id) references peer.company (id)
@foreignKey (credit_group_id) references peer.credit_group (id)';

-- Limit and exposure of a customer, in its company's currency, today.
create view peer.credit as
select c.id as customer_id, co.currency, l.total as limit_total, x.total as exposure_total, x.overdue
from public.customer c
join public.company co on co.id = c.company_id
join public.currency unit on unit.code = co.currency
cross join lateral (select (now() at time zone co.time_zone)::date as today) d
cross join lateral (
  select round(sum(peer.converted(s.total, s.currency, co.currency, d.today)), unit.digits) as total,
    round(sum(peer.converted(s.overdue, s.currency, co.currency, d.today)), unit.digits) as overdue
  from (
    select b.currency,
      coalesce(sum(case when b.category = 'DISPUTED' then -b.amount else b.amount end), 0) * cu.unit as total,
      coalesce(sum(case when b.category = 'DISPUTED' then -b.amount else b.amount end)
        filter (where b.category in ('RECEIVABLES', 'DISPUTED') and b.due_day < d.today), 0) * cu.unit as overdue
    from public.balance b join public.currency cu on cu.code = b.currency
    where b.customer_id = c.id and b.category in ('RECEIVABLES', 'DISPUTED', 'UNAPPLIED', 'SPECIAL_LIABILITIES',
      'OPEN_ORDERS', 'OPEN_DELIVERIES', 'OPEN_BILLING')
    group by b.currency, cu.unit
  ) s
) x
left join lateral (
  select e.amount, e.currency from public.credit_limit_entry e
  where e.holder_id = c.id and e.kind = 'PERMANENT' and e.from_day <= d.today
  order by e.from_day desc, e.id desc limit 1
) normal on true
left join lateral (
  select e.amount, e.currency from public.credit_limit_entry e
  where e.holder_id = c.id and e.kind = 'TEMPORARY' and e.from_day <= d.today and e.until_day >= d.today
  order by e.id desc limit 1
) temporary on true
cross join lateral (
  select sum(peer.converted(v.value * v.percent / 100, v.currency, co.currency, d.today)) as total
  from public.collateral v
  where v.customer_id = c.id and v.from_day <= d.today and coalesce(v.until_day >= d.today, true)
) secured
cross join lateral (
  select case when c.unlimited_credit then null
    when normal.amount is null and temporary.amount is null and exists (
      select from public.credit_group_member m
      where m.customer_id = c.id and m.from_day <= d.today and coalesce(m.until_day >= d.today, true)
    ) then null
    else round(coalesce(peer.converted(coalesce(temporary.amount, normal.amount),
      coalesce(temporary.currency, normal.currency), co.currency, d.today), 0) + coalesce(secured.total, 0), unit.digits)
    end as total
) l;
comment on view peer.credit is E'@primaryKey customer_id\n@behavior -insert -update -delete
@foreignKey (customer_id) references peer.customer (id)|@fieldName customer|@foreignSingleFieldName credit';

create view peer.open_item as
select id, customer_id, company_id, number, kind, document_date, due_date, version, updated_at, amount, currency,
  reversed_on
from public.open_item;
comment on view peer.open_item is E'@primaryKey id\n@behavior -insert -update -delete';

create type peer.company_exposure as (
  code text, total numeric, overdue numeric, not_due numeric, days_1_to_30 numeric, days_31_to_60 numeric,
  days_61_to_90 numeric, over_90 numeric
);

-- Receivables by days past due, and what counts as used, of rows by company, category, currency and due day.
create function peer.exposure_by_company(currency text) returns setof peer.company_exposure
language sql stable rows 20 as $$
  select co.code, round(coalesce(sum(peer.converted(s.total * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.overdue * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b0 * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b1 * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b2 * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b3 * cu.unit, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b4 * cu.unit, s.currency, $1, s.today)), 0), t.digits)
  from (
    select k.company_id, k.currency, d.today,
      sum(case when k.category = 'DISPUTED' then -k.amount else k.amount end) as total,
      sum(case when k.category = 'DISPUTED' then -k.amount else k.amount end)
        filter (where k.category in ('RECEIVABLES', 'DISPUTED') and k.due_day < d.today) as overdue,
      sum(k.amount) filter (where k.category = 'RECEIVABLES' and d.today - k.due_day <= 0) as b0,
      sum(k.amount) filter (where k.category = 'RECEIVABLES' and d.today - k.due_day between 1 and 30) as b1,
      sum(k.amount) filter (where k.category = 'RECEIVABLES' and d.today - k.due_day between 31 and 60) as b2,
      sum(k.amount) filter (where k.category = 'RECEIVABLES' and d.today - k.due_day between 61 and 90) as b3,
      sum(k.amount) filter (where k.category = 'RECEIVABLES' and d.today - k.due_day > 90) as b4
    from (
      select company_id, category, currency, due_day, amount from public.company_balance
      union all select company_id, category, currency, due_day, amount from public.movement_tail
    ) k
    join (select id, (now() at time zone time_zone)::date as today from public.company) d on d.id = k.company_id
    where k.category in ('RECEIVABLES', 'DISPUTED', 'UNAPPLIED', 'SPECIAL_LIABILITIES', 'OPEN_ORDERS',
      'OPEN_DELIVERIES', 'OPEN_BILLING')
    group by k.company_id, k.currency, d.today
  ) s
  join public.company co on co.id = s.company_id
  join public.currency cu on cu.code = s.currency
  join public.currency t on t.code = $1
  group by co.code, t.digits order by co.code
$$;

-- The same without sums that are kept: over items, payments, settlements and orders.
create function peer.exposure_by_company_of_items(currency text) returns setof peer.company_exposure
language sql stable rows 20 as $$
  select co.code, round(coalesce(sum(peer.converted(s.total, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.overdue, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b0, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b1, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b2, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b3, s.currency, $1, s.today)), 0), t.digits),
    round(coalesce(sum(peer.converted(s.b4, s.currency, $1, s.today)), 0), t.digits)
  from (
    select k.company_id, k.currency, d.today, sum(k.open - k.disputed) as total,
      sum(k.open - k.disputed) filter (where k.receivable and k.due_day < d.today) as overdue,
      sum(k.open) filter (where k.receivable and d.today - k.due_day <= 0) as b0,
      sum(k.open) filter (where k.receivable and d.today - k.due_day between 1 and 30) as b1,
      sum(k.open) filter (where k.receivable and d.today - k.due_day between 31 and 60) as b2,
      sum(k.open) filter (where k.receivable and d.today - k.due_day between 61 and 90) as b3,
      sum(k.open) filter (where k.receivable and d.today - k.due_day > 90) as b4
    from (
      select i.company_id, i.currency, i.due_date as due_day, i.amount as open, i.disputed,
        i.kind in ('INVOICE', 'OPENING_BALANCE') as receivable
      from public.open_item i where i.reversed_on is null
      union all
      select s.company_id, s.currency, i.due_date, -s.amount, 0, true
      from public.settlement s join public.open_item i on i.customer_id = s.customer_id and i.id = s.item_id
      where s.reversed_on is null
      union all
      select p.company_id, p.currency, p.paid_on, -p.amount, 0, false
      from public.payment p where p.reversed_on is null and p.status = 'COLLECTED'
      union all
      select s.company_id, s.currency, s.settled_on, s.amount, 0, false
      from public.settlement s where s.reversed_on is null
      union all
      select o.company_id, o.currency, o.ship_date,
        greatest(case when l.closed then 0 else l.amount - greatest(l.delivered, l.billed, l.invoiced) end, 0)
          + (l.delivered - greatest(l.billed, l.invoiced)) + (l.billed - l.invoiced), 0, false
      from public.sales_order o
      join public.sales_order_line l on l.customer_id = o.customer_id and l.sales_order_id = o.id
      where o.status in ('APPROVED', 'DELIVERED') and o.admitted
    ) k
    join (select id, (now() at time zone time_zone)::date as today from public.company) d on d.id = k.company_id
    group by k.company_id, k.currency, d.today
  ) s
  join public.company co on co.id = s.company_id
  join public.currency t on t.code = $1
  group by co.code, t.digits order by co.code
$$;

create type peer.submitted as (status text, order_id uuid, available numeric);

-- Lock, then load, decide, reserve: what the mutation of the product does, without audit, outbox and explanation.
create function peer.submit_order(company text, account text, number text, amount numeric, currency text)
returns peer.submitted language plpgsql volatile as $$
declare
  payer record;
  shared record;
  used numeric;
  room numeric;
  answer peer.submitted;
  today date;
  minor bigint;
begin
  select c.id, c.company_id, c.unlimited_credit, co.currency, co.time_zone, (
      select m.credit_group_id from public.credit_group_member m
      where m.customer_id = c.id and m.from_day <= current_date and coalesce(m.until_day >= current_date, true)
      order by m.from_day desc limit 1
    ) as group_id
  into strict payer
  from public.company co join public.customer c on c.company_id = co.id
  where co.code = submit_order.company and c.account = submit_order.account;
  today := (now() at time zone payer.time_zone)::date;
  if payer.group_id is not null then
    perform 1 from public.credit_group g where g.id = payer.group_id for update;
  end if;
  perform 1 from public.customer c where c.id = payer.id for update;

  select 'APPROVED', d.document_id into answer.status, answer.order_id from public.document_number d
  where d.company_id = payer.company_id and d.document = 'sales_order' and d.number = submit_order.number;
  if found then
    return answer;
  end if;

  if payer.group_id is not null then
    select e.amount, e.currency into shared from public.credit_limit_entry e
    where e.holder_id = payer.group_id and e.kind = 'PERMANENT' and e.from_day <= today
    order by e.from_day desc, e.id desc limit 1;
    select sum(peer.converted(s.amount, s.currency, shared.currency, today)) into used from (
      select b.currency, sum(case when b.category = 'DISPUTED' then -b.amount else b.amount end) * cu.unit as amount
      from public.credit_group_member m join public.balance b on b.customer_id = m.customer_id
      join public.currency cu on cu.code = b.currency
      where m.credit_group_id = payer.group_id and m.from_day <= today and coalesce(m.until_day >= today, true)
        and b.category in ('RECEIVABLES', 'DISPUTED', 'UNAPPLIED', 'SPECIAL_LIABILITIES', 'OPEN_ORDERS',
          'OPEN_DELIVERIES', 'OPEN_BILLING')
      group by b.currency, cu.unit
    ) s;
    if used + peer.converted(amount, currency, shared.currency, today) > shared.amount then
      answer.status := 'HELD';
      return answer;
    end if;
  end if;

  select c.limit_total, c.limit_total - coalesce(c.exposure_total, 0) into room, answer.available
  from peer.credit c where c.customer_id = payer.id;
  if room is not null and answer.available < peer.converted(amount, currency, payer.currency, today) then
    answer.status := 'HELD';
    return answer;
  end if;

  answer.order_id := gen_random_uuid();
  answer.status := 'APPROVED';
  select round(submit_order.amount / cu.unit) into minor from public.currency cu where cu.code = submit_order.currency;
  insert into public.sales_order (customer_id, id, company_id, buyer_id, number, status, amount, currency, ordered_on,
    ship_date, admitted)
  values (payer.id, answer.order_id, payer.company_id, payer.id, number, 'APPROVED', amount, currency, today, today,
    true);
  insert into public.sales_order_line (customer_id, id, company_id, sales_order_id, line_number, amount)
  values (payer.id, gen_random_uuid(), payer.company_id, answer.order_id, 1, amount);
  insert into public.document_number (company_id, document, number, customer_id, document_id)
  values (payer.company_id, 'sales_order', number, payer.id, answer.order_id);
  insert into public.movement (customer_id, id, company_id, category, currency, day, due_day, amount, source_id,
    recorded_at)
  values (payer.id, gen_random_uuid(), payer.company_id, 'OPEN_ORDERS', currency, today, today, minor,
    answer.order_id, now());
  insert into public.balance as kept (customer_id, company_id, category, currency, due_day, amount)
  values (payer.id, payer.company_id, 'OPEN_ORDERS', currency, today, minor)
  on conflict on constraint pk_balance do update set amount = kept.amount + excluded.amount;
  insert into public.movement_tail (id, company_id, category, currency, due_day, amount)
  values (gen_random_uuid(), payer.company_id, 'OPEN_ORDERS', currency, today, minor);
  answer.available := answer.available - amount;
  return answer;
end
$$;
