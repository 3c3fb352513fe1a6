"""From tables of works and derivations to the numbers that closure runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.graph import CLASSES
from licet_ontology.errors import DataError
from licet_ontology.terms import RDF, local_name, term
from licet_reasoning.closure import Lineage, pack_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_reasoning.automaton import Automaton
    from licet_reasoning.situation import Fact

pc: Any = pyarrow.compute  # its functions are made at run time

_FACT_COLUMNS = (
    ("licenses", term("license")),
    ("gaps", term("gap")),
    ("circumstances", term("circumstance")),
)


def lineage_of(works: pa.Table, derivations: pa.Table, automaton: Automaton) -> Lineage:
    """Return the lineage of all works, numbered by their rows.

    Raises:
        DataError: A relation is stated that the ontology does not know.
    """
    kinds = works["kind"].combine_chunks().dictionary_encode()
    columns = [
        (
            np.arange(len(works)),
            kinds.indices.to_numpy(),
            [(RDF + "type", CLASSES[kind]) for kind in kinds.dictionary.to_pylist()],
        )
    ]
    for name, predicate in _FACT_COLUMNS:
        column = works[name].combine_chunks()
        values = column.flatten().dictionary_encode()
        columns.append(
            (
                column.value_parent_indices().to_numpy(),
                values.indices.to_numpy(),
                [(predicate, value) for value in values.dictionary.to_pylist()],
            )
        )
    columns.append(_access(works["gated"].combine_chunks()))
    facts: list[tuple[str, str]] = []
    of_work: list[np.ndarray] = []
    of_fact: list[np.ndarray] = []
    for rows, numbers, stated in columns:
        of_work.append(rows.astype(np.int64))
        of_fact.append(numbers.astype(np.int64) + len(facts))
        facts += stated
    relations = derivations["relation"].combine_chunks().dictionary_encode()
    unknown = [r for r in relations.dictionary.to_pylist() if r not in automaton.relation_index]
    if unknown:
        raise DataError(
            f"no lineage relation of the ontology: {', '.join(map(local_name, unknown))}"
        )
    letters = np.array(
        [automaton.relation_index[r] for r in relations.dictionary.to_pylist()], dtype=np.int32
    )
    return Lineage(
        facts=tuple(facts),
        own=pack_facts(np.concatenate(of_work), np.concatenate(of_fact), len(works), len(facts)),
        child=derivations["child"].to_numpy(),
        parent=derivations["parent"].to_numpy(),
        relation=letters[relations.indices.to_numpy()],
        names=works["id"].combine_chunks(),
    )


def facts_of_row(row: Mapping[str, Any]) -> list[Fact]:
    """Return what one row of a table of works states, as `lineage_of` reads it."""
    facts = [(RDF + "type", CLASSES[row["kind"]])]
    for name, predicate in _FACT_COLUMNS:
        facts += [(predicate, value) for value in row[name] or ()]
    if row["gated"] is not None:
        facts.append((term("access"), term("Ungated" if row["gated"] == "no" else "Gated")))
    return facts


def _access(gated: pa.Array) -> tuple[np.ndarray, np.ndarray, list[tuple[str, str]]]:
    """Return rows, fact numbers and facts of the works whose access gate is known."""
    known = np.flatnonzero(pc.is_valid(gated).to_numpy(zero_copy_only=False))
    numbers = pc.equal(gated.take(pa.array(known)), "no").to_numpy(zero_copy_only=False)
    facts = [(term("access"), term(name)) for name in ("Gated", "Ungated")]
    return known, numbers.astype(np.int64), facts
