"""Companies and parties: the legal entities of the group, and the legal persons they deal with."""

from __future__ import annotations

from domain.exposure import CreditLimitType
from domain.facts import DEFAULT_CHECKPOINTS
from domain.message import N_
from persistence.importing.declaration import Field, FieldType, Noun

_CHECKPOINTS = ", ".join(f"('{checkpoint}')" for checkpoint in sorted(DEFAULT_CHECKPOINTS))

COMPANIES = Noun(
    name="companies",
    about=N_("Legal entities of the group. Each gets the default credit parameters and checkpoints."),
    fields=(
        Field("code", "its short code in the ERP", required=True),
        Field("name", "its name", required=True),
        Field("country", "ISO 3166 code", FieldType.COUNTRY, required=True),
        Field("currency", "its accounting currency, ISO 4217", FieldType.CURRENCY, required=True),
        Field("locale", "the language it writes in, BCP 47", FieldType.LOCALE, required=True),
        Field("time_zone", "IANA name; its days begin and end there", FieldType.TIME_ZONE, required=True),
        Field(
            "credit_limit_type",
            "what counts as used credit",
            FieldType.CHOICE,
            default="ALL",
            choices=tuple(CreditLimitType),
        ),
    ),
    key=("code",),
    resolve="""
        select r.*, coalesce(k.id, pg_temp.new_key()) as id, k.id is null as fresh, k.name as was_name,
          k.country as was_country, k.currency as was_currency, k.time_zone as was_time_zone
        from {rows} r left join company k on k.code = r.code
    """,
    compared=("name", "country", "currency", "time_zone"),
    load=(
        """
        insert into company (id, code, name, country, currency, locale, time_zone)
        select id, code, name, country, currency, locale, time_zone from {new} where fresh
        """,
        "insert into credit_parameters (company_id, credit_limit_type) select id, credit_limit_type from {new}"
        " where fresh",
        "insert into checkpoint_setting (company_id, checkpoint) select id, checkpoint from {new}"
        f" cross join (values {_CHECKPOINTS}) c(checkpoint) where fresh",
    ),
)

PARTIES = Noun(
    name="parties",
    about=N_("Legal persons, who may be customers in several companies."),
    fields=(
        Field("number", "its number in the group", required=True),
        Field("name", "its name", required=True),
        Field("registration_number", "company registration number"),
        Field("country", "ISO 3166 code", FieldType.COUNTRY),
        Field("blocked", "no credit in any company", FieldType.FLAG, default="false"),
    ),
    key=("number",),
    resolve="""
        select r.*, coalesce(k.id, pg_temp.new_key()) as id, k.id is null as fresh, k.name as was_name,
          k.registration_number as was_registration_number, k.country as was_country, k.blocked as was_blocked
        from {rows} r left join party k on k.number = r.number
    """,
    compared=("name", "registration_number", "country", "blocked"),
    load=(
        """
        insert into party (id, number, name, registration_number, country, blocked)
        select id, number, name, registration_number, country, blocked from {new} where fresh
        """,
    ),
)
