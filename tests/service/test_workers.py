"""Evaluation in processes that are killed: what a query may take, and what becomes of the rest."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from licet_ingest.snapshot import current
from licet_service import sandbox
from licet_service.evaluation import CLIENT, BrokenAnswerError, Evaluated, Question
from licet_service.evaluator import WorkerEvaluator
from licet_service.negotiation import GRAPHS, RESULTS, choose
from licet_service.problems import ProblemError
from licet_service.settings import Settings
from licet_service.workers import Pool, WorkerEndedError, WorkerParent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator

    from fastapi.testclient import TestClient

    from licet_service.workers import Worker

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAM = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SHORT = "ASK { ?s a licet:License }"


def question(text: str, format_: str = "json") -> Question:
    return Question(text, choose(RESULTS, None, [format_]), choose(GRAPHS, None, [format_]))


def evaluating(
    data: Path, use: Callable[[WorkerEvaluator], Awaitable[Any]], **settings: Any
) -> list[Evaluated]:
    """Run something with an evaluator of some settings; return what was observed."""
    seen: list[Evaluated] = []

    async def run() -> None:
        evaluator = WorkerEvaluator(Settings(data=data, **settings))
        evaluator.observers.append(seen.append)
        await evaluator.start()
        try:
            await use(evaluator)
        finally:
            await evaluator.stop()

    asyncio.run(run())
    return seen


def test_a_query_that_takes_too_long_is_ended_and_the_next_one_answered(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        with pytest.raises(ProblemError) as caught:
            await evaluator.answer(question(ENDLESS))
        assert caught.value.kind == "out-of-time"
        assert (await evaluator.answer(question(SHORT))).body == b'{"head":{},"boolean":true}'

    seen = evaluating(data, use, query_timeout_s=0.5)
    assert [e.outcome for e in seen] == ["out-of-time", "ok"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the data of a process")
def test_a_query_that_needs_too_much_memory_is_ended(data: Path) -> None:
    doubled = " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(28))
    text = f'SELECT (STRLEN(?v28) AS ?n) {{ BIND("0123456789abcdef" AS ?v0) {doubled} }}'

    async def use(evaluator: WorkerEvaluator) -> None:
        with pytest.raises(ProblemError) as caught:
            await evaluator.answer(question(text))
        assert caught.value.kind == "out-of-memory"
        await evaluator.answer(question(SHORT))

    evaluating(data, use, worker_memory_bytes=256 * 1024 * 1024)


def test_an_answer_that_breaks_off_never_looks_whole(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        stream = await evaluator.stream(question(STREAM, "csv"))
        assert stream.whole is None
        parts = stream.parts()
        assert len(await anext(parts)) > 10_000
        with pytest.raises(BrokenAnswerError):
            await asyncio.wait_for(_exhaust(parts), 30)
        await stream.close()

    (seen,) = evaluating(data, use, max_result_rows=5_000)
    assert (seen.outcome, seen.rows) == ("result-too-large", 0)


async def _exhaust(parts: AsyncIterator[bytes]) -> None:
    async for _ in parts:
        pass


def test_who_goes_away_takes_the_evaluation_along(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        asked = asyncio.create_task(evaluator.answer(question(ENDLESS)))
        while not evaluator.running:
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert not evaluator.running
        stream = await evaluator.stream(question(STREAM, "csv"))
        assert evaluator.running
        await stream.close()
        assert not evaluator.running

    assert [e.outcome for e in evaluating(data, use)] == ["abandoned", "abandoned"]


def test_many_abandoned_queries_leave_the_service_answering(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        for _ in range(3):
            asked = [asyncio.create_task(evaluator.answer(question(ENDLESS))) for _ in range(8)]
            await asyncio.sleep(0.1)
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        assert evaluator.running == evaluator.waiting == 0
        await asyncio.gather(*(evaluator.answer(question(SHORT)) for _ in range(20)))

    evaluating(data, use, client_burst_s=1_000)


def test_a_worker_that_dies_while_idle_is_replaced_unnoticed(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        await evaluator.answer(question(SHORT))
        await asyncio.sleep(0.3)
        for worker in _descendants(os.getpid(), depth=2):
            os.kill(worker, signal.SIGKILL)
        await asyncio.sleep(0.2)
        await evaluator.answer(question(SHORT))

    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not list processes under /proc")
    evaluating(data, use)


def test_there_is_a_worker_for_whoever_is_let_in(data: Path) -> None:
    """One that is being killed for another still counts while that one asks."""

    async def run() -> None:
        pool = Pool(2, 1 << 30)
        await pool.start()
        snapshot = current(data).path
        try:
            taken = [await pool.take(snapshot) for _ in range(4)]
            assert len({worker.number for worker in taken}) == 4
            for worker in taken:
                pool.give_back(worker)
            assert [worker.has_ended for worker in taken] == [False, False, True, True]
        finally:
            await pool.stop()

    asyncio.run(run())


def test_a_worker_that_fails_to_start_is_started_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork, failures = WorkerParent.fork, [WorkerEndedError(-9), OSError("no buffer")]

    async def forked(parent: WorkerParent, snapshot: Path) -> Worker:
        if failures:
            raise failures.pop()
        return await fork(parent, snapshot)

    async def use(evaluator: WorkerEvaluator) -> None:
        await evaluator.answer(question(SHORT))
        assert not failures

    monkeypatch.setattr(WorkerParent, "fork", forked)
    evaluating(data, use, query_workers=1)


def test_a_snapshot_that_is_gone_before_it_is_opened_fails_no_question(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update may remove one just after another has taken its place."""
    folder = tmp_path / "data"
    shutil.copytree(data, folder, symlinks=True)
    kept = current(folder)
    gone = folder / "snapshots" / "gone"
    shutil.copytree(kept.path, gone)
    fork = WorkerParent.fork

    async def forked(parent: WorkerParent, snapshot: Path) -> Worker:
        if snapshot.name == "gone" and gone.exists():
            _put_in_force(folder, kept.path.name)
            shutil.rmtree(gone)
        return await fork(parent, snapshot)

    async def use(evaluator: WorkerEvaluator) -> None:
        _put_in_force(folder, "gone")
        await evaluator.answer(question(SHORT))
        assert evaluator.snapshot().id == kept.id

    monkeypatch.setattr(WorkerParent, "fork", forked)
    evaluating(folder, use, query_workers=1)


