"""SPARQL rules on a graph of works, the same on the quotient as on a plain graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, QuerySolutions, QueryTriples, Store

from licet_ontology import modules
from licet_ontology.errors import DataError
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, term
from licet_queries.library import folder_queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from licet_queries.library import SavedQuery
    from licet_reasoning.axioms import Axioms

VERDICTS = ("violated", "unknown", "met")


@dataclass(frozen=True, order=True)
class Judgement:
    """What one rule says of one work because of one clause, license or gap.

    Attributes:
        code: The rule's finding code.
        work: IRI of the work or situation.
        because: IRI of what the judgement rests on.
        inherited: Whether that is a fact of another work.
        verdict: ``violated`` (a finding), ``unknown`` or ``met``.
        against: IRIs of what stands against it, sorted.
    """

    code: str
    work: str
    because: str
    inherited: bool
    verdict: str
    against: tuple[str, ...] = ()


@cache
def finding_severities() -> dict[str, str]:
    """Return the severity of each finding code, from the ontology."""
    code_of = {
        t.subject: text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value == term("code")
    }
    return {
        code_of[t.subject]: text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value == term("severity")
    }


def new_graph(triples: Iterable[Triple]) -> Store:
    """Return an in-memory store with the triples in its default graph."""
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def apply_stage(store: Store, stage: str) -> list[Triple]:
    """Add what the rules of a stage construct to the store, and return it."""
    added: list[Triple] = []
    for rule in folder_queries("rules"):
        if rule.header.get("stage") == stage:
            constructed = store.query(rule.text)
            if not isinstance(constructed, QueryTriples):
                raise DataError(f"rules/{rule.name}.rq must be a CONSTRUCT query")
            added += constructed
    store.extend(Quad(t.subject, t.predicate, t.object) for t in added)
    return added


def apply_consequences(store: Store, axioms: Axioms) -> None:
    """Add all consequences of the lineage relations and licenses in the store to it."""
    for property_, relation, scope in axioms.consequences:
        lineage = f"?work <{relation}> ?source ." if relation else ""
        source = "?source" if relation else "?work"
        store.update(
            f"INSERT {{ ?work <{property_}> ?clause }} "
            f"WHERE {{ {lineage} {source} <{NS}license> ?license . ?license <{scope}> ?clause }}"
        )
    for sub, sup in _bottom_up(axioms.consequence_parents):
        store.update(f"INSERT {{ ?s <{sup}> ?o }} WHERE {{ ?s <{sub}> ?o }}")
    for property_, consequence, link in axioms.license_chains:
        store.update(
            f"INSERT {{ ?s <{property_}> ?o }} WHERE {{ ?s <{consequence}> ?c . ?c <{link}> ?o }}"
        )


def _bottom_up(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (sub, super) pairs so that what enters a sub-property precedes what leaves it."""
    left, ordered = list(pairs), []
    while left:
        ready = [p for p in left if not any(p[0] == other[1] for other in left)]
        ordered += ready
        left = [p for p in left if p not in ready]
    return ordered


def judge(store: Store) -> Iterator[Judgement]:
    """Yield what every finding rule says of the works in the store, sorted within a rule."""
    for rule in folder_queries("findings"):
        yield from _judge(store, rule)


def _judge(store: Store, rule: SavedQuery) -> list[Judgement]:
    solutions = store.query(rule.text)
    if not isinstance(solutions, QuerySolutions):
        raise DataError(f"findings/{rule.name}.rq must be a SELECT query")
    names = {variable.value for variable in solutions.variables}
    against: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    verdicts: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for row in solutions:
        inherited = "inherited" not in names or row["inherited"].value == "true"
        key = row["work"].value, row["because"].value, inherited
        verdicts[key].add(row["verdict"].value)
        if "against" in names and isinstance(row["against"], NamedNode):
            against[key].add(row["against"].value)
    return sorted(
        Judgement(
            code=rule.header["code"],
            work=work,
            because=because,
            inherited=inherited,
            verdict=next(v for v in VERDICTS if v in found),
            against=tuple(sorted(against[work, because, inherited])),
        )
        for (work, because, inherited), found in verdicts.items()
    )
