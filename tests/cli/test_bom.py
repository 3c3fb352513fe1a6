"""Bills of materials: valid by the libraries of their own projects, and read back as plans."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st
from spdx_python_model import v3_0_1 as spdx

from licet_ontology.errors import UsageError
from licet_reasoning.plan import read_plan
from licet_service.bom_import import is_bom, plan_of_bom, read_bom

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

MERGE = "mlabonne/Daredevil-8B"
WORKS = (
    MERGE,
    "mlabonne/NeuralBeagle14-7B",  # a parent is missing
    "mistralai/Mistral-7B-v0.1",  # made from nothing
    "datasets/nvidia/OpenMathInstruct-1",  # made by a model
    "NousResearch/Nous-Hermes-Llama2-13b",
)


def bill(licet: Licet, work: str, format_: str) -> dict[str, Any]:
    answer = licet("export", work, "--format", format_)
    assert answer.status == 0
    found: dict[str, Any] = json.loads(answer.out)
    return found


################################################################ SPDX


@pytest.mark.parametrize("work", WORKS)
def test_spdx_is_valid_by_the_model_of_spdx(licet: Licet, work: str) -> None:
    document = bill(licet, work, "spdx3")
    read = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().read(io.BytesIO(json.dumps(document).encode()), read)
    assert not read.missing_ids
    # Written again, every property that the model demands must be there.
    spdx.JSONLDSerializer().write(read, io.BytesIO())
    [found] = read.foreach_type(spdx.SpdxDocument)
    assert isinstance(found, spdx.SpdxDocument)


@pytest.mark.parametrize("work", WORKS)
def test_each_package_has_one_declared_and_one_concluded_license(licet: Licet, work: str) -> None:
    graph = bill(licet, work, "spdx3")["@graph"]
    packages = [n["spdxId"] for n in graph if n["type"].endswith("Package")]
    assert packages
    for word in ("hasDeclaredLicense", "hasConcludedLicense"):
        related = [n["from"] for n in graph if n.get("relationshipType") == word]
        assert sorted(related) == sorted(packages)


def test_what_is_not_known_is_no_assertion(licet: Licet) -> None:
    graph = bill(licet, "mlabonne/NeuralBeagle14-7B", "spdx3")["@graph"]
    text = {
        n["spdxId"]: n["simplelicensing_licenseExpression"]
        for n in graph
        if n["type"] == "simplelicensing_LicenseExpression"
    }
    unknown = [n["spdxId"] for n in graph if "MissingWork" in n.get("comment", "")]
    assert unknown
    concluded = {
        n["from"]: text[n["to"][0]]
        for n in graph
        if n.get("relationshipType") == "hasConcludedLicense"
    }
    assert {concluded[package] for package in unknown} == {"NOASSERTION"}


def test_each_derivation_is_a_relationship(licet: Licet) -> None:
    graph = bill(licet, MERGE, "spdx3")["@graph"]
    merged = [n for n in graph if n.get("comment", "").endswith("#mergedFrom")]
    assert len(merged) == 9
    assert {n["relationshipType"] for n in merged} == {"descendantOf"}


################################################################ CycloneDX


@pytest.mark.parametrize("work", WORKS)
def test_cyclonedx_is_valid_by_its_schema(licet: Licet, work: str) -> None:
    text = json.dumps(bill(licet, work, "cyclonedx"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_the_pedigree_names_what_a_model_was_made_from(licet: Licet) -> None:
    component = bill(licet, MERGE, "cyclonedx")["metadata"]["component"]
    assert component["type"] == "machine-learning-model"
    assert len(component["pedigree"]["ancestors"]) == 9
    assert any("licenses" in one for one in component["pedigree"]["ancestors"])


def test_a_license_that_spdx_does_not_list_is_no_id(licet: Licet) -> None:
    document = bill(licet, "NousResearch/Nous-Hermes-Llama2-13b", "cyclonedx")
    told = [one["license"] for c in document["components"] for one in c.get("licenses", ())]
    assert {"LicenseRef-llama2"} <= {one.get("name") for one in told}
    assert not [one for one in told if str(one.get("id", "")).startswith("LicenseRef")]


################################################################ usage


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((MERGE, "--format", "pdf"), 2),
        ((MERGE, "--format", "nquads"), 2),
        ((MERGE, "--format", "spdx3", "--format", "cyclonedx"), 2),
        ((MERGE, "--force"), 2),
        (("--format", "spdx3"), 2),
        (("nobody/nothing",), 3),
    ],
)
def test_what_cannot_be_exported_says_so(
    licet: Licet, arguments: tuple[str, ...], status: int
) -> None:
    answer = licet("export", *arguments)
    assert answer.status == status
    assert answer.out == ""


################################################################ read back


@pytest.mark.parametrize("format_", ["spdx3", "cyclonedx"])
@pytest.mark.parametrize("work", WORKS)
def test_a_bill_is_read_back_as_the_plan_that_made_it(
    licet: Licet, tmp_path: Path, work: str, format_: str
) -> None:
    document = bill(licet, work, format_)
    plan = read_plan(plan_of_bom(document))
    assert plan.publish
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(document))
    answer = licet("plan", str(file), "--json")
    found = {
        finding["code"]
        for one in json.loads(answer.out)["assessments"]
        for finding in one["findings"]
    }
    told = {f["code"] for f in json.loads(licet("check", work, "--json").out)["findings"]}
    # What is an error of the work itself is one of the plan that made it.
    for code in ("llama-exclusive", "share-alike", "pass-through"):
        assert code in found or code not in told


@pytest.mark.parametrize("format_", ["spdx3", "cyclonedx"])
def test_a_license_that_is_not_settled_is_not_after_it_was_read_back(
    licet: Licet, tmp_path: Path, format_: str
) -> None:
    # The card names cc-by-sa-3.0 and "gfdl" without a version: the one is declared, and not all.
    work = "datasets/wikimedia/wikipedia"
    assert licet("check", work).status == 3
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(bill(licet, work, format_)))
    answer = licet("plan", str(file), "--json")
    assert answer.status == 3
    (one,) = json.loads(answer.out)["assessments"]
    assert "unidentified-license" in {f["code"] for f in one["findings"]}


def test_both_forms_amount_to_the_same_plan(licet: Licet) -> None:
    plans = [plan_of_bom(bill(licet, MERGE, format_)) for format_ in ("spdx3", "cyclonedx")]
    assert [len(plan["works"]) for plan in plans] == [len(plans[0]["works"])] * 2
    assert [sorted(a["do"] for a in plan["actions"]) for plan in plans] == [
        sorted(a["do"] for a in plans[0]["actions"])
    ] * 2


FOREIGN = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {
        "component": {
            "type": "machine-learning-model",
            "name": "tuned",
            "licenses": [{"license": {"id": "MIT"}}],
            "pedigree": {
                "ancestors": [
                    {
                        "type": "machine-learning-model",
                        "name": "base",
                        "purl": "pkg:huggingface/acme/base@abc123",
                        "licenses": [{"license": {"name": "llama3.1"}}],
                    }
                ]
            },
        }
    },
}


def test_a_bill_of_another_make_is_read_by_its_pedigree() -> None:
    plan = plan_of_bom(FOREIGN)
    [base] = plan["works"].values()
    assert base == {"type": "model", "name": "acme/base", "license": ["llama3.1"]}
    [action] = plan["actions"]
    assert action["do"] == "modify"
    assert action["license"] == ["MIT"]


def cyclonedx_of(**component: object) -> dict[str, Any]:
    described = {"type": "machine-learning-model", "name": "tuned", **component}
    return {"bomFormat": "CycloneDX", "metadata": {"component": described}}


def model(name: str, license_: str, **more: object) -> dict[str, object]:
    licenses = [{"license": {"id": license_}}]
    return {"type": "machine-learning-model", "name": name, "licenses": licenses, **more}


@pytest.mark.parametrize(
    "component",
    [
        {
            "pedigree": {
                "ancestors": [
                    model("o/a", "MIT", pedigree={"ancestors": [model("o/b", "CC-BY-NC-4.0")]})
                ]
            }
        },
        {"pedigree": {"ancestors": [model("", "MIT"), model("", "CC-BY-NC-4.0")]}},
        {"pedigree": {"ancestors": [model("o/a", "MIT"), model("o/a", "CC-BY-NC-4.0")]}},
        {"pedigree": {"ancestors": [{**model("o/a", "CC-BY-NC-4.0"), "type": "application"}]}},
    ],
)
def test_no_ancestor_of_a_bill_is_passed_over(component: dict[str, object]) -> None:
    works = plan_of_bom(cyclonedx_of(**component))["works"].values()
    assert any("CC-BY-NC-4.0" in work["license"] for work in works)


def test_data_without_a_component_is_data_without_a_license() -> None:
    card = {"modelParameters": {"datasets": [{"type": "dataset", "name": "o/d"}]}}
    plan = plan_of_bom(cyclonedx_of(modelCard=card))
    assert [*plan["works"].values()] == [{"type": "dataset", "name": "o/d"}]
    assert plan["actions"][0]["on"] == ["w1"]


def test_a_license_without_a_name_is_not_none() -> None:
    ancestor = model("o/a", "MIT")
    ancestor["licenses"] = [{"license": {"id": "MIT"}}, {"license": {"text": {"content": "…"}}}]
    plan = plan_of_bom(cyclonedx_of(pedigree={"ancestors": [ancestor]}))
    assert [len(work["license"]) for work in plan["works"].values()] == [2]


def spdx_of(*nodes: dict[str, Any], roots: list[str]) -> dict[str, object]:
    sbom = {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": roots}
    return {"@context": "https://spdx.org/x", "@graph": [sbom, *nodes]}


def test_what_a_model_descends_from_counts_whatever_it_is_called() -> None:
    nodes: tuple[dict[str, Any], ...] = (
        {"type": "ai_AIPackage", "spdxId": "urn:a", "name": "a"},
        {"type": "software_Package", "spdxId": "urn:b", "name": "o/b"},
        {
            "type": "Relationship",
            "spdxId": "urn:r",
            "relationshipType": "descendantOf",
            "from": "urn:a",
            "to": ["urn:b"],
        },
    )
    assert plan_of_bom(spdx_of(*nodes, roots=["urn:a"]))["works"] == {
        "w1": {"type": "model", "name": "o/b"}
    }


def test_a_bill_of_several_works_is_refused() -> None:
    nodes: list[dict[str, Any]] = [
        {"type": "ai_AIPackage", "spdxId": f"urn:{n}", "name": n} for n in "ab"
    ]
    with pytest.raises(UsageError, match="several works"):
        plan_of_bom(spdx_of(*nodes, roots=["urn:a", "urn:b"]))


def test_a_bill_in_a_circle_is_refused() -> None:
    graph = [
        {"type": "ai_AIPackage", "spdxId": "urn:a", "name": "a"},
        {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:a"]},
        {"type": "ai_AIPackage", "spdxId": "urn:b", "name": "b"},
        *(
            {
                "type": "Relationship",
                "spdxId": f"urn:{child}{parent}",
                "relationshipType": "descendantOf",
                "from": f"urn:{child}",
                "to": [f"urn:{parent}"],
            }
            for child, parent in ("ab", "ba")
        ),
    ]
    with pytest.raises(UsageError, match="made from itself"):
        plan_of_bom({"@context": "https://spdx.org/x", "@graph": graph})


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"bomFormat": "CycloneDX"}', b"\xff"])
def test_what_is_no_bill_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        read_bom(data)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["metadata", "component", "components", "type", "name", "licenses"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=JUNK)
def test_no_junk_breaks_the_reading(value: object) -> None:
    for wrapped in ({"bomFormat": "CycloneDX", "metadata": value, "components": value}, value):
        if is_bom(wrapped):
            try:
                read_plan(plan_of_bom(wrapped))
            except UsageError:
                continue
