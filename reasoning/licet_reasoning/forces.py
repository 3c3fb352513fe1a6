"""The force that licenses have for works, by what these state of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad

from licet_reasoning.rules import apply_consequences, apply_stage, new_graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from licet_reasoning.axioms import Axioms

Facts = tuple[tuple[str, str], ...]
"""What is said of one work, as (property, value), sorted."""

KEPT = 10_000
"""Of how many different statements it is remembered what follows."""


class Forces:
    """What follows from what a work states of itself: that, and the force of its licenses.

    It is the same for all works that state the same, and concluded once for them.

    Args:
        catalogue: What is said of licenses on which the force of their terms depends.
        axioms: Of the reading.
    """

    def __init__(self, catalogue: Iterable[Triple], axioms: Axioms) -> None:
        self._catalogue = tuple(catalogue)
        self._axioms = axioms
        self._of: dict[Facts, Facts] = {}

    def of(self, stated: Iterable[Facts]) -> dict[Facts, Facts]:
        """Return what holds of works that state this."""
        wanted = set(stated)
        if new := sorted(wanted - self._of.keys()):
            if len(self._of) > KEPT:
                self._of.clear()
                new = sorted(wanted)
            self._of |= self._concluded(new)
        return {facts: self._of[facts] for facts in wanted}

    def _concluded(self, kinds: list[Facts]) -> dict[Facts, Facts]:
        nodes = [NamedNode(f"urn:licet:kind:{number}") for number in range(len(kinds))]
        store = new_graph(self._catalogue)
        for node, facts in zip(nodes, kinds, strict=True):
            for predicate, value in facts:
                store.add(Quad(node, NamedNode(predicate), NamedNode(value)))
        apply_stage(store, "work")
        apply_consequences(store, self._axioms)
        return {
            facts: tuple(
                sorted(
                    (quad.predicate.value, quad.object.value)
                    for quad in store.quads_for_pattern(node, None, None)
                    if isinstance(quad.object, NamedNode)
                )
            )
            for node, facts in zip(nodes, kinds, strict=True)
        }
