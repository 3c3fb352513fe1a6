"""Newer records on top of the snapshot in force: only what they reach is computed and written.

An updater reads the snapshot once and then holds it: a store of its own, which begins as a
backup of the snapshot's, the works, and for each reading the situations. Each batch of records
becomes a snapshot of its own, a folder whose files are links to those that did not change, and
comes into force as every snapshot does.

What looks at all works is made at the end, by `Updater.finish`: the tables and the index of
names and facets. Until then the tables are those of the snapshot that was begun with, the
records since lie beside them, and there is no index. The statistics are those of the last
whole build; the manifest says so.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from licet_ingest.changes import CHANGES_SCHEMA, change_lines, changes_table, merged, since_lines
from licet_ingest.comparison import Comparison, compare
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.history import CHANGES, History, sources_as_of
from licet_ingest.known_works import KnownWorks
from licet_ingest.nquads import iri_lines, iris
from licet_ingest.snapshot import BusyError, building, current
from licet_ingest.snapshot_pair import SINCE_COLUMNS, AsOf, State, truths
from licet_ingest.tables import record_of
from licet_ontology import modules
from licet_ontology.errors import DataError, UsageError
from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    DEFAULT_READING,
    GRAPH_CHANGES,
    GRAPH_HUB,
    GRAPH_PROVENANCE,
    NS,
    PROV,
    XSD,
    reading_graphs,
    term,
    work_iri,
)
from licet_reasoning.lineage import facts_of_row, lineage_of
from licet_reasoning.living_lineage import LivingLineage, OutgrownError
from licet_reasoning.living_reading import LivingReading
from licet_reasoning.provenance import concluded_with, provenance_lines, read_with
from licet_reasoning.publish import finding_lines, finding_link, findings_of, situation_lines
from licet_reasoning.quotient import Consequences, Outcome, compile_reading, shipped_catalogue
from licet_reasoning.rules import finding_severities
from licet_reasoning.search_index import FOLDER as INDEX
from licet_reasoning.search_index import write_search_index
from licet_reasoning.situations import Situations
from licet_reasoning.snapshot_tables import table_hashes, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from licet_ingest.known_works import Taken
    from licet_ingest.records import WorkRecord
    from licet_ingest.snapshot import Snapshot
    from licet_reasoning.rules import Judgement

RECORDS: Final = "records.jsonl"
"""Of a snapshot, the records since its tables were made."""
_SITUATION: Final = NamedNode(term("situation"))
_WORK_COUNT: Final = NamedNode(term("workCount"))
_LINKED: Final = (NamedNode(term("licenseStatement")), NamedNode(f"{PROV}qualifiedDerivation"))
_OF_SITUATION: Final = (NamedNode(term("hasFinding")), NamedNode(term("hasOpenQuestion")))
_SINCE: Final = (NamedNode(f"{NS}firstSeen"), NamedNode(f"{NS}licenseSince"))
_BULK_LINES: Final = 1_000
"""From so many on, lines are loaded in bulk, which pays no transaction for each."""
_HELD_LINES: Final = 200_000
"""So many lines wait at most before they are written."""


class _Delta:
    """What is no longer said, and what is said now, on its way to a store.

    Nobody sees the store before all is written, so that what a large change makes is written
    as it comes, beside what goes on: the store needs about as long as the judging. Nothing that
    is said now may be among what is no longer said.

    Attributes:
        grown: By how much each graph grew.
    """

    def __init__(self, store: Store | None) -> None:
        """Begin with no change; without a store, one that is not written."""
        self.grown: defaultdict[str, int] = defaultdict(int)
        self._store = store
        self._removed: defaultdict[str, list[str]] = defaultdict(list)
        self._added: list[str] = []
        self._lines = 0
        self._writer = ThreadPoolExecutor(1)
        self._written: deque[Future[None]] = deque()

    def add(self, graph: str, lines: Iterable[str]) -> None:
        """Let N-Quads lines be said in a graph; a text may hold several."""
        for text in lines:
            count = text.count("\n")
            self.grown[graph] += count
            self._added.append(text)
            self._hold(count)

    def remove(self, graph: str, lines: Iterable[str]) -> None:
        """Let N-Quads lines of a graph be said no longer; a text may hold several."""
        for text in lines:
            count = text.count("\n")
            self.grown[graph] -= count
            self._removed[graph].append(text)
            self._hold(count)

    def remove_quads(self, graph: str, quads: Iterable[Quad]) -> None:
        """Let quads of a graph be said no longer."""
        self.remove(graph, (f"{quad} .\n" for quad in quads))

    def replace(self, said: Iterable[Quad], lines: Iterable[str]) -> None:
        """Let this be said, of all that was."""
        former, new = set(said), set(parse("".join(lines), format=RdfFormat.N_QUADS))
        for quad in former - new:
            self.remove_quads(_graph_of(quad), [quad])
        for quad in new - former:
            self.add(_graph_of(quad), [f"{quad} .\n"])

    def write(self) -> None:
        """Write what waits, and return when all is written."""
        self._hand_over()
        while self._written:
            self._written.popleft().result()
        self._writer.shutdown()

    def _hold(self, lines: int) -> None:
        self._lines += lines
        if self._lines >= _HELD_LINES:
            self._hand_over()
            if len(self._written) > 1:  # One is written while another waits.
                self._written.popleft().result()

    def _hand_over(self) -> None:
        removed, self._removed = self._removed, defaultdict(list)
        added, self._added = self._added, []
        self._lines = 0
        if self._store is not None:
            self._written.append(self._writer.submit(_write, self._store, removed, added))


def _write(store: Store, removed: Mapping[str, Sequence[str]], added: Sequence[str]) -> None:
    """Write in few calls, so that other threads can go on: each takes no lock meanwhile."""
    for graph, lines in removed.items():
        # A line ends in its graph, which an update names once for all of them.
        triples = "".join(lines).replace(f" <{graph}> .\n", " .\n")
        store.update(f"DELETE DATA {{ GRAPH <{graph}> {{\n{triples}}} }}")
    text = "".join(added)
    if text.count("\n") < _BULK_LINES:
        store.extend(parse(text, format=RdfFormat.N_QUADS))
    else:
        store.bulk_load(text, format=RdfFormat.N_QUADS)


class Updater:
    """The snapshot in force, ready for newer records; close it in the end.

    Attributes:
        snapshot: The one in force, made by this updater or begun with.

    Raises:
        NoSnapshotError: There is none.
        BusyError: Another updater is at work in the data folder.
        UsageError: The snapshot was read otherwise than this version reads.
    """

    def __init__(self, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self._data = data
        self.snapshot = current(data)
        manifest = self.snapshot.manifest
        for alike, does in (
            (manifest["read_with"] == read_with(), "reads records"),
            (manifest.get("concluded_with") == concluded_with(), "concludes"),
        ):
            if not alike:
                raise UsageError(
                    f"the snapshot in force was made by another version, which {does} otherwise; "
                    f"build it again with: licet build --data {data}"
                )
        self._lock = (data / "update.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise BusyError(f"another update is at work in {data}; wait for it to end") from error
        self._folder = data / "updating"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        Store.read_only(str(self.snapshot.store)).backup(str(self._folder / "store"))
        self._store = Store(str(self._folder / "store"))
        works = pq.read_table(self.snapshot.table("models"))
        derivations = pq.read_table(self.snapshot.table("derivations"))
        self._history = pq.read_table(self.snapshot.table(CHANGES)).cast(CHANGES_SCHEMA)
        self._known = KnownWorks(works, derivations)
        self._ids: list[str] = works["id"].to_pylist()
        self._in_graph = truths(works["in_graph"]).copy()
        automaton = compile_reading(DEFAULT_READING).automaton
        self._relation = automaton.relation_index
        whole = lineage_of(works, derivations, automaton)
        self._living = LivingLineage(whole, automaton.relations)
        closed = shipped_catalogue(data / "cache")
        everything = self._living.region(range(len(works)))
        self._readings: dict[str, LivingReading] = {}
        self._counts: dict[str, defaultdict[int, int]] = {}
        self._holders: dict[str, Counter[str]] = {name: Counter() for name in modules.readings()}
        for name in modules.readings():
            reading = LivingReading(compile_reading(name), self._living, closed)
            reading.conclude(everything, works["id"].combine_chunks())
            places, counts = np.unique(reading.of_work[self._in_graph], return_counts=True)
            self._readings[name] = reading
            self._counts[name] = defaultdict(
                int, zip(places.tolist(), counts.tolist(), strict=True)
            )
            say(f"reading {name}: {len(places):,} situations")
        self._records: list[bytes] = []
        self._replay()
        # The store is as far as the records are, so only now.
        self._holders = {name: self._holders_of_findings(name) for name in self._readings}

    def __enter__(self) -> Updater:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the data folder be updated by others."""
        self.close()

    def close(self) -> None:
        """Give up what is held; what was applied stays in force."""
        del self._store
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()

    def _replay(self) -> None:
        """Bring what was read from the tables up to the store, which may be ahead of them."""
        journal = self.snapshot.path / RECORDS
        if journal.exists():
            lines = journal.read_bytes().splitlines()
            now, nowhere = datetime.now(UTC), _Delta(None)
            self._advance([record_of(orjson.loads(line)) for line in lines], now, nowhere)
            self._records = lines

    ################################################################ records

    def apply(self, records: Sequence[WorkRecord]) -> Taken:
        """Take records over, and put a snapshot in force in which they can be queried.

        Returns:
            What they changed; where that is nothing, no snapshot is made.

        Raises:
            DataError: Another snapshot came in force, or a whole build is needed.
        """
        started = datetime.now(UTC)
        if current(self._data).id != self.snapshot.id:
            raise DataError("another snapshot came in force meanwhile; begin the update again")
        delta = _Delta(self._store)
        taken, history = self._advance(records, started, delta)
        if not taken.changed and not taken.gone:
            return taken
        left = {record.key for record, _ in taken.left}
        self._records += [orjson.dumps(asdict(r)) for r in records if r.key not in left]
        snapshot_id = started.strftime("%Y%m%dT%H%M%S%fZ")
        read = len(self._records)
        account = {"read": read, "ingested": read, "merged": 0, "rejected": 0, "values_dropped": 0}
        described = [*self.snapshot.manifest["sources"], {"name": "records", "records": account}]
        delta.replace(
            self._store.quads_for_pattern(None, None, None, NamedNode(GRAPH_PROVENANCE)),
            provenance_lines(snapshot_id, described, history, started, datetime.now(UTC)),
        )
        delta.write()
        self._store.flush()
        self._publish(snapshot_id, started, history, delta.grown)
        return taken

    def _advance(
        self, records: Iterable[WorkRecord], started: datetime, delta: _Delta
    ) -> tuple[Taken, History]:
        """Take records over into what is held in memory, and let be said what they change."""
        taken = self._known.take(records)
        history = self._compare(taken, started)
        self._history = history.changes
        self._hub_graph(taken, delta)
        delta.add(GRAPH_CHANGES, change_lines(history.comparison.changes))
        try:
            self._inferred_graphs(taken, delta)
        except OutgrownError as error:
            raise DataError(
                "these records bring more that is new than there is room for; build the snapshot "
                f"again with: licet build --data {self._data}"
            ) from error
        return taken, history

    def _compare(self, taken: Taken, started: datetime) -> History:
        """Return what the records change of works, and note since when it is so."""
        changed = sorted(taken.changed)
        manifest = self.snapshot.manifest
        as_of = AsOf(**manifest["as_of"])
        parents = {p for n in changed for _, p, _ in self._known.stated(n)}
        parents |= {p for n in changed if n in taken.former for _, p, _ in taken.former[n][1]}
        around = sorted(parents - taken.changed)
        works, derivations = self._known.tables([*changed, *around])
        found = sources_as_of(works.slice(0, len(changed)), [], started)
        new_as_of = AsOf(max(as_of.earliest, found.earliest), found.latest)
        only_named = np.arange(len(works)) >= len(changed)
        new = State(_named_only(works, only_named), derivations, new_as_of)
        old = self._former_state(taken, changed, around, as_of)
        comparison = compare(old, new, self._history)
        for row, number in enumerate(changed):
            self._known.describe(
                number,
                first_seen=comparison.first_seen[row].as_py(),
                license_since=comparison.license_since[row].as_py(),
            )
        changes = self._history
        if len(comparison.changes):
            changes = merged(changes, comparison.changes)
        return History(
            new_as_of, comparison, changes, manifest["history_begins"], last=self.snapshot
        )

    def _former_state(
        self, taken: Taken, changed: Sequence[int], around: Sequence[int], as_of: AsOf
    ) -> State:
        """Return what was known before of works that changed and their parents."""
        numbers = [n for n in changed if n in taken.former]
        beside = [n for n in around if n not in taken.former]
        gone = [n for n in taken.former if n not in taken.changed]
        order = [*numbers, *beside, *gone]
        place = {number: i for i, number in enumerate(order)}
        rows = [taken.former[n][0] if n in taken.former else self._known.row(n) for n in order]
        edges = [
            {"child": place[n], "relation": r, "parent": place[p], "source": s}
            for n in numbers
            for r, p, s in taken.former[n][1]
            if p in place
        ]
        works, derivations = self._known.tables([])
        works = pa.Table.from_pylist(rows, works.schema)
        only_named = np.arange(len(rows)) >= len(numbers)
        return State(
            _named_only(works, only_named),
            pa.Table.from_pylist(edges, derivations.schema),
            as_of,
        )

    ################################################################ quads

    def _hub_graph(self, taken: Taken, delta: _Delta) -> None:
        """Say of works that changed what is now known of them."""
        changed = sorted(taken.changed)
        parents = {p for n in changed for _, p, _ in self._known.stated(n)} - taken.changed
        works, derivations = self._known.tables([*changed, *sorted(parents)])
        own = derivations.filter(pa.array(derivations["child"].to_numpy() < len(changed)))
        described = works.slice(0, len(changed))
        lines = [*work_lines(described), *derivation_lines(works, own), *since_lines(described)]
        delta.replace((quad for n in taken.former for quad in self._said_of(n)), lines)

    def _said_of(self, number: int) -> list[Quad]:
        row = self._known.row(number)
        work, hub = NamedNode(work_iri(row["kind"], row["id"])), NamedNode(GRAPH_HUB)
        quads = list(self._store.quads_for_pattern(work, None, None, hub))
        for quad in tuple(quads):
            if quad.predicate in _LINKED and isinstance(quad.object, NamedNode):
                quads += self._store.quads_for_pattern(quad.object, None, None, hub)
        for predicate in _SINCE:
            quads += self._store.quads_for_pattern(work, predicate, None, NamedNode(GRAPH_CHANGES))
        return quads

    def _inferred_graphs(self, taken: Taken, delta: _Delta) -> None:
        """Say what holds under each reading, of all that the changes reach."""
        affected = self._restate(taken)
        was_in_graph = self._in_graph.copy()
        for number in taken.changed | taken.gone:
            here = number not in taken.gone and self._known.row(number)["in_graph"]
            self._in_graph[number] = here
        if not affected:
            return
        region = self._living.region(affected)
        works = region.works.tolist()
        ids = pa.array([self._ids[number] for number in works], pa.string())
        before, now = was_in_graph[region.works], self._in_graph[region.works]
        kinds = pa.array([self._known.kind(number) for number in works], pa.string())
        subjects = iris(kinds, ids)
        for name, reading in self._readings.items():
            former = reading.conclude(region, ids)
            places = reading.of_work[region.works]
            differ = (former != places) | (before != now)
            left, come = np.flatnonzero(differ & before), np.flatnonzero(differ & now)
            graph = reading_graphs(name)[0]
            delta.remove(graph, _pointer_lines(reading, subjects, left, former[left], graph))
            delta.add(graph, _pointer_lines(reading, subjects, come, places[come], graph))
            self._situations(name, former[left], places[come], delta)

    def _restate(self, taken: Taken) -> set[int]:
        """Let the lineage say what the works say; return the works that it changes for."""
        while self._living.size < self._known.size:
            number = self._living.add_work()
            self._ids.append(self._known.row(number)["id"])
        if len(self._in_graph) < self._known.size:
            more = np.zeros(max(64, self._known.size // 8), dtype=np.bool_)
            self._in_graph = np.concatenate([self._in_graph, more])
        affected: set[int] = set()
        for number in sorted(taken.changed | taken.gone):
            here = number not in taken.gone
            row, stated = self._known.row(number), self._known.stated(number)
            facts = facts_of_row(row) if here else []
            steps = [(self._relation[r], p) for r, p, _ in stated] if here else []
            restated = self._living.restate(number, facts)
            rederived = self._living.rederive(number, steps)
            if restated or rederived or number not in taken.former or not here:
                affected.add(number)
        return affected

    def _situations(self, name: str, old: np.ndarray, new: np.ndarray, delta: _Delta) -> None:
        """Say of situations themselves what holds.

        Args:
            name: The reading.
            old: Places of the situations that works left, one per work.
            new: Places of those that works came to.
            delta: What changes.
        """
        counts, reading = self._counts[name], self._readings[name]
        inferred = reading_graphs(name)[0]
        touched = np.unique(np.concatenate([old, new]))
        fewer, more = (
            np.bincount(np.searchsorted(touched, of), minlength=len(touched)) for of in (old, new)
        )
        appearing, ended = [], []
        for place, change in zip(touched.tolist(), (more - fewer).tolist(), strict=True):
            former = counts[place]
            counts[place] += change
            node, graph = NamedNode(reading.situations[place].iri), NamedNode(inferred)
            if former and not counts[place]:
                ended.append((place, former))
            elif former and change:
                number = Quad(node, _WORK_COUNT, _integer(former), graph)
                delta.remove_quads(inferred, [number])
                now = Quad(node, _WORK_COUNT, _integer(counts[place]), graph)
                delta.add(inferred, [f"{now} .\n"])
            elif not former and counts[place]:
                appearing.append(place)
        if ended:
            of_each = [former for _, former in ended]
            outcome = reading.consequences([place for place, _ in ended])
            delta.remove(inferred, situation_lines(outcome, of_each, name))
        judgements: Sequence[Judgement] = ()
        if appearing:
            of_each = [counts[place] for place in appearing]
            outcome = reading.outcome(appearing)
            delta.add(inferred, situation_lines(outcome, of_each, name))
            judgements = outcome.judgements
        nodes = [NamedNode(reading.situations[place].iri) for place, _ in ended]
        self._findings(name, nodes, judgements, delta)

    def _findings(
        self,
        name: str,
        ended: Iterable[NamedNode],
        judgements: Sequence[Judgement],
        delta: _Delta,
    ) -> None:
        """Say what is found of situations that appear, and no longer of those that ended."""
        graph = reading_graphs(name)[1]
        lost: Counter[str] = Counter()
        gained: Counter[str] = Counter()
        for situation in ended:
            links = list(self._store.quads_for_pattern(situation, None, None, NamedNode(graph)))
            lost.update(text_of(link.object) for link in links)
            delta.remove_quads(graph, links)
        found = {}
        for node, judgement in findings_of(judgements):
            gained[node] += 1
            found[node] = judgement
            delta.add(graph, [finding_link(node, judgement, name)])
        holders = self._holders[name]
        for node in lost.keys() | gained.keys():
            before = holders[node]
            holders[node] += gained[node] - lost[node]
            if not before:
                severity = finding_severities()[found[node].code]
                delta.add(graph, [finding_lines(node, found[node], severity, name)])
            elif not holders[node]:
                finding = NamedNode(node), None, None, NamedNode(graph)
                delta.remove_quads(graph, self._store.quads_for_pattern(*finding))

    def _holders_of_findings(self, name: str) -> Counter[str]:
        """Return of how many situations each finding of a reading is said."""
        graph = NamedNode(reading_graphs(name)[1])
        return Counter(
            text_of(quad.object)
            for link in _OF_SITUATION
            for quad in self._store.quads_for_pattern(None, link, None, graph)
        )

    ################################################################ snapshots

    def _publish(
        self,
        snapshot_id: str,
        started: datetime,
        history: History,
        counts: Mapping[str, int],
        tables: Callable[[Path], None] | None = None,
    ) -> None:
        former, base = self.snapshot.manifest, self.snapshot
        with building(self._data, snapshot_id) as folder:
            self._store.backup(str(folder / "store"))
            for path in base.path.iterdir():
                if path.is_dir() and path.name not in {"store", "tables", INDEX}:
                    shutil.copytree(path, folder / path.name, copy_function=os.link)
                elif path.is_file() and path.name not in {"manifest.json", RECORDS}:
                    (folder / path.name).hardlink_to(path)
            triples = dict(former["triples"])
            for graph, more in counts.items():
                triples[graph] = triples.get(graph, 0) + more
            manifest = {
                **former,
                **history.described(),
                "started": started.isoformat(timespec="seconds"),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "triples": triples,
                "counts": self._work_counts(),
                "readings": {
                    name: {"situations": sum(count > 0 for count in of_reading.values())}
                    for name, of_reading in self._counts.items()
                },
                "updates": former.get("updates", 0) + (tables is None),
                "statistics_of": former.get("statistics_of", base.id),
                "tables_of": snapshot_id if tables else former.get("tables_of", base.id),
            }
            if tables:
                tables(folder)
                manifest["tables"] = table_hashes(folder / "tables")
            else:
                shutil.copytree(base.path / "tables", folder / "tables", copy_function=os.link)
                (folder / RECORDS).write_bytes(b"\n".join(self._records) + b"\n")
            (folder / "manifest.json").write_bytes(
                orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            )
        self.snapshot = current(self._data)

    def _work_counts(self) -> dict[str, int]:
        """Return how many works there are; see the manifest of a build."""
        return {
            "works": self._known.size - len(self._known.gone),
            "works_in_graph": int(np.count_nonzero(self._in_graph[: self._known.size])),
            "derivations": self._known.derivation_count,
        }

    def finish(self) -> Snapshot:
        """Put a snapshot in force whose tables say what its graph says, and return it."""
        if not self._records:
            return self.snapshot
        started = datetime.now(UTC)
        order = self._known.order()
        works, derivations = self._known.tables()
        outcomes: dict[str, Outcome] = {}
        judged: dict[str, tuple[Judgement, ...]] = {}
        for name, reading in self._readings.items():
            used, of_work = np.unique(reading.of_work[order], return_inverse=True)
            found = [reading.situations[place] for place in used.tolist()]
            by_iri = sorted(range(len(found)), key=lambda i: found[i].iri)
            rank = np.empty(len(found), dtype=np.int64)
            rank[by_iri] = np.arange(len(found))
            situations = Situations(rank[of_work.reshape(-1)], tuple(found[i] for i in by_iri))
            outcomes[name] = Outcome(situations, Consequences((), ()), ())
            judged[name] = reading.outcome(used.tolist()).judgements
        manifest = self.snapshot.manifest
        history = History(
            AsOf(**manifest["as_of"]),
            Comparison(changes_table([]), works[SINCE_COLUMNS[0]], works[SINCE_COLUMNS[1]]),
            self._history,
            manifest["history_begins"],
            last=self.snapshot,
        )

        def write(folder: Path) -> None:
            write_tables(folder / "tables", works, derivations, outcomes, self._history)
            write_search_index(folder, judged)

        self._records = []
        self._publish(
            started.strftime("%Y%m%dT%H%M%S%fZ"),
            started,
            history,
            {},
            write,
        )
        return self.snapshot


def _pointer_lines(
    reading: LivingReading, subjects: pa.Array, rows: np.ndarray, places: np.ndarray, graph: str
) -> Iterator[str]:
    """Yield what says that some of the subjects are in the situations at these places."""
    used, of_row = np.unique(places, return_inverse=True)
    named = pa.array([reading.situations[p].iri for p in used.tolist()], pa.string())
    objects, works = named.take(pa.array(of_row.reshape(-1))), subjects.take(pa.array(rows))
    if len(works):
        yield iri_lines(works, _SITUATION.value, objects, graph)


def _graph_of(quad: Quad) -> str:
    return str(getattr(quad.graph_name, "value", ""))


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(f"{XSD}integer"))


def _named_only(works: pa.Table, rows: np.ndarray) -> pa.Table:
    """Return works of which some are only named, so that nothing is said of these."""
    at = works.schema.get_field_index("in_graph")
    in_graph = truths(works["in_graph"]) & ~rows
    return works.set_column(at, works.schema.field(at), pa.array(in_graph))
