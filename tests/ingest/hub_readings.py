"""Readings of the fake Hub, on a clock that nobody waits for; and works for it to show."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from tests.ingest import fake_hub
from tests.ingest.fake_hub import FakeHub, Work, status

from licet_ingest.collect import Collection, collect
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.sources.hub import HubSource
from licet_ingest.sources.hub_client import HubClient, Timeouts
from licet_ingest.sources.hub_listing import Selection

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class KilledError(BaseException):
    """Ends a reading as a signal does."""


@dataclass
class Clock:
    """A clock that nobody has to wait for."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list[float])
    kills: bool = False

    def sleep(self, seconds: float) -> None:
        if self.kills:
            raise KilledError
        self.waits.append(seconds)
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


@dataclass
class Reading:
    """Makes sources that read the fake Hub."""

    hub: FakeHub
    folder: Path
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list[str])
    timeouts: Timeouts = field(default_factory=lambda: Timeouts(1.0, 0.1, 0.5))

    def source(self, selection: Selection | None = None, **how: Any) -> HubSource:
        client = HubClient(
            self.hub.url,
            token=how.pop("token", None),
            timeouts=self.timeouts,
            say=self.said.append,
            sleep=self.clock.sleep,
            # Time-outs run on real time, waits do not.
            monotonic=how.pop("monotonic", self.clock.monotonic),
        )
        return HubSource(
            self.folder / "hub",
            selection,
            client=client,
            page_items=how.pop("page_items", 2),
            say=self.said.append,
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            **how,
        )

    def read(self, selection: Selection | None = None, **how: Any) -> Collection:
        """Read all, as a build does that succeeds."""
        source = self.source(selection, **how)
        collection = collect([source])
        source.describe()
        source.settle()
        return collection


def model(work_id: str, day: int = 1, *bases: str, **more: Any) -> Work:
    """Return a model made on a day of 2026, with bases that the Hub resolved."""
    date = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).isoformat(
        timespec="milliseconds"
    )
    tags = [f"base_model:{base}" for base in bases]
    tags += [f"base_model:finetune:{base}" for base in bases]
    return {
        "_id": f"number of {work_id}",
        "id": work_id,
        "author": work_id.split("/", maxsplit=1)[0],
        "createdAt": date.replace("+00:00", "Z"),
        "lastModified": date.replace("+00:00", "Z"),
        "downloads": day,
        "likes": 1,
        "gated": False,
        "private": False,
        "tags": ["license:mit", *tags],
        "siblings": ["not asked for"],
        **more,
    }


def some(count: int) -> list[Work]:
    return [model(f"o/m{number}", number) for number in range(count)]


def ids(collection: Collection) -> list[str]:
    """Return the works that were read, without those that are only named."""
    return [
        key[1]
        for key, work in collection.works.items()
        if not any(gap.endswith("MissingWork") for gap in work.gaps)
    ]


def parents(collection: Collection, child: str) -> list[str]:
    return [d.parent[1] for d in collection.derivations if d.child[1] == child]


def asked(hub: FakeHub, path: str = "/api/models") -> int:
    return hub.paths().count(path)


CURABLE = {
    "503": (status(503), [1.0]),
    "500": (status(500), [1.0]),
    "429 with RateLimit": (status(429, RateLimit='"api";r=0;t=55'), [56.0]),
    "429 with Retry-After": (status(429, Retry_After="7"), [7.0]),
    "429 with a date": (
        status(
            429,
            Retry_After="Sun, 01 Nov 2026 12:00:30 GMT",
            Date="Sun, 01 Nov 2026 12:00:00 GMT",
        ),
        [30.0],
    ),
    "429 with RateLimit of another kind": (
        status(429, RateLimit='"api";r=4;t=9', Retry_After="3"),
        [3.0],
    ),
    "429 without a header": (status(429), [10.0]),
    "429 with nonsense": (status(429, RateLimit="soon", Retry_After="later"), [10.0]),
    "503 with Retry-After": (status(503, Retry_After="5"), [5.0]),
    "408": (status(408), [1.0]),
    "cut JSON": (fake_hub.cut_json, [1.0]),
    "cut connection": (fake_hub.cut_connection, [1.0]),
    "no answer": (fake_hub.no_answer, [1.0]),
    "a stall": (fake_hub.stall, [1.0]),
    "HTML": (fake_hub.body(b"<html>Sorry</html>"), [1.0]),
    "an object": (status(200, {"error": "try later"}), [1.0]),
    "an empty body": (fake_hub.body(b""), [1.0]),
    "no gzip": (fake_hub.with_headers(Content_Encoding="gzip"), [1.0]),
}


def world(hub: FakeHub) -> None:
    """Show models in pages, bases that must be asked for in turn, datasets, and works not there."""
    hub.models = [
        model("o/m0", 9, "x/base", "x/Former"),
        *(model(f"o/m{number}", number, "o/m0") for number in range(1, 5)),
        model("o/m5", 5, "x/gone"),
        model("x/base", 1, "y/root"),
        model("y/root", 1),
        model("x/new-name", 1),
    ]
    hub.models[0]["tags"].append("dataset:d/one")
    hub.models[3]["tags"].append("dataset:d/gone")
    hub.renamed = {"x/Former": "x/new-name"}
    hub.datasets = [model("d/one"), model("d/two")]


def exported(collection: Collection) -> str:
    works, derivations = collection.works_table, collection.derivations_table
    return "".join([*work_lines(works), *derivation_lines(works, derivations)])


def refused_at(hub: FakeHub, number: int, code: int = 400) -> None:
    """Let all requests fail from one on."""
    hub.refuse = lambda: code if len(hub.requests) > number else None


def changed(hub: FakeHub, work_id: str, hours: float, **how: Any) -> None:
    """Change a model some hours after the first reading."""
    date = (NOW + timedelta(hours=hours)).isoformat(timespec="milliseconds")
    for work in hub.models:
        if work["id"] == work_id:
            work.update(lastModified=date.replace("+00:00", "Z"), **how)


def licenses(collection: Collection) -> dict[str, list[str]]:
    return {
        key[1]: [iri.rpartition("/")[2] for iri in work.licenses]
        for key, work in collection.works.items()
    }


def lines_of(page: Path) -> list[Any]:
    return [orjson.loads(line) for line in gzip.decompress(page.read_bytes()).splitlines()[1:]]
