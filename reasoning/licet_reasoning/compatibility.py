"""Which licenses a derivative may carry: the rules applied to works that nobody has published.

Hypothetical works, one per license in question, are derived from works whose terms are given,
and judged by the same axioms and rules as the works of the Hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.terms import RDF, term
from licet_reasoning.closure import Lineage, pack_facts
from licet_reasoning.offers import answer_on
from licet_reasoning.quotient import conclude
from licet_reasoning.rules import finding_severities, pointing_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Triple

    from licet_ontology.expressions import Expression
    from licet_reasoning.quotient import Program
    from licet_reasoning.rules import Judgement

LICENSE = term("license")
MODEL = (RDF + "type", term("Model"))


@dataclass(frozen=True)
class Offer:
    """A hypothetical model: a license that it carries, and models that it is derived from.

    Attributes:
        licenses: IRIs of the licenses that it carries, all together.
        parents: IRIs of the licenses of the models it is derived from, one model each.
        relation: IRI of the property by which it is derived from each of them.
    """

    licenses: tuple[str, ...]
    parents: tuple[str, ...]
    relation: str


def judged_offers(
    offers: Sequence[Offer], program: Program, closed_catalogue: Sequence[Triple]
) -> list[tuple[Judgement, ...]]:
    """Return what the finding rules say of each offer, in the order of the offers."""
    parents = sorted({parent for offer in offers for parent in offer.parents})
    number = {parent: i for i, parent in enumerate(parents)}
    carried = [(parent,) for parent in parents] + [offer.licenses for offer in offers]
    facts = (MODEL, *((LICENSE, iri) for iri in sorted({i for of in carried for i in of})))
    bit = {fact: i for i, fact in enumerate(facts)}
    stated = [(work, bit[LICENSE, iri]) for work, of in enumerate(carried) for iri in of]
    stated += [(work, bit[MODEL]) for work in range(len(carried))]
    edges = [
        (len(parents) + i, number[parent], program.automaton.relation_index[offer.relation])
        for i, offer in enumerate(offers)
        for parent in offer.parents
    ]
    columns = np.array(edges, dtype=np.int32).reshape(-1, 3)
    works, bits = np.array(stated, dtype=np.int64).T
    lineage = Lineage(
        facts, pack_facts(works, bits, len(carried), len(facts)), *np.ascontiguousarray(columns.T)
    )
    outcome = conclude(lineage, program, closed_catalogue)
    judgements: dict[str, list[Judgement]] = {}
    for judgement in outcome.judgements:
        judgements.setdefault(judgement.work, []).append(judgement)
    situations = outcome.situations.all
    return [
        tuple(judgements.get(situations[i].iri, ()))
        for i in outcome.situations.of_work[len(parents) :].tolist()
    ]


@dataclass(frozen=True)
class Candidate:
    """Whether derivatives may carry a license.

    Attributes:
        license: As it was asked: an id, or an SPDX license expression.
        answer: ``may``; ``may not``, because an inherited term would be violated; or
            ``unknown``, because that depends on what nobody has read or stated.
        against: What the rules hold against it, without warnings.
        warnings: What they point out beside, whatever the answer.
    """

    license: str
    answer: str
    against: tuple[Judgement, ...]
    warnings: tuple[Judgement, ...]


def compatible_licenses(
    parents: Sequence[str],
    relation: str,
    candidates: Mapping[str, Expression],
    program: Program,
    closed_catalogue: Sequence[Triple],
) -> list[Candidate]:
    """Return whether a derivative of models under given licenses may carry each candidate.

    Args:
        parents: IRIs of the licenses of the models it is derived from, one model each.
        relation: IRI of the property by which it is derived from each of them.
        candidates: What it may be offered under, by the name under which it is asked.
        program: The reading.
        closed_catalogue: Ontology and catalogue with all that follows from them.
    """
    asked = [(name, taken) for name, offer in candidates.items() for taken in offer.alternatives]
    offers = [Offer(taken, tuple(parents), relation) for _, taken in asked]
    found: dict[str, list[Judgement]] = {name: [] for name in candidates}
    for (name, _), judgements in zip(
        asked, judged_offers(offers, program, closed_catalogue), strict=True
    ):
        found[name] += judgements
    severity, pointing = finding_severities(), pointing_codes()
    return [
        Candidate(
            name, *answer_on(found[name], severity, pointing, unread=bool(candidates[name].unread))
        )
        for name in candidates
    ]
