"""Why a clause binds a work: each reason names ancestor, path, axiom and words of the license."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from pyoxigraph import Store

from licet_ontology.errors import UnknownWorkError
from licet_ontology.terms import BASE
from licet_reasoning.explain import (
    ANCESTORS_LISTED,
    ExplainedFinding,
    Explainer,
    Explanation,
    Imposition,
    Reason,
    Step,
    Term,
)
from licet_reasoning.impositions import STEPS_LISTED
from licet_reasoning.quotient import compile_reading

if TYPE_CHECKING:
    from tests.reasoning.conftest import Built

WORKS: dict[str, str | tuple[str, ...]] = {}
STEPS: list[tuple[str, str, str]] = []


def world(
    owner: str,
    works: dict[str, str | tuple[str, ...]],
    *steps: str,
    datasets: tuple[str, ...] = (),
) -> None:
    """Put a world beside the others, so that one build serves all.

    Args:
        owner: Of all of its works.
        works: Licenses, or names of gaps, of models and datasets by name.
        steps: As ``child relation parent``.
        datasets: Which of the names are datasets; the others are models.
    """

    def work(name: str) -> str:
        return f"{'dataset' if name in datasets else 'model'}/{owner}/{name}"

    WORKS.update({work(name): stated for name, stated in works.items()})
    for step in steps:
        child, relation, parent = step.split()
        STEPS.append((work(child), relation, work(parent)))


class Explain(Protocol):
    """Explains a work of the worlds of this file."""

    def __call__(self, work: str, reading: str = "cautious") -> Explanation: ...


@pytest.fixture(scope="module")
def explain(built: Built) -> Explain:
    store = Store.read_only(str(built(WORKS, STEPS).store))

    def explain_work(work: str, reading: str = "cautious") -> Explanation:
        kind = "" if work.startswith("dataset/") else "model/"
        return Explainer(store, compile_reading(reading)).explain(f"{BASE}{kind}{work}")

    return explain_work


def obligation(explanation: Explanation, clause: str) -> Reason:
    """Return the reason of an obligation, by license and slug of its clause."""
    [reason] = [r for r in explanation.obligations if r.term.iri == f"{BASE}clause/{clause}"]
    return reason


def clauses(explanation: Explanation) -> list[str]:
    return [r.term.iri.removeprefix(f"{BASE}clause/") for r in explanation.obligations]


def finding(explanation: Explanation, code: str) -> ExplainedFinding:
    [found] = [f for f in explanation.findings if f.code == code]
    return found


def codes(explanation: Explanation, *severities: str) -> set[str]:
    return {f.code for f in explanation.findings if f.severity in severities}


def imposition(work: str, axiom: str, path: tuple[Step, ...]) -> Imposition:
    """Return an imposition under a reading in which every license has every force."""
    force = ("license ⊑ termsOnUse ⊑ termsOnCopying", "license ⊑ termsOnUse", "")[
        0 if "termsOnCopying" in axiom else 1 if "termsOnUse" in axiom else 2
    ]
    return Imposition(work, axiom, path, force=force, steps=len(path))


ON_DERIVATIVE = "inheritsAsWhole ⊒ derivativeOf ∘ termsOnCopying ∘ onDerivative"

################################################################ obligations

world(
    "chain",
    {"base": "llama3", "tuned": "apache-2.0", "quantized": "mit"},
    "tuned finetunedFrom base",
    "quantized quantizedFrom tuned",
)


def test_an_inherited_clause_names_the_ancestor_the_path_and_the_axiom(explain: Explain) -> None:
    assert obligation(explain("chain/quantized"), "llama3/naming").imposed_by == (
        imposition(
            "model/chain/base",
            ON_DERIVATIVE,
            (
                Step("model/chain/quantized", "quantizedFrom", "model/chain/tuned"),
                Step("model/chain/tuned", "finetunedFrom", "model/chain/base"),
            ),
        ),
    )


def test_an_inherited_clause_is_quoted_with_section_hash_and_parameters(explain: Explain) -> None:
    term = obligation(explain("chain/quantized"), "llama3/naming").term
    assert term.definition
    assert term.remedy
    assert term == Term(
        iri="https://w3id.org/licet/clause/llama3/naming",
        type="clause",
        kind="naming",
        label="Begin the model's name with “Llama 3”",
        definition=term.definition,
        license="Meta Llama 3 Community License Agreement",
        section="1(b)(i)",
        quote="you shall also include “Llama 3” at the beginning of any such AI model name",
        text_sha256="6b944a0ba36a8f1dca9353176864c8fa0a255d450ab143ce8e161b2289d954a4",
        remedy=term.remedy,
        parameters=(("namePrefix", "Llama 3"),),
        license_iri=f"{BASE}license/llama3",
    )


def test_a_clause_of_the_works_own_license_is_imposed_by_the_work_itself(explain: Explain) -> None:
    assert obligation(explain("chain/quantized"), "mit/attribution").imposed_by == (
        imposition("model/chain/quantized", "boundBy ⊒ termsOnCopying ∘ onCopy", ()),
    )


def test_inherited_clauses_come_before_those_of_the_work_itself(explain: Explain) -> None:
    own = [clause.startswith("mit/") for clause in clauses(explain("chain/quantized"))]
    assert any(own)
    assert own == sorted(own)


def test_an_explanation_says_which_work_which_reading_and_which_licenses(explain: Explain) -> None:
    explanation = explain("chain/quantized", "text")
    assert explanation.work == "model/chain/quantized"
    assert explanation.reading == "text"
    assert explanation.licenses == ("MIT License",)
    assert explanation.situation.startswith("https://w3id.org/licet/situation/")


def test_a_work_made_from_nothing_is_bound_by_its_own_license_alone(explain: Explain) -> None:
    explanation = explain("chain/base")
    assert {clause.partition("/")[0] for clause in clauses(explanation)} == {"llama3"}
    assert all(
        i.work == "model/chain/base" and i.path == ()
        for reason in explanation.obligations
        for i in reason.imposed_by
    )


world(
    "paths",
    {"base": "gpl-3.0", "near": "gpl-3.0", "far": "gpl-3.0", "child": "mit"},
    "child finetunedFrom base",
    "child mergedFrom near",
    "near finetunedFrom base",
    "near finetunedFrom far",
    "far finetunedFrom base",
)


def test_of_several_paths_to_an_ancestor_the_shortest_is_shown(explain: Explain) -> None:
    reason = obligation(explain("paths/child"), "gpl-3.0/share-alike")
    near = Step("model/paths/child", "mergedFrom", "model/paths/near")
    assert reason.imposed_by == (
        imposition(
            "model/paths/base",
            ON_DERIVATIVE,
            (Step("model/paths/child", "finetunedFrom", "model/paths/base"),),
        ),
        imposition("model/paths/near", ON_DERIVATIVE, (near,)),
        imposition(
            "model/paths/far",
            ON_DERIVATIVE,
            (near, Step("model/paths/near", "finetunedFrom", "model/paths/far")),
        ),
    )


world(
    "merge",
    {"one": "gemma", "two": "gemma", "free": "mit", "child": "gemma"},
    "child mergedFrom two",
    "child mergedFrom one",
    "child mergedFrom free",
)


def test_a_merge_names_every_parent_that_imposes_a_clause(explain: Explain) -> None:
    reason = obligation(explain("merge/child"), "gemma/pass-through")
    assert [i for i in reason.imposed_by if i.path] == [
        imposition(
            f"model/merge/{name}",
            ON_DERIVATIVE,
            (Step("model/merge/child", "mergedFrom", f"model/merge/{name}"),),
        )
        for name in ("one", "two")
    ]


world(
    "data",
    {"teacher": "llama3", "answers": "mit", "student": "mit"},
    "answers generatedBy teacher",
    "student trainedOn answers",
    datasets=("answers",),
)


def test_terms_on_output_bind_a_dataset_that_a_model_generated(explain: Explain) -> None:
    reason = obligation(explain("dataset/data/answers"), "llama3/output-improvement-ban")
    assert reason.imposed_by == (
        imposition(
            "model/data/teacher",
            "inheritsAsWhole ⊒ generatedBy ∘ termsOnUse ∘ onOutput",
            (Step("dataset/data/answers", "generatedBy", "model/data/teacher"),),
        ),
    )


def test_terms_on_extracted_models_reach_a_student_through_the_dataset(explain: Explain) -> None:
    reason = obligation(explain("data/student"), "llama3/output-improvement-ban")
    assert reason.imposed_by == (
        imposition(
            "model/data/teacher",
            "inheritsAsWhole ⊒ extractedFrom ∘ termsOnUse ∘ onExtracted",
            (
                Step("model/data/student", "trainedOn", "dataset/data/answers"),
                Step("dataset/data/answers", "generatedBy", "model/data/teacher"),
            ),
        ),
    )


world(
    "bundle",
    {"expert": "gpl-3.0", "mixture": "mit"},
    "mixture bundles expert",
)


def test_the_terms_of_a_part_are_said_to_bind_for_that_part(explain: Explain) -> None:
    reason = obligation(explain("bundle/mixture"), "gpl-3.0/license-copy")
    assert reason.imposed_by == (
        imposition(
            "model/bundle/expert",
            "inheritsForPart ⊒ conveys ∘ termsOnCopying ∘ onCopy",
            (Step("model/bundle/mixture", "bundles", "model/bundle/expert"),),
        ),
    )


world(
    "circle",
    {"one": "gpl-3.0", "two": "gpl-3.0", "itself": "gpl-3.0"},
    "one finetunedFrom two",
    "two finetunedFrom one",
    "itself finetunedFrom itself",
)


def test_a_circle_of_derivations_is_walked_once(explain: Explain) -> None:
    reason = obligation(explain("circle/one"), "gpl-3.0/share-alike")
    there = Step("model/circle/one", "finetunedFrom", "model/circle/two")
    back = Step("model/circle/two", "finetunedFrom", "model/circle/one")
    assert [i for i in reason.imposed_by if i.work == "model/circle/two"] == [
        imposition("model/circle/two", ON_DERIVATIVE, (there,))
    ]
    [own] = [i for i in reason.imposed_by if i.work == "model/circle/one"]
    assert own.path in {(), (there, back)}


def test_a_work_derived_from_itself_is_explained(explain: Explain) -> None:
    reason = obligation(explain("circle/itself"), "gpl-3.0/share-alike")
    assert {i.work for i in reason.imposed_by} == {"model/circle/itself"}


################################################################ findings

world(
    "gaps",
    {
        "unlicensed": "NoLicense",
        "unnamed": "UnidentifiedLicense",
        "middle": "mit",
        "child": "mit",
        "own": "NoLicense",
        "orphan": "mit",
    },
    "middle finetunedFrom unlicensed",
    "child mergedFrom middle",
    "child mergedFrom unnamed",
    "orphan finetunedFrom deleted",
)


def test_a_gap_upstream_names_the_work_that_has_it(explain: Explain) -> None:
    found = finding(explain("gaps/child"), "no-license")
    assert found.severity == "unknown"
    assert found.remedy
    assert found.because.term.iri == "https://w3id.org/licet/ns#NoLicense"
    assert found.because.term.type == "circumstance"
    assert found.because.term.label == "no license stated"
    assert found.because.imposed_by == (
        imposition(
            "model/gaps/unlicensed",
            "drawsOn",
            (
                Step("model/gaps/child", "mergedFrom", "model/gaps/middle"),
                Step("model/gaps/middle", "finetunedFrom", "model/gaps/unlicensed"),
            ),
        ),
    )


def test_each_gap_upstream_is_a_finding_of_its_own(explain: Explain) -> None:
    found = finding(explain("gaps/child"), "unidentified-license")
    assert [i.work for i in found.because.imposed_by] == ["model/gaps/unnamed"]


def test_a_gap_of_the_work_itself_is_its_own(explain: Explain) -> None:
    found = finding(explain("gaps/own"), "no-license")
    assert found.because.imposed_by == (imposition("model/gaps/own", "", ()),)


def test_a_parent_that_is_not_in_the_graph_is_unknown_and_named(explain: Explain) -> None:
    explanation = explain("gaps/orphan")
    found = finding(explanation, "missing-parent")
    assert found.severity == "unknown"
    assert found.because.imposed_by == (
        imposition(
            "model/gaps/deleted",
            "drawsOn",
            (Step("model/gaps/orphan", "finetunedFrom", "model/gaps/deleted"),),
        ),
    )
    assert explanation.has_unknowns
    assert not explanation.has_errors


def test_a_work_with_nothing_wrong_upstream_has_no_error_and_no_unknown(explain: Explain) -> None:
    explanation = explain("gaps/unlicensed")
    assert explanation.has_unknowns
    explanation = explain("merge/free")
    assert not explanation.has_unknowns
    assert not explanation.has_errors


world(
    "llama",
    {"llama": "llama3", "other": "apache-2.0", "merged": "llama3", "dropped": "apache-2.0"},
    "merged mergedFrom llama",
    "merged mergedFrom other",
    "dropped finetunedFrom llama",
)


def test_a_merge_beyond_the_lineage_of_llama_names_the_model_outside(explain: Explain) -> None:
    found = finding(explain("llama/merged"), "llama-exclusive")
    assert found.severity == "error"
    assert found.because.term.iri == f"{BASE}clause/llama3/output-improvement-ban"
    [against] = found.against
    assert against.term.iri == "https://w3id.org/licet/ns#OutsideLineage"
    assert against.imposed_by == (
        imposition(
            "model/llama/other",
            "derivativeOf",
            (Step("model/llama/merged", "mergedFrom", "model/llama/other"),),
        ),
    )


def test_a_license_dropped_rests_on_the_clause_upstream_and_stands_against_ones_own(
    explain: Explain,
) -> None:
    explanation = explain("llama/dropped")
    found = finding(explanation, "llama-exclusive")
    assert explanation.has_errors
    assert [(i.work, len(i.path)) for i in found.because.imposed_by] == [("model/llama/llama", 1)]
    [against] = found.against
    assert against.term.iri == f"{BASE}license/apache-2.0"
    assert against.imposed_by == (imposition("model/llama/dropped", "", ()),)


world(
    "nd",
    {"fixed": "cc-by-nc-nd-4.0", "gguf": "cc-by-nc-nd-4.0", "tuned": "cc-by-nc-nd-4.0"},
    "gguf quantizedFrom fixed",
    "tuned finetunedFrom fixed",
)


def test_the_readings_differ_on_a_quantization_of_what_may_not_be_adapted(
    explain: Explain,
) -> None:
    cautious, text = explain("nd/gguf", "cautious"), explain("nd/gguf", "text")
    assert finding(cautious, "no-derivatives").because.imposed_by == (
        imposition(
            "model/nd/fixed",
            "inheritsAsWhole ⊒ adaptationOf ∘ termsOnCopying ∘ onAdaptation",
            (Step("model/nd/gguf", "quantizedFrom", "model/nd/fixed"),),
        ),
    )
    assert "cc-by-nc-nd-4.0/no-derivatives" in clauses(cautious)
    assert "no-derivatives" not in codes(text, "error", "warning", "unknown", "notice")
    assert "cc-by-nc-nd-4.0/no-derivatives" not in clauses(text)


@pytest.mark.parametrize("reading", ["cautious", "text"])
def test_the_readings_agree_on_a_fine_tune_of_what_may_not_be_adapted(
    explain: Explain, reading: str
) -> None:
    assert "no-derivatives" in codes(explain("nd/tuned", reading), "error")


################################################################ much, doubtful, left open

world(
    "long",
    {"w0": "llama3", **{f"w{i}": "gpl-3.0" for i in range(1, 131)}},
    *(f"w{i} finetunedFrom w{i - 1}" for i in range(1, 131)),
)


def test_of_many_works_that_impose_a_term_the_nearest_are_listed_and_all_are_counted(
    explain: Explain,
) -> None:
    reason = obligation(explain("long/w130"), "gpl-3.0/share-alike")
    assert reason.works == 129
    assert [i.work for i in reason.imposed_by] == [
        f"model/long/w{i}" for i in range(129, 129 - ANCESTORS_LISTED, -1)
    ]


def test_of_a_long_path_both_ends_are_shown_and_all_steps_are_counted(explain: Explain) -> None:
    [only] = obligation(explain("long/w130"), "llama3/naming").imposed_by
    assert only.steps == 130
    assert len(only.path) == STEPS_LISTED
    assert only.path[0].child == "model/long/w130"
    assert only.path[-1].parent == "model/long/w0"


world(
    "doubt",
    {"rail": "creativeml-openrail-m", "tuned": "mit"},
    "tuned finetunedFrom rail",
)


def test_a_term_in_doubt_names_the_works_it_comes_from_and_the_ground_of_its_force(
    explain: Explain,
) -> None:
    explanation = explain("doubt/tuned", "weights-not-copyrightable")
    [reason] = [r for r in explanation.in_doubt if r.term.kind == "pass-through"][:1]
    [rail] = reason.imposed_by
    assert (rail.work, rail.in_doubt) == ("model/doubt/rail", True)
    assert rail.force == "licensePerhapsByContract ⊑ termsInDoubt"
    question = finding(explanation, "use-restrictions")
    assert (question.open, question.severity) == (True, "unknown")
    assert question.because.imposed_by[0].work == "model/doubt/rail"
    assert question.left_open_when == "The reading leaves open whether the term binds."


world(
    "open",
    {"base": "gpl-3.0", "quiet": "NoLicense", "merged": "gpl-3.0", "shy": "NoLicense"},
    "merged mergedFrom base",
    "merged mergedFrom quiet",
    "shy finetunedFrom base",
)


def test_an_open_question_names_the_gap_that_leaves_it_open_and_whose_it_is(
    explain: Explain,
) -> None:
    [upstream] = finding(explain("open/merged"), "gnu-freedom").left_open_by
    assert upstream.term.iri == "https://w3id.org/licet/ns#NoLicense"
    assert [i.work for i in upstream.imposed_by] == ["model/open/quiet"]
    [own] = finding(explain("open/shy"), "share-alike").left_open_by
    assert [i.work for i in own.imposed_by] == ["model/open/shy"]


def test_a_finding_names_its_rule_and_what_was_looked_for_and_not_found(explain: Explain) -> None:
    found = finding(explain("llama/dropped"), "llama-exclusive")
    assert found.rule == "findings/llama-exclusive.rq"
    assert found.evidence
    looks = {look.what: look.found for look in found.evidence.looks}
    text = "the text of Meta Llama 3 Community License Agreement among the files that were read"
    assert looks[text] == ()
    assert looks["upstream works named as bases or data"] == ("model/llama/llama",)


def test_what_no_snapshot_holds_was_not_looked_for(explain: Explain) -> None:
    evidence = obligation(explain("chain/quantized"), "apache-2.0/notice-file").evidence
    assert evidence
    assert [(look.visible, look.found) for look in evidence.looks] == [(False, ())]


################################################################ works that nothing is known of


@pytest.mark.parametrize("work", ["nobody/nothing", "dataset/nd/fixed", "gaps/deleted", ""])
def test_a_work_that_is_not_in_the_graph_cannot_be_explained(explain: Explain, work: str) -> None:
    with pytest.raises(UnknownWorkError, match="is not in the graph, so nothing is known of it"):
        explain(work)


################################################################ what is remembered


world(
    "alike",
    {"base": "llama3.1", "Llama-3.1-one": "NoLicense", "other": "NoLicense"},
    "Llama-3.1-one finetunedFrom base",
    "other finetunedFrom base",
)


def test_what_is_said_of_a_work_does_not_rest_on_what_was_said_of_one_like_it(
    explain: Explain, built: Built
) -> None:
    first, second = explain("alike/Llama-3.1-one"), explain("alike/other")
    assert "naming" not in codes(first, "error")
    assert "naming" in codes(second, "error")
    store = Store.read_only(str(built(WORKS, STEPS).store))
    alone = Explainer(store, compile_reading("cautious")).explain(f"{BASE}model/alike/other")
    assert alone == second


def test_another_store_is_asked_anew(explain: Explain) -> None:
    explain("alike/other")
    explainer = Explainer(Store(), compile_reading("cautious"))
    with pytest.raises(UnknownWorkError):
        explainer.explain(f"{BASE}model/alike/other")
