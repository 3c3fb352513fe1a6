"""The ontology's axioms about works and obligations, compiled for the Hub.

Two groups of object properties matter. *Lineage relations* hold between works:
stated derivations and what follows from them. *Consequences* relate a work to a
clause or license: ``boundBy`` and its kin. The axioms of the first group become
an automaton (`automaton`), those of the second become SPARQL updates (`quotient`).

Whatever OWL 2 RL would conclude about works from an axiom that is not compiled
here would be lost in silence, so such axioms are refused.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology.errors import DataError
from licet_ontology.modules import rdf_lists
from licet_ontology.terms import NS, OWL, RDF, RDFS, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

LICENSE = term("license")
IN_DOUBT = term("mightBeBoundBy")
OWN_CONSEQUENCES = (term("boundBy"), IN_DOUBT)
STATED_FACTS = (term("license"), term("gap"), term("circumstance"))
"""What works state of themselves; no axiom may conclude that it is stated."""
GROUNDS = (
    term("licenseByContract"),
    term("licensePerhapsByContract"),
    term("licenseOfNoWeights"),
    term("acceptedLicense"),
    term("perhapsAcceptedLicense"),
)
"""On what ground a work's license may have force: concluded by rules of the stage ``work``."""
ALWAYS_CLOSED = (term("drawsOn"), term("abliteratedFrom"), term("abliterationOf"))
"""Lineage relations that rules ask for although no clause propagates along them."""

TERMS = (term("termsOnCopying"), term("termsOnUse"), term("termsInDoubt"))
"""What relates works to licenses under readings that give them such force."""

_UNSUPPORTED_TYPES = (
    "SymmetricProperty",
    "FunctionalProperty",
    "InverseFunctionalProperty",
    "ReflexiveProperty",
    "AsymmetricProperty",
    "IrreflexiveProperty",
)
_UNSUPPORTED_PREDICATES = (
    OWL + "propertyDisjointWith",
    OWL + "inverseOf",
    OWL + "equivalentProperty",
    OWL + "onProperty",
    RDFS + "domain",
    RDFS + "range",
)


class UnsupportedAxiomError(DataError):
    """An axiom about works is of a form that the compiler cannot honour."""

    def __init__(self, axiom: str, reason: str) -> None:
        self.axiom = axiom
        self.reason = reason
        super().__init__(f"{axiom}: {reason}")


@dataclass(frozen=True)
class Axioms:
    """What the ontology and a reading say about lineage and its consequences.

    Attributes:
        relations: All lineage relations, sorted.
        productions: ``(sup, chain)``: the chain of relations implies the relation ``sup``.
        lineage: The relations whose closure is needed, sorted.
        consequence_chains: ``(property, relation or None, terms, scope)``: a work related to
            a work (or itself, where None) whose terms are a license is related to the
            license's clauses in scope.
        consequence_parents: ``(property, super-property)`` among consequences.
        license_chains: ``(property, consequence, link)``: a work related by the consequence
            to a clause, which the link relates to something, is related to that.
        terms_parents: ``(property, super-property)`` among what relates works to licenses.
        grounds: Those grounds of a license's force that the axioms ask for, sorted.
    """

    relations: tuple[str, ...]
    productions: tuple[tuple[str, tuple[str, ...]], ...]
    lineage: tuple[str, ...]
    consequence_chains: tuple[tuple[str, str | None, str, str], ...]
    consequence_parents: tuple[tuple[str, str], ...]
    license_chains: tuple[tuple[str, str, str], ...]
    terms_parents: tuple[tuple[str, str], ...]
    grounds: tuple[str, ...]

    @property
    def consequences(self) -> tuple[tuple[str, str | None, str], ...]:
        """``(property, relation or None, scope)`` of each chain that binds, whatever the terms."""
        return self._without_terms(in_doubt=False)

    @property
    def consequences_in_doubt(self) -> tuple[tuple[str, str | None, str], ...]:
        """``(property, relation or None, scope)`` of each chain that leaves open if it binds."""
        return self._without_terms(in_doubt=True)

    def implying(self, properties: frozenset[str]) -> frozenset[str]:
        """Return consequences from which one of some consequences follows, these included."""
        return frozenset(_implying(set(properties), _parents_of(self.consequence_parents), ()))

    def force_of(self, terms: str, grounds: set[str]) -> tuple[str, ...]:
        """Return a way from what is stated of a license, or its ground, to a force of its terms.

        Args:
            terms: One of what relates works to licenses.
            grounds: All that holds of a work and the license.
        """
        way = [terms]
        while below := grounds.intersection(
            sub for sub, sup in self.terms_parents if sup == way[0] and sub not in way
        ):
            way.insert(0, min(below))
        return tuple(way)

    def _without_terms(self, *, in_doubt: bool) -> tuple[tuple[str, str | None, str], ...]:
        doubtful = _implying({IN_DOUBT}, _parents_of(self.consequence_parents), ())
        return tuple(
            sorted(
                {
                    (p, relation, scope)
                    for p, relation, _, scope in self.consequence_chains
                    if (p in doubtful) == in_doubt
                },
                key=str,
            )
        )


