"""Recipes of mergekit, in files and in cards, name the models that went into a merge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.recipes import (
    MAX_REFERENCES,
    Recipe,
    names_outside,
    read_recipes,
    recipe_blocks,
    references,
)

SLERP = """\
slices:
  - sources:
      - model: o/one
        layer_range: [0, 32]
      - model: o/two@main
        layer_range: [0, 32]
merge_method: slerp
base_model: o/one
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5]
dtype: bfloat16
"""
EXPERTS = """\
base_model: o/host
gate_mode: hidden
experts:
  - source_model: o/coder
    positive_prompts: [code]
  - source_model: o/host
    positive_prompts: [chat]
shared_experts:
  - source_model: o/shared
"""


def read(*texts: str) -> Recipe:
    return read_recipes([("recipe", text) for text in texts])


def merged(*ids: str) -> tuple[tuple[str, str], ...]:
    return tuple(("mergedFrom", id_) for id_ in ids)


def test_a_weight_average_is_merged_from_its_models() -> None:
    assert read(SLERP) == Recipe(merged("o/one", "o/two"))


def test_a_mixture_of_whole_experts_bundles_them_and_is_merged_from_its_base() -> None:
    bundled = (("bundles", "o/coder"), ("bundles", "o/host"), ("bundles", "o/shared"))
    assert read(EXPERTS) == Recipe((*bundled, ("mergedFrom", "o/host")))


@pytest.mark.parametrize(
    ("recipe", "ids"),
    [
        ("merge_method: linear\nmodels: [{model: o/a}, {model: o/b}]", ["o/a", "o/b"]),
        ("merge_method: linear\nmodels: [o/a, o/b]", ["o/a", "o/b"]),
        (
            "merge_method: ties\nbase_model: o/a\nmodels:\n  - model: o/a\n  - model: o/b",
            ["o/a", "o/b"],
        ),
        ("merge_method: x\nmodels: [{model: o/a+o/lora}]", ["o/a", "o/lora"]),
        ("merge_method: x\nmodels: [{model: o/a@1.0+o/lora@v2}]", ["o/a", "o/lora"]),
        (
            "merge_method: x\nmodels: [{model: {model: {path: o/a, revision: r}, lora: o/b}}]",
            ["o/a", "o/b"],
        ),
        ("merge_method: x\nmodels: [{model: https://huggingface.co/o/a}]", ["o/a"]),
        ("merge_method: x\nmodules: {text: {slices: [{sources: [{model: o/a}]}]}}", ["o/a"]),
        ("merge_method: x\nmodels: [{model: o/a}]\ntokenizer_source: o/not", ["o/a"]),
        (
            "merge_method: x\nbase_model: o/a\ntokenizer: {tokens: {t: {source: {model: o/not}}}}",
            ["o/a"],
        ),
        ("merge_method: x\nmodels: [{model: o/a, parameters: {model: o/not}}]", ["o/a"]),
    ],
)
def test_models_are_found_wherever_mergekit_reads_them(recipe: str, ids: list[str]) -> None:
    assert read(recipe) == Recipe(merged(*ids))


def test_steps_of_a_chain_are_no_models_of_their_own() -> None:
    chain = """\
    name: step-one
    merge_method: linear
    models: [{model: o/a}, {model: o/b}]
    ---
    merge_method: slerp
    models: [{model: step-one}, {model: o/c}]
    """
    assert read(chain) == Recipe(merged("o/a", "o/b", "o/c"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/home/me/model", "is a path on somebody's machine"),
        ("./model", "is a path on somebody's machine"),
        ("C:\\models\\x", "is a path on somebody's machine"),
        ("model", "names no owner: it may be a folder"),
        ("o/m/x/y", "is not of the form owner/name"),
    ],
)
def test_a_name_that_leads_to_no_model_is_a_fault(name: str, reason: str) -> None:
    found = read(f"merge_method: x\nmodels: [{{model: '{name}'}}, {{model: o/a}}]")
    assert found.parents == merged("o/a")
    assert found.faults == (("recipe", name, reason),)


def test_a_recipe_that_cannot_be_read_is_a_fault() -> None:
    found = read("merge_method: [x", SLERP)
    assert found.parents == merged("o/one", "o/two")
    [(field, value, reason)] = found.faults
    assert (field, value) == ("recipe", "merge_method: [x")
    assert reason.startswith("is not YAML")


def test_the_number_of_models_is_bounded() -> None:
    models = ", ".join(f"o/m{number}" for number in range(MAX_REFERENCES + 5))
    found = read(f"merge_method: x\nmodels: [{models}]")
    assert len(found.parents) == MAX_REFERENCES
    assert found.faults == (
        ("recipe", f"o/m{MAX_REFERENCES}", f"is beyond the first {MAX_REFERENCES} models"),
    )


@pytest.mark.parametrize("value", [None, 5, [], {}, {"model": 5}, "", " + ", {"path": None}])
def test_what_is_no_reference_names_nothing(value: object) -> None:
    assert references(value) == []


################################################################ in the body of a card


@pytest.mark.parametrize(
    "body",
    [
        f"# Merge\n\n```yaml\n{SLERP}```\n",
        f"```\n{SLERP}```",
        f"~~~yml\n{SLERP}~~~\n",
        f"````yaml\n{SLERP}````\n",
        f"```.yaml:\n{SLERP}```\n",
        f"```yaml\n{SLERP}",  # never closed
        "- as follows:\n  ```yaml\n" + SLERP.replace("slices", "  slices", 1) + "  ```\n",
    ],
)
def test_a_recipe_in_a_fenced_block_is_found(body: str) -> None:
    assert len(list(recipe_blocks(body))) == 1


def test_a_recipe_within_a_list_item_is_read_without_its_margin() -> None:
    body = (
        "1. First\n   ```yaml\n"
        + "".join(f"   {line}\n" for line in SLERP.splitlines())
        + "   ```\n"
    )
    assert read(*recipe_blocks(body)) == read(SLERP)


@pytest.mark.parametrize(
    "body",
    [
        "```yaml\nmodels:\n  - model: gpt\n```\n",  # of another tool
        f"```bash\ncat > c.yml <<EOF\n{SLERP}EOF\n```\n",
        "merge_method: slerp\n",
        "```python\nmerge_method: str\n```\n",
    ],
)
def test_other_blocks_are_no_recipes(body: str) -> None:
    assert list(recipe_blocks(body)) == []


def test_of_several_recipes_all_are_read() -> None:
    body = f"```yaml\n{SLERP}```\ntext\n```yaml\n{EXPERTS}```\n"
    assert read(*recipe_blocks(body)).parents == (*read(SLERP).parents, *read(EXPERTS).parents)


@given(st.text(alphabet=st.sampled_from("`~ym\n merge_thod:-[]{}o/a@+"), max_size=120))
def test_no_body_makes_it_fail(body: str) -> None:
    read(*recipe_blocks(body), body)


@pytest.mark.parametrize("body", ["        ```" + " " * 2_000_000, "```\n" * 500_000])
def test_what_is_made_to_be_slow_is_not(body: str) -> None:
    assert list(recipe_blocks(body + "merge_method: x")) == []


@pytest.mark.parametrize(
    "body",
    [
        f"```bash\ncat > c.yml <<EOF\n{SLERP}EOF\n```\n",
        f"<pre>\n{SLERP}</pre>\n",
        "merge_method: ties\nmodels:\n  - model: o/one\n  - model: 'o/two'\n",
    ],
)
def test_what_a_recipe_outside_of_blocks_of_yaml_names_is_told(body: str) -> None:
    assert {"o/one", "o/two"} <= set(names_outside(body))
    assert names_outside(f"```yaml\n{SLERP}```\n") == []
