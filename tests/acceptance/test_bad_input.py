"""Bad input: each a clear, localized, coded error, and nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from persistence.database import Pool
from tests.acceptance.story import CHECK, POST_ITEMS, SUBMIT, Story, fresh, money

CHANGED = """
  select (select count(*) from sales_order), (select count(*) from credit_decision), (select count(*) from movement),
    (select count(*) from open_item), (select count(*) from document_number), (select count(*) from idempotency_key),
    (select coalesce(sum(amount), 0) from balance)
"""


def order(story: Story, account: str, **more: Any) -> dict[str, Any]:
    """An order of 100 kronor that would pass."""
    given = {"company": "SE01", "account": account, "number": fresh(), "amount": money("100", "SEK")}
    return given | {"idempotencyKey": fresh()} | more


@pytest.fixture
async def account(story: Story) -> str:
    """A customer with a limit of 1,000 kronor."""
    made = fresh()
    await story.customer("SE01", made)
    await story.own_limit("SE01", made, "1000")
    return made


async def refused(
    story: Story, pool: Pool, query: str, given: dict[str, Any], *, role: str = "INTEGRATION", language: str = "sv"
) -> tuple[str, str, list[str]]:
    """The code, sentence and path of a refusal as data; asserts that nothing was written."""
    before = await pool.fetchrow(CHANGED)
    answer = await story.ask(query, {"input": given}, as_=role, language=language)
    (payload,) = answer.data.values()
    assert tuple(await pool.fetchrow(CHANGED)) == tuple(before)
    (error,) = payload["errors"]
    return error["code"], error["message"], error["path"]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"account": "nobody"}, "NOT_FOUND", ["account"]),
        ({"amount": money("-100", "SEK")}, "AMOUNT_NEGATIVE", ["amount"]),
        ({"amount": money("0", "SEK")}, "AMOUNT_NEGATIVE", ["amount"]),
        ({"amount": money("100.005", "SEK")}, "AMOUNT_PRECISION", ["amount"]),
        ({"amount": money("100", "ABC")}, "CURRENCY_UNKNOWN", ["amount"]),
        ({"amount": money("100", "USD")}, "RATE_MISSING", []),
        ({"paymentTerms": "no such terms"}, "NOT_FOUND", ["paymentTerms"]),
    ],
)
async def test_an_order_that_cannot_be_meant_is_refused_in_the_readers_language(
    story: Story, pool: Pool, account: str, change: dict[str, Any], code: str, path: list[str]
) -> None:
    given = order(story, account) | change
    swedish = await refused(story, pool, SUBMIT, given)
    english = await refused(story, pool, SUBMIT, given, language="en")
    assert (swedish[0], swedish[2]) == (code, path)
    assert swedish[1] != english[1], "the sentence is translated"


async def test_a_rate_that_is_too_old_is_said_with_its_day(story: Story, pool: Pool, account: str) -> None:
    await story.rate("EUR", "NOK", "11.2", "2026-11-01")
    code, message, _ = await refused(
        story, pool, SUBMIT, order(story, account, amount=money("100", "NOK")), language="en"
    )
    assert code == "RATE_TOO_OLD"
    assert "Nov 1, 2026" in message


async def test_the_same_order_number_with_another_amount_is_refused(story: Story, pool: Pool, account: str) -> None:
    given = order(story, account)
    await story.tell(SUBMIT, given, "INTEGRATION")
    other = given | {"amount": money("99", "SEK"), "idempotencyKey": fresh()}
    assert (await refused(story, pool, SUBMIT, other))[0] == "DOCUMENT_DIFFERS"


async def test_the_same_order_number_with_another_ship_date_is_refused(story: Story, pool: Pool, account: str) -> None:
    given = order(story, account, shipDate="2026-12-01")
    await story.tell(SUBMIT, given, "INTEGRATION")
    other = given | {"shipDate": "2026-12-02", "idempotencyKey": fresh()}
    code, _, path = await refused(story, pool, SUBMIT, other)
    assert (code, path) == ("DOCUMENT_DIFFERS", ["shipDate"])


async def test_the_same_order_number_of_another_customer_is_refused(story: Story, pool: Pool, account: str) -> None:
    given = order(story, account)
    await story.tell(SUBMIT, given, "INTEGRATION")
    other = fresh()
    await story.customer("SE01", other)
    code, message, path = await refused(
        story, pool, SUBMIT, given | {"account": other, "idempotencyKey": fresh()}, language="en"
    )
    assert (code, path) == ("DOCUMENT_DIFFERS", ["account"])
    assert "another customer" in message


async def test_the_same_key_with_other_input_is_refused_and_with_the_same_input_replayed(
    story: Story, pool: Pool, account: str
) -> None:
    given = order(story, account)
    first = await story.tell(SUBMIT, given, "INTEGRATION")
    again = await story.tell(SUBMIT, given, "INTEGRATION")
    assert again["replayed"]
    assert again["decision"] == first["decision"]
    other = given | {"number": fresh()}
    assert (await refused(story, pool, SUBMIT, other))[0] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("company", ["XX99", "FI01"])
async def test_a_company_that_is_unknown_or_not_granted_is_never_a_smaller_answer(
    story: Story, pool: Pool, account: str, company: str
) -> None:
    before = await pool.fetchrow(CHANGED)
    given = order(story, account, company=company)
    answer = await story.ask(SUBMIT, {"input": given}, as_="INTEGRATION", companies=["SE01"], language="sv")
    assert answer.codes == ["COMPANY_NOT_AVAILABLE"]
    assert company in answer.body["errors"][0]["message"]
    assert tuple(await pool.fetchrow(CHANGED)) == tuple(before)


async def test_a_role_that_does_not_permit_it_is_forbidden(story: Story, pool: Pool, account: str) -> None:
    before = await pool.fetchrow(CHANGED)
    answer = await story.ask(SUBMIT, {"input": order(story, account)}, as_="VIEWER", language="sv")
    assert answer.codes == ["FORBIDDEN"]
    assert tuple(await pool.fetchrow(CHANGED)) == tuple(before)


async def test_one_bad_row_of_many_refuses_all_and_is_named_by_its_place(
    story: Story, pool: Pool, account: str
) -> None:
    row = {"company": "SE01", "account": account, "documentDate": "2026-11-01", "dueDate": "2026-12-01"}
    rows = [row | {"number": fresh(), "amount": money(amount, "SEK")} for amount in ("100", "1.234", "100")]
    code, _, path = await refused(story, pool, POST_ITEMS, {"items": rows, "idempotencyKey": fresh()})
    assert (code, path) == ("AMOUNT_PRECISION", ["items", "1", "amount"])


async def test_a_what_if_without_a_rate_is_an_error_as_data(story: Story, account: str) -> None:
    customer = {"number": {"company": "SE01", "account": account}}
    given = {"customer": customer, "amount": money("100", "GBP")}
    answer = await story.ask(CHECK, {"input": given}, as_="CREDIT_CLERK", language="sv")
    payload = answer.data["checkCredit"]
    assert payload["check"] is None
    assert [error["code"] for error in payload["errors"]] == ["RATE_MISSING"]


async def test_a_cursor_of_another_list_or_a_forged_one_is_refused(story: Story, account: str) -> None:
    query = "query($after: String) { customers(first: 1, after: $after) { pageInfo { endCursor } } }"
    for cursor in ("bm90IGEgY3Vyc29y", "!!!", ""):
        answer = await story.ask(query, {"after": cursor}, language="sv")
        assert answer.codes == ["BAD_CURSOR"], cursor


@pytest.mark.parametrize("number", ["a\x00b", {"in": ["\x00"]}])
async def test_a_nul_character_is_refused_at_the_door(story: Story, number: Any) -> None:
    query = "query($where: CustomerWhere) { customers(where: $where) { nodes { id } } }"
    where = {"account": number if isinstance(number, dict) else {"eq": number}}
    assert (await story.ask(query, {"where": where}, language="sv")).codes == ["BAD_USER_INPUT"]
    literal = 'query { customers(where: {account: {eq: "a\\u0000b"}}) { nodes { id } } }'
    assert (await story.ask(literal, language="sv")).codes == ["BAD_USER_INPUT"]
