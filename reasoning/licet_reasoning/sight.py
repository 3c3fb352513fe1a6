"""What of a graph a rule sees: what its text mentions, and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from licet_ontology.terms import NS, RDF, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONSEQUENCES = (
    term("boundBy"),
    term("inherits"),
    term("inheritsAsWhole"),
    term("inheritsForPart"),
    term("mustCarry"),
    term("mightBeBoundBy"),
    term("mightInheritAsWhole"),
    term("mightInheritForPart"),
)
"""What follows for situations: which clauses bind them, and how."""
IF_IN_DOUBT_BINDS = (
    (term("mightBeBoundBy"), (term("boundBy"),)),
    (term("mightInheritAsWhole"), (term("boundBy"), term("inherits"), term("inheritsAsWhole"))),
    (term("mightInheritForPart"), (term("boundBy"), term("inherits"), term("inheritsForPart"))),
    (term("termsInDoubt"), (term("termsOnCopying"), term("termsOnUse"))),
)
"""What would hold of works and clauses if every doubt whether a term binds were resolved so."""
_TERM = re.compile(r"\blicet:(\w+)")
_FIRST = re.compile(r"(?<!/)\blicet:(\w+)|[^\w]/licet:(\w+)")
_STEP = re.compile(r"\blicet:(\w+)(?:/licet:(\w+)(?![\w*+?]))?")
_TO_CLAUSE = re.compile(
    r"\blicet:(boundBy|inherits\w*|might\w+|hasClause|on[A-Z]\w*)\b\s*([^;.{}]*)"
)
_TYPED = re.compile(r"(\?\w+) a (licet:\w+|\?\w+)")
_VALUES = re.compile(r"\bVALUES (\?\w+)")


@dataclass(frozen=True)
class Sight:
    """What of a graph rules see.

    Attributes:
        properties: Those that their texts mention, and those in doubt that might become one.
        behind: For each of them, the properties that they look at behind it; None for all
            that they mention.
        kinds: By property that leads to clauses, of what kinds they see some; of every kind by
            a property that is not there.
        first: Of the properties, those with which a path begins; the others they see of nothing
            but what lies behind one.
    """

    properties: frozenset[str]
    behind: Mapping[str, frozenset[str] | None]
    kinds: Mapping[str, frozenset[str]]
    first: frozenset[str]

    def reveals(self, property_: str, said: frozenset[str]) -> bool:
        """Return whether they see a node behind a property of which the rest is said."""
        if property_ not in self.properties:
            return False
        wanted = self.behind.get(property_)
        return not said.isdisjoint(self.properties if wanted is None else wanted)

    def shows_of_work(self, property_: str, kinds: frozenset[str]) -> bool:
        """Return whether they see that a work itself has a property to something of kinds."""
        return property_ in self.first and self.shows(property_, kinds)

    def shows(self, property_: str, kinds: frozenset[str]) -> bool:
        """Return whether they see that a work has a property to a clause or license of kinds."""
        if property_ not in self.properties:
            return False
        asked = self.kinds.get(property_)
        return asked is None or not asked.isdisjoint(kinds)


@cache
def sight(text: str) -> Sight:
    """Return what the rule with this text sees."""
    mentioned = {NS + name for name in _TERM.findall(text)} | {RDF + "type"}
    behind: dict[str, set[str] | None] = {}
    for name, following in _STEP.findall(text):
        so_far = behind.setdefault(NS + name, set())
        if not following:
            behind[NS + name] = None
        elif so_far is not None:
            so_far |= _with_doubts({NS + following})
    named = set(_VALUES.findall(text))
    kinds_of: defaultdict[str, set[str]] = defaultdict(set)
    for it, kind in _TYPED.findall(text):
        if kind in named:
            kinds_of[it] |= mentioned
        elif kind[0] != "?":
            kinds_of[it] |= {NS + name for name in _TERM.findall(kind)}
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    of_any_kind: set[str] = set()
    for name, found in _TO_CLAUSE.findall(text):
        if (it := found.strip()) in kinds_of:
            for property_ in _with_doubts({NS + name}):
                kinds[property_] |= kinds_of[it]
        else:  # A clause of which no kind is asked may be of any, and so those on a path.
            of_any_kind |= _with_doubts({NS + name, *(NS + step for step in _TERM.findall(it))})
    return Sight(
        frozenset(_with_doubts(mentioned)),
        {name: None if found is None else frozenset(found) for name, found in behind.items()},
        {name: frozenset(found) for name, found in kinds.items() if name not in of_any_kind},
        # With what stands behind a group or a repeated step, a path may begin as well.
        frozenset(_with_doubts({NS + (one or two) for one, two in _FIRST.findall(text)}))
        | {RDF + "type"},
    )


def sight_of_all(texts: Iterable[str]) -> Sight:
    """Return what the rules with these texts see together."""
    behind: dict[str, frozenset[str] | None] = {}
    kinds: dict[str, frozenset[str]] = {}
    of_any_kind: set[str] = set()
    first: set[str] = set()
    for one in map(sight, texts):
        first |= one.first
        for property_ in one.properties:
            found = one.behind.get(property_)
            found = one.properties if found is None else found
            behind[property_] = (behind.get(property_) or frozenset()) | found
            if property_ in one.kinds:
                kinds[property_] = kinds.get(property_, frozenset()) | one.kinds[property_]
            else:
                of_any_kind.add(property_)
    asked = {name: found for name, found in kinds.items() if name not in of_any_kind}
    return Sight(frozenset(behind), behind, asked, frozenset(first))


def _with_doubts(properties: set[str]) -> set[str]:
    """Return the properties with those in doubt that may be resolved to one of them."""
    return properties | {d for d, resolved in IF_IN_DOUBT_BINDS if properties & {*resolved}}
