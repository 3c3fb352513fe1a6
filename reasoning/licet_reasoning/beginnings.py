"""Words with which clauses prescribe that names begin.

The clauses ask for words "at the beginning" of a name, in a form that names on the hub cannot
take, because they hold no spaces. So a hyphen, underscore or nothing may stand for a space, and
capitals do not matter. In doubt nothing is said: a longer word may begin with the prescribed one
("Kreator"), and the licensor's own name may stand before it ("Meta-Llama-3-8B").
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, RDF, term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from licet_reasoning.situation import Fact, Situation

MODEL = (RDF + "type", term("Model"))
_LICENSE = term("license")

IN_DOUBT, FULFILS, LACKS = range(3)
SHOWN = {FULFILS: term("nameFulfils"), LACKS: term("nameLacks")}


@dataclass(frozen=True, order=True)
class Beginning:
    """Words with which some clauses prescribe that names begin.

    Attributes:
        words: As the clauses give them.
        licensor: The first word of the name of who published the license, or empty.
        clauses: License and clause that prescribe them, as IRIs.
    """

    words: str
    licensor: str
    clauses: tuple[tuple[str, str], ...]

    @cached_property
    def _prescribed(self) -> str:
        return "[ _-]*".join(map(re.escape, re.split(r"[ _-]+", self.words)))

    @cached_property
    def fulfilled_by(self) -> str:
        """Pattern of the last part of an id that begins as prescribed."""
        longer = "0-9" if self.words[-1].isdigit() else "a-z"
        return f"(?:^|/)(?i:{self._prescribed})(?:[^{longer}/][^/]*)?$"

    @cached_property
    def doubtful_with(self) -> str:
        """Pattern of the last part of an id that may be taken to begin as prescribed."""
        licensor = f"(?:{re.escape(self.licensor)}[ _-]*)?" if self.licensor else ""
        return f"(?:^|/)(?i:{licensor}{self._prescribed})[^/]*$"

    def shown_by(self, work_id: str) -> int:
        """Return whether the name of one work FULFILS or LACKS it, or is IN_DOUBT."""
        if re.search(self.fulfilled_by, work_id):
            return FULFILS
        return IN_DOUBT if re.search(self.doubtful_with, work_id) else LACKS


@cache
def prescribed_beginnings() -> tuple[Beginning, ...]:
    """Return what the clauses of the shipped catalogue prescribe, sorted."""
    words: dict[str, str] = {}
    steward: dict[str, str] = {}
    for t in modules.catalogue():
        if t.predicate.value == term("namePrefix"):
            words[text_of(t.subject)] = text_of(t.object)
        elif t.predicate.value == term("steward"):
            steward[text_of(t.subject)] = text_of(t.object)
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for t in modules.catalogue():
        license_, clause = text_of(t.subject), text_of(t.object)
        if t.predicate.value.startswith(term("on")) and clause in words:
            licensor = re.match(r"\w*", steward.get(license_, ""))
            key = words[clause], licensor[0] if licensor else ""
            found.setdefault(key, set()).add((license_, clause))
    return tuple(Beginning(*key, tuple(sorted(found[key]))) for key in sorted(found))


def asks(situation: Situation, beginning: Beginning) -> bool:
    """Return whether a clause that prescribes a beginning may reach a situation."""
    return MODEL in situation.own and bool(_asking(upstream_of(situation), beginning))


def facts_shown(
    upstream: Collection[Fact],
    beginnings: Sequence[Beginning],
    state_of: Callable[[Beginning], int],
) -> list[Fact]:
    """Return what the name of a model shows of the clauses that prescribe one.

    Args:
        upstream: The facts of the works that it draws on.
        beginnings: What clauses prescribe.
        state_of: Returns what the name shows of one of them.
    """
    return [
        (SHOWN[state], clause)
        for beginning in beginnings
        if (clauses := _asking(upstream, beginning)) and (state := state_of(beginning)) != IN_DOUBT
        for clause in clauses
    ]


def _asking(upstream: Collection[Fact], beginning: Beginning) -> list[str]:
    """Return the clauses that prescribe a beginning to what draws on works of these facts."""
    return [c for license_, c in beginning.clauses if (_LICENSE, license_) in upstream]


def upstream_of(situation: Situation) -> tuple[Fact, ...]:
    """Return the facts of the works that those in a situation draw on."""
    return dict(situation.reached).get(term("drawsOn"), ())


def named_situation(situation: Situation, shown: Sequence[Fact]) -> Situation:
    """Return a situation with what names show added to what its works state."""
    if not shown:
        return situation
    digest = hashlib.sha256(repr((situation.iri, list(shown))).encode()).hexdigest()[:20]
    own = tuple(sorted((*situation.own, *shown)))
    return replace(situation, iri=f"{BASE}situation/{digest}", own=own)
