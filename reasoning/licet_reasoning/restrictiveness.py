"""Which license restricts recipients more: a partial order over clauses, computed.

One license restricts less than another if each kind of clause that it has in a scope, and each
right that it withholds, the other has or withholds too. Most pairs compare in neither way, and
a list can only be one of the orders that agree with that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.license_facts import LicenseFacts

WITHHELD = (
    ("commercialUse", "conditional"),
    ("commercialUse", "prohibited"),
    ("patentGrant", "notGranted"),
    ("revocability", "revocable"),
    ("sublicensing", "prohibited"),
)
"""Facts about a license that withhold something from recipients."""

Restrictions = frozenset[tuple[str, str]]


def restrictions(compiled: Compiled, license_: LicenseFacts) -> Restrictions:
    """Return the kinds of clauses of a license by scope, and what it withholds."""
    clauses = {
        (scope, compiled.term(clause).kind)
        for scope, found in license_.scopes.items()
        for clause in found
        if not scope.endswith(("IfDerivative", "IfCovered"))  # concluded from the other scopes
    }
    withheld = {(name, value) for name, value in WITHHELD if license_.says(name, value)}
    if ("commercialUse", "prohibited") in withheld:
        withheld.add(("commercialUse", "conditional"))  # which restricts less
    return frozenset(clauses | withheld)


def least_restrictive_first(
    of_license: Mapping[str, Restrictions],
) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return licenses in an order that puts none before one that restricts less.

    Returns:
        For each license its id, its rank (the length of the longest chain of licenses below
        it), and the ids of those right below it: each restricts less, with none between.
    """
    below = {
        id_: {other for other, theirs in of_license.items() if theirs < own}
        for id_, own in of_license.items()
    }
    rank: dict[str, int] = {}
    for id_ in sorted(below, key=lambda one: len(below[one])):
        # What is below something that is below it has fewer below it still.
        rank[id_] = 1 + max((rank[other] for other in below[id_]), default=-1)
    ordered: Sequence[str] = sorted(below, key=lambda one: (rank[one], len(of_license[one]), one))
    return [
        (
            id_,
            rank[id_],
            tuple(sorted(o for o in below[id_] if not any(o in below[m] for m in below[id_]))),
        )
        for id_ in ordered
    ]
