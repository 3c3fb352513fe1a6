"""Parts of a lineage: what reasons cite and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, RDF, term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_reasoning.explanation import Reason, Step

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
    is_unread: Callable[[str], bool],
) -> Excerpt:
    """Return what some reasons cite, each path with works of its own, and no other gap.

    A work that is on two paths, or twice on one, stands for each occurrence apart, so that no
    path is continued by another. Of works on the way nothing is known, not even that they are
    models: a model of no known terms would be one of another lineage.

    Args:
        work: Its IRI.
        facts_of: What is stated of a work, as (property, value).
        reasons: With the whole path of each work that imposes them.
        is_unread: Whether a value is a license that nobody has read, which is like a gap.
    """

    def told(name: str, cited: str) -> list[tuple[str, str]]:
        return [
            (p, value)
            for p, value in facts_of(name)
            if value == cited or (p != _GAP and not is_unread(value))
        ]

    facts = {(work, p, value) for p, value in told(work, "")}
    steps: set[tuple[str, str, str]] = set()
    branches: dict[tuple[Step, ...], int] = {}
    for reason in reasons:
        for imposition in reason.imposed_by:
            branch = branches.setdefault(imposition.path, len(branches))
            names = [work]
            for place, step in enumerate(imposition.path, start=1):
                kind, _, rest = step.parent.partition("/")
                name = f"{BASE}{kind}/{branch}-{place}-{rest}"
                steps.add((names[-1], term(step.relation), name))
                names.append(name)
            facts |= {(name, RDF + "type", term("Dataset")) for name in names[1:-1]}
            source = BASE + imposition.work
            facts |= {(names[-1], p, value) for p, value in told(source, reason.term.iri)}
    return Excerpt(work, frozenset(facts), frozenset(steps))
