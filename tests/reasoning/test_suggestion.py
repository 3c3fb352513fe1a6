"""Licenses are suggested least restrictive first, and changes where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ontology.errors import UsageError
from licet_ontology.terms import license_iri
from licet_reasoning.hypothesis import Ground
from licet_reasoning.restrictiveness import least_restrictive_first, restrictions
from licet_reasoning.suggestion import suggest
from licet_reasoning.suggestion_outcome import Question, Suggestion

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled


def suggested(compiled: Compiled, *works: str, **how: str) -> Suggestion:
    question = Question(works, **how)  # type: ignore[arg-type]
    return suggest(question, Ground(compiled), "cautious")


def may(suggestion: Suggestion) -> set[str]:
    return {one.license for one in suggestion.may}


def test_no_license_stands_before_one_that_restricts_less(prepared: Compiled) -> None:
    found = suggested(prepared, "license:mit", do="fine-tune")
    place = {one.license: i for i, one in enumerate(found.may)}
    of_license = {
        id_: restrictions(prepared, facts)
        for id_ in place
        if (facts := prepared.license(license_iri(id_)))
    }
    assert place["mit"] < place["apache-2.0"] < place["creativeml-openrail-m"]
    for one, own in of_license.items():
        assert not any(
            theirs < own and place[other] > place[one] for other, theirs in of_license.items()
        )
    for ranked in found.may:
        assert all(of_license[below] < of_license[ranked.license] for below in ranked.above)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.frozensets(st.tuples(st.sampled_from("xy"), st.sampled_from("pqr"))),
        max_size=6,
    )
)
def test_the_order_agrees_with_inclusion(of_license: dict[str, frozenset[tuple[str, str]]]) -> None:
    found = least_restrictive_first(of_license)
    rank = {id_: rank for id_, rank, _ in found}
    assert set(rank) == set(of_license)
    for one, own in of_license.items():
        for other, theirs in of_license.items():
            assert not theirs < own or rank[other] < rank[one]


def test_each_license_has_one_answer_and_a_reason_against_it(prepared: Compiled) -> None:
    found = suggested(prepared, "license:gpl-3.0", "license:apache-2.0")
    assert may(found) == {"gpl-3.0"}
    read = [iri for iri in prepared.licenses if (f := prepared.license(iri)) and f.read]
    assert len(found.may) + len(found.unknown) + len(found.may_not) == len(read)
    assert found.unread == len(prepared.licenses) - len(read)
    assert all(one.codes and one.because for one in (*found.unknown, *found.may_not))


def test_of_an_unknown_upstream_nothing_is_allowed(prepared: Compiled) -> None:
    for works in (("nobody/nothing",), ("nobody/nothing", "license:mit")):
        found = suggested(prepared, *works)
        assert found.answer == "unknown"
        assert not found.may
        assert not found.changes


def test_of_terms_that_nobody_has_read_nothing_is_allowed(prepared: Compiled) -> None:
    found = suggested(prepared, "license:h-research", do="fine-tune")
    assert (found.answer, found.may) == ("unknown", ())


@pytest.mark.parametrize(
    ("works", "how", "what"),
    [
        (("license:gpl-3.0", "license:llama2"), {}, "do without license:llama2"),
        (("license:gpl-3.0", "license:llama2"), {}, "keep the parts separable"),
        (("license:cc-by-nc-4.0",), {"do": "fine-tune", "how": "sell"}, "do not sell"),
        (("license:cc-by-nd-4.0",), {"do": "fine-tune"}, "keep it inside"),
        (
            ("license:stabilityai-nc-2024-03-18",),
            {"do": "fine-tune", "form": "service", "purpose": "non-commercial"},
            "hand over its weights alone",
        ),
    ],
)
def test_the_smallest_change_leads_to_a_license(
    prepared: Compiled, works: tuple[str, ...], how: dict[str, str], what: str
) -> None:
    found = suggested(prepared, *works, **how)
    assert found.answer == "may not"
    assert any(change.what.startswith(what) for change in found.changes)
    assert all(change.may or change.question.how == "internal" for change in found.changes)


def test_a_change_that_takes_two_steps_is_found(prepared: Compiled) -> None:
    found = suggested(
        prepared, "license:cc-by-nc-4.0", "license:gpl-3.0", "license:cc-by-sa-4.0", how="sell"
    )
    assert found.answer == "may not"
    assert found.changes


# Of the merge table of ModelGo 2.0 one pair for each kind of cell; tests/reasoning/
# test_compatibility.py goes through all pairs, and says where the texts differ from the table.
@pytest.mark.parametrize(
    ("one", "other", "licenses", "inside"),
    [
        ("mg0-2.0", "mg-by-2.0", {"mg0-2.0", "mg-by-2.0", "mg-by-nc-2.0"}, False),
        ("mg-by-nc-2.0", "mg-by-rai-2.0", {"mg-by-nc-2.0", "mg-by-nc-rai-2.0"}, False),
        ("mg-by-2.0", "mg-by-sa-2.0", {"mg-by-sa-2.0"}, False),
        ("mg-by-nc-2.0", "mg-by-sa-2.0", set[str](), True),
        ("mg-by-nd-2.0", "mg0-2.0", set[str](), True),
        ("mg-by-nd-2.0", "mg-by-nc-nd-2.0", set[str](), True),
    ],
)
def test_the_merge_table_of_modelgo(
    prepared: Compiled, one: str, other: str, licenses: set[str], inside: bool
) -> None:
    found = suggested(prepared, f"license:{one}", f"license:{other}")
    assert licenses <= may(found)
    assert bool(licenses) == bool(found.may)
    assert inside == any(change.what == "keep it inside" for change in found.changes)


def test_what_makes_no_question_is_refused(prepared: Compiled) -> None:
    with pytest.raises(UsageError):
        suggested(prepared)
    with pytest.raises(UsageError):
        suggested(prepared, "no work at all")
