"""Who may have a query evaluated now: budgets of clients, and turns at the workers."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED_CLIENTS: Final = 10_000
_CLEARLY_LESS_S: Final = 3.0
"""By how much a client must have used less than another to take its place among the slow."""
_FAR_LESS_S: Final = 20.0
"""By how much, to take its place among the quick, where it has had it for long."""


@lru_cache(maxsize=10_000)
def client_of(address: str) -> str:
    """Return whom an address stands for: itself, or of IPv6 the network that one customer has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


class Budgets:
    """How many seconds of evaluation each client has left.

    A client that was not seen has ``burst_s``; what it uses is taken away, and comes back at
    ``per_s`` seconds a second. What is still running may take a budget below nothing.

    Attributes:
        clock: In seconds.
    """

    def __init__(
        self, burst_s: float, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst_s = burst_s
        self._per_s = per_s
        self.clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, client: str) -> float:
        """Return how many seconds a client has left; less than nothing if it has overdrawn."""
        left, then = self._left.get(client, (self._burst_s, 0.0))
        return min(self._burst_s, left + (self.clock() - then) * self._per_s)

    def check(self, client: str) -> None:
        """Let a client pass who has something left.

        Raises:
            ProblemError: It has nothing left; the problem says when it will.
        """
        left = self.left(client)
        if left <= 0:
            wait_s = math.ceil(-left / self._per_s) + 1
            detail = f"Queries of this client may be evaluated again in {wait_s} s."
            headers = {"Retry-After": str(wait_s)}
            raise ProblemError("budget-spent", detail, headers=headers, retry_after_s=wait_s)

    def charge(self, client: str, used_s: float) -> None:
        """Take what a client has used from what it has left."""
        self._left[client] = (self.left(client) - used_s, self.clock())
        self._left.move_to_end(client)
        while len(self._left) > _REMEMBERED_CLIENTS:
            self._left.popitem(last=False)


@dataclass(frozen=True)
class Bounds:
    """How many may be evaluated and wait at a time.

    Every evaluation begins among the quick ones. One that goes on needs a place among the slow
    ones, so that no number of long queries keeps short ones waiting for long.

    Attributes:
        quick: Quick evaluations in all.
        quick_open: Those of them that anybody may write; the rest is kept for small tasks.
        quick_of_client: Those of one client.
        slow: Slow evaluations in all.
        slow_of_client: Those of one client.
        waiting: That wait, in all.
        waiting_of_client: Of one client.
        wait_s: How long one waits at most.
    """

    quick: int
    quick_open: int
    quick_of_client: int
    slow: int
    slow_of_client: int
    waiting: int
    waiting_of_client: int
    wait_s: float


@dataclass(eq=False)
class Turn:
    """The right of a client to have something evaluated now.

    Attributes:
        client: Whose.
        is_open: Whether anybody may write what is evaluated; if not, it is a small task.
        is_slow: Whether it is among the slow ones.
        began_at: On the clock of the budgets.
        give_up: Ends the evaluation for one that has a better claim; known when it is slow.
    """

    client: str
    is_open: bool
    began_at: float
    is_slow: bool = False
    give_up: Callable[[], None] | None = None


