"""Which licenses a derivative may carry, judged by the rules that judge the Hub."""

from __future__ import annotations

from functools import cache

import pytest

from licet_ontology.expressions import Expression, parse_expression
from licet_ontology.terms import license_iri, term
from licet_reasoning.compatibility import Candidate, compatible_licenses
from licet_reasoning.quotient import compile_reading, shipped_catalogue


@cache
def answers(
    parents: tuple[str, ...], offers: tuple[str, ...], relation: str = "mergedFrom"
) -> dict[str, Candidate]:
    candidates = {offer: parse_expression(offer) for offer in offers}
    found = compatible_licenses(
        [license_iri(parent) for parent in parents],
        term(relation),
        candidates,
        compile_reading("cautious"),
        shipped_catalogue(),
    )
    return {one.license: one for one in found}


@pytest.mark.parametrize(
    ("parents", "offer", "answer"),
    [
        # An upgrade that a share-alike accepts outright, and never the way back.
        ("cc-by-sa-4.0", "GPL-3.0-only", "may"),
        ("gpl-3.0", "CC-BY-SA-4.0", "may not"),
        ("cc-by-sa-3.0", "CC-BY-SA-4.0", "may"),
        ("cc-by-sa-4.0", "CC-BY-SA-3.0", "may not"),
        ("cc-by-nc-sa-3.0", "CC-BY-NC-SA-4.0", "may"),
        ("lgpl-2.1", "GPL-2.0-only", "may"),
        ("lgpl-2.1", "GPL-3.0-only", "may"),
        ("lgpl-3.0", "GPL-3.0-only", "may"),
        ("lgpl-3.0", "GPL-2.0-only", "may not"),
        # GPL-3.0 section 13 speaks of combinations alone.
        ("gpl-3.0", "AGPL-3.0-only", "unknown"),
        ("gpl-3.0 agpl-3.0", "AGPL-3.0-only", "may"),
        ("gpl-3.0 agpl-3.0", "GPL-3.0-only", "may not"),
        # MPL-2.0 3.3 and the appendix of the EUPL likewise.
        ("mpl-2.0", "GPL-3.0-only", "unknown"),
        ("mpl-2.0 gpl-3.0", "GPL-3.0-only", "may"),
        ("eupl-1.2", "MPL-2.0", "unknown"),
        ("eupl-1.2 mpl-2.0", "MPL-2.0", "may"),
        ("eupl-1.2", "EUPL-1.1", "unknown"),
        ("eupl-1.1", "EUPL-1.2", "may"),
        # "Or any later version" is for the work to say.
        ("gpl-2.0", "GPL-3.0-only", "unknown"),
        ("gpl-2.0 apache-2.0", "GPL-2.0-only", "may not"),
        ("gpl-3.0 apache-2.0", "GPL-3.0-only", "may"),
        # MPL-2.0 3.3 lets recipients take the GPL in its place, its end on patent litigation too.
        ("mpl-2.0 gpl-2.0", "GPL-2.0-only", "may"),
        ("mpl-2.0 lgpl-2.1", "LGPL-2.1-only", "may"),
        # So does Artistic-2.0 4(c)(ii) with what was modified; that clause asks for no license.
        ("artistic-2.0 gpl-2.0", "GPL-2.0-only", "may"),
        ("artistic-2.0", "GPL-2.0-only", "may"),
        ("epl-2.0 gpl-2.0", "GPL-2.0-only", "unknown"),
        ("epl-1.0 gpl-2.0", "GPL-2.0-only", "may not"),
        # OpenRAIL asks for at least its restrictions.
        ("creativeml-openrail-m", "bigscience-openrail-m", "may"),
        ("bigscience-openrail-m", "creativeml-openrail-m", "may not"),
        ("creativeml-openrail-m", "Apache-2.0", "may not"),
        # Expressions: together, either, and with what nobody has read.
        ("gpl-3.0", "GPL-3.0-only AND MIT", "may"),
        ("gpl-3.0", "GPL-3.0-only OR MIT", "may not"),
        ("gpl-3.0", "GPL-3.0-only WITH GCC-exception-3.1", "unknown"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0 AND MIT", "may"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0 OR MIT", "may not"),
        ("cc-by-nc-4.0 cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0", "may"),
        ("cc-by-nc-4.0 cc-by-sa-4.0", "CC-BY-SA-4.0", "may not"),
        ("cc-by-nc-4.0 cc-by-sa-4.0", "CC-BY-NC-SA-4.0", "may not"),
        ("cc-by-nd-4.0", "CC-BY-ND-4.0", "may not"),
    ],
)
def test_what_a_derivative_may_carry(parents: str, offer: str, answer: str) -> None:
    found = answers(tuple(parents.split()), (offer,))[offer]
    assert found.answer == answer, found


def test_a_license_that_nobody_has_read_is_never_said_to_do() -> None:
    unread = Expression(((license_iri("h-research"),),))
    for parent in ("gpl-3.0", "mit", "cc-by-nc-4.0"):
        (found,) = compatible_licenses(
            [license_iri(parent)],
            term("finetunedFrom"),
            {"h-research": unread},
            compile_reading("cautious"),
            shipped_catalogue(),
        )
        assert found.answer == "unknown"


def test_a_derivative_of_what_nobody_has_read_may_carry_nothing_that_is_known() -> None:
    offers = ("mit", "gpl-3.0-only", "gemma")
    found = answers(("h-research",), offers, "finetunedFrom")
    assert {one.answer for one in found.values()} == {"unknown"}


MG = ("mg0", "by", "sa", "rai", "nc", "nd", "nc-rai", "nc-nd")
# For each pair of ModelGo 2.0 licenses, those of them that a merge may carry; the terms of the
# lesser remain as duties beside it. ND lets no merge be shared. "Stricter options, never fewer"
# is the steward's advice: of these texts only SA speaks of the license of a derivative, and
# NC forbids commerce with it. RAI binds whoever uses the work, under whatever license but one
# that SA has put on all of it, with none of its restrictions: the steward's table says so too.
SHARED = {
    frozenset({"sa"}): {"sa"},
    frozenset({"nc"}): {"nc", "nc-rai", "nc-nd"},
    frozenset({"sa", "nc"}): set[str](),
}


@pytest.mark.parametrize("one", MG)
@pytest.mark.parametrize("other", MG)
def test_the_merge_table_of_modelgo(one: str, other: str) -> None:
    names = {short: "mg0-2.0" if short == "mg0" else f"mg-by-{short}-2.0" for short in MG}
    names["by"] = "mg-by-2.0"
    found = answers((names[one], names[other]), tuple(names.values()))
    may = {short for short, name in names.items() if found[name].answer == "may"}
    options = {option for name in (one, other) for option in name.split("-")}
    if "nd" in options:
        assert may == set()
        assert all(
            "no-derivatives" in {j.code for j in candidate.against} for candidate in found.values()
        )
    elif options >= {"sa", "rai"}:
        assert may == set()
    else:
        assert may == SHARED.get(frozenset(options & {"sa", "nc"}), set(MG))
