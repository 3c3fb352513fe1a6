"""Parts of a lineage: what reasons cite and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, RDF, term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_reasoning.explanation import Reason

_GAP = term("gap")


@dataclass(frozen=True)
class Excerpt:
    """Part of the lineage of one work, in IRIs.

    Attributes:
        work: The work that is judged.
        facts: What is stated, as (work, property, value).
        steps: Derivations, as (child, relation, parent).
    """

    work: str
    facts: frozenset[tuple[str, str, str]]
    steps: frozenset[tuple[str, str, str]]

    def works(self) -> list[str]:
        """Return all works that occur in it, the one that is judged first."""
        others = {work for work, _, _ in self.facts}
        others |= {work for child, _, parent in self.steps for work in (child, parent)}
        return [self.work, *sorted(others - {self.work})]


def excerpt(
    work: str,
    facts_of: Callable[[str], Iterable[tuple[str, str]]],
    reasons: Iterable[Reason],
) -> Excerpt:
    """Return a work's own terms with what some reasons cite, and no gap that they do not.

    Args:
        work: Its IRI.
        facts_of: What is stated of a work, as (property, value).
        reasons: With the whole path of each work that imposes them.
    """
    facts = {(work, p, value) for p, value in facts_of(work) if p != _GAP}
    steps: set[tuple[str, str, str]] = set()
    for reason in reasons:
        for imposition in reason.imposed_by:
            source = BASE + imposition.work
            path = [(BASE + s.child, term(s.relation), BASE + s.parent) for s in imposition.path]
            steps.update(path)
            facts |= {
                (on_path, p, value)
                for child, _, parent in path
                for on_path in (child, parent)
                for p, value in facts_of(on_path)
                if p == RDF + "type"
            }
            facts |= {
                (source, p, value)
                for p, value in facts_of(source)
                if p != _GAP or value == reason.term.iri
            }
    return Excerpt(work, frozenset(facts), frozenset(steps))