class Turns:
    """Lets clients in by turns, so that one who asks a hundred things delays no other."""

    def __init__(self, bounds: Bounds, budgets: Budgets) -> None:
        self._bounds = bounds
        self._budgets = budgets
        self._slow: list[Turn] = []
        self._running: Counter[str] = Counter()
        self._open_running = 0
        self._waiting: OrderedDict[str, deque[tuple[asyncio.Future[None], bool]]] = OrderedDict()

    @property
    def running(self) -> int:
        """How many are being evaluated."""
        return self._running.total() + len(self._slow)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    def _may(self, client: str, is_open: bool) -> bool:
        return (
            self._running.total() < self._bounds.quick
            and self._running[client] < self._bounds.quick_of_client
            and not (is_open and self._open_running >= self._bounds.quick_open)
        )

    async def enter(self, client: str, *, is_open: bool) -> Turn:
        """Wait for a turn, which lasts until ``leave``.

        Raises:
            ProblemError: Too many wait already, or it takes too long.
        """
        if client in self._waiting or not self._may(client, is_open):
            await self._wait(client, is_open)
        else:
            self._enter(client, is_open)
        return Turn(client, is_open, self._budgets.clock())

    def slow_down(self, turn: Turn, give_up: Callable[[], None], *, claims: bool = True) -> bool:
        """Move an evaluation that goes on among the slow ones; tell if there is a place for it.

        A client that has used little takes the place of one that has used much more, if it claims
        it: what only makes room for others takes none.
        """
        own = sum(other.client == turn.client for other in self._slow)
        if own >= self._bounds.slow_of_client:
            return False
        if len(self._slow) >= self._bounds.slow:
            costliest = min(self._slow, key=self._claim)
            if not claims or self._claim(costliest) + _CLEARLY_LESS_S > self._claim(turn):
                return False
            assert costliest.give_up is not None  # noqa: S101 - it is slow
            costliest.give_up()
        turn.is_slow, turn.give_up = True, give_up
        self._slow.append(turn)
        self._left_quick(turn.client, turn.is_open)
        return True

    def is_outbid(self, turn: Turn) -> bool:
        """Tell whether somebody waits who has a far better claim on the place of a quick turn."""
        most = self._claim(turn) + _FAR_LESS_S
        return not turn.is_slow and any(self._budgets.left(other) > most for other in self._waiting)

    def _claim(self, turn: Turn) -> float:
        return self._budgets.left(turn.client) - (self._budgets.clock() - turn.began_at)

    def leave(self, turn: Turn) -> None:
        """End a turn, and let others in."""
        if turn.is_slow:
            self._slow.remove(turn)
        else:
            self._left_quick(turn.client, turn.is_open)

    def _left_quick(self, client: str, is_open: bool) -> None:
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        self._open_running -= is_open
        self._admit()

    def _enter(self, client: str, is_open: bool) -> None:
        self._running[client] += 1
        self._open_running += is_open

    async def _wait(self, client: str, is_open: bool) -> None:
        own = self._waiting.get(client, ())
        retry = {"Retry-After": "5"}
        if len(own) >= self._bounds.waiting_of_client:
            detail = f"{len(own)} requests of this client wait already."
            raise ProblemError("too-many-requests", detail, headers=retry, retry_after_s=5)
        if self.waiting >= self._bounds.waiting:
            raise ProblemError("busy", "Too many requests wait.", headers=retry, retry_after_s=5)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (future, is_open)
        self._waiting.setdefault(client, deque()).append(entry)
        try:
            async with asyncio.timeout(self._bounds.wait_s):
                await future
        except BaseException as error:
            if future.done() and not future.cancelled():  # it was let in at the last moment
                self._left_quick(client, is_open)
            else:
                self._forget(client, entry)
            if isinstance(error, TimeoutError):
                detail = f"No worker was free for {self._bounds.wait_s:g} s."
                raise ProblemError("busy", detail, headers=retry, retry_after_s=5) from None
            raise

    def _forget(self, client: str, entry: tuple[asyncio.Future[None], bool]) -> None:
        own = self._waiting.get(client)
        if own and entry in own:
            own.remove(entry)
            if not own:
                del self._waiting[client]

    def _admit(self) -> None:
        """Let in whoever may, one of each client after the other."""
        for client in list(self._waiting):
            if self._running.total() >= self._bounds.quick:
                return
            own = self._waiting[client]
            # One that has been given up is still here until its task has run.
            entry = next((e for e in own if not e[0].done() and self._may(client, e[1])), None)
            if entry is None:
                continue
            self._forget(client, entry)
            if client in self._waiting:
                self._waiting.move_to_end(client)
            self._enter(client, entry[1])
            entry[0].set_result(None)
