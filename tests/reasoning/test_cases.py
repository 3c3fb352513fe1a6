"""Worked cases from the literature, judged from the texts of the licenses.

ModelGo (Duan et al., WWW 2024), its tool MG Analyzer (WWW 2026), and questions that people have
asked in public. Where our outcome differs from a published one, the test says which words of a
license make it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.reasoning.planned import answers, asked, codes, grounds, items, judged, report_on

from licet_ontology.terms import license_iri

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

CC_NC_SA = "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International"
CC_NC_ND = "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International"
GPL = "GNU General Public License v3.0"


MODELGO_1A = """
works:
  arxiv: {type: dataset, license: cc-by-nc-sa-4.0}
  stackexchange: {type: dataset, license: cc-by-sa-4.0}
  freelaw: {type: dataset, license: cc-by-nd-4.0}
  deep-sequoia: {type: dataset, license: lgpl-lr}
  bigtranslate: {license: gpl-3.0}
actions:
  - {do: embed, of: arxiv, by: bigtranslate, makes: arxiv-embedded}
  - {do: embed, of: stackexchange, by: bigtranslate, makes: stack-embedded}
  - {do: combine, of: [arxiv-embedded, stack-embedded, deep-sequoia, freelaw], makes: corpus}
publish:
  - {work: corpus, how: sell, form: data}
  - {work: arxiv-embedded, how: share}
  - {work: stack-embedded, how: share}
"""


def test_modelgo_1a_embedded_works_carry_the_licenses_of_their_text(prepared: Compiled) -> None:
    _, arxiv, stack = report_on(prepared, MODELGO_1A).assessments
    assert {id_ for id_, answer in answers(arxiv).items() if answer == "may"} == {"cc-by-nc-sa-4.0"}
    assert "cc-by-sa-4.0" in {id_ for id_, answer in answers(stack).items() if answer == "may"}


def test_modelgo_1a_the_corpus_is_not_to_be_sold(prepared: Compiled) -> None:
    corpus = judged(prepared, MODELGO_1A)
    assert (CC_NC_SA, "2(a)(1)(A)-(B)") in grounds(corpus, "non-commercial")
    assert codes(corpus) == {"non-commercial"}


def test_modelgo_1a_a_collection_may_hold_freelaw_unchanged(prepared: Compiled) -> None:
    # Published: FreeLaw may not be redistributed. CC BY-ND 4.0, section 2(a)(1), withholds the
    # sharing of adapted material alone, and the collection holds the work as it is.
    corpus = judged(prepared, MODELGO_1A)
    assert "no-derivatives" not in codes(corpus)
    assert {"attribution", "license-copy"} <= asked(corpus, "cc-by-nd-4.0")
    changed = MODELGO_1A.replace(
        "combine, of: [arxiv-embedded, stack-embedded, deep-sequoia, freelaw]",
        "modify, of: freelaw",
    )
    assert "no-derivatives" in codes(judged(prepared, changed))


def test_modelgo_1a_deep_sequoia_may_be_sold(prepared: Compiled) -> None:
    # Published: no commercial use of Deep-sequoia. LGPL-LR, section 2, lets a fee be charged for
    # transferring a copy, and no clause of it excludes commercial use.
    sequoia = {
        (right.right, right.status)
        for right in judged(prepared, MODELGO_1A).rights
        if right.work == "deep-sequoia"
    }
    assert ("commercial-use", "granted") in sequoia
    assert "non-commercial" not in asked(judged(prepared, MODELGO_1A), "lgpl-lr")


MODELGO_2A = """
works:
  baize: {license: gpl-3.0}
  bloom: {license: bigscience-bloom-rail-1.0}
  bert: {license: apache-2.0}
  wikipedia: {type: dataset, license: cc-by-sa-4.0}
actions:
  - {do: fine-tune, of: bert, on: wikipedia, makes: tuned}
  - {do: combine, of: [baize, bloom, tuned], makes: experts}
