"""Why a clause binds a work or a finding holds: ancestors, paths, axioms, words of the license.

Nothing of this is stored. The path from a work to what imposes a clause on it is found by
walking the work's own few edges together with the automaton of the reading's lineage axioms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from licet_ontology.errors import UnknownWorkError
from licet_ontology.terms import (
    BASE,
    GRAPH_HUB,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    RDF,
    RDFS,
    SKOS,
    local_name,
    reading_graphs,
    term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Store

    from licet_reasoning.quotient import Program

MAX_ANCESTORS = 10_000
"""Ancestors that one walk visits; no lineage on the Hub comes near it."""

_DRAWS_ON = term("drawsOn")
_DERIVATIVE_OF = term("derivativeOf")
_OUTSIDE_LINEAGE = term("OutsideLineage")
_SEVERITIES = ("error", "unknown", "warning", "notice")


@dataclass(frozen=True)
class Step:
    """One stated derivation on a path; ids without the base of their IRIs."""

    child: str
    relation: str
    parent: str


@dataclass(frozen=True)
class Imposition:
    """How a term of one work reaches another.

    Attributes:
        work: The work whose term it is; the explained work itself if the path is empty.
        axiom: The axiom that lets it through, as ``property ⊒ chain``, or empty.
        path: The shortest path of derivations to it.
    """

    work: str
    axiom: str
    path: tuple[Step, ...]


@dataclass(frozen=True)
class Term:
    """A clause, license, gap or circumstance, in the words of catalogue and ontology.

    Attributes:
        iri: What it is.
        type: ``clause``, ``license`` or ``circumstance``.
        kind: Code of the clause kind, or empty.
        label: A few words.
        definition: What its kind means.
        license: Label of the license that a clause belongs to, or empty.
        section: Where in the license it stands, or empty.
        quote: The words of the license, or empty.
        text_sha256: Of the normalized license text, or empty.
        remedy: What fulfils it, or empty.
        parameters: Prescribed phrases, prefixes, thresholds and conditions, by name.
    """

    iri: str
    type: str
    kind: str = ""
    label: str = ""
    definition: str = ""
    license: str = ""
    section: str = ""
    quote: str = ""
    text_sha256: str = ""
    remedy: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reason:
    """A term with all the works that impose it, nearest first."""

    term: Term
    imposed_by: tuple[Imposition, ...]


@dataclass(frozen=True)
class ExplainedFinding:
    """A finding or open question with its reasons.

    Attributes:
        code: Its finding code.
        severity: ``error``, ``warning``, ``unknown`` or ``notice``.
        open: Whether it is an open question: the term applies, and nobody can say if it is kept.
        label: A few words.
        definition: What findings of this code say.
        remedy: What to do.
        because: What it rests on.
        against: What stands against that.
    """

    code: str
    severity: str
    open: bool
    label: str
    definition: str
    remedy: str
    because: Reason
    against: tuple[Reason, ...]


@dataclass(frozen=True)
class Explanation:
    """All that is concluded of one work under one reading, with reasons.

    Attributes:
        work: Its id, with its kind: ``model/owner/name``.
        reading: Under which it is concluded.
        situation: IRI of its situation.
        licenses: Labels of the licenses it states.
        findings: By severity.
        obligations: The clauses that bind it, inherited ones first.
    """

    work: str
    reading: str
    situation: str
    licenses: tuple[str, ...]
    findings: tuple[ExplainedFinding, ...]
    obligations: tuple[Reason, ...]

    @property
    def has_errors(self) -> bool:
        """Whether a term is violated."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def has_unknowns(self) -> bool:
        """Whether something is unknown that could be a violation."""
        return any(finding.severity == "unknown" for finding in self.findings)


def gravest_first(finding: ExplainedFinding) -> tuple[int, bool, str, str]:
    """Return what puts findings in order: by severity, then findings before open questions."""
    severity = _SEVERITIES.index(finding.severity)
    return severity, finding.open, finding.code, finding.because.term.iri


