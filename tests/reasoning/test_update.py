"""Records that come after a build give what a build from all records gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from licet_ingest.records import Derivation, WorkRecord
from licet_ingest.snapshot import BusyError, current
from licet_ingest.sources import SourceItem
from licet_ontology import modules
from licet_ontology.errors import DataError, UsageError
from licet_ontology.terms import (
    BASE,
    GRAPH_CHANGES,
    GRAPH_HUB,
    PROV,
    license_iri,
    reading_graphs,
    term,
)
from licet_reasoning import delta, provenance, update
from licet_reasoning.build import build
from licet_reasoning.update import Updater

if TYPE_CHECKING:
    from pathlib import Path

    from licet_ingest.snapshot import Snapshot

LICENSES = ("mit", "llama3", "cc-by-nc-4.0", "cc-by-nc-nd-4.0")
RELATIONS = ("finetunedFrom", "mergedFrom", "quantizedFrom", "basedOn", "trainedOn")
IDS = ("o/llama-3-a", "o/b", "o/c", "o/d", "o/e", "gone/x", "gone/y")


@dataclass(frozen=True)
class AtHand:
    """Records as a source."""

    records: Sequence[WorkRecord]
    name: str = "records at hand"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name, "modified": "2025-01-01T00:00:00+00:00"}

    def items(self) -> Iterator[SourceItem]:
        for record in self.records:
            yield SourceItem(work=record)


def record(id_: str, day: int, *licenses: str, **others: Any) -> WorkRecord:
    """Return a model changed on a day of January; ``of`` holds relations and parents."""
    steps = [Derivation(("model", id_), r, ("model", p), "hub") for r, p in others.pop("of", ())]
    return WorkRecord(
        "model",
        id_,
        modified=f"2024-01-{day:02}T00:00:00Z",
        licenses=tuple(map(license_iri, licenses)),
        gaps=() if licenses else (term("NoLicense"),),
        derivations=steps,
        **others,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[list[WorkRecord]]:
    """Draw records in batches, each later than those before; cycles and dangling parents too."""
    step = st.tuples(st.sampled_from(RELATIONS), st.sampled_from(IDS))
    batches = []
    for day in range(1, 5):
        ids = draw(st.lists(st.sampled_from(IDS[:5]), min_size=1, max_size=3, unique=True))
        batches.append(
            [
                record(
                    id_,
                    day,
                    *draw(st.sets(st.sampled_from(LICENSES), max_size=2)),
                    of=draw(st.sets(step, max_size=2)),
                    removed=draw(st.integers(0, 9)) == 0,
                    gated=draw(st.sampled_from((None, "no", "auto"))),
                    downloads=draw(st.integers(0, 3)),
                )
                for id_ in ids
            ]
        )
    return batches


@pytest.fixture(scope="module", autouse=True)
def _two_readings() -> Iterator[None]:
    """Let there be two readings, which differ in what is done: all would take twice as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modules, "readings", lambda: ("cautious", "weights-not-copyrightable"))
        _forget_what_was_made_from()
        yield
    _forget_what_was_made_from()


