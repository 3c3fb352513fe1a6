"""What adapter_config.json and MODEL_LINEAGE.md say of lineage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.lineage_files import MAX_ROWS, adapter_lineage, table_lineage

BULLETS = """\
## Model Lineage

- **Base model:** org/base-v2 (Apache 2.0)
- **Fine-tune source:** person/tuned (CC-BY-4.0)
- **Merge component:** group/special-lora (MIT)
- **Technique applied:** Abliteration by projection
- **Original abliteration method:** Credit to [people/authors]
"""
TABLE = """\
| Stage | Model | License |
|:------|-------|:-------:|
| Base | [org/base-v2](https://huggingface.co/org/base-v2) | apache-2.0 |
| Teacher | `lab/teacher` | mit |
| Training data | https://huggingface.co/datasets/lab/data | cc0 |
| Experts | **lab/expert** | mit |
"""


def test_an_adapter_names_its_base() -> None:
    found = adapter_lineage(b'{"base_model_name_or_path": "o/base", "revision": null}')
    assert found.parents == (("adapterFor", "model", "o/base"),)
    assert (found.faults, found.is_adapter) == ((), True)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"base_model_name_or_path": "/cache/models/x"}', "is a path on somebody's machine"),
        (b'{"base_model_name_or_path": "C:\\\\Models\\\\x"}', "is a path on somebody's machine"),
        (b'{"base_model_name_or_path": null}', "is not text"),
        (b'{"peft_type": "LORA"}', "is not text"),
    ],
)
def test_an_adapter_whose_base_leads_nowhere_is_an_adapter_still(data: bytes, reason: str) -> None:
    found = adapter_lineage(data)
    [(field, _, given_reason)] = found.faults
    assert (found.parents, found.is_adapter) == ((), True)
    assert (field, given_reason) == ("adapter_config.json base_model_name_or_path", reason)


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b"5", b'"o/m"', b"[" * 100_000, b"\xff"])
def test_a_file_that_is_no_configuration_is_a_fault(data: bytes) -> None:
    found = adapter_lineage(data)
    assert (found.parents, found.is_adapter, len(found.faults)) == ((), False, 1)


def test_bullets_of_roles_are_lineage_and_credits_are_not() -> None:
    found = table_lineage(BULLETS)
    assert found.faults == ()
    assert found.parents == (
        ("basedOn", "model", "org/base-v2"),
        ("finetunedFrom", "model", "person/tuned"),
        ("mergedFrom", "model", "group/special-lora"),
    )


def test_rows_of_a_table_are_lineage() -> None:
    found = table_lineage(TABLE)
    assert found.faults == ()
    assert found.parents == (
        ("basedOn", "model", "org/base-v2"),
        ("distilledFrom", "model", "lab/teacher"),
        ("trainedOn", "dataset", "lab/data"),
        ("bundles", "model", "lab/expert"),
    )


def test_columns_are_told_by_their_heads() -> None:
    found = table_lineage("| Upstream model | Relation |\n|---|---|\n| o/a | quantized |\n")
    assert found.parents == (("quantizedFrom", "model", "o/a"),)


@pytest.mark.parametrize(
    ("role", "relation"),
    [
        ("Quantized from", "quantizedFrom"),
        ("Converted from", "convertedFrom"),
        ("Distilled from", "distilledFrom"),
        ("Pruned from", "prunedFrom"),
        ("Abliterated from", "abliteratedFrom"),
        ("LoRA", "adapterFor"),
        ("Parent", "basedOn"),
        ("Friend", "basedOn"),
    ],
)
def test_a_role_is_a_relation(role: str, relation: str) -> None:
    assert table_lineage(f"* {role}: o/a\n").parents == ((relation, "model", "o/a"),)


def test_a_role_without_an_id_is_a_fault() -> None:
    assert table_lineage("- Base model: Llama 3, 8B\n").faults == (
        ("MODEL_LINEAGE.md", "Base model: Llama 3, 8B", "names no work by its id"),
    )


def test_the_number_of_rows_is_bounded() -> None:
    found = table_lineage("".join(f"- Base: o/m{n}\n" for n in range(MAX_ROWS + 5)))
    assert len(found.parents) == MAX_ROWS
    assert found.faults[-1][2] == f"is beyond the first {MAX_ROWS} rows"


@given(st.text(alphabet=st.sampled_from("|-:* [](`)o/a\nbase"), max_size=120))
def test_no_text_makes_it_fail(text: str) -> None:
    table_lineage(text)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    adapter_lineage(data)
