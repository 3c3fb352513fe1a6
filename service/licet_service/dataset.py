"""The snapshot in force, open for queries, replaced without notice when a newer one is."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store, Variable

from licet_ingest.snapshot import NoSnapshotError, PendingReadingError, current
from licet_ontology.errors import UsageError
from licet_ontology.reading_names import readings
from licet_ontology.terms import (
    BASE,
    DEFAULT_READING,
    GRAPH_HUB,
    PREFIXES,
    default_graphs,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import BlankNode, DefaultGraph, QueryBoolean, QuerySolutions, QueryTriples

    from licet_ingest.snapshot import Snapshot
    from licet_queries.library import SavedQuery
    from licet_reasoning.hypothesis import Ground
    from licet_service.evaluation import Term


@dataclass(frozen=True)
class OpenSnapshot:
    """A snapshot with its store open for reading."""

    snapshot: Snapshot
    store: Store

    def ground(self, reading: str) -> Ground:
        """Return what hypothetical works stand on under a reading; see ``see``."""
        self.see(reading)
        return self._ground

    @cached_property
    def _ground(self) -> Ground:
        """What they stand on, and what has been read of it for earlier ones."""
        # Few commands need them.
        from licet_reasoning.compiled import compiled
        from licet_reasoning.hypothesis import Ground

        cache = self.snapshot.path.parents[1] / "cache"
        return Ground(compiled(cache), self.store, self.snapshot.index)

    def query(
        self,
        text: str,
        *,
        reading: str = DEFAULT_READING,
        substitutions: Mapping[str, NamedNode | Literal] | None = None,
        default_graph_iris: Sequence[str] | None = None,
        named_graph_iris: Sequence[str] | None = None,
        federates: bool = False,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Return the answer to a SPARQL query.

        Args:
            text: The query; Licet's prefixes need not be declared, and relative IRIs are read
                as those of Licet.
            reading: Whose graphs a query that names no dataset sees.
            substitutions: Values of variables, by name.
            default_graph_iris: The default graph, as the union of these.
            named_graph_iris: The named graphs.
            federates: Whether the caller has seen to it which services the query may call.

        Raises:
            SyntaxError: The text is not a SPARQL query.
            UsageError: There is no such reading, or the query calls another service.
            PendingReadingError: The reading cannot be seen yet, or another cannot that a dataset
                of the query's own might name.
        """
        if not federates and keyword_problem(text, "SERVICE"):
            raise UsageError(
                "the query calls another service by SERVICE, which is refused, or contains the "
                "word and cannot be parsed"
            )
        self.see(reading)
        default: list[NamedNode | BlankNode | DefaultGraph] | None = None
        named: list[NamedNode | BlankNode] | None = None
        if default_graph_iris is not None or named_graph_iris is not None:
            self.see_all()
            default = [NamedNode(iri) for iri in default_graph_iris or ()]
            named = [NamedNode(iri) for iri in named_graph_iris or ()]
        elif not keyword_problem(text, "FROM"):
            # A dataset given beside the query would replace one that it names itself.
            default, named = [*_graphs(reading)], [*_graphs(reading)]
        else:
            self.see_all()
        return self.store.query(
            text,
            base_iri=BASE,
            prefixes=dict(PREFIXES),
            default_graph=default,
            named_graphs=named,
            substitutions={Variable(n): value for n, value in (substitutions or {}).items()},
        )

    def see(self, reading: str) -> None:
        """Make sure that the conclusions of a reading can be seen.

        Raises:
            UsageError: There is no such reading.
            PendingReadingError: It is behind a change that is in force under the default one.
        """
        if reading not in readings():
            raise UsageError(f"no reading named {reading!r}: choose one of {', '.join(readings())}")
        if reading in self.snapshot.pending:
            raise PendingReadingError(
                f"a change is in force under reading {DEFAULT_READING}, and not yet under "
                f"{reading}: licet update is at work on it; ask again in a minute"
            )

    def see_all(self) -> None:
        """Make sure that the conclusions of all readings can be seen; see ``see``."""
        for reading in readings():
            self.see(reading)

    @property
    def seen(self) -> tuple[str, ...]:
        """The readings whose conclusions can be seen."""
        return tuple(name for name in readings() if name not in self.snapshot.pending)

    def knows(self, work: NamedNode) -> bool:
        """Tell whether anything is stated of a work."""
        stated = self.store.quads_for_pattern(work, None, None, NamedNode(GRAPH_HUB))
        return next(stated, None) is not None


@cache
def _graphs(reading: str) -> tuple[NamedNode, ...]:
    return tuple(NamedNode(iri) for iri in default_graphs(reading))


@cache
def _pattern(keyword: str) -> re.Pattern[str]:
    return re.compile(keyword, re.IGNORECASE | re.ASCII)


def keyword_problem(text: str, keyword: str) -> SyntaxError | None:
    """Return what the parser says of a query without a keyword, or None if it is not missed.

    Wherever the keyword's letters stand, others take their place. In names, strings, IRIs and
    comments the parser does not mind; for the keyword itself it is an error of syntax. So no
    scanner has to guess what the parser takes for a string. A query with an error of its own
    comes back with that one.
    """
    replaced = _pattern(keyword).sub(lambda m: m[0][:-2] + "ZQ", text)
    if replaced == text:
        return None
    try:
        Store().query(replaced, base_iri=BASE, prefixes=dict(PREFIXES))
    except SyntaxError as error:
        return error
    return None


class Dataset:
    """A data folder, whose snapshot in force is kept open.

    Raises:
        NoSnapshotError: The folder holds none.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._open = self._reopen()

    def _reopen(self) -> OpenSnapshot:
        snapshot = current(self._data)
        try:
            return OpenSnapshot(snapshot, Store.read_only(str(snapshot.store)))
        except (OSError, RuntimeError) as error:
            raise NoSnapshotError(f"cannot open {snapshot.store}: {error}") from error

    def latest(self) -> OpenSnapshot:
        """Return the snapshot in force; one that was handed out before stays usable."""
        if (self._data / "current").resolve() != self._open.snapshot.path:
            with self._lock:
                if (self._data / "current").resolve() != self._open.snapshot.path:
                    self._open = self._reopen()
        return self._open


def rdf_term(term: Term) -> NamedNode | Literal:
    """Return a term as the store has it."""
    return NamedNode(term["value"]) if term["type"] == "uri" else Literal(term["value"])


def bind(query: SavedQuery, values: Mapping[str, str]) -> dict[str, NamedNode | Literal]:
    """Return RDF terms for the parameters of a saved query.

    Raises:
        UsageError: A parameter is missing, unknown or not of its type.
    """
    from licet_service.parameters import bound  # Few commands run a saved query.

    return {n: rdf_term(t) for n, t in bound(query, values).items()}
