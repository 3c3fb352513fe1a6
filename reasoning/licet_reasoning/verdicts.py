"""What the rules say of situations, as one array: the worst verdict of each metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from licet_ontology.terms import term
from licet_reasoning.metric_codes import ANY_ERROR
from licet_reasoning.rules import finding_severities, pointing_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from licet_reasoning.quotient import Outcome
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Situation

COPYLEFT_STYLE: Final = "copyleft-style"
_COPYLEFT_CODES = frozenset({"share-alike", "pass-through"})
OUTSIDE_LINEAGE = term("OutsideLineage")
DERIVATIVE_OF = term("derivativeOf")
GAP = term("gap")

NOT_CONCERNED, MET, UNKNOWN, VIOLATED = range(4)
_LEVEL = {"met": MET, "unknown": UNKNOWN, "violated": VIOLATED}


@dataclass(frozen=True)
class Verdicts:
    """The worst verdict on each situation by metric, overall and by license.

    Attributes:
        cells: Metric, and the IRI of the license on whose terms judgements rest or ``""`` for
            all; sorted.
        of_situation: NOT_CONCERNED, MET, UNKNOWN or VIOLATED; shape (situations, cells), int8.
            A work with one term violated and another unknown is noncompliant, not unknown.
    """

    cells: tuple[tuple[str, str], ...]
    of_situation: np.ndarray

    def column(self, metric: str, license_: str = "") -> np.ndarray:
        """Return the verdicts of one cell."""
        column: np.ndarray = self.of_situation[:, self.cells.index((metric, license_))]
        return column


def verdicts_on(outcome: Outcome, license_of: Mapping[str, str]) -> Verdicts:
    """Return the verdicts on the situations of an outcome.

    Args:
        outcome: What was concluded.
        license_of: The license that each clause belongs to, by IRI.
    """
    situations = outcome.situations.all
    position = {situation.iri: i for i, situation in enumerate(situations)}
    found: dict[tuple[str, str], dict[int, int]] = {
        # Every work is asked whether it has a gap, so none is left out of the whole.
        (ANY_ERROR, ""): dict.fromkeys(range(len(situations)), MET)
    }
    pointing, severities = pointing_codes(), finding_severities()
    for judgement in outcome.judgements:
        if judgement.code in pointing:
            continue
        row = position[judgement.work]
        because = license_of.get(judgement.because, "")
        for metric, level in _metrics(judgement, situations[row], severities[judgement.code]):
            for cell in {(metric, ""), (metric, because)}:
                levels = found.setdefault(cell, {})
                levels[row] = max(levels.get(row, NOT_CONCERNED), level)
    cells = tuple(sorted(found))
    of_situation = np.zeros((len(situations), len(cells)), dtype=np.int8)
    for column, cell in enumerate(cells):
        rows = np.fromiter(found[cell].keys(), dtype=np.int64, count=len(found[cell]))
        of_situation[rows, column] = np.fromiter(found[cell].values(), dtype=np.int8)
    return Verdicts(cells, of_situation)


def _metrics(
    judgement: Judgement, situation: Situation, severity: str
) -> Iterator[tuple[str, int]]:
    """Yield the metrics that one judgement counts for, with its verdict there."""
    level = _LEVEL[judgement.verdict]
    if severity == "error":
        yield ANY_ERROR, level
    elif severity == "unknown" and level != MET:
        # That terms are not known is the finding: nobody can say whether they are kept.
        yield ANY_ERROR, UNKNOWN
    if judgement.code in _COPYLEFT_CODES:
        yield COPYLEFT_STYLE, level
    if judgement.code != "llama-exclusive":
        upstream = judgement.inherited and "/clause/" not in judgement.because
        yield judgement.code + " (upstream)" * upstream, level
        return
    if level != VIOLATED:
        yield from ((f"llama-exclusive, {variant}", level) for variant in ("license", "merge"))
        return
    # The rule found one variant or both; whether the other is met depends on what is known.
    merge = OUTSIDE_LINEAGE in judgement.against
    dropped = len(judgement.against) > merge
    own_known = not any(predicate == GAP for predicate, _ in situation.own)
    lineage = dict(situation.reached).get(DERIVATIVE_OF, ())
    lineage_known = not any(predicate == GAP for predicate, _ in lineage)
    yield "llama-exclusive, license", _level(dropped, own_known)
    yield "llama-exclusive, merge", _level(merge, lineage_known)


def _level(violated: bool, known: bool) -> int:
    if violated:
        return VIOLATED
    return MET if known else UNKNOWN
