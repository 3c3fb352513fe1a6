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
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyoxigraph import NamedNode, Quad, Store

from licet_ingest.changes import CHANGES_SCHEMA, change_lines, changes_table, merged, since_lines
from licet_ingest.comparison import Comparison, compare
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.history import CHANGES, History, sources_as_of
from licet_ingest.known_works import KnownWorks
from licet_ingest.nquads import iri_lines, iris
from licet_ingest.snapshot import INDEX_FOLDER, BusyError, building, current
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
    reading_graphs,
    term,
    work_iri,
)
from licet_reasoning.delta import Delta
from licet_reasoning.lineage import facts_of_row, lineage_of
from licet_reasoning.living_lineage import LivingLineage, OutgrownError
from licet_reasoning.living_reading import LivingReading
from licet_reasoning.provenance import concluded_with, provenance_lines, read_with
from licet_reasoning.publish import (
    consequence_lines,
    count_lines,
    finding_lines,
    finding_link,
    findings_of,
)
from licet_reasoning.quotient import Consequences, Outcome, compile_reading, shipped_catalogue
from licet_reasoning.rules import finding_severities
from licet_reasoning.search_index import write_search_index
from licet_reasoning.situations import Situations
from licet_reasoning.snapshot_tables import table_hashes, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from licet_ingest.known_works import Taken
    from licet_ingest.records import WorkRecord
    from licet_ingest.snapshot import Snapshot
    from licet_reasoning.living_lineage import Region
    from licet_reasoning.rules import Judgement

RECORDS: Final = "records.jsonl"
"""Of a snapshot, the records since its tables were made."""
_SITUATION: Final = NamedNode(term("situation"))
_LINKED: Final = (NamedNode(term("licenseStatement")), NamedNode(f"{PROV}qualifiedDerivation"))
_OF_SITUATION: Final = (NamedNode(term("hasFinding")), NamedNode(term("hasOpenQuestion")))
_SINCE: Final = (NamedNode(f"{NS}firstSeen"), NamedNode(f"{NS}licenseSince"))
_MANY_WORKS: Final = 5_000
"""From so many reached on, the default reading comes in force before the others do."""


@dataclass(frozen=True)
class _Pending:
    """What a snapshot lacks that came in force under the default reading first.

    Attributes:
        readings: Those that are behind.
        records: They are as far as so many of the records since the tables were made.
    """

    readings: list[str]
    records: int


