"""Parts of a lineage: what reasons cite and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from licet_ontology.terms import BASE, RDF, local_name, term
from licet_reasoning.beginnings import prescribed_beginnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_reasoning.explanation import Reason, Step

_GAP = term("gap")

Triples = frozenset[tuple[str, str, str]]
Likeness = tuple[Triples, Triples, tuple[int, ...]]


@dataclass(frozen=True)
class Excerpt:
    """Part of the lineage of one work, in IRIs.

    Attributes:
        work: The work that is judged.
        facts: What is stated, as (work, property, value).
        steps: Derivations, as (child, relation, parent).
    """

    work: str
    facts: Triples
    steps: Triples

    def works(self) -> list[str]:
        """Return all works that occur in it, the one that is judged first."""
        others = {work for work, _, _ in self.facts}
        others |= {work for child, _, parent in self.steps for work in (child, parent)}
        return [self.work, *sorted(others - {self.work})]

    def likeness(self) -> Likeness:
        """Return what any two have in common of which rules say the same.

        The name of the work that is judged matters only as far as clauses prescribe names.
        """

        def called(work: str) -> str:
            return "" if work == self.work else work

        name = unquote(local_name(self.work))
        return (
            frozenset((called(work), p, value) for work, p, value in self.facts),
            frozenset((called(child), r, called(parent)) for child, r, parent in self.steps),
            tuple(beginning.shown_by(name) for beginning in prescribed_beginnings()),
        )


def excerpt(
    work: str,
    facts_of: Callable[[str], Iterable[tuple[str, str]]],
    reasons: Iterable[Reason],
    is_unread: Callable[[str], bool],
) -> Excerpt:
    """Return what some reasons cite, each path with works of its own, and no other gap.

    A work that is on two paths, or twice on one, stands for each occurrence apart, so that no
    path is continued by another. Of works on the way nothing is known, not even that they are
    models: a model of no known terms would be one of another lineage. Nor are they called what
    they are, for rules look at the name of no work but the one that is judged.

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
                name = f"{BASE}{step.parent.partition('/')[0]}/{branch}-{place}"
                steps.add((names[-1], term(step.relation), name))
                names.append(name)
            facts |= {(name, RDF + "type", term("Dataset")) for name in names[1:-1]}
            source = BASE + imposition.work
            facts |= {(names[-1], p, value) for p, value in told(source, reason.term.iri)}
    return Excerpt(work, frozenset(facts), frozenset(steps))
