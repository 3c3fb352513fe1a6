"""Evaluation in worker processes: admission, one worker for each question, and its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from licet_ingest.snapshot import NoSnapshotError, current
from licet_service import frames
from licet_service.admission import Bounds, Budgets, Turns
from licet_service.evaluation import CLIENT, Answer, BrokenAnswerError, Evaluated
from licet_service.problems import ProblemError
from licet_service.workers import Pool, WorkerEndedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from licet_ingest.snapshot import Snapshot
    from licet_service.admission import Turn
    from licet_service.evaluation import Question
    from licet_service.negotiation import Choice
    from licet_service.sandbox import Confinement
    from licet_service.settings import Settings
    from licet_service.workers import Worker

log = logging.getLogger("licet.evaluator")

_ABANDONED_S: Final = 0.1
"""What a question costs, at least, a client that goes away before its answer: a new worker."""

_TRIES: Final = 5
"""How often the time of a quick evaluation may pass before it counts as slow although it has not
used the processor for so long; and how often an answer may then ask for a place among the slow."""


@dataclass(frozen=True)
class _Job:
    """What a worker is given, and how it is accounted for."""

    what: str
    content: dict[str, Any]
    is_open: bool = True
    federates: bool = False


class WorkerEvaluator:
    """Has questions answered by worker processes that are killed when they take too much.

    Attributes:
        observers: Told of each evaluation that has ended.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._link = settings.data / "current"
        self._target: str | None = None
        self._snapshot: Snapshot | None = None
        self.observers: list[Callable[[Evaluated], None]] = []
        quick, slow = settings.query_workers or default_workers(), settings.slow_workers
        memory_bytes, services = settings.worker_memory_bytes, settings.federation
        self._budgets = Budgets(settings.client_burst_s, settings.client_budget_per_s)
        self._pool = Pool(quick, memory_bytes)
        self._turns = Turns(_bounds(settings, quick, slow), self._budgets)
        self._federation = Pool(2, memory_bytes, services) if services else None
        self._federation_turns = Turns(_bounds(settings, 1, 1), self._budgets)

    async def start(self) -> None:
        """Start the workers, and say what keeps them from the network."""
        await self._pool.start()
        if self._federation is not None:
            await self._federation.start()
        confinement = self._pool.confinement
        if confinement.namespace or confinement.seccomp:
            log.info("query workers are kept from the network by %s", confinement)
        else:
            log.warning(
                "this system cannot keep query workers from the network; "
                "only the reading of queries keeps SERVICE from calling out"
            )
        self._pool.turn_to(self.snapshot().path)

    async def stop(self) -> None:
        """End all workers."""
        await self._pool.stop()
        if self._federation is not None:
            await self._federation.stop()

    @property
    def confinement(self) -> Confinement:
        """What keeps the workers from the network."""
        return self._pool.confinement

    @property
    def running(self) -> int:
        """How many evaluations go on."""
        return self._turns.running + self._federation_turns.running

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        return self._turns.waiting + self._federation_turns.waiting

    def snapshot(self) -> Snapshot:
        """Return the snapshot in force; see ``Evaluator``."""
        try:
            target = os.readlink(self._link)  # noqa: PTH115 - in every request, and so quicker
        except OSError:
            target = None
        if self._snapshot is None or target is None or target != self._target:
            self._snapshot = None
            self._snapshot = current(self._settings.data)
            self._target = target
        return self._snapshot

    async def stream(self, question: Question) -> _Talk:
        """Return the answer to a question as it comes; see ``Evaluator``."""

        def named(choice: Choice | None) -> tuple[str, str] | None:
            return (choice.representation.name, choice.media_type) if choice else None

        content = {
            "kind": "question",
            "text": question.text,
            "results": named(question.results),
            "graph": named(question.graph),
            "reading": question.reading,
            "substitutions": question.substitutions,
            "default_graph_iris": question.default_graph_iris,
            "named_graph_iris": question.named_graph_iris,
            "max_rows": self._settings.max_result_rows,
        }
        federates = self._federation is not None and "service" in question.text.casefold()
        return await self._begin(_Job("query", content, federates=federates))

    async def graph(self, graph_iri: str, choice: Choice) -> _Talk:
        """Return all triples of a named graph as they come; see ``Evaluator``."""
        content = {
            "kind": "graph",
            "graph": graph_iri,
            "format": choice.representation.name,
            "media_type": choice.media_type,
            "max_rows": self._settings.max_result_rows,
        }
        return await self._begin(_Job("graph", content))

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question; see ``Evaluator``."""
        talk = await self.stream(question)
        try:
            if talk.whole is not None:
                return talk.whole
            body = bytearray()
            async for part in talk.parts():
                body += part
                if len(body) > self._settings.max_held_bytes:
                    detail = f"It has more than {self._settings.max_held_bytes} bytes."
                    raise ProblemError("result-too-large", detail)
            return Answer(bytes(body), talk.media_type, talk.rows)
        except BrokenAnswerError as error:
            raise talk.problem or ProblemError("evaluation-failed", "It broke off.") from error
        finally:
            await talk.close()

    async def call(self, task: str, **arguments: Any) -> Any:
        """Return what a task returns; see ``Evaluator``."""
        return orjson.loads(await self.call_for_json(task, **arguments))

    async def call_for_json(self, task: str, **arguments: Any) -> bytes:
        """Return what a task returns as JSON; see ``Evaluator``."""
        content = {"kind": "task", "task": task, "arguments": arguments}
        talk = await self._begin(_Job(task, content, is_open=False))
        assert talk.whole is not None  # noqa: S101 - a task is answered at once
        return talk.whole.body

    async def _begin(self, job: _Job) -> _Talk:
        self.snapshot()  # if there is none, nobody need wait to learn it
        client = CLIENT.get()
        self._budgets.check(client)
        pool, turns = self._pool, self._turns
        if job.federates and self._federation is not None:
            pool, turns = self._federation, self._federation_turns
        asked_at = time.monotonic()
        turn = await turns.enter(client, is_open=job.is_open)
        began_at = time.monotonic()

        def left(talk: _Talk, outcome: str) -> None:
            turns.leave(turn)
            took_s = time.monotonic() - began_at
            # A streamed answer holds its worker as long as its reader takes.
            charged_s = took_s if talk.used_s is None or talk.streams else talk.used_s
            self._budgets.charge(client, max(charged_s, _ABANDONED_S * (outcome == "abandoned")))
            text = job.content.get("text", "")
            waited_s, size = began_at - asked_at, talk.body_bytes
            told = Evaluated(job.what, text, client, outcome, waited_s, took_s, talk.rows, size)
            for observe in self.observers:
                observe(told)

        talk = _Talk(pool, self._settings, turns, turn, left)
        # Only now: one that has waited must not put back in force what it saw when it came.
        await talk.begin(self.snapshot, orjson.dumps(job.content))
        return talk


class _Talk:
    """One question to one worker, from the taking of the worker to its return or its end."""

    def __init__(
        self,
        pool: Pool,
        settings: Settings,
        turns: Turns,
        turn: Turn,
        left: Callable[[_Talk, str], None],
    ) -> None:
        self._pool = pool
        self._turns = turns
        self._turn = turn
        self._left = left
        self._quick_s = settings.quick_s
        self._slowing: asyncio.TimerHandle | None = None
        self._tries = 0
        self._evaluation_left_s = settings.query_timeout_s
        self._answer_timeout_s = settings.answer_timeout_s
        self._worker: Worker | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._ended = False
        self.media_type = ""
        self.whole: Answer | None = None
        self.problem: ProblemError | None = None
        self.rows = 0
        self.body_bytes = 0
        self.streams = False
        self.used_s: float | None = None

    async def begin(self, snapshot: Callable[[], Snapshot], job: bytes) -> None:
        """Ask, and wait for the answer or its beginning."""
        try:
            self._worker = await self._take(snapshot)
            self._worker.send(job)
            loop = asyncio.get_running_loop()
            self._slowing = loop.call_later(self._quick_s, self._goes_on)
            kind, payload = await self._read()
            match kind:
                case frames.WHOLE:
                    about, body = frames.unpack_whole(payload)
                    self.body_bytes = len(body)
                    self._finish(orjson.loads(about))
                    self.whole = Answer(body, self.media_type, self.rows)
                case frames.HEAD:
                    self.media_type = orjson.loads(payload)["media_type"]
                    self.streams = True
                    # Whoever forgets to close this cannot keep the worker for ever.
                    self._alarm = loop.call_later(self._answer_timeout_s, self._out_of_time)
                case _:
                    self._fail(payload)
        except NoSnapshotError:
            self._end("no-snapshot")
            raise
        except ProblemError as problem:
            self._end(problem.kind)
            raise
        except WorkerEndedError as error:
            reason = self.problem or _problem_of(error)
            self._end(reason.kind)
            raise reason from error
        except BaseException:
            self._end("abandoned")
            raise

    async def _take(self, snapshot: Callable[[], Snapshot]) -> Worker:
        """Return a worker on the snapshot in force, even if another one is put there meanwhile."""
        while True:
            path = snapshot().path
            try:
                return await self._pool.take(path)
            except NoSnapshotError:
                if snapshot().path == path:
                    raise

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the answer part by part; see ``Stream``."""
        try:
            while True:
                kind, payload = await self._read()
                match kind:
                    case frames.DATA:
                        self.body_bytes += len(payload)
                        yield payload
                    case frames.END:
                        self._finish(orjson.loads(payload))
                        return
                    case _:
                        self._fail(payload)
        except (ProblemError, WorkerEndedError) as error:
            if self.problem is None:
                self.problem = error if isinstance(error, ProblemError) else _problem_of(error)
            self._end("broken")
            raise BrokenAnswerError(str(self.problem)) from error

    async def close(self) -> None:
        """End the evaluation if it goes on; see ``Stream``."""
        self._end("abandoned")

    def _goes_on(self) -> None:
        """Go on among the slow evaluations, or end where there is no place.

        What has begun to be sent would be broken: it may wait a few times for a place.
        """
        if self._ended or self._worker is None:
            return
        self._tries += 1
        # On a busy machine everything takes time: slow is what uses the processor, or its turn.
        is_slow = self._worker.uses_s() > self._quick_s or self._tries > _TRIES
        may_move = is_slow or self._turns.waiting > 0
        if may_move and self._turns.slow_down(self._turn, self._make_room, claims=is_slow):
            return
        may_go_on = not is_slow or (self.streams and self._tries <= 2 * _TRIES)
        if may_go_on and not self._turns.is_outbid(self._turn):
            loop = asyncio.get_running_loop()
            self._slowing = loop.call_later(self._quick_s, self._goes_on)
        else:
            self._make_room()

    def _make_room(self) -> None:
        """End for want of a place; whoever reads the answer learns why."""
        detail = "Other long queries are being evaluated. Try again later, or ask for less."
        retry = {"Retry-After": "30"}
        self.problem = ProblemError("busy", detail, headers=retry, retry_after_s=30)
        if self._worker is not None:
            self._worker.kill()

    def _out_of_time(self) -> None:
        self._end("broken")

    async def _read(self) -> tuple[bytes, bytes]:
        """Return the next message; only waiting for the worker counts as evaluation."""
        if self._worker is None:
            raise ProblemError("out-of-time", "The whole answer takes too long.")
        started = time.monotonic()
        try:
            async with asyncio.timeout(max(self._evaluation_left_s, 0.001)):
                return await self._worker.read()
        except TimeoutError:
            detail = "Ask for less, or with more selective patterns."
            raise ProblemError("out-of-time", detail) from None
        finally:
            self._evaluation_left_s -= time.monotonic() - started

    def _finish(self, about: dict[str, Any]) -> None:
        if self._worker is not None:
            self.used_s = self._worker.has_used(about["used_s"])
        self.media_type = about.get("media_type", self.media_type)
        self.rows = about["rows"]
        self._end("ok", leaves=about["leaves"])

    def _fail(self, payload: bytes) -> None:
        """Raise the problem that a worker tells, which goes on working."""
        told = orjson.loads(payload)
        if told["log"]:
            log.error("in a worker: %s", told["log"])
        if self._worker is not None:
            self.used_s = self._worker.has_used(told["used_s"])
        self._end(told["problem"], leaves=told["leaves"])
        raise ProblemError(
            told["problem"], told["detail"], headers=told["headers"], **told["members"]
        )

    def _end(self, outcome: str, *, leaves: bool | None = None) -> None:
        """Give the worker back, or end it if it has not said that it is ready, and tell of it."""
        if self._ended:
            return
        self._ended = True
        for timer in (self._alarm, self._slowing):
            if timer is not None:
                timer.cancel()
        if self._worker is not None:
            if leaves is None:
                self._pool.kill(self._worker)
            else:
                self._pool.give_back(self._worker, leaves=leaves)
            self._worker = None
        self._left(self, outcome)


def _problem_of(error: WorkerEndedError) -> ProblemError:
    # The allocator aborts when it gets no more; the kernel kills when nobody has any.
    if error.status in {-signal.SIGABRT, -signal.SIGKILL}:
        return ProblemError("out-of-memory", "It needs more memory than it may have.")
    log.error("%s", error)
    return ProblemError("evaluation-failed", "The process that evaluated it has ended.")


def default_workers() -> int:
    """Return one worker more than there are processors, and four at least."""
    return max(4, (os.cpu_count() or 1) + 1)


def _bounds(settings: Settings, quick: int, slow: int) -> Bounds:
    # One worker is left to small tasks whatever is asked, and one to other clients.
    quick_open = max(1, quick - 1)
    return Bounds(
        quick=quick,
        quick_open=quick_open,
        quick_of_client=max(1, quick_open - 1),
        slow=slow,
        slow_of_client=max(1, slow - 1),
        waiting=settings.max_waiting,
        waiting_of_client=max(1, settings.max_waiting // 4),
        wait_s=settings.wait_timeout_s,
    )