def _put_in_force(folder: Path, name: str) -> None:
    link = folder / "current.new"
    link.symlink_to(f"snapshots/{name}")
    link.replace(folder / "current")


def test_the_parent_of_the_workers_is_replaced_if_it_dies(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        await evaluator.answer(question(SHORT))
        (parent,) = set(_descendants(os.getpid(), depth=1)) - others
        os.kill(parent, signal.SIGKILL)
        await asyncio.sleep(0.3)
        await evaluator.answer(question(SHORT))

    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not list processes under /proc")
    others = set(_descendants(os.getpid(), depth=1))
    evaluating(data, use)


def _descendants(process: int, depth: int) -> list[int]:
    """Return the processes so many steps below one, of those that run our module."""
    found = [process]
    for _ in range(depth):
        found = [
            int(child)
            for one in found
            for task in Path(f"/proc/{one}/task").glob("*/children")
            for child in task.read_text().split()
            if b"worker_parent" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
    return found


def test_a_client_that_has_used_up_its_time_waits_and_others_do_not(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        CLIENT.set("192.0.2.1")
        with pytest.raises(ProblemError):
            await evaluator.answer(question(ENDLESS))
        with pytest.raises(ProblemError) as caught:
            await evaluator.answer(question(SHORT))
        assert caught.value.kind == "budget-spent"
        assert int(caught.value.headers["Retry-After"]) >= 1
        CLIENT.set("192.0.2.2")
        await evaluator.answer(question(SHORT))

    evaluating(data, use, query_timeout_s=0.5, client_burst_s=0.2, client_budget_per_s=0.1)


def test_long_queries_of_one_client_do_not_keep_others_waiting(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        CLIENT.set("192.0.2.1")
        asked = [asyncio.create_task(evaluator.answer(question(ENDLESS))) for _ in range(12)]
        await asyncio.sleep(0.1)
        CLIENT.set("192.0.2.2")
        await asyncio.gather(*(evaluator.answer(question(SHORT)) for _ in range(5)))
        assert sum(task.done() for task in asked) < 12
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    evaluating(data, use, query_timeout_s=20)


def test_a_long_query_without_a_place_among_the_long_ones_is_ended(data: Path) -> None:
    async def use(evaluator: WorkerEvaluator) -> None:
        asked = (evaluator.answer(question(ENDLESS)) for _ in range(2))
        problems = await asyncio.gather(*asked, return_exceptions=True)
        kinds = sorted(p.kind for p in problems if isinstance(p, ProblemError))
        assert kinds == ["busy", "out-of-time"]

    evaluating(data, use, slow_workers=1, quick_s=0.2, query_timeout_s=4)


def test_a_new_snapshot_is_picked_up_under_load_without_a_failed_request(
    data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder, symlinks=True)
    first = (folder / "current").resolve()
    second = first.with_name(first.name + "-again")
    shutil.copytree(first, second)

    async def use(evaluator: WorkerEvaluator) -> None:
        done = False

        async def ask() -> int:
            asked = 0
            while not done:
                assert (await evaluator.answer(question(SHORT))).body.endswith(b"true}")
                asked += 1
            return asked

        asking = [asyncio.create_task(ask()) for _ in range(4)]
        for turn in range(6):
            link = folder / "current.new"
            link.symlink_to(Path("snapshots") / (second, first)[turn % 2].name)
            link.replace(folder / "current")
            wanted = (second, first)[turn % 2].name
            assert await evaluator.call("snapshot-id") == wanted
            await asyncio.sleep(0.05)
        done = True
        assert sum(await asyncio.gather(*asking)) > 6

    evaluating(data=folder, use=use, client_burst_s=1_000)


@pytest.mark.parametrize("way", ["seccomp", "namespace"])
def test_a_worker_has_no_network(way: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        process = os.fork()
        if process == 0:  # what is denied here is denied for good
            status = 2
            with suppress(BaseException):
                confined = (
                    sandbox.deny_system_calls()
                    if way == "seccomp"
                    else sandbox.own_network_namespace()
                )
                status = 3
                if confined:
                    try:
                        socket.create_connection(listener.getsockname(), 1)
                    except OSError:
                        status = 0
                    else:
                        status = 1
            os._exit(status)
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if ended == 3:
        pytest.skip(f"this system does not let a process do without the network by {way}")
    assert ended == 0


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is of Linux")
def test_a_query_that_passes_the_reading_meets_no_network(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the refusal of SERVICE had been fooled: the list of allowed ones lets it through."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        called = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        program = (
            "import sys; from licet_service import worker, worker_parent\n"
            "worker.refuse_federation = lambda *_: None\n"
            "worker_parent.main(int(sys.argv[1]), int(sys.argv[2]), [])"
        )
        start = subprocess.Popen

        def popen(command: list[str], **options: Any) -> subprocess.Popen[Any]:
            assert command[1:3] == ["-m", "licet_service.worker_parent"]
            return start([command[0], "-c", program, *command[3:]], **options)

        monkeypatch.setattr(subprocess, "Popen", popen)

        async def use(evaluator: WorkerEvaluator) -> None:
            confinement = evaluator.confinement
            if not (confinement.seccomp or confinement.namespace):
                pytest.skip("this system cannot keep a process from the network")
            with pytest.raises(ProblemError):
                await evaluator.answer(question(f"ASK {{ SERVICE <{called}> {{ ?s ?p ?o }} }}"))

        evaluating(data, use)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_allowed_service_is_called_and_no_other(data: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        allowed = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        answer = (
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"a:b"}}]}}'
        )

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                head = "HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
                length = f"Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
                connection.sendall((head + length).encode() + answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()

        async def use(evaluator: WorkerEvaluator) -> None:
            text = f"SELECT ?x {{ SERVICE <{allowed}> {{ ?x ?p ?o }} }}"
            assert b"a:b" in (await evaluator.answer(question(text))).body
            for other in (allowed + "/x", "http://127.0.0.1:9/"):
                text = f"SELECT ?x {{ SERVICE <{allowed}> {{}} SERVICE <{other}> {{ ?x ?p ?o }} }}"
                with pytest.raises(ProblemError) as caught:
                    await evaluator.answer(question(text))
                assert caught.value.kind == "federation-refused"

        evaluating(data, use, federation=(allowed,))
        thread.join(5)


def test_from_of_what_is_not_in_the_dataset_is_empty_and_never_fetched(data: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        called = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        async def use(evaluator: WorkerEvaluator) -> None:
            text = f"ASK FROM <{called}> FROM NAMED <{called}> {{ ?s ?p ?o }}"
            assert b"false" in (await evaluator.answer(question(text))).body

        evaluating(data, use)
        with pytest.raises(TimeoutError):
            listener.accept()


@contextmanager
def _get(address: str, query: str, version: int = 11) -> Generator[HTTPResponse]:
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=30)) as connection:
        connection._http_vsn = version  # type: ignore[attr-defined]
        connection._http_vsn_str = f"HTTP/1.{version % 10}"  # type: ignore[attr-defined]
        path = f"/sparql?query={quote(query)}"
        connection.request("GET", path, headers={"Accept": "text/csv"})
        with connection.getresponse() as response:
            yield response


def test_on_the_wire_a_broken_answer_ends_the_connection(address: str) -> None:
    """The rows exceed the limit that the server of the fixture has."""
    with _get(address, STREAM) as response:
        assert response.status == 200
        assert int(response.headers["licet-max-rows"]) == 50_000
        with pytest.raises(IncompleteRead):
            response.read()


def test_over_http_1_0_an_answer_is_whole_or_a_problem(address: str) -> None:
    with _get(address, STREAM, version=10) as response:
        assert response.status == 507
        assert response.headers["content-type"] == "application/problem+json"
    with _get(address, STREAM + " LIMIT 20000", version=10) as response:
        body = response.read()
        assert response.headers["content-length"] == str(len(body))
        assert body.count(b"\r\n") == 20_001


def test_who_hangs_up_frees_the_worker(address: str) -> None:
    def hang_up(number: int) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
            time.sleep(number % 3 * 0.03)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hang_up, range(24)))
    with _get(address, SHORT) as response:
        assert response.status == 200


