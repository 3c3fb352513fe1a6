"""What a store says is concluded of each situation, as plain rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from licet_ontology.nodes import text_of
from licet_ontology.terms import reading_graphs, term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store


class ConcludedFinding(NamedTuple):
    """A finding of a situation; open, where it cannot be decided whether a term is kept."""

    situation: str
    finding: str
    code: str
    severity: str
    open: bool
    because: str
    inherited: bool
    against: tuple[str, ...]


def pairs(store: Store, predicate: str, graph: str) -> Iterator[tuple[str, str]]:
    """Yield subject and object of each triple of a graph with one of Licet's properties."""
    for quad in store.quads_for_pattern(None, NamedNode(term(predicate)), None, NamedNode(graph)):
        yield text_of(quad.subject), text_of(quad.object)


def findings(store: Store, reading: str) -> Iterator[ConcludedFinding]:
    """Yield what is found of situations under a reading: what holds first, each sorted."""
    graph = reading_graphs(reading)[1]
    of = {
        name: dict(pairs(store, name, graph))
        for name in ("code", "severity", "because", "inherited")
    }
    against: dict[str, list[str]] = {}
    for finding, other in pairs(store, "conflictsWith", graph):
        against.setdefault(finding, []).append(other)
    for link, open_ in (("hasFinding", False), ("hasOpenQuestion", True)):
        for situation, finding in sorted(pairs(store, link, graph)):
            yield ConcludedFinding(
                situation,
                finding,
                of["code"][finding],
                of["severity"][finding],
                open_,
                of["because"][finding],
                of["inherited"][finding] == "true",
                tuple(sorted(against.get(finding, ()))),
            )


def obligations(store: Store, reading: str) -> list[tuple[str, str, bool]]:
    """Return situation and clause of each obligation, sorted, and whether it was inherited."""
    graph = reading_graphs(reading)[0]
    inherited = set(pairs(store, "inherits", graph))
    return [(*bound, bound in inherited) for bound in sorted(pairs(store, "boundBy", graph))]
