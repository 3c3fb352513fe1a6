"""What a license field means: licenses of the catalogue, families, or a gap; never a guess."""

from __future__ import annotations

import pytest

from licet_ingest.license_names import (
    AMBIGUOUS,
    CHOICE,
    NO_LICENSE,
    UNIDENTIFIED,
    ResolvedLicense,
    resolve,
)
from licet_ontology.names import normalized_name

LICENSE = "https://w3id.org/licet/license/"
FAMILY = "https://w3id.org/licet/license-family/"


@pytest.mark.parametrize(
    "hub_id",
    [
        "apache-2.0",
        "mit",
        "cc-by-4.0",
        "cc-by-nc-nd-4.0",
        "gpl-3.0",
        "llama3",
        "llama3.1",
        "gemma",
        "creativeml-openrail-m",
        "openrail++",
    ],
)
def test_an_identifier_of_the_hub_is_that_license(hub_id: str) -> None:
    assert resolve([hub_id], None) == ResolvedLicense((LICENSE + hub_id,))


@pytest.mark.parametrize(
    ("written", "license_id"),
    [
        ("MIT", "mit"),
        ("Apache 2.0", "apache-2.0"),
        ("apache_2.0", "apache-2.0"),
        ("  apache-2.0\t", "apache-2.0"),
        ("CC-BY-NC-4.0", "cc-by-nc-4.0"),
        ("Apache-2.0", "apache-2.0"),
        ("Llama 3 Community", "llama3"),
    ],
)
def test_case_and_separators_do_not_matter(written: str, license_id: str) -> None:
    assert resolve([written], None) == ResolvedLicense((LICENSE + license_id,))


def test_each_run_of_separators_becomes_one_hyphen() -> None:
    assert normalized_name(" Llama  3 -_ Community ") == "llama-3-community"


def test_an_alias_is_the_license_it_is_an_alias_of() -> None:
    assert resolve(["meta-llama-3-community-license"], None).licenses == (LICENSE + "llama3",)


def test_the_current_spdx_identifier_of_a_license_names_it() -> None:
    assert resolve(["GPL-3.0-only"], None).licenses == (LICENSE + "gpl-3.0",)


@pytest.mark.parametrize(
    ("name", "license_id"),
    [
        ("qwen-research", "qwen-research"),
        ("deepseek", "deepseek"),
        ("Llama-3-Community", "llama3"),
        ("MIT", "mit"),
    ],
)
def test_other_is_the_license_that_license_name_names(name: str, license_id: str) -> None:
    assert resolve(["other"], name) == ResolvedLicense((LICENSE + license_id,))


@pytest.mark.parametrize("name", [None, "", "other", "my-own-license", "qwen-researc"])
def test_other_with_a_name_that_says_nothing_is_not_identified(name: str | None) -> None:
    assert resolve(["other"], name) == ResolvedLicense(gap=UNIDENTIFIED)


def test_unknown_is_not_identified() -> None:
    assert resolve(["unknown"], None) == ResolvedLicense(gap=UNIDENTIFIED)


@pytest.mark.parametrize("value", ["mit-license-but-not-really", "apache", "see LICENSE file"])
def test_a_name_that_the_catalogue_does_not_hold_is_no_guess(value: str) -> None:
    assert resolve([value], None) == ResolvedLicense(gap=UNIDENTIFIED)


@pytest.mark.parametrize(
    ("tag", "family"),
    [("cc", "creative-commons"), ("gpl", "gnu"), ("lgpl", "gnu"), ("bsd", "bsd")],
)
def test_a_family_tag_names_no_version_and_so_no_terms(tag: str, family: str) -> None:
    assert resolve([tag], None) == ResolvedLicense((), (FAMILY + family,), AMBIGUOUS)


def test_several_licenses_without_a_word_on_what_each_covers_are_ambiguous() -> None:
    assert resolve(["mit", "apache-2.0"], None) == ResolvedLicense(
        (LICENSE + "apache-2.0", LICENSE + "mit"), (), AMBIGUOUS
    )


def test_one_license_written_twice_is_one_license() -> None:
    assert resolve(["mit", "MIT"], None) == ResolvedLicense((LICENSE + "mit",))


def test_a_license_and_its_family_are_ambiguous() -> None:
    assert resolve(["cc-by-nc-4.0", "cc"], None) == ResolvedLicense(
        (LICENSE + "cc-by-nc-4.0",), (FAMILY + "creative-commons",), AMBIGUOUS
    )


def test_a_list_with_an_unnamed_other_keeps_the_license_and_is_not_identified() -> None:
    assert resolve(["llama2", "other"], None) == ResolvedLicense(
        (LICENSE + "llama2",), (), UNIDENTIFIED
    )


def test_a_list_with_a_named_other_is_ambiguous() -> None:
    assert resolve(["llama2", "other"], "qwen-research") == ResolvedLicense(
        (LICENSE + "llama2", LICENSE + "qwen-research"), (), AMBIGUOUS
    )


def test_a_name_beside_a_license_that_is_not_other_changes_nothing() -> None:
    assert resolve(["mit"], "my-own-license") == ResolvedLicense((LICENSE + "mit",))


def test_an_empty_field_states_no_license() -> None:
    assert resolve([], None) == ResolvedLicense(gap=NO_LICENSE)


def test_licenses_joined_by_and_apply_together() -> None:
    both = (LICENSE + "apache-2.0", LICENSE + "mit")
    assert resolve(["other"], "MIT AND Apache-2.0") == ResolvedLicense(both)
    assert resolve(["mit AND apache-2.0"], None).gap is None


def test_licenses_joined_by_or_are_a_choice() -> None:
    both = (LICENSE + "apache-2.0", LICENSE + "mit")
    assert resolve(["MIT OR Apache-2.0"], None) == ResolvedLicense(both, gap=CHOICE)


def test_an_expression_with_a_name_or_exception_that_nobody_read_is_not_identified() -> None:
    assert resolve(["MIT AND My-License"], None) == ResolvedLicense(
        (LICENSE + "mit",), gap=UNIDENTIFIED
    )
    assert resolve(["GPL-3.0-only WITH GCC-exception-3.1"], None) == ResolvedLicense(
        (LICENSE + "gpl-3.0",), gap=UNIDENTIFIED
    )


@pytest.mark.parametrize(
    "name", ["apache-2.0-and-gemma-terms", "MIT AND", "(MIT OR", "MIT OR " * 60 + "MIT", "A/B OR C"]
)
def test_what_only_looks_like_an_expression_is_not_identified(name: str) -> None:
    assert resolve(["other"], name) == ResolvedLicense(gap=UNIDENTIFIED)
