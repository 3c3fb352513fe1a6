"""Whether the name of a work begins as a clause prescribes: evidence for the naming rule.

The clauses ask for words "at the beginning" of a name, in a form that names on the hub cannot
take, because they hold no spaces. So a hyphen, underscore or nothing may stand for a space, and
capitals do not matter. In doubt nothing is said: a longer word may begin with the prescribed one
("Kreator"), and the licensor's own name may stand before it ("Meta-Llama-3-8B").

A name tells works apart only where such a clause can reach them, so that it adds few situations.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, RDF, term
from licet_reasoning.situations import Situations

if TYPE_CHECKING:
    from licet_reasoning.situations import Fact, Situation

pc: Any = pyarrow.compute  # its functions are made at run time

MODEL = (RDF + "type", term("Model"))
IN_DOUBT, FULFILS, LACKS = range(3)
_SHOWN = {FULFILS: term("nameFulfils"), LACKS: term("nameLacks")}


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


def beginning_of_names(beginning: Beginning, ids: pa.Array) -> np.ndarray:
    """Return for each id whether its last part FULFILS or LACKS a beginning, or is IN_DOUBT."""
    words = "[ _-]*".join(map(re.escape, re.split(r"[ _-]+", beginning.words)))
    longer = "0-9" if beginning.words[-1].isdigit() else "a-z"
    licensor = f"(?:{re.escape(beginning.licensor)}[ _-]*)?" if beginning.licensor else ""
    fulfils = _matches(ids, f"(?i:{words})(?:[^{longer}/][^/]*)?")
    in_doubt = _matches(ids, f"(?i:{licensor}{words})[^/]*")
    return np.where(fulfils, FULFILS, np.where(in_doubt, IN_DOUBT, LACKS))


def tell_apart_by_name(situations: Situations, ids: pa.Array) -> Situations:
    """Return situations that works share only if their names show the same of their terms.

    Args:
        situations: The quotient of a lineage.
        ids: The id of each of its works, ``owner/name`` or ``name``.
    """
    beginnings = prescribed_beginnings()
    asked = np.array(
        [[_asks(situation, b) for b in beginnings] for situation in situations.all], dtype=bool
    ).reshape(len(situations.all), len(beginnings))
    named_for = np.asarray(asked.any(axis=1))
    rows = np.flatnonzero(named_for[situations.of_work])
    if not len(rows):
        return situations
    names = ids.take(pa.array(rows))
    states = np.stack([beginning_of_names(b, names) for b in beginnings], axis=1)
    states[~asked[situations.of_work[rows]]] = IN_DOUBT
    shown = np.column_stack([situations.of_work[rows], states])
    kinds, kind_of_row = np.unique(shown, axis=0, return_inverse=True)
    named = [_named(situations.all[position], states) for position, *states in kinds.tolist()]
    number = {s.iri: i for i, s in enumerate((*situations.all, *named))}
    of_work = situations.of_work.copy()
    of_work[rows] = np.array([number[s.iri] for s in named])[kind_of_row.reshape(-1)]
    return _without_empty(Situations(of_work, (*situations.all, *named)))


def _asks(situation: Situation, beginning: Beginning) -> bool:
    """Return whether a clause that prescribes a beginning may reach a situation."""
    if MODEL not in situation.own:
        return False
    upstream = dict(situation.reached).get(term("drawsOn"), ())
    return any((term("license"), license_) in upstream for license_, _ in beginning.clauses)


def _named(situation: Situation, states: list[int]) -> Situation:
    """Return a situation with what names show added to what its works state."""
    upstream = dict(situation.reached).get(term("drawsOn"), ())
    facts: list[Fact] = [
        (_SHOWN[state], clause)
        for beginning, state in zip(prescribed_beginnings(), states, strict=True)
        if state != IN_DOUBT
        for license_, clause in beginning.clauses
        if (term("license"), license_) in upstream
    ]
    if not facts:
        return situation
    digest = hashlib.sha256(repr((situation.iri, facts)).encode()).hexdigest()[:20]
    own = tuple(sorted((*situation.own, *facts)))
    return replace(situation, iri=f"{BASE}situation/{digest}", own=own)


def _without_empty(situations: Situations) -> Situations:
    """Return situations that some work is in, once each and sorted by IRI."""
    used = np.unique(situations.of_work)
    kept = sorted({situations.all[i].iri: situations.all[i] for i in used.tolist()}.items())
    place = {iri: i for i, (iri, _) in enumerate(kept)}
    position = np.zeros(len(situations.all), dtype=np.int64)
    for i in used.tolist():
        position[i] = place[situations.all[i].iri]
    return Situations(position[situations.of_work], tuple(s for _, s in kept))


def _matches(ids: pa.Array, pattern: str) -> np.ndarray:
    found: np.ndarray = pc.match_substring_regex(ids, f"(?:^|/){pattern}$").to_numpy(
        zero_copy_only=False
    )
    return found
