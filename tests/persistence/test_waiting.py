"""Requests that wait at the same time share a transaction; none disturbs or waits for another's."""

import asyncio

import pytest

from persistence.coalesce import Coalescer


def failing_at(culprit: int) -> Coalescer[int, int]:
    """Doubles numbers; any batch with the culprit in it fails."""

    async def run(batch: list[int]) -> list[int]:
        if culprit in batch:
            raise ValueError(culprit)
        return [2 * one for one in batch]

    async def run_free(batch: list[int]) -> list[int | None]:
        return list(await run(batch))

    return Coalescer(run, run_free=run_free)


async def test_what_waits_in_many_free_rooms_is_run_together() -> None:
    batches: list[list[int]] = []

    async def run_free(batch: list[int]) -> list[int | None]:
        batches.append(batch)
        return [2 * one for one in batch]

    async def run(batch: list[int]) -> list[int]:
        raise AssertionError("every room is free")

    waiting = Coalescer(run, most=8, run_free=run_free)
    answers = await asyncio.gather(*(waiting.ask(n % 5, n) for n in range(20)))
    assert answers == [2 * n for n in range(20)]
    assert sorted(one for batch in batches for one in batch) == list(range(20))
    assert max(len(batch) for batch in batches) == 8
    assert not waiting._queues


async def test_requests_of_one_room_are_run_in_their_order_and_never_at_the_same_time() -> None:
    running: set[str] = set()
    seen: list[int] = []

    async def run_free(batch: list[tuple[str, int]]) -> list[int | None]:
        rooms = {room for room, _ in batch}
        assert not rooms & running
        running.update(rooms)
        await asyncio.sleep(0)
        seen.extend(n for room, n in batch if room == "hot")
        running.difference_update(rooms)
        return [n for _, n in batch]

    async def run(batch: list[tuple[str, int]]) -> list[int]:
        raise AssertionError("every room is free")

    waiting = Coalescer(run, most=3, run_free=run_free)
    await asyncio.gather(*(waiting.ask(room, (room, n)) for n in range(12) for room in ("hot", f"cold {n}")))
    assert seen == list(range(12))


async def test_a_room_that_somebody_else_has_locked_waits_by_itself() -> None:
    released = asyncio.Event()

    async def run_free(batch: list[str]) -> list[str | None]:
        return [None if one.startswith("locked") else f"{one}, at once" for one in batch]

    async def run(batch: list[str]) -> list[str]:
        await released.wait()
        return [f"{one}, later" for one in batch]

    waiting = Coalescer(run, run_free=run_free)
    locked = [asyncio.create_task(waiting.ask("L", f"locked {n}")) for n in range(2)]
    assert await waiting.ask("F", "free") == "free, at once"
    assert not any(one.done() for one in locked)
    released.set()
    assert await asyncio.gather(*locked) == ["locked 0, later", "locked 1, later"]
    assert not waiting._queues


async def test_only_the_request_at_fault_hears_of_it() -> None:
    waiting = failing_at(3)
    answers = await asyncio.gather(*(waiting.ask(n % 4, n) for n in range(9)), return_exceptions=True)
    assert [answer for n, answer in enumerate(answers) if n != 3] == [2 * n for n in range(9) if n != 3]
    assert isinstance(answers[3], ValueError)


async def test_who_gives_up_does_not_disturb_the_others_and_is_left_out() -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()
    ran: list[int] = []

    async def run_free(batch: list[int]) -> list[int | None]:
        ran.extend(batch)
        begun.set()
        await going_on.wait()
        return list(batch)

    async def run(batch: list[int]) -> list[int]:
        raise AssertionError("every room is free")

    waiting = Coalescer(run, run_free=run_free)
    first = asyncio.create_task(waiting.ask("room", 1))
    await begun.wait()
    given_up, stays = (asyncio.create_task(waiting.ask("room", n)) for n in (2, 3))
    await asyncio.sleep(0)
    for one in (first, given_up):
        one.cancel()
    await asyncio.sleep(0)
    going_on.set()
    assert await stays == 3
    assert ran == [1, 3]


async def test_nobody_waits_for_a_lane_that_is_gone() -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def run_free(batch: list[int]) -> list[int | None]:
        begun.set()
        await going_on.wait()
        return list(batch)

    async def run(batch: list[int]) -> list[int]:
        raise AssertionError("every room is free")

    waiting = Coalescer(run, run_free=run_free)
    tasks = [asyncio.create_task(waiting.ask("room", 1))]
    await begun.wait()
    tasks.append(asyncio.create_task(waiting.ask("room", 2)))
    await asyncio.sleep(0)
    for worker in list(waiting._workers):
        worker.cancel()
    for task in tasks:
        with pytest.raises(asyncio.CancelledError):
            await task
    going_on.set()
    assert await waiting.ask("room", 3) == 3


async def test_a_second_transaction_is_begun_when_it_is_worth_one() -> None:
    running: list[int] = []
    batches: list[int] = []
    going_on = asyncio.Event()

    async def run_free(batch: list[int]) -> list[int | None]:
        running.append(len(batch))
        batches.append(len(running))
        await going_on.wait()
        running.pop()
        return list(batch)

    async def run(batch: list[int]) -> list[int]:
        raise AssertionError("every room is free")

    async def turns() -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    waiting = Coalescer(run, run_free=run_free)
    first = [asyncio.create_task(waiting.ask(n, n)) for n in range(3)]
    await turns()
    assert batches == [1]
    few = [asyncio.create_task(waiting.ask(n, n)) for n in range(3, 5)]
    await turns()
    assert batches == [1]
    enough = asyncio.create_task(waiting.ask(5, 5))
    await turns()
    assert batches == [1, 2]
    going_on.set()
    assert await asyncio.gather(*first, *few, enough) == list(range(6))
