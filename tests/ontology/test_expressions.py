"""SPDX expressions: what applies together, what may be chosen, and what nobody has read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ontology.errors import UsageError
from licet_ontology.expressions import Expression, is_expression, parse_expression
from licet_ontology.terms import license_iri

MIT, APACHE, GPL2, GPL3, LGPL3 = map(
    license_iri, ("mit", "apache-2.0", "gpl-2.0", "gpl-3.0", "lgpl-3.0")
)


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("MIT", ((MIT,),)),
        ("MIT AND Apache-2.0", ((APACHE, MIT),)),
        ("MIT OR Apache-2.0", ((APACHE,), (MIT,))),
        ("MIT AND (Apache-2.0 OR GPL-3.0-only)", ((APACHE, MIT), (GPL3, MIT))),
        ("MIT OR Apache-2.0 AND GPL-3.0-only", ((APACHE, GPL3), (MIT,))),
        ("GPL-2.0-only", ((GPL2,),)),
        ("GPL-2.0-or-later", ((GPL2,), (GPL3,))),
        ("GPL-2.0+ AND MIT", ((GPL2, MIT), (GPL3, MIT))),
        ("LGPL-3.0-or-later", ((LGPL3,),)),
        ("mit or MIT", ((MIT,),)),
    ],
)
def test_an_expression_is_its_alternatives(
    text: str, alternatives: tuple[tuple[str, ...], ...]
) -> None:
    assert parse_expression(text) == Expression(alternatives)


def test_an_exception_is_a_text_that_nobody_read() -> None:
    found = parse_expression("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT")
    assert found == Expression(((GPL2,), (MIT,)), ("Classpath-exception-2.0",))


def test_a_name_that_the_catalogue_does_not_hold_is_said() -> None:
    found = parse_expression("LicenseRef-mine AND MIT")
    assert found == Expression(((MIT,),), ("LicenseRef-mine",))
    assert parse_expression("LicenseRef-mine+").unread == ("LicenseRef-mine+",)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GPL-3.0-only", True),
        ("GPL-3.0-only AND MIT", True),
        ("GPL-3.0-only OR MIT", False),
        ("GPL-2.0-or-later", False),
        ("MIT", False),
        ("GPL-3.0-only WITH GCC-exception-3.1", None),
        ("GPL-3.0-only OR LicenseRef-mine", None),
    ],
)
def test_a_duty_is_kept_if_every_alternative_keeps_it(text: str, kept: bool | None) -> None:
    assert parse_expression(text).keeps_to(frozenset({GPL3})) is kept


@pytest.mark.parametrize(
    "text", ["", "  ", "MIT OR", "(MIT", "MIT/Apache", "MIT, BSD", "A OR " * 12 + "A", "x" * 501]
)
def test_what_is_no_expression_is_an_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_expression(text)


def test_only_what_has_an_operator_is_written_as_an_expression() -> None:
    assert is_expression("MIT OR Apache-2.0")
    assert is_expression("gpl-2.0-or-later")
    assert not is_expression("apache-2.0-and-gemma-terms")
    assert not is_expression("openrail")


NAMES = st.sampled_from(["MIT", "Apache-2.0", "GPL-2.0-only", "CC-BY-4.0", "nobody-knows"])
TEXTS = st.recursive(
    NAMES,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=6,
)


@given(TEXTS, TEXTS)
def test_an_offer_of_either_offers_nothing_else(one: str, two: str) -> None:
    a, b = parse_expression(one), parse_expression(two)
    either = parse_expression(f"{one} OR {two}")
    assert set(either.alternatives) <= {*a.alternatives, *b.alternatives}
    assert set(either.unread) <= {*a.unread, *b.unread}


@given(TEXTS, TEXTS)
def test_what_applies_together_holds_the_licenses_of_both(one: str, two: str) -> None:
    a, b = parse_expression(one), parse_expression(two)
    if not (a.unread or b.unread):
        for all_of in parse_expression(f"{one} AND {two}").alternatives:
            assert any(set(all_of) >= set(part) for part in a.alternatives)
            assert any(set(all_of) >= set(part) for part in b.alternatives)


@given(TEXTS, st.frozensets(st.sampled_from([MIT, APACHE, GPL2])))
def test_a_choice_keeps_a_duty_only_if_both_offers_do(text: str, accepted: frozenset[str]) -> None:
    kept = parse_expression(text).keeps_to(accepted)
    with_mit = parse_expression(f"{text} OR MIT").keeps_to(accepted)
    if kept is not None:
        assert with_mit is (kept and MIT in accepted)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(parse_expression(text), Expression)