publish: {work: experts, how: sell, form: service}
"""


def test_modelgo_2a_the_service_passes_on_what_bloom_restricts(prepared: Compiled) -> None:
    experts = judged(prepared, MODELGO_2A)
    assert {"use-restriction", "runtime-restriction", "pass-through", "license-copy"} <= asked(
        experts, "bigscience-bloom-rail-1.0"
    )
    assert "use-restrictions" in codes(experts, "warning")


def test_modelgo_2a_a_service_conveys_no_gpl_work(prepared: Compiled) -> None:
    # Published: BLOOM's RAIL cannot be combined under GPL-3.0, and source must be disclosed.
    # GPL-3.0, section 0: interaction through a network is not conveying, and sections 5, 6 and 10
    # ask something of who conveys. Handed over as one merged work, the two do exclude each other.
    experts = judged(prepared, MODELGO_2A)
    assert not codes(experts)
    assert asked(experts, "gpl-3.0") <= {"acceptance", "termination", "patent-retaliation"}
    (source,) = (
        item
        for item in items(experts)
        if item.clause.kind == "source-disclosure" and item.clause.license == GPL
    )
    assert source.status == "not-triggered"
    assert "not conveying" in source.why
    merged = MODELGO_2A.replace("combine", "merge").replace("form: service", "form: weights")
    assert (GPL, "10") in grounds(judged(prepared, merged), "gnu-freedom")
    assert "source-disclosure" in asked(judged(prepared, merged), "gpl-3.0")


MODELGO_3 = """
works:
  jamendo: {type: dataset, license: cc-by-nc-nd-4.0}
  whisper: {license: mit}
  stable-diffusion: {license: creativeml-openrail-m}
  i2vgen-xl: {license: cc-by-nc-nd-4.0}
actions:
  - {do: generate, by: whisper, of: jamendo, makes: text}
  - {do: generate, by: stable-diffusion, of: text, makes: image}
  - {do: generate, by: i2vgen-xl, of: image, makes: video}
publish: {work: video, how: sell, form: output}
"""


def test_modelgo_3_what_is_generated_escapes_no_derivatives_but_not_openrail(
    prepared: Compiled,
) -> None:
    video = judged(prepared, MODELGO_3)
    assert "no-derivatives" not in codes(video) | codes(video, "unknown")
    assert {"use-restriction", "runtime-restriction"} <= asked(video, "creativeml-openrail-m")


def test_modelgo_3_who_sells_runs_the_last_model_commercially(prepared: Compiled) -> None:
    # Published: no error. CC BY-NC-ND 4.0, section 2(a)(1), lets the licensed material be
    # reproduced for non-commercial purposes only: to run I2VGen-XL, and to feed Jamendo's music,
    # in order to sell what comes out reproduces both for a commercial one.
    video = judged(prepared, MODELGO_3)
    (finding,) = (f for f in video.findings if f.code == "non-commercial")
    assert finding.severity == "error"
    assert (finding.because.term.license, finding.because.term.section) == (
        CC_NC_ND,
        "2(a)(1)(A)-(B)",
    )
    assert {one.work for one in finding.because.imposed_by} == {"jamendo", "i2vgen-xl"}
    shared = judged(prepared, MODELGO_3.replace("how: sell", "how: share, purpose: non-commercial"))
    assert not codes(shared)


MODELGO_4B = """
works:
  bloom: {license: bigscience-bloom-rail-1.0}
  bert: {license: apache-2.0}
  wikipedia: {type: dataset, license: cc-by-sa-4.0}
  llama2: {license: llama2}
  bigtranslate: {license: gpl-3.0}
actions:
  - {do: distill, of: bloom, student: bert, on: wikipedia, makes: small}
  - {do: merge, of: [small, llama2, bigtranslate], makes: fused}
publish: {work: fused, how: sell, form: weights}
"""


def test_modelgo_4b_llama_2_is_incompatible_with_gpl(prepared: Compiled) -> None:
    fused = judged(prepared, MODELGO_4B)
    assert {"gnu-freedom", "incompatible-terms", "llama-exclusive"} <= codes(fused)
    assert (GPL, "10") in grounds(fused, "gnu-freedom")
    assert set(answers(fused).values()) == {"may not"}


def test_modelgo_4b_both_lists_of_restrictions_and_the_statement_of_changes_follow(
    prepared: Compiled,
) -> None:
    fused = judged(prepared, MODELGO_4B)
    assert "use-restriction" in asked(fused, "bigscience-bloom-rail-1.0")
    assert "use-restriction" in asked(fused, "llama2")
    assert {"state-changes", "source-disclosure", "share-alike"} <= asked(fused, "gpl-3.0")
    assert "state-changes" in asked(fused, "apache-2.0")


@pytest.mark.parametrize("do", ["combine", "merge"])
def test_mg_analyzer_i_agpl_and_gpl_as_a_service(prepared: Compiled, do: str) -> None:
    # Published: under AGPL-3.0, and for both license, notice, changes and source. GPL-3.0,
    # section 0, and AGPL-3.0, section 0: a service is not conveying, so that of all these only
    # AGPL-3.0, section 13, asks for something, and that of who modified the work.
    both = judged(
        prepared,
        f"""
