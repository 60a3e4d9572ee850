"""The rates that lead from one currency to another are looked up once for all amounts that need them.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Looking rates up takes twenty times as long as using them. The path: one rate, or one to the euro and one from it; a
# negative one divides. Null where there is none young enough.
EXCHANGE = """
create function exchange(base text, quote text, day date, max_age integer) returns numeric[]
language plpgsql stable strict parallel safe as $body$
declare
  origin text := base;
  target text := quote;
  to_euro numeric;
  found numeric;
  straight numeric;
  straight_day date;
  turned numeric;
  turned_day date;
begin
  if base = quote then
    return '{}';
  end if;
  loop
    select case when r.irrevocable or exchange.day - r.day <= max_age then r.rate end, r.day
    into straight, straight_day
    from {schema}.exchange_rate r
    where r.base = origin and r.quote = target and r.day <= exchange.day order by r.day desc limit 1;
    select case when r.irrevocable or exchange.day - r.day <= max_age then r.rate end, r.day
    into turned, turned_day
    from {schema}.exchange_rate r
    where r.base = target and r.quote = origin and r.day <= exchange.day order by r.day desc limit 1;
    found := case when straight is not null and (turned is null or turned_day <= straight_day) then straight
      else -turned end;
    if found is not null then
      if origin <> base then
        return array[to_euro, found];
      elsif target = quote then
        return array[found];
      end if;
      to_euro := found;
      origin := 'EUR';
      target := quote;
    elsif target = quote and origin = base and 'EUR' not in (base, quote) then
      target := 'EUR';
    else
      return null;
    end if;
  end loop;
end
$body$
"""

# A quotient gets 60 decimals, since numeric division alone keeps 16 digits.
EXCHANGED = """
create function exchanged(amount numeric, path numeric[]) returns numeric
language plpgsql immutable strict parallel safe as $body$
declare
  worth numeric := amount;
  rate numeric;
begin
  foreach rate in array path loop
    worth := case when rate < 0 then round(worth, 60) / -rate else worth * rate end;
  end loop;
  return worth;
end
$body$
"""

NO_RATE = """
create function no_rate(base text, quote text, day date) returns numeric
language plpgsql stable parallel safe as $body$
begin
  raise exception using errcode = 'CG001', message = concat('no rate from ', base, ' to ', quote, ' on ', day);
end
$body$
"""

# The same answers as before: the rule stands in `exchange` alone.
CONVERTED = """
create or replace function converted(amount numeric, base text, quote text, day date, max_age integer) returns numeric
language plpgsql stable strict parallel safe as $body$
begin
  if base = quote or amount = 0 then
    return amount;
  end if;
  return coalesce(
    {schema}.exchanged(amount, {schema}.exchange(base, quote, day, max_age)), {schema}.no_rate(base, quote, day)
  );
end
$body$
"""

# As 0005 made it, for the way down.
CONVERTED_BEFORE = """
create or replace function converted(amount numeric, base text, quote text, day date, max_age integer) returns numeric
language plpgsql stable strict parallel safe as $body$
declare
  origin text := base;
  target text := quote;
  through boolean := false;
  worth numeric := amount;
  straight numeric;
  straight_day date;
  turned numeric;
  turned_day date;
begin
  if base = quote or amount = 0 then
    return amount;
  end if;
  loop
    select case when r.irrevocable or converted.day - r.day <= max_age then r.rate end, r.day
    into straight, straight_day
    from {schema}.exchange_rate r
    where r.base = origin and r.quote = target and r.day <= converted.day order by r.day desc limit 1;
    select case when r.irrevocable or converted.day - r.day <= max_age then r.rate end, r.day
    into turned, turned_day
    from {schema}.exchange_rate r
    where r.base = target and r.quote = origin and r.day <= converted.day order by r.day desc limit 1;
    if straight is not null and (turned is null or turned_day <= straight_day) then
      worth := worth * straight;
    elsif turned is not null then
      worth := round(worth, 60) / turned;
    elsif through or 'EUR' in (base, quote) then
      raise exception using errcode = 'CG001', message = concat('no rate from ', base, ' to ', quote, ' on ', day);
    else
      through := true;
      target := 'EUR';
      continue;
    end if;
    if target = quote then
      return worth;
    end if;
    origin := target;
    target := quote;
  end loop;
end
$body$
"""


def upgrade() -> None:
    """Towards the tables of this version."""
    connection = op.get_bind()
    schema = connection.exec_driver_sql("select quote_ident(current_schema())").scalar()
    for function in (EXCHANGE, EXCHANGED, NO_RATE, CONVERTED):
        connection.exec_driver_sql(function.replace("{schema}", str(schema)))


def downgrade() -> None:
    """Back to the version before."""
    connection = op.get_bind()
    schema = connection.exec_driver_sql("select quote_ident(current_schema())").scalar()
    connection.exec_driver_sql(CONVERTED_BEFORE.replace("{schema}", str(schema)))
    for function in (
        "no_rate(text, text, date)",
        "exchanged(numeric, numeric[])",
        "exchange(text, text, date, integer)",
    ):
        op.execute(f"drop function {function}")