def _forget_what_was_made_from() -> None:
    for remembered in (provenance.inputs, provenance.concluded_with):
        remembered.cache_clear()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return what makes data folders that share one closed catalogue."""
    cache = tmp_path_factory.mktemp("cache")

    def make() -> Path:
        data = tmp_path_factory.mktemp("data")
        (data / "cache").symlink_to(cache, target_is_directory=True)
        return data

    return make


def said(snapshot: Snapshot) -> dict[str, set[str]]:
    """Return what the graphs hold that do not depend on when a snapshot was made."""
    found: dict[str, set[str]] = {}
    store = Store.read_only(str(snapshot.store))
    for graph in store.named_graphs():
        name = str(graph.value)
        if name == GRAPH_HUB or "/inferred/" in name or "/findings/" in name:
            quads = store.quads_for_pattern(None, None, None, graph)
            found[name] = {str(quad.triple) for quad in quads}
    return found


def changes(snapshot: Snapshot) -> list[tuple[Any, ...]]:
    rows = pq.read_table(snapshot.table("changes")).to_pylist()
    return sorted((r["change"], r["work"], r["parent"], r["before"], r["after"]) for r in rows)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=histories(), many=st.sampled_from((1, 5_000)))
def test_any_sequence_of_records_gives_what_a_build_of_them_gives(
    batches: list[list[WorkRecord]], many: int, folder: Callable[[], Path]
) -> None:
    updated, built = folder(), folder()
    build(updated, [AtHand(batches[0])])
    with (
        patch.object(update, "_MANY_WORKS", many),
        patch.object(delta, "_HELD_LINES", many),  # So that both ways of writing are taken, too.
        Updater(updated) as updater,
    ):
        for batch in batches[1:]:
            taken = updater.apply(batch)
            assert not taken.left
        light = said(current(updated))
        done = updater.finish()
    build(built, [AtHand([one for batch in batches for one in batch])])
    expected = current(built)
    assert light == said(expected)
    assert said(done) == light
    for name in ("models", "derivations", "situations"):
        ours, theirs = (pq.read_table(s.table(name)) for s in (done, expected))
        without = [c for c in ours.column_names if c not in {"first_seen", "license_since"}]
        assert ours.select(without).to_pylist() == theirs.select(without).to_pylist()
    assert done.manifest["counts"] == expected.manifest["counts"]
    assert done.manifest["readings"] == expected.manifest["readings"]


def test_what_changed_is_told_as_by_builds_one_after_the_other(folder: Callable[[], Path]) -> None:
    first = [record("o/a", 1, "mit"), record("o/b", 1, "mit", of=[("finetunedFrom", "o/a")])]
    second = [record("o/a", 9, "llama3"), record("o/b", 9, "mit", of=[("mergedFrom", "o/a")])]
    updated, built = folder(), folder()
    for data in (updated, built):
        build(data, [AtHand(first)])
    with Updater(updated) as updater:
        updater.apply(second)
        updater.finish()
    build(built, [AtHand([*first, *second])])
    assert changes(current(updated)) == changes(current(built))
    assert len(changes(current(updated))) == 2
    graph = Store.read_only(str(current(updated).store))
    assert sum(1 for q in graph if q.graph_name.value == GRAPH_CHANGES) > 10


def test_counts_in_the_graph_name_the_snapshot_that_they_are_of(folder: Callable[[], Path]) -> None:
    data = folder()
    counted = build(data, [AtHand([record("o/a", 1, "mit")])])
    with Updater(data) as updater:
        updater.apply([record("o/b", 2, "mit", of=[("finetunedFrom", "o/a")])])
        done = updater.finish()
    derived = NamedNode(PROV + "wasDerivedFrom")
    for reading in modules.readings():
        graph = NamedNode(reading_graphs(reading)[2])
        quads = Store.read_only(str(done.store)).quads_for_pattern(None, derived, None, graph)
        assert {quad.object for quad in quads} == {NamedNode(f"{BASE}snapshot/{counted.id}")}
    assert done.id != counted.id == done.manifest["statistics_of"]


def test_an_update_that_was_killed_is_taken_up_where_it_was(folder: Callable[[], Path]) -> None:
    data = folder()
    build(data, [AtHand([record("o/a", 1, "mit")])])
    with Updater(data) as updater:  # closed without finish, as a kill would leave it
        updater.apply([record("o/b", 2, "mit", of=[("finetunedFrom", "o/a")])])
    with Updater(data) as updater:
        updater.apply([record("o/a", 3, "llama3")])
        done = updater.finish()
    built = folder()
    build(
        built,
        [
            AtHand(
                [record("o/b", 2, "mit", of=[("finetunedFrom", "o/a")]), record("o/a", 3, "llama3")]
            )
        ],
    )
    assert said(done) == said(current(built))
    ours, theirs = (pq.read_table(s.table("derivations")) for s in (done, current(built)))
    assert ours == theirs


def test_a_change_that_reaches_many_works_is_in_force_under_the_default_reading_first(
    folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "_MANY_WORKS", 2)
    data, built = folder(), folder()
    first = [record("o/a", 1, "mit"), record("o/b", 1, "mit", of=[("finetunedFrom", "o/a")])]
    second = [record("o/c", 2, "mit")]
    third = [record("o/a", 3, "cc-by-nc-4.0")]
    build(data, [AtHand(first)])
    before = said(current(data))

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing, Updater(data) as updater:
        updater.apply(second)
        killing.setattr(Updater, "_forget", kill)
        with pytest.raises(KeyboardInterrupt):
            updater.apply(third)
    half = current(data)
    build(built, [AtHand([*first, *second, *third])])
    whole = said(current(built))
    default, other = (reading_graphs(name) for name in modules.readings())
    assert half.pending == {"weights-not-copyrightable"}
    # What held of situations without works is taken away when there is time.
    assert whole[default[0]] < said(half)[default[0]]
    assert whole[default[1]] < said(half)[default[1]]
    assert all("o/a" not in triple for triple in said(half)[other[0]] - before[other[0]])
    assert whole[GRAPH_HUB] == said(half)[GRAPH_HUB]
    with Updater(data) as updater:
        assert not current(data).pending
        assert said(current(data)) == whole
        updater.apply([record("o/d", 4, "mit", of=[("finetunedFrom", "o/b")])])
        done = updater.finish()
    build(
        built,
        [AtHand([*first, *second, *third, record("o/d", 4, "mit", of=[("finetunedFrom", "o/b")])])],
    )
    assert said(done) == said(current(built))
    assert done.manifest["readings"] == current(built).manifest["readings"]


def test_what_only_a_whole_build_can_tell_is_left_for_it(folder: Callable[[], Path]) -> None:
    data = folder()
    build(data, [AtHand([record("o/a", 5, "mit"), record("o/u", 5, "mit")])])
    undated = WorkRecord("model", "o/u", licenses=(license_iri("llama3"),))
    with Updater(data) as updater:
        before = updater.snapshot
        taken = updater.apply([record("O/A", 6, "mit"), undated, record("o/a", 4, "llama3")])
        assert [one.id for one, _ in taken.left] == ["O/A", "o/u"]
        assert taken.older == 1
        assert updater.finish() == before == current(data)


def test_an_update_beside_another_one_or_on_what_is_not_its_own_is_refused(
    folder: Callable[[], Path],
) -> None:
    data = folder()
    build(data, [AtHand([record("o/a", 5, "mit")])])
    with Updater(data) as updater:
        with pytest.raises(BusyError):
            Updater(data)
        build(data, [AtHand([record("o/a", 6, "mit")])])
        with pytest.raises(DataError, match="another snapshot came in force"):
            updater.apply([record("o/b", 7, "mit")])
    manifest = current(data).path / "manifest.json"
    made = manifest.read_text()
    for digest, does in (("catalogue", "reads records"), ("rules", "concludes")):
        manifest.write_text(made.replace(f'"{digest}": "', f'"{digest}": "0'))
        with pytest.raises(UsageError, match=f"another version, which {does} otherwise"):
            Updater(data)
    shutil.rmtree(data / "snapshots")
