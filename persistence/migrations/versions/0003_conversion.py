"""What an amount is worth in another currency on a day, as a function that reading statements call.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The last rate on or before the day per published pair, in whichever direction; of the same day the direct one. Too old
# a rate does not count unless it is irrevocable. Otherwise through the euro, without rounding in between. A quotient
# gets 60 decimals, since numeric division alone keeps 16 digits. No path raises CG001: the reader asks in another way.
CONVERTED = """
create function converted(amount numeric, base text, quote text, day date, max_age integer) returns numeric
language plpgsql stable strict parallel safe as $body$
declare
  froms text[] := array[base];
  tos text[] := array[quote];
  worth numeric;
  found_rate numeric;
  divides boolean;
begin
  if base = quote or amount = 0 then
    return amount;
  end if;
  for attempt in 1..2 loop
    worth := amount;
    for leg in 1..cardinality(froms) loop
      select last.rate, last.turned into found_rate, divides
      from (
        (
          select r.rate, r.day, r.irrevocable, false as turned from {schema}.exchange_rate r
          where r.base = froms[leg] and r.quote = tos[leg] and r.day <= converted.day order by r.day desc limit 1
        ) union all (
          select r.rate, r.day, r.irrevocable, true as turned from {schema}.exchange_rate r
          where r.base = tos[leg] and r.quote = froms[leg] and r.day <= converted.day order by r.day desc limit 1
        )
      ) last
      where last.irrevocable or converted.day - last.day <= max_age
      order by last.day desc, last.turned
      limit 1;
      if not found then
        worth := null;
        exit;
      end if;
      worth := case when divides then round(worth, 60) / found_rate else worth * found_rate end;
    end loop;
    if worth is not null then
      return worth;
    end if;
    exit when 'EUR' in (base, quote);
    froms := array[base, 'EUR'];
    tos := array['EUR', quote];
  end loop;
  raise exception using errcode = 'CG001', message = concat('no rate from ', base, ' to ', quote, ' on ', day);
end
$body$
"""


def upgrade() -> None:
    """Towards the tables of this version."""
    connection = op.get_bind()
    schema = connection.exec_driver_sql("select quote_ident(current_schema())").scalar()
    connection.exec_driver_sql(CONVERTED.replace("{schema}", str(schema)))


def downgrade() -> None:
    """Back to the version before."""
    op.execute("drop function converted(numeric, text, text, date, integer)")