works:
  affero: {{license: agpl-3.0}}
  gnu: {{license: gpl-3.0}}
actions: [{{do: {do}, of: [affero, gnu], makes: both}}]
publish: {{work: both, how: sell, form: service}}
""",
    )
    assert not codes(both)
    assert "license-type-mismatch" in codes(both, "warning")
    assert asked(both, "gpl-3.0") <= {"acceptance", "termination", "patent-retaliation"}
    offered = {
        item.clause.section: item.status
        for item in items(both)
        if item.clause.kind == "source-disclosure" and "Affero" in item.clause.license
    }
    assert offered["13"] == ("applies" if do == "merge" else "not-triggered")


def test_mg_analyzer_i_handed_over_the_merged_work_is_under_agpl(prepared: Compiled) -> None:
    both = judged(
        prepared,
        """
works:
  affero: {license: agpl-3.0}
  gnu: {license: gpl-3.0}
actions: [{do: merge, of: [affero, gnu], makes: both}]
publish: {work: both, how: sell, form: binary}
""",
    )
    assert {id_ for id_, answer in answers(both).items() if answer == "may"} == {"agpl-3.0"}
    for license_ in ("agpl-3.0", "gpl-3.0"):
        assert {"license-copy", "attribution", "state-changes", "source-disclosure"} <= asked(
            both, license_
        )


def test_mg_analyzer_ii_an_unmodified_agpl_model_as_a_service(prepared: Compiled) -> None:
    served = judged(
        prepared,
        """
works:
  affero: {license: agpl-3.0}
publish: {work: affero, how: sell, form: service}
""",
    )
    assert not codes(served)
    assert "source-disclosure" not in asked(served, "agpl-3.0")
    assert "license-type-mismatch" in codes(served, "warning")


@pytest.mark.parametrize("license_", ["mg-by-sa-2.0", "mg-by-os-1.0"])
def test_mg_analyzer_iii_a_copyleft_modelgo_model(prepared: Compiled, license_: str) -> None:
    service, output = report_on(
        prepared,
        f"""
works:
  copyleft: {{license: {license_}}}
publish:
  - {{work: copyleft, how: sell, form: service}}
  - {{work: copyleft, how: sell, form: output}}
""",
    ).assessments
    assert {"license-copy", "attribution", "source-disclosure"} <= asked(service, license_)
    assert not codes(output)
    # Published: nothing. MG-BY-OS 1.0, section 2(c), asks that output be acknowledged as made
    # with the model; of MG-BY-SA 2.0 the outcome stands.
    duties = {item.clause.kind for item in output.duties if item.status != "not-triggered"}
    assert duties == ({"output-dataset-notice"} if license_ == "mg-by-os-1.0" else set())


MERGES = [
    # Conflict: further restrictions, GPL-3.0 section 10. Tools: undefined, or another error.
    ("gpl-3.0", "bigscience-openrail-m", set[str](), "gnu-freedom"),
    # GPL-3.0, section 7: the terms of Apache-2.0 are additional terms that it allows.
    ("gpl-3.0", "apache-2.0", {"gpl-3.0"}, ""),
    # Conflict: CC BY 4.0, section 2(a)(5)(C), no downstream restrictions.
    ("cc-by-4.0", "bigscience-openrail-m", set[str](), "cc-freedom"),
    ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", {"cc-by-nc-sa-4.0"}, ""),
    ("cc-by-nc-nd-4.0", "apache-2.0", set[str](), "no-derivatives"),
    # Llama 2, section 1(b)(v): not to improve any other large language model.
    ("llama2", "apache-2.0", set[str](), "llama-exclusive"),
    ("apache-2.0", "mit", {"apache-2.0", "mit"}, ""),
    ("bigscience-openrail-m", "apache-2.0", {"bigscience-openrail-m"}, ""),
]


@pytest.mark.parametrize(("one", "other", "may", "code"), MERGES)
def test_merging_two_models_and_sharing_the_result(
    prepared: Compiled, one: str, other: str, may: set[str], code: str
) -> None:
    merged = judged(
        prepared,
        f"""
