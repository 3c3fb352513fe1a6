"""The reference: owlrl and the same rules on the plain graph, work by work.

Costs milliseconds per work and is there to be agreed with, not to be used on the Hub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import NamedNode, Triple

from licet_ontology.terms import term
from licet_reasoning.materialize import owl_rl_closure
from licet_reasoning.rules import apply_stage, judge, new_graph
from licet_reasoning.sight import CONSEQUENCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.closure import Lineage
    from licet_reasoning.rules import Judgement

Consequence = tuple[str, str, str]
"""Work, property and clause or license, as IRIs."""


def plain_graph(lineage: Lineage, names: list[str], relations: tuple[str, ...]) -> list[Triple]:
    """Return a lineage as triples about named works.

    Args:
        lineage: Works by number.
        names: The IRI of each work.
        relations: The alphabet that the lineage's relations are numbered by.
    """
    facts = [
        Triple(NamedNode(names[work]), NamedNode(predicate), NamedNode(object_))
        for work in range(lineage.work_count)
        for number, (predicate, object_) in enumerate(lineage.facts)
        if int(lineage.own[work, number // 64]) >> (number % 64) & 1
    ]
    edges = np.column_stack([lineage.child, lineage.relation, lineage.parent])
    return facts + [
        Triple(NamedNode(names[int(c)]), NamedNode(relations[int(r)]), NamedNode(names[int(p)]))
        for c, r, p in edges
    ]


def oracle(
    works: Iterable[Triple], axioms: Iterable[Triple], works_named: frozenset[str]
) -> tuple[frozenset[Consequence], frozenset[Judgement]]:
    """Return what owlrl and the rules conclude of works on their plain graph.

    Args:
        works: The works and their derivations.
        axioms: Ontology, reading and catalogue, with the rules of stage ``catalogue`` applied.
        works_named: IRIs of the works that conclusions are wanted of.
    """
    given = [*axioms, *works]
    store = new_graph(owl_rl_closure([*given, *apply_stage(new_graph(given), "work")]))
    apply_stage(store, "clauses")
    apply_stage(store, "lineage")
    properties = (*CONSEQUENCES, term("outsideOf"))
    consequences = frozenset(
        (quad.subject.value, property_, quad.object.value)
        for property_ in properties
        for quad in store.quads_for_pattern(None, NamedNode(property_), None)
        if isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
        and quad.subject.value in works_named
    )
    return consequences, frozenset(j for j in judge(store) if j.work in works_named)
