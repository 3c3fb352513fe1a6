"""What the name of a work shows and what its gate shows are both kept: neither undoes the other."""

from __future__ import annotations

from licet_ingest.collect import collect_records
from licet_ingest.records import Derivation, WorkRecord
from licet_ontology.terms import license_iri
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue


def verdicts(reading: str) -> dict[str, str]:
    """Return what the naming rule says of each model under a reading."""
    llama = (license_iri("llama3.1"),)
    parents = [
        WorkRecord("model", "meta/gated", gated="auto", licenses=llama),
        WorkRecord("model", "meta/open", gated="no", licenses=llama),
    ]
    children = [
        WorkRecord("model", f"{owner}/{name}", gated="no", licenses=llama)
        for owner in ("gated", "open")
        for name in ("Llama-taught", "taught")
    ]
    collection = collect_records(
        [*parents, *children],
        [
            Derivation(child.key, "distilledFrom", ("model", f"meta/{owner}"), "hub")
            for child in children
            if (owner := child.id.partition("/")[0])
        ],
    )
    works, derivations = collection.works_table, collection.derivations_table
    program = compile_reading(reading)
    outcome = conclude(
        lineage_of(works, derivations, program.automaton), program, shipped_catalogue()
    )
    said = {j.work: j.verdict for j in outcome.judgements if j.code == "naming"}
    situations = [outcome.situations.all[i].iri for i in outcome.situations.of_work.tolist()]
    ids = works["id"].to_pylist()
    return {
        id_: said.get(iri, "not concerned")
        for id_, iri in zip(ids, situations, strict=True)
        if not id_.startswith("meta/")
    }


def test_a_name_counts_whatever_the_gate_where_no_acceptance_is_asked_for() -> None:
    assert verdicts("cautious") == {
        "gated/Llama-taught": "met",
        "gated/taught": "violated",
        "open/Llama-taught": "met",
        "open/taught": "violated",
    }


def test_a_name_counts_behind_a_gate_alone_where_acceptance_is_asked_for() -> None:
    found = verdicts("acceptance-required")
    assert (found["gated/Llama-taught"], found["gated/taught"]) == ("met", "violated")
    assert {found["open/Llama-taught"], found["open/taught"]} == {"not concerned"}