@dataclass(frozen=True)
class _Reach:
    """What a change reaches.

    Attributes:
        region: The works, and what is known around them.
        ids: The id of each work.
        subjects: The IRI of each.
        before: Whether each was in the graph.
        now: Whether each is.
    """

    region: Region
    ids: pa.Array
    subjects: pa.Array
    before: np.ndarray
    now: np.ndarray


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
            reading.keep()
            places, counts = np.unique(reading.of_work[self._in_graph], return_counts=True)
            self._readings[name] = reading
            self._counts[name] = defaultdict(
                int, zip(places.tolist(), counts.tolist(), strict=True)
            )
            say(f"reading {name}: {len(places):,} situations")
        self._records: list[bytes] = []
        self._replay()

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
        """Bring what was read from the tables up to the store, which may be ahead of them.

        Where an update was killed between coming in force under the default reading and under
        the others, it is brought to its end.
        """
        journal, pending = self.snapshot.path / RECORDS, self.snapshot.manifest.get("pending")
        self._records = journal.read_bytes().splitlines() if journal.exists() else []
        settled = pending["records"] if pending else len(self._records)
        nowhere = Delta(None)
        _, reach = self._take_again(self._records[:settled], nowhere)
        self._conclude(reach, self._readings, nowhere)
        self._count_holders(self._readings)
        if pending:
            later = pending["readings"]
            ready = [name for name in self._readings if name not in later]
            history, reach = self._take_again(self._records[settled:], nowhere)
            ended = self._conclude(reach, ready, nowhere)
            self._count_holders(ready)
            delta = Delta(self._store)
            ended += self._conclude(reach, later, delta)
            self._forget(ended, delta)
            self._put_in_force(datetime.now(UTC), history, delta)

    def _take_again(self, lines: Sequence[bytes], nowhere: Delta) -> tuple[History, _Reach]:
        """Take over records of which the store says already what is known of the works."""
        records = [record_of(orjson.loads(line)) for line in lines]
        taken, history = self._take(records, datetime.now(UTC), nowhere)
        return history, self._reach(taken)

    ################################################################ records

    def apply(self, records: Sequence[WorkRecord]) -> Taken:
        """Take records over, and put a snapshot in force in which they can be queried.

        A change that reaches many works comes in force twice: as soon as the default reading
        has it, with the others named as pending, and when all have it.

        Returns:
            What they changed; where that is nothing, no snapshot is made.

        Raises:
            DataError: Another snapshot came in force, or a whole build is needed.
        """
        started = datetime.now(UTC)
        if current(self._data).id != self.snapshot.id:
            raise DataError("another snapshot came in force meanwhile; begin the update again")
        delta = Delta(self._store)
        taken, history = self._take(records, started, delta)
        if not taken.changed and not taken.gone:
            return taken
        settled, left = len(self._records), {record.key for record, _ in taken.left}
        self._records += [orjson.dumps(asdict(r)) for r in records if r.key not in left]
        try:
            reach = self._reach(taken)
            first, *later = sorted(self._readings, key=DEFAULT_READING.__ne__)
            if len(reach.ids) < _MANY_WORKS:
                ended = self._conclude(reach, self._readings, delta)
            else:
                ended = self._conclude(reach, [first], delta)
                self._put_in_force(started, history, delta, _Pending(later, settled))
                delta = Delta(self._store)
                ended += self._conclude(reach, later, delta)
        except OutgrownError as error:
            raise DataError(
                "these records bring more that is new than there is room for; build the snapshot "
                f"again with: licet build --data {self._data}"
            ) from error
        self._forget(ended, delta)
        self._put_in_force(started, history, delta)
        return taken

    def _put_in_force(
        self,
        started: datetime,
        history: History,
        delta: Delta,
        pending: _Pending | None = None,
    ) -> None:
        """Publish what was taken over."""
        snapshot_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        read = len(self._records)
        account = {"read": read, "ingested": read, "merged": 0, "rejected": 0, "values_dropped": 0}
        described = [*self.snapshot.manifest["sources"], {"name": "records", "records": account}]
        delta.replace(
            self._store.quads_for_pattern(None, None, None, NamedNode(GRAPH_PROVENANCE)),
            provenance_lines(snapshot_id, described, history, started, datetime.now(UTC)),
        )
        delta.write()
        self._store.flush()
        self._publish(snapshot_id, started, history, delta.grown, pending=pending)

    def _take(
        self, records: Iterable[WorkRecord], started: datetime, delta: Delta
    ) -> tuple[Taken, History]:
        """Take records over into what is known of works, and let be said what they change."""
        taken = self._known.take(records)
        history = self._compare(taken, started)
        self._history = history.changes
        self._hub_graph(taken, delta)
        delta.add(GRAPH_CHANGES, change_lines(history.comparison.changes))
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

    def _hub_graph(self, taken: Taken, delta: Delta) -> None:
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

    def _reach(self, taken: Taken) -> _Reach:
        """Return what the changes reach, of which it has to be concluded anew what holds."""
        affected = self._restate(taken)
        was_in_graph = self._in_graph.copy()
        for number in taken.changed | taken.gone:
            here = number not in taken.gone and self._known.row(number)["in_graph"]
            self._in_graph[number] = here
        region = self._living.region(affected)
        works = region.works.tolist()
        ids = pa.array([self._ids[number] for number in works], pa.string())
        kinds = pa.array([self._known.kind(number) for number in works], pa.string())
        before, now = was_in_graph[region.works], self._in_graph[region.works]
        return _Reach(region, ids, iris(kinds, ids), before, now)

    def _conclude(
        self, reach: _Reach, readings: Iterable[str], delta: Delta
    ) -> list[tuple[str, list[int]]]:
        """Say what holds under some readings; return the situations that have no work now.

        What was said of these is said still, until `_forget`.
        """
        ended: list[tuple[str, list[int]]] = []
        if not len(reach.ids):
            return ended
        for name in readings:
            reading = self._readings[name]
            former = reading.conclude(reach.region, reach.ids)
            places = reading.of_work[reach.region.works]
            differ = (former != places) | (reach.before != reach.now)
            left, come = np.flatnonzero(differ & reach.before), np.flatnonzero(differ & reach.now)
            graph, subjects = reading_graphs(name)[0], reach.subjects
            delta.remove(graph, _pointer_lines(reading, subjects, left, former[left], graph))
            delta.add(graph, _pointer_lines(reading, subjects, come, places[come], graph))
            ended.append((name, self._situations(name, former[left], places[come], delta)))
            reading.keep()  # While the rest of it is written.
        return ended

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

    def _situations(self, name: str, old: np.ndarray, new: np.ndarray, delta: Delta) -> list[int]:
        """Say of situations how many works they have, and what holds of those that appear.

        Args:
            name: The reading.
            old: Places of the situations that works left, one per work.
            new: Places of those that works came to.
            delta: What changes.

        Returns:
            The places of those that have no work now.
        """
        counts, reading = self._counts[name], self._readings[name]
        graph = reading_graphs(name)[0]
        touched = np.unique(np.concatenate([old, new]))
        fewer, more = (
            np.bincount(np.searchsorted(touched, of), minlength=len(touched)) for of in (old, new)
        )
        appearing, ended = [], []
        for place, change in zip(touched.tolist(), (more - fewer).tolist(), strict=True):
            former = counts[place]
            counts[place] += change
            if change:
                iri, now = reading.situations[place].iri, counts[place]
                delta.remove(graph, count_lines([iri], [former], name))
                delta.add(graph, count_lines([iri], [now], name))
                if former and not now:
                    ended.append(place)
                elif not former and now:
                    appearing.append(place)
        if appearing:
            consequences, judgements = reading.outcome(appearing)
            delta.add(graph, consequence_lines(consequences, name))
            self._found(name, judgements, delta)
        return ended

    def _found(self, name: str, judgements: Iterable[Judgement], delta: Delta) -> None:
        """Say what is found of situations that appear."""
        graph, holders = reading_graphs(name)[1], self._holders[name]
        lines: list[str] = []
        for node, judgement in findings_of(judgements):
            lines.append(finding_link(node, judgement, name))
            if not holders[node]:
                severity = finding_severities()[judgement.code]
                lines.append(finding_lines(node, judgement, severity, name))
            holders[node] += 1
        delta.add(graph, ["".join(lines)])

    def _forget(self, ended: Iterable[tuple[str, list[int]]], delta: Delta) -> None:
        """Say no longer what held and was found of situations that have no work now."""
        for name, places in ended:
            if not places:
                continue
            reading, holders = self._readings[name], self._holders[name]
            inferred, findings, _ = reading_graphs(name)
            consequences, _ = reading.outcome(places)
            delta.remove(inferred, consequence_lines(consequences, name))
            lost: Counter[str] = Counter()
            for place in places:
                about = NamedNode(reading.situations[place].iri), None, None, NamedNode(findings)
                links = list(self._store.quads_for_pattern(*about))
                lost.update(text_of(link.object) for link in links)
                delta.remove_quads(findings, links)
            holders.subtract(lost)
            for node in lost:
                if not holders[node]:
                    finding = NamedNode(node), None, None, NamedNode(findings)
                    delta.remove_quads(findings, self._store.quads_for_pattern(*finding))

    def _count_holders(self, readings: Iterable[str]) -> None:
        """Count of how many situations each finding of some readings is said in the store."""
        for name in readings:
            graph = NamedNode(reading_graphs(name)[1])
            self._holders[name] = Counter(
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
        *,
        pending: _Pending | None = None,
    ) -> None:
        former, base = self.snapshot.manifest, self.snapshot
        with building(self._data, snapshot_id) as folder:
            self._store.backup(str(folder / "store"))
            for path in base.path.iterdir():
                if path.is_dir() and path.name not in {"store", "tables", INDEX_FOLDER}:
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
                    if not pending or name not in pending.readings
                },
                "updates": former.get("updates", 0) + (tables is None and not pending),
                "statistics_of": former.get("statistics_of", base.id),
                "tables_of": snapshot_id if tables else former.get("tables_of", base.id),
            }
            manifest.pop("pending", None)
            if pending:
                manifest["pending"] = asdict(pending)
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
            judged[name] = tuple(reading.outcome(used.tolist())[1])
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


def _named_only(works: pa.Table, rows: np.ndarray) -> pa.Table:
    """Return works of which some are only named, so that nothing is said of these."""
    at = works.schema.get_field_index("in_graph")
    in_graph = truths(works["in_graph"]) & ~rows
    return works.set_column(at, works.schema.field(at), pa.array(in_graph))