def compile_axioms(triples: Sequence[Triple]) -> Axioms:
    """Return the compiled axioms of an ontology together with a reading.

    Raises:
        UnsupportedAxiomError: An axiom about works cannot be compiled.
    """
    parents = _sub_properties(triples)
    chains = _chains(triples)
    facts = _implying({*STATED_FACTS, *GROUNDS}, parents, ())
    in_force = _implied_by({LICENSE, *GROUNDS}, parents)
    terms = in_force | set(TERMS)
    own = _implying(set(OWN_CONSEQUENCES), parents, ())
    consequence_set = own | {sup for sup, chain in chains if own.intersection(chain)}
    consequences: list[tuple[str, str | None, str, str]] = []
    license_chains: list[tuple[str, str, str]] = []
    relation_chains: list[tuple[str, tuple[str, ...]]] = []
    for sup, chain in chains:
        if sup in facts | terms:
            raise UnsupportedAxiomError(_show(sup, chain), "a work's own facts must be stated")
        if sup not in consequence_set:
            relation_chains.append((sup, chain))
        elif terms.intersection(chain):
            consequences.append(_consequence(sup, chain, terms))
        elif len(chain) == 2 and chain[0] in consequence_set:
            license_chains.append((sup, *chain))
        else:
            raise UnsupportedAxiomError(
                _show(sup, chain), "not of the form relation, license, scope"
            )
    # Through terms that no license has under this reading, nothing comes.
    consequences = [chain for chain in consequences if chain[2] in in_force]
    lineage = {relation for _, relation, _, _ in consequences if relation} | set(ALWAYS_CLOSED)
    relations = _implying(lineage, parents, relation_chains)
    for sup, chain in relation_chains:
        if sup in relations and (facts | terms).intersection(chain):
            raise UnsupportedAxiomError(_show(sup, chain), "a link is not a relation of works")
    transitive = {
        t.subject.value
        for t in triples
        if isinstance(t.subject, NamedNode)
        and t.predicate.value == RDF + "type"
        and t.object == NamedNode(OWL + "TransitiveProperty")
    }
    if wrong := transitive & (consequence_set | facts | terms):
        raise UnsupportedAxiomError(min(wrong), "only relations of works can be transitive")
    _refuse_unsupported(triples, _implied_by(relations | consequence_set | facts, parents))
    productions = {
        *((sup, (sub,)) for sub, sups in parents.items() if sub in relations for sup in sups),
        *((sup, chain) for sup, chain in relation_chains if sup in relations),
        *((p, (p, p)) for p in transitive if p in relations),
    }
    return Axioms(
        relations=tuple(sorted(relations)),
        productions=tuple(sorted(p for p in productions if p[0] in relations)),
        lineage=tuple(sorted(lineage)),
        consequence_chains=tuple(sorted(consequences, key=str)),
        consequence_parents=tuple(
            sorted(
                (sub, sup)
                for sub in consequence_set
                for sup in parents.get(sub, ())
                if sup in consequence_set
            )
        ),
        license_chains=tuple(sorted(license_chains)),
        terms_parents=tuple(
            sorted((sub, sup) for sub in terms for sup in parents.get(sub, ()) if sup in terms)
        ),
        grounds=tuple(
            sorted(
                _implying({link for _, _, link, _ in consequences}, parents, ()).intersection(
                    GROUNDS
                )
            )
        ),
    )


