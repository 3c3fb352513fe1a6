"""From a lineage to situations, their obligations and the judgements on them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, RDF, term
from licet_queries.library import folder_queries
from licet_reasoning.automaton import Automaton, build_automaton
from licet_reasoning.axioms import Axioms, compile_axioms
from licet_reasoning.closure import pack_facts, reaching, unpack_rows
from licet_reasoning.kept import keep
from licet_reasoning.likeness import merge_alike
from licet_reasoning.materialize import owl_rl_closure
from licet_reasoning.names import tell_apart_by_name
from licet_reasoning.portrait import (
    conclude_of_situations,
    judge_situations,
    packed,
    portray,
)
from licet_reasoning.rules import Judgement, apply_stage, new_graph, stage_rules
from licet_reasoning.sight import CONSEQUENCES
from licet_reasoning.situations import Situations, bits_of, name_situations, quotient_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from licet_queries.library import SavedQuery
    from licet_reasoning.closure import Closure, Lineage
    from licet_reasoning.portrait import Traits
    from licet_reasoning.situation import Fact
    from licet_reasoning.situations import Quotient

PUBLISHED = frozenset({*CONSEQUENCES, term("outsideOf")})
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
class Consequences:
    """Triples about situations, made one after the other: there can be millions.

    Attributes:
        situations: IRIs of the situations.
        traits: What is said of them, published or not.
    """

    situations: Sequence[str]
    traits: tuple[Traits, ...]

    def having(self, property_: str) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the objects of a property, and for each situation whether it has each."""
        for traits in self.traits:
            for i, (predicate, object_) in enumerate(traits.said):
                if predicate.value == property_:
                    bit = traits.bits[:, i // 64] >> np.uint64(i % 64) & np.uint64(1)
                    yield object_.value, bit.astype(bool)

    def __iter__(self) -> Iterator[Triple]:
        """Yield the triples."""
        for traits in self.traits:
            for iri, found in self._published(traits):
                for trait in found:
                    yield Triple(NamedNode(iri), *traits.said[trait])

    def lines(self, end: str) -> Iterator[tuple[str, str]]:
        """Yield IRIs of situations and N-Quads lines about each, many in a text.

        Args:
            end: What ends each line: the graph, a full stop and a line break.
        """
        for traits in self.traits:
            said = [f"{predicate} {object_}{end}" for predicate, object_ in traits.said]
            for iri, found in self._published(traits):
                subject = f"<{iri}> "
                yield iri, subject + subject.join([said[trait] for trait in found])

    def _published(self, traits: Traits) -> Iterator[tuple[str, list[int]]]:
        """Yield the situations with traits that are published, and which these are."""
        wanted = [predicate.value in PUBLISHED for predicate, _ in traits.said]
        bits = traits.bits & packed(np.array(wanted, dtype=bool), traits.bits.shape[1])
        for iri, found in zip(self.situations, unpack_rows(bits), strict=True):
            if found:
                yield iri, found


@dataclass(frozen=True)
class Outcome:
    """What is concluded of a lineage under one reading.

    Attributes:
        situations: The quotient, with the situation of each work.
        consequences: Triples about situations: ``boundBy`` and its kin, ``outsideOf``.
        judgements: What the finding rules say of each situation.
    """

    situations: Situations
    consequences: Consequences
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
    closed = owl_rl_closure([*stated, *apply_stage(new_graph(stated), "catalogue")])
    # No axiom is about what rules of this stage conclude.
    return [*closed, *apply_stage(new_graph(closed), "clauses")]


@cache
def shipped_catalogue(kept: Path | None = None) -> tuple[Triple, ...]:
    """Return the shipped ontology and catalogue, closed; made once per process.

    Args:
        kept: A folder to keep the result in. It is found there again as long as ontology,
            catalogue, rules and owlrl are the same.
    """
    if kept is None:
        return _closed_here()
    stated = serialize((*modules.ontology(), *modules.catalogue()), format=RdfFormat.N_TRIPLES)
    rules = "".join(rule.text for rule in folder_queries("rules"))
    made_from = (stated or b"") + rules.encode() + version("owlrl").encode()
    file = kept / f"catalogue-{hashlib.sha256(made_from).hexdigest()[:20]}.nt"
    if file.exists():
        return tuple(quad.triple for quad in parse(path=str(file), format=RdfFormat.N_TRIPLES))
    closed = _closed_here()
    keep(file, serialize(closed, format=RdfFormat.N_TRIPLES) or b"")
    return closed


@cache
def _closed_here() -> tuple[Triple, ...]:
    """Return the shipped catalogue, closed by this process: once, for however many folders."""
    return tuple(close_catalogue(modules.catalogue()))


@cache
def _mentioned(axioms: Axioms) -> frozenset[str]:
    """Return the terms that rules mention and axioms need."""
    texts = (query.text for folder in ("rules", "findings") for query in folder_queries(folder))
    return frozenset(
        {NS + name for text in texts for name in re.findall(r"\blicet:(\w+)", text)}
        | {scope for _, _, _, scope in axioms.consequence_chains}
        | {link for _, _, link in axioms.license_chains}
    )


def told_facts(closed_catalogue: Sequence[Triple], axioms: Axioms) -> list[Triple]:
    """Return what of ontology and catalogue rules and axioms mention."""
    mentioned = _mentioned(axioms)
    type_ = RDF + "type"
    return [
        t
        for t in closed_catalogue
        if t.predicate.value in mentioned
        or (t.predicate.value == type_ and text_of(t.object) in mentioned)
    ]


def facts_for_rules(
    closed_catalogue: Sequence[Triple], axioms: Axioms, stated: Iterable[str]
) -> list[Triple]:
    """Return what of ontology and catalogue can matter to works under the stated licenses.

    That is what rules mention of these licenses and their clauses, and of licenses that
    confine improvement to their own lineage, which every work is inside or outside of.
    """
    exempts, has_clause = term("exemptsLicense"), term("hasClause")
    told = told_facts(closed_catalogue, axioms)
    wanted = set(stated) | {text_of(t.object) for t in told if t.predicate.value == exempts}
    wanted |= {
        text_of(t.object)
        for t in closed_catalogue
        if t.predicate.value == has_clause and text_of(t.subject) in wanted
    }
    return [t for t in told if text_of(t.subject) in wanted]


def conclude(
    lineage: Lineage,
    program: Program,
    closed_catalogue: Sequence[Triple],
    closure: Closure = reaching,
    *,
    rules: Sequence[SavedQuery] | None = None,
) -> Outcome:
    """Return situations, obligations and judgements, by default of all rules, of all works.

    Two passes: rules of the stage ``lineage`` may deny that something reaches a work, so
    they run on the finished quotient of the first pass, and what they conclude of works is
    propagated by the second.
    """
    rules = folder_queries("findings") if rules is None else rules
    stated = {object_ for predicate, object_ in lineage.facts if predicate == term("license")}
    facts = facts_for_rules(closed_catalogue, program.axioms, stated)
    merged = merge_alike(lineage)
    smaller = _with_grounds(merged.lineage, program, facts)
    found = _quotient(smaller, program, closure)
    concluded = conclude_of_situations(portray(found, facts), stage_rules("lineage"))
    extended = _with_facts(smaller, found, concluded)
    if extended is not smaller:
        found = _quotient(extended, program, closure)
    named = name_situations(found, program.reading)
    situations = replace(named, of_work=named.of_work[merged.of_work])
    if lineage.names is not None:
        situations = tell_apart_by_name(situations, lineage.names)
    portrait = portray(bits_of(situations, found.relations), facts, program.axioms)
    iris = [situation.iri for situation in situations.all]
    return Outcome(
        situations=situations,
        consequences=Consequences(iris, (portrait.concluded, portrait.stated)),
        judgements=tuple(judge_situations(portrait, rules, iris)),
    )


def _quotient(lineage: Lineage, program: Program, closure: Closure) -> Quotient:
    return quotient_of(lineage, program.automaton, closure(lineage, program.automaton))


def _with_grounds(lineage: Lineage, program: Program, facts: Sequence[Triple]) -> Lineage:
    """Return the lineage with the grounds of each work's license that the reading asks for.

    Rules of the stage ``work`` look at what a work states of itself and at the catalogue,
    so they run on one node for all works that state the same. The access gate of a work
    matters to nothing else and is left out from here on, lest it double the situations.
    """
    if program.axioms.grounds:
        nothing_reaches = replace(program.automaton, starts={})
        alike = quotient_of(lineage, nothing_reaches, np.empty(0))
        concluded = conclude_of_situations(portray(alike, facts), stage_rules("work"))
        wanted = [(at, fact) for at, fact in concluded if fact[0] in program.axioms.grounds]
        lineage = _with_facts(lineage, alike, wanted)
    gates = [i for i, (predicate, _) in enumerate(lineage.facts) if predicate == term("access")]
    if not gates:
        return lineage
    none = np.zeros(len(gates), dtype=np.int64)
    left_out = pack_facts(none, np.array(gates, dtype=np.int64), 1, len(lineage.facts))
    return replace(lineage, own=lineage.own & ~left_out)


def _with_facts(
    lineage: Lineage, quotient: Quotient, concluded: Iterable[tuple[int, Fact]]
) -> Lineage:
    """Return the lineage with facts that were concluded of situations stated by their works."""
    new = list(concluded)
    if not new:
        return lineage
    facts = (*lineage.facts, *sorted({fact for _, fact in new}.difference(lineage.facts)))
    number = {fact: i for i, fact in enumerate(facts)}
    own = pack_facts(
        np.array([at for at, _ in new], dtype=np.int64),
        np.array([number[fact] for _, fact in new], dtype=np.int64),
        len(quotient.own),
        len(facts),
    )
    own[:, : quotient.own.shape[1]] |= quotient.own
    return replace(lineage, facts=facts, own=own[quotient.of_work])
