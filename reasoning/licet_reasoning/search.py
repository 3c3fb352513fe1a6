"""Works by text, facets and lineage, from the index that a build leaves beside the store.

Every answer takes a bounded number of steps, but for the walk of a lineage, which takes one per
derivation. Works are numbered by rank, most downloaded first, and so all answers are in that
order, and a page goes on where the last ended.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from licet_ingest.snapshot import INDEX_FOLDER, INDEX_OF_WORKS, NoIndexError
from licet_ontology.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Ranks = NDArray[np.int32]

MAX_CANDIDATES: Final = 4_000
"""Names that one search looks through; a page may end before it is full, and the next goes on."""
FEW: Final = 2_000
"""Works with the wanted facets whose names are rather compared one by one."""
RARE: Final = 20_000
"""Names that hold a trigram at most, for it to lead to few enough to be compared one by one."""
MIN_INDEXED: Final = 3
"""Characters of a word that the index of trigrams can find."""

_COLUMNS: Final = "rank, kind, id, author, in_graph, downloads, likes, modified, licenses, gaps"


@dataclass(frozen=True)
class IndexedWork:
    """A work as lists show it.

    Attributes:
        rank: Its number in the index.
        kind: ``model``, ``dataset`` or ``service``.
        id: ``owner/name``.
        author: The owning account.
        in_graph: Whether its own record was read; else others only name it.
        downloads: In the 30 days before the source was read, if it says; none count as 0.
        likes: When the source was read.
        modified: When it was last changed.
        licenses: Ids of its licenses.
        gaps: Why its terms are not known.
    """

    rank: int
    kind: str
    id: str
    author: str | None
    in_graph: bool
    downloads: int | None
    likes: int | None
    modified: str | None
    licenses: tuple[str, ...]
    gaps: tuple[str, ...]


class Found(NamedTuple):
    """A page of works.

    Attributes:
        ranks: In order.
        total: How many there are on all pages; None where that was not counted.
        more: Whether another page may follow.
        last: The rank that was looked at last, from which the next page goes on.
    """

    ranks: list[int]
    total: int | None
    more: bool
    last: int


@dataclass(frozen=True)
class Lineage:
    """All works above or below one.

    Attributes:
        direction: ``up`` or ``down``.
        levels: Their ranks by distance, each sorted; the first holds the work itself.
        depth_of: The distance of each work; -1 of those that are not in it.
    """

    direction: str
    levels: tuple[Ranks, ...]
    depth_of: Ranks


class SearchIndex:
    """The index of one snapshot, for the thread that opened it.

    Raises:
        NoIndexError: The snapshot has none.
    """

    def __init__(self, snapshot: Path) -> None:
        self._folder = snapshot / INDEX_FOLDER
        path = self._folder / INDEX_OF_WORKS
        if not path.is_file():
            raise NoIndexError(
                f"{path} is missing: it is made when the records of licet update end, or by a build"
            )
        # Nobody writes to it any more, so no lock is asked for.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True)

    def close(self) -> None:
        """Close what is open."""
        self._connection.close()

    def __enter__(self) -> SearchIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Single works

    def rank(self, kind: str, work_id: str) -> int | None:
        """Return the number of a work, or None."""
        query = "SELECT rank FROM work WHERE kind = ? AND id = ?"
        row = self._connection.execute(query, (kind, work_id)).fetchone()
        return None if row is None else int(row[0])

    def works(self, ranks: Sequence[int]) -> list[IndexedWork]:
        """Return works by their numbers."""
        query = f"SELECT {_COLUMNS} FROM work WHERE rank = ?"  # noqa: S608 - a constant
        rows = (self._connection.execute(query, (int(rank),)).fetchone() for rank in ranks)
        return [_work(row) for row in rows]

    def findings(self, rank: int, reading: str) -> list[tuple[str, str, bool]]:
        """Return code, severity and openness of what is found of a work, each once."""
        number = int(self._situations(reading)[rank])
        query = "SELECT findings FROM situation WHERE reading = ? AND number = ?"
        row = self._connection.execute(query, (reading, number)).fetchone()
        return [(code, severity, open_) for code, severity, open_ in json.loads(row[0])]

    # Search

    def search(self, text: str, facets: Mapping[str, str], after: int | None, limit: int) -> Found:
        """Return works whose id holds each word of a text and that have each of some facets.

        Args:
            text: Words; empty for all.
            facets: Values by name.
            after: The rank before the page; None for the first page.
            limit: Works of a page at most.

        Raises:
            UsageError: No word of the text can be looked up.
        """
        start = -1 if after is None else after
        having = self._having(facets)
        words = text.split()
        if not words:
            return self._page(having, start, limit)
        if max(map(len, words)) < MIN_INDEXED:
            raise UsageError(f"search for a word of at least {MIN_INDEXED} characters")
        if having is not None and len(having) <= FEW:
            ids = [(work.rank, work.id) for work in self.works(having.tolist())]
            matching = [rank for rank, id_ in ids if _holds(id_, words)]
            return self._page(np.array(matching, np.int32), start, limit)
        return self._search_text(words, having, start, limit, count=after is None)

    def count(self, facets: Mapping[str, str]) -> int:
        """Return how many works have each of some facets."""
        having = self._having(facets)
        return self._size if having is None else len(having)

    def facet(self, name: str, limit: int) -> list[tuple[str, int]]:
        """Return the most frequent values of a facet with their numbers of works."""
        query = "SELECT value, works FROM facet WHERE name = ? ORDER BY works DESC, value LIMIT ?"
        return [(value, works) for value, works in self._connection.execute(query, (name, limit))]

    def position(self, downloads: int, kind: str, work_id: str) -> int:
        """Return the rank of the last work that is not after a place in the order."""
        low, high = 0, self._size
        query = "SELECT coalesce(downloads, 0), kind, id FROM work WHERE rank = ?"
        place = (-downloads, kind, work_id)
        while low < high:
            middle = (low + high) // 2
            found, *name = self._connection.execute(query, (middle,)).fetchone()
            if (-found, *name) <= place:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def _page(self, having: Ranks | None, start: int, limit: int) -> Found:
        if having is None:
            ranks = [*range(start + 1, min(start + 1 + limit, self._size))]
            total = self._size
            more = bool(ranks) and ranks[-1] + 1 < total
        else:
            place = int(np.searchsorted(having, start, side="right"))
            ranks = having[place : place + limit].tolist()
            total = len(having)
            more = place + len(ranks) < total
        return Found(ranks, total, more, ranks[-1] if ranks else start)

    def _search_text(
        self, words: list[str], having: Ranks | None, start: int, limit: int, *, count: bool
    ) -> Found:
        indexed = [word for word in words if len(word) >= MIN_INDEXED]
        query, compared = self._names_query(words, indexed)
        if query is None:
            return Found([], 0 if count else None, False, start)
        sql = "SELECT rowid FROM name WHERE name MATCH ? AND rowid > ? ORDER BY rowid"
        rows = self._connection.execute(sql, (query, start))
        found: list[int] = []
        looked_at, last = 0, start
        for chunk in _chunks((rank for (rank,) in rows), MAX_CANDIDATES // 10):
            looked_at += len(chunk)
            kept = np.array(chunk, np.int32)
            if having is not None:
                kept = kept[_is_in(kept, having)]
            if compared:
                kept = kept[[_holds(id_, compared) for id_ in self._ids(kept)]]
            found += kept.tolist()
            last = chunk[-1]
            if looked_at >= MAX_CANDIDATES or (len(found) > limit and not count):
                break
        else:
            # All was looked at, so that all is counted.
            page = found[:limit]
            more = len(found) > limit
            total = len(found) if count else None
            return Found(page, total, more, page[-1] if more else last)
        page = found[:limit]
        return Found(page, None, True, page[-1] if len(found) > limit else last)

    def _names_query(self, words: list[str], indexed: list[str]) -> tuple[str | None, list[str]]:
        """Return what to ask the index of trigrams, and the words to compare what it finds with.

        A phrase is exact, and takes a step for each name that holds any of its trigrams. So rare
        trigrams are asked for where there are some. None, where a trigram is in no name.
        """
        trigrams = {word[i : i + 3].lower() for word in indexed for i in range(len(word) - 2)}
        sql = "SELECT works FROM trigram WHERE term = ?"
        counts: list[tuple[int, str]] = []
        for trigram in trigrams:
            row = self._connection.execute(sql, (trigram,)).fetchone()
            if row is None:
                return None, []
            counts.append((row[0], trigram))
        counts.sort()
        if counts[0][0] > RARE:
            short = [word for word in words if len(word) < MIN_INDEXED]
            return " AND ".join(map(_quoted, indexed)), short
        return " AND ".join(_quoted(trigram) for _, trigram in counts[:4]), words

    def _ids(self, ranks: Ranks) -> Iterator[str]:
        sql = "SELECT id FROM work WHERE rank = ?"
        for rank in ranks.tolist():
            yield self._connection.execute(sql, (rank,)).fetchone()[0]

    def _having(self, facets: Mapping[str, str]) -> Ranks | None:
        """Return the ranks with each of some facets, sorted; None where none is wanted."""
        query = "SELECT works, dense, ranks FROM facet WHERE name = ? AND value = ?"
        rows = [
            self._connection.execute(query, pair).fetchone() or (0, 0, b"")
            for pair in facets.items()
        ]
        if not rows:
            return None
        rows.sort(key=lambda row: row[:2])
        sparse = [np.frombuffer(blob, "<i4") for _, dense, blob in rows if not dense]
        bits = [np.frombuffer(blob, np.uint8) for _, dense, blob in rows if dense]
        if not sparse:
            both: NDArray[np.uint8] = reduce(np.bitwise_and, bits)
            return np.flatnonzero(np.unpackbits(both)[: self._size]).astype(np.int32)
        ranks = sparse[0]
        for other in sparse[1:]:
            ranks = ranks[_is_in(ranks, other)]
        for packed in bits:
            ranks = ranks[(packed[ranks >> 3] >> (7 - (ranks & 7))) & 1 == 1]
        return ranks

    # Lineage

    def lineage(self, rank: int, direction: str) -> Lineage:
        """Return all works above or below another, by their distance; cycles end.

        Args:
            rank: Of the work, which is none of them.
            direction: ``up`` to what it was made from, ``down`` to what was made from it.
        """
        first, work, _ = self._edges(direction)
        depth_of = np.full(self._size, -1, np.int32)
        depth_of[rank] = 0
        levels = [np.array([rank], np.int32)]
        while True:
            reached = np.unique(work[_runs(first, levels[-1])])
            frontier = reached[depth_of[reached] < 0]
            if not len(frontier):
                return Lineage(direction, tuple(levels), depth_of)
            depth_of[frontier] = len(levels)
            levels.append(frontier)

    def links(self, lineage: Lineage, rank: int, limit: int) -> tuple[list[tuple[str, int]], int]:
        """Return by which derivations a work joins those one step nearer, and how many there are.

        Each is a relation and the rank of the nearer work.
        """
        back = "down" if lineage.direction == "up" else "up"
        first, work, relation = self._edges(back)
        run = slice(int(first[rank]), int(first[rank + 1]))
        others, codes = np.asarray(work[run]), np.asarray(relation[run])
        depth = int(lineage.depth_of[rank])
        nearer = np.flatnonzero((lineage.depth_of[others] == depth - 1) & (depth > 0))
        shown = [
            (self._relations[code], other)
            for code, other in zip(
                codes[nearer[:limit]].tolist(), others[nearer[:limit]].tolist(), strict=True
            )
        ]
        return shown, len(nearer)

    def edges(self, rank: int, direction: str) -> list[tuple[str, int]]:
        """Return relation and other end of the derivations of a work in one direction."""
        first, work, relation = self._edges(direction)
        run = slice(int(first[rank]), int(first[rank + 1]))
        pairs = zip(relation[run].tolist(), work[run].tolist(), strict=True)
        return [(self._relations[code], other) for code, other in pairs]

    @cached_property
    def _relations(self) -> list[str]:
        names: list[str] = json.loads((self._folder / "relations.json").read_bytes())
        return names

    @cached_property
    def _size(self) -> int:
        query = "SELECT rank + 1 FROM work ORDER BY rank DESC LIMIT 1"
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _edges(self, direction: str) -> tuple[Any, Any, Any]:
        return (
            self._array(f"{direction}-first"),
            self._array(f"{direction}-work"),
            self._array(f"{direction}-relation"),
        )

    def _situations(self, reading: str) -> Any:
        return self._array(f"situation-{reading}")

    def _array(self, name: str) -> Any:
        return np.load(self._folder / f"{name}.npy", mmap_mode="r")


def _work(row: tuple[Any, ...]) -> IndexedWork:
    rank, kind, work_id, author, in_graph, downloads, likes, modified, licenses, gaps = row
    return IndexedWork(
        rank=rank,
        kind=kind,
        id=work_id,
        author=author,
        in_graph=bool(in_graph),
        downloads=downloads,
        likes=likes,
        modified=modified,
        licenses=tuple(licenses.split()),
        gaps=tuple(gaps.split()),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _holds(work_id: str, words: list[str]) -> bool:
    folded = work_id.casefold()
    return all(word.casefold() in folded for word in words)


def _is_in(ranks: Ranks, among: Ranks) -> NDArray[np.bool_]:
    """Tell of each rank whether it is among sorted others."""
    if not len(among):
        return np.zeros(len(ranks), np.bool_)
    places = np.searchsorted(among, ranks)
    places[places == len(among)] = 0
    found: NDArray[np.bool_] = among[places] == ranks
    return found


def _runs(first: Any, ranks: Ranks) -> NDArray[np.int64]:
    """Return the places of the edges of some works, all runs in a row."""
    starts = np.asarray(first[ranks], np.int64)
    lengths = np.asarray(first[ranks + 1], np.int64) - starts
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places: NDArray[np.int64] = np.arange(total) + np.repeat(starts - ends + lengths, lengths)
    return places


def _chunks(ranks: Iterator[int], size: int) -> Iterator[list[int]]:
    while chunk := list(islice(ranks, size)):
        yield chunk