class Explainer:
    """Explains works of one store under one reading."""

    def __init__(self, store: Store, program: Program) -> None:
        self._store = store
        self._program = program
        self._inferred, self._findings, _ = reading_graphs(program.reading)

    def explain(self, work: str) -> Explanation:
        """Return what is concluded of a work, with reasons.

        Args:
            work: Its IRI.

        Raises:
            UnknownWorkError: The work is not in the graph.
        """
        situations = self._objects(work, term("situation"), self._inferred)
        if not situations:
            raise UnknownWorkError(
                f"{local_name(work)} is not in the graph, so nothing is known of it"
            )
        situation = situations[0]
        walk = _Walk(self, work)
        clauses = self._objects(situation, term("boundBy"), self._inferred)
        inherited = set(self._objects(situation, term("inherits"), self._inferred))
        return Explanation(
            work=local_name(work),
            reading=self._program.reading,
            situation=situation,
            licenses=tuple(self._label(i) for i in self.licenses(work)),
            findings=tuple(
                sorted(
                    (
                        self._finding(walk, node, open_)
                        for name, open_ in (("hasFinding", False), ("hasOpenQuestion", True))
                        for node in self._objects(situation, term(name), self._findings)
                    ),
                    key=gravest_first,
                )
            ),
            obligations=tuple(
                Reason(self._term(clause), walk.impositions(clause))
                for clause in sorted(clauses, key=lambda c: (c not in inherited, c))
            ),
        )

    # What a walk asks of the graph

    @property
    def program(self) -> Program:
        """The reading's axioms."""
        return self._program

    def parents(self, work: str) -> list[tuple[str, str]]:
        """Return the stated derivations of a work as (relation, parent), sorted."""
        relations = self._program.automaton.relation_index
        return sorted(
            (quad.predicate.value, quad.object.value)
            for quad in self._store.quads_for_pattern(
                NamedNode(work), None, None, NamedNode(GRAPH_HUB)
            )
            if quad.predicate.value in relations
            and quad.predicate.value != term("reuses")
            and isinstance(quad.object, NamedNode)
        )

    def licenses(self, work: str) -> list[str]:
        """Return the IRIs of the licenses that a work states."""
        return self._objects(work, term("license"), GRAPH_HUB)

    def gaps(self, work: str) -> list[str]:
        """Return the IRIs of the gaps in what is known of a work."""
        return self._objects(work, term("gap"), GRAPH_HUB)

    def outside_of(self, work: str) -> list[str]:
        """Return the IRIs of licenses whose lineage a work is known to be outside of."""
        return [
            license_
            for situation in self._objects(work, term("situation"), self._inferred)
            for license_ in self._objects(situation, term("outsideOf"), self._inferred)
        ]

    def scopes(self, clause: str) -> dict[str, list[str]]:
        """Return the licenses that attach a clause, by scope."""
        found: dict[str, list[str]] = {}
        for graph in (GRAPH_LICENSES, self._inferred):
            for quad in self._store.quads_for_pattern(
                None, None, NamedNode(clause), NamedNode(graph)
            ):
                if isinstance(quad.subject, NamedNode):
                    found.setdefault(quad.predicate.value, []).append(quad.subject.value)
        return found

    def exempted(self, clause: str) -> list[str]:
        """Return the IRIs of the licenses that a prohibition leaves out."""
        return self._objects(clause, term("exemptsLicense"), GRAPH_LICENSES)

    # Findings and terms

    def _finding(self, walk: _Walk, node: str, open_: bool) -> ExplainedFinding:
        kind = self._objects(node, term("kind"), self._findings)[0]
        because = self._objects(node, term("because"), self._findings)[0]
        inherited = self._text(node, term("inherited"), self._findings) == "true"
        against = self._objects(node, term("conflictsWith"), self._findings)
        return ExplainedFinding(
            code=self._text(node, term("code"), self._findings),
            severity=self._text(node, term("severity"), self._findings),
            open=open_,
            label=self._label(kind),
            definition=self._text(kind, SKOS + "definition", GRAPH_ONTOLOGY),
            remedy=self._text(kind, term("remedy"), GRAPH_ONTOLOGY),
            because=Reason(
                self._term(because), walk.reached_by(because, inherited=inherited, against=None)
            ),
            against=tuple(
                Reason(self._term(item), walk.reached_by(item, inherited=False, against=because))
                for item in against
            ),
        )

    def _term(self, iri: str) -> Term:
        if not iri.startswith(BASE + "clause/"):
            return Term(
                iri,
                "license" if iri.startswith(BASE + "license/") else "circumstance",
                label=self._label(iri),
                definition=self._text(iri, SKOS + "definition", GRAPH_ONTOLOGY),
            )
        kind = self._objects(iri, RDF + "type", GRAPH_LICENSES)[0]
        license_ = next(
            (
                owner
                for scope, owners in self.scopes(iri).items()
                if scope.startswith(term("on"))
                for owner in owners
            ),
            "",
        )
        return Term(
            iri,
            "clause",
            kind=self._text(kind, term("code"), GRAPH_ONTOLOGY),
            label=self._label(iri),
            definition=self._text(kind, SKOS + "definition", GRAPH_ONTOLOGY),
            license=self._label(license_),
            section=self._text(iri, term("section"), GRAPH_LICENSES),
            quote=self._text(iri, term("quote"), GRAPH_LICENSES),
            text_sha256=self._text(license_, term("textSha256"), GRAPH_LICENSES),
            remedy=self._text(kind, term("remedy"), GRAPH_ONTOLOGY),
            parameters=tuple(
                (name, text)
                for name in (
                    "namePrefix",
                    "phrase",
                    "threshold",
                    "unit",
                    "period",
                    "referenceDate",
                    "territory",
                    "condition",
                )
                for text in self._texts(iri, term(name), GRAPH_LICENSES)
            ),
        )

    def _label(self, iri: str) -> str:
        for graph in (GRAPH_LICENSES, GRAPH_ONTOLOGY):
            if text := self._text(iri, RDFS + "label", graph):
                return text
        return local_name(iri)

    def _objects(self, subject: str, predicate: str, graph: str) -> list[str]:
        return sorted(
            quad.object.value
            for quad in self._store.quads_for_pattern(
                NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
            )
            if isinstance(quad.object, NamedNode)
        )

    def _texts(self, subject: str, predicate: str, graph: str) -> list[str]:
        return sorted(
            quad.object.value
            for quad in self._store.quads_for_pattern(
                NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
            )
            if isinstance(quad.object, Literal)
        )

    def _text(self, subject: str, predicate: str, graph: str) -> str:
        return next(iter(self._texts(subject, predicate, graph) if subject else ()), "")


