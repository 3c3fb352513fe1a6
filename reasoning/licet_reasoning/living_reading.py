"""The situations of a lineage under one reading, kept right while the lineage changes.

It repeats the steps of `quotient.conclude` on what a change can reach: what reached a work
before is forgotten below the change, what reaches the parents outside is taken as known, and
pushed on inside. A rule is asked about what looks like nothing before; whatever was concluded
once is remembered.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.errors import DataError
from licet_ontology.nodes import text_of
from licet_ontology.terms import term
from licet_queries.library import folder_queries
from licet_reasoning.closure import push
from licet_reasoning.likeness import distinct_rows
from licet_reasoning.names import tell_apart_by_name
from licet_reasoning.portrait import conclude_of_situations, judge_situations, portray
from licet_reasoning.quotient import Consequences, told_facts
from licet_reasoning.rules import stage_rules
from licet_reasoning.situations import Quotient, Situations, bits_of, name_situations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from pyoxigraph import Triple

    from licet_reasoning.closure import Lineage
    from licet_reasoning.living_lineage import LivingLineage, Region
    from licet_reasoning.quotient import Program
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Fact, Situation

_LICENSE = term("license")


class _Rows:
    """A row of numbers per work, kept once for all works that have the same."""

    def __init__(self, width: int) -> None:
        self._of_work = np.zeros(0, dtype=np.int32)
        self._rows = np.zeros((0, width), dtype=np.uint64)
        self._used = 0
        self._number: dict[bytes, int] = {}

    def get(self, works: np.ndarray) -> np.ndarray:
        rows: np.ndarray = self._rows[self._of_work[works]]
        return rows

    def put(self, works: np.ndarray, rows: np.ndarray, row_of_work: np.ndarray) -> None:
        """Give works the rows at these places."""
        numbers = np.array([self._numbered(row) for row in rows], dtype=np.int32)
        if len(works) and works.max() >= len(self._of_work):
            more = int(works.max()) + 1 - len(self._of_work)
            grown = np.zeros(more + more // 8, dtype=np.int32)
            self._of_work = np.concatenate([self._of_work, grown])
        self._of_work[works] = numbers[row_of_work]

    def _numbered(self, row: np.ndarray) -> int:
        key = _digest(row)
        found = self._number.get(key)
        if found is None:
            if self._used == len(self._rows):
                room = np.zeros((max(64, self._used), self._rows.shape[1]), dtype=np.uint64)
                self._rows = np.concatenate([self._rows, room])
            found = self._number[key] = self._used
            self._rows[found] = row
            self._used += 1
        return found


class LivingReading:
    """What one reading concludes of a living lineage.

    Attributes:
        program: The reading.
        situations: All that any work was in so far; their places do not change.
        of_work: The place of the situation of each work.
    """

    def __init__(
        self, program: Program, lineage: LivingLineage, closed_catalogue: Sequence[Triple]
    ) -> None:
        self.program = program
        self.situations: list[Situation] = []
        self.of_work = np.zeros(0, dtype=np.int64)
        self._place: dict[str, int] = {}
        self._lineage = lineage
        self._facts = _FactsOfLicenses(closed_catalogue, program)
        automaton = program.automaton
        self._letters = np.array(
            [automaton.relation_index.get(name, -1) for name in lineage.relations], dtype=np.int32
        )
        self._relations = tuple(sorted(automaton.starts))
        self._starts = [automaton.starts[name] for name in self._relations]
        words = lineage.own.shape[1]
        self._first = _Rows(len(automaton.step) * words)
        self._second = _Rows(len(automaton.step) * words)
        self._reached: list[tuple[_Rows, np.ndarray, np.ndarray, np.ndarray]] = []
        self._grounded: dict[bytes, np.ndarray] = {}
        self._extended: dict[bytes, np.ndarray] = {}
        self._named: dict[bytes, Situation] = {}

    def conclude(self, region: Region, ids: pa.Array) -> np.ndarray:
        """Find the situations of works anew; return the places of the former ones.

        What reaches the works is kept by `keep`, which nobody needs to wait for.

        Args:
            region: The works, and what is known around them.
            ids: The id of each of them.

        Raises:
            DataError: A relation is stated that the reading does not know.
        """
        self.keep()
        works = region.works
        relation = self._letters[region.lineage.relation]
        if relation.min(initial=0) < 0:
            raise DataError(f"a relation is stated that reading {self.program.reading} lacks")
        inside = np.unique(region.node_of_work)
        place = np.zeros(region.lineage.work_count, dtype=np.int64)
        place[inside] = np.arange(len(inside))
        place_of_work = place[region.node_of_work]
        lineage = replace(region.lineage, relation=relation)
        lineage = _with_own(lineage, inside, self._with_grounds(lineage.own[inside]))
        reached = self._reaching(lineage, region, inside, self._first, place_of_work)
        own = self._with_concluded(lineage.own[inside], reached)
        lineage = _with_own(lineage, inside, own)
        reached = self._reaching(lineage, region, inside, self._second, place_of_work)
        first, of_node = distinct_rows(np.concatenate([own, *reached], axis=1))
        found = self._names(own[first], reached[:, first])
        situations = tell_apart_by_name(Situations(of_node[place_of_work], found), ids)
        places = np.array([self._placed(s) for s in situations.all], dtype=np.int64)
        return self._settle(works, places[situations.of_work])

    def keep(self) -> None:
        """Keep what reached works when it was last concluded."""
        while self._reached:
            known, works, rows, row_of_work = self._reached.pop()
            known.put(works, rows, row_of_work)

    def outcome(self, places: Sequence[int]) -> tuple[Consequences, Iterator[Judgement]]:
        """Return what follows for some situations, and what the rules say of them once asked."""
        chosen = tuple(self.situations[place] for place in places)
        facts = self._facts.of(
            {
                object_
                for found in {id(f): f for one in chosen for f in _said(one)}.values()
                for predicate, object_ in found
                if predicate == _LICENSE
            }
        )
        bits = bits_of(Situations(np.arange(len(chosen)), chosen), self._relations)
        portrait = portray(bits, facts, self.program.axioms)
        iris = [situation.iri for situation in chosen]
        consequences = Consequences(iris, (portrait.concluded, portrait.stated))
        return consequences, judge_situations(portrait, folder_queries("findings"), iris)

    def _reaching(
        self,
        lineage: Lineage,
        region: Region,
        inside: np.ndarray,
        known: _Rows,
        place_of_work: np.ndarray,
    ) -> np.ndarray:
        """Return what reaches the nodes inside by each lineage relation; all of it is to keep."""
        automaton = self.program.automaton
        states, words = len(automaton.step), lineage.own.shape[1]
        reached = np.zeros((states, lineage.work_count, words), dtype=np.uint64)
        reached[np.ix_(automaton.accepts, inside)] = lineage.own[inside]
        around = known.get(region.outside).reshape(len(region.outside), states, words)
        reached[:, region.node_of_outside] = around.swapaxes(0, 1)
        push(lineage, automaton, reached)
        rows = np.ascontiguousarray(reached[:, inside].swapaxes(0, 1)).reshape(len(inside), -1)
        self._reached.append((known, region.works, rows, place_of_work))
        kept: np.ndarray = reached[np.ix_(np.array(self._starts), inside)]
        return kept

    def _with_grounds(self, own: np.ndarray) -> np.ndarray:
        """Return what works state with its grounds and without access; see ``conclude``."""
        access = [i for i, fact in enumerate(self._lineage.facts) if fact[0] == term("access")]
        left_out = np.zeros(own.shape[1], dtype=np.uint64)
        for number in access:
            left_out[number // 64] |= np.uint64(1 << number % 64)
        if not self.program.axioms.grounds:
            plain: np.ndarray = own & ~left_out
            return plain
        none = np.zeros((0, len(own), own.shape[1]), dtype=np.uint64)
        grounds = self.program.axioms.grounds
        found = self._remembered(self._grounded, "work", own, none, grounds)
        grounded: np.ndarray = found & ~left_out
        return grounded

    def _with_concluded(self, own: np.ndarray, reached: np.ndarray) -> np.ndarray:
        return self._remembered(self._extended, "lineage", own, reached, None)

    def _remembered(
        self,
        memory: dict[bytes, np.ndarray],
        stage: str,
        own: np.ndarray,
        reached: np.ndarray,
        wanted: Iterable[str] | None,
    ) -> np.ndarray:
        """Return what works state with what the rules of a stage conclude of them."""
        first, of_row = distinct_rows(np.concatenate([own, *reached], axis=1))
        keys = [_digest(own[i], reached[:, i]) for i in first.tolist()]
        unseen = [i for i, key in enumerate(keys) if key not in memory]
        if unseen:
            rows = first[unseen]
            quotient = Quotient(
                tuple(self._lineage.facts),
                self._relations if len(reached) else (),
                np.arange(len(rows)),
                own[rows],
                reached[:, rows],
            )
            facts = self._facts.of(_licenses_in(quotient))
            concluded: defaultdict[int, set[Fact]] = defaultdict(set)
            for at, fact in conclude_of_situations(portray(quotient, facts), stage_rules(stage)):
                if wanted is None or fact[0] in wanted:
                    concluded[at].add(fact)
            for at, i in enumerate(unseen):
                memory[keys[i]] = own[rows[at]] | self._lineage.bits(sorted(concluded[at]))
        extended: np.ndarray = np.stack([memory[key] for key in keys])[of_row]
        return extended

    def _names(self, own: np.ndarray, reached: np.ndarray) -> tuple[Situation, ...]:
        keys = [_digest(own[i], reached[:, i]) for i in range(len(own))]
        unseen = [i for i, key in enumerate(keys) if key not in self._named]
        if unseen:
            quotient = Quotient(
                tuple(self._lineage.facts),
                self._relations,
                np.arange(len(unseen)),
                own[unseen],
                reached[:, unseen],
            )
            named = name_situations(quotient, self.program.reading)
            for at, i in enumerate(unseen):
                self._named[keys[i]] = named.all[named.of_work[at]]
        return tuple(self._named[key] for key in keys)

    def _placed(self, situation: Situation) -> int:
        place = self._place.get(situation.iri)
        if place is None:
            place = self._place[situation.iri] = len(self.situations)
            self.situations.append(situation)
        return place

    def _settle(self, works: np.ndarray, places: np.ndarray) -> np.ndarray:
        if self._lineage.size > len(self.of_work):
            grown = np.full(self._lineage.size - len(self.of_work), -1, dtype=np.int64)
            self.of_work = np.concatenate([self.of_work, grown])
        former: np.ndarray = self.of_work[works]
        self.of_work[works] = places
        return former


class _FactsOfLicenses:
    """What of the catalogue can matter to works; gives what `quotient.facts_for_rules` gives."""

    def __init__(self, closed_catalogue: Sequence[Triple], program: Program) -> None:
        exempts, has_clause = term("exemptsLicense"), term("hasClause")
        self._told = told_facts(closed_catalogue, program.axioms)
        self._by_subject: defaultdict[str, list[int]] = defaultdict(list)
        for position, t in enumerate(self._told):
            self._by_subject[text_of(t.subject)].append(position)
        self._always = {text_of(t.object) for t in self._told if t.predicate.value == exempts}
        self._clauses: defaultdict[str, set[str]] = defaultdict(set)
        for t in closed_catalogue:
            if t.predicate.value == has_clause:
                self._clauses[text_of(t.subject)].add(text_of(t.object))

    def of(self, licenses: Iterable[str]) -> list[Triple]:
        wanted = {*licenses, *self._always}
        wanted |= {clause for license_ in tuple(wanted) for clause in self._clauses[license_]}
        return [
            self._told[position]
            for position in sorted(p for subject in wanted for p in self._by_subject[subject])
        ]


def _said(situation: Situation) -> Iterator[tuple[Fact, ...]]:
    """Yield what works of a situation say and what reaches them."""
    yield situation.own
    for _, found in situation.reached:
        yield found


def _digest(*bits: np.ndarray) -> bytes:
    """Return what stands for bitsets, in a fraction of their memory."""
    return hashlib.sha256(b"".join(part.tobytes() for part in bits)).digest()


def _with_own(lineage: Lineage, inside: np.ndarray, own: np.ndarray) -> Lineage:
    everything = lineage.own.copy()
    everything[inside] = own
    return replace(lineage, own=everything)


def _licenses_in(quotient: Quotient) -> set[str]:
    sets = np.concatenate([quotient.own, *quotient.reached])
    present = np.bitwise_or.reduce(sets, axis=0)
    return {
        object_
        for number, (predicate, object_) in enumerate(quotient.facts)
        if predicate == _LICENSE and int(present[number // 64]) >> number % 64 & 1
    }
