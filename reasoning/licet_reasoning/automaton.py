"""Lineage relations as one deterministic automaton over stated derivations.

A regular set of role inclusions makes each relation a regular language over stated
relations (Horrocks, Kutz and Sattler, "The Even More Irresistible SROIQ", 2006,
section 3). The languages of all relations needed share one minimal automaton.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.terms import local_name
from licet_reasoning.axioms import UnsupportedAxiomError

if TYPE_CHECKING:
    from licet_reasoning.axioms import Axioms


@dataclass(frozen=True)
class Automaton:
    """A minimal deterministic automaton; state 0 accepts nothing.

    Attributes:
        relations: The alphabet: relations that can be stated of a work, sorted.
        step: Next state, shape (states, relations), 0 where no word goes on.
        accepts: Whether the empty rest of a word is accepted, shape (states,).
        starts: For each lineage relation, the state from which its words begin.
    """

    relations: tuple[str, ...]
    step: np.ndarray
    accepts: np.ndarray
    starts: dict[str, int]

    @cached_property
    def relation_index(self) -> dict[str, int]:
        """The position of each relation in the alphabet."""
        return {relation: i for i, relation in enumerate(self.relations)}


@dataclass(frozen=True)
class _Table:
    """A deterministic automaton: state 0 is its start, -1 in ``step`` no next state."""

    step: np.ndarray
    accepts: np.ndarray


class _Nfa:
    """Transitions between numbered states; None stands for the empty word."""

    def __init__(self) -> None:
        self.edges: list[tuple[int, str | None, int]] = []
        self.size = 0

    def new_state(self) -> int:
        self.size += 1
        return self.size - 1

    def add_path(self, start: int, chain: tuple[str, ...], end: int) -> None:
        for link in chain[:-1]:
            middle = self.new_state()
            self.edges.append((start, link, middle))
            start = middle
        self.edges.append((start, chain[-1], end))

    def embed(self, table: _Table, relations: tuple[str, ...], start: int, end: int) -> None:
        """Add a deterministic automaton between two states."""
        first = self.size
        self.size += len(table.step)
        self.edges.append((start, None, first))
        self.edges += [(first + int(s), None, end) for s in np.flatnonzero(table.accepts)]
        for state, letter in np.argwhere(table.step >= 0):
            target = first + int(table.step[state, letter])
            self.edges.append((first + int(state), relations[letter], target))


def build_automaton(axioms: Axioms) -> Automaton:
    """Return the automaton of the lineage relations of compiled axioms.

    Raises:
        UnsupportedAxiomError: The role inclusions are not regular.
    """
    tables: dict[str, _Table] = {}
    for name in axioms.lineage:
        _add_table(name, axioms, tables, ())
    # State 0 is the dead state; the automata of all relations are laid side by side.
    steps = [np.zeros((1, len(axioms.relations)), dtype=np.int32)]
    accepts = [np.zeros(1, dtype=bool)]
    starts: dict[str, int] = {}
    offset = 1
    for name in axioms.lineage:
        table = tables[name]
        starts[name] = offset
        steps.append(np.where(table.step >= 0, table.step + offset, 0).astype(np.int32))
        accepts.append(table.accepts)
        offset += len(table.step)
    step, accept = np.concatenate(steps), np.concatenate(accepts)
    block = _equivalent(step, accept)
    merged = _quotient(step, accept, block)
    return Automaton(
        relations=axioms.relations,
        step=merged.step,
        accepts=merged.accepts,
        starts={name: int(block[start]) for name, start in starts.items()},
    )


def _add_table(
    name: str, axioms: Axioms, tables: dict[str, _Table], within: tuple[str, ...]
) -> None:
    """Put the automaton of a relation, and of those it is made of, into the tables."""
    if name in tables:
        return
    if name in within:
        cycle = " < ".join(local_name(n) for n in (*within[within.index(name) :], name))
        raise UnsupportedAxiomError(cycle, "role inclusions must be regular")
    outline = _outline(name, axioms)
    nfa = _Nfa()
    nfa.size = outline.size
    for source, label, target in outline.edges:
        if label is None or label == name:
            nfa.edges.append((source, label, target))
        else:
            _add_table(label, axioms, tables, (*within, name))
            nfa.embed(tables[label], axioms.relations, source, target)
    tables[name] = _smallest(_determinize(nfa, axioms.relations))


def _outline(name: str, axioms: Axioms) -> _Nfa:
    """Return the automaton of a relation from state 0 to state 1 over the relations below it."""
    nfa = _Nfa()
    first, last = nfa.new_state(), nfa.new_state()
    nfa.edges.append((first, name, last))
    for sup, chain in axioms.productions:
        if sup != name:
            continue
        match chain:
            case (left, right) if left == right == name:
                nfa.edges.append((last, None, first))
            case (left, *rest) if left == name and name not in rest:
                nfa.add_path(last, tuple(rest), last)
            case (*rest, right) if right == name and name not in rest:
                nfa.add_path(first, tuple(rest), first)
            case _ if name in chain:
                raise UnsupportedAxiomError(
                    f"{local_name(name)} ⊒ {' ∘ '.join(map(local_name, chain))}",
                    "role inclusions must be regular",
                )
            case _:
                nfa.add_path(first, chain, last)
    return nfa


def _determinize(nfa: _Nfa, relations: tuple[str, ...]) -> _Table:
    """Return the deterministic automaton of what leads from state 0 to state 1."""
    empty: dict[int, list[int]] = {}
    moves: dict[tuple[int, str], list[int]] = {}
    for source, label, target in nfa.edges:
        if label is None:
            empty.setdefault(source, []).append(target)
        else:
            moves.setdefault((source, label), []).append(target)

    def closed(states: set[int]) -> frozenset[int]:
        todo = list(states)
        while todo:
            for target in empty.get(todo.pop(), ()):
                if target not in states:
                    states.add(target)
                    todo.append(target)
        return frozenset(states)

    sets = [closed({0})]
    number = {sets[0]: 0}
    rows: list[list[int]] = []
    for current in sets:
        row = []
        for relation in relations:
            reached = closed({t for s in current for t in moves.get((s, relation), ())})
            if not reached:
                row.append(-1)
                continue
            if reached not in number:
                number[reached] = len(sets)
                sets.append(reached)
            row.append(number[reached])
        rows.append(row)
    return _Table(np.array(rows, dtype=np.int32), np.array([1 in s for s in sets], dtype=bool))


def _equivalent(step: np.ndarray, accepts: np.ndarray) -> np.ndarray:
    """Return a number for each state, equal for states with the same language.

    Moore's partition refinement; numbers follow the order of first use.
    """
    block = accepts.astype(np.int64)
    count = 0
    while True:
        signature = np.column_stack([block, block[step]])
        _, first, inverse = np.unique(signature, axis=0, return_index=True, return_inverse=True)
        block = np.argsort(np.argsort(first))[inverse.reshape(-1)]
        if len(first) == count:
            return block
        count = len(first)


def _quotient(step: np.ndarray, accepts: np.ndarray, block: np.ndarray) -> _Table:
    count = int(block.max()) + 1
    new_step = np.zeros((count, step.shape[1]), dtype=np.int32)
    new_accepts = np.zeros(count, dtype=bool)
    new_step[block] = block[step]
    new_accepts[block] = accepts
    return _Table(new_step, new_accepts)


def _smallest(table: _Table) -> _Table:
    """Return the table with equivalent states made one; the start stays state 0."""
    dead = len(table.step)
    step = np.vstack(
        [np.where(table.step < 0, dead, table.step), np.full(table.step.shape[1], dead)]
    )
    accepts = np.append(table.accepts, False)
    block = _equivalent(step, accepts)
    merged = _quotient(step, accepts, block)
    sink = block[dead]  # Nothing leads on from the dead state, which came last.
    keep = np.flatnonzero(np.arange(len(merged.step)) != sink)
    number = np.full(len(merged.step), -1)
    number[keep] = np.arange(len(keep))
    return _Table(number[merged.step[keep]].astype(np.int32), merged.accepts[keep])
