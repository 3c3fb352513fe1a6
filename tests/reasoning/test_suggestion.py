"""Licenses are suggested least restrictive first, and changes where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ontology.errors import UsageError
from licet_ontology.terms import license_iri, local_name
from licet_reasoning.hypothesis import Ground
from licet_reasoning.plan import Licensee
from licet_reasoning.restrictiveness import least_restrictive_first, restrictions
from licet_reasoning.suggestion import suggest
from licet_reasoning.suggestion_outcome import Question, Suggestion

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.plan import Shape


def suggested(compiled: Compiled, *works: str, **how: str) -> Suggestion:
    question = Question(works, **how)  # type: ignore[arg-type]
    return suggest(question, Ground(compiled), "cautious")


def may(suggestion: Suggestion) -> set[str]:
    return {one.license for one in suggestion.may}


def beside(suggestion: Suggestion) -> dict[str, tuple[str, ...]]:
    return {one.license: one.beside for one in suggestion.beside}


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
    answers = (found.may, found.beside, found.unknown, found.may_not)
    assert sum(map(len, answers)) == len(read)
    assert found.unread == len(prepared.licenses) - len(read)
    assert all(one.codes and one.because for one in (*found.unknown, *found.may_not))


def test_of_an_unknown_upstream_nothing_is_allowed(prepared: Compiled) -> None:
    for works in (("nobody/nothing",), ("nobody/nothing", "license:mit")):
        found = suggested(prepared, *works)
        assert found.answer == "unknown"
        assert not found.may
        assert not found.beside
        assert not found.changes


def test_of_terms_that_nobody_has_read_nothing_is_allowed(prepared: Compiled) -> None:
    found = suggested(prepared, "license:h-research", do="fine-tune")
    assert (found.answer, found.may, found.beside) == ("unknown", (), ())


def test_a_license_that_leaves_out_inherited_restrictions_speaks_for_what_was_added(
    prepared: Compiled,
) -> None:
    # Section 1(b)(i) lets the licensee choose terms for his modifications, which are his own by
    # 5(b); the agreement goes along by (A), and 1(b)(iv) and 2 bind whoever uses the result.
    found = suggested(prepared, "license:llama3.1", do="fine-tune")
    assert may(found) == {"llama3.1"}
    kept = beside(found)
    llama = "Llama 3.1 Community License Agreement, section "
    assert kept["mit"] == kept["apache-2.0"]
    assert set(kept["mit"]) == {f"{llama}2", f"{llama}1(b)(iv)"}
    assert {f"{llama}1(b)(i)(A)", f"{llama}1(b)(i)(B)"} <= set(kept["unlicense"])
    assert not any(one.beside for one in found.may)


def test_what_asks_for_nothing_does_not_speak_for_what_asks_for_notices(
    prepared: Compiled,
) -> None:
    found = suggested(prepared, "license:mit", do="fine-tune")
    assert {"mit", "apache-2.0", "gpl-3.0"} <= may(found)
    assert {"unlicense", "cc0-1.0"} <= beside(found).keys()
    nothing_asked = suggested(prepared, "license:unlicense", do="fine-tune")
    assert {"unlicense", "cc0-1.0", "mit"} <= may(nothing_asked)


@pytest.mark.parametrize(
    ("id_", "accepted"),
    [("llama2", set[str]()), ("llama3.3", set[str]()), ("creativeml-openrail-m", {"openrail++"})],
)
def test_no_license_speaks_for_use_restrictions_that_are_not_its_own_or_accepted(
    prepared: Compiled, id_: str, accepted: set[str]
) -> None:
    facts = prepared.license(license_iri(id_))
    assert facts
    clauses = [clause for found in facts.scopes.values() for clause in found]
    assert any("UseRestriction" in prepared.kinds(clause) for clause in clauses)
    accepting = {
        local_name(license_).removeprefix("license/")
        for clause in clauses
        for license_ in prepared.links(clause, "acceptsLicense")
    }
    found = may(suggested(prepared, f"license:{id_}", do="fine-tune"))
    assert {id_} | accepted <= found <= {id_} | accepting


def test_terms_that_exclude_commerce_speak_for_terms_that_do(prepared: Compiled) -> None:
    found = suggested(prepared, "license:cc-by-nc-4.0", do="fine-tune")
    assert {"cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0"} <= may(found)
    assert not {"mit", "cc-by-4.0"} & (may(found) | beside(found).keys())


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
        # SA 2.2(a)(vi) licenses all of the derivative; RAI 2.1(a) lets nobody sublicense it.
        ("mg-by-rai-2.0", "mg-by-sa-2.0", set[str](), True),
        ("mg-by-nc-rai-2.0", "mg-by-sa-2.0", set[str](), True),
        ("mg-by-nc-nd-2.0", "mg-by-nc-nd-2.0", set[str](), True),
        ("mg-by-nd-2.0", "mg0-2.0", set[str](), True),
        ("mg-by-nd-2.0", "mg-by-nc-nd-2.0", set[str](), True),
    ],
)
def test_the_merge_table_of_modelgo(
    prepared: Compiled, one: str, other: str, licenses: set[str], inside: bool
) -> None:
    found = suggested(prepared, f"license:{one}", f"license:{other}")
    # The table does not tell a license for the whole from one for what was added alone.
    assert licenses <= may(found) | beside(found).keys()
    assert bool(licenses) == bool(found.may or found.beside)
    assert inside == any(change.what == "keep it inside" for change in found.changes)


@pytest.mark.parametrize("form", ["weights", "service"])
def test_facts_of_the_licensee_decide_what_depends_on_them(prepared: Compiled, form: Shape) -> None:
    question = Question(("license:llama3.1",), "fine-tune", form=form)

    def asked(users: float | None) -> Suggestion:
        known = replace(question, licensee=Licensee(monthly_users=users))
        return suggest(known, Ground(prepared), "cautious")

    found = asked(None)
    assert found.answer == "conditional"
    assert [item.clause.kind for item in found.turns_on] == ["mau-threshold"]
    assert bool(found.may) == (form == "weights")
    assert (asked(1e3).answer, asked(1e3).turns_on) == ("may", ())
    beyond = asked(1e9)
    assert (beyond.answer, beyond.may, beyond.beside) == ("may not", (), ())


def test_a_right_that_no_quoted_words_give_leaves_the_answer_open(prepared: Compiled) -> None:
    found = suggested(prepared, "license:chatglm-6b", do="fine-tune")
    assert (found.answer, found.may, found.beside) == ("unknown", (), ())
    assert "right-not-granted" in found.unknown[0].codes
    assert any("share" in text for text in found.unknowns)


def test_conditions_of_rights_are_told_though_nothing_is_unknown(prepared: Compiled) -> None:
    found = suggested(
        prepared, "license:deepfloyd-if-license", do="fine-tune", purpose="non-commercial"
    )
    assert "field-of-use" in {item.clause.kind for item in found.turns_on}


def test_a_license_that_does_not_say_for_what_it_was_written_is_not_known_to_fit(
    prepared: Compiled,
) -> None:
    found = suggested(prepared, "license:mit", do="fine-tune")
    assert "wtfpl" not in may(found) | beside(found).keys()
    [open_] = [one for one in found.unknown if one.license == "wtfpl"]
    assert open_.codes == ("license-type-mismatch",)


def test_a_right_to_relicense_that_is_reserved_is_told_with_each_other_license(
    prepared: Compiled,
) -> None:
    found = suggested(prepared, "license:mg-by-nc-2.0", do="fine-tune", purpose="non-commercial")
    lacking = {one.license: one.lacking for one in (*found.may, *found.beside)}
    assert len(lacking) > 2
    assert lacking.pop("mg-by-nc-2.0") == ()
    assert all("reserved by the licensor" in rights[0] for rights in lacking.values())


def test_a_change_tells_what_it_turns_on(prepared: Compiled) -> None:
    found = suggested(prepared, "license:gpl-3.0", "license:llama3.1")
    turns_on = {c.what: {i.clause.kind for i in c.turns_on} for c in found.changes}
    assert turns_on["do without license:llama3.1"] == set()
    assert turns_on["do without license:gpl-3.0"] == {"mau-threshold"}


def test_of_what_retrieves_no_weights_can_be_handed_over(prepared: Compiled) -> None:
    found = suggested(prepared, "license:mg-by-nc-2.0", do="retrieve", how="sell", form="service")
    assert found.answer == "may not"
    assert found.changes


def test_what_makes_no_question_is_refused(prepared: Compiled) -> None:
    with pytest.raises(UsageError):
        suggested(prepared)
    with pytest.raises(UsageError):
        suggested(prepared, "no work at all")


@pytest.mark.parametrize(
    ("works", "whole", "added"),
    [
        (("license:gpl-3.0", "license:llama3.1"), set(), {"mit", "gpl-3.0", "llama3.1"}),
        (("license:cc-by-4.0", "license:mit"), {"cc-by-4.0", "mit"}, {"cc-by-nc-4.0", "cc0-1.0"}),
    ],
)
def test_no_license_of_a_collection_speaks_for_parts_that_stay_under_their_own(
    prepared: Compiled, works: tuple[str, ...], whole: set[str], added: set[str]
) -> None:
    found = suggested(prepared, *works, do="combine")
    assert whole <= may(found)
    assert added <= set(beside(found))
