"""What a store no longer says and what it says now, written beside what goes on."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from pyoxigraph import Quad, Store

_BULK_LINES: Final = 1_000
"""From so many on, lines are loaded in bulk, which pays no transaction for each."""
_HELD_LINES: Final = 250_000
"""So many lines are written in one call."""
_WRITERS: Final = 2
"""So many calls at once: each is sorted and written by one thread of the store."""
_WAITING: Final = 6
"""So many calls wait at most: some hundreds of megabytes."""


class Delta:
    """What is no longer said, and what is said now, on its way to a store.

    Nobody sees the store before all is written, so that what a large change makes is written
    as it comes, beside what goes on: the store needs about as long as the judging. What is said
    anew of what was said before has to be removed first.

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
        self._writers = ThreadPoolExecutor(_WRITERS)
        self._written: deque[Future[None]] = deque()
        self._last_removed: Future[None] | None = None

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
            self.remove_quads(str(getattr(quad.graph_name, "value", "")), [quad])
        for quad in new - former:
            self.add(str(getattr(quad.graph_name, "value", "")), [f"{quad} .\n"])

    def write(self) -> None:
        """Write what waits, and return when all is written."""
        if self._written:
            self._hand_over()
            while self._written:
                self._written.popleft().result()
        elif self._store is not None:  # So little that no thread is worth it.
            _remove(self._store, self._removed, None)
            _add(self._store, "".join(self._added), None)
        self._writers.shutdown()

    def _hold(self, lines: int) -> None:
        self._lines += lines
        if self._lines >= _HELD_LINES:
            self._hand_over()
            if len(self._written) > _WAITING:
                self._written.popleft().result()

    def _hand_over(self) -> None:
        removed, self._removed = self._removed, defaultdict(list)
        added, self._added = self._added, []
        self._lines = 0
        if self._store is None:
            return
        if removed:
            earlier = self._last_removed
            self._last_removed = self._writers.submit(_remove, self._store, removed, earlier)
            self._written.append(self._last_removed)
        if added:
            job = self._writers.submit(_add, self._store, "".join(added), self._last_removed)
            self._written.append(job)


def _remove(
    store: Store, removed: Mapping[str, Sequence[str]], earlier: Future[None] | None
) -> None:
    """Remove by one call for each graph, so that other threads can go on."""
    if earlier:
        earlier.result()
    for graph, lines in removed.items():
        # A line ends in its graph, which an update names once for all of them.
        triples = "".join(lines).replace(f" <{graph}> .\n", " .\n")
        store.update(f"DELETE DATA {{ GRAPH <{graph}> {{\n{triples}}} }}")


def _add(store: Store, text: str, removed: Future[None] | None) -> None:
    """Add by one call, once all is removed that was to be removed before."""
    if removed:
        removed.result()
    if text.count("\n") < _BULK_LINES:
        store.extend(parse(text, format=RdfFormat.N_QUADS))
    else:
        store.bulk_load(text, format=RdfFormat.N_QUADS)
