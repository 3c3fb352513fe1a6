"""A right is granted where the license's words give it, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from licet_ontology.terms import license_iri
from licet_reasoning.rights import RightNeeded, right_in

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
        ("cc-by-sa-3.0", "modify", "3(b)", "provided that"),
        ("cdla-sharing-1.0", "share", "1.9; 2.1(b)", "conditions set forth in Section 3"),
        ("gfdl-1.3", "modify", "4", "provided that you release"),
        ("gfdl-1.3", "share", "2", "no other conditions"),
        ("gpl-2.0", "modify", "2", "provided that you also meet"),
        ("gpl-3.0", "share-derivative", "5", "in the form of source code"),
        ("isc", "share", "paragraph 1", "provided that"),
        ("kimi-k3", "modify", "paragraph 1", "subject to the following conditions"),
        ("lfm-open-license-1.0", "modify", "2", "Commercial Use limitation"),
        ("lgpl-2.1", "modify", "2; 2(a)", "must itself be a software library"),
        ("minimax-m2.7-license", "modify", "paragraph 1", "for non-commercial purposes"),
        ("mistral-non-production-license-0.1", "modify", "2.1", "Subject to Section 3"),
        ("mistral-research-license-0.1", "share-derivative", "2.3", "provided that"),
        ("osl-3.0", "share", "1(c)", "be licensed under this Open Software License"),
        ("stabilityai-ai-community", "modify", "II", "Research or Non-Commercial Purpose"),
    ],
)
def test_a_proviso_of_the_grant_is_quoted_with_it(
    prepared: Compiled, license_: str, name: str, section: str, words: str
) -> None:
    found = right(prepared, license_, name)
    assert (found.status, found.section) == ("granted", section)
    assert words in found.quote


@pytest.mark.parametrize("license_", ["cc-by-nd-4.0", "cc-by-nc-nd-4.0"])
def test_adaptations_that_may_be_made_and_not_shared(prepared: Compiled, license_: str) -> None:
    modify = right(prepared, license_, "modify")
    assert modify.status == "granted"
    assert "but not Share" in modify.quote
    assert right(prepared, license_, "share-derivative").status == "reserved"


@pytest.mark.parametrize(
    ("license_", "name"), [("cc-by-nc-nd-3.0", "modify"), ("wtfpl", "modify"), ("llama1", "share")]
)
def test_what_no_quoted_words_give_is_not_stated(
    prepared: Compiled, license_: str, name: str
) -> None:
    assert right(prepared, license_, name).status == "not-stated"


@pytest.mark.parametrize(
    ("license_", "name"),
    [
        ("exaone-1.2-nc", "modify"),  # "is expressly prohibited from using the … Derivatives"
        ("fish-audio-research-license", "modify"),  # "requires a separate written license"
        ("bilibili-indextts2", "modify"),  # "license to Use the Model or any Derivative Work"
        ("krea-2-community", "reproduce"),  # "is permitted … only if you satisfy"
        ("chatglm3", "reproduce"),  # "Registered users may use"
        ("playground-v2-community", "reproduce"),  # "for research and commercial use"
    ],
)
def test_words_that_forbid_or_ask_for_more_grant_nothing(
    prepared: Compiled, license_: str, name: str
) -> None:
    assert right(prepared, license_, name).status == "not-stated"


@pytest.mark.parametrize("name", ["reproduce", "modify", "share-derivative"])
@pytest.mark.parametrize(
    ("license_", "section"), [("ms-pl", "2(A)"), ("openatom-model-1.0", "2.1")]
)
def test_a_patent_license_is_no_copyright_license(
    prepared: Compiled, license_: str, section: str, name: str
) -> None:
    assert right(prepared, license_, name).section == section


def test_the_plainest_words_are_quoted(prepared: Compiled) -> None:
    assert "to reproduce" in right(prepared, "creativeml-openrail-m", "reproduce").quote
    assert "to copy" in right(prepared, "busl-1.1", "reproduce").quote
