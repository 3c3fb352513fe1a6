"""What is concluded of few works: what binds them, and what the rules say of them.

What a rule sees of a work is gathered first. Of works of which it sees the same it is asked once,
and what it said then is remembered for later questions: it rests on nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import NamedNode, Quad, Store

from licet_ontology.terms import local_name, term
from licet_reasoning.beginnings import MODEL, facts_shown, named_situation
from licet_reasoning.reach import SmallLineage, bits
from licet_reasoning.rules import Judgement, constructed, judge
from licet_reasoning.situation import situation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from licet_queries.library import SavedQuery
    from licet_reasoning.compiled import Compiled, CompiledReading
    from licet_reasoning.reach import Edge
    from licet_reasoning.situation import Fact, Situation
    from licet_reasoning.strands import Bond

LICENSE = term("license")
_ACCESS = term("access")
_DRAWS_ON = term("drawsOn")

Answer = TypeVar("Answer")


class Stated:
    """What works state.

    Attributes:
        of_work: The facts of each work.
        holders: The works that state each fact, as bitsets of their numbers, sorted by fact.
        traits: What is said of whatever works of a bitset reach by a relation, once it is asked.
    """

    def __init__(self, of_work: Sequence[frozenset[Fact]]) -> None:
        self.of_work = of_work
        holders: defaultdict[Fact, int] = defaultdict(int)
        for work, facts in enumerate(of_work):
            for fact in facts:
                holders[fact] |= 1 << work
        self.holders = dict(sorted(holders.items()))
        self.traits: dict[tuple[str, int], int] = {}
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
        self._looks: dict[int, int] = {}
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
            traits = [self._own(facts) for facts in stated]
            concluded = self._constructed("work", traits)
            stated = [
                facts | {fact for fact in concluded[own] if fact[0] in wanted}
                for facts, own in zip(stated, traits, strict=True)
            ]
        return [frozenset(fact for fact in facts if fact[0] != _ACCESS) for facts in stated]

    def _with_outside(self, stated: Stated) -> Stated:
        """Return what works state with what rules of the stage ``lineage`` conclude of them."""
        traits = [self._traits_by(stated, work) for work in range(self.lineage.size)]
        concluded = self._constructed("lineage", traits)
        if not any(concluded.values()):
            return stated
        return Stated([f | concluded[t] for f, t in zip(stated.of_work, traits, strict=True)])

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
        return self._strands.bonds(self._traits(work))

    # What rules say

    def judgements(self, work: int, stage: str) -> tuple[Judgement, ...]:
        """Return what the rules of a stage, ``findings`` or ``inputs``, say of a work."""
        if (stage, work) not in self._answers:
            self.ask([work], stage)
        return self._answers[stage, work]

    def ask(self, works: Iterable[int], stage: str) -> None:
        """Ask the rules of a stage about works, all at once."""
        new = [work for work in dict.fromkeys(works) if (stage, work) not in self._answers]
        traits = [self._traits(work) | self._own(self._shown_by_name(work)) for work in new]
        said = self._said(stage, traits, _judgements)
        for work, looks in zip(new, traits, strict=True):
            iri = self._works[work]
            self._answers[stage, work] = tuple(
                Judgement(j.code, iri, j.because, j.inherited, j.verdict, j.against)
                for j in said[looks]
            )

    def _constructed(self, stage: str, works: Iterable[int]) -> dict[int, frozenset[Fact]]:
        """Return what the rules of a stage conclude of works, by the traits of each."""
        said = self._said(stage, works, _constructions)
        return {traits: frozenset(facts) for traits, facts in said.items()}

    def _said(
        self,
        stage: str,
        works: Iterable[int],
        ask: Callable[[Store, Sequence[SavedQuery]], Iterable[tuple[str, str, Answer]]],
    ) -> dict[int, tuple[Answer, ...]]:
        """Return what the rules of a stage say of works, asked or remembered.

        Args:
            stage: The rules.
            works: The traits of each work.
            ask: Asks rules of the nodes in a store; yields names of rule and node, and an answer.

        Returns:
            What is said of a work, by its traits, rule by rule.
        """
        of_works = tuple(dict.fromkeys(works))
        rules = self._compiled.rules[stage]
        seen = {rule.name: self._strands.seen(rule) for rule in rules}
        said: dict[tuple[str, int], Sequence[Answer]] = {}
        new: dict[str, dict[int, int]] = {}
        for name, sees in seen.items():
            memory = self._compiled.said[self._program.reading, name]
            for traits in of_works:
                view = traits & sees
                known = memory.get(view) if view else ()
                if known is None:
                    new.setdefault(name, {})[view] = traits
                else:
                    said[name, view] = known
        if new:
            nodes = {
                traits: f"urn:licet:seen:{number}"
                for number, traits in enumerate(
                    dict.fromkeys(traits for found in new.values() for traits in found.values())
                )
            }
            asked = tuple(rule for rule in rules if rule.name in new)
            answers: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
            for name, node, answer in ask(self._store(stage, asked, nodes), asked):
                answers[name, node].append(answer)
            for name, views in new.items():
                found = {
                    view: tuple(answers[name, nodes[traits]]) for view, traits in views.items()
                }
                self._compiled.said[self._program.reading, name].keep(found)
                said.update(((name, view), told) for view, told in found.items())
        return {
            traits: tuple(one for name, sees in seen.items() for one in said[name, traits & sees])
            for traits in of_works
        }

    # What rules see

    def _own(self, facts: Iterable[Fact]) -> int:
        """Return the traits of a work that states facts."""
        return reduce(or_, (self._strands.of(None, fact) for fact in facts), 0)

    def _traits(self, work: int) -> int:
        """Return the traits of a work, as a bitset of their numbers."""
        if work not in self._looks:
            self._looks[work] = self._traits_by(self.stated, work)
        return self._looks[work]

    def _traits_by(self, stated: Stated, work: int) -> int:
        """Return the same by what works state."""
        found = self._own(stated.of_work[work])
        for relation, sources_of in self._sources.items():
            if sources := sources_of[work]:
                reaching = stated.traits.get((relation, sources))
                if reaching is None:
                    facts = stated.by(sources)
                    reaching = reduce(or_, (self._strands.of(relation, f) for f in facts), 0)
                    stated.traits[relation, sources] = reaching
                found |= reaching
        return found

    def _store(self, stage: str, rules: Sequence[SavedQuery], works: Mapping[int, str]) -> Store:
        """Return what rules see of works and of their licenses.

        Args:
            stage: To which the rules belong.
            rules: The rules.
            works: A name for each work, by its traits.
        """
        strands = self._strands
        seen = reduce(or_, map(strands.seen, rules))
        quads: list[Quad] = []
        archetypes: dict[NamedNode, Fact] = {}
        for traits, name in works.items():
            node = NamedNode(name)
            for number in bits(traits & seen):
                property_, object_ = strands.nodes[number]
                quads.append(Quad(node, property_, object_))
                if number in strands.archetypes:
                    archetypes[object_] = strands.archetypes[number]
        properties = frozenset[str]().union(
            *(self._compiled.sight(rule.name).properties for rule in rules)
        )
        quads += [
            Quad(archetype, _node(force), _node(object_))
            for archetype, (predicate, object_) in archetypes.items()
            for force in strands.forces(predicate)
            if force in properties
        ]
        store = Store()
        # Oxigraph looks first at what was added last; in this order rules take less time.
        store.extend(quads)
        store.extend(self._compiled.facts(self._licenses, stage))
        return store


def _judgements(store: Store, rules: Sequence[SavedQuery]) -> Iterator[tuple[str, str, Judgement]]:
    name_of = {rule.header["code"]: rule.name for rule in rules}
    for judgement in judge(store, rules):
        yield name_of[judgement.code], judgement.work, judgement


def _constructions(store: Store, rules: Sequence[SavedQuery]) -> Iterator[tuple[str, str, Fact]]:
    for rule in rules:
        for t in constructed(store, rule):
            if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
                yield rule.name, t.subject.value, (t.predicate.value, t.object.value)


@lru_cache(4096)
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)