def _sub_properties(triples: Iterable[Triple]) -> dict[str, set[str]]:
    parents: defaultdict[str, set[str]] = defaultdict(set)
    for t in triples:
        if t.predicate.value == RDFS + "subPropertyOf" and isinstance(t.subject, NamedNode):
            if not isinstance(t.object, NamedNode):
                raise UnsupportedAxiomError(str(t), "a super-property must have an IRI")
            parents[t.subject.value].add(t.object.value)
    return dict(parents)


def _chains(triples: Sequence[Triple]) -> list[tuple[str, tuple[str, ...]]]:
    lists = rdf_lists(triples)
    chains: list[tuple[str, tuple[str, ...]]] = []
    for t in triples:
        if t.predicate.value != OWL + "propertyChainAxiom" or not isinstance(t.subject, NamedNode):
            continue
        links = lists.get(t.object, [])
        names = tuple(link.value for link in links if isinstance(link, NamedNode))
        if len(names) != len(links) or not names:
            raise UnsupportedAxiomError(str(t), "every link of a chain must have an IRI")
        chains.append((t.subject.value, names))
    return chains


def _implying(
    goals: set[str],
    parents: dict[str, set[str]],
    chains: Iterable[tuple[str, tuple[str, ...]]],
) -> set[str]:
    """Return the goals with every property from which one of them can follow."""
    found = set(goals)
    size = 0
    while size != len(found):
        size = len(found)
        found |= {sub for sub, sups in parents.items() if sups & found}
        found |= {link for sup, chain in chains if sup in found for link in chain}
    return found


def _parents_of(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    parents: defaultdict[str, set[str]] = defaultdict(set)
    for sub, sup in pairs:
        parents[sub].add(sup)
    return parents


def _implied_by(properties: set[str], parents: dict[str, set[str]]) -> set[str]:
    """Return the properties with all their super-properties."""
    found = set(properties)
    todo = list(properties)
    while todo:
        new = parents.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _consequence(
    sup: str, chain: tuple[str, ...], terms: set[str]
) -> tuple[str, str | None, str, str]:
    match chain:
        case (link, scope) if link in terms:
            return sup, None, link, scope
        case (relation, link, scope) if link in terms:
            return sup, relation, link, scope
        case _:
            raise UnsupportedAxiomError(
                _show(sup, chain), "give the lineage before the license one relation of its own"
            )


def _refuse_unsupported(triples: Iterable[Triple], properties: set[str]) -> None:
    for t in triples:
        subject = t.subject.value if isinstance(t.subject, NamedNode) else None
        object_ = t.object.value if isinstance(t.object, NamedNode) else None
        predicate = t.predicate.value
        if predicate == OWL + "hasKey":
            raise UnsupportedAxiomError(str(t), "its entailments are not computed for works")
        if predicate in _UNSUPPORTED_PREDICATES and properties & {subject, object_}:
            raise UnsupportedAxiomError(str(t), "its entailments are not computed for works")
        if (
            predicate == RDF + "type"
            and subject in properties
            and object_ in {OWL + name for name in _UNSUPPORTED_TYPES}
        ):
            raise UnsupportedAxiomError(str(t), "its entailments are not computed for works")


def _show(sup: str, chain: tuple[str, ...]) -> str:
    return f"{sup.removeprefix(NS)} ⊒ {' ∘ '.join(link.removeprefix(NS) for link in chain)}"
