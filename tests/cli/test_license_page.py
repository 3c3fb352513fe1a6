"""The page on one license: complete, in words, and open about what is not known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from licet_service.license_page import BOUND, license_page
from licet_service.license_view import (
    ClauseView,
    LicenseView,
    RightView,
    license_ids,
    license_view,
)

VIEWS = [license_view(id_) for id_ in license_ids()]


def sections(view: LicenseView) -> dict[str, list[str]]:
    """Return the lines of a page by the heading of the second rank that they stand under."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for line in license_page(view):
        if line.startswith("## "):
            heading = line.removeprefix("## ")
            assert heading not in found
            found[heading] = []
        else:
            found[heading].append(line)
    return found


def clause(**stated: object) -> ClauseView:
    """Return a clause of the smallest world, with what a test states of it."""
    plain = ClauseView(
        slug="one",
        kind="attribution",
        group="duty",
        label="Name the authors",
        scopes=("onCopy",),
        section="3(a)",
        quote="name the authors",
        parameters=(),
        evidence=(),
        settlements=(),
    )
    return replace(plain, **stated)  # type: ignore[arg-type]


def page(*clauses: ClauseView, **stated: object) -> dict[str, list[str]]:
    plain = LicenseView(
        id="x-1.0",
        label="X License 1.0",
        read=True,
        issued="",
        family="",
        identity=(),
        facts=(),
        rights=(),
        clauses=clauses,
    )
    return sections(replace(plain, **stated))  # type: ignore[arg-type]


def test_a_right_is_told_with_its_words_or_as_not_stated() -> None:
    given = RightView("share", "Right to share", "granted", "2", "You may share it")
    withheld = RightView("modify", "Right to modify", "reserved", "3", "You may not change it")
    silent = RightView("reproduce", "Right to use and reproduce", "not-stated", "", "")
    assert page(rights=(given, withheld, silent))["What it grants"] == [
        "",
        "- Right to share: **granted**",
        "  - section 2: “You may share it”",
        "- Right to modify: **withheld**",
        "  - section 3: “You may not change it”",
        "- Right to use and reproduce: **not stated**",
        "",
    ]


################################################################ every license


def test_every_clause_stands_under_everybody_whom_it_binds_and_is_quoted_once() -> None:
    for view in VIEWS:
        found = sections(view)
        text = "\n".join(license_page(view))
        for shown in view.clauses:
            where = {
                scope for scope, bound in BOUND.items() if shown.label in str(found.get(bound))
            }
            assert set(shown.scopes) <= where, (view.id, shown.slug)
            told = f"- **{shown.label}** ({shown.kind}, "
            quoted = [line for line in text.splitlines() if line.startswith(told)]
            assert any(f"“{shown.quote}”" in line for line in quoted), (view.id, shown.slug)
        in_full = [line for line in text.splitlines() if line.startswith("- **")]
        assert len(in_full) == len(view.clauses), view.id


def test_nobody_heads_a_section_without_a_clause() -> None:
    for view in VIEWS:
        named = {BOUND[scope] for one in view.clauses for scope in one.scopes}
        assert named == set(BOUND.values()) & set(sections(view)), view.id


def test_every_fact_is_stated_or_named_as_not_stated() -> None:
    for view in VIEWS:
        found = sections(view)
        for fact in view.facts:
            silent = fact.code in {"notStated", "notAddressed"}
            heading = "What the text does not state" if silent else "The license as a whole"
            assert fact.value in "\n".join(found[heading]), (view.id, fact.name)
            assert all(words.quote in "\n".join(found[heading]) for words in fact.evidence)


def test_no_page_has_the_name_of_a_property_for_a_label() -> None:
    for view in VIEWS:
        for line in license_page(view):
            label = re.match(r" *- ([^:“*`(]+):", line)
            assert label is None or not re.search(r"[a-z][A-Z]", label[1]), (view.id, line)


def test_every_settlement_is_told() -> None:
    for view in VIEWS:
        text = "\n".join(license_page(view))
        evidence = [words for fact in view.facts for words in fact.evidence]
        evidence += [words for shown in view.clauses for words in shown.evidence]
        told = [one for words in evidence for one in words.settlements]
        told += [one for shown in view.clauses for one in shown.settlements]
        for settlement in told:
            assert f"How two readings were settled: {settlement}" in text, view.id