works:
  one: {{license: {one}}}
  other: {{license: {other}}}
actions: [{{do: merge, of: [one, other], makes: merged}}]
publish: {{work: merged, how: share, purpose: non-commercial}}
""",
    )
    found = {id_ for id_, answer in answers(merged).items() if answer == "may"}
    assert may <= found
    assert bool(found) == bool(may)
    assert (code in codes(merged)) == bool(code)


def test_a_plain_fine_tune_of_llama_2_improves_no_other_model(prepared: Compiled) -> None:
    tuned = judged(
        prepared,
        """
works:
  base: {license: llama2}
actions: [{do: fine-tune, of: base, makes: tuned}]
publish: {work: tuned, how: share, license: llama2}
""",
    )
    assert not codes(tuned)


def test_modelgo_as_obligations_verbatim_derivative_and_extracted(prepared: Compiled) -> None:
    copy, derived, extracted, data = report_on(
        prepared,
        """
works:
  base: {license: mg-by-sa-2.0}
actions:
  - {do: modify, of: base, makes: derived}
  - {do: distill, of: base, makes: extracted}
  - {do: generate, by: base, makes: data}
publish:
  - {work: base, how: share}
  - {work: derived, how: share}
  - {work: extracted, how: share}
  - {work: data, how: share}
""",
    ).assessments
    duties = [
        {item.clause.kind for item in one.duties if item.status != "not-triggered"}
        for one in (copy, derived, extracted, data)
    ]
    verbatim = {"license-copy", "attribution", "source-disclosure"}
    assert duties == [
        verbatim,
        verbatim | {"state-changes", "share-alike"},
        verbatim | {"extracted-model-notice", "share-alike"},
        set(),
    ]


def test_a_speech_model_on_llama_3_2_lacks_its_name_its_license_and_its_phrase(
    prepared: Compiled,
) -> None:
    speech = judged(
        prepared,
        """
works:
  backbone: {license: llama3.2}
actions: [{do: fine-tune, of: backbone, makes: speech, name: me/csm-1b, license: apache-2.0}]
publish: {work: speech, how: share}
""",
    )
    assert "naming" in codes(speech)
    assert {"license-copy", "display-notice", "naming", "use-restriction"} <= asked(
        speech, "llama3.2"
    )


def test_a_model_on_a_research_base_under_apache_is_for_research(prepared: Compiled) -> None:
    built = judged(
        prepared,
        """
works:
  base: {license: qwen-research}
actions: [{do: fine-tune, of: base, makes: built, license: apache-2.0}]
publish: {work: built, how: sell}
""",
    )
    assert "non-commercial" in codes(built)


def test_a_lora_under_gpl_on_the_first_llama(prepared: Compiled) -> None:
    lora = judged(
        prepared,
        """
works:
  base: {license: llama1}
actions: [{do: adapter, of: base, makes: lora, license: gpl-3.0}]
publish: {work: lora, how: share}
""",
    )
    assert codes(lora) | codes(lora, "unknown")


@pytest.mark.parametrize(
    ("license_", "severity"), [("llama2", "error"), ("llama3.1", ""), ("apache-2.0", "")]
)
def test_a_small_model_trained_on_what_a_llama_wrote(
    prepared: Compiled, license_: str, severity: str
) -> None:
    small = judged(
        prepared,
        f"""
works:
  big: {{license: {license_}}}
actions:
  - {{do: generate, by: big, makes: text}}
  - {{do: train, on: text, makes: small, name: me/Llama-small, license: apache-2.0}}
publish: {{work: small, how: share}}
""",
    )
    assert ("output-improvement-ban" in codes(small)) == (severity == "error")
    # Llama 3.1, section 1(b)(i): built from output, its name must begin with Llama.
    assert ("naming" in asked(small, license_)) == (license_ == "llama3.1")


@pytest.mark.parametrize(("reading", "severity"), [("cautious", "unknown"), ("text", "")])
def test_a_model_trained_on_share_alike_data_under_apache(
    prepared: Compiled, reading: str, severity: str
) -> None:
    trained = judged(
        prepared,
        """
