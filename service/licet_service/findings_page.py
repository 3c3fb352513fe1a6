"""What each finding rule says, for a reader who is to agree or disagree with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, RDFS, SKOS, term
from licet_queries.library import folder_queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_queries.library import SavedQuery

SEVERITIES = {
    "error": "a term is violated",
    "warning": "something to know, which the publisher or a user must judge",
    "unknown": "something is not known, so that a violation cannot be excluded",
}
_BEFORE = """# What the findings say

Made by `licet findings` from the headers of the rules in
[`queries/licet_queries/findings`](../queries/licet_queries/findings) and from the ontology; a test
keeps this page as they are. This is not legal advice.

A rule gives one of three verdicts on a work: a *finding*, an *open question* where nobody can say
from what is published, or *kept*. No rule says that a work is compliant. All rules run under each
reading of contested law: the reading decides which clauses reach a work, and so what a rule is
asked of; where a reading leaves open whether a term binds, a finding becomes an open question,
also of the rules that only point out a term.

An error makes `licet check` end with status 1, and what is unknown, open questions included, with
status 3. Warnings that only point out a term, such as `terminable`, are in no count of
noncompliance: they say of no work that it violates something."""
_AFTER = """## Duties that have no code

`license-copy`, `attribution`, `notice-file`, `state-changes`, `display-notice`,
`extracted-model-notice`, `output-dataset-notice`, `impact-report` and `acceptance` are kinds of
clauses, not findings. Each work that they bind has them among its obligations, with section, quote
and what fulfils them (`licet check`, `licet query card-duties`). Whether one is fulfilled cannot be
seen from metadata: as findings, nearly all would be open questions on nearly every derivative, and
hide those that are not."""


@dataclass(frozen=True)
class FindingPage:
    """One finding code, as rule and ontology describe it.

    Attributes:
        code: The finding code.
        severity: One of ``SEVERITIES``.
        label: A few words.
        says: What a finding of this code says.
        question: What the rule asks.
        decided: How, where the question leaves it open, or empty.
        rests_on: Labels and definitions of the kinds of clauses that it rests on.
        discharged_by: What shows that a term is kept.
        unknown_when: When the rule leaves the verdict open, or why it never does.
        remedy: How to fix it.
    """

    code: str
    severity: str
    label: str
    says: str
    question: str
    decided: str
    rests_on: tuple[tuple[str, str], ...]
    discharged_by: str
    unknown_when: str
    remedy: str


def finding_pages() -> list[FindingPage]:
    """Return the description of each rule, the gravest severity first, then by code."""
    pages = [_page(rule) for rule in folder_queries("findings")]
    return sorted(pages, key=lambda page: (list(SEVERITIES).index(page.severity), page.code))


def findings_markdown() -> Iterator[str]:
    """Yield the description of all rules as a Markdown document."""
    yield _BEFORE
    pages = finding_pages()
    for severity, meaning in SEVERITIES.items():
        yield ""
        yield f"## Severity {severity}: {meaning}"
        for page in pages:
            if page.severity == severity:
                yield ""
                yield f"### `{page.code}`: {page.label}"
                yield ""
                yield from _lines(page)
    yield ""
    yield _AFTER


def _lines(page: FindingPage) -> Iterator[str]:
    yield page.says
    yield ""
    yield f"- **Asks** {page.question}"
    kinds = "; ".join(f"*{label}* ({_uncapitalized(says)})" for label, says in page.rests_on)
    yield f"- **Rests on** {kinds or 'no clause, but what is stated of works or whole licenses'}."
    if page.decided:
        yield f"- **Decided so.** {page.decided}"
    yield f"- **Discharged by** {page.discharged_by}."
    yield f"- **Left open when.** {_sentence(page.unknown_when)}"
    yield f"- **Fix.** {page.remedy}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."


def _uncapitalized(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _page(rule: SavedQuery) -> FindingPage:
    code = rule.header["code"]
    kind = term(f"finding-{code}")
    return FindingPage(
        code=code,
        severity=_described(kind, NS + "severity"),
        label=_described(kind, RDFS + "label"),
        says=_described(kind, SKOS + "definition"),
        question=rule.summary,
        decided=" ".join(rule.description.split()),
        rests_on=tuple(
            (_described(term(name), RDFS + "label"), _described(term(name), SKOS + "definition"))
            for name in rule.header["rests-on"]
        ),
        discharged_by=" ".join(rule.header["discharged-by"].split()),
        unknown_when=" ".join(rule.header["unknown-when"].split()),
        remedy=_described(kind, NS + "remedy"),
    )


def _described(subject: str, predicate: str) -> str:
    return _ontology_texts()[subject, predicate]


@cache
def _ontology_texts() -> dict[tuple[str, str], str]:
    wanted = {RDFS + "label", SKOS + "definition", NS + "severity", NS + "remedy"}
    return {
        (text_of(t.subject), t.predicate.value): text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value in wanted
    }
