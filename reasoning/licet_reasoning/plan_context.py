"""What all parts of the judgement on a plan look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from licet_ontology.terms import local_name, term, work_iri
from licet_reasoning.explanation import Imposition, Step
from licet_reasoning.planned import changes
from licet_reasoning.triggers import HANDED_OVER

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.explanation import Reason
    from licet_reasoning.hypothesis import Judged
    from licet_reasoning.plan import Plan
    from licet_reasoning.planned import Prepared, Release, Use
    from licet_reasoning.spelling import Key

SHOWN_IMPOSITIONS = 5
"""Works shown, nearest first, that impose one term; how many there are is said."""


@dataclass(frozen=True, eq=False)
class Context:
    """A plan, its works and what is concluded of them.

    Attributes:
        plan: As it was written.
        prepared: As works and derivations.
        compiled: Ontology, rules and catalogue.
        judged: What is concluded of the works.
        tried: Works whose license is open: by each license tried, the IRI of the work under it.
    """

    plan: Plan
    prepared: Prepared
    compiled: Compiled
    judged: Judged
    tried: dict[Key, dict[str, str]]

    @cached_property
    def _names(self) -> dict[str, str]:
        found = {local_name(work_iri(*key)): n for key, n in self.name_of.items()}
        return found | {
            local_name(work_iri(*r.node)): f"{r.publication.work} as {r.publication.form}"
            for r in self.prepared.releases
            if r.node != r.work
        }

    @cached_property
    def name_of(self) -> dict[Key, str]:
        """The name in the plan of each work."""
        return self.prepared.name_of

    def shown(self, work: str) -> str:
        """Return the name in the plan of a work, or its id on the Hub."""
        return self._names.get(work, work)

    def named(self, imposition: Imposition) -> Imposition:
        """Return how a term reaches a work, with names as in the plan."""
        return Imposition(  # There are hundreds, and `dataclasses.replace` is slow.
            self.shown(imposition.work),
            imposition.axiom,
            tuple(
                Step(self.shown(step.child), step.relation, self.shown(step.parent))
                for step in imposition.path
            ),
            imposition.force,
            in_doubt=imposition.in_doubt,
            steps=imposition.steps,
        )

    def named_reason(self, reason: Reason) -> Reason:
        """Return a reason with names as in the plan."""
        return replace(reason, imposed_by=tuple(map(self.named, reason.imposed_by)))

    def changed(self, work: Key) -> int:
        """Return the works that the plan changes on the way to a work, as a bitset."""
        if work not in self._changed:
            found = 0
            for key in self.prepared.lineage_of(work):
                found |= self._changed_by.get(key, 0)
            self._changed[work] = found
        return self._changed[work]

    @cached_property
    def _changed(self) -> dict[Key, int]:
        return {}

    @cached_property
    def _changed_by(self) -> dict[Key, int]:
        return {
            key: self.judged.sources(work_iri(*key), term("derivativeOf"))
            for key, action in self.prepared.made.items()
            if changes(action)
        }

    def handed_on(self, release: Release) -> set[Use]:
        """Return the uses through which something of a work remains in what is published."""
        remaining = {release.work}
        found: set[Use] = set()
        for key in self.prepared.lineage_of(release.work):
            for use in self.prepared.uses.get(key, ()) if key in remaining else ():
                serves = use.relation == "combines" and release.publication.form == "service"
                if use.relation in CARRYING or serves:
                    remaining.add(use.work)
                    found.add(use)
        return found


CHANGING = frozenset(
    {
        "abliteratedFrom",
        "adaptedFrom",
        "adapterFor",
        "convertedFrom",
        "finetunedFrom",
        "mergedFrom",
        "prunedFrom",
        "quantizedFrom",
    }
)
"""Relations of works to works that are changed in the making."""
CARRYING = CHANGING - {"adapterFor"} | {"copyOf", "bundles"}
"""Relations to works of which something remains in what was made."""


def is_handed_over(release: Release) -> bool:
    """Return whether the published work itself goes to others."""
    publication = release.publication
    return publication.how != "internal" and publication.form in HANDED_OVER
