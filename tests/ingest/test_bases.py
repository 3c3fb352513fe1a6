"""Bases in every form that cards, tags and the Hub's own answer have them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.bases import note_further_bases
from licet_ingest.hub_json import work_record
from licet_ingest.identifiers import canonical_ids, named_work, named_works
from licet_ingest.license_names import NO_LICENSE
from licet_ingest.records import (
    LINEAGE_MISMATCH,
    RENAMED,
    UNNAMED_WORK,
    UNSTATED_RELATION,
    Fault,
    WorkRecord,
)

PATH = "is a path on somebody's machine"
ADDRESS = "is an address, not an id"
FORM = "is not of the form owner/name"


def read(work_id: str = "o/m", **fields: Any) -> tuple[WorkRecord, list[Fault]]:
    record, faults = work_record({"id": work_id, "likes": 0, **fields}, "model", "line 1")
    assert record is not None
    return record, faults


def parents(record: WorkRecord) -> list[tuple[str, str, str]]:
    assert {d.parent[0] for d in record.derivations} <= {"model"}
    return [(d.relation, d.parent[1], d.source) for d in record.derivations]


def from_card(base_model: object, **card: object) -> list[str]:
    """Return the ids of the parents that a card alone gives."""
    record, _ = read(cardData={"base_model": base_model, **card})
    assert {d.source for d in record.derivations} <= {"card"}
    return [d.parent[1] for d in record.derivations]


################################################################ what a text names


@pytest.mark.parametrize(
    ("text", "work_id"),
    [
        ("o/base", "o/base"),
        ("gpt2", "gpt2"),
        ("o/base@main", "o/base"),
        ("o/base@refs/pr/1", "o/base"),
        ("gpt2@607a30d783dfa663caf39e06633721c8d4cfcd7e", "gpt2"),
        ("o/base/", "o/base"),
        ("o/base/tree/main", "o/base"),
        ("o/base/blob/main/model.safetensors", "o/base"),
        ("https://huggingface.co/o/base", "o/base"),
        ("http://www.HuggingFace.co/o/base/", "o/base"),
        ("https://huggingface.co/o/base/tree/v1.0", "o/base"),
        ("https://huggingface.co/o/base/resolve/main/a/b.gguf?download=true", "o/base"),
        ("https://huggingface.co/o/base#usage", "o/base"),
        ("https://huggingface.co/gpt2", "gpt2"),
        ("https://huggingface.co/gpt2/tree/main", "gpt2"),
        ("huggingface.co/o/base", "o/base"),
        ("hf.co/o/base:Q4_K_M", "o/base"),
        ("hf.co/gpt2", "gpt2"),
        ("https://hf.co/o/base", "o/base"),
        ("hf://o/base", "o/base"),
        ("o/tree", "o/tree"),
        ("hf.company/base", "hf.company/base"),
    ],
)
def test_a_model_may_be_named_by_id_revision_or_address(text: str, work_id: str) -> None:
    assert named_work(text) == (work_id, "")
    assert from_card(text) == [work_id]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/mnt/models/base", PATH),
        ("./base", PATH),
        ("../base", PATH),
        ("~/base", PATH),
        ("C:\\models\\base", PATH),
        ("d:/models/base", PATH),
        ("models\\base", PATH),
        ("\\\\server\\share\\base", PATH),
        ("file:///mnt/base", PATH),
        ("https://github.com/o/base", ADDRESS),
        ("ftp://huggingface.co/o/base", ADDRESS),
        ("https://huggingface.co.evil.example/o/base", ADDRESS),
        ("https://huggingface.co/datasets/o/d", "is the address of a dataset, not of a model"),
        ("hf://datasets/o/d", "is the address of a dataset, not of a model"),
        ("https://huggingface.co/spaces/o/s", "is the address of a page that is no repository"),
        (
            "https://huggingface.co/models?search=x",
            "is the address of a page that is no repository",
        ),
        ("https://huggingface.co/", "is an address without an id"),
        ("https://huggingface.co/o/b%20c", "is an address without an id"),
        ("o/base/checkpoints/last", FORM),
        ("Llama 3 by Meta", FORM),
        ("o/a--b", FORM),
        ("o/base.git", FORM),
        ("@main", FORM),
        ("None", "names no work"),
        ("null", "names no work"),
        ("N/A", "names no work"),
        ("o/" + "x" * 300, "has 302 characters, more than 193"),
        ("o/b\u202ease", FORM),
        ("o/b\u0000ase", FORM),
    ],
)
def test_what_names_no_model_is_a_fault_and_a_gap(text: str, reason: str) -> None:
    record, faults = read(cardData={"license": "mit", "base_model": text})
    assert record.derivations == []
    assert record.gaps == (UNNAMED_WORK,)
    assert faults[-1].field == "cardData.base_model"
    assert faults[-1].reason == reason
    assert len(record.stated_bases) == 1


def test_a_dataset_is_named_by_its_address_and_no_model_is() -> None:
    assert named_work("https://huggingface.co/datasets/o/d", "dataset") == ("o/d", "")
    assert named_work("https://huggingface.co/datasets/squad/viewer/default", "dataset") == (
        "squad",
        "",
    )
    assert named_work("datasets/o/d/tree/main", "dataset") == ("o/d", "")
    assert named_work("https://huggingface.co/o/m", "dataset") == (
        None,
        "is the address of a model, not of a dataset",
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a/b,c/d", ["a/b", "c/d"]),
        ("a/b, https://huggingface.co/c/d , gpt2", ["a/b", "c/d", "gpt2"]),
        ("a/b,", ["a/b"]),
    ],
)
def test_names_may_be_joined_by_commas(text: str, ids: list[str]) -> None:
    assert from_card(text) == ids


def test_of_prose_with_commas_only_what_has_an_owner_is_a_name() -> None:
    record, faults = read(cardData={"base_model": "mistral, a/b, and our own weights"})
    assert [d.parent[1] for d in record.derivations] == ["a/b"]
    assert [(f.value, f.reason) for f in faults] == [
        ("mistral", "may be a word of prose"),
        ("and our own weights", FORM),
    ]
    assert UNNAMED_WORK in record.gaps
    assert named_works("well, nothing at all") == [("well, nothing at all", None, FORM)]


################################################################ cards


@pytest.mark.parametrize(
    ("base_model", "ids"),
    [
        ("o/a", ["o/a"]),
        (["o/a", "o/b"], ["o/a", "o/b"]),
        (["o/a", "o/a", "O/A"], ["o/a"]),
        (["o/a", "https://huggingface.co/o/a"], ["o/a"]),
        ([], []),
        ("", []),
        ([""], []),
        (None, []),
    ],
)
def test_bases_are_a_text_or_a_list_and_repeated_ones_are_one(
    base_model: object, ids: list[str]
) -> None:
    record, faults = read(cardData={"base_model": base_model})
    assert [d.parent[1] for d in record.derivations] == ids
    assert not faults
    assert UNNAMED_WORK not in record.gaps


@pytest.mark.parametrize("value", [{"name": "o/a"}, 3, True, [["o/a"]], [None], [{"id": "o/a"}]])
def test_a_base_that_is_no_text_leaves_a_gap(value: object) -> None:
    record, faults = read(cardData={"license": "mit", "base_model": value})
    assert record.derivations == []
    assert record.gaps == (UNNAMED_WORK,)
    assert faults


def test_the_spelling_of_a_base_is_kept_where_it_is_not_the_id() -> None:
    record, _ = read(
        tags=["base_model:o/a", "base_model:finetune:o/a"],
        cardData={"base_model": ["https://huggingface.co/o/a", "/mnt/b"]},
    )
    assert parents(record) == [("finetunedFrom", "o/a", "hub")]
    assert record.stated_bases == ("https://huggingface.co/o/a", "/mnt/b")


def test_a_model_that_is_its_own_base_has_a_gap_in_its_place() -> None:
    forms: tuple[dict[str, Any], ...] = (
        {"cardData": {"base_model": "O/M"}},
        {"tags": ["base_model:o/m", "base_model:finetune:o/m"]},
        {"baseModels": {"relation": "finetune", "models": [{"id": "o/m"}]}},
        {"cardData": {"base_model": "https://huggingface.co/o/m/tree/main"}},
    )
    for fields in forms:
        record, faults = read(**fields)
        assert record.derivations == []
        assert record.gaps == (NO_LICENSE, UNNAMED_WORK)
        assert [f.reason for f in faults] == ["names the model itself"]


def test_one_relation_of_the_card_is_that_of_all_its_bases() -> None:
    record, _ = read(cardData={"base_model": ["o/a", "o/b"], "base_model_relation": "merge"})
    assert parents(record) == [("mergedFrom", "o/a", "card"), ("mergedFrom", "o/b", "card")]
    assert UNSTATED_RELATION not in record.gaps


def test_a_relation_of_the_card_that_the_hub_did_not_take_holds_beside_the_hubs() -> None:
    record, _ = read(
        tags=["base_model:o/a", "base_model:finetune:o/a"],
        cardData={"base_model": "o/a", "base_model_relation": "quantized"},
    )
    assert parents(record) == [("finetunedFrom", "o/a", "hub"), ("quantizedFrom", "o/a", "card")]
    assert record.circumstances == (LINEAGE_MISMATCH,)


################################################################ tags that imitate the Hub's


def test_a_typed_tag_alone_is_trusted_in_nothing() -> None:
    record, faults = read(tags=["license:mit", "base_model:adapter:o/a"])
    assert record.derivations == []
    assert record.gaps == (UNNAMED_WORK,)
    assert [f.reason for f in faults] == ["was not resolved by the Hub"]


def test_a_typed_tag_alone_loses_nothing_that_the_card_names_as_well() -> None:
    record, faults = read(
        tags=["license:mit", "base_model:adapter:o/A"], cardData={"base_model": "o/a"}
    )
    assert parents(record) == [("basedOn", "o/a", "card")]
    assert record.gaps == (UNSTATED_RELATION,)
    assert [f.reason for f in faults] == ["was not resolved by the Hub"]


def test_a_plain_tag_alone_does_not_hide_a_base_that_the_hub_dropped() -> None:
    record, _ = read(tags=["base_model:o/decoy"], cardData={"base_model": "o/dropped"})
    assert parents(record) == [("basedOn", "o/decoy", "tag"), ("basedOn", "o/dropped", "card")]
    assert record.circumstances == (LINEAGE_MISMATCH,)


def test_a_plain_tag_alone_is_the_hubs_where_the_card_names_the_same() -> None:
    record, _ = read(tags=["base_model:o/a"], cardData={"base_model": "o/A"})
    assert parents(record) == [("basedOn", "o/a", "hub")]
    assert record.circumstances == ()


def test_a_tag_repeated_in_another_case_is_one() -> None:
    tags = ["base_model:o/a", "base_model:O/A", "base_model:merge:o/a", "base_model:merge:O/A"]
    assert parents(read(tags=tags)[0]) == [("mergedFrom", "o/a", "hub")]


################################################################ the Hub's own answer


def resolved(relation: object, *ids: str) -> dict[str, object]:
    return {"relation": relation, "models": [{"_id": "6", "id": id_} for id_ in ids]}


def test_the_hubs_answer_has_one_relation_for_all_parents() -> None:
    record, faults = read(baseModels=resolved("merge", "o/b", "o/a"))
    assert parents(record) == [("mergedFrom", "o/a", "hub"), ("mergedFrom", "o/b", "hub")]
    assert not faults
    assert record.circumstances == ()


def test_the_hubs_answer_is_trusted_over_tags() -> None:
    record, _ = read(
        baseModels=resolved("finetune", "o/a"),
        tags=[
            "base_model:o/a",
            "base_model:finetune:o/a",
            "base_model:o/b",
            "base_model:merge:o/b",
        ],
        cardData={"base_model": "o/a"},
    )
    assert parents(record) == [("finetunedFrom", "o/a", "hub"), ("mergedFrom", "o/b", "tag")]
    assert record.circumstances == (LINEAGE_MISMATCH,)


def test_another_relation_of_a_tag_holds_beside_the_hubs_answer() -> None:
    record, _ = read(
        baseModels=resolved("finetune", "o/a"),
        tags=["base_model:o/a", "base_model:adapter:o/a"],
    )
    assert parents(record) == [("finetunedFrom", "o/a", "hub"), ("adapterFor", "o/a", "tag")]
    assert record.circumstances == (LINEAGE_MISMATCH,)


@pytest.mark.parametrize("value", [None, {"relation": None, "models": []}, "null", []])
def test_an_empty_answer_leaves_it_to_the_tags(value: object) -> None:
    record, faults = read(baseModels=value, tags=["base_model:o/a", "base_model:merge:o/a"])
    assert parents(record) == [("mergedFrom", "o/a", "hub")]
    assert not faults


@pytest.mark.parametrize(
    "value",
    [
        resolved("quantized", "o/a"),
        '{"relation": "quantized", "models": [{"_id": "6", "id": "o/a"}]}',
        {"relation": "quantized", "models": ["o/a"]},
    ],
)
def test_the_hubs_answer_may_be_an_object_or_its_text(value: object) -> None:
    assert parents(read(baseModels=value)[0]) == [("quantizedFrom", "o/a", "hub")]


def test_an_answer_without_a_relation_takes_that_of_the_tag_or_the_card() -> None:
    tags = ["base_model:o/a", "base_model:adapter:o/a"]
    record, _ = read(baseModels=resolved(None, "o/a"), tags=tags)
    assert parents(record) == [("adapterFor", "o/a", "hub")]
    record, _ = read(
        baseModels=["o/a"], cardData={"base_model": "o/a", "base_model_relation": "merge"}
    )
    assert parents(record) == [("mergedFrom", "o/a", "hub")]
    assert record.circumstances == ()


def test_a_relation_that_the_hub_does_not_have_is_not_stated() -> None:
    record, faults = read(baseModels=resolved("distill", "o/a"))
    assert parents(record) == [("basedOn", "o/a", "hub")]
    assert UNSTATED_RELATION in record.gaps
    assert [f.field for f in faults] == ["baseModels.relation"]


@pytest.mark.parametrize(
    "value",
    [
        3,
        "o/a",
        {"models": "o/a"},
        {"models": [{"_id": "6"}]},
        {"models": [{"id": "/mnt/a"}]},
        [None],
        {"models": [{"id": "o/a\u202e"}]},
    ],
)
def test_an_answer_that_cannot_be_read_leaves_a_gap(value: object) -> None:
    record, faults = read(baseModels=value)
    assert record.derivations == []
    assert UNNAMED_WORK in record.gaps
    assert [f.field for f in faults] == ["baseModels"]


################################################################ renamed, redirected, dropped


def test_a_new_owner_of_a_base_is_known_by_the_name() -> None:
    record, faults = read(
        tags=["base_model:new/base", "base_model:merge:new/base"],
        cardData={"base_model": ["old/base", "o/dropped"]},
    )
    assert parents(record) == [
        ("mergedFrom", "new/base", "hub"),
        ("basedOn", "old/base", RENAMED),
        ("basedOn", "o/dropped", "card"),
    ]
    assert record.stated_bases == ("old/base", "o/dropped")
    assert record.circumstances == (LINEAGE_MISMATCH,)
    assert not faults


def test_a_new_name_of_a_base_is_no_mismatch() -> None:
    record, _ = read(
        tags=["license:mit", "base_model:o/new", "base_model:finetune:o/new"],
        cardData={"base_model": "o/old"},
    )
    assert parents(record) == [("finetunedFrom", "o/new", "hub"), ("basedOn", "o/old", RENAMED)]
    assert record.stated_bases == ("o/old",)
    assert record.circumstances == ()


def test_a_new_owner_and_name_are_believed_of_the_hubs_own_answer_alone() -> None:
    card = {"base_model": "a/old"}
    record, _ = read(baseModels=resolved("finetune", "b/new"), cardData=card)
    assert parents(record) == [("finetunedFrom", "b/new", "hub"), ("basedOn", "a/old", RENAMED)]
    record, _ = read(tags=["base_model:b/new", "base_model:finetune:b/new"], cardData=card)
    assert parents(record) == [("finetunedFrom", "b/new", "hub"), ("basedOn", "a/old", "card")]
    assert record.circumstances == (LINEAGE_MISMATCH,)


def test_which_of_two_was_renamed_cannot_be_told_so_that_both_count() -> None:
    record, _ = read(
        baseModels=resolved("merge", "o/new"), cardData={"base_model": ["o/one", "o/two"]}
    )
    assert [d.source for d in record.derivations] == ["hub", "card", "card"]


def test_a_card_without_the_hubs_answer_differs_from_nothing() -> None:
    assert read(cardData={"base_model": "o/a"})[0].circumstances == ()
    assert read(tags=[], cardData={"base_model": "o/a"})[0].circumstances == (LINEAGE_MISMATCH,)
    unlisted = {"id": "o/m", "tags": ["llama"], "cardData": {"base_model": "o/a"}}
    record, _ = work_record(unlisted, "model", "README.md")
    assert record is not None
    assert record.circumstances == ()


def test_a_card_that_names_no_base_does_not_contradict_the_hub() -> None:
    tags = ["base_model:o/a", "base_model:merge:o/a"]
    assert read(tags=tags, cardData={"license": "mit"})[0].circumstances == ()


def test_the_hub_may_know_a_base_that_the_card_does_not_name() -> None:
    record, _ = read(baseModels=resolved("merge", "o/a", "o/b"), cardData={"base_model": "o/a"})
    assert record.circumstances == (LINEAGE_MISMATCH,)


@pytest.mark.parametrize(
    ("parents", "differs"),
    [
        ([("model", "o/A")], False),
        ([("model", "o/a"), ("model", "o/b")], True),
        ([("model", "o/b")], True),
        ([("model", "o/m")], False),
        ([("dataset", "o/b")], False),
        ([], False),
    ],
)
def test_a_recipe_that_names_another_model_than_the_card_differs(
    parents: list[tuple[str, str]], differs: bool
) -> None:
    record, _ = read(cardData={"base_model": "o/a"})
    note_further_bases(record, parents)
    assert record.circumstances == ((LINEAGE_MISMATCH,) if differs else ())
    bare, _ = read()
    note_further_bases(bare, parents)
    assert bare.circumstances == ()


def test_ten_thousand_bases_are_told_apart_as_few_are() -> None:
    count = 10_000
    record, faults = read(
        baseModels=resolved("merge", *(f"new/m{n}" for n in range(count))),
        cardData={"base_model": [f"old/m{n}" for n in range(count)]},
    )
    assert [d.source for d in record.derivations] == ["hub"] * count + [RENAMED] * count
    assert not faults


################################################################ ids in another case


def test_a_name_in_another_case_means_the_one_work_that_is_there() -> None:
    present = {"Qwen/Qwen3-8B", "o/a", "O/A", "o/twice", "O/Twice"}
    named = ["qwen/qwen3-8b", "o/a", "O/a", "o/gone", "o/TWICE"]
    assert canonical_ids(named, present) == {"qwen/qwen3-8b": "Qwen/Qwen3-8B"}
    assert canonical_ids([], present) == {}
    assert canonical_ids(named, []) == {}


@given(st.lists(st.sampled_from(["o/a", "O/a", "o/A", "O/A", "o/b", "O/B", "gpt2", "GPT2"])))
def test_a_name_that_is_there_is_never_changed(present: list[str]) -> None:
    for name, there in canonical_ids(["o/a", "O/B", "gpt2"], present).items():
        assert name not in present
        assert there in present
        assert name.lower() == there.lower()


################################################################ anything at all

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(
    [
        "o/a",
        "O/A",
        "o/b",
        "n/a",
        "new/a",
        "o/m",
        "gpt2",
        "/mnt/a",
        "C:\\a",
        "https://huggingface.co/o/c",
        "https://github.com/o/c",
        "o/d@main",
        "o/e,o/f",
        "o/\u202eg",
        "prose, and more",
        "None",
    ]
)
RELATIONS = st.sampled_from(["finetune", "merge", "adapter", "quantized", "distill", ""])
TAGS = st.lists(
    NAMES.map(lambda name: f"base_model:{name}")
    | st.builds(lambda relation, name: f"base_model:{relation}:{name}", RELATIONS, NAMES)
    | st.sampled_from(["merge", "license:mit"]),
    max_size=6,
)
ITEMS = st.fixed_dictionaries(
    {"id": st.just("o/m")},
    optional={
        "tags": TAGS,
        "cardData": st.fixed_dictionaries(
            {},
            optional={
                "base_model": NAMES | st.lists(NAMES, max_size=4),
                "base_model_relation": RELATIONS,
            },
        ),
        "baseModels": st.none()
        | st.builds(
            lambda relation, names: {"relation": relation, "models": [{"id": n} for n in names]},
            RELATIONS,
            st.lists(NAMES, max_size=3),
        ),
    },
)


def said_bases(item: dict[str, Any]) -> set[str]:
    """Return every text of an item that says what a model was made from."""
    stated = item.get("cardData", {}).get("base_model", [])
    said = {stated} if isinstance(stated, str) else set(stated)
    said |= {model["id"] for model in (item.get("baseModels") or {"models": []})["models"]}
    for tag in item.get("tags", []):
        if tag.startswith("base_model:"):
            value = tag.removeprefix("base_model:")
            relation, _, base = value.partition(":")
            typed = base and relation in ("finetune", "merge", "adapter", "quantized")
            said.add(base if typed else value)
    return said


@unhurried
@given(ITEMS)
def test_no_base_is_lost_in_silence(item: dict[str, Any]) -> None:
    record, faults = work_record(item, "model", "line 1")
    assert record is not None
    kept = {d.parent[1].lower() for d in record.derivations}
    left_out = " ".join(fault.value for fault in faults).lower()
    for text in said_bases(item):
        for part, work_id, _ in named_works(text):
            if (work_id or part).lower() not in kept:
                printed = part.replace("\u202e", "").replace("\N{REPLACEMENT CHARACTER}", "")
                assert printed.lower() in left_out
                # What was left out is unknown, unless it was no more than a repetition.
                assert UNNAMED_WORK in record.gaps
    assert len(set(record.derivations)) == len(record.derivations)
    assert (UNSTATED_RELATION in record.gaps) == any(
        d.relation == "basedOn" for d in record.derivations
    )
