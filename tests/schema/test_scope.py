"""A user of one company walks everything and finds a shared group's totals, and nothing else of the other company.

Whatever belongs to the other company carries a word in its texts, and ids that are looked for in every answer.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.exposure import Category
from schema.fields import TYPES
from schema.ids import node_id
from tests.schema import paper
from tests.schema.asking import Answer, Asker
from tests.schema.walking import ROOTS, connections, named, orders, selection
from tests.schema.world import LONG_AGO, NOW, TODAY, World

SECRET = "Hemligt"
ONE = {"as_": "CREDIT_MANAGER", "companies": ["SE01"]}


@pytest.fixture(scope="module")
async def shared(world: World) -> World:
    """Two companies with something of every kind, sharing a party and a credit group."""
    await world.company("DK01", f"{SECRET} A/S", "SEK", "DK", "da-DK", "Europe/Copenhagen")
    await world.customer("DK01", f"{SECRET}-1", f"{SECRET} kunde", party="ACME")
    await world.customer("DK01", f"{SECRET}-2", f"{SECRET} alene", party=f"{SECRET}-P")
    await world.group("G1", "Shared Group", "SEK", "SE01/1001", f"DK01/{SECRET}-1", limit="150000 SEK")
    for company, account, word in (("SE01", "1001", "Open"), ("DK01", f"{SECRET}-1", SECRET)):
        await _fill(world, company, f"{company}/{account}", word)
    return world


async def _fill(world: World, company: str, customer: str, word: str) -> None:
    owner = {"customer_id": world.ids[customer], "company_id": world.ids[company]}
    mine = {"company_id": world.ids[company]}
    await world.put("checkpoint_setting", **mine, checkpoint="CONFIRMATION")
    await world.limit(customer, "100000 SEK")
    await world.put(
        "collateral",
        kind="INSURANCE",
        provider=word,
        number=f"{word}-P",
        value=Decimal(5000),
        currency="SEK",
        percent=Decimal(50),
        from_day=LONG_AGO,
        **owner,
    )
    await paper.item(world, customer, f"{word}-I1", "40000.00 SEK", due=TODAY - timedelta(days=9))
    await paper.payment(world, customer, f"{word}-P1", "100.00 SEK", TODAY)
    await paper.held(world, customer, f"{word}-O1", "110000.00 SEK")
    await world.owes(customer, "7.00 SEK", TODAY, category=Category.HELD_ORDERS)
    for table, more in (("reason", {"kind": "RELEASE"}), ("risk_group", {}), ("payment_terms", {})):
        await world.put(table, f"{table} {word}", code=word, name=word, **mine, **more)
    rule = {"kind": "OVERDUE_DAYS", "type": "BLOCK", "valid_for": "ALL", "days": 7}
    await world.put("blocking_rule", **mine, **rule)
    by = await paper.actor(world)
    draft = await world.put(
        "credit_limit_adjustment", number=f"{word}-L1", kind="PERMANENT", description=word, created_by_id=by, **mine
    )
    line = {"adjustment_id": draft, "line_number": 1, "customer_id": owner["customer_id"]}
    await world.put("credit_limit_adjustment_line", **line, amount=Decimal(1), currency="SEK")
    seen = {"happened_at": NOW, "actor_id": by, "kind": "CUSTOMER_SAVED", "message": {"text": word, "values": {}}}
    await world.put("audit_event", **mine, **seen, subject_kind="customer", subject_id=owner["customer_id"])


async def hidden_ids(world: World) -> list[str]:
    """The ids of everything that belongs to the other company."""
    tables = await world.conn.fetch(
        "select c.table_name from information_schema.columns c join information_schema.columns i"
        " on i.table_name = c.table_name and i.table_schema = c.table_schema and i.column_name = 'id'"
        " where c.column_name = 'company_id' and c.table_schema = current_schema()"
    )
    found = [world.ids["DK01"]]
    for (table,) in tables:
        rows = await world.conn.fetch(f'select id from "{table}" where company_id = $1', world.ids["DK01"])
        found += [row["id"] for row in rows]
    return [key.hex for key in found]


def assert_nothing_leaks(answer: Answer, hidden: list[str]) -> None:
    """Neither a word nor an id of the other company."""
    text = str(answer.body)
    assert SECRET not in text
    assert [key for key in hidden if key in text] == []


async def test_there_is_something_to_hide(ask: Asker, shared: World) -> None:
    hidden = await hidden_ids(shared)
    assert len(hidden) > 15
    everything = await ask("{ customers { nodes { id name } } }")
    assert SECRET in str(everything.body)


@pytest.mark.parametrize("root", connections())
async def test_a_list_gives_and_counts_only_what_may_be_seen(ask: Asker, shared: World, root: str) -> None:
    hidden = await hidden_ids(shared)
    query = f'query @inContext(currency: "SEK") {{ {root}(first: 1000) {selection(named(root), 2)} }}'
    answer = await ask(query, **ONE)
    assert_nothing_leaks(answer, hidden)
    found = answer.data[root]
    assert found["count"]["value"] == len(found["nodes"])
    for order in orders(root):
        sorted_ = await ask(
            f"{{ {root}(orderBy: [{{field: {order}}}]) {{ edges {{ cursor node {{ id }} }} }} }}", **ONE
        )
        assert_nothing_leaks(sorted_, hidden)
        assert len(sorted_.data[root]["edges"]) == min(25, found["count"]["value"])


@pytest.mark.parametrize("prefix", sorted({cls.shape.prefix for cls in TYPES.values()}))
async def test_an_id_of_the_other_company_is_nobody(ask: Asker, shared: World, prefix: str) -> None:
    ids = [f"{prefix}_{key}" for key in await hidden_ids(shared)]
    answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}, **ONE)
    assert [node for node in answer.data["nodes"] if node is not None] == []


@pytest.mark.parametrize("root", connections())
async def test_naming_a_hidden_record_in_a_filter_finds_nothing(ask: Asker, shared: World, root: str) -> None:
    if "where" not in ROOTS[root].args:
        pytest.skip("this list has no filter")
    ids = [f"cus_{key}" for key in await hidden_ids(shared)]
    kind = str(ROOTS[root].args["where"].type)
    query = f"query ($where: {kind}) {{ {root}(where: $where) {{ count {{ value }} }} }}"
    for where in ({"id": {"in": ids}}, {"search": SECRET}):
        assert (await ask(query, {"where": where}, **ONE)).data[root]["count"]["value"] == 0
    assert (await ask(query, {"where": {"companies": ["DK01"]}}, **ONE)).codes == ["COMPANY_NOT_AVAILABLE"]


async def test_a_search_finds_nothing_of_the_other_company(ask: Asker, shared: World) -> None:
    assert (await ask(f'{{ search(text: "{SECRET}") {{ title }} }}', **ONE)).data["search"] == []


async def test_what_is_shared_is_given_in_total(ask: Asker, shared: World) -> None:
    query = """query @inContext(currency: "SEK") {
      creditGroup(number: "G1") { memberCount credit { exposure { receivables { amount } } }
        byCompany { company { code } exposure { receivables { amount } } } }
      party(number: "ACME") { credit { exposure { receivables { amount } } } customers { nodes { account } } } }"""
    data = (await ask(query, **ONE)).data
    assert data["creditGroup"]["memberCount"] == 1
    assert data["creditGroup"]["credit"]["exposure"]["receivables"]["amount"] == "80000.00"
    assert [share["company"] for share in data["creditGroup"]["byCompany"]] == [{"code": "SE01"}, None]
    assert data["party"]["credit"]["exposure"]["receivables"]["amount"] == "80000.00"
    assert [node["account"] for node in data["party"]["customers"]["nodes"]] == ["1001"]


async def test_a_group_without_a_member_one_may_see_is_not_seen(ask: Asker, shared: World) -> None:
    await shared.group("G2", "Others", "SEK", "FI01/2002")
    key = node_id("grp", shared.ids["G2"])
    query = f'{{ creditGroup(number: "G2") {{ id }} node(id: "{key}") {{ id }} creditGroups {{ nodes {{ number }} }} }}'
    data = (await ask(query, **ONE)).data
    assert data == {"creditGroup": None, "node": None, "creditGroups": {"nodes": [{"number": "G1"}]}}
