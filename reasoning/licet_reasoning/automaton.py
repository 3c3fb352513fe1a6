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


def build_automaton(axioms: Axioms) -> Automaton:
    """Return the automaton of the lineage relations of compiled axioms.

    Raises:
        UnsupportedAxiomError: The role inclusions are not regular.
    """
    tables = [
        (name, *_determinize(*_nfa_of(name, axioms), axioms.relations)) for name in axioms.lineage
    ]
    # State 0 is the dead state; the automata of all relations are laid side by side.
    steps = [np.zeros((1, len(axioms.relations)), dtype=np.int32)]
    accepts = [np.zeros(1, dtype=bool)]
    starts: dict[str, int] = {}
    offset = 1
    for name, step, accept in tables:
        starts[name] = offset
        steps.append(np.where(step >= 0, step + offset, 0).astype(np.int32))
        accepts.append(accept)
        offset += len(step)
    return _minimize(axioms.relations, np.concatenate(steps), np.concatenate(accepts), starts)


def _nfa_of(name: str, axioms: Axioms) -> tuple[_Nfa, int, int]:
    nfa = _Nfa()
    start, end = nfa.new_state(), nfa.new_state()
    _expand(nfa, name, start, end, axioms, ())
    return nfa, start, end


def _expand(
    nfa: _Nfa, name: str, start: int, end: int, axioms: Axioms, within: tuple[str, ...]
) -> None:
    """Add the language of a relation between two states, with its parts in full."""
    if name in within:
        cycle = " < ".join(local_name(n) for n in (*within[within.index(name) :], name))
        raise UnsupportedAxiomError(cycle, "role inclusions must be regular")
    part = _Nfa()
    part.size = nfa.size
    # Private ends, so that a loop at one of them does not leak into the surroundings.
    first, last = part.new_state(), part.new_state()
    for sup, chain in axioms.productions:
        if sup != name:
            continue
        match chain:
            case (left, right) if left == right == name:
                part.edges.append((last, None, first))
            case (left, *rest) if left == name and name not in rest:
                part.add_path(last, tuple(rest), last)
            case (*rest, right) if right == name and name not in rest:
                part.add_path(first, tuple(rest), first)
            case _ if name in chain:
                raise UnsupportedAxiomError(
                    f"{local_name(name)} ⊒ {' ∘ '.join(map(local_name, chain))}",
                    "role inclusions must be regular",
                )
            case _:
                part.add_path(first, chain, last)
    nfa.size = part.size
    nfa.edges.append((start, None, first))
    nfa.edges.append((last, None, end))
    nfa.edges.append((first, f"={name}", last))
    for source, label, target in part.edges:
        if label is None:
            nfa.edges.append((source, None, target))
        else:
            _expand(nfa, label, source, target, axioms, (*within, name))


def _determinize(
    nfa: _Nfa, start: int, end: int, relations: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the step table (states, relations; -1 for none) and the accepting states."""
    empty: dict[int, list[int]] = {}
    moves: dict[tuple[int, str], list[int]] = {}
    for source, label, target in nfa.edges:
        if label is None:
            empty.setdefault(source, []).append(target)
        else:
            moves.setdefault((source, label.removeprefix("=")), []).append(target)

    def closed(states: set[int]) -> frozenset[int]:
        todo = list(states)
        while todo:
            for target in empty.get(todo.pop(), ()):
                if target not in states:
                    states.add(target)
                    todo.append(target)
        return frozenset(states)

    sets = [closed({start})]
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
    return np.array(rows, dtype=np.int32), np.array([end in s for s in sets], dtype=bool)


def _minimize(
    relations: tuple[str, ...], step: np.ndarray, accepts: np.ndarray, starts: dict[str, int]
) -> Automaton:
    """Return the automaton with equivalent states made one (Moore's partition refinement)."""
    block = accepts.astype(np.int64)
    count = 0
    while True:
        signature = np.column_stack([block, block[step]])
        _, block = np.unique(signature, axis=0, return_inverse=True)
        block = block.reshape(-1)
        if block.max() + 1 == count:
            break
        count = int(block.max()) + 1
    # Renumber so that the dead state is 0 and the rest follow in order of first use.
    order: dict[int, int] = {}
    for b in block.tolist():
        order.setdefault(b, len(order))
    state = np.array([order[b] for b in block.tolist()])
    minimal_step = np.zeros((len(order), step.shape[1]), dtype=np.int32)
    minimal_accepts = np.zeros(len(order), dtype=bool)
    minimal_step[state] = state[step]
    minimal_accepts[state] = accepts
    return Automaton(
        relations=relations,
        step=minimal_step,
        accepts=minimal_accepts,
        starts={name: int(state[s]) for name, s in starts.items()},
    )
