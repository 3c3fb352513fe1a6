"""An index of the works beside the store: text, facets and lineage, for answers at once.

The store has no index of text, and what counts over the whole Hub takes it seconds. So a build
leaves a folder ``search`` in the snapshot:

- ``works.sqlite``: the works numbered by rank, most downloaded first; their names in trigrams;
  and how many names hold each; for each value of each facet the ranks of its works, and what
  is found of each situation;
- ``situation-READING.npy``: the situation of each work, by rank;
- ``up-*.npy`` and ``down-*.npy``: the stated derivations in both directions, by rank.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from licet_ingest.snapshot import INDEX_FOLDER, INDEX_OF_WORKS
from licet_ontology.terms import local_name
from licet_reasoning.rules import finding_severities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from licet_reasoning.rules import Judgement

    Ranks = NDArray[np.int32]

pc: Any = pyarrow.compute  # its functions are made at run time

_SHOWN: Final = ("kind", "id", "author", "in_graph", "downloads", "likes", "modified")
_LISTED: Final = {"license": "licenses", "family": "families", "gap": "gaps"}
_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA page_size = 8192;
CREATE TABLE work (
  rank INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, author TEXT, in_graph INTEGER,
  downloads INTEGER, likes INTEGER, modified TEXT, licenses TEXT, gaps TEXT
);
CREATE TABLE facet (
  name TEXT, value TEXT, works INTEGER, dense INTEGER, ranks BLOB, PRIMARY KEY (name, value)
) WITHOUT ROWID;
CREATE TABLE situation (
  reading TEXT, number INTEGER, iri TEXT, findings TEXT, PRIMARY KEY (reading, number)
) WITHOUT ROWID;
CREATE TABLE trigram (term TEXT PRIMARY KEY, works INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE name USING fts5(id, content='', columnsize=0, tokenize='trigram');
"""


def write_search_index(snapshot: Path, judged: Mapping[str, Iterable[Judgement]]) -> None:
    """Write the index of a snapshot into its folder, from its tables.

    Args:
        snapshot: The folder.
        judged: What is judged of situations, by reading.
    """
    folder = snapshot / INDEX_FOLDER
    folder.mkdir()
    works = pq.read_table(snapshot / "tables" / "models.parquet")
    derivations = pq.read_table(snapshot / "tables" / "derivations.parquet")
    order = _by_downloads(works)
    works = works.take(pa.array(order))
    rank_of = np.empty(len(order), np.int32)
    rank_of[order] = np.arange(len(order), dtype=np.int32)
    edges = _Edges(rank_of, derivations)
    edges.write(folder)
    with closing(sqlite3.connect(folder / INDEX_OF_WORKS, isolation_level=None)) as connection:
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        _write_works(connection, works)
        facets = _Facets(connection, len(works))
        _write_stated_facets(facets, works)
        edges.write_facets(facets)
        for reading, judgements in judged.items():
            _write_situations(connection, facets, folder, reading, works, judgements)
        connection.execute("CREATE UNIQUE INDEX work_by_id ON work (kind, id)")
        connection.execute("INSERT INTO name (name) VALUES ('optimize')")
        connection.execute("CREATE VIRTUAL TABLE temp.term USING fts5vocab(main, name, row)")
        connection.execute("INSERT INTO trigram SELECT term, doc FROM temp.term")
        connection.execute("COMMIT")


def _by_downloads(works: pa.Table) -> NDArray[np.int64]:
    keys = works.select(["kind", "id"]).append_column(
        "downloads", pc.fill_null(works["downloads"], 0)
    )
    sort_keys = [("downloads", "descending"), ("kind", "ascending"), ("id", "ascending")]
    order: NDArray[np.int64] = pc.sort_indices(keys, sort_keys=sort_keys).to_numpy()
    return order.astype(np.int64)


def _write_works(connection: sqlite3.Connection, works: pa.Table) -> None:
    first = 0
    for batch in works.select([*_SHOWN, "licenses", "gaps"]).to_batches(max_chunksize=50_000):
        columns = [batch.column(name).to_pylist() for name in _SHOWN]
        texts = [_local_lists(batch.column(name)) for name in ("licenses", "gaps")]
        ranks = range(first, first + len(batch))
        connection.executemany(
            f"INSERT INTO work VALUES ({', '.join('?' * 10)})",  # noqa: S608 - nothing but marks
            zip(ranks, *columns, *texts, strict=True),
        )
        connection.executemany(
            "INSERT INTO name (rowid, id) VALUES (?, ?)", zip(ranks, columns[1], strict=True)
        )
        first += len(batch)


def _local_lists(column: pa.Array) -> list[str]:
    return [" ".join(_facet_value(iri) for iri in iris) for iris in column.to_pylist()]


def _facet_value(iri: str) -> str:
    """Return the id of a license or family, or the name of a term."""
    return local_name(iri).partition("/")[2] or local_name(iri)


