"""SPARQL rules on a graph of works, the same on the quotient as on a plain graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, QuerySolutions, QueryTriples, Store

from licet_ontology import modules
from licet_ontology.errors import DataError
from licet_ontology.nodes import text_of
from licet_ontology.terms import RDF, term
from licet_queries.library import folder_queries
from licet_reasoning.sight import IF_IN_DOUBT_BINDS, sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Triple

    from licet_queries.library import SavedQuery
    from licet_reasoning.axioms import Axioms

VERDICTS = ("violated", "unknown", "met")
_TYPE = NamedNode(RDF + "type")


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


@cache
def pointing_codes() -> frozenset[str]:
    """Return the codes of findings that point out a term and call none violated."""
    return frozenset(
        rule.header["code"] for rule in folder_queries("findings") if rule.header.get("points-out")
    )


def new_graph(triples: Iterable[Triple]) -> Store:
    """Return an in-memory store with the triples in its default graph."""
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def stage_rules(stage: str) -> tuple[SavedQuery, ...]:
    """Return the rules of a stage, sorted by name."""
    return tuple(rule for rule in folder_queries("rules") if rule.header.get("stage") == stage)


def constructed(store: Store, rule: SavedQuery) -> Iterable[Triple]:
    """Return what one rule constructs from the store.

    Raises:
        DataError: The rule does not construct.
    """
    triples = store.query(rule.text)
    if not isinstance(triples, QueryTriples):
        raise DataError(f"rules/{rule.name}.rq must be a CONSTRUCT query")
    return triples


def apply_stage(store: Store, stage: str) -> list[Triple]:
    """Add what the rules of a stage construct to the store, and return it."""
    added = [t for rule in stage_rules(stage) for t in constructed(store, rule)]
    store.extend(Quad(t.subject, t.predicate, t.object) for t in added)
    return added


def apply_consequences(store: Store, axioms: Axioms) -> None:
    """Add all consequences of the lineage relations and licenses in the store to it."""
    for sub, sup in _bottom_up(axioms.terms_parents):
        store.update(f"INSERT {{ ?s <{sup}> ?o }} WHERE {{ ?s <{sub}> ?o }}")
    for property_, relation, terms, scope in axioms.consequence_chains:
        lineage = f"?work <{relation}> ?source ." if relation else ""
        source = "?source" if relation else "?work"
        store.update(
            f"INSERT {{ ?work <{property_}> ?clause }} "
            f"WHERE {{ {lineage} {source} <{terms}> ?license . ?license <{scope}> ?clause }}"
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


def judge(store: Store, rules: Sequence[SavedQuery] | None = None) -> Iterator[Judgement]:
    """Yield what finding rules, by default all, say of works, sorted within a rule.

    Where a reading leaves open whether a term binds, rules are asked twice: with the term
    left out and with it taken to bind. What both say is said; of the rest nobody can say.
    A term in doubt that would be kept if it bound is kept. A rule that does not see the kinds
    of clauses that are in doubt is asked once.
    """
    rules = folder_queries("findings") if rules is None else rules
    certain = {rule.name: _judge(store, rule) for rule in rules}
    promoted = _resolve_doubts(store)
    about = _kinds(store, promoted)
    for rule in rules:
        if about and any(sight(rule.bare).shows(*quad) for quad in about):
            yield from _agreed(certain[rule.name], _judge(store, rule))
        else:
            yield from certain[rule.name]
    for quad in promoted:
        store.remove(quad)


def _resolve_doubts(store: Store) -> list[Quad]:
    """Add what would hold if every term in doubt bound, and return what was new."""
    new = {
        would_hold
        for doubt, properties in IF_IN_DOUBT_BINDS
        for quad in store.quads_for_pattern(None, NamedNode(doubt), None)
        for would_hold in (Quad(quad.subject, NamedNode(p), quad.object) for p in properties)
        if would_hold not in store
    }
    store.extend(new)
    return list(new)


def _kinds(store: Store, quads: Iterable[Quad]) -> set[tuple[str, frozenset[str]]]:
    """Return the properties of quads, each with the kinds of what it relates to."""
    return {
        (
            property_.value,
            frozenset(text_of(q.object) for q in store.quads_for_pattern(object_, _TYPE, None)),
        )
        for property_, object_ in {(quad.predicate, quad.object) for quad in quads}
        if isinstance(object_, NamedNode)
    }


def _agreed(without: list[Judgement], with_: list[Judgement]) -> Iterator[Judgement]:
    """Yield what is said with and without the terms in doubt, and the rest as unknown."""
    first, second = ({(j.work, j.because, j.inherited): j for j in js} for js in (without, with_))
    for key in sorted(first.keys() | second.keys()):
        one, other = first.get(key), second.get(key)
        if one is None or other is None:
            only = one or other
            if only is not None:
                met = only.verdict == "met" and only is other
                yield only if met else replace(only, verdict="unknown")
        elif one.verdict == other.verdict:
            yield one
        else:
            yield replace(other, verdict="unknown")


def _judge(store: Store, rule: SavedQuery) -> list[Judgement]:
    solutions = store.query(rule.bare)  # What it says is sorted below.
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
    code = rule.header["code"]
    return [
        Judgement(code, *key, next(v for v in VERDICTS if v in found), tuple(sorted(against[key])))
        for key, found in sorted(verdicts.items(), key=itemgetter(0))
    ]