def test_every_other_name_and_the_hash_of_the_text_are_told() -> None:
    for view in VIEWS:
        text = "\n".join(license_page(view))
        for name, value in view.identity:
            if name in {"alias", "hubIdentifier", "textSha256", "spdxIdentifier"}:
                assert f"`{value}`" in text, (view.id, name)


################################################################ the smallest worlds


def test_a_license_that_was_read_once_says_so() -> None:
    assert page()[""][-2] == (
        "- Status: the text was read once, and no second reading was compared with it."
    )


def test_a_license_that_was_read_twice_says_when() -> None:
    assert page(identity=(("secondReading", "2026-01-02"),))[""][-2].endswith(
        "read twice; the readings were compared and settled on 2026-01-02."
    )


def test_a_license_that_was_not_read_has_no_more_than_names() -> None:
    found = page(read=False, identity=(("alias", "x"),))
    assert found[""][-2].endswith("has not been read: nothing can be concluded from it.")
    assert list(found) == ["", "Known names and text"]


def test_a_clause_is_told_in_full_once_and_then_by_its_label() -> None:
    found = page(clause(scopes=("onCopy", "onService")))
    assert found["Whoever passes on the work unchanged"] == [
        "",
        "### Duties",
        "",
        "- **Name the authors** (attribution, section 3(a)): “name the authors”",
        "",
    ]
    assert found["Whoever offers a service or product that uses the work"][3] == (
        "- Name the authors (section 3(a); see “Whoever passes on the work unchanged”)"
    )


@pytest.mark.parametrize(
    ("group", "heading"),
    [
        ("duty", "### Duties"),
        ("prohibition", "### Prohibitions"),
        ("condition", "### Conditions"),
        ("permission", "### Permissions"),
    ],
)
def test_clauses_stand_by_what_they_do(group: str, heading: str) -> None:
    assert heading in page(clause(group=group))["Whoever passes on the work unchanged"]


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ((("namePrefix", "Llama"),), "The name must begin with: “Llama”"),
        ((("phrase", "Built with X"),), "Prescribed words: “Built with X”"),
        (
            (
                ("period", "the preceding month"),
                ("referenceDate", "the release date"),
                ("threshold", "700000000"),
                ("unit", "monthly active users"),
            ),
            "Takes effect above 700,000,000 monthly active users, counted over: "
            "the preceding month, measured at: the release date",
        ),
        ((("threshold", "1.5"), ("unit", "USD")), "Takes effect above 1.5 USD"),
        ((("territory", "EU"), ("territory", "KR")), "Places named: EU, KR (ISO 3166, or EU)"),
        ((("condition", "You publish."),), "Condition: You publish."),
        (
            (("requiresLicense", "license/mit"),),
            "Required license: MIT License (`mit`)",
        ),
        (
            (("acceptsLicense", "license/isc"), ("acceptsLicense", "license/mit")),
            "Licenses that satisfy it: ISC License (`isc`), MIT License (`mit`)",
        ),
        (
            (("forbidsPatentRetaliation", "true"),),
            "Leaves no room for terms that end rights on patent litigation: yes",
        ),
        ((("period", "one year"),), "Period: one year"),
        ((("severity", "new"),), "Severity: new"),
    ],
)
def test_parameters_are_put_into_words(parameters: object, line: str) -> None:
    found = page(clause(parameters=parameters))["Whoever passes on the work unchanged"]
    assert found[4:] == [f"  - {line}", ""]


def test_a_section_without_a_number_goes_by_its_own_name() -> None:
    [line] = [
        line
        for line in page(clause(section="preamble"))["Whoever passes on the work unchanged"]
        if line.startswith("- **")
    ]
    assert "(attribution, preamble)" in line


def test_those_whom_no_clause_names_are_named_as_such() -> None:
    silent = page(clause(scopes=("onAdaptation",)))["What the text does not state"]
    assert (
        "- Whoever passes on the work unchanged: the catalogue has no clause that names them."
        in (silent)
    )
    assert not any(line.startswith("- Whoever publishes a derivative:") for line in silent)
