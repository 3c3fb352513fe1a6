"""The automaton speaks the language that the property chains define."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet_ontology import modules
from licet_ontology.modules import parse_turtle
from licet_ontology.terms import local_name, term
from licet_reasoning.automaton import Automaton, build_automaton
from licet_reasoning.axioms import Axioms, compile_axioms

READINGS = ("cautious", "text")


@cache
def axioms_of(reading: str) -> Axioms:
    return compile_axioms([*modules.ontology(), *modules.reading(reading)])


@cache
def automaton_of(reading: str) -> Automaton:
    return build_automaton(axioms_of(reading))


def accepts(automaton: Automaton, relation: str, word: tuple[str, ...]) -> bool:
    state = automaton.starts[relation]
    for letter in word:
        state = int(automaton.step[state, automaton.relation_index[letter]])
    return bool(automaton.accepts[state])


def holds(reading: str, relation: str, word: str) -> bool:
    return accepts(automaton_of(reading), term(relation), tuple(map(term, word.split())))


def closure(axioms: Axioms, word: tuple[str, ...]) -> set[tuple[int, str, int]]:
    """Return what the productions conclude of a chain of works, by trying them until none adds."""
    edges = {(i, letter, i + 1) for i, letter in enumerate(word)}
    while True:
        new: set[tuple[int, str, int]] = set()
        for sup, chain in axioms.productions:
            ends = {(i, i) for i in range(len(word) + 1)}
            for link in chain:
                ends = {
                    (start, right)
                    for start, middle in ends
                    for left, name, right in edges
                    if left == middle and name == link
                }
            new |= {(start, sup, end) for start, end in ends}
        if new <= edges:
            return edges
        edges |= new


################################################################ by hand


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "derivativeOf",
        "finetunedFrom",
        "quantizedFrom",
        "basedOn",
        "quantizedFrom finetunedFrom",
        "copyOf mergedFrom",
        "prunedFrom copyOf copyOf",
        "convertedFrom abliteratedFrom copyOf mergedFrom",
    ],
)
def test_a_derivative_of_a_derivative_is_a_derivative(reading: str, word: str) -> None:
    assert holds(reading, "derivativeOf", word)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "",
        "copyOf",
        "copyOf copyOf",
        "trainedOn",
        "distilledFrom",
        "finetunedFrom distilledFrom",
        "combines",
        "bundles finetunedFrom",
        "generatedBy",
        "trainedOn derivativeOf",
    ],
)
def test_copies_distillates_and_combinations_are_no_derivatives(reading: str, word: str) -> None:
    assert not holds(reading, "derivativeOf", word)


@pytest.mark.parametrize(
    "word", ["adapterFor", "finetunedFrom adapterFor", "adapterFor mergedFrom"]
)
def test_an_adapter_is_a_derivative_in_the_cautious_reading_alone(word: str) -> None:
    assert holds("cautious", "derivativeOf", word)
    assert holds("cautious", "adaptationOf", word)
    assert not holds("text", "derivativeOf", word)


@pytest.mark.parametrize("word", ["quantizedFrom", "convertedFrom copyOf", "copyOf quantizedFrom"])
def test_a_technical_variant_is_an_adaptation_in_the_cautious_reading_alone(word: str) -> None:
    assert holds("cautious", "adaptationOf", word)
    assert not holds("text", "adaptationOf", word)
    assert holds("cautious", "technicalVariantOf", word)
    assert holds("text", "technicalVariantOf", word)


@pytest.mark.parametrize("reading", READINGS)
def test_a_change_of_substance_is_no_technical_variant(reading: str) -> None:
    assert holds(reading, "adaptationOf", "quantizedFrom finetunedFrom convertedFrom")
    assert not holds(reading, "technicalVariantOf", "quantizedFrom finetunedFrom")


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "distilledFrom",
        "extractedFrom",
        "trainedOn generatedBy",
        "finetunedFrom distilledFrom",
        "distilledFrom finetunedFrom quantizedFrom",
        "trainedOn derivativeOf generatedBy",
        "trainedOn copyOf generatedBy finetunedFrom",
        "copyOf trainedOn generatedBy copyOf",
        "distilledFrom adapterFor",
        "trainedOn generatedBy adapterFor finetunedFrom",
        "quantizedFrom trainedOn generatedBy",
    ],
)
def test_extraction_passes_through_derivatives_on_both_sides(reading: str, word: str) -> None:
    assert holds(reading, "extractedFrom", word)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "trainedOn",
        "generatedBy",
        "finetunedFrom",
        "adapterFor",
        "trainedOn generatedBy trainedOn",
        "distilledFrom trainedOn",
        "combines distilledFrom",
        "trainedOn copyOf",
    ],
)
def test_extraction_needs_output(reading: str, word: str) -> None:
    assert not holds(reading, "extractedFrom", word)


def test_what_was_extracted_can_be_extracted_again_in_the_cautious_reading_alone() -> None:
    assert holds("cautious", "extractedFrom", "distilledFrom distilledFrom")
    assert not holds("text", "extractedFrom", "distilledFrom distilledFrom")


def test_a_model_extracted_by_an_adapter_is_extracted_in_the_cautious_reading_alone() -> None:
    assert holds("cautious", "extractedFrom", "adapterFor distilledFrom")
    assert not holds("text", "extractedFrom", "adapterFor distilledFrom")


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "adapterFor",
        "adapterFor finetunedFrom",
        "adapterFor copyOf mergedFrom",
        "quantizedFrom adapterFor",
        "adapterFor adapterFor",
        "finetunedFrom adapterFor derivativeOf adapterFor copyOf",
    ],
)
def test_an_adapter_needs_the_whole_lineage_of_its_base(reading: str, word: str) -> None:
    assert holds(reading, "adapterLineageOf", word)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word", ["finetunedFrom", "copyOf", "adapterFor distilledFrom", "adapterFor trainedOn", ""]
)
def test_without_an_adapter_there_is_no_adapter_lineage(reading: str, word: str) -> None:
    assert not holds(reading, "adapterLineageOf", word)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word",
    [
        "combines",
        "bundles",
        "combines finetunedFrom",
        "copyOf bundles quantizedFrom",
        "finetunedFrom combines",
        "combines adapterFor mergedFrom",
        "combines bundles",
        "bundles derivativeOf combines copyOf",
    ],
)
def test_a_work_incorporates_its_parts_at_any_remove(reading: str, word: str) -> None:
    assert holds(reading, "incorporates", word)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "word", ["finetunedFrom", "combines distilledFrom", "trainedOn", "combines trainedOn", "copyOf"]
)
def test_what_has_no_part_in_a_work_is_not_incorporated(reading: str, word: str) -> None:
    assert not holds(reading, "incorporates", word)


@pytest.mark.parametrize("reading", READINGS)
def test_whoever_adapts_a_bundle_adapts_its_parts(reading: str) -> None:
    assert holds(reading, "adaptationOf", "finetunedFrom bundles")
    assert not holds(reading, "adaptationOf", "finetunedFrom combines")
    assert not holds(reading, "adaptationOf", "bundles finetunedFrom")


@pytest.mark.parametrize("reading", READINGS)
def test_only_what_is_bundled_is_conveyed(reading: str) -> None:
    assert holds(reading, "conveys", "finetunedFrom bundles quantizedFrom")
    assert not holds(reading, "conveys", "combines")


@pytest.mark.parametrize("reading", READINGS)
def test_every_path_of_uses_draws_on_what_it_ends_at(reading: str) -> None:
    assert holds(reading, "drawsOn", "trainedOn generatedBy trainedOn adapterFor combines copyOf")
    assert not holds(reading, "drawsOn", "")


################################################################ against brute force


@pytest.mark.parametrize("reading", READINGS)
def test_all_words_of_two_relations_are_judged_as_by_brute_force(reading: str) -> None:
    axioms, automaton = axioms_of(reading), automaton_of(reading)
    for word in product(axioms.relations, repeat=2):
        concluded = closure(axioms, word)
        for relation in axioms.lineage:
            assert accepts(automaton, relation, word) == ((0, relation, 2) in concluded), (
                local_name(relation),
                [local_name(letter) for letter in word],
            )


@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_words_are_judged_as_by_brute_force(reading: str, data: st.DataObject) -> None:
    axioms, automaton = axioms_of(reading), automaton_of(reading)
    word = tuple(data.draw(st.lists(st.sampled_from(axioms.relations), max_size=6)))
    concluded = closure(axioms, word)
    for relation in axioms.lineage:
        assert accepts(automaton, relation, word) == ((0, relation, len(word)) in concluded)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_random_regular_chains_are_judged_as_by_brute_force(data: st.DataObject) -> None:
    """Each relation may follow only from those before it and, at one end, from itself."""
    names = ("copyOf", "a", "b", "derivativeOf")
    rules: list[str] = []
    for rank, name in enumerate(names[1:], start=1):
        for _ in range(data.draw(st.integers(0, 3))):
            lower = data.draw(st.lists(st.sampled_from(names[:rank]), min_size=1, max_size=2))
            match data.draw(st.sampled_from(("plain", "left", "right", "transitive"))):
                case "left":
                    lower = [name, *lower]
                case "right":
                    lower = [*lower, name]
                case "transitive":
                    lower = [name, name]
                case _:
                    pass
            if len(lower) == 1:
                rules.append(f"licet:{lower[0]} rdfs:subPropertyOf licet:{name} .")
            else:
                links = " ".join(f"licet:{link}" for link in lower)
                rules.append(f"licet:{name} owl:propertyChainAxiom ( {links} ) .")
    prefixes = (
        "@prefix licet: <https://w3id.org/licet/ns#> ."
        "@prefix owl: <http://www.w3.org/2002/07/owl#> ."
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    goals = "".join(
        f"licet:boundBy owl:propertyChainAxiom ( licet:{name} licet:license licet:onCopy ) ."
        for name in names
    )
    axioms = compile_axioms(parse_turtle(prefixes + goals + "".join(rules), "b"))
    automaton = build_automaton(axioms)
    word = tuple(data.draw(st.lists(st.sampled_from(axioms.relations), max_size=5)))
    concluded = closure(axioms, word)
    for relation in axioms.lineage:
        assert accepts(automaton, relation, word) == ((0, relation, len(word)) in concluded)


################################################################ the machine itself


@pytest.mark.parametrize("reading", READINGS)
def test_nothing_is_accepted_from_the_dead_state(reading: str) -> None:
    automaton = automaton_of(reading)
    assert not automaton.accepts[0]
    assert not automaton.step[0].any()


@pytest.mark.parametrize("reading", READINGS)
def test_no_two_states_accept_the_same_words(reading: str) -> None:
    automaton = automaton_of(reading)
    block = automaton.accepts.astype(int).tolist()
    while True:
        rows = [(b, *(block[t] for t in row)) for b, row in zip(block, automaton.step, strict=True)]
        numbers = {row: i for i, row in enumerate(sorted(set(rows)))}
        refined = [numbers[row] for row in rows]
        if len(set(refined)) == len(set(block)):
            break
        block = refined
    assert len(set(block)) == len(automaton.step)
