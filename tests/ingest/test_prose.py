"""Sentences of a card against commercial use are found, and those that allow it are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.prose import MAX_EXCERPT_CHARS, MAX_STATEMENTS, Statement, against_commerce


@pytest.mark.parametrize(
    "sentence",
    [
        "This model is for non-commercial use.",
        "For research purposes only.",
        "You may use it for **non-commercial** purposes only!",
        "The weights are released for research and academic use only",
        "It may not be used commercially.",
        "It must not be used for any commercial purpose.",
        "No commercial use.",
        "Commercial use is strictly prohibited.",
        "Intended exclusively for academic purposes",
        "Released under a noncommercial license",
        "License: CC-BY-NC-4.0",
        "| License | CC BY NC 4.0 |",
        "本模型仅供学术研究使用",
        "Nur für nicht-kommerzielle Zwecke.",
        "Die kommerzielle Nutzung ist untersagt.",
        "L'utilisation commerciale est interdite.",
        "Solo para uso no comercial.",
        "商用利用は禁止です",
        "상업적 이용을 금지합니다",
    ],
)
def test_a_sentence_against_commercial_use_is_found(sentence: str) -> None:
    assert len(against_commerce(f"# Title\n\n{sentence}\n")) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "For commercial and non-commercial use.",
        "Free for both non-commercial use and commercial use.",
        "There are no restrictions on commercial use.",
        "You may use it for any purpose, including but not limited to commercial use.",
        "It may be used commercially without any limitation, not only for research use.",
        "The benchmark does not emulate commercial systems.",
        "We do research on language.",
        "Commercial use is permitted.",
        "We compare commercial systems with non-commercial ones.",
        "Die kommerzielle Nutzung ist erlaubt.",
        "```\nlicense: cc-by-nc-4.0, non-commercial use only\n```",
    ],
)
def test_other_sentences_are_not(sentence: str) -> None:
    assert against_commerce(f"# Title\n\n{sentence}\n") == ()


def test_a_sentence_is_found_across_lines_and_placed() -> None:
    body = "# Title\n\nIt is free. Use it for research\npurposes only. And so on.\n"
    assert against_commerce(body, first_line=9) == (
        Statement(11, "Use it for research purposes only."),
    )


def test_excerpts_and_their_number_are_bounded() -> None:
    body = ("word " * 100 + "for non-commercial use only " + "word " * 100 + "\n\n") * 50
    found = against_commerce(body)
    assert len(found) == MAX_STATEMENTS
    assert all(len(one.excerpt) <= MAX_EXCERPT_CHARS for one in found)
    assert all("non-commercial use only" in one.excerpt for one in found)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    against_commerce(text)
