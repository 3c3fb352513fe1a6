"""Why a finding holds, or a question is open."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, islice
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, GRAPH_LICENSES, GRAPH_ONTOLOGY, SKOS, term
from licet_reasoning.concluded import CLAUSE
from licet_reasoning.evidence import evidence_of_finding
from licet_reasoning.excerpt import excerpt
from licet_reasoning.explanation import ExplainedFinding
from licet_reasoning.impositions import BAN, DERIVATIVE_OF, STATES_LICENSE, WHOLE
from licet_reasoning.remembered import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from licet_queries.library import SavedQuery
    from licet_reasoning.concluded import FindingNode
    from licet_reasoning.excerpt import Excerpt
    from licet_reasoning.explanation import Reason
    from licet_reasoning.impositions import Impositions
    from licet_reasoning.quotient import Program
    from licet_reasoning.remembered import Remembered
    from licet_reasoning.rules import Judgement

_OUTSIDE_LINEAGE = term("OutsideLineage")
_LLAMA = BASE + "license-family/llama"
_DEMANDS = ("ShareAlike", "PassThrough", "NonCommercial")
"""Kinds of clauses that bear on the license that a derivative may carry."""
_COMBINATIONS = 1_000
"""How many sets of one size are tried in search of the fewest terms that conflict."""
_OWN_AGAINST = "?own licet:hasClause ?against"
"""What the text of a rule holds to which clauses of the work's own license can stand against."""
_REACHED = re.compile(r"\?work licet:(\w+) \?because\b")
_MENTIONED = re.compile(r"\blicet:(\w+)")


