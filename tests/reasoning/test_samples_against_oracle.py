"""On subgraphs of a generated Hub the quotient concludes what owlrl does; see bench/README.md."""

from __future__ import annotations

import random

from bench.reason_oracle import both, generated, samples, side_by_side

from licet_ontology.terms import DEFAULT_READING


def test_owlrl_and_the_quotient_agree_on_subgraphs_of_a_generated_hub() -> None:
    lineage = generated(1_500, DEFAULT_READING)
    drawn = side_by_side(lineage, samples(lineage, 8, random.Random(8)))
    quotient, reference = both(drawn, DEFAULT_READING)
    assert len(reference[0]) > 100
    assert quotient == reference
