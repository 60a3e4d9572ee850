"""The reader's language: what is asked for, what is answered in, and names with fallback."""

from __future__ import annotations

import pytest

from tests.schema.asking import Asker, token
from tests.schema.world import TODAY, World

AGING = '{ customer(by: {number: {company: "SE01", account: "1001"}}) { aging { buckets { title } } } }'
NAMES = "{ reasons(orderBy: [{field: CODE}]) { nodes { code name translations { locale value } company { code } } } }"


@pytest.fixture(scope="module")
async def named(world: World) -> World:
    """Reasons with names in some languages, one of them a company's own."""
    await world.put("reason", "PAID", code="PAID", name="Paid", kind="RELEASE")
    await world.put("reason", "OWN", code="OWN", name="Oma", kind="RELEASE", company_id=world.ids["FI01"])
    for subject, locale, value in (
        ("PAID", "sv", "Betald"),
        ("PAID", "sv-FI", "Betalt"),
        ("PAID", "de", "Bezahlt"),
        ("OWN", "fi", "Maksettu"),
    ):
        await world.put("translation", subject_id=world.ids[subject], field="name", locale=locale, value=value)
    await world.owes("SE01/1001", "110000.00 SEK", TODAY)
    return world


def directive(**given: str) -> str:
    """An operation with @inContext."""
    arguments = ", ".join(f'{name}: "{value}"' for name, value in given.items())
    return f"query @inContext({arguments}) " + "{ viewer { locale } currencies { code name } }"


async def test_the_directive_goes_before_the_header(ask: Asker, named: World) -> None:
    answer = await ask(directive(locale="sv-SE"), language="en-GB")
    assert answer.data["viewer"]["locale"] == "sv-SE"
    assert answer.headers["content-language"] == "sv-SE"
    assert answer.body["extensions"]["context"] == {"locale": "sv-SE", "timeZone": None, "currency": None}
    names = {currency["code"]: currency["name"] for currency in answer.data["currencies"]}
    assert names["SEK"] == "svensk krona"


async def test_the_directive_takes_variables(ask: Asker, named: World) -> None:
    query = "query ($locale: Locale!) @inContext(locale: $locale) { viewer { locale } }"
    assert (await ask(query, {"locale": "sv-FI"})).data == {"viewer": {"locale": "sv-FI"}}


async def test_the_header_goes_before_the_users_language(ask: Asker, named: World) -> None:
    query = {"query": "{ viewer { locale } }"}
    for accepted, own, expected in (("en-GB", "sv-SE", "en-GB"), (None, "sv-SE", "sv-SE"), ("xx, *;q=0.1", None, "en")):
        headers = {"Authorization": token("VIEWER", ["*"], locale=own)}
        if accepted:
            headers["Accept-Language"] = accepted
        response = await ask.raw("POST", json=query, headers=headers)
        assert response.json()["data"]["viewer"]["locale"] == expected
        assert response.headers["content-language"] == expected
        assert "Accept-Language" in response.headers["vary"]


async def test_whoever_is_granted_one_company_gets_its_language(ask: Asker, named: World) -> None:
    assert (await ask("{ viewer { locale } }", companies=["SE01"])).data["viewer"]["locale"] == "sv-SE"
    assert (await ask("{ viewer { locale } }")).data["viewer"]["locale"] == "en"


async def test_a_currency_in_the_directive_is_the_default_of_currency_arguments(ask: Asker, named: World) -> None:
    query = """query @inContext(currency: "EUR") { customer(by: {number: {company: "SE01", account: "1001"}}) {
      asked: credit { exposure { total { amount currency } } }
      said: credit(currency: "SEK") { exposure { total { currency } } } } }"""
    customer = (await ask(query)).data["customer"]
    assert customer["asked"]["exposure"]["total"] == {"amount": "9565.22", "currency": "EUR"}
    assert customer["said"]["exposure"]["total"] == {"currency": "SEK"}


async def test_sentences_and_labels_are_said_in_the_readers_language(ask: Asker, named: World) -> None:
    titles = (await ask(AGING, language="sv-SE")).data["customer"]["aging"]["buckets"]
    assert titles[0]["title"] != "Not due"
    query = """{ enumLabels(names: ["CreditHoldStatus"]) { enum value label }
      english: enumLabels(names: ["CreditHoldStatus"], locale: "en") { label } }"""
    labels = (await ask(query, language="sv-SE")).data
    assert {label["enum"] for label in labels["enumLabels"]} == {"CreditHoldStatus"}
    assert [label["label"] for label in labels["enumLabels"]] != [label["label"] for label in labels["english"]]


async def test_money_is_written_as_the_reader_writes_it(ask: Asker, named: World) -> None:
    query = """{ customer(by: {number: {company: "SE01", account: "1001"}}) { credit { exposure { total {
      amount formatted german: formatted(locale: "en-US", style: CODE)
      converted(to: "EUR") { amount currency } none: converted(to: "USD") { amount } } } } } }"""
    answer = await ask(query, language="sv-SE")
    total = answer.body["data"]["customer"]["credit"]["exposure"]["total"]
    assert total["amount"] == "110000.00"
    assert total["formatted"] == "110\u00a0000,00\u00a0kr"
    assert total["german"] == "SEK\u00a0110,000.00"
    assert total["converted"] == {"amount": "9565.22", "currency": "EUR"}
    assert total["none"] is None
    assert answer.codes == ["RATE_MISSING"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("sv-FI", "Betalt"), ("sv-SE", "Betald"), ("sv", "Betald"), ("en", "Paid"), ("fr", "Paid")],
)
async def test_names_come_in_the_readers_language_with_fallback(
    ask: Asker, named: World, language: str, expected: str
) -> None:
    nodes = (await ask(NAMES, language=language)).data["reasons"]["nodes"]
    assert {node["code"]: node["name"] for node in nodes} == {"PAID": expected, "OWN": "Maksettu"}


async def test_translations_are_given_whole(ask: Asker, named: World) -> None:
    nodes = (await ask(NAMES)).data["reasons"]["nodes"]
    assert {text["locale"] for text in nodes[1]["translations"]} == {"de", "sv", "sv-FI"}


async def test_a_companys_own_names_are_hidden_from_others(ask: Asker, named: World) -> None:
    nodes = (await ask(NAMES, companies=["SE01"])).data["reasons"]["nodes"]
    assert [node["code"] for node in nodes] == ["PAID"]


async def test_a_mistake_is_told_in_the_readers_language(ask: Asker, named: World) -> None:
    query = '{ company(code: "XX99") { name } }'
    english, swedish = await ask(query, language="en"), await ask(query, language="sv")
    assert english.codes == swedish.codes == ["COMPANY_NOT_AVAILABLE"]
    assert english.body["errors"][0]["message"] != swedish.body["errors"][0]["message"]
