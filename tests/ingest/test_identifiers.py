"""Which strings can name a work, and what is said of the others."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.identifiers import MAX_ID_CHARS, id_fault

PATH = "is a path on somebody's machine"
ADDRESS = "is an address, not an id"
FORM = "is not of the form owner/name"


@pytest.mark.parametrize(
    "text",
    [
        "owner/name",
        "gpt2",
        "01-ai/Yi-34B",
        "lucadiliello/BLEURT-20",
        "TheBloke/Llama-2-7B-Chat-GGUF",
        "stabilityai/stable-diffusion-xl-base-1.0",
        "_owner/_name",
        "o" * 96 + "/" + "n" * 96,
    ],
)
def test_an_owner_and_a_name_or_a_name_alone_are_an_id(text: str) -> None:
    assert id_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "/cache/models/base",
        "./base",
        "../base",
        ".cache/base",
        "~/base",
        "C:\\Models\\base",
        "C:/Models/base",
        "\\\\server\\base",
    ],
)
def test_a_path_of_either_system_is_not_an_id(text: str) -> None:
    assert id_fault(text) == PATH


@pytest.mark.parametrize("text", ["https://huggingface.co/o/m", "hf://o/m", "s3://bucket/m"])
def test_an_address_is_not_an_id(text: str) -> None:
    assert id_fault(text) == ADDRESS


@pytest.mark.parametrize(
    "text",
    [
        "owner/some--name",
        "ow--ner/name",
        "owner/some..name",
        "owner/..",
        "owner/",
        "datasets/owner/name",
        "owner/my model",
        "owner/name ",
        "owner/name\n",
        "owner/-name",
        "owner/.name",
        "öwner/name",
        "owner/na\u200bme",
        "finetune:owner/name",
        "Llama 3, then merged",
    ],
)
def test_what_the_hub_would_refuse_is_not_an_id(text: str) -> None:
    assert id_fault(text) == FORM


def test_the_hub_refuses_the_suffix_of_a_bare_repository() -> None:
    assert id_fault("owner/name.git") == FORM


def test_a_part_of_an_id_has_at_most_96_characters() -> None:
    assert id_fault("o/" + "n" * 97) == FORM


def test_a_text_longer_than_two_parts_and_a_slash_is_not_looked_at() -> None:
    assert id_fault("n" * 194) == "has 194 characters, more than 193"


def test_an_empty_text_is_not_an_id() -> None:
    assert id_fault("") == "is empty"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "is NoneType, not text"),
        (7, "is int, not text"),
        (True, "is bool, not text"),
        (["owner/name"], "is list, not text"),
        ({"id": "owner/name"}, "is dict, not text"),
    ],
)
def test_what_is_not_text_is_not_an_id(value: object, reason: str) -> None:
    assert id_fault(value) == reason


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_an_id_is_short_printable_ascii_with_at_most_one_slash(text: str) -> None:
    if id_fault(text) is None:
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set(' <>"{}|\\^`')
        assert text.count("/") <= 1
        assert len(text) <= MAX_ID_CHARS