class _Walk:
    """The lineage of one work, walked once per lineage relation and then remembered."""

    def __init__(self, graph: Explainer, work: str) -> None:
        self._graph = graph
        self._work = work
        self._paths: dict[str, dict[str, tuple[Step, ...]]] = {}
        self._known_parents: dict[str, list[tuple[str, str]]] = {}

    def impositions(self, clause: str) -> tuple[Imposition, ...]:
        """Return the works whose license imposes a clause on the work, nearest first."""
        found: dict[str, Imposition] = {}
        scopes = self._graph.scopes(clause)
        axioms = self._graph.program.axioms
        for property_, relation, scope in (*axioms.consequences, *axioms.consequences_in_doubt):
            if found and (property_, relation, scope) not in axioms.consequences:
                break  # What binds for certain needs no doubtful reason.
            for license_ in scopes.get(scope, ()):
                chain = [local_name(p) for p in (relation, term("license"), scope) if p]
                axiom = f"{local_name(property_)} ⊒ {' ∘ '.join(chain)}"
                for ancestor, path in self._ancestors(relation, self._holds_license(license_)):
                    known = found.get(ancestor)
                    if known is None or len(path) < len(known.path):
                        found[ancestor] = Imposition(local_name(ancestor), axiom, path)
        return _nearest_first(found.values())

    def reached_by(
        self, iri: str, *, inherited: bool, against: str | None
    ) -> tuple[Imposition, ...]:
        """Return the works by which a reason of a finding comes in, nearest first."""
        if iri.startswith(BASE + "clause/"):
            found = self.impositions(iri)
            if inherited:
                found = tuple(imposition for imposition in found if imposition.path)
            return found or self._owners(iri, inherited=inherited)
        if iri == _OUTSIDE_LINEAGE:
            exempted = set(self._graph.exempted(against or ""))
            return self._upstream(
                _DERIVATIVE_OF, lambda work: bool(exempted & set(self._graph.outside_of(work)))
            )
        if not inherited:
            return (Imposition(local_name(self._work), "", ()),)
        return self._upstream(
            _DRAWS_ON,
            lambda work: iri in self._graph.gaps(work) or iri in self._graph.licenses(work),
        )

    def _owners(self, clause: str, *, inherited: bool) -> tuple[Imposition, ...]:
        """Return works of the lineage whose license holds a clause that does not propagate."""
        licenses = {owner for owners in self._graph.scopes(clause).values() for owner in owners}
        if not inherited and licenses & set(self._graph.licenses(self._work)):
            return (Imposition(local_name(self._work), "", ()),)
        return self._upstream(
            _DERIVATIVE_OF, lambda work: bool(licenses & set(self._graph.licenses(work)))
        )

    def _upstream(self, relation: str, wanted: Callable[[str], bool]) -> tuple[Imposition, ...]:
        return _nearest_first(
            Imposition(local_name(ancestor), local_name(relation), path)
            for ancestor, path in self._ancestors(relation, wanted)
        )

    def _holds_license(self, license_: str) -> Callable[[str], bool]:
        return lambda work: license_ in self._graph.licenses(work)

    def _ancestors(
        self, relation: str | None, wanted: Callable[[str], bool]
    ) -> Iterable[tuple[str, tuple[Step, ...]]]:
        """Yield the wanted works that the work is related to, with the shortest path to each."""
        if relation is None:
            if wanted(self._work):
                yield self._work, ()
            return
        if relation not in self._paths:
            self._paths[relation] = self._walk(relation)
        yield from (item for item in self._paths[relation].items() if wanted(item[0]))

    def _walk(self, relation: str) -> dict[str, tuple[Step, ...]]:
        """Return the shortest path to each work that the work is related to."""
        automaton = self._graph.program.automaton
        start = (self._work, automaton.starts[relation])
        paths: dict[tuple[str, int], tuple[Step, ...]] = {start: ()}
        found: dict[str, tuple[Step, ...]] = {}
        todo = deque([start])
        while todo and len(paths) < MAX_ANCESTORS:
            work, state = todo.popleft()
            for stated, parent in self._parents(work):
                target = int(automaton.step[state, automaton.relation_index[stated]])
                if not target or (parent, target) in paths:
                    continue
                step = Step(local_name(work), local_name(stated), local_name(parent))
                paths[parent, target] = (*paths[work, state], step)
                todo.append((parent, target))
                if automaton.accepts[target]:
                    found.setdefault(parent, paths[parent, target])
        return found

    def _parents(self, work: str) -> list[tuple[str, str]]:
        if work not in self._known_parents:
            self._known_parents[work] = self._graph.parents(work)
        return self._known_parents[work]


def _nearest_first(impositions: Iterable[Imposition]) -> tuple[Imposition, ...]:
    return tuple(sorted(impositions, key=lambda i: (len(i.path), i.work)))
