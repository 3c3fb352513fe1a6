"""Which clauses reach a publication, and whether they ask for anything there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.terms import work_iri
from licet_reasoning.choices import are_choices
from licet_reasoning.conditions import (
    ASKED_OF_VARIANTS,
    CONTAINING,
    HOLDS_IF_CONTAINED,
    MAYBE_VARIANTS,
)
from licet_reasoning.plan_context import SHOWN_IMPOSITIONS
from licet_reasoning.plan_outcome import Item
from licet_reasoning.triggers import (
    APPLIES,
    CONDITIONAL,
    IN_DOUBT,
    NOT_TRIGGERED,
    Reached,
    trigger,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from licet_reasoning.explanation import Imposition
    from licet_reasoning.plan import Publication
    from licet_reasoning.plan_context import Context
    from licet_reasoning.planned import Release
    from licet_reasoning.strands import Bond

_RANK = {APPLIES: 0, CONDITIONAL: 1, IN_DOUBT: 2, NOT_TRIGGERED: 3}


def items_of(c: Context, release: Release) -> list[Item]:
    """Return the clauses that reach a publication, those that ask for something first."""
    asked: dict[tuple[str, Reached], Item] = {}
    found: dict[str, tuple[Item, tuple[Imposition, ...]]] = {}
    imposers: defaultdict[str, int] = defaultdict(int)
    for at, clause, how in _reaching(c, release):
        imposers[clause] |= c.judged.imposers(at, clause)
        imposed_by = c.judged.impositions(at, clause, SHOWN_IMPOSITIONS)
        reached = _by_the_way(c, clause, how, imposed_by)
        if (clause, reached) not in asked:
            asked[clause, reached] = _item(c, clause, reached, release.publication)
        item = _unless_chosen(c, asked[clause, reached], at)
        if (known := found.get(clause)) is not None:
            first, second = known[1], imposed_by
            if _RANK[item.status] < _RANK[known[0].status]:
                first, second = second, first
            else:
                item = known[0]
            imposed: dict[str, Imposition] = {}
            for one in (*first, *second):
                if one.work not in imposed or not imposed[one.work].path:
                    imposed[one.work] = one
            imposed_by = tuple(imposed.values())[:SHOWN_IMPOSITIONS]
        found[clause] = item, imposed_by
    return sorted(
        (
            replace(
                item,
                imposed_by=tuple(map(c.named, imposed_by)),
                imposers=imposers[clause].bit_count(),
            )
            for clause, (item, imposed_by) in found.items()
        ),
        key=lambda i: (_RANK[i.status], i.clause.license, i.clause.kind, i.clause.iri),
    )


def _reaching(c: Context, release: Release) -> Iterator[tuple[str, str, Reached]]:
    """Yield where a clause binds, which, and how it reaches the publication."""
    work, node = work_iri(*release.work), work_iri(*release.node)
    is_made = release.work in c.prepared.made
    by = {"service": "service", "output": "output"}.get(release.publication.form or "", "work")
    for bond in c.judged.bonds(node):
        if bond.inherited or bond.in_doubt:
            yield node, bond.clause, _reached(c, release, node, bond, by)
    if node != work and by != "work":
        for bond in c.judged.bonds(work):
            if bond.inherited or bond.in_doubt or not is_made:
                yield work, bond.clause, _reached(c, release, work, bond, "work")
    uses = c.prepared.used_for(release.work)
    otherwise = {use.work for use in uses if use.role != "trained-on"}
    served = {use.work for use in c.handed_on(release) if use.relation == "combines"}
    # A part that the plan makes carries what it inherits, as it does where it is published itself.
    for key in sorted(served & c.prepared.made.keys()):
        part = work_iri(*key)
        for bond in c.judged.bonds(part):
            if bond.inherited or bond.in_doubt:
                yield part, bond.clause, _reached(c, release, part, bond, "work")
    if not is_made:
        otherwise.add(release.work)
    for key in sorted(otherwise.union(use.work for use in uses)):
        used = work_iri(*key)
        by, trained_on = "work" if key in served else "use", key not in otherwise
        for bond in c.judged.bonds(used):
            yield used, bond.clause, _reached(c, release, used, bond, by, trained_on=trained_on)


def _reached(
    c: Context, release: Release, at: str, bond: Bond, by: str, *, trained_on: bool = False
) -> Reached:
    return Reached(
        by,
        modified=bool(c.changed(release.work) & c.judged.imposers(at, bond.clause)),
        only_if_modified=c.compiled.only_if_modified(bond.clause),
        trained_on=trained_on,
        in_doubt=bond.in_doubt,
    )


def _by_the_way(
    c: Context, clause: str, reached: Reached, imposed: Sequence[Imposition]
) -> Reached:
    """Return how a clause reaches a publication, with what its condition asks of the way."""
    condition = dict(c.compiled.term(clause).parameters).get("condition")
    if condition not in HOLDS_IF_CONTAINED | ASKED_OF_VARIANTS:
        return reached
    by = [{step.relation for step in one.path} for one in imposed if one.path]
    return replace(
        reached,
        contained=any(relations <= CONTAINING for relations in by),
        maybe_variant=len(imposed) == SHOWN_IMPOSITIONS
        or any(relations <= MAYBE_VARIANTS for relations in by),
    )


def _item(c: Context, clause: str, reached: Reached, publication: Publication) -> Item:
    """Return whether a clause asks for something; which works impose it is told later."""
    shown = c.compiled.term(clause)
    owner = next((iri for owners in c.compiled.owners(clause).values() for iri in owners), "")
    found = trigger(shown, c.compiled.license(owner), publication, reached, c.plan.licensee)
    kinds = c.compiled.kinds(clause)
    is_ban = "Prohibition" in kinds
    return Item(
        clause=shown,
        group="duty" if "Duty" in kinds else "restriction" if is_ban else "condition",
        status=found.status,
        why=found.why,
        imposed_by=(),
        imposers=0,
        struck=found.struck,
        open=found.unknown,
    )


def _unless_chosen(c: Context, item: Item, at: str) -> Item:
    """Return an item, open if all that impose it at a work offer another license as well."""
    if not (item.struck and are_choices(c.judged, c.judged.imposing(at, item.clause.iri))):
        return item
    why = f"{item.why}, if this is the license taken of those among which there is a choice"
    return replace(item, status=CONDITIONAL, why=why, struck=False, open=True)
