"""A right is granted where the license's words give it, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.reasoning.planned import judged

from licet_ontology.terms import license_iri
from licet_reasoning.license_facts import LicenseFacts
from licet_reasoning.rights import RightNeeded, right_in
from licet_service.license_view import is_read, license_ids, license_view

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

MOST_USED = (
    "agpl-3.0",
    "apache-2.0",
    "bigscience-bloom-rail-1.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc-by-4.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc0-1.0",
    "creativeml-openrail-m",
    "gemma",
    "gpl-2.0",
    "gpl-3.0",
    "isc",
    "lgpl-2.1",
    "lgpl-3.0",
    "llama2",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "mit",
    "mpl-2.0",
    "odbl",
    "odc-by",
    "openrail++",
    "unlicense",
)


def right(prepared: Compiled, license_: str, name: str) -> RightNeeded:
    facts = prepared.license(license_iri(license_))
    assert facts is not None, license_
    return right_in(prepared, facts, "a/base", name, commercial=None)


def assert_quoted(found: RightNeeded, status: str, section: str, words: str) -> None:
    """Check what is said of a right, and that its quote has some words."""
    assert (found.status, found.section) == (status, section)
    assert words in found.quote


@pytest.mark.parametrize("license_", MOST_USED)
@pytest.mark.parametrize("name", ["reproduce", "modify", "share", "share-derivative"])
def test_the_most_used_licenses_grant_these_by_words(
    prepared: Compiled, license_: str, name: str
) -> None:
    found = right(prepared, license_, name)
    assert found.status == "granted"
    assert found.section
    assert found.quote


@pytest.mark.parametrize(
    ("license_", "section", "words"),
    [
        ("apache-2.0", "2", "and such Derivative Works"),
        ("cc-by-3.0", "3(d)", "Adaptations"),
        ("eupl-1.1", "1; 2", "Derivative Works"),
        ("gpl-2.0", "2", "such modifications or work"),
        ("gpl-3.0", "5", "work based on the Program"),
        ("llama3.1", "1(a); 1(b)(i)", "or any derivative works thereof"),
        ("mistral-research-license-0.1", "2.3", "Derivatives made by or for You"),
        ("mpl-2.0", "2.1(a)", "with Modifications"),
        ("odbl", "3.1(e)", "Derivative Database"),
    ],
)
def test_what_was_modified_may_be_shared_by_words_that_name_it(
    prepared: Compiled, license_: str, section: str, words: str
) -> None:
    found = right(prepared, license_, "share-derivative")
    assert (found.status, found.section) == ("granted", section)
    assert words in found.quote


@pytest.mark.parametrize(
    ("license_", "name", "section", "words"),
    [
        ("afl-3.0", "share-derivative", "1(c)", "that does not contradict"),
        ("apple-amlr", "modify", "License Scope", "exclusively for Research Purposes"),
        ("artistic-2.0", "modify", "1", "do not Distribute the Modified Version"),
        ("bsd-3-clause", "share", "paragraph 1", "provided that the following conditions"),
        ("bsd-3-clause-clear", "modify", "paragraph 1", "limitations in the disclaimer"),
        ("cc-by-sa-3.0", "modify", "3(b)", "provided that"),
        ("cdla-sharing-1.0", "share", "1.9; 2.1(b)", "conditions set forth in Section 3"),
        ("exaone-1.2-nc", "modify", "2.1(c)", "exclusively for research and educational"),
        ("gemma", "share-derivative", "3.1", "if you meet all of the following conditions"),
        ("gfdl-1.3", "modify", "4", "provided that you release"),
        ("gfdl-1.3", "share", "2", "no other conditions"),
        ("gpl-2.0", "modify", "2", "provided that you also meet"),
        ("gpl-3.0", "share-derivative", "5", "in the form of source code"),
        ("isc", "share", "paragraph 1", "provided that"),
        ("kimi-k3", "modify", "paragraph 1", "subject to the following conditions"),
        ("krea-2-community", "share", "2.1", "Commercial Use of the Krea Model"),
        ("lfm-open-license-1.0", "modify", "2", "Commercial Use limitation"),
        ("llama1", "share", "1(a)", "solely for your non-commercial research purposes"),
        ("lgpl-2.1", "modify", "2; 2(a)", "must itself be a software library"),
        ("minimax-m2.7-license", "modify", "paragraph 1", "for non-commercial purposes"),
        ("mistral-non-production-license-0.1", "modify", "2.1", "Subject to Section 3"),
        ("mit", "modify", "paragraph 1", "subject to the following conditions"),
        ("mistral-research-license-0.1", "share-derivative", "2.3", "provided that"),
        ("osl-3.0", "share", "1(c)", "be licensed under this Open Software License"),
        ("stabilityai-ai-community", "modify", "II", "Research or Non-Commercial Purpose"),
        ("tencent-hunyuan-large", "share", "2", "for the Territory only"),
    ],
)
def test_a_proviso_of_the_grant_is_quoted_with_it(
    prepared: Compiled, license_: str, name: str, section: str, words: str
) -> None:
    assert_quoted(right(prepared, license_, name), "granted", section, words)


@pytest.mark.parametrize("license_", ["cc-by-nd-4.0", "cc-by-nc-nd-4.0"])
def test_adaptations_that_may_be_made_and_not_shared(prepared: Compiled, license_: str) -> None:
    modify = right(prepared, license_, "modify")
    assert modify.status == "granted"
    assert "but not Share" in modify.quote
    assert right(prepared, license_, "share-derivative").status == "reserved"


@pytest.mark.parametrize(
    ("license_", "name"),
    [
        ("chatglm3", "modify"),  # for academic research, "use" alone is given
        ("exaone-1.2-nc", "share"),  # 2.1(d) gives it, 2.2 forbids external distribution
        ("microsoft-research-license-terms", "modify"),  # for code and data, not for models
        ("wtfpl", "modify"),
    ],
)
def test_what_no_quoted_words_give_is_not_stated(
    prepared: Compiled, license_: str, name: str
) -> None:
    assert right(prepared, license_, name).status == "not-stated"


@pytest.mark.parametrize(
    ("license_", "name", "section", "words"),
    [
        ("cc-by-nc-nd-3.0", "modify", "3", "no rights to make Adaptations"),
        ("cc-by-nc-nd-3.0", "share-derivative", "3", "no rights to make Adaptations"),
        ("mg-by-nd-2.0", "share-derivative", "2.2(c)", "do not have permission"),
        ("microsoft-research-license-terms", "share", "2(e)", "have no right to"),
        ("nvidia-data-agreement-for-model-training", "share", "2.2.2", "may not"),
        ("polyform-strict-1.0.0", "modify", "Copyright License", "other than"),
        ("polyform-strict-1.0.0", "share", "Copyright License", "other than distributing"),
        ("polyform-strict-1.0.0", "share-derivative", "Copyright License", "other than"),
    ],
)
def test_what_the_words_withhold_is_reserved(
    prepared: Compiled, license_: str, name: str, section: str, words: str
) -> None:
    assert_quoted(right(prepared, license_, name), "reserved", section, words)


@pytest.mark.parametrize(
    ("license_", "name"),
    [
        ("cc-by-nc-nd-3.0", "share"),
        ("mg-by-nc-nd-2.0", "modify"),
        ("polyform-strict-1.0.0", "reproduce"),
    ],
)
def test_what_a_license_withholds_leaves_the_rest(
    prepared: Compiled, license_: str, name: str
) -> None:
    assert right(prepared, license_, name).status == "granted"


QUANTIZED = """
works:
  base: {type: model, license: LICENSE}