class ReasonsOfFindings:
    """The reasons of the findings on one work.

    Args:
        graph: What is stated and concluded.
        program: The reading.
        imposed: What imposes terms on the work.
        bound: The clauses that bind it, for certain or perhaps.
    """

    def __init__(
        self,
        graph: Remembered,
        program: Program,
        imposed: Impositions,
        bound: frozenset[str],
    ) -> None:
        self._graph = graph
        self._program = program
        self._imposed = imposed
        self._bound = bound

    def own(self, property_: str) -> list[str]:
        """Return what the work states of itself."""
        return self._imposed.ancestry.stated(self._imposed.work).values(property_)

    def findings(self, nodes: Sequence[FindingNode]) -> list[ExplainedFinding]:
        """Return findings with their reasons."""
        explained = [self._finding(node) for node in nodes]
        asked = [i for i, node in enumerate(nodes) if node.open]
        opened = self._left_open([(nodes[i], explained[i]) for i in asked])
        for i, gaps in zip(asked, opened, strict=True):
            when = "" if gaps else _left_open_when(nodes[i], explained[i])
            explained[i] = replace(explained[i], left_open_by=gaps, left_open_when=when)
        return explained

    def _finding(self, node: FindingNode) -> ExplainedFinding:
        graph = self._graph
        because = self._because(node)
        return ExplainedFinding(
            code=node.rule.header["code"],
            severity=node.severity,
            open=node.open,
            label=graph.label(node.kind),
            definition=graph.text(node.kind, SKOS + "definition", GRAPH_ONTOLOGY),
            remedy=graph.text(node.kind, term("remedy"), GRAPH_ONTOLOGY),
            because=because,
            against=tuple(self._against(item, node) for item in node.against),
            iri=node.iri,
            rule=f"findings/{node.rule.name}.rq",
            conflict=self._conflict(node),
            evidence=evidence_of_finding(graph, self._imposed.work, node.rule, because.term),
        )

    def _because(self, node: FindingNode) -> Reason:
        if not node.inherited:
            return self._imposed.itself(node.because)
        by = self._forces(node.rule)
        if not node.because.startswith(CLAUSE):
            return self._imposed.upstream(node.because, by)
        if by:
            return self._imposed.held(node.because, by)
        reached = list(map(term, _REACHED.findall(node.rule.text)))
        if not node.open and term("inheritsAsWhole") in reached:
            return self._imposed.reason(node.because, WHOLE)
        return self._imposed.reason(node.because, frozenset(reached[:1]))

    def _forces(self, rule: SavedQuery) -> dict[str, str]:
        """Return the lineage relations by which a rule looks upstream itself.

        With each goes the force that it asks of the licenses there. A rule says so in its header,
        under ``reaches-by``.
        """
        return {term(r): term(force) for r, force in rule.header.get("reaches-by", {}).items()}

    def _against(self, iri: str, node: FindingNode) -> Reason:
        if iri == _OUTSIDE_LINEAGE:
            return self._imposed.outside(node.because)
        if not iri.startswith(CLAUSE):
            return self._imposed.itself(iri)
        if _OWN_AGAINST not in node.rule.text:
            return self._imposed.demand(iri)
        above = self._imposed.reason(iri, WHOLE)
        if set(self._graph.owners(iri)).isdisjoint(self.own(STATES_LICENSE)):
            return above
        own = self._imposed.itself(iri)
        both = (*own.imposed_by, *above.imposed_by)
        return replace(own, imposed_by=both, works=own.works + above.works)

    # Terms that leave no license together

    def _conflict(self, node: FindingNode) -> tuple[Reason, ...]:
        """Return the fewest inherited clauses, with that of a finding, that leave no license.

        Where the finding names what stands against its clause, two suffice, and it names them.
        """
        graph = self._graph
        if node.rule.header["code"] != "incompatible-terms" or node.against:
            return ()
        demands = {
            clause: graph.satisfiable_under(clause)
            for clause in self._demands()
            if clause != node.because
        }
        under = graph.satisfiable_under(node.because)
        for size in range(1, len(demands) + 1):
            for others in islice(combinations(sorted(demands), size), _COMBINATIONS):
                if not under.intersection(*(demands[other] for other in others)):
                    return tuple(self._imposed.demand(c) for c in (node.because, *others))
        return ()

    def _demands(self) -> set[str]:
        """Return the clauses above the work that bear on the license it may carry."""
        graph, ancestry = self._graph, self._imposed.ancestry
        inherited = {c for c in self._bound if graph.is_of_kind(c, _DEMANDS)}
        found = {c for c in inherited if self._imposed.reason(c, WHOLE).works}
        works = ancestry.walk(DERIVATIVE_OF).distance
        licenses = {i for work in works for i in ancestry.stated(work).values(STATES_LICENSE)}
        for license_ in licenses:
            if _LLAMA in graph.objects(license_, term("family"), GRAPH_LICENSES):
                found |= {c for c in graph.clauses(license_) if graph.is_of_kind(c, BAN)}
        return found

    # What leaves a question open

    def _left_open(
        self, asked: Sequence[tuple[FindingNode, ExplainedFinding]]
    ) -> list[tuple[Reason, ...]]:
        """Return for each open question the gaps each of which alone leaves it open.

        Each is put to the rules: with nothing but what the question rests on, and with one gap
        besides.
        """
        candidates = [self._gaps(node.rule) for node, _ in asked]
        excerpts = [
            self._excerpt(finding, gap)
            for (_, finding), gaps in zip(asked, candidates, strict=True)
            for gap in (None, *gaps)
        ]
        said = iter(self._judged(excerpts, {node.rule.name: node.rule for node, _ in asked}))
        opened: list[tuple[Reason, ...]] = []
        for (node, _), gaps in zip(asked, candidates, strict=True):
            alone = _verdict(next(said), node)
            verdicts = [_verdict(next(said), node) for _ in gaps]
            each = [gap for gap, said in zip(gaps, verdicts, strict=True) if said == "unknown"]
            opened.append(() if alone == "unknown" else tuple(dict.fromkeys(each or gaps)))
        return opened

    def _gaps(self, rule: SavedQuery) -> list[Reason]:
        """Return the gaps and unread licenses in sight of a rule, of the work and upstream."""
        graph, ancestry = self._graph, self._imposed.ancestry
        unread = filter(graph.is_unread, self.own(STATES_LICENSE))
        own = [self._imposed.itself(iri) for iri in (*self.own(term("gap")), *unread)]
        relations = sorted(
            {
                relation
                for relation in map(term, _MENTIONED.findall(rule.text))
                if relation in self._program.automaton.starts
            }
        )
        found: list[Reason] = []
        for relation in relations:
            works = ancestry.walk(relation).distance
            stated = {fact for work in works for fact in ancestry.stated(work).facts}
            for property_, value in sorted(stated):
                if property_ == term("gap") or graph.is_unread(value):
                    having = {relation: ancestry.holders(relation, property_, value)}
                    found.append(self._imposed.related(value, having))
        return own + found

    def _excerpt(self, finding: ExplainedFinding, gap: Reason | None = None) -> Excerpt:
        """Return the work's own terms with what a finding cites and one gap, nearest works only."""
        reasons = [finding.because, *finding.against, *finding.conflict, *([gap] if gap else ())]
        return excerpt(
            self._imposed.work,
            self._imposed.ancestry.facts_of,
            map(self._imposed.nearest, reasons),
            self._graph.is_unread,
        )

    def _judged(
        self, excerpts: Sequence[Excerpt], rules: Mapping[str, SavedQuery]
    ) -> list[list[Judgement]]:
        """Return what rules say of excerpts; of what differs in names alone it is said once."""
        kept = self._graph.judged
        keys = [(tuple(sorted(rules)), *one.likeness()) for one in excerpts]
        new = {key: one for key, one in zip(keys, excerpts, strict=True) if key not in kept}
        if new:
            from licet_reasoning.replay import replay  # brings numpy, which little else here needs

            licenses = {v for e in new.values() for _, p, v in e.facts if p == STATES_LICENSE}
            told = self._graph.catalogue_about(licenses)
            said = replay(list(new.values()), self._program, told, tuple(rules.values()))
            kept.update(zip(new, said, strict=True))
        found = [kept[key] for key in keys]
        while len(kept) > KEPT:
            del kept[next(iter(kept))]
        return found


def _verdict(judgements: Iterable[Judgement], node: FindingNode) -> str:
    """Return what is said where a finding of the graph says something, or nothing."""
    key = node.rule.header["code"], node.because, node.inherited
    found = (j.verdict for j in judgements if (j.code, j.because, j.inherited) == key)
    return next(found, "")


def _left_open_when(node: FindingNode, finding: ExplainedFinding) -> str:
    """Return why a question is open that no gap leaves open."""
    reasons = (finding.because, *finding.against)
    if any(i.in_doubt for reason in reasons for i in reason.imposed_by[:1]):
        return "The reading leaves open whether the term binds."
    if condition := dict(finding.because.term.parameters).get("condition"):
        return f"The clause applies under a condition: {condition}"
    return " ".join(node.rule.header.get("unknown-when", "").split())