def test_the_web_process_holds_no_store(data: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from licet_service.app import create_app
from licet_service.settings import Settings
app = create_app(Settings(data=Path({str(data)!r})))

async def ask(path, accept):
    sent, bodies = [], [b""]
    async def receive():
        if not bodies:
            await asyncio.Event().wait()
        return {{"type": "http.request", "body": bodies.pop(), "more_body": False}}
    async def send(message):
        sent.append(message)
    path, _, query = path.partition("?")
    scope = {{"type": "http", "asgi": {{"version": "3.0"}}, "http_version": "1.1",
             "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(),
             "query_string": query.encode(), "headers": [(b"accept", accept.encode())],
             "client": ("192.0.2.1", 1), "server": ("localhost", 80), "root_path": ""}}
    await app(scope, receive, send)
    assert sent[0]["status"] == 200, (path, sent)

async def run():
    async with app.router.lifespan_context(app):
        for path in ("/", "/health/ready", "/sparql?query=ASK%7B%7D", "/sparql", "/license/mit",
                     "/ns", "/.well-known/void", "/queries",
                     "/graphs?graph=https://w3id.org/licet/graph/licenses"):
            for accept in ("text/html", "text/turtle", "*/*"):
                if accept == "*/*" or path in ("/license/mit", "/ns"):
                    await ask(path, accept)

asyncio.run(run())
sys.exit("the store is loaded" if "pyoxigraph" in sys.modules else 0)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_head_evaluates_no_more_than_the_beginning(client: TestClient) -> None:
    response = client.head("/sparql", params={"query": STREAM, "format": "csv"})
    assert response.status_code == 200
    assert response.content == b""
