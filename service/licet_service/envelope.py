"""What holds for every request: who asks, how long it may take; and for every response."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet_service.admission import client_of
from licet_service.evaluation import CLIENT
from licet_service.problem_responses import problem_response
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from licet_service.settings import Settings

_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Licet-Max-Rows, Licet-Rows, Link, "
    "Retry-After",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RAW_HEADERS: Final = [(n.lower().encode(), v.encode()) for n, v in _HEADERS.items()]
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, Range",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}

_WATCH_AFTER_S: Final = 0.05
"""After this time of answering it is looked whether the client is still there."""

_BODY_S: Final = 60.0
"""In which the whole body of a request must be there, however steadily it comes."""


class Envelope:
    """Around the application, errors of its own framework included.

    Every response gets its headers; HEAD is GET without a body; OPTIONS is answered; a request
    whose client has gone is given up, and with it whatever is evaluated for it.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def enveloped(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _RAW_HEADERS if pair[0] not in own),
                ]
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, enveloped)
        elif problem := self._refusal(scope):
            await problem_response(problem)(scope, receive, enveloped)
        else:
            client = scope.get("client")
            token = CLIENT.set(client_of(client[0]) if client else "")
            inner = {**scope, "method": "GET", "licet.head": True} if is_head else scope
            try:
                bounded = _bounded(receive, self._settings)
                await _while_connected(self._app, inner, bounded, enveloped)
            finally:
                CLIENT.reset(token)

    def _refusal(self, scope: Scope) -> ProblemError | None:
        """Return what is wrong with a request by its head alone."""
        most = self._settings.max_url_bytes
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > most:
            detail = f"It may have {most} bytes. Send a long query by POST."
            return ProblemError("address-too-long", detail, max_bytes=most)
        most = self._settings.max_body_bytes
        length = next((v for n, v in scope["headers"] if n == b"content-length"), b"")
        if length.isdigit() and int(length[:20]) > most:
            detail = f"Its body may have {most} bytes."
            return ProblemError("content-too-large", detail, max_bytes=most)
        return None


def _bounded(receive: Receive, settings: Settings) -> Receive:
    """Return what receives a body that has a size, and in whose arrival there are no long pauses.

    What it raises is of Starlette, because FastAPI takes any other error for a malformed body.
    """
    received = 0
    complete = False
    until = asyncio.get_running_loop().time() + _BODY_S

    async def bounded() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        try:
            left_s = until - asyncio.get_running_loop().time()
            async with asyncio.timeout(min(settings.stall_timeout_s, left_s)):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > settings.max_body_bytes:
            raise HTTPException(413, headers={"Connection": "close"})
        return message

    return bounded


async def _while_connected(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run an application, and give it up when the client goes away before the answer's end."""
    own = asyncio.current_task()
    assert own is not None  # noqa: S101 - this is a coroutine
    body_read, gone = asyncio.Event(), asyncio.Event()
    done = False

    async def watch() -> None:
        await body_read.wait()
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()
        if not done:
            own.cancel()

    async def watched() -> Message:
        if body_read.is_set():
            await gone.wait()
            return {"type": "http.disconnect"}
        message = await receive()
        if message["type"] == "http.disconnect":
            gone.set()
        if gone.is_set() or not message.get("more_body", False):
            body_read.set()
        return message

    async def sent(message: Message) -> None:
        nonlocal done
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            done = True
        await send(message)

    if scope["method"] == "GET":  # what a body would mean is not defined
        body_read.set()
        empty: Message | None = {"type": "http.request", "body": b"", "more_body": False}

        async def without_body() -> Message:
            nonlocal empty
            message, empty = empty, None
            return message or await watched()

        watched_receive: Receive = without_body
    else:
        watched_receive = watched
    watcher: asyncio.Task[None] | None = None

    def begin_to_watch() -> None:
        nonlocal watcher
        watcher = asyncio.create_task(watch())

    # Most answers are there sooner than a watcher of their own would be worth it.
    begin = asyncio.get_running_loop().call_later(_WATCH_AFTER_S, begin_to_watch)
    try:
        await app(scope, watched_receive, sent)
    except asyncio.CancelledError:
        if not gone.is_set():
            raise
        own.uncancel()
    finally:
        begin.cancel()
        if watcher is not None:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher
