"""What is concluded of few works: what binds them, and what the rules say of them.

What rules see of a work is gathered first. Works of which they see the same are asked about once,
and what was said then is remembered for later questions: no conclusion on a work rests on
anything else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pyoxigraph import NamedNode, Quad, Store

from licet_ontology.terms import local_name, term
from licet_reasoning.beginnings import MODEL, facts_shown, named_situation
from licet_reasoning.reach import SmallLineage, bits
from licet_reasoning.rules import Judgement, constructed
from licet_reasoning.rules import judge as judge_store
from licet_reasoning.situation import situation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from licet_reasoning.compiled import Compiled, CompiledReading
    from licet_reasoning.reach import Edge
    from licet_reasoning.situation import Fact, Situation

LICENSE = term("license")
_ACCESS = term("access")
_DRAWS_ON = term("drawsOn")
_BOUND_BY, _MIGHT_BE_BOUND_BY = term("boundBy"), term("mightBeBoundBy")
_INHERITS, _INHERITS_AS_WHOLE = term("inherits"), term("inheritsAsWhole")

Answer = TypeVar("Answer")


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


class View(NamedTuple):
    """What rules of a stage see of a work.

    Attributes:
        own: The facts that it states.
        reached: By lineage relation, the facts of other works that reach it.
        follows: What follows from both, as a bitset of the numbers of traits.
    """

    own: frozenset[Fact]
    reached: tuple[tuple[str, tuple[Fact, ...]], ...]
    follows: int


class Stated:
    """What works state.

    Attributes:
        of_work: The facts of each work.
        holders: The works that state each fact, as bitsets of their numbers, sorted by fact.
    """

    def __init__(self, of_work: Sequence[frozenset[Fact]]) -> None:
        self.of_work = of_work
        holders: defaultdict[Fact, int] = defaultdict(int)
        for work, facts in enumerate(of_work):
            for fact in facts:
                holders[fact] |= 1 << work
        self.holders = dict(sorted(holders.items()))
        self._by: dict[int, tuple[Fact, ...]] = {0: ()}

    def by(self, works: int) -> tuple[Fact, ...]:
        """Return the facts that some of the works in a bitset state, sorted."""
        if works not in self._by:
            self._by[works] = tuple(f for f, holding in self.holders.items() if holding & works)
        return self._by[works]


class Conclusions:
    """What is concluded of works by number.

    Attributes:
        lineage: Their derivations.
        stated: What they state, with what rules conclude that travels like what is stated.

    Args:
        compiled: Ontology, rules and catalogue.
        program: The reading.
        works: The IRI of each work.
        facts: What each states.
        edges: Child, relation and parent of their derivations.
    """

    def __init__(
        self,
        compiled: Compiled,
        program: CompiledReading,
        works: Sequence[str],
        facts: Iterable[Iterable[Fact]],
        edges: Iterable[Edge],
    ) -> None:
        self._compiled = compiled
        self._program = program
        self._works = works
        self._strands = compiled.strands(program.reading)
        self._relations = sorted(program.starts)
        self._behind: dict[tuple[str, str, tuple[Fact, ...]], tuple[Fact, ...]] = {}
        self._following: dict[tuple[str, tuple[Fact, ...]], int] = {}
        self._bonds: dict[int, tuple[Bond, ...]] = {}
        self._situations: dict[tuple[object, ...], Situation] = {}
        self._answers: dict[tuple[str, int], tuple[Judgement, ...]] = {}
        self.lineage = SmallLineage(len(works), tuple(sorted(edges)), program)
        self._sources = {r: self.lineage.sources_by(r) for r in self._relations}
        stated = [frozenset(found) for found in facts]
        self._licenses = {o for found in stated for predicate, o in found if predicate == LICENSE}
        self.stated = self._with_outside(Stated(self._with_grounds(stated)))

    # What works state, and what reaches them

    def _with_grounds(self, stated: list[frozenset[Fact]]) -> list[frozenset[Fact]]:
        """Return what works state with the grounds of their licenses that the reading asks for.

        The access gate of a work matters to nothing else, and is left out from here on.
        """
        wanted = set(self._program.axioms.grounds)
        if wanted:
            views = [View(facts, (), 0) for facts in stated]
            concluded = self._constructed("work", views)
            stated = [
                facts | {fact for fact in concluded[view] if fact[0] in wanted}
                for facts, view in zip(stated, views, strict=True)
            ]
        return [frozenset(fact for fact in facts if fact[0] != _ACCESS) for facts in stated]

    def _with_outside(self, stated: Stated) -> Stated:
        """Return what works state with what rules of the stage ``lineage`` conclude of them."""
        views = [self._view("lineage", work, stated) for work in range(self.lineage.size)]
        concluded = self._constructed("lineage", views)
        if not any(concluded.values()):
            return stated
        return Stated([f | concluded[view] for f, view in zip(stated.of_work, views, strict=True)])

    def reached(self, work: int, relation: str) -> tuple[Fact, ...]:
        """Return the facts of other works that reach a work by a lineage relation, sorted."""
        return self.stated.by(self.lineage.sources(work, relation))

    def _shown_by_name(self, work: int) -> list[Fact]:
        """Return what the name of a work shows of the clauses that prescribe one."""
        if MODEL not in self.stated.of_work[work]:
            return []
        upstream = self.reached(work, _DRAWS_ON)
        name = local_name(self._works[work]).partition("/")[2]
        return facts_shown(upstream, self._compiled.beginnings, lambda b: b.shown_by(name))

    def situation(self, work: int) -> Situation:
        """Return the situation of a work."""
        own = tuple(sorted(self.stated.of_work[work]))
        reached = tuple((relation, self.reached(work, relation)) for relation in self._relations)
        shown = self._shown_by_name(work)
        key = (own, reached, tuple(shown))
        if key not in self._situations:
            found = situation_of(
                self._program.reading, own, tuple(pair for pair in reached if pair[1])
            )
            self._situations[key] = named_situation(found, shown)
        return self._situations[key]

    # What binds

    def forces(self, predicate: str) -> tuple[str, ...]:
        """Return a property of facts and the properties that it implies."""
        return self._strands.forces(predicate)

    def bonds(self, work: int) -> tuple[Bond, ...]:
        """Return the clauses that bind a work, or might, sorted."""
        follows = self._follows(work)
        if follows not in self._bonds:
            self._bonds[follows] = self._bonds_in(follows)
        return self._bonds[follows]

    def _follows(self, work: int) -> int:
        """Return what follows for a work, as a bitset of the numbers of traits."""
        found = 0
        for fact in self.stated.of_work[work]:
            found |= self._strands.follows(None, fact)
        for relation, sources_of in self._sources.items():
            if sources := sources_of[work]:
                reached = self.stated.by(sources)
                following = self._following.get((relation, reached))
                if following is None:
                    following = 0
                    for fact in reached:
                        following |= self._strands.follows(relation, fact)
                    self._following[relation, reached] = following
                found |= following
        return found

    def _bonds_in(self, follows: int) -> tuple[Bond, ...]:
        clauses: defaultdict[str, set[str]] = defaultdict(set)
        for number in bits(follows):
            property_, clause = self._strands.traits[number]
            clauses[property_].add(clause)
        certain, inherited = clauses[_BOUND_BY], clauses[_INHERITS]
        return tuple(
            Bond(
                clause,
                clause in inherited,
                clause in clauses[_INHERITS_AS_WHOLE] or clause not in inherited,
                clause not in certain,
            )
            for clause in sorted(certain | clauses[_MIGHT_BE_BOUND_BY])
        )

    # What rules say

    def judgements(self, work: int, stage: str) -> tuple[Judgement, ...]:
        """Return what the rules of a stage, ``findings`` or ``inputs``, say of a work."""
        if (stage, work) not in self._answers:
            self.ask([work], stage)
        return self._answers[stage, work]

    def ask(self, works: Iterable[int], stage: str) -> None:
        """Ask the rules of a stage about works, all at once."""
        new = [work for work in dict.fromkeys(works) if (stage, work) not in self._answers]
        views = [self._view(stage, work, self.stated, self._shown_by_name(work)) for work in new]

        def ask(store: Store) -> Iterator[tuple[str, Judgement]]:
            for judgement in judge_store(store, self._compiled.rules[stage]):
                yield judgement.work, judgement

        said = self._said(stage, views, ask)
        for work, view in zip(new, views, strict=True):
            iri = self._works[work]
            self._answers[stage, work] = tuple(
                Judgement(j.code, iri, j.because, j.inherited, j.verdict, j.against)
                for j in said[view]
            )

    def _constructed(self, stage: str, views: Iterable[View]) -> dict[View, frozenset[Fact]]:
        """Return what the rules of a stage conclude of works that look so to them."""

        def ask(store: Store) -> Iterator[tuple[str, Fact]]:
            for rule in self._compiled.rules[stage]:
                for t in constructed(store, rule):
                    if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
                        yield t.subject.value, (t.predicate.value, t.object.value)

        said = self._said(stage, views, ask)
        return {view: frozenset(facts) for view, facts in said.items()}

    def _said(
        self,
        stage: str,
        views: Iterable[View],
        ask: Callable[[Store], Iterable[tuple[str, Answer]]],
    ) -> dict[View, tuple[Answer, ...]]:
        """Return what is said of works that look so to the rules of a stage, asked or remembered.

        Args:
            stage: The rules.
            views: What they see of works.
            ask: Returns what they say of the nodes in a store.
        """
        memory = self._compiled.said[self._program.reading, stage]
        said = {view: memory.get(view) for view in views}
        new = {
            f"urn:licet:seen:{number}": view
            for number, view in enumerate(view for view, known in said.items() if known is None)
        }
        if new:
            found: dict[View, list[Answer]] = {view: [] for view in new.values()}
            for node, answer in ask(self._store(stage, new)):
                if node in new:  # and not what reaches it
                    found[new[node]].append(answer)
            kept = {view: tuple(answers) for view, answers in found.items()}
            memory.keep(kept)
            said |= kept
        return said

    # What rules see

    def _view(
        self, stage: str, work: int, stated: Stated, shown_by_name: Iterable[Fact] = ()
    ) -> View:
        """Return what the rules of a stage see of a work."""
        sight = self._compiled.sight(stage)
        own = stated.of_work[work].union(shown_by_name)
        reached: list[tuple[str, tuple[Fact, ...]]] = []
        for relation, sources_of in self._sources.items():
            if (sources := sources_of[work]) and relation in sight.properties:
                seen = self._seen_behind(relation, stated.by(sources), stage)
                if seen:
                    reached.append((relation, seen))
        follows = self._follows(work) if self._strands.concern(sight.properties) else 0
        return View(
            frozenset(fact for fact in own if fact[0] in sight.properties),
            tuple(reached),
            follows & self._strands.seen(stage),
        )

    def _seen_behind(self, relation: str, facts: tuple[Fact, ...], stage: str) -> tuple[Fact, ...]:
        key = (stage, relation, facts)
        if key not in self._behind:
            sight = self._compiled.sight(stage)
            seen = {
                predicate
                for predicate in {predicate for predicate, _ in facts}
                if sight.reveals(relation, frozenset(self._strands.forces(predicate)))
            }
            self._behind[key] = tuple(fact for fact in facts if fact[0] in seen)
        return self._behind[key]

    def _store(self, stage: str, views: Mapping[str, View]) -> Store:
        """Return what the rules of a stage see of works and of their licenses.

        What reaches a work is one node for each fact, as if of a work that states nothing else:
        every axiom concludes from one fact at a time.
        """
        seen = self._compiled.sight(stage).properties
        quads: list[Quad] = []
        archetypes: dict[Fact, NamedNode] = {}
        for name, view in views.items():
            node = NamedNode(name)
            quads += [Quad(node, _node(p), _node(o)) for p, o in view.own]
            quads += [Quad(node, *self._strands.nodes[number]) for number in bits(view.follows)]
            for relation, facts in view.reached:
                for fact in facts:
                    if fact not in archetypes:
                        archetypes[fact] = NamedNode(f"urn:licet:archetype:{len(archetypes)}")
                    quads.append(Quad(node, _node(relation), archetypes[fact]))
        quads += [
            Quad(archetype, _node(force), _node(object_))
            for (predicate, object_), archetype in archetypes.items()
            for force in self._strands.forces(predicate)
            if force in seen
        ]
        store = Store()
        # Oxigraph looks first at what was added last; in this order rules take less time.
        store.extend(quads)
        store.extend(self._compiled.facts(self._licenses, stage))
        return store


@lru_cache(4096)
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)
