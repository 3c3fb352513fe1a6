"""Budgets of clients and turns at the workers."""

from __future__ import annotations

import asyncio

import pytest

from licet_service.admission import Bounds, Budgets, Turns, client_of
from licet_service.problems import ProblemError


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def turns(clock: Clock | None = None, **bounds: float) -> Turns:
    given = {"quick": 2, "quick_open": 2, "quick_of_client": 1, "slow": 1, "slow_of_client": 1}
    waiting = {"waiting": 4, "waiting_of_client": 2, "wait_s": 5.0}
    return Turns(Bounds(**{**given, **waiting, **bounds}), Budgets(60, 1, clock or Clock()))  # type: ignore[arg-type]


def test_of_ipv6_a_network_is_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff") != client_of("2001:db8:1::1")
    assert client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("testclient") == "testclient"


def test_a_budget_is_spent_and_comes_back() -> None:
    clock = Clock()
    budgets = Budgets(burst_s=10, per_s=0.5, clock=clock)
    budgets.charge("a", 14)
    budgets.check("b")
    with pytest.raises(ProblemError) as caught:
        budgets.check("a")
    clock.now += int(caught.value.headers["Retry-After"])
    budgets.check("a")
    clock.now += 1_000
    assert budgets.left("a") == 10


def test_clients_take_turns() -> None:
    async def run() -> None:
        held = turns(quick=1, waiting_of_client=3)
        order: list[str] = []

        async def ask(client: str) -> None:
            turn = await held.enter(client, is_open=True)
            order.append(client)
            await asyncio.sleep(0)
            held.leave(turn)

        first = await held.enter("x", is_open=True)
        asked = [asyncio.create_task(ask(c)) for c in ("a", "a", "a", "b")]
        await asyncio.sleep(0)
        held.leave(first)
        await asyncio.gather(*asked)
        assert order == ["a", "b", "a", "a"]
        assert held.running == held.waiting == 0

    asyncio.run(run())


@pytest.mark.parametrize(("clients", "kind"), [("aaa", "too-many-requests"), ("bcde", "busy")])
def test_no_more_than_so_many_wait(clients: str, kind: str) -> None:
    async def run() -> None:
        held = turns(quick=1, quick_open=1, waiting=3)
        turn = await held.enter("x", is_open=True)
        asked = [asyncio.create_task(held.enter(c, is_open=True)) for c in clients]
        await asyncio.sleep(0)
        (refused,) = [task for task in asked if task.done()]
        problem = refused.exception()
        assert isinstance(problem, ProblemError)
        assert (problem.kind, problem.headers["Retry-After"]) == (kind, "5")
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        held.leave(turn)
        assert held.running == held.waiting == 0

    asyncio.run(run())


def test_who_waits_too_long_is_told_when_to_come_back() -> None:
    async def run() -> None:
        held = turns(quick=1, wait_s=0.01)
        await held.enter("a", is_open=True)
        with pytest.raises(ProblemError) as caught:
            await held.enter("b", is_open=True)
        assert caught.value.kind == "busy"
        assert not held.waiting

    asyncio.run(run())


def test_who_gives_up_while_waiting_is_never_let_in() -> None:
    async def run() -> None:
        held = turns(quick=1)
        turn = await held.enter("a", is_open=True)
        asked = [asyncio.create_task(held.enter(c, is_open=True)) for c in "bc"]
        await asyncio.sleep(0)
        asked[0].cancel()
        held.leave(turn)  # before the task that gave up has run
        last = await asked[1]
        assert last.client == "c"
        held.leave(last)
        assert held.running == held.waiting == 0

    asyncio.run(run())


def test_one_worker_is_left_to_small_tasks() -> None:
    async def run() -> None:
        held = turns(quick=2, quick_open=1)
        await held.enter("a", is_open=True)
        asked = asyncio.create_task(held.enter("b", is_open=True))
        await asyncio.sleep(0)
        assert not asked.done()
        await held.enter("c", is_open=False)
        asked.cancel()

    asyncio.run(run())


def test_who_has_used_less_takes_a_place_among_the_slow() -> None:
    async def run() -> None:
        clock = Clock()
        held = turns(clock)
        ended: list[str] = []
        costly = await held.enter("a", is_open=True)
        assert held.slow_down(costly, lambda: ended.append("a"))
        equal = await held.enter("b", is_open=True)
        assert not held.slow_down(equal, lambda: ended.append("b"))
        clock.now += 20
        late = await held.enter("c", is_open=True)
        assert not held.slow_down(late, lambda: ended.append("c"), claims=False)
        assert held.slow_down(late, lambda: ended.append("c"))
        assert ended == ["a"]
        for turn in (costly, equal, late):
            held.leave(turn)
        assert not held.running

    asyncio.run(run())


def test_who_waits_outbids_who_has_used_far_more() -> None:
    async def run() -> None:
        clock = Clock()
        held = turns(clock, quick=1)
        costly = await held.enter("a", is_open=True)
        waits = asyncio.create_task(held.enter("b", is_open=True))
        await asyncio.sleep(0)
        clock.now += 15
        assert not held.is_outbid(costly)
        clock.now += 15
        assert held.is_outbid(costly)
        held.leave(costly)
        assert not held.is_outbid(await waits)

    asyncio.run(run())