class _Facets:
    """Writes for each value of a facet the ranks of its works."""

    def __init__(self, connection: sqlite3.Connection, works: int) -> None:
        self._connection = connection
        self._works = works

    def add(self, name: str, value: str, ranks: Ranks) -> None:
        dense = len(ranks) * 32 > self._works
        if dense:
            is_in = np.zeros(self._works, np.bool_)
            is_in[ranks] = True
            blob = np.packbits(is_in).tobytes()
        else:
            blob = ranks.astype("<i4").tobytes()
        row = (name, value, len(ranks), int(dense), blob)
        self._connection.execute("INSERT INTO facet VALUES (?, ?, ?, ?, ?)", row)

    def add_column(self, name: str, values: pa.Array, ranks: Ranks) -> None:
        """Add what each rank has, several perhaps."""
        encoded = values.dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        order = np.lexsort((ranks, codes))
        sorted_ranks = ranks[order]
        bounds = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
        for i, value in enumerate(encoded.dictionary.to_pylist()):
            own = np.unique(sorted_ranks[bounds[i] : bounds[i + 1]])
            self.add(name, value, own)


def _write_stated_facets(facets: _Facets, works: pa.Table) -> None:
    ranks = np.arange(len(works), dtype=np.int32)
    facets.add_column("kind", works["kind"].combine_chunks(), ranks)
    author = works["author"].combine_chunks()
    stated = author.is_valid()
    facets.add_column("author", author.filter(stated), ranks[stated.to_numpy(zero_copy_only=False)])
    for name, column in _LISTED.items():
        lists = works[column].combine_chunks()
        encoded = lists.flatten().dictionary_encode()
        names = pa.array([_facet_value(iri) for iri in encoded.dictionary.to_pylist()], pa.string())
        owners = lists.value_parent_indices().to_numpy().astype(np.int32)
        facets.add_column(name, names.take(encoded.indices), owners)


def _write_situations(
    connection: sqlite3.Connection,
    facets: _Facets,
    folder: Path,
    reading: str,
    works: pa.Table,
    judgements: Iterable[Judgement],
) -> None:
    """Write what is found of situations, which works are in each, and who has which finding."""
    encoded = works[f"situation_{reading}"].combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    of_work = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    np.save(folder / f"situation-{reading}.npy", of_work)
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    iris = encoded.dictionary.to_pylist()
    number = {iris[i]: i for i in np.unique(of_work[in_graph]).tolist()}
    severities = finding_severities()
    found: dict[str, list[tuple[str, str, bool]]] = {iri: [] for iri in iris}
    having: dict[tuple[str, str], set[int]] = {}
    for judgement in judgements:
        situation, code = judgement.work, judgement.code
        if judgement.verdict == "met" or situation not in number:
            continue
        open_ = judgement.verdict != "violated"
        found[situation].append((code, "unknown" if open_ else severities[code], open_))
        having.setdefault(("question" if open_ else "finding", code), set()).add(number[situation])
    connection.executemany(
        "INSERT INTO situation VALUES (?, ?, ?, ?)",
        (
            (reading, i, iri, orjson.dumps(sorted(set(found[iri]))).decode())
            for i, iri in enumerate(iris)
        ),
    )
    for (name, code), numbers in sorted(having.items()):
        is_one = np.zeros(len(iris), np.bool_)
        is_one[sorted(numbers)] = True
        ranks = np.flatnonzero(is_one[of_work]).astype(np.int32)
        facets.add(f"{name}/{reading}", code, ranks)


class _Edges:
    """The stated derivations between ranks."""

    def __init__(self, rank_of: Ranks, derivations: pa.Table) -> None:
        relation = derivations["relation"].combine_chunks().dictionary_encode()
        self._relations = [local_name(iri) for iri in relation.dictionary.to_pylist()]
        self._relation = relation.indices.to_numpy(zero_copy_only=False).astype(np.int8)
        self._child = rank_of[derivations["child"].to_numpy()]
        self._parent = rank_of[derivations["parent"].to_numpy()]
        self._works = len(rank_of)

    def write(self, folder: Path) -> None:
        """Write for each work the others it is related to, and how, in both directions."""
        ends = (("up", self._child, self._parent), ("down", self._parent, self._child))
        for direction, from_, to in ends:
            order = np.lexsort((self._relation, to, from_))
            counts = np.bincount(from_, minlength=self._works)
            first = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
            np.save(folder / f"{direction}-first.npy", first)
            np.save(folder / f"{direction}-work.npy", to[order].astype(np.int32))
            np.save(folder / f"{direction}-relation.npy", self._relation[order])
        (folder / "relations.json").write_bytes(orjson.dumps(self._relations))

    def write_facets(self, facets: _Facets) -> None:
        """Write which works state each relation."""
        for name, children in self._by_relation():
            facets.add("relation", name, children)

    def _by_relation(self) -> Iterator[tuple[str, Ranks]]:
        for i, name in enumerate(self._relations):
            yield name, np.unique(self._child[self._relation == i])
