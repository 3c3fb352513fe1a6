"""The HTTP server: uvicorn, with bounds on what a client may take its time for."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final

import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from licet_service import logs
from licet_service.app import create_app
from licet_service.evaluation import BrokenAnswerError
from licet_service.observation import MULTIPROCESS
from licet_service.settings import settings_from

if TYPE_CHECKING:
    from fastapi import FastAPI

    from licet_service.settings import Settings

MAX_HEAD_BYTES: Final = 65_536
HEAD_TIMEOUT_S: Final = 15.0
_KEEP_ALIVE_S: Final = 30
_START_TIMEOUT_S: Final = 120


class BoundedHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 in which the head of a request has a size and a time within which it is there.

    Without this, a connection that sends one byte a minute stays open for ever, and one that
    sends a header without an end fills the memory.
    """

    _head_bytes = 0
    _in_head = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what a client sends, unless its head has grown too large."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES + 65_536:  # what was read at once may hold a body
                self.send_400_response("The head of the request is too large.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._timer is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_TIMEOUT_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.close()


def app() -> FastAPI:
    """Return the application by the settings of the environment, in one of several processes."""
    settings = settings_from()
    logs.configure(settings)
    return _settled_app(settings)


def _settled_app(settings: Settings) -> FastAPI:
    """Return the application of a process that does nothing else."""
    _quiet_broken_answers()
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what is loaded stays, and need not be looked at again
    return app


def serve(settings: Settings) -> None:
    """Serve until a signal says to stop; then let what has begun end, within a bound."""
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": BoundedHttpProtocol,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # By default uvicorn believes whatever the loopback interface says of who asks.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "limit_concurrency": settings.max_connections,
        "timeout_keep_alive": _KEEP_ALIVE_S,
        # By default a process that is not there after 5 s, on a busy machine, is killed for ever.
        "timeout_worker_healthcheck": _START_TIMEOUT_S,
        "timeout_graceful_shutdown": settings.shutdown_timeout_s,
    }
    logs.configure(settings)
    # When all has ended, uvicorn raises again the signal that it was stopped by.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if settings.web_processes == 1:
        uvicorn.run(_settled_app(settings), **options)
    else:
        create_app(settings)  # so that a missing snapshot is said once, and here
        for name, value in settings.model_dump(mode="json", exclude_none=True).items():
            text = value if isinstance(value, str) else orjson.dumps(value).decode()
            os.environ[f"LICET_{name.upper()}"] = text
        if not settings.client_hash_key:  # or a client had another hash in each process
            os.environ["LICET_CLIENT_HASH_KEY"] = secrets.token_hex()
        with tempfile.TemporaryDirectory(prefix="licet-metrics-") as shared:
            os.environ[MULTIPROCESS] = shared
            uvicorn.run(
                "licet_service.server:app", factory=True, workers=settings.web_processes, **options
            )


def _quiet_broken_answers() -> None:
    """Keep from the log what clients can cause at will and what is told among the evaluations."""

    def is_defect(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.getMessage().startswith("Invalid HTTP request"):
            return False  # anybody can send one, and as many as they like
        return not isinstance(error, BrokenAnswerError)

    logging.getLogger("uvicorn.error").addFilter(is_defect)
