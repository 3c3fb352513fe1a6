"""A snapshot of the bundled sample, built once, and what serves it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from licet_service.app import create_app
from licet_service.server import BoundedHttpProtocol
from licet_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from fastapi import FastAPI

RELAXED: dict[str, Any] = {"client_burst_s": 10_000, "quick_s": 60, "wait_timeout_s": 60}
"""Settings with which no test fails because the machine is busy."""


@pytest.fixture(scope="session")
def data(copy_of_sample: Callable[[], Path]) -> Path:
    return copy_of_sample()


@pytest.fixture(scope="session")
def app(data: Path) -> FastAPI:
    return create_app(Settings(data=data, **RELAXED))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client_with(data: Path) -> Iterator[Callable[..., TestClient]]:
    """A client of a service with settings of its own."""
    opened: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        app = create_app(Settings.model_validate({"data": data, **settings}))
        opened.append(TestClient(app, raise_server_exceptions=False))
        return opened[-1].__enter__()

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@contextmanager
def serving_on_loopback(data: Path, **settings: Any) -> Generator[str]:
    """Give the address of a real server on a free port of the loopback interface."""
    app = create_app(Settings.model_validate({"data": data, **RELAXED, **settings}))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            log_level="critical",
            lifespan="on",
            http=BoundedHttpProtocol,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def address(data: Path) -> Iterator[str]:
    """The address of a real server whose answers have at most 50,000 rows."""
    with serving_on_loopback(data, max_result_rows=50_000) as address:
        yield address
