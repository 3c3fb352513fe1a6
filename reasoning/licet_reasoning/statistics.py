"""Counts of works by what the rules say of them, made where works are columns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.terms import term
from licet_reasoning.rules import pointing_codes

if TYPE_CHECKING:
    import pyarrow as pa

    from licet_reasoning.quotient import Outcome
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Situation

GAP_CODES = frozenset(
    {
        "no-license",
        "unidentified-license",
        "ambiguous-license",
        "missing-parent",
        "unrecognized-relation",
        "license-mismatch",
        "lineage-mismatch",
    }
)
OUTSIDE_LINEAGE = term("OutsideLineage")
DERIVATIVE_OF = term("derivativeOf")
GAP = term("gap")


@dataclass(frozen=True, order=True)
class Observation:
    """One cell of the noncompliance table.

    Attributes:
        metric: A finding code, or a code and a variant.
        relation: IRI of the stated relation to a parent, or empty for all works.
        license: IRI of the license on whose terms the judgements rest, or empty for all.
        noncompliant: Works of which the rule says that a term is violated.
        checked: Works of which it can say whether it is.
        undetermined: Works that a term concerns and of which it cannot say.
    """

    metric: str
    relation: str
    license: str
    noncompliant: int
    checked: int
    undetermined: int


def observe(
    works: pa.Table, derivations: pa.Table, outcome: Outcome, license_of: dict[str, str]
) -> list[Observation]:
    """Return the noncompliance table, sorted; only works in the graph count.

    Args:
        works: All works.
        derivations: All stated derivations.
        outcome: What was concluded of them.
        license_of: The license that each clause belongs to, by IRI.
    """
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    of_work = outcome.situations.of_work
    situation_count = len(outcome.situations.all)
    counts = {"": np.bincount(of_work[in_graph], minlength=situation_count)}
    relations = derivations["relation"].to_numpy(zero_copy_only=False)
    children = derivations["child"].to_numpy()
    for relation in sorted(set(relations.tolist())):
        rows = np.unique(children[relations == relation])
        rows = rows[in_graph[rows]]
        counts[relation] = np.bincount(of_work[rows], minlength=situation_count)
    position = {situation.iri: i for i, situation in enumerate(outcome.situations.all)}
    situations = {situation.iri: situation for situation in outcome.situations.all}
    verdicts: defaultdict[tuple[str, str], dict[int, set[str]]] = defaultdict(dict)
    pointing = pointing_codes()
    for judgement in outcome.judgements:
        if judgement.code in pointing:
            continue
        because = license_of.get(judgement.because, "")
        for metric, verdict in _metrics(judgement, situations[judgement.work]):
            for cell in {(metric, ""), (metric, because)}:
                found = verdicts[cell].setdefault(position[judgement.work], set())
                found.add(verdict)
    return sorted(
        observation
        for (metric, license_), found in verdicts.items()
        for relation, count in counts.items()
        if (observation := _observation(metric, relation, license_, found, count))
    )


def _metrics(judgement: Judgement, situation: Situation) -> list[tuple[str, str]]:
    """Return what one judgement counts for, with its verdict there."""
    if judgement.code != "llama-exclusive":
        suffix = " (upstream)" if judgement.inherited and not _rests_on_clause(judgement) else ""
        return [(judgement.code + suffix, judgement.verdict)]
    if judgement.verdict != "violated":
        return [(f"llama-exclusive, {v}", judgement.verdict) for v in ("license", "merge")]
    # The rule found one variant or both; whether the other is met depends on what is known.
    merge = OUTSIDE_LINEAGE in judgement.against
    dropped = len(judgement.against) > merge
    own_known = not any(predicate == GAP for predicate, _ in situation.own)
    lineage = dict(situation.reached).get(DERIVATIVE_OF, ())
    lineage_known = not any(predicate == GAP for predicate, _ in lineage)
    return [
        ("llama-exclusive, license", _verdict(dropped, own_known)),
        ("llama-exclusive, merge", _verdict(merge, lineage_known)),
    ]


def _verdict(violated: bool, known: bool) -> str:
    if violated:
        return "violated"
    return "met" if known else "unknown"


def _rests_on_clause(judgement: Judgement) -> bool:
    return "/clause/" in judgement.because


def _observation(
    metric: str, relation: str, license_: str, found: dict[int, set[str]], count: np.ndarray
) -> Observation | None:
    totals = {"violated": 0, "met": 0, "unknown": 0}
    for situation, verdicts in found.items():
        # A work with one term violated and another unknown is noncompliant, not unknown.
        worst = next(v for v in ("violated", "unknown", "met") if v in verdicts)
        totals[worst] += int(count[situation])
    if not any(totals.values()):
        return None
    # A gap or mismatch concerns every work: who has none was checked as well.
    if metric.split(" ", maxsplit=1)[0] in GAP_CODES:
        totals["met"] = int(count.sum()) - totals["violated"] - totals["unknown"]
    return Observation(
        metric,
        relation,
        license_,
        noncompliant=totals["violated"],
        checked=totals["violated"] + totals["met"],
        undetermined=totals["unknown"],
    )
