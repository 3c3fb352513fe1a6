"""What is taken over of the Hub's JSON, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.hub_json import (
    MAX_VALUE_CHARS,
    MAX_VALUES,
    bounded,
    work_record,
)
from licet_ingest.identifiers import id_fault
from licet_ingest.license_names import AMBIGUOUS, NO_LICENSE, UNIDENTIFIED
from licet_ingest.records import (
    STATED_RELATIONS,
    UNNAMED_WORK,
    UNSTATED_RELATION,
    Derivation,
    Fault,
    WorkRecord,
)

CHILD = ("model", "o/m")


def read(kind: str = "model", **fields: Any) -> tuple[WorkRecord, list[Fault]]:
    record, faults = work_record({"id": "o/m", **fields}, kind, "line 1")
    assert record is not None
    return record, faults


def from_model(relation: str, base: str, source: str = "hub") -> Derivation:
    return Derivation(CHILD, relation, ("model", base), source)


def reasons(faults: list[Fault]) -> list[tuple[str, str, str]]:
    assert not any(fault.record_rejected for fault in faults)
    return [(fault.field, fault.value, fault.reason) for fault in faults]


################################################################ the record as a whole


@pytest.mark.parametrize(
    ("item", "value", "reason"),
    [
        ("o/m", "o/m", "is not an object"),
        (None, "None", "is not an object"),
        ([{"id": "o/m"}], "[{'id': 'o/m'}]", "is not an object"),
    ],
)
def test_what_is_not_an_object_is_rejected(item: object, value: str, reason: str) -> None:
    assert work_record(item, "model", "line 7") == (
        None,
        [Fault("line 7", "", value, reason, True)],
    )


@pytest.mark.parametrize(
    ("item", "value", "reason"),
    [
        ({}, "None", "is NoneType, not text"),
        ({"id": 5}, "5", "is int, not text"),
        ({"id": "../etc/passwd"}, "../etc/passwd", "is a path on somebody's machine"),
        ({"id": ["o/m"]}, "['o/m']", "is list, not text"),
    ],
)
def test_a_record_without_an_id_is_rejected(item: dict[str, Any], value: str, reason: str) -> None:
    assert work_record(item, "model", "line 7") == (
        None,
        [Fault("line 7", "id", value, reason, True)],
    )


def test_a_whole_record_of_the_hub_is_taken_over() -> None:
    assert read(
        author="o",
        createdAt="2024-01-02T03:04:05.000Z",
        lastModified="2024-02-03T04:05:06.000Z",
        downloads=12,
        likes=3,
        gated="manual",
        pipeline_tag="text-generation",
        library_name="transformers",
        tags=[
            "transformers",
            "license:other",
            "base_model:o/base",
            "base_model:finetune:o/base",
            "dataset:o/data",
            "region:us",
        ],
        cardData={
            "license": "other",
            "license_name": "qwen-research",
            "license_link": "LICENSE",
            "base_model": "o/base",
            "datasets": ["o/data"],
        },
    ) == (
        WorkRecord(
            kind="model",
            id="o/m",
            author="o",
            created="2024-01-02T03:04:05.000Z",
            modified="2024-02-03T04:05:06.000Z",
            downloads=12,
            likes=3,
            gated="manual",
            pipeline_tag="text-generation",
            library_name="transformers",
            stated_licenses=("other",),
            license_name="qwen-research",
            license_link="LICENSE",
            licenses=("https://w3id.org/licet/license/qwen-research",),
            declared_licenses=("https://w3id.org/licet/license/qwen-research",),
            derivations=[
                from_model("finetunedFrom", "o/base"),
                Derivation(CHILD, "trainedOn", ("dataset", "o/data"), "hub"),
            ],
        ),
        [],
    )


def test_a_record_of_an_id_alone_states_no_license() -> None:
    assert read() == (WorkRecord("model", "o/m", author="o", gaps=(NO_LICENSE,)), [])


def test_a_work_without_an_owner_has_no_author() -> None:
    record, _ = work_record({"id": "gpt2"}, "model", "line 1")
    assert record == WorkRecord("model", "gpt2", gaps=(NO_LICENSE,))


def test_the_older_name_of_the_id_field_is_read() -> None:
    record, _ = work_record({"modelId": "o/m"}, "model", "line 1")
    assert record == WorkRecord("model", "o/m", author="o", gaps=(NO_LICENSE,))


@pytest.mark.parametrize(("value", "removed"), [(True, True), (False, False), ("yes", False)])
def test_only_true_says_that_a_work_is_gone(value: object, removed: bool) -> None:
    assert read(removed=value)[0].removed is removed


################################################################ licenses


def test_the_license_of_the_tags_and_of_the_card_is_one() -> None:
    record, _ = read(tags=["license:mit"], cardData={"license": "MIT"})
    assert record.stated_licenses == ("mit",)


def test_a_license_that_only_the_card_states_counts() -> None:
    record, _ = read(tags=["license:other"], cardData={"license": ["llama2", "other"]})
    assert record.stated_licenses == ("other", "llama2")
    assert record.licenses == ("https://w3id.org/licet/license/llama2",)


def test_a_license_that_is_not_text_is_left_out_with_a_reason() -> None:
    record, faults = read(cardData={"license": [{"name": "mit"}, "mit"]})
    assert record.stated_licenses == ("mit",)
    assert reasons(faults) == [("license", "{'name': 'mit'}", "is dict, not text")]
    assert record.gaps == (UNIDENTIFIED,)


################################################################ bases that the Hub resolved


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("finetune", "finetunedFrom"),
        ("adapter", "adapterFor"),
        ("merge", "mergedFrom"),
        ("quantized", "quantizedFrom"),
    ],
)
def test_a_typed_tag_with_its_plain_twin_is_a_derivation(word: str, relation: str) -> None:
    record, faults = read(tags=[f"base_model:{word}:o/base", "base_model:o/base"])
    assert record.derivations == [from_model(relation, "o/base")]
    assert UNSTATED_RELATION not in record.gaps
    assert not faults


def test_a_typed_tag_without_its_plain_twin_was_written_by_the_author() -> None:
    record, faults = read(tags=["base_model:finetune:o/base"])
    assert record.derivations == []
    assert reasons(faults) == [
        ("tags base_model", "finetune:o/base", "was not resolved by the Hub")
    ]


@pytest.mark.parametrize("path", ["/cache/models/base", "C:\\Models\\base"])
def test_a_typed_tag_with_a_path_is_no_derivation(path: str) -> None:
    record, faults = read(tags=[f"base_model:adapter:{path}"])
    assert record.derivations == []
    assert reasons(faults) == [
        ("tags base_model", f"adapter:{path}", "is a path on somebody's machine")
    ]


def test_a_plain_tag_alone_is_a_base_in_a_way_not_stated() -> None:
    record, faults = read(tags=["license:mit", "base_model:o/base"])
    assert record.derivations == [from_model("basedOn", "o/base")]
    assert record.gaps == (UNSTATED_RELATION,)
    assert not faults


def test_a_relation_that_the_hub_does_not_have_is_no_derivation() -> None:
    record, faults = read(tags=["base_model:distill:o/base"])
    assert record.derivations == []
    assert reasons(faults) == [
        ("tags base_model", "distill:o/base", "is not of the form owner/name")
    ]


def test_a_merge_of_65_models_has_65_parents() -> None:
    bases = [f"o/base-{number:02}" for number in range(65)]
    tags = [tag for base in bases for tag in (f"base_model:{base}", f"base_model:merge:{base}")]
    record, _ = read(tags=tags)
    assert record.derivations == [from_model("mergedFrom", base) for base in bases]


def test_a_model_is_not_made_from_itself() -> None:
    record, faults = read(tags=["base_model:O/M", "base_model:finetune:O/M"])
    assert record.derivations == []
    assert reasons(faults) == [("base_model", "O/M", "names the model itself")]


################################################################ bases that only the card names


@pytest.mark.parametrize("stated", ["o/base", ["o/base"], ["o/base", "o/base"]])
def test_a_base_of_the_card_is_one_in_a_way_not_stated(stated: object) -> None:
    record, faults = read(cardData={"license": "mit", "base_model": stated})
    assert record.derivations == [from_model("basedOn", "o/base", "card")]
    assert record.stated_bases == ("o/base",)
    assert record.gaps == (UNSTATED_RELATION,)
    assert not faults


@pytest.mark.parametrize("card", [None, {}, {"base_model": None}, {"base_model": []}])
def test_a_card_without_a_base_names_none(card: object) -> None:
    record, faults = read(cardData=card)
    assert record.derivations == []
    assert record.stated_bases == ()
    assert not faults


def test_a_base_in_another_case_is_the_one_the_hub_resolved() -> None:
    record, _ = read(
        tags=["base_model:O/Base", "base_model:finetune:O/Base"],
        cardData={"base_model": "o/base"},
    )
    assert record.derivations == [from_model("finetunedFrom", "O/Base")]
    assert record.stated_bases == ()


def test_a_base_that_the_hub_dropped_is_taken_from_the_card() -> None:
    record, _ = read(
        tags=["base_model:o/kept", "base_model:merge:o/kept"],
        cardData={"base_model": ["o/kept", "o/deleted"]},
    )
    assert record.derivations == [
        from_model("mergedFrom", "o/kept"),
        from_model("basedOn", "o/deleted", "card"),
    ]


@pytest.mark.parametrize("tag", ["merge", "mergekit"])
def test_several_bases_of_a_merge_were_merged(tag: str) -> None:
    record, _ = read(tags=[tag], cardData={"base_model": ["o/a", "o/b"]})
    assert record.derivations == [
        from_model("mergedFrom", "o/a", "card"),
        from_model("mergedFrom", "o/b", "card"),
    ]
    assert UNSTATED_RELATION not in record.gaps


def test_several_bases_of_what_is_not_called_a_merge_are_bases_in_a_way_not_stated() -> None:
    record, _ = read(cardData={"base_model": ["o/a", "o/b"]})
    assert [d.relation for d in record.derivations] == ["basedOn", "basedOn"]
    assert record.gaps == (NO_LICENSE, UNSTATED_RELATION)


def test_one_base_of_a_merge_is_a_base_in_a_way_not_stated() -> None:
    record, _ = read(tags=["merge"], cardData={"base_model": "o/a"})
    assert [d.relation for d in record.derivations] == ["basedOn"]


def test_the_card_may_say_what_was_done() -> None:
    record, _ = read(cardData={"base_model": "o/base", "base_model_relation": "quantized"})
    assert record.derivations == [from_model("quantizedFrom", "o/base", "card")]
    assert UNSTATED_RELATION not in record.gaps


@pytest.mark.parametrize("relation", ["distilled", 3, ["quantized"], {"a": 1}])
def test_a_relation_of_the_card_that_is_none_says_nothing(relation: object) -> None:
    record, faults = read(cardData={"base_model": "o/base", "base_model_relation": relation})
    assert record.derivations == [from_model("basedOn", "o/base", "card")]
    assert [(f.field, f.reason) for f in faults] == [
        ("cardData.base_model_relation", "is no relation of the Hub")
    ]


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        ("/mnt/models/base", "is a path on somebody's machine"),
        ("D:\\models\\base", "is a path on somebody's machine"),
        ("https://github.com/o/base", "is an address, not an id"),
        ("Llama 3 by Meta", "is not of the form owner/name"),
    ],
)
def test_a_base_of_the_card_that_is_no_id_is_left_out(base: str, reason: str) -> None:
    record, faults = read(cardData={"base_model": base})
    assert record.derivations == []
    assert reasons(faults) == [("cardData.base_model", base, reason)]


def test_a_card_that_names_the_model_itself_states_no_derivation() -> None:
    record, faults = read(cardData={"base_model": "o/m"})
    assert record.derivations == []
    assert reasons(faults) == [("base_model", "o/m", "names the model itself")]


def test_a_base_that_is_not_text_is_left_out() -> None:
    record, faults = read(cardData={"base_model": [{"name": "o/base"}, 3]})
    assert record.derivations == []
    assert reasons(faults) == [
        ("base_model", "{'name': 'o/base'}", "is dict, not text"),
        ("base_model", "3", "is int, not text"),
    ]
    assert UNNAMED_WORK in record.gaps


################################################################ datasets


def test_the_datasets_of_tags_and_card_are_each_named_once() -> None:
    record, faults = read(tags=["dataset:o/a"], cardData={"datasets": ["O/A", "o/b"]})
    assert record.derivations == [
        Derivation(CHILD, "trainedOn", ("dataset", "o/a"), "hub"),
        Derivation(CHILD, "trainedOn", ("dataset", "o/b"), "card"),
    ]
    assert not faults


@pytest.mark.parametrize("stated", [None, []])
def test_a_card_may_name_no_dataset(stated: object) -> None:
    record, faults = read(cardData={"datasets": stated})
    assert record.derivations == []
    assert not faults


def test_prose_for_a_dataset_is_left_out() -> None:
    record, faults = read(cardData={"datasets": "a private set of 3,000 chats"})
    assert record.derivations == []
    assert reasons(faults) == [
        ("datasets", "a private set of 3,000 chats", "is not of the form owner/name")
    ]


def test_a_dataset_is_not_trained_on_the_datasets_that_it_names() -> None:
    record, _ = read("dataset", tags=["dataset:o/a"], cardData={"datasets": ["o/b"]})
    assert record.kind == "dataset"
    assert record.derivations == []


################################################################ single values


@pytest.mark.parametrize(
    ("value", "gated"),
    [(None, None), (False, "no"), (True, "yes"), ("auto", "auto"), ("manual", "manual")],
)
def test_each_form_of_gating_is_read(value: object, gated: str | None) -> None:
    record, faults = read(gated=value)
    assert record.gated == gated
    assert not faults


@pytest.mark.parametrize(
    ("value", "shown"), [("maybe", "maybe"), (1, "1"), (0, "0"), ([], "[]"), ({}, "{}")]
)
def test_another_form_of_gating_is_left_out(value: object, shown: str) -> None:
    record, faults = read(gated=value)
    assert record.gated is None
    assert reasons(faults) == [("gated", shown, "is not false, true, auto or manual")]


@pytest.mark.parametrize("field", ["createdAt", "lastModified"])
@pytest.mark.parametrize(
    "value",
    [
        "2024-01-02",
        "2024-01-02T03:04:05",
        "2024-01-02T03:04:05+02:00",
        "2024-01-02T03:04:05Z\n",
        "yesterday",
        "",
        1704164645,
        ["2024-01-02T03:04:05Z"],
        "2024-02-30T03:04:05Z",
        "2024-13-45T25:61:61Z",
        "\uff12\uff10\uff12\uff14-01-02T03:04:05Z",
    ],
)
def test_what_is_no_date_and_time_in_utc_is_left_out(field: str, value: Any) -> None:
    record, faults = read(**{field: value})
    assert (record.created, record.modified) == (None, None)
    assert [(f.field, f.reason) for f in faults] == [(field, "is not a date and time in UTC")]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
        ("2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05.678Z"),
        ("2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05Z"),
    ],
)
def test_a_date_and_time_in_utc_is_kept(value: str, kept: str) -> None:
    record, faults = read(createdAt=value)
    assert record.created == kept
    assert not faults


@pytest.mark.parametrize("field", ["downloads", "likes"])
@pytest.mark.parametrize("value", [-1, True, False, 2.0, 1.5, 2**63, 10**30, "12", [3]])
def test_what_is_no_count_is_left_out(field: str, value: Any) -> None:
    record, faults = read(**{field: value})
    assert (record.downloads, record.likes) == (None, None)
    assert [(f.field, f.reason) for f in faults] == [(field, "is not a count")]


@pytest.mark.parametrize("value", [0, 1, 2**63 - 1])
def test_a_count_is_kept(value: int) -> None:
    assert read(downloads=value)[0].downloads == value


@pytest.mark.parametrize("value", [5, ["transformers"], {"name": "x"}, True])
def test_a_text_field_that_holds_something_else_is_left_out(value: object) -> None:
    record, faults = read(library_name=value)
    assert record.library_name is None
    assert [f.field for f in faults] == ["library_name"]


def test_a_card_that_is_no_object_is_left_out() -> None:
    record, faults = read(cardData="license: mit")
    assert record.stated_licenses == ()
    assert reasons(faults) == [("cardData", "license: mit", "is str, not an object")]
    assert record.gaps == (UNIDENTIFIED, UNNAMED_WORK)


def test_control_characters_are_removed() -> None:
    assert read(author="a\x00b\x1b[31mc\x7f\x85\n")[0].author == "ab[31mc"


# All characters with the Unicode property Bidi_Control.
@pytest.mark.parametrize(
    "character",
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_characters_that_reorder_text_are_removed(character: str) -> None:
    assert read(author=f"a{character}b")[0].author == "ab"


def test_a_value_is_kept_up_to_a_length() -> None:
    assert read(cardData={"license_name": "x" * 501})[0].license_name == "x" * 500


def test_values_beyond_the_limit_of_a_list_are_left_out_with_a_reason() -> None:
    record, faults = read(tags=["x"] * MAX_VALUES + ["license:mit"])
    assert record.stated_licenses == ()
    assert reasons(faults) == [("tags", "license:mit", "has 10001 values; 10000 are read")]
    assert record.gaps == (UNIDENTIFIED, UNNAMED_WORK)


@pytest.mark.parametrize(
    "tags",
    [
        "license:mit, base_model:a/b",
        {"0": "license:mit"},
        [["base_model:a/b"]],
        [{"base_model": "a/b"}],
        '["license:mit"',
    ],
)
def test_tags_that_are_no_list_of_texts_leave_license_and_bases_open(tags: object) -> None:
    record, faults = read(tags=tags)
    assert len(faults) == 1
    assert record.gaps == (UNIDENTIFIED, UNNAMED_WORK)


def test_tags_may_be_a_list_as_text() -> None:
    record, faults = read(tags='["license:mit", "base_model:o/a", "base_model:finetune:o/a"]')
    assert (record.stated_licenses, faults) == (("mit",), [])
    assert record.derivations == [from_model("finetunedFrom", "o/a")]


def test_an_answer_of_the_hub_without_its_list_of_models_leaves_bases_open() -> None:
    record, faults = read(baseModels={"relation": "finetune", "model": "o/a"})
    assert [fault.field for fault in faults] == ["baseModels"]
    assert UNNAMED_WORK in record.gaps
    assert read(baseModels={})[1] == []


@pytest.mark.parametrize(
    "field",
    [
        *("base_models", "base-model", "Base_Model", "basemodel", "BASE_MODEL", "baseModel"),
        *("b\u0430se_model", "parent_model", "finetuned_from"),
    ],
)
def test_a_base_in_a_field_that_is_misspelt_is_not_silence(field: str) -> None:
    record, faults = read(cardData={"license": "mit", field: "o/a"})
    assert reasons(faults) == [
        (f"cardData.{field}", "o/a", "is no field of the Hub; it is called base_model")
    ]
    assert record.gaps == (UNNAMED_WORK,)
    assert read(cardData={"base_model": ["o/a"], field: "o/a"})[1] == []


def test_a_license_in_a_field_that_is_misspelt_is_not_silence() -> None:
    record, faults = read(cardData={"license": "mit", "licence": "cc-by-nc-4.0"})
    assert len(faults) == 1
    assert record.gaps == (UNIDENTIFIED,)


def test_a_dataset_is_adapted_from_those_that_it_extends() -> None:
    card = {"license": "mit", "source_datasets": ["original", "extended|squad", "o/data"]}
    record, faults = read("dataset", cardData=card, tags=["source_datasets:extended|o/tagged"])
    assert faults == []
    assert [(d.relation, d.parent, d.source) for d in record.derivations] == [
        ("adaptedFrom", ("dataset", "squad"), "card"),
        ("adaptedFrom", ("dataset", "o/data"), "card"),
        ("adaptedFrom", ("dataset", "o/tagged"), "hub"),
    ]
    assert record.gaps == ()


@pytest.mark.parametrize("value", ["extended", "extended|other-crawl", "the web", "extended|O/M"])
def test_a_source_of_a_dataset_that_names_none_is_a_gap(value: str) -> None:
    record, faults = read("dataset", cardData={"license": "mit", "source_datasets": [value]})
    assert [fault.value for fault in faults] == [value]
    assert record.gaps == (UNNAMED_WORK,)


################################################################ anything at all

# The first draw of a text makes tables of Unicode, which takes a second on a slow machine.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        [
            "license:mit",
            "license:",
            "base_model:",
            "base_model:o/base",
            "base_model:merge:o/base",
            "base_model:merge:",
            "base_model:o/m",
            "dataset:o/data",
            "dataset:",
            "merge",
            "o/base",
            "o/other",
            "other",
            "2024-01-02T03:04:05Z",
        ]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
CARD = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "license",
            "license_name",
            "license_link",
            "base_model",
            "base_model_relation",
            "datasets",
        ),
        ANY_JSON,
    ),
)
ITEM = st.fixed_dictionaries(
    {"id": st.just("o/m")},
    optional={
        **dict.fromkeys(
            (
                "author",
                "createdAt",
                "lastModified",
                "downloads",
                "likes",
                "gated",
                "removed",
                "pipeline_tag",
                "library_name",
                "tags",
            ),
            ANY_JSON,
        ),
        "cardData": ANY_JSON | CARD,
    },
)


@unhurried
@given(ITEM, st.sampled_from(["model", "dataset"]))
def test_whatever_stands_in_a_field_is_taken_over_or_left_out_with_a_reason(
    item: dict[str, Any], kind: str
) -> None:
    record, faults = work_record(item, kind, "line 1")
    assert record is not None
    for fault in faults:
        assert fault.record == "o/m"
        assert fault.field
        assert fault.reason
        assert not fault.record_rejected
        assert len(fault.value) <= MAX_VALUE_CHARS
    for derivation in record.derivations:
        assert derivation.child == (kind, "o/m")
        assert derivation.relation in STATED_RELATIONS
        assert id_fault(derivation.parent[1]) is None
        assert derivation.parent != derivation.child
    assert len(set(record.derivations)) == len(record.derivations)
    assert record.licenses or record.gaps


@unhurried
@given(ANY_JSON, st.sampled_from(["model", "dataset"]))
def test_any_json_becomes_a_record_or_a_fault_that_rejects_it(item: object, kind: str) -> None:
    record, faults = work_record(item, kind, "line 1")
    assert (record is None) == any(fault.record_rejected for fault in faults)
    if record is None:
        assert [fault.record for fault in faults] == ["line 1"]


@unhurried
@given(st.text())
def test_a_kept_text_is_bounded_and_settled(text: str) -> None:
    kept = bounded(text)
    assert len(kept) <= MAX_VALUE_CHARS
    assert bounded(kept) == kept
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in kept)
    kept.encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"cardData": {"base_model": "https://github.com/a/nc"}},
        {"cardData": {"base_model": "/content/models/llama-3"}},
        {"cardData": {"base_model": "Llama 3 8B Instruct"}},
        {"cardData": {"base_model": "o/m"}},
        {"cardData": {"base_model": "a/n\u200bc"}},
        {"cardData": {"datasets": ["my private outputs"]}},
        {"tags": ["base_model:adapter:a/nc"]},
        {"tags": ["base_model:distill:a/nc"]},
    ],
)
def test_an_upstream_work_that_cannot_be_told_is_a_gap(fields: dict[str, Any]) -> None:
    record, faults = read(**fields)
    assert record.derivations == []
    assert record.gaps[-1] == UNNAMED_WORK
    assert faults


def test_a_second_relation_to_one_base_is_kept_beside_the_first() -> None:
    tags = ["base_model:a/b", "base_model:finetune:a/b", "base_model:adapter:a/b"]
    record, _ = read(tags=tags)
    assert [d.relation for d in record.derivations] == ["finetunedFrom", "adapterFor"]


def test_a_license_that_was_cut_is_not_taken_for_its_beginning() -> None:
    record, faults = read(cardData={"license": "apache-2.0" + " " * 600 + "AND cc-by-nc-4.0"})
    assert record.licenses == ()
    assert faults


def test_card_data_as_json_text_is_read() -> None:
    record, _ = read(cardData='{"license": "mit", "base_model": "a/b"}')
    assert record.licenses == ("https://w3id.org/licet/license/mit",)
    assert [d.parent for d in record.derivations] == [("model", "a/b")]


def test_a_license_name_that_contradicts_the_license_makes_it_ambiguous() -> None:
    record, _ = read(cardData={"license": "apache-2.0", "license_name": "cc-by-nc-4.0"})
    assert len(record.licenses) == 2
    assert record.gaps == (AMBIGUOUS,)


def test_the_date_of_a_removal_is_taken_over() -> None:
    record, faults = read(removed=True, removedAt="2026-08-19T10:38:40.638Z")
    assert (record.removed, record.removed_at) == (True, "2026-08-19T10:38:40.638Z")
    assert faults == []


def test_a_date_of_removal_that_is_none_is_a_fault() -> None:
    record, faults = read(removed=True, removedAt="yesterday")
    assert record.removed_at is None
    assert [fault.field for fault in faults] == ["removedAt"]
