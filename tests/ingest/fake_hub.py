"""A Hub of a few works on this machine: the real client talks to it over real sockets.

It answers what the Hub answers, by rules seen there: lists in pages that a ``Link`` header
joins, only what ``expand`` asks for, 307 for other case and for former names, 404 or 401 with an
``X-Error-Code`` for what is not there. What goes wrong is scripted: each fault is used up by
one request.
"""

from __future__ import annotations

import base64
import json
import struct
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

Work = dict[str, Any]
Fault = Callable[["Handler"], bool]
"""Does something to a request; tells whether it has been answered by that."""
ALWAYS_THERE = {"id", "_id"}
PAGE_ITEMS = 1_000
"""The most that a page holds, whatever is asked for."""


@dataclass
class Request:
    """What was asked."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


@dataclass
class FakeHub:
    """The Hub that a server shows; it may be changed between requests."""

    models: list[Work] = field(default_factory=list[Work])
    datasets: list[Work] = field(default_factory=list[Work])
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    hidden: dict[str, tuple[int, dict[str, str]]] = field(
        default_factory=dict[str, tuple[int, dict[str, str]]]
    )
    token: str | None = None
    date: str | None = None
    faults: dict[str, deque[Fault]] = field(default_factory=dict[str, "deque[Fault]"])
    requests: list[Request] = field(default_factory=list[Request])
    refuse: Callable[[], int | None] | None = None
    closed: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def script(self, path: str, *faults: Fault) -> None:
        """Let the next requests of a path go wrong, one fault each; ``work`` is no fault."""
        self.faults.setdefault(path, deque()).extend(faults)

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [request.path for request in self.requests]

    @contextmanager
    def serving(self) -> Generator[FakeHub]:
        """Answer at ``url`` until the block ends."""
        hub = self

        class HandlerOfThis(Handler):
            def __init__(self, *args: Any) -> None:
                self.hub = hub
                super().__init__(*args)

        with Server(("127.0.0.1", 0), HandlerOfThis) as server:
            hub.url = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield hub
            finally:
                hub.closed.set()
                server.shutdown()
                thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what is tested."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go in two pieces
    hub: FakeHub
    more_headers: dict[str, str]
    cut: str

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        query = parse_qs(address.query)
        self.hub.requests.append(Request(path, query, dict(self.headers.items())))
        self.more_headers, self.cut = {}, ""
        if self.hub.refuse and (code := self.hub.refuse()):
            self.send(code, {"error": "refused"})
            return
        faults = self.hub.faults.get(path)
        if faults and faults.popleft()(self):
            return
        self.answer()

    def answer(self) -> None:
        """Answer as the Hub would."""
        address = urlsplit(self.path)
        path = unquote(address.path)
        query = parse_qs(address.query)
        expected = f"Bearer {self.hub.token}"
        given = self.headers.get("authorization")
        if self.hub.token and given not in {None, expected}:
            said = {"X-Error-Message": "Invalid credentials in Authorization header"}
            self.send(401, {"error": said["X-Error-Message"]}, said)
        elif path in {"/api/models", "/api/datasets"}:
            self.send_page(path.removeprefix("/api/"), query)
        elif path.startswith(("/api/models/", "/api/datasets/")):
            _, _, kind, work_id = path.split("/", 3)
            self.send_work(kind, work_id, query)
        else:
            self.send(404, {"error": "Not Found"})

    def works(self, kind: str) -> list[Work]:
        return self.hub.models if kind == "models" else self.hub.datasets

    def send_page(self, kind: str, query: dict[str, list[str]]) -> None:
        order = query.get("sort", ["trendingScore"])[0]
        works = [
            work
            for work in self.works(kind)
            if query.get("author", [work.get("author")])[0] == work.get("author")
            and query.get("search", [""])[0] in work["id"]
        ]
        works.sort(key=lambda work: work.get(order) or 0, reverse=True)
        begin = 0
        if "cursor" in query:
            begin = int(base64.b64decode(query["cursor"][0]))
        end = begin + min(int(query.get("limit", ["1000"])[0]), PAGE_ITEMS)
        more = end < len(works)
        page = [expanded(work, query) for work in works[begin:end]]
        self.send(200, page, self.link(query, end) if more else {})

    def link(self, query: dict[str, list[str]], begin: int) -> dict[str, str]:
        """Return the header that leads to the page that begins with an item."""
        cursor = base64.b64encode(str(begin).encode()).decode()
        following = urlencode(query | {"cursor": [cursor]}, doseq=True)
        return {"Link": f'<{self.hub.url}{urlsplit(self.path).path}?{following}>; rel="next"'}

    def send_work(self, kind: str, work_id: str, query: dict[str, list[str]]) -> None:
        if work_id in self.hub.hidden:
            status, headers = self.hub.hidden[work_id]
            self.send(status, {"error": "no"}, headers)
            return
        same = [w for w in self.works(kind) if w["id"].lower() == work_id.lower()]
        present = self.hub.renamed.get(work_id) or (same[0]["id"] if same else None)
        if present is None:
            self.send(401, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        elif present != work_id:
            asked = urlencode(query, doseq=True)
            self.send(307, {}, {"Location": f"/api/{kind}/{present}?{asked}"})
        else:
            self.send(200, expanded(same[0], query))

    def send(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.send_bytes(status, json.dumps(value).encode(), headers)

    def send_bytes(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Answer with bytes, or with half of them."""
        kept = body[: len(body) // 2] if self.cut else body
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(kept if self.cut == "json" else body)))
        if self.hub.date:
            self.send_header("Date", self.hub.date)
        for name, text in {**(headers or {}), **self.more_headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(kept)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def expanded(work: Work, query: dict[str, list[str]]) -> Work:
    """Return what is asked for of a work; all, where nothing special is."""
    wanted = {*query.get("expand", work), *ALWAYS_THERE}
    return {key: value for key, value in work.items() if key in wanted}


################################################################ what can go wrong


def work(_: Handler) -> bool:
    """Let this request be answered as it should."""
    return False


def status(code: int, value: object = None, **headers: str) -> Fault:
    """Answer with a status; headers are named with underscores."""

    def fault(handler: Handler) -> bool:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        handler.send(code, {"error": "no"} if value is None else value, named)
        return True

    return fault


def body(content: bytes) -> Fault:
    """Answer with bytes in place of JSON."""

    def fault(handler: Handler) -> bool:
        handler.send_bytes(200, content)
        return True

    return fault


def with_headers(**headers: str) -> Fault:
    """Answer as always, with headers more; they are named with underscores."""

    def fault(handler: Handler) -> bool:
        handler.more_headers = {name.replace("_", "-"): text for name, text in headers.items()}
        return False

    return fault


def link_to(begin: int) -> Fault:
    """Answer the page that is asked for, with a link to the page that begins with some item."""

    def fault(handler: Handler) -> bool:
        handler.more_headers = handler.link(parse_qs(urlsplit(handler.path).query), begin)
        return False

    return fault


def same_page_again(times: int) -> Fault:
    """Answer the first page, with a link that was never there before."""

    def fault(handler: Handler) -> bool:
        address = urlsplit(handler.path)
        query = parse_qs(address.query)
        handler.more_headers = handler.link({**query, "again": [str(times)]}, 0)
        handler.send_page(
            address.path.removeprefix("/api/"),
            {key: values for key, values in query.items() if key != "cursor"},
        )
        return True

    return fault


def cut_json(handler: Handler) -> bool:
    """Answer JSON that ends early, with the length of what is sent."""
    handler.cut = "json"
    return False


def cut_connection(handler: Handler) -> bool:
    """Hang up in the middle of an answer."""
    handler.cut = "connection"
    handler.close_connection = True
    return False


def no_answer(handler: Handler) -> bool:
    """Hang up without a word."""
    handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    return True


def stall(handler: Handler) -> bool:
    """Say nothing until the client has gone."""
    handler.hub.closed.wait(5.0)
    handler.close_connection = True
    return True


def trickle(handler: Handler) -> bool:
    """Send a byte now and then, so that no single wait is long."""
    handler.send_response_only(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.hub.closed.wait(0.02):
        handler.wfile.write(b"[")
        handler.wfile.flush()
    return True
