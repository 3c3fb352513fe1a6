"""A reading of the Hub that was interrupted ends as one that was not."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from tests.ingest import fake_hub
from tests.ingest.fake_hub import FakeHub
from tests.ingest.hub_readings import (
    KilledError,
    Reading,
    asked,
    exported,
    ids,
    model,
    refused_at,
    some,
    world,
)

from licet_ingest.collect import collect
from licet_ingest.parts import CHUNKS_WITHOUT_WORKERS
from licet_ingest.sources import hub as hub_source
from licet_ingest.sources.hub_client import Timeouts
from licet_ingest.sources.hub_listing import Selection
from licet_ingest.sources.hub_state import FULL, UPDATE
from licet_ontology.errors import DataError, SourceError

################################################################ a reading that was interrupted


@pytest.mark.parametrize("selection", [Selection(), Selection("o"), Selection(limit=5)])
def test_wherever_a_reading_breaks_off_it_ends_as_one_that_did_not(
    reading: Reading, selection: Selection
) -> None:
    world(reading.hub)
    whole = reading.source(selection)
    expected = exported(collect([whole]))
    requests = len(reading.hub.requests)
    for number in range(requests):
        again = replace(reading, folder=reading.folder / f"broken at {number}")
        reading.hub.requests.clear()
        refused_at(reading.hub, number, 503)
        reading.clock.kills = True
        with pytest.raises(KilledError):
            collect([again.source(selection)])
        reading.clock.kills = False
        reading.hub.refuse = None
        source = again.source(selection)
        assert exported(collect([source])) == expected
        assert source.describe() == whole.describe()


def test_a_reading_that_is_killed_goes_on_where_it_was(reading: Reading) -> None:
    world(reading.hub)
    expected = exported(collect([reading.source(Selection("o"))]))
    reading.hub.requests.clear()
    again = replace(reading, folder=reading.folder / "killed")
    reading.hub.script("/api/models", fake_hub.work, fake_hub.work, fake_hub.stall)
    script = (
        "from pathlib import Path; from licet_ingest.sources.hub import HubSource; "
        "from licet_ingest.sources.hub_listing import Selection; "
        f"source = HubSource(Path({str(again.folder / 'hub')!r}), Selection('o'), page_items=2); "
        "list(source.items())"
    )
    environment = {"HF_ENDPOINT": reading.hub.url, "HF_HUB_DISABLE_TELEMETRY": "1"}
    with subprocess.Popen([sys.executable, "-c", script], env={**os.environ, **environment}) as at:
        while asked(reading.hub) < 3:
            assert at.poll() is None
            time.sleep(0.01)
        at.kill()
    reading.hub.requests.clear()
    assert exported(collect([again.source(Selection("o"))])) == expected
    assert reading.hub.requests[0].query["cursor"] == ["NA=="]  # four models are there
    assert "going on after page 2, 4 models" in "\n".join(reading.said)


@pytest.mark.parametrize("harm", ["cut", "empty", "gone", "no gzip"])
def test_a_page_that_is_not_whole_is_read_again(reading: Reading, harm: str) -> None:
    reading.hub.models = some(7)
    refused_at(reading.hub, 3)
    with pytest.raises(SourceError):
        reading.read()
    reading.hub.refuse = None
    page = next(reading.folder.rglob("models/000002.jsonl.gz"))
    content = page.read_bytes()
    page.write_bytes({"cut": content[:9], "no gzip": b"{}"}.get(harm, b""))
    if harm == "gone":
        page.unlink()
    page.with_name(".000003.jsonl.gz.new").write_bytes(b"half a pa")
    assert ids(reading.read()) == [f"o/m{number}" for number in range(7)]


def test_what_was_read_is_not_read_again_until_a_snapshot_is_made_of_it(reading: Reading) -> None:
    reading.hub.models = some(3)
    first = collect([reading.source()])
    before = len(reading.hub.requests)
    assert exported(collect([reading.source()])) == exported(first)
    assert len(reading.hub.requests) == before
    assert "has not been built: going on with it" in "\n".join(reading.said)
    reading.read()
    reading.read()
    assert len(reading.hub.requests) == 2 * before


def test_a_fresh_start_forgets_what_was_interrupted(reading: Reading) -> None:
    reading.hub.models = some(5)
    refused_at(reading.hub, 2)
    with pytest.raises(SourceError):
        reading.read()
    reading.hub.refuse = None
    reading.hub.models = some(1)
    assert ids(reading.read(fresh=True)) == ["o/m0"]


def test_selections_and_hubs_are_kept_apart(reading: Reading) -> None:
    reading.hub.models = [model("a/x"), model("b/x")]
    assert ids(collect([reading.source(Selection("a"))])) == ["a/x"]
    assert ids(collect([reading.source(Selection("b"))])) == ["b/x"]
    with FakeHub([model("c/x")]).serving() as other:
        elsewhere = replace(reading, hub=other)
        assert ids(collect([elsewhere.source()])) == ["c/x"]


def test_how_far_it_is_is_said(reading: Reading) -> None:
    reading.hub.models = some(12)
    reading.hub.script("/api/models", *[fake_hub.with_headers(RateLimit='"api";r=0;t=9')] * 6)
    reading.read()
    assert reading.said[0] == "hub: 2 models on 1 pages; how many there are is not known"
    assert reading.said[1].startswith("hub: 4 models on 2 pages; back to 2026-01-09; ")
    assert reading.said[1].endswith(
        "left if as many were made per day since 2022-03-02 (how many there are is not known)"
    )
    assert reading.said[5] == "hub: 12 models on 6 pages; that is all"
    reading.said.clear()
    reading.hub.faults.clear()
    reading.hub.script("/api/models", *[fake_hub.with_headers(RateLimit='"api";r=0;t=9')] * 6)
    reading.read()
    assert reading.said[1] == "hub: 4 models on 2 pages; of 12 or so, 0:00:20 left"


################################################################ what is kept


@pytest.mark.parametrize("mode", [FULL, UPDATE])
@pytest.mark.parametrize("harm", ["a page of the list", "an answer", "the names", "the run"])
def test_what_is_damaged_is_said_and_read_anew_on_demand(
    reading: Reading, mode: str, harm: str
) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base", 2)]
    reading.read(Selection("o"))
    reading.read(Selection("o"), mode=UPDATE)
    [selection] = (reading.folder / "hub").iterdir()
    victim = {
        "a page of the list": "000001/models/000001.jsonl.gz",
        "an answer": "000002/lookups/000001.jsonl.gz",
        "the names": "000002/names.json",
        "the run": "000001/run.json",
    }[harm]
    (selection / victim).unlink()
    with pytest.raises(SourceError, match="--fresh"):
        reading.read(Selection("o"), mode=mode)
    assert ids(reading.read(Selection("o"), mode=mode, fresh=True)) == ["o/m", "x/base"]


def test_a_page_that_cannot_be_read_any_more_is_no_empty_page(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    page = next(reading.folder.rglob("models/000001.jsonl.gz"))
    source = reading.source(mode=UPDATE)
    collect([source])
    page.write_bytes(page.read_bytes()[:-20])
    with pytest.raises(SourceError, match="is not whole"):
        list(source.items())


def test_a_folder_that_cannot_be_written_is_said(reading: Reading) -> None:
    (reading.folder / "hub").write_bytes(b"a file")
    with pytest.raises(DataError, match="cannot write"):
        reading.read()


def test_stretches_of_records_can_be_mapped_in_another_process(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_source, "_CHUNK_RECORDS", 2)
    world(reading.hub)
    source = reading.source(Selection("o"))
    alone = collect([source], workers=1)
    assert exported(collect([source], workers=2)) == exported(alone)
    chunks = [pickle.loads(pickle.dumps(chunk)) for chunk in source.chunks()]
    assert len(chunks) > CHUNKS_WITHOUT_WORKERS
    given = [item for chunk in chunks for item in chunk.items()]
    assert given == list(source.items())


def test_no_question_may_take_for_ever() -> None:
    limits = Timeouts()
    assert 0 < limits.connect_s <= limits.read_s <= limits.whole_s < 3600
