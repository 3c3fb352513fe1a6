"""Works that nobody has published yet, judged on top of those that a snapshot holds.

The same axioms and rules as for the Hub run on the works in question and on all that they draw
on, which is read from the store. Nothing is written. What a work of the snapshot is bound by
comes out as it stands there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

from pyoxigraph import NamedNode, Store

from licet_ingest.records import MISSING_WORK
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, GRAPH_HUB, RDF, local_name, term, work_iri
from licet_reasoning.choices import unless_chosen
from licet_reasoning.conclusions import LICENSE, Conclusions
from licet_reasoning.explanation import (
    ExplainedFinding,
    Explanation,
    Imposition,
    Reason,
    Step,
    gravest_first,
)
from licet_reasoning.reach import bits
from licet_reasoning.recent import Recent
from licet_reasoning.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import QuerySolutions

    from licet_ingest.records import WorkRecord
    from licet_reasoning.compiled import Compiled, CompiledReading
    from licet_reasoning.explanation import Chain
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Fact, Situation
    from licet_reasoning.spelling import Key
    from licet_reasoning.strands import Bond

MAX_ANCESTORS = 20_000
"""Works of the snapshot that are read for one question; what lies beyond counts as missing."""
KEPT_WORKS = 4096
"""Works of which a process remembers what was read for earlier questions."""
SHOWN_SOURCES = 100
"""Works shown, nearest first, that impose one term on a work; how many there are is said."""

SHOWN_STEPS = 20
"""Steps shown of one path; of a longer one, half from either end."""

GAP, CIRCUMSTANCE = term("gap"), term("circumstance")
_TYPE = RDF + "type"
_STATED = frozenset({_TYPE, LICENSE, GAP, CIRCUMSTANCE})
_CLASSES = frozenset({term("Model"), term("Dataset"), term("Service")})
_GATED, _UNGATED = (term("access"), term("Gated")), (term("access"), term("Ungated"))
_UNIDENTIFIED = (GAP, term("UnidentifiedLicense"))
_ACCESS, _REUSES = term("gated"), term("reuses")
_LOOKED_AT = _STATED | {_ACCESS}
_OUTSIDE_LINEAGE = term("OutsideLineage")
_StatedOf: TypeAlias = tuple[frozenset[tuple[str, str]], tuple[tuple[str, str], ...]]
_NOTHING: _StatedOf = (frozenset(), ())
_DRAWS_ON, _DERIVATIVE_OF = term("drawsOn"), term("derivativeOf")


@dataclass(frozen=True)
class Ground:
    """What hypothetical works stand on.

    Attributes:
        compiled: Ontology, rules and catalogue.
        store: Of the snapshot whose works they may draw on; None for none, so that every work
            that is not given is missing.
        index: Of the works of that snapshot, by which names in another case are found; None for
            none, so that only the id as it is spelled there names a work.
    """

    compiled: Compiled
    store: Store | None = None
    index: Path | None = None

    @cached_property
    def _known(self) -> Recent:
        return Recent(KEPT_WORKS)

    def forget(self) -> None:
        """Forget what was read of works and what rules said."""
        self.compiled.forget()
        vars(self).pop("_known", None)

    @property
    def finds_any_case(self) -> bool:
        """Whether a name that is not there as it is written is found in another case."""
        return self.store is not None and self.index is not None and self.index.is_file()

    def meant(self, key: Key, given: Collection[Key] = ()) -> Key:
        """Return the work that a name means: itself, or the only one that differs in case alone.

        Args:
            key: Kind and id, as written.
            given: Further works of which there are records.
        """
        read = self._known.get(work_iri(*key))
        if read and read[0] and not given:
            return key
        return meant(self.store, self.index, key, given)

    def stated_of(self, work: str) -> _StatedOf:
        """Return what the snapshot states of a work, and relation and parent of its derivations."""
        return self.stated_of_all([work])[work]

    def stated_of_all(self, works: Iterable[str]) -> dict[str, _StatedOf]:
        """Return the same of several works, in a fraction of the time that one by one takes."""
        if self.store is None:
            return dict.fromkeys(works, _NOTHING)
        known: dict[str, _StatedOf | None] = {work: self._known.get(work) for work in works}
        new = self._read(self.store, [work for work, found in known.items() if found is None])
        self._known.keep(new)
        return {work: new[work] if found is None else found for work, found in known.items()}

    def _read(self, store: Store, works: Sequence[str]) -> dict[str, _StatedOf]:
        facts: dict[str, set[Fact]] = {work: set() for work in works}
        parents: dict[str, list[tuple[str, str]]] = {work: [] for work in works}
        asked = " ".join(str(NamedNode(work)) for work in works)
        rows = store.query(self._stated.replace("$works", asked)) if works else ()
        for row in cast("QuerySolutions", rows):
            work, predicate, value = row[0].value, row[1].value, text_of(row[2])
            if predicate in _STATED:
                if predicate != _TYPE or value in _CLASSES:
                    facts[work].add((predicate, value))
            elif predicate == _ACCESS:
                facts[work].add(_UNGATED if value == "no" else _GATED)
            elif predicate != _REUSES:
                parents[work].append((predicate, value))
        return {work: (frozenset(facts[work]), tuple(sorted(parents[work]))) for work in works}

    @cached_property
    def _stated(self) -> str:
        """The query for what matters of works: the store looks up no text that is for people."""
        looked_at = ", ".join(f"<{p}>" for p in sorted(self.compiled.relations | _LOOKED_AT))
        # With the properties as values beside the works, the engine reads the whole graph once
        # there are more works than properties.
        return (
            f"SELECT ?work ?predicate ?value {{ GRAPH <{GRAPH_HUB}> {{ VALUES ?work {{ $works }} "
            f"?work ?predicate ?value FILTER(?predicate IN ({looked_at})) }} }}"
        )


def judge(
    ground: Ground, records: Iterable[WorkRecord], reading: str, *, also: Iterable[str] = ()
) -> Judged:
    """Return what is concluded of works that are given, on top of those of the snapshot.

    A work that is given stands in place of the one of that name in the snapshot. A work that is
    neither given nor in the snapshot is missing, and so is known to be unknown.

    Args:
        ground: What they stand on.
        records: The works, with their derivations; parents may be among them.
        reading: The reading of contested law.
        also: IRIs of works of the snapshot that conclusions are wanted of as well.

    Raises:
        UsageError: There is no such reading.
        KeyError: A derivation has a relation that the ontology does not know.
    """
    program = ground.compiled.reading(reading)
    world = World(ground, program)
    asked = [*map(world.add, records), *map(world.name, also)]
    world.complete()
    return Judged(world, dict.fromkeys(asked))


class World:
    """The works in question and all that they draw on, by number.

    Attributes:
        ground: What they stand on.
        program: The reading.
        number: The number of each work, by its IRI.
        facts: What each states of itself.
        edges: Child, relation and parent of their derivations.
    """

    def __init__(self, ground: Ground, program: CompiledReading) -> None:
        self.ground = ground
        self.program = program
        self.number: dict[str, int] = {}
        self.facts: list[set[Fact]] = []
        self.edges: set[tuple[int, str, int]] = set()
        self._given: set[str] = set()

    def add(self, record: WorkRecord) -> int:
        """Add a work that is given."""
        iri = work_iri(record.kind, record.id)
        work = self._number(iri)
        self._given.add(iri)
        self.facts[work] |= {(_TYPE, term(record.kind.capitalize()))}
        self.facts[work] |= {(LICENSE, license_) for license_ in record.licenses}
        self.facts[work] |= {(GAP, gap) for gap in record.gaps}
        self.facts[work] |= {(CIRCUMSTANCE, iri) for iri in record.circumstances}
        if record.gated is not None:
            self.facts[work].add(_UNGATED if record.gated == "no" else _GATED)
        for derivation in record.derivations:
            child = work if derivation.child == record.key else self._of_key(derivation.child)
            parent = self._of_key(derivation.parent)
            relation = term(derivation.relation)
            if relation not in self.program.moves:
                raise KeyError(relation)
            self.edges.add((child, relation, parent))
        return work

    def variants(self, work: int, licenses: Iterable[str]) -> dict[str, str]:
        """Add a work that is given once more under each of some licenses; return their IRIs."""
        iri = next(name for name, number in self.number.items() if number == work)
        kept = {fact for fact in self.facts[work] if fact[0] not in {LICENSE, GAP}}
        edges = [(relation, parent) for child, relation, parent in self.edges if child == work]
        added: dict[str, str] = {}
        for number, license_ in enumerate(licenses):
            added[license_] = f"{iri}%3A{number}"
            variant = self._number(added[license_])
            self.facts[variant] |= {*kept, (LICENSE, license_)}
            self.edges.update((variant, relation, parent) for relation, parent in edges)
        return added

    def name(self, iri: str) -> int:
        """Add a work of the snapshot."""
        return self._number(iri)

    def complete(self) -> None:
        """Add from the snapshot all that the works draw on."""
        new = [iri for iri in self.number if iri not in self._given]
        left = MAX_ANCESTORS
        while new:
            read = self.ground.stated_of_all(new[:left])
            left -= len(read)
            beyond: dict[str, None] = {}
            for iri in new:
                work = self.number[iri]
                facts, parents = read.get(iri, _NOTHING)
                self.facts[work] |= facts
                if not facts:
                    kind = local_name(iri).partition("/")[0]
                    self.facts[work] |= {(_TYPE, term(kind.capitalize())), (GAP, MISSING_WORK)}
                for relation, parent in parents:
                    if parent not in self.number:
                        beyond[parent] = None
                    self.edges.add((work, relation, self._number(parent)))
            new = list(beyond)
        for stated in self.facts:
            # Terms that this catalogue does not hold are not known, whoever wrote them down.
            if any(p == LICENSE and self.ground.compiled.license(o) is None for p, o in stated):
                stated.add(_UNIDENTIFIED)

    def licenses_upstream(self, work: int) -> set[str]:
        """Return the licenses of all that a work is made from, however it is."""
        parents: defaultdict[int, list[int]] = defaultdict(list)
        for child, _, parent in self.edges:
            parents[child].append(parent)
        seen = {work}
        todo = [work]
        while todo:
            new = set(parents[todo.pop()]) - seen
            seen |= new
            todo += new
        return {o for one in seen - {work} for p, o in self.facts[one] if p == LICENSE}

    def _of_key(self, key: tuple[str, str]) -> int:
        return self._number(work_iri(*key))

    def _number(self, iri: str) -> int:
        if iri not in self.number:
            self.number[iri] = len(self.facts)
            self.facts.append(set())
        return self.number[iri]


class Judged:
    """What is concluded of hypothetical works, and of all that they draw on."""

    def __init__(self, world: World, asked: Iterable[int]) -> None:
        self._compiled = world.ground.compiled
        self._program = program = world.program
        self._iris = list(world.number)
        self._number = world.number
        self._asked = tuple(asked)
        self._found = Conclusions(self._compiled, program, self._iris, world.facts, world.edges)
        self._imposers: dict[tuple[int, str], int] = {}
        self._known_ways: dict[str, list[tuple[Chain, int, Sequence[int]]]] = {}
        self._known_paths: dict[
            tuple[int, str, int, int], list[tuple[str, tuple[Step, ...], int]]
        ] = {}
        self._lineage = self._found.lineage
        self._stated = self._found.stated

    # What is concluded

    @property
    def works(self) -> tuple[str, ...]:
        """IRIs of the works that were given, in their order."""
        return tuple(self._iris[work] for work in self._asked)

    def situation(self, work: str) -> Situation:
        """Return the situation of a work, by its IRI."""
        return self._found.situation(self._number[work])

    def judgements(self, work: str) -> tuple[Judgement, ...]:
        """Return what the finding rules say of a work: violated, unknown or met."""
        return self._found.judgements(self._number[work], "findings")

    def judgements_as_input(self, work: str) -> tuple[Judgement, ...]:
        """Return what the rules say of a work that whoever uses it should know."""
        return self._found.judgements(self._number[work], "inputs")

    def ask(self, works: Iterable[str]) -> None:
        """Ask the finding rules about works at once, which takes less time than one by one."""
        self._found.ask((self._number[work] for work in works), "findings")

    def ask_as_inputs(self, works: Iterable[str]) -> None:
        """Ask the rules on inputs about works at once."""
        self._found.ask((self._number[work] for work in works), "inputs")

    def bonds(self, work: str) -> tuple[Bond, ...]:
        """Return the clauses that bind a work, or might, sorted."""
        return self._found.bonds(self._number[work])

    def stated(self, work: str, predicate: str) -> tuple[str, ...]:
        """Return what a work states of itself by a property, sorted."""
        facts = self._stated.of_work[self._number[work]]
        return tuple(sorted(o for p, o in facts if p == predicate))

    def is_stated(self, predicate: str, value: str) -> bool:
        """Return whether any work states something of itself."""
        return (predicate, value) in self._stated.holders

    def owning(self, clause: str) -> frozenset[str]:
        """Return the licenses that a clause is of."""
        return self._compiled.owning(clause)

    def parents(self, work: str) -> tuple[tuple[str, str], ...]:
        """Return relation and IRI of the works that a work is stated to derive from, sorted."""
        return tuple((r, self._iris[p]) for r, p in self._lineage.parents[self._number[work]])

    def upstream(self, work: str, relation: str = _DRAWS_ON) -> tuple[str, ...]:
        """Return the IRIs of all works that a work is related to by a lineage relation."""
        sources = self._lineage.sources(self._number[work], relation)
        return tuple(self._iris[source] for source in bits(sources))

    def path(self, work: str, relation: str, upstream: str) -> tuple[Step, ...]:
        """Return the shortest path by which a work is related to another; empty if it is not."""
        number = self._number[work]
        found = self._lineage.paths(number, relation, 1 << self._number[upstream], 1)
        return self._steps(found[0][1]) if found else ()

    # Why

    def impositions(
        self, work: str, clause: str, limit: int = SHOWN_SOURCES
    ) -> tuple[Imposition, ...]:
        """Return the works whose license imposes a clause on a work, nearest first."""
        found: dict[str, Imposition] = {}
        number = self._number[work]
        for chain, holders, related in self._ways(clause):
            if found and chain.in_doubt:
                break  # What binds for certain needs no doubtful reason.
            if not holders & related[number]:
                continue
            for ancestor, path, steps in self._nearest(work, chain.relation, holders, limit):
                known = found.get(ancestor)
                if known is None or steps < known.steps:
                    found[ancestor] = Imposition(
                        local_name(ancestor),
                        chain.axiom,
                        path,
                        in_doubt=chain.in_doubt,
                        steps=steps,
                    )
        return _nearest_first(found.values())[:limit]

    def imposers(self, work: str, clause: str) -> int:
        """Return all works that impose a clause on a work, as a bitset of their numbers."""
        number = self._number[work]
        if (number, clause) not in self._imposers:
            found = 0
            for _, holders, related in self._ways(clause):
                found |= holders & related[number]
            self._imposers[number, clause] = found
        return self._imposers[number, clause]

    def imposing(self, work: str, clause: str) -> list[str]:
        """Return the IRIs of all works that impose a clause on a work."""
        return [self._iris[number] for number in bits(self.imposers(work, clause))]

    def sources(self, work: str, relation: str) -> int:
        """Return all works that a work is related to, as a bitset of their numbers."""
        return self._lineage.sources(self._number[work], relation)

    def _ways(self, clause: str) -> list[tuple[Chain, int, Sequence[int]]]:
        """Return the ways by which a clause may come to works.

        Returns:
            Each with the works that it comes from, and those that each work is related to by it.
        """
        if clause not in self._known_ways:
            self._known_ways[clause] = [
                (
                    chain,
                    holders,
                    self._lineage.sources_by(chain.relation) if chain.relation else self._itself,
                )
                for chain in self._compiled.chains(self._program.reading, clause)
                if (holders := self._holders.get((chain.terms, chain.license)))
            ]
        return self._known_ways[clause]

    @cached_property
    def _itself(self) -> list[int]:
        """Each work alone, as a bitset."""
        return [1 << number for number in range(len(self._iris))]

    def explanation(self, work: str, limit: int = SHOWN_SOURCES) -> Explanation:
        """Return what is concluded of a work, with reasons."""
        bonds = self.bonds(work)
        return Explanation(
            work=local_name(work),
            reading=self._program.reading,
            situation=self.situation(work).iri,
            licenses=tuple(self._compiled.term(i).label for i in self.stated(work, LICENSE)),
            findings=tuple(
                sorted(
                    (
                        self.finding(work, unless_chosen(self, work, judgement), limit)
                        for judgement in self.judgements(work)
                        if judgement.verdict != "met"
                    ),
                    key=gravest_first,
                )
            ),
            obligations=tuple(
                Reason(
                    self._compiled.term(b.clause),
                    self.impositions(work, b.clause, limit),
                    self.imposers(work, b.clause).bit_count(),
                )
                for b in sorted(bonds, key=lambda b: (not b.inherited, b.clause))
                if not b.in_doubt
            ),
        )

    def finding(
        self, work: str, judgement: Judgement, limit: int = SHOWN_SOURCES
    ) -> ExplainedFinding:
        """Return a judgement on a work with its reasons."""
        kind = self._compiled.findings[judgement.code]
        open_ = judgement.verdict == "unknown"
        because = judgement.because
        return ExplainedFinding(
            code=kind.code,
            severity="unknown" if open_ else kind.severity,
            open=open_,
            label=kind.label,
            definition=kind.definition,
            remedy=kind.remedy,
            rule=f"findings/{kind.code}.rq",
            because=Reason(
                self._compiled.term(because),
                self.reached_by(work, because, inherited=judgement.inherited, limit=limit),
            ),
            against=tuple(
                Reason(
                    self._compiled.term(iri),
                    self.reached_by(work, iri, inherited=False, limit=limit, against=because),
                )
                for iri in judgement.against
            ),
        )

    def reached_by(
        self, work: str, iri: str, *, inherited: bool, limit: int = SHOWN_SOURCES, against: str = ""
    ) -> tuple[Imposition, ...]:
        """Return the works by which a reason of a finding comes in, nearest first."""
        if iri.startswith(BASE + "clause/"):
            found = self.impositions(work, iri, limit)
            if inherited:
                found = tuple(imposition for imposition in found if imposition.path)
            return found or self._owned(work, iri, inherited=inherited, limit=limit)
        if iri == _OUTSIDE_LINEAGE:
            exempted = self._compiled.links(against, "exemptsLicense")
            outside = self._stating((term("outsideOf"), license_) for license_ in exempted)
            return self._through(work, _DERIVATIVE_OF, outside, limit)
        if not inherited:
            return (Imposition(local_name(work), "", ()),)
        having = self._stating([(GAP, iri), (LICENSE, iri)])
        return self._through(work, _DRAWS_ON, having, limit)

    def _owned(
        self, work: str, clause: str, *, inherited: bool, limit: int
    ) -> tuple[Imposition, ...]:
        """Return works of the lineage whose license holds a clause that does not propagate."""
        having = self._stating((LICENSE, iri) for iri in self._compiled.owning(clause))
        if not inherited and having >> self._number[work] & 1:
            return (Imposition(local_name(work), "", ()),)
        return self._through(work, _DERIVATIVE_OF, having, limit)

    def _stating(self, facts: Iterable[Fact]) -> int:
        """Return the works that state one of some facts, as a bitset of their numbers."""
        found = 0
        for fact in facts:
            found |= self._stated.holders.get(fact, 0)
        return found

    def _through(self, work: str, relation: str, wanted: int, limit: int) -> tuple[Imposition, ...]:
        return _nearest_first(
            Imposition(
                local_name(self._iris[source]),
                local_name(relation),
                self._steps(path),
                steps=len(path),
            )
            for source, path in self._lineage.paths(self._number[work], relation, wanted, limit)
        )

    def _nearest(
        self, work: str, relation: str | None, wanted: int, limit: int
    ) -> list[tuple[str, tuple[Step, ...], int]]:
        """Return the nearest of some works that a work is related to, with path and steps."""
        number = self._number[work]
        if relation is None:
            return [(work, (), 0)] if wanted >> number & 1 else []
        key = (number, relation, wanted, limit)
        if key not in self._known_paths:
            self._known_paths[key] = [
                (self._iris[source], self._steps(path), len(path))
                for source, path in self._lineage.paths(number, relation, wanted, limit)
            ]
        return self._known_paths[key]

    def _steps(self, path: Sequence[tuple[int, str, int]]) -> tuple[Step, ...]:
        """Return a path in names; of a long one both ends."""
        if len(path) > SHOWN_STEPS:
            path = (*path[: SHOWN_STEPS // 2], *path[-SHOWN_STEPS // 2 :])
        return tuple(
            Step(local_name(self._iris[c]), local_name(r), local_name(self._iris[p]))
            for c, r, p in path
        )

    @cached_property
    def _holders(self) -> dict[tuple[str, str], int]:
        """The works by the force that a license has for them, and the license."""
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for (predicate, object_), works in self._stated.holders.items():
            for force in self._found.forces(predicate):
                found[force, object_] |= works
        return found


def _nearest_first(impositions: Iterable[Imposition]) -> tuple[Imposition, ...]:
    return tuple(sorted(impositions, key=lambda i: (i.steps, i.work)))