actions:
  - {do: quantize, of: base, makes: small}
publish:
  - {work: small, how: share, form: weights, purpose: non-commercial, license: LICENSE}
"""


def in_another_precision(prepared: Compiled, license_: str, reading: str) -> dict[str, str]:
    found = judged(prepared, QUANTIZED.replace("LICENSE", license_), reading)
    names = {"modify", "share", "share-derivative"}
    return {one.right: one.status for one in found.rights if one.right in names}


@pytest.mark.parametrize(
    ("license_", "modify"), [("cc-by-nd-4.0", "granted"), ("cc-by-nc-nd-3.0", "conditional")]
)
def test_another_precision_is_shared_as_the_work_where_it_adapts_nothing(
    prepared: Compiled, license_: str, modify: str
) -> None:
    assert in_another_precision(prepared, license_, "text") == {
        "modify": modify,
        "share": "granted",
    }
    assert in_another_precision(prepared, license_, "cautious")["share-derivative"] == "reserved"


def test_a_license_against_all_changes_withholds_them_under_each_reading(
    prepared: Compiled,
) -> None:
    for reading in ("text", "cautious"):
        found = in_another_precision(prepared, "polyform-strict-1.0.0", reading)
        assert found == {"modify": "reserved", "share-derivative": "reserved"}


def test_words_on_commercial_use_alone_give_no_other_right(prepared: Compiled) -> None:
    words = ("1", "You may use, modify and share it commercially")
    facts = LicenseFacts(
        iri=license_iri("x"),
        id="x",
        label="X",
        read=True,
        families=(),
        facts={"commercialUse": ("permitted",)},
        evidence={"commercialUse": (words,)},
        scopes={},
    )
    found = {
        name: right_in(prepared, facts, "a/base", name, commercial=None).status
        for name in ("commercial-use", "reproduce", "modify", "share", "share-derivative")
    }
    assert found.pop("commercial-use") == "granted"
    assert set(found.values()) == {"not-stated"}


@pytest.mark.parametrize("name", ["reproduce", "modify", "share-derivative"])
@pytest.mark.parametrize(
    ("license_", "section"), [("ms-pl", "2(A)"), ("openatom-model-1.0", "2.1")]
)
def test_a_patent_license_is_no_copyright_license(
    prepared: Compiled, license_: str, section: str, name: str
) -> None:
    assert right(prepared, license_, name).section == section


def test_pages_say_of_each_license_what_plans_say(prepared: Compiled) -> None:
    for license_ in license_ids():
        shown = license_view(license_).rights
        assert bool(shown) == is_read(license_)
        for one in shown:
            found = right(prepared, license_, one.right)
            told = (one.status, one.section, one.quote)
            assert told == (found.status, found.section, found.quote), (license_, one.right)


@pytest.mark.parametrize(
    ("license_", "name", "section", "words"),
    [
        ("gpl-2.0", "share-output", "0", "only if its contents constitute"),
        ("gpl-3.0", "share-output", "2", "only if the output, given its content"),
        ("lgpl-3.0", "train-on-output", "GPL-3.0 2", "only if the output, given its content"),
        ("agpl-3.0", "train-on-output", "2", "only if the output, given its content"),
        ("faipl-1.0", "train-on-output", "Output", "is not covered by this license"),
    ],
)
def test_a_condition_on_output_is_quoted(
    prepared: Compiled, license_: str, name: str, section: str, words: str
) -> None:
    assert_quoted(right(prepared, license_, name), "conditional", section, words)


@pytest.mark.parametrize("name", ["share-output", "train-on-output"])
def test_a_license_that_says_nothing_of_output_states_no_right_in_it(
    prepared: Compiled, name: str
) -> None:
    assert right(prepared, "mpl-2.0", name).status == "not-stated"