works:
  wikipedia: {type: dataset, license: cc-by-sa-4.0}
actions: [{do: train, on: wikipedia, makes: trained, license: apache-2.0}]
publish: {work: trained, how: share}
""",
        reading,
    )
    assert "share-alike" not in codes(trained)
    assert ("share-alike" in codes(trained, "unknown")) == (severity == "unknown")


def test_whole_experts_side_by_side_are_no_merge(prepared: Compiled) -> None:
    experts = """
works:
  llama: {license: llama3}
  mistral: {license: apache-2.0}
actions: [{do: combine, of: [llama, mistral], makes: experts}]
publish: {work: experts, how: share}
"""
    assert "llama-exclusive" not in codes(judged(prepared, experts))
    merged = judged(prepared, experts.replace("combine", "merge"))
    assert "llama-exclusive" in codes(merged)


def test_a_chain_of_a_thousand_fine_tunes_is_reported_once(prepared: Compiled) -> None:
    actions = "\n".join(
        f"  - {{do: fine-tune, of: {f'w{i - 1}' if i else 'base'}, makes: w{i}}}"
        for i in range(1000)
    )
    chain = f"works: {{base: {{license: llama3.1}}}}\nactions:\n{actions}\npublish: w999\n"
    last, others = report_on(prepared, chain).assessments
    assert len(others.alike) == 998
    (copy,) = (item for item in last.duties if item.clause.kind == "license-copy")
    (imposition,) = copy.imposed_by
    assert (imposition.work, imposition.steps) == ("base", 1000)
    assert len(imposition.path) == 20


def test_who_offers_gemma_as_a_service_accepts_its_terms(prepared: Compiled) -> None:
    # Gemma Terms of Use, preamble: "including via any Hosted Service".
    gemma = prepared.license(license_iri("gemma"))
    assert gemma is not None
    kinds = {prepared.term(clause).kind for clause in gemma.scopes["onService"]}
    assert "acceptance" in kinds


@pytest.mark.parametrize("license_", ["cc-by-sa-4.0", "cc-by-nc-4.0"])
def test_a_service_on_an_index_carries_the_duties_of_what_was_indexed(
    prepared: Compiled, license_: str
) -> None:
    plan = f"""
works:
  llm: {{license: mit}}
  embedder: {{license: mit}}
  corpus: {{type: dataset, license: {license_}}}
actions:
  - {{do: embed, of: corpus, by: embedder, makes: index}}
  - {{do: retrieve, of: [llm, index], makes: answers}}
publish: {{work: answers, how: share, purpose: non-commercial}}
"""
    of_index = asked(judged(prepared, plan), license_)
    of_corpus = asked(judged(prepared, plan.replace("[llm, index]", "[llm, corpus]")), license_)
    assert {"attribution", "license-copy"} <= of_corpus <= of_index


def test_a_fine_tuned_part_of_a_service_carries_what_it_inherits(prepared: Compiled) -> None:
    # As where it is offered by itself: Apache-2.0 does not say whether hosting is distribution.
    plan = """
works: {base: {license: apache-2.0}, other: {license: mit}}
actions:
  - {do: fine-tune, of: base, makes: tuned}
  - {do: combine, of: [tuned, other], makes: experts}
publish: {work: experts, how: sell, form: service}
"""
    alone = plan.replace("work: experts", "work: tuned")
    by_itself = asked(judged(prepared, alone), "apache-2.0")
    assert {"license-copy", "state-changes"} <= by_itself
    assert by_itself == asked(judged(prepared, plan), "apache-2.0")


@pytest.mark.parametrize("license_", ["", ", license: mg-by-sa-2.0", ", license: mg-by-rai-2.0"])
def test_no_license_fits_a_merge_of_share_alike_with_what_may_not_be_sublicensed(
    prepared: Compiled, license_: str
) -> None:
    plan = f"""
works: {{one: {{license: mg-by-sa-2.0}}, other: {{license: mg-by-rai-2.0}}}}
actions: [{{do: merge, of: [one, other], makes: merged}}]
publish: {{work: merged, how: share{license_}}}
"""
    merged = judged(prepared, plan)
    assert codes(merged) & {"incompatible-terms", "share-alike"}
    assert "may" not in answers(merged).values()
    inside = judged(prepared, plan.replace("how: share", "how: internal"))
    assert not codes(inside)
