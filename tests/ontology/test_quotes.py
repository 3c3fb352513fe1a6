"""Every quote stands in the text of its license, as far as a fingerprint can prove it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import NamedNode

import licet_ontology
from licet_ontology import modules
from licet_ontology.fingerprint import SHINGLE_WORDS, Fingerprint, load, words
from licet_ontology.identify import shipped_identifier
from licet_ontology.terms import BASE, NS, RDF

FINGERPRINTS = Path(licet_ontology.__file__).parent / "fingerprints"
# The license texts themselves are not shipped: where a copy stands beside the checkout, the
# fingerprints are made afresh from it.
TEXTS = Path(__file__).parents[3] / "shared" / "data" / "license-texts"
MAX_QUOTE_WORDS = 25
RIGHTS = {"reproduce", "modify", "share", "share-derivative"}


class Quote(NamedTuple):
    """Words of a license, and the clause or fact that they carry."""

    license_id: str
    carried: str
    section: tuple[str, ...]
    text: str


@cache
def index() -> dict[object, dict[str, list[object]]]:
    """Return the catalogue by subject and predicate."""
    found: defaultdict[object, defaultdict[str, list[object]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for t in modules.catalogue():
        found[t.subject][t.predicate.value].append(t.object)
    return {subject: dict(said) for subject, said in found.items()}


def texts_of(node: object, name: str) -> tuple[str, ...]:
    """Return the strings that a property of Licet has at a node."""
    return tuple(getattr(value, "value", "") for value in index()[node].get(NS + name, []))


@cache
def license_ids() -> tuple[str, ...]:
    return tuple(
        sorted(
            t.subject.value.removeprefix(BASE + "license/")
            for t in modules.catalogue()
            if t.predicate.value == RDF + "type"
            and t.object == NamedNode(NS + "License")
            and isinstance(t.subject, NamedNode)
        )
    )


@cache
def carriers(license_id: str) -> tuple[tuple[object, str], ...]:
    """Return the clauses and evidence of a license, each with a name to know it by."""
    clause_prefix = f"{BASE}clause/{license_id}/"
    clauses = [
        (node, node.value.removeprefix(clause_prefix))
        for node in index()
        if isinstance(node, NamedNode) and node.value.startswith(clause_prefix)
    ]
    license_ = NamedNode(f"{BASE}license/{license_id}")
    evidence = [
        (node, f"fact {' '.join(texts_of(node, 'about'))}")
        for carrier in (license_, *(clause for clause, _ in clauses))
        for node in index()[carrier].get(NS + "evidence", [])
    ]
    return (*clauses, *evidence)


def quotes(license_id: str) -> list[Quote]:
    return [
        Quote(license_id, name, texts_of(node, "section"), text)
        for node, name in carriers(license_id)
        for text in texts_of(node, "quote")
    ]


@cache
def fingerprints(license_id: str) -> tuple[Fingerprint, ...]:
    path = FINGERPRINTS / f"{license_id}.json"
    assert path.is_file(), f"{license_id} has no fingerprint, so that no quote of it can be proved"
    return tuple(load(path))


def is_proved(license_id: str, text: str) -> bool:
    return any(fingerprint.contains(text) for fingerprint in fingerprints(license_id))


def test_the_catalogue_has_licenses_and_quotes() -> None:
    assert len(license_ids()) > 10
    assert sum(len(quotes(license_id)) for license_id in license_ids()) > 200


@pytest.mark.parametrize("license_id", license_ids())
def test_each_quote_stands_in_the_text(license_id: str) -> None:
    assert [q for q in quotes(license_id) if not is_proved(license_id, q.text)] == []


@pytest.mark.parametrize("license_id", license_ids())
def test_each_phrase_to_display_stands_in_the_text(license_id: str) -> None:
    for node, name in carriers(license_id):
        for phrase in (*texts_of(node, "phrase"), *texts_of(node, "namePrefix")):
            if len(words(phrase)) >= SHINGLE_WORDS:
                assert is_proved(license_id, phrase), (name, phrase)
            else:
                # Too short for a proof of its own: it must be part of words that are proved.
                proved = [" ".join(words(quote)) for quote in texts_of(node, "quote")]
                assert any(" ".join(words(phrase)) in quote for quote in proved), (name, phrase)


@pytest.mark.parametrize("license_id", license_ids())
def test_each_quote_is_short_and_has_one_section(license_id: str) -> None:
    for quote in quotes(license_id):
        assert len(quote.section) == 1, quote
        assert quote.section[0].strip(), quote
        assert len(quote.text.split()) <= MAX_QUOTE_WORDS, quote


@pytest.mark.parametrize("license_id", license_ids())
def test_each_clause_and_fact_has_one_quote(license_id: str) -> None:
    for node, name in carriers(license_id):
        assert len(texts_of(node, "quote")) == 1, name


@pytest.mark.parametrize("license_id", license_ids())
def test_each_right_is_given_or_withheld_in_one_quote(license_id: str) -> None:
    abouts = [
        about.removesuffix("-withheld")
        for node in index()[NamedNode(f"{BASE}license/{license_id}")].get(NS + "evidence", [])
        for about in texts_of(node, "about")
    ]
    rights = [about for about in abouts if about in RIGHTS]
    assert sorted(rights) == sorted(set(rights))


@pytest.mark.parametrize("license_id", license_ids())
def test_the_stated_hash_is_that_of_the_first_text(license_id: str) -> None:
    license_ = NamedNode(f"{BASE}license/{license_id}")
    assert texts_of(license_, "textSha256") == (fingerprints(license_id)[0].sha256,)


def with_one_word_changed(text: str) -> str:
    tokens = words(text)
    tokens[len(tokens) // 2] = "zebra"
    return " ".join(tokens)


def unbroken(license_id: str) -> list[str]:
    return [q.text for q in quotes(license_id) if "…" not in q.text and "..." not in q.text]


@pytest.mark.parametrize("license_id", license_ids())
def test_a_quote_with_one_word_changed_is_refused(license_id: str) -> None:
    whole = unbroken(license_id)
    assert [text for text in whole if is_proved(license_id, with_one_word_changed(text))] == []


@pytest.mark.parametrize("license_id", [name for name in license_ids() if len(unbroken(name)) > 1])
def test_an_ellipsis_joins_what_stands_apart_and_nothing_else_does(license_id: str) -> None:
    one, other = unbroken(license_id)[:2]
    assert is_proved(license_id, f"{one} … {other}")
    assert not is_proved(license_id, f"{one} zebra {other}")


def test_a_quote_too_short_to_prove_is_an_error() -> None:
    fingerprint = Fingerprint.of_text("permission is hereby granted free of charge", "a text")
    with pytest.raises(ValueError, match="fewer than 4 words"):
        fingerprint.contains("hereby granted free")


def test_case_punctuation_and_spacing_do_not_matter_to_a_quote() -> None:
    fingerprint = Fingerprint.of_text('Permission is *hereby* granted,\n"free of charge"', "a text")
    assert fingerprint.contains("permission is HEREBY granted — free of charge")
    assert not fingerprint.contains("permission is granted free of charge")


def text_file(source: str) -> Path:
    """Return where the text stands that a fingerprint names as ``owner/repository path``."""
    repository, _, path = source.partition(" ")
    return TEXTS / f"{repository}__{path}".replace("/", "_")


@pytest.mark.skipif(not TEXTS.is_dir(), reason=f"needs the license texts in {TEXTS}")
@pytest.mark.parametrize("license_id", license_ids())
def test_fingerprints_made_afresh_are_those_that_ship(license_id: str) -> None:
    for shipped in fingerprints(license_id):
        path = text_file(shipped.source)
        if not path.is_file():
            continue
        fresh = Fingerprint.of_text(path.read_text(encoding="utf-8"), shipped.source)
        assert fresh.sha256 == shipped.sha256, shipped.source
        assert fresh.word_count == shipped.word_count, shipped.source
        assert fresh.shingles.tolist() == shipped.shingles.tolist(), shipped.source
        found = shipped_identifier().identify(path.read_text(encoding="utf-8"))
        assert found.status == "identified", shipped.source
        assert license_id in (found.part_of if shipped.incorporated else found.licenses)


@pytest.mark.skipif(not TEXTS.is_dir(), reason=f"needs the license texts in {TEXTS}")
def test_most_texts_beside_the_checkout_are_found_by_their_source() -> None:
    sources = [f.source for license_id in license_ids() for f in fingerprints(license_id)]
    assert sum(text_file(source).is_file() for source in sources) > 5


def test_each_fingerprint_is_of_a_license_in_the_catalogue() -> None:
    stems = {path.name.removesuffix(".json") for path in FINGERPRINTS.glob("*.json")}
    assert stems == set(license_ids())
