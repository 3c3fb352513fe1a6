"""What all parts of the judgement on a plan look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, local_name, term, work_iri
from licet_reasoning.explanation import Imposition, Step
from licet_reasoning.planned import changes
from licet_reasoning.triggers import HANDED_OVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.explanation import Reason
    from licet_reasoning.hypothesis import Judged
    from licet_reasoning.plan import Plan
    from licet_reasoning.planned import Prepared, Release, Use
    from licet_reasoning.rules import Judgement
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

    @cached_property
    def _has_choice(self) -> bool:
        """Whether any work is offered under a choice of licenses."""
        return self.judged.is_stated(term("gap"), term("LicenseChoice"))

    def is_choice(self, imposed: Imposition) -> bool:
        """Return whether a work that imposes a clause is offered under a choice of licenses."""
        return self._is_choice(BASE + imposed.work)

    def _is_choice(self, work: str) -> bool:
        return term("LicenseChoice") in self.judged.stated(work, term("gap"))

    def unless_chosen(self, at: str, judgement: Judgement) -> Judgement:
        """Return a judgement, open if another license that is offered as well would avert it."""
        if judgement.verdict != "violated" or not self._has_choice:
            return judgement
        same = [
            other.because
            for other in self.judged.judgements(at)
            if other.code == judgement.code and other.verdict == "violated"
        ]
        against = judgement.against
        if self._can_be_averted(at, judgement.because, same) or (
            against and all(self._can_be_averted(at, iri, against) for iri in against)
        ):
            return replace(judgement, verdict="unknown")
        return judgement

    def _can_be_averted(self, at: str, clause: str, all_of_it: Iterable[str]) -> bool:
        """Return whether all that impose a clause offer a license without what is as bad."""
        own = self.judged.stated(at, term("license"))
        is_own = bool(self.compiled.owning(clause) & {*own}) and not self._is_choice(at)
        if is_own or not clause.startswith(f"{BASE}clause/"):
            return False
        imposed = self.judged.impositions(at, clause, SHOWN_IMPOSITIONS)
        if not imposed or len(imposed) < self.judged.imposers(at, clause).bit_count():
            return False
        as_bad = {license_ for one in all_of_it for license_ in self.compiled.owning(one)}
        return all(
            self.is_choice(one)
            and not as_bad.issuperset(self.judged.stated(BASE + one.work, term("license")))
            for one in imposed
        )


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
