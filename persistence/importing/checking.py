"""Finding out what the rows of a file speak of and what is wrong with them: SQL over whole tables, a check at a time.

Whatever is found goes to the table `rejected`; rows that stood every check stay in the noun's table of new rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.amounts import TOO_FINE, UNKNOWN_CURRENCY
from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said
from persistence.importing.staging import Connection, rows_of, run

DIFFERS = N_("The record is kept already with {known} in this column. Send it as it was.")
NOTHING_KEPT = "-"
TWICE = N_("Line {line} is the same record with other content.")


def resolve(conn: Connection, noun: Noun) -> None:
    """Find what the rows speak of, check them, and keep the good ones that are not ensured and there already."""
    _only_once(conn, noun)
    run(conn, noun.sql(f"create temp table {{new}} on commit drop as {noun.resolve}"))
    run(conn, noun.sql("delete from {new} where ensured and not fresh"))
    run(conn, noun.sql("create index on {new} (id)"))
    run(conn, noun.sql("analyze {new}"))
    for check in (*_of_fields(noun), *noun.checks):
        _reject(conn, noun, check)
    _reject_different(conn, noun)
    run(
        conn,
        noun.sql("delete from {new} n using rejected j where (j.file, j.line) = (n.file, n.line)"),
    )


def still_true(conn: Connection, noun: Noun) -> bool:
    """Inside the locks: does everything still hold that others could have changed meanwhile?"""
    if noun.payer_day is not None:
        moved = f"""
            select 1 from {{new}} n where n.fresh and n.customer_id <> coalesce((
              select d.payer_id from customer_payer d
              where d.customer_id = n.buyer_id and d.from_day <= n.{noun.payer_day} order by d.from_day desc limit 1
            ), n.buyer_id) limit 1
        """
        if rows_of(conn, noun.sql(moved)):
            return False
    checks = (check for check in noun.checks if check.again)
    return not any(
        rows_of(conn, noun.sql(f"select 1 from {{new}} r {check.join} where {check.where} limit 1")) for check in checks
    )


def _only_once(conn: Connection, noun: Noun) -> None:
    """Of rows with the same key the first counts; the others must say the same and are then left out."""
    if not rows_of(conn, noun.sql("select 1 from {rows} group by key having count(*) > 1 limit 1")):
        return
    content = ", ".join(f'"{field.name}"' for field in noun.fields)
    doubled = f"""
        select file, line, ensured, key, row({content})::text as content,
          first_value(line) over w as first_line, row_number() over w as place,
          first_value(row({content})::text) over w as first_content
        from {{rows}} where key in (select key from {{rows}} group by key having count(*) > 1)
        window w as (partition by key order by file, line)
    """
    run(conn, noun.sql(f"create temp table doubled on commit drop as {doubled}"))
    run(
        conn,
        f"insert into rejected (file, line, noun, field, code, message) select file, line, '{noun.name}',"
        f" '{noun.key[-1]}', '{ErrorCode.DOCUMENT_DIFFERS}',"
        f" {_message(TWICE, {'line': said('first_line')})} from doubled where content <> first_content and not ensured",
    )
    run(
        conn,
        noun.sql(
            "delete from {rows} r using doubled d where d.place > 1 and (d.file, d.line) = (r.file, r.line)"
            " and d.key = r.key"
        ),
    )
    run(conn, "drop table doubled")


def _of_fields(noun: Noun) -> list[Check]:
    """What follows from the kind of a field: currencies exist, and amounts are no finer than theirs."""
    checks = []
    for field in noun.fields:
        if field.type is FieldType.CURRENCY:
            unknown = f"r.{field.name} is not null and r.{field.name} not in (select code from currency)"
            checks.append(
                Check(
                    field.name,
                    ErrorCode.CURRENCY_UNKNOWN,
                    UNKNOWN_CURRENCY,
                    unknown,
                    {"currency": said(f"r.{field.name}")},
                )
            )
        elif field.type is FieldType.AMOUNT:
            checks.append(_precision(field))
    return checks


def _precision(field: Field) -> Check:
    value = f"r.{field.name}"
    return Check(
        field.name,
        ErrorCode.AMOUNT_PRECISION,
        TOO_FINE,
        f"{value} <> round({value}, y.digits)",
        {
            "amount": f"jsonb_build_object('decimal', {value}::text)",
            "currency": said(f"{field.money}"),
            "digits": said("y.digits"),
        },
        join=f"join currency y on y.code = {field.money}",
    )


def _reject(conn: Connection, noun: Noun, check: Check) -> None:
    run(
        conn,
        noun.sql(
            f"{_insert(noun, check.field, check.code)} {_message(check.text, check.values)} from {{new}} r {check.join}"
            f" where {check.where}"
        ),
    )


def _reject_different(conn: Connection, noun: Noun) -> None:
    """A row that is kept already must say the same of everything that was posted; what it leaves empty it leaves."""
    if not noun.compared or not rows_of(conn, noun.sql("select 1 from {new} where not fresh limit 1")):
        return
    for name in noun.compared:
        known = {"known": said(f"coalesce({_plain(noun.field(name))}, '{NOTHING_KEPT}')")}
        run(
            conn,
            noun.sql(
                f"{_insert(noun, name, ErrorCode.DOCUMENT_DIFFERS)} {_message(DIFFERS, known)} from {{new}} r"
                f' where not r.fresh and r."{name}" is not null and r."{name}" is distinct from r.was_{name}'
            ),
        )


def _plain(field: Field) -> str:
    value = f"r.was_{field.name}"
    return f"trim_scale({value})::text" if field.sql_type == "numeric" else f"{value}::text"


def _insert(noun: Noun, field: str, code: ErrorCode) -> str:
    together = ", chr(31), ".join(f"r.{name}" for name in noun.together)
    whole = f"concat({together})" if together else "null"
    return (
        "insert into rejected (file, line, noun, field, value, code, together, message)"
        f" select r.file, r.line, '{noun.name}', '{field}', r.\"{field}\"::text, '{code}', {whole},"
    )


def _message(text: str, values: Mapping[str, str]) -> str:
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in values.items())
    escaped = text.replace("'", "''")
    return f"jsonb_build_object('text', '{escaped}'::text, 'values', jsonb_build_object({pairs}))"
