"""From a lineage to situations, their obligations and the judgements on them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, RDF, term
from licet_queries.library import folder_queries
from licet_reasoning.automaton import Automaton, build_automaton
from licet_reasoning.axioms import Axioms, compile_axioms
from licet_reasoning.closure import pack_facts, reaching
from licet_reasoning.materialize import owl_rl_closure
from licet_reasoning.rules import Judgement, apply_consequences, apply_stage, judge, new_graph
from licet_reasoning.situations import Situations, group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from licet_reasoning.closure import Lineage
    from licet_reasoning.situations import Fact

CONSEQUENCES = (
    term("boundBy"),
    term("inherits"),
    term("inheritsAsWhole"),
    term("inheritsForPart"),
    term("mustCarry"),
)
"""Properties of situations that are published."""


@dataclass(frozen=True)
class Program:
    """A reading, ready to run.

    Attributes:
        reading: Its name.
        axioms: Its axioms with those of the ontology, compiled.
        automaton: Their lineage relations.
    """

    reading: str
    axioms: Axioms
    automaton: Automaton


@dataclass(frozen=True)
class Outcome:
    """What is concluded of a lineage under one reading.

    Attributes:
        situations: The quotient, with the situation of each work.
        consequences: Triples about situations: ``boundBy`` and its kin, ``outsideOf``.
        judgements: What the finding rules say of each situation.
    """

    situations: Situations
    consequences: tuple[Triple, ...]
    judgements: tuple[Judgement, ...]


@cache
def compile_reading(reading: str) -> Program:
    """Return the program of a reading over the shipped ontology; made once per process."""
    axioms = compile_axioms([*modules.ontology(), *modules.reading(reading)])
    return Program(reading, axioms, build_automaton(axioms))


def close_catalogue(catalogue: Sequence[Triple]) -> list[Triple]:
    """Return ontology and catalogue with all that rules and OWL 2 RL conclude from them.

    Raises:
        InconsistentGraphError: They contradict each other.
    """
    stated = [*modules.ontology(), *catalogue]
    return owl_rl_closure([*stated, *apply_stage(new_graph(stated), "catalogue")])


@cache
def shipped_catalogue(kept: Path | None = None) -> tuple[Triple, ...]:
    """Return the shipped ontology and catalogue, closed; made once per process.

    Args:
        kept: A folder to keep the result in. It is found there again as long as ontology,
            catalogue, rules and owlrl are the same.
    """
    if kept is None:
        return tuple(close_catalogue(modules.catalogue()))
    stated = serialize((*modules.ontology(), *modules.catalogue()), format=RdfFormat.N_TRIPLES)
    rules = "".join(rule.text for rule in folder_queries("rules"))
    made_from = (stated or b"") + rules.encode() + version("owlrl").encode()
    file = kept / f"catalogue-{hashlib.sha256(made_from).hexdigest()[:20]}.nt"
    if file.exists():
        return tuple(quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES))
    closed = tuple(close_catalogue(modules.catalogue()))
    kept.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(serialize(closed, format=RdfFormat.N_TRIPLES) or b"")
    unfinished.replace(file)
    return closed


@cache
def _mentioned(axioms: Axioms) -> frozenset[str]:
    """Return the terms that rules mention and axioms need."""
    texts = (query.text for folder in ("rules", "findings") for query in folder_queries(folder))
    return frozenset(
        {NS + name for text in texts for name in re.findall(r"\blicet:(\w+)", text)}
        | {scope for _, _, scope in axioms.consequences}
        | {link for _, _, link in axioms.license_chains}
    )


def facts_for_rules(
    closed_catalogue: Sequence[Triple], axioms: Axioms, stated: Iterable[str]
) -> list[Triple]:
    """Return what of ontology and catalogue can matter to works under the stated licenses.

    That is what rules mention of these licenses and their clauses, and of licenses that
    confine improvement to their own lineage, which every work is inside or outside of.
    """
    mentioned = _mentioned(axioms)
    type_, exempts, has_clause = RDF + "type", term("exemptsLicense"), term("hasClause")
    told = [
        t
        for t in closed_catalogue
        if t.predicate.value in mentioned
        or (t.predicate.value == type_ and text_of(t.object) in mentioned)
    ]
    wanted = set(stated) | {text_of(t.object) for t in told if t.predicate.value == exempts}
    wanted |= {
        text_of(t.object)
        for t in closed_catalogue
        if t.predicate.value == has_clause and text_of(t.subject) in wanted
    }
    return [t for t in told if text_of(t.subject) in wanted]


def conclude(lineage: Lineage, program: Program, closed_catalogue: Sequence[Triple]) -> Outcome:
    """Return situations, obligations and judgements of all works of a lineage.

    Two passes: rules of the stage ``lineage`` may deny that something reaches a work, so
    they run on the finished quotient of the first pass, and what they conclude of works is
    propagated by the second.
    """
    first = group(lineage, program.automaton, reaching(lineage, program.automaton), program.reading)
    stated = {object_ for predicate, object_ in lineage.facts if predicate == term("license")}
    facts = facts_for_rules(closed_catalogue, program.axioms, stated)
    store, _ = _graph_of(first, facts)
    extended = _with_facts(lineage, first, apply_stage(store, "lineage"))
    second = group(
        extended, program.automaton, reaching(extended, program.automaton), program.reading
    )
    store, nodes = _graph_of(second, facts)
    apply_consequences(store, program.axioms)
    consequences = [
        Triple(quad.subject, quad.predicate, quad.object)
        for property_ in CONSEQUENCES
        for quad in store.quads_for_pattern(None, NamedNode(property_), None)
        if quad.subject in nodes
    ]
    outside = NamedNode(term("outsideOf"))
    consequences += [
        Triple(node, outside, quad.object)
        for node in nodes
        for quad in store.quads_for_pattern(node, outside, None)
    ]
    iris = {node.value for node in nodes}
    judgements = tuple(j for j in judge(store) if j.work in iris)
    return Outcome(second, tuple(consequences), judgements)


def _with_facts(lineage: Lineage, situations: Situations, concluded: Iterable[Triple]) -> Lineage:
    """Return the lineage with facts that were concluded of situations stated by their works."""
    position = {situation.iri: i for i, situation in enumerate(situations.all)}
    new = [
        (position[t.subject.value], (t.predicate.value, t.object.value))
        for t in concluded
        if isinstance(t.subject, NamedNode)
        and isinstance(t.object, NamedNode)
        and t.subject.value in position
    ]
    if not new:
        return lineage
    facts = (*lineage.facts, *sorted({fact for _, fact in new}))
    number = {fact: i for i, fact in enumerate(facts)}
    stated = [(p, f) for p, s in enumerate(situations.all) for f in (number[x] for x in s.own)]
    stated += [(p, number[fact]) for p, fact in new]
    own_of_situation = pack_facts(
        np.array([p for p, _ in stated], dtype=np.int64),
        np.array([f for _, f in stated], dtype=np.int64),
        len(situations.all),
        len(facts),
    )
    return replace(lineage, facts=facts, own=own_of_situation[situations.of_work])


def _graph_of(
    situations: Situations, facts: Sequence[Triple]
) -> tuple[Store, frozenset[NamedNode]]:
    """Return facts of the catalogue and the situations, with one archetype per fact."""
    store = new_graph(facts)
    nodes: list[NamedNode] = []
    archetypes: dict[Fact, NamedNode] = {}
    quads: list[Quad] = []
    for situation in situations.all:
        node = NamedNode(situation.iri)
        nodes.append(node)
        quads += [Quad(node, NamedNode(p), NamedNode(o)) for p, o in situation.own]
        for relation, reaching_facts in situation.reached:
            for fact in reaching_facts:
                if fact not in archetypes:
                    archetype = NamedNode(f"urn:licet:archetype:{len(archetypes)}")
                    archetypes[fact] = archetype
                    quads.append(Quad(archetype, NamedNode(fact[0]), NamedNode(fact[1])))
                quads.append(Quad(node, NamedNode(relation), archetypes[fact]))
    store.bulk_extend(quads)
    return store, frozenset(nodes)
