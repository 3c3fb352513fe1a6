"""One licensing situation and its name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from licet_ontology.terms import BASE

Fact = tuple[str, str]
"""What a work states of itself: property and object, as IRIs."""


@dataclass(frozen=True)
class Situation:
    """One node of the quotient of the graph.

    Attributes:
        iri: Named after a hash of the reading and of all that follows here.
        own: The facts that its works state of themselves.
        reached: The facts of other works that reach its works, by lineage relation.
    """

    iri: str
    own: tuple[Fact, ...]
    reached: tuple[tuple[str, tuple[Fact, ...]], ...]


def situation_of(
    reading: str, own: tuple[Fact, ...], reached: tuple[tuple[str, tuple[Fact, ...]], ...]
) -> Situation:
    """Return the situation of works that state and are reached by the given facts, all sorted."""
    said = (reading, _shown(own), *(f"{relation} {_shown(facts)}" for relation, facts in reached))
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:20]
    return Situation(f"{BASE}situation/{digest}", own, reached)


@lru_cache(maxsize=10_000)
def _shown(facts: tuple[Fact, ...]) -> str:
    """Return facts as text; situations share most of theirs."""
    return repr(facts)
