"""A change after which a license may be put on what was added alone is not told as more."""

from __future__ import annotations

import pytest

from licet_reasoning.suggestion_outcome import Change, Question, RankedLicense, Suggestion
from licet_service.suggest_command import suggestion_lines

WHOLE = RankedLicense("llama3.1", "Llama 3.1", 0, ())
BESIDE = RankedLicense("unlicense", "The Unlicense", 0, (), ("Llama 3.1, section 2",))


@pytest.mark.parametrize(
    ("may", "then"),
    [
        ((WHOLE, BESIDE), "then, for example, under llama3.1"),
        ((BESIDE,), "then, on what you add alone, for example, under unlicense"),
    ],
)
def test_a_change_tells_what_a_license_can_speak_for(
    may: tuple[RankedLicense, ...], then: str
) -> None:
    question = Question(("o/a", "o/b"))
    change = Change("leave out o/b", question, may)
    found = Suggestion(question, "cautious", "may not", (), (), (), (), 0, (), (), (), (change,))
    assert f"  leave out o/b: {then}" in list(suggestion_lines(found))
