"""What the bundled sample covers: real works, one of each thing that the reasoning must meet."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from licet_ingest.collect import Accounting, Collection, collect
from licet_ingest.license_names import AMBIGUOUS, NO_LICENSE
from licet_ingest.records import MISSING_WORK, STATED_RELATIONS, UNSTATED_RELATION
from licet_ingest.sources.sample import Sample

LICENSE = "https://w3id.org/licet/license/"
SEPARABLE = {"combines", "bundles", "trainedOn", "generatedBy", "distilledFrom"}


@cache
def sample() -> Collection:
    return collect([Sample()])


def read(kind: str) -> int:
    """Return the number of works of a kind whose own record is in the sample."""
    return sum(w.kind == kind and MISSING_WORK not in w.gaps for w in sample().works.values())


@cache
def depths() -> dict[tuple[str, str], int]:
    """Return the length of the longest line of derivatives that ends in each work."""
    parents: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for d in sample().derivations:
        if d.relation not in SEPARABLE:
            parents.setdefault(d.child, set()).add(d.parent)

    def depth(work: tuple[str, str], below: tuple[tuple[str, str], ...]) -> int:
        assert work not in below, "the sample has no cycle"
        return max((1 + depth(p, (*below, work)) for p in parents.get(work, ())), default=0)

    return {work: depth(work, ()) for work in sample().works}


def test_every_record_of_the_sample_is_ingested_whole() -> None:
    [account] = sample().accounting
    assert account == Accounting(read=account.read, ingested=account.read)
    assert sample().faults == []


def test_the_sample_has_at_least_200_models_and_20_datasets() -> None:
    assert read("model") >= 200
    assert read("dataset") >= 20


@pytest.mark.parametrize("relation", sorted(STATED_RELATIONS - {"basedOn"}))
def test_the_sample_has_every_kind_of_derivation(relation: str) -> None:
    assert relation in {d.relation for d in sample().derivations}


def test_adapted_from_is_said_only_of_datasets_because_models_have_finer_words() -> None:
    kinds = {(d.child[0], d.parent[0]) for d in sample().derivations if d.relation == "adaptedFrom"}
    assert kinds == {("dataset", "dataset")}


def test_based_on_is_said_only_where_the_card_names_a_base_and_nothing_more() -> None:
    sources = {d.source for d in sample().derivations if d.relation == "basedOn"}
    assert sources == {"card"}
    children = {d.child for d in sample().derivations if d.relation == "basedOn"}
    assert children == {
        work.key for work in sample().works.values() if UNSTATED_RELATION in work.gaps
    }


def test_a_derivation_stated_by_hand_has_an_address_that_states_it() -> None:
    by_hand = [d for d in sample().derivations if d.source not in {"hub", "card"}]
    assert len(by_hand) >= 100
    assert all(d.source.startswith("https://") for d in by_hand)


@pytest.mark.parametrize(
    "license_id",
    [
        "apache-2.0",
        "mit",
        "cc-by-4.0",
        "cc-by-sa-4.0",
        "cc-by-nc-4.0",
        "cc-by-nc-nd-4.0",
        "gpl-3.0",
        "agpl-3.0",
        "llama3",
        "llama3.1",
        "gemma",
        "creativeml-openrail-m",
        "qwen-research",
        "deepseek",
    ],
)
def test_the_sample_has_works_under_each_of_the_first_licenses(license_id: str) -> None:
    assert any(LICENSE + license_id in work.licenses for work in sample().works.values())


def test_the_modelgo_licenses_are_absent_because_no_real_work_was_found_under_them() -> None:
    stated = {license_ for work in sample().works.values() for license_ in work.licenses}
    assert not stated & {LICENSE + "mg-by-nc-2.0", LICENSE + "mg-by-sa-2.0"}


def test_the_sample_has_a_lineage_of_five_generations() -> None:
    assert max(depths().values()) >= 5
    assert depths()["model", "mlabonne/NeuralBeagle14-7B"] == 5


def test_the_sample_has_merges_of_three_parents_and_more() -> None:
    parents = Counter(d.child for d in sample().derivations if d.relation == "mergedFrom")
    assert parents["model", "mlabonne/Daredevil-8B"] == 9
    assert sum(count >= 3 for count in parents.values()) >= 5


def test_the_sample_has_a_model_without_a_license() -> None:
    assert any(NO_LICENSE in work.gaps for work in sample().works.values())


def test_the_sample_has_other_with_a_name_of_the_catalogue() -> None:
    named = [w for w in sample().works.values() if w.stated_licenses == ("other",) and w.licenses]
    assert any(work.license_name == "qwen-research" for work in named)


def test_the_sample_has_other_with_a_name_whose_text_nobody_has_read() -> None:
    named = {w.license_name: w.licenses for w in sample().works.values() if w.license_name}
    assert named["mnpl"] == (LICENSE + "mistral-non-production-license-0.1",)


def test_the_sample_has_other_without_a_name() -> None:
    assert any(
        work.license_name is None and work.stated_licenses == ("other",)
        for work in sample().works.values()
    )


def test_the_sample_has_a_family_tag_in_place_of_a_license() -> None:
    work = sample().works["model", "medalpaca/medalpaca-7b"]
    assert work.stated_licenses == ("cc",)
    assert work.families == ("https://w3id.org/licet/license-family/creative-commons",)
    assert work.gaps == (AMBIGUOUS,)


def test_the_sample_has_a_work_with_two_licenses() -> None:
    assert sample().works["dataset", "wikimedia/wikipedia"].stated_licenses == (
        "cc-by-sa-3.0",
        "gfdl",
    )


def test_the_sample_has_a_model_whose_parent_is_missing() -> None:
    missing = {w.key for w in sample().works.values() if MISSING_WORK in w.gaps}
    assert any(
        d.parent in missing and d.child not in missing and d.relation not in SEPARABLE
        for d in sample().derivations
    )


def test_two_readings_of_the_sample_are_described_alike() -> None:
    assert Sample().describe() == Sample().describe()
    assert Sample().describe()["name"] == "sample"
