"""Works that nobody has published yet, judged on top of those that a snapshot holds.

The same axioms and rules as for the Hub run on the works in question and on all that they draw
on, which is read from the store. Nothing is written. What a work of the snapshot is bound by
comes out as it stands there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from licet_ingest.records import MISSING_WORK
from licet_ontology.terms import BASE, GRAPH_HUB, RDF, local_name, term, work_iri
from licet_reasoning.beginnings import IN_DOUBT, Beginning, asks, named_situation
from licet_reasoning.explanation import (
    ExplainedFinding,
    Explanation,
    Imposition,
    Reason,
    Step,
    gravest_first,
)
from licet_reasoning.reach import SmallLineage, bits
from licet_reasoning.rules import apply_consequences, constructed
from licet_reasoning.rules import judge as judge_store
from licet_reasoning.situation import situation_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from licet_ingest.records import WorkRecord
    from licet_reasoning.compiled import Compiled, CompiledReading
    from licet_reasoning.explanation import Chain
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Fact, Situation

MAX_ANCESTORS = 20_000
"""Works of the snapshot that are read for one question; what lies beyond counts as missing."""
SHOWN_SOURCES = 100
"""Works shown, nearest first, that impose one term on a work; how many there are is said."""

SHOWN_STEPS = 20
"""Steps shown of one path; of a longer one, half from either end."""

ABOUT_INPUTS = frozenset(
    {
        "ambiguous-license",
        "license-mismatch",
        "license-type-mismatch",
        "no-license",
        "unidentified-license",
    }
)
"""Findings on works that a plan uses that whoever uses them should know."""

LICENSE, GAP, CIRCUMSTANCE = term("license"), term("gap"), term("circumstance")
_TYPE = RDF + "type"
_STATED = frozenset({_TYPE, LICENSE, GAP, CIRCUMSTANCE})
_CLASSES = frozenset({term("Model"), term("Dataset"), term("Service")})
_GATED, _UNGATED = (term("access"), term("Gated")), (term("access"), term("Ungated"))
_UNIDENTIFIED = (GAP, term("UnidentifiedLicense"))
_OUTSIDE_LINEAGE = term("OutsideLineage")
_NOTHING: tuple[frozenset[tuple[str, str]], tuple[tuple[str, str], ...]] = (frozenset(), ())
_DRAWS_ON, _DERIVATIVE_OF = term("drawsOn"), term("derivativeOf")


@dataclass(frozen=True)
class Ground:
    """What hypothetical works stand on.

    Attributes:
        compiled: Ontology, rules and catalogue.
        store: Of the snapshot whose works they may draw on; None for none, so that every work
            that is not given is missing.
    """

    compiled: Compiled
    store: Store | None = None

    def stated_of(self, work: str) -> tuple[frozenset[Fact], tuple[tuple[str, str], ...]]:
        """Return what the snapshot states of a work, and relation and parent of its derivations."""
        if self.store is None:
            return _NOTHING
        facts: set[Fact] = set()
        parents: list[tuple[str, str]] = []
        relations = self.compiled.relations
        for quad in self.store.quads_for_pattern(NamedNode(work), None, None, NamedNode(GRAPH_HUB)):
            predicate, value = quad.predicate.value, getattr(quad.object, "value", "")
            if predicate in _STATED:
                if predicate != _TYPE or value in _CLASSES:
                    facts.add((predicate, value))
            elif predicate == term("gated"):
                facts.add(_UNGATED if value == "no" else _GATED)
            elif predicate in relations and predicate != term("reuses"):
                parents.append((predicate, value))
        return frozenset(facts), tuple(sorted(parents))


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
            child, parent = (
                self._number(work_iri(*key)) for key in (derivation.child, derivation.parent)
            )
            relation = term(derivation.relation)
            if relation not in self.program.moves:
                raise KeyError(relation)
            self.edges.add((child, relation, parent))
        return work

    def name(self, iri: str) -> int:
        """Add a work of the snapshot."""
        return self._number(iri)

    def complete(self) -> None:
        """Add from the snapshot all that the works draw on."""
        todo = [iri for iri in self.number if iri not in self._given]
        read = 0
        while todo:
            iri = todo.pop()
            work = self.number[iri]
            read += 1
            facts, parents = self.ground.stated_of(iri) if read <= MAX_ANCESTORS else _NOTHING
            self.facts[work] |= facts
            if not facts:
                kind = local_name(iri).partition("/")[0]
                self.facts[work] |= {(_TYPE, term(kind.capitalize())), (GAP, MISSING_WORK)}
            for relation, parent in parents:
                if parent not in self.number:
                    todo.append(parent)
                self.edges.add((work, relation, self._number(parent)))
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

    def _number(self, iri: str) -> int:
        if iri not in self.number:
            self.number[iri] = len(self.facts)
            self.facts.append(set())
        return self.number[iri]


@dataclass(frozen=True)
class Bond:
    """A clause that binds a work.

    Attributes:
        clause: Its IRI.
        inherited: Whether it comes from another work.
        as_whole: Whether it governs the work as one thing, and not only a separable part.
        in_doubt: Whether the reading leaves open if it binds at all.
    """

    clause: str
    inherited: bool
    as_whole: bool
    in_doubt: bool


class Judged:
    """What is concluded of hypothetical works, and of all that they draw on."""

    def __init__(self, world: World, asked: Iterable[int]) -> None:
        self._compiled = world.ground.compiled
        self._program = program = world.program
        self._iris = list(world.number)
        self._asked = tuple(asked)
        self._lineage = SmallLineage(len(self._iris), tuple(sorted(world.edges)), program)
        beginnings = [
            Beginning(b["words"], b["licensor"], tuple(map(tuple, b["clauses"])))
            for b in self._compiled.beginnings
        ]
        stated = [frozenset(facts) for facts in world.facts]
        self._licenses = {o for facts in stated for predicate, o in facts if predicate == LICENSE}
        stated = self._with_grounds(stated)
        situations = self._situations(stated)
        extended = self._with_concluded(stated, situations)
        if extended is not stated:
            stated = extended
            situations = self._situations(stated)
        self._stated = stated
        self._situation_of = [
            _named(situation, local_name(iri), beginnings)
            for iri, situation in zip(self._iris, situations, strict=True)
        ]
        self._concluded: dict[str, _Conclusions] = {}

    # What is concluded

    @property
    def works(self) -> tuple[str, ...]:
        """IRIs of the works that were given, in their order."""
        return tuple(self._iris[work] for work in self._asked)

    def situation(self, work: str) -> Situation:
        """Return the situation of a work, by its IRI."""
        return self._situation_of[self._number[work]]

    def judgements(self, work: str) -> tuple[Judgement, ...]:
        """Return what the finding rules say of a work: violated, unknown or met."""
        return self._judgements(work, [r.header["code"] for r in self._compiled.rules["findings"]])

    def judgements_as_input(self, work: str) -> tuple[Judgement, ...]:
        """Return what the rules say of a work that whoever uses it should know."""
        return self._judgements(work, sorted(ABOUT_INPUTS))

    def _judgements(self, work: str, codes: Sequence[str]) -> tuple[Judgement, ...]:
        found = self._conclusions(work, codes).judgements
        return tuple(judgement for code in codes for judgement in found[code])

    def bonds(self, work: str) -> tuple[Bond, ...]:
        """Return the clauses that bind a work, or might, sorted."""
        return self._conclusions(work).bonds

    def stated(self, work: str, predicate: str) -> tuple[str, ...]:
        """Return what a work states of itself by a property, sorted."""
        facts = self._stated[self._number[work]]
        return tuple(sorted(o for p, o in facts if p == predicate))

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
        for axiom, relation, terms, license_, in_doubt in self._chains(clause):
            if found and in_doubt:
                break  # What binds for certain needs no doubtful reason.
            for ancestor, path, steps in self._licensed(work, relation, terms, license_, limit):
                known = found.get(ancestor)
                if known is None or steps < known.steps:
                    found[ancestor] = Imposition(
                        local_name(ancestor), axiom, path, in_doubt=in_doubt, steps=steps
                    )
        return _nearest_first(found.values())[:limit]

    def imposers(self, work: str, clause: str) -> int:
        """Return all works that impose a clause on a work, as a bitset of their numbers."""
        number = self._number[work]
        found = 0
        for _, relation, terms, license_, _ in self._chains(clause):
            sources = self._lineage.sources(number, relation) if relation else 1 << number
            found |= self._holders.get((terms, license_), 0) & sources
        return found

    def sources(self, work: str, relation: str) -> int:
        """Return all works that a work is related to, as a bitset of their numbers."""
        return self._lineage.sources(self._number[work], relation)

    def _chains(self, clause: str) -> list[Chain]:
        return self._compiled.chains(self._program.reading, clause)

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
                        self.finding(work, judgement, limit)
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
            outside = self._mask(
                any((term("outsideOf"), e) in facts for e in exempted) for facts in self._stated
            )
            return self._through(work, _DERIVATIVE_OF, outside, limit)
        if not inherited:
            return (Imposition(local_name(work), "", ()),)
        having = self._mask((GAP, iri) in f or (LICENSE, iri) in f for f in self._stated)
        return self._through(work, _DRAWS_ON, having, limit)

    def _owned(
        self, work: str, clause: str, *, inherited: bool, limit: int
    ) -> tuple[Imposition, ...]:
        """Return works of the lineage whose license holds a clause that does not propagate."""
        licenses = {(LICENSE, i) for found in self._compiled.owners(clause).values() for i in found}
        if not inherited and licenses & self._stated[self._number[work]]:
            return (Imposition(local_name(work), "", ()),)
        return self._through(
            work, _DERIVATIVE_OF, self._mask(bool(licenses & f) for f in self._stated), limit
        )

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

    def _licensed(
        self, work: str, relation: str | None, terms: str, license_: str, limit: int
    ) -> Iterable[tuple[str, tuple[Step, ...], int]]:
        number = self._number[work]
        wanted = self._holders.get((terms, license_), 0)
        if relation is None:
            return [(work, (), 0)] if wanted >> number & 1 else []
        key = (number, relation, terms, license_, limit)
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
    def _known_paths(
        self,
    ) -> dict[tuple[int, str, str, str, int], list[tuple[str, tuple[Step, ...], int]]]:
        return {}

    @cached_property
    def _holders(self) -> dict[tuple[str, str], int]:
        """The works by the force that a license has for them, and the license."""
        supers: defaultdict[str, set[str]] = defaultdict(set)
        for sub, sup in self._program.axioms.terms_parents:
            supers[sub].add(sup)
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for work, facts in enumerate(self._stated):
            for predicate, object_ in facts:
                todo = [predicate]
                for force in todo:
                    found[force, object_] |= 1 << work
                    todo += [sup for sup in supers[force] if sup not in todo]
        return found

    @cached_property
    def _number(self) -> dict[str, int]:
        return {iri: i for i, iri in enumerate(self._iris)}

    def _mask(self, having: Iterable[bool]) -> int:
        return sum(1 << work for work, has in enumerate(having) if has)

    # How

    def _situations(self, stated: Sequence[frozenset[Fact]]) -> list[Situation]:
        """Return the situation of each work, names left aside."""
        facts = sorted({fact for found in stated for fact in found})
        number = {fact: i for i, fact in enumerate(facts)}
        own = [sum(1 << number[fact] for fact in found) for found in stated]
        reached = self._lineage.reaching(own)
        starts = sorted(self._program.starts.items())
        told: dict[int, tuple[Fact, ...]] = {}
        known: dict[tuple[int, ...], Situation] = {}

        def facts_in(number: int) -> tuple[Fact, ...]:
            if number not in told:
                told[number] = tuple(facts[i] for i in bits(number))
            return told[number]

        found: list[Situation] = []
        for work, states in enumerate(own):
            key = (states, *(reached[start][work] for _, start in starts))
            if key not in known:
                known[key] = situation_of(
                    self._program.reading,
                    facts_in(states),
                    tuple(
                        (relation, facts_in(arrived))
                        for (relation, _), arrived in zip(starts, key[1:], strict=True)
                        if arrived
                    ),
                )
            found.append(known[key])
        return found

    def _with_grounds(self, stated: list[frozenset[Fact]]) -> list[frozenset[Fact]]:
        """Return what works state with the grounds of their licenses that the reading asks for."""
        wanted = set(self._program.axioms.grounds)
        if wanted:
            alike = {
                facts: situation_of("", tuple(sorted(facts)), ()) for facts in dict.fromkeys(stated)
            }
            store = self._store(alike.values(), "work")
            concluded = self._constructed(store, "work")
            stated = [
                facts | {fact for fact in concluded[alike[facts].iri] if fact[0] in wanted}
                for facts in stated
            ]
        return [facts - {_GATED, _UNGATED} for facts in stated]

    def _with_concluded(
        self, stated: list[frozenset[Fact]], situations: Sequence[Situation]
    ) -> list[frozenset[Fact]]:
        """Return what works state with what rules of the stage ``lineage`` conclude of them."""
        store = self._store({s.iri: s for s in situations}.values(), "lineage")
        concluded = self._constructed(store, "lineage")
        if not concluded:
            return stated
        return [
            facts | concluded.get(situation.iri, set())
            for facts, situation in zip(stated, situations, strict=True)
        ]

    def _constructed(self, store: Store, stage: str) -> defaultdict[str, set[Fact]]:
        found: defaultdict[str, set[Fact]] = defaultdict(set)
        for rule in self._compiled.rules[stage]:
            for t in constructed(store, rule):
                if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
                    found[t.subject.value].add((t.predicate.value, t.object.value))
        return found

    def _store(self, situations: Iterable[Situation], stage: str) -> Store:
        """Return what rules of a stage see: situations, what reaches them, and the licenses.

        What reaches a situation is one node for each fact, as if of a work that states nothing
        else: every axiom concludes from one fact at a time.
        """
        store = Store()
        store.load(self._compiled.facts(self._licenses, stage).encode(), format=RdfFormat.N_TRIPLES)
        archetypes: dict[Fact, NamedNode] = {}
        quads: list[Quad] = []
        for situation in situations:
            node = NamedNode(situation.iri)
            quads += [Quad(node, NamedNode(p), NamedNode(o)) for p, o in situation.own]
            for relation, facts in situation.reached:
                link = NamedNode(relation)
                for fact in facts:
                    if fact not in archetypes:
                        archetypes[fact] = NamedNode(f"urn:licet:archetype:{len(archetypes)}")
                    quads.append(Quad(node, link, archetypes[fact]))
        quads += [
            Quad(node, NamedNode(predicate), NamedNode(object_))
            for (predicate, object_), node in archetypes.items()
        ]
        store.bulk_extend(quads)
        if stage == "findings":
            apply_consequences(store, self._program.axioms)
        return store

    def _conclusions(self, work: str, codes: Collection[str] = ()) -> _Conclusions:
        """Return what is concluded of a work: with all that are asked for, or with the others.

        No conclusion on a situation rests on another: all that reaches one is in itself. So
        what an earlier question has concluded of it stands.
        """
        situation = self.situation(work)
        found = self._concluded.get(situation.iri)
        if found is None or not found.judgements.keys() >= set(codes):
            asked = {self._situation_of[i].iri: self._situation_of[i] for i in self._asked}
            every = {rule.header["code"] for rule in self._compiled.rules["findings"]}
            some, wanted = asked, every
            if situation.iri not in asked:
                some = {s.iri: s for s in self._situation_of if s.iri not in asked}
                wanted = set(ABOUT_INPUTS) if set(codes) <= ABOUT_INPUTS else every
            recent = self._compiled.concluded
            known = {
                iri: one
                for iri in some
                if (one := recent.get(iri)) is not None and one.judgements.keys() >= wanted
            }
            self._concluded |= known
            if new := [situation for iri, situation in some.items() if iri not in known]:
                concluded = self._conclude(new, wanted)
                recent.keep(concluded)
                self._concluded |= concluded
        return self._concluded[situation.iri]

    def _conclude(
        self, situations: Sequence[Situation], codes: Collection[str]
    ) -> dict[str, _Conclusions]:
        store = self._store(situations, "findings")
        bonds = _bonds(store)
        judgements: defaultdict[tuple[str, str], list[Judgement]] = defaultdict(list)
        rules = [r for r in self._compiled.rules["findings"] if r.header["code"] in codes]
        for judgement in judge_store(store, rules):
            judgements[judgement.work, judgement.code].append(judgement)
        return {
            situation.iri: _Conclusions(
                bonds.get(situation.iri, ()),
                {code: tuple(judgements.get((situation.iri, code), ())) for code in codes},
            )
            for situation in situations
        }


@dataclass(frozen=True)
class _Conclusions:
    """What is concluded of a situation.

    Attributes:
        bonds: The clauses that bind.
        judgements: What rules say, by the codes of those that have been asked.
    """

    bonds: tuple[Bond, ...]
    judgements: dict[str, tuple[Judgement, ...]]


def _bonds(store: Store) -> dict[str, tuple[Bond, ...]]:
    """Return what binds each situation in a store."""
    related: dict[str, defaultdict[str, set[str]]] = {}
    for name in ("boundBy", "inherits", "inheritsAsWhole", "mightBeBoundBy"):
        related[name] = defaultdict(set)
        for quad in store.quads_for_pattern(None, NamedNode(term(name)), None):
            related[name][quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    return {
        situation: tuple(
            Bond(
                clause,
                clause in related["inherits"][situation],
                clause in related["inheritsAsWhole"][situation]
                or clause not in related["inherits"][situation],
                clause not in related["boundBy"][situation],
            )
            for clause in sorted(
                related["boundBy"][situation] | related["mightBeBoundBy"][situation]
            )
        )
        for situation in {*related["boundBy"], *related["mightBeBoundBy"]}
    }


def _named(situation: Situation, work: str, beginnings: Sequence[Beginning]) -> Situation:
    """Return the situation of a work with what its name shows."""
    name = work.partition("/")[2]
    states = [b.shown_by(name) if asks(situation, b) else IN_DOUBT for b in beginnings]
    return named_situation(situation, beginnings, states)


def _nearest_first(impositions: Iterable[Imposition]) -> tuple[Imposition, ...]:
    return tuple(sorted(impositions, key=lambda i: (i.steps, i.work)))
