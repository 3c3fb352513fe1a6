"""Counts of works by what the rules say of them, made where works are columns.

They are the observations of an RDF Data Cube, see `licet_reasoning.cube`; docs/metrics.md
defines each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from licet_ingest.graph import CLASSES, work_iris
from licet_ingest.records import UNNAMED_WORK, UNSTATED_RELATION
from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import RDF, term
from licet_reasoning.cube import (
    ABSENT,
    NONCOMPLIANCE_DIMENSIONS,
    STATISTICS,
    TOTAL,
    Slice,
    metric_iri,
)
from licet_reasoning.descent import (
    AT_ONCE,
    ON_A_CYCLE,
    descendants,
    edges_of,
    generations,
    most_descendants,
)
from licet_reasoning.facets import (
    Facet,
    by_author,
    by_date,
    by_downloads,
    by_kind,
    by_relation,
    everything,
    owned_terms,
)
from licet_reasoning.likeness import distinct, distinct_rows
from licet_reasoning.metric_codes import ANY_ERROR, GAP_CODES
from licet_reasoning.verdicts import GAP, UNKNOWN, VIOLATED, verdicts_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from licet_reasoning.descent import Edges
    from licet_reasoning.quotient import Outcome
    from licet_reasoning.verdicts import Verdicts

    Row = tuple[tuple[str, ...], tuple[int, ...]]

ROOTS: Final = 100
"""Works with the most noncompliant descendants that are observed."""
DEEPEST: Final = 100
"""Generations from which on works are counted together."""


@dataclass(frozen=True)
class Cube:
    """What is observed under one reading.

    Attributes:
        slices: The observations.
        metrics: The notations of what they count.
    """

    slices: tuple[Slice, ...]
    metrics: tuple[str, ...]


def observe(
    works: pa.Table, derivations: pa.Table, outcome: Outcome, license_of: Mapping[str, str]
) -> Cube:
    """Return the cube of one reading; only works in the graph are counted.

    Args:
        works: All works.
        derivations: All stated derivations.
        outcome: What was concluded of them.
        license_of: The license that each clause belongs to, by IRI.
    """
    verdicts = verdicts_on(outcome, license_of)
    world = _World(works, derivations, outcome, verdicts)
    slices = (
        *world.noncompliance(),
        *world.terms(),
        *world.flows(),
        *world.unknowns(),
        *world.inherited(),
        *world.lineage(),
    )
    return Cube(slices, tuple(dict.fromkeys(metric for metric, _ in verdicts.cells)))


@dataclass(frozen=True)
class _World:
    """What is counted."""

    works: pa.Table
    derivations: pa.Table
    outcome: Outcome
    verdicts: Verdicts

    @cached_property
    def in_graph(self) -> np.ndarray:
        """Whether each work is in the graph."""
        found: np.ndarray = self.works["in_graph"].to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def rows(self) -> np.ndarray:
        """The works in the graph."""
        return np.flatnonzero(self.in_graph)

    @cached_property
    def relation(self) -> Facet:
        """They by their relations to parents."""
        return by_relation(self.rows, self.derivations)

    @cached_property
    def year(self) -> Facet:
        """They by the year when they were published."""
        return by_date(self.rows, self.works, "byYear", len("2026"))

    @cached_property
    def terms_of(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """IRIs of terms, and rows and terms of all works, see `facets.owned_terms`."""
        return owned_terms(self.works, (UNSTATED_RELATION, UNNAMED_WORK))

    @cached_property
    def any_of_work(self) -> np.ndarray:
        """The verdict of all rules of severity error together on each work."""
        found: np.ndarray = self.verdicts.column(ANY_ERROR)[self.outcome.situations.of_work]
        return found.astype(np.int64)

    @cached_property
    def weights(self) -> np.ndarray:
        """The number of works in the graph in each situation."""
        of_work = self.outcome.situations.of_work[self.rows]
        return np.bincount(of_work, minlength=len(self.outcome.situations.all))

    def noncompliance(self) -> Iterator[Slice]:
        """Yield noncompliant, checked and undetermined works by metric and by all else."""
        relation, year = self.relation, self.year
        month = by_date(self.rows, self.works, "byMonth", len("2026-11"))
        author = by_author(self.rows, self.works)
        downloads = by_downloads(self.rows, self.works)
        whole = everything(self.rows)
        for facet in (whole, relation, year, month, author, downloads, relation.by(year)):
            yield self._noncompliance(facet)
        for facet in (whole, relation, year):
            yield self._noncompliance(facet, licensed=True)
        # Of what is cut this fine, only all metrics together are counted.
        for facet in (relation, year):
            yield self._noncompliance(facet.by(downloads), only=ANY_ERROR)
        for facet in (relation.by(month), relation.by(author), author.by(year)):
            yield self._noncompliance(facet, only=ANY_ERROR)
        for facet in (month, author, downloads):
            yield self._noncompliance(facet, licensed=True, only=ANY_ERROR)

    def _noncompliance(self, facet: Facet, *, licensed: bool = False, only: str = "") -> Slice:
        """Return the works of each member of a facet by metric and verdict.

        Args:
            facet: By what works are counted.
            licensed: Whether also by the license on whose terms the verdicts rest.
            only: The one metric that is counted.
        """
        cells = [
            i
            for i, (metric, license_) in enumerate(self.verdicts.cells)
            if bool(license_) == licensed and only in {"", metric}
        ]
        if not cells:
            return _noncompliance_slice(facet.dimensions, licensed, only, ())
        first, kind_of_situation = distinct_rows(self.verdicts.of_situation[:, cells])
        kinds = self.verdicts.of_situation[first][:, cells].T
        kind_of_work = kind_of_situation[self.outcome.situations.of_work]
        counts = facet.count(kind_of_work, len(first)).astype(float)
        by_level = [((kinds == level) @ counts).astype(int) for level in range(4)]
        of_member = counts.sum(axis=0)
        found: list[Row] = []
        for row, cell in enumerate(cells):
            metric, license_ = self.verdicts.cells[cell]
            named = () if only else (metric_iri(metric),)
            for column, member in enumerate(facet.members):
                _, met, unknown, violated = (int(level[row, column]) for level in by_level)
                if not license_ and metric.split(" ", maxsplit=1)[0] in GAP_CODES:
                    met = int(of_member[column]) - violated - unknown
                if not met + unknown + violated:
                    continue
                key = (*named, *member, *((license_,) if licensed else ()))
                found.append((key, (violated, violated + met, unknown)))
        return _noncompliance_slice(facet.dimensions, licensed, only, found)

    def terms(self) -> Iterator[Slice]:
        """Yield works by license, or by the gap that says why none is known."""
        names, owners, codes = self.terms_of
        counted = self.in_graph[owners]
        by_terms = Facet(("byTerms",), tuple((n,) for n in names), owners[counted], codes[counted])
        kind = by_kind(self.rows, self.works, CLASSES)
        yield self._outcomes("terms", "by-terms", by_terms, {"byKind": TOTAL, "byYear": TOTAL})
        yield self._outcomes("terms", "by-kind", by_terms.by(kind), {"byYear": TOTAL})
        yield self._outcomes("terms", "by-year", by_terms.by(self.year), {"byKind": TOTAL})

    def _outcomes(
        self, dataset: str, name: str, facet: Facet, fixed: dict[str, str], key: str = ""
    ) -> Slice:
        """Return the works of each member of a facet, and how many of them are noncompliant."""
        counts = facet.count(self.any_of_work, 4).T.tolist()
        rows = [
            (member, (sum(levels), levels[VIOLATED], levels[UNKNOWN]))
            for member, levels in zip(facet.members, counts, strict=True)
            if sum(levels)
        ]
        return _slice(dataset, name, fixed, facet.dimensions, rows, key)

    def flows(self) -> Iterator[Slice]:
        """Yield works by their license and that of a work that they were made from."""
        names, owners, codes = self.terms_of
        first = np.searchsorted(owners, np.arange(len(self.works) + 1))
        relations = self.derivations["relation"].combine_chunks().dictionary_encode()
        members = [*relations.dictionary.to_pylist(), TOTAL]
        child = self.derivations["child"].to_numpy().astype(np.int64)
        parent = self.derivations["parent"].to_numpy().astype(np.int64)
        kept = self.in_graph[child]
        child, parent = child[kept], parent[kept]
        relation = relations.indices.to_numpy().astype(np.int64)[kept]
        edge, of_parent = _spread(first, codes, parent)
        nth, of_child = _spread(first, codes, child[edge])
        edge, of_parent = edge[nth], of_parent[nth]
        count = len(names)
        flow = of_parent * count + of_child
        for number, name in enumerate(members):
            of = np.arange(len(edge)) if name == TOTAL else np.flatnonzero(relation[edge] == number)
            # A work with two parents under one license came from that license once.
            once = distinct(flow[of] * len(self.works) + child[edge[of]])
            of_once = once // max(1, len(self.works))
            flows = distinct(of_once)
            facet = Facet(
                ("fromTerms", "toTerms"),
                tuple((names[f // count], names[f % count]) for f in flows.tolist()),
                once % max(1, len(self.works)),
                np.searchsorted(flows, of_once),
            )
            if len(once):
                slug = "all-relations" if name == TOTAL else name.rpartition("#")[2]
                yield self._outcomes("flows", slug, facet, {"byRelation": name}, "of-one-relation")

    def unknowns(self) -> Iterator[Slice]:
        """Yield works by why terms are not known, and whether their own or of an ancestor."""
        draws_on = term("drawsOn")
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for i, situation in enumerate(self.outcome.situations.all):
            own = {object_ for predicate, object_ in situation.own if predicate == GAP}
            reached = dict(situation.reached).get(draws_on, ())
            upstream = {object_ for predicate, object_ in reached if predicate == GAP}
            for origin, causes in (("own", own), ("upstream", upstream), ("", own | upstream)):
                for cause in causes:
                    found[cause, f"{STATISTICS}origin/{origin}" if origin else TOTAL].append(i)
        kinds = sorted(found)
        has = np.zeros((len(self.outcome.situations.all), len(kinds)), dtype=bool)
        for column, kind in enumerate(kinds):
            has[found[kind], column] = True
        of_work = self.outcome.situations.of_work
        for name, facet, fixed in (
            ("by-cause", everything(self.rows), {"byRelation": TOTAL, "byYear": TOTAL}),
            ("by-relation", self.relation, {"byYear": TOTAL}),
            ("by-year", self.year, {"byRelation": TOTAL}),
        ):
            counts = has.T.astype(float) @ facet.count(of_work, len(has))
            rows = [
                ((*kind, *member), (int(counts[row, column]),))
                for row, kind in enumerate(kinds)
                for column, member in enumerate(facet.members)
                if counts[row, column]
            ]
            dimensions = ("byCause", "byOrigin", *facet.dimensions)
            yield _slice("unknowns", name, fixed, dimensions, rows)

    def inherited(self) -> Iterator[Slice]:
        """Yield works by the clauses, and kinds of clauses, that they inherit."""
        heirs = {
            clause: has
            for clause, has in self.outcome.consequences.having(term("inherits"))
            if has[self.weights > 0].any()
        }
        weights = self.weights
        rows = [((clause,), (int(weights[has].sum()),)) for clause, has in heirs.items()]
        fixed = {"byClauseKind": TOTAL}
        yield _slice("inherited", "by-clause", fixed, ("byClause",), rows)
        of_kind: dict[str, np.ndarray] = {}
        for t in modules.catalogue():
            clause, kind = text_of(t.subject), text_of(t.object)
            if t.predicate.value == RDF + "type" and clause in heirs:
                of_kind[kind] = of_kind.get(kind, False) | heirs[clause]
        rows = [((kind,), (int(weights[has].sum()),)) for kind, has in of_kind.items()]
        fixed = {"byClause": TOTAL}
        yield _slice("inherited", "by-kind", fixed, ("byClauseKind",), rows)

    def lineage(self) -> Iterator[Slice]:
        """Yield works by the depth of their lineage, and the works with the worst descendants."""
        edges = edges_of(
            self.derivations["child"].to_numpy(),
            self.derivations["parent"].to_numpy(),
            len(self.works),
        )
        depth = generations(edges)[self.rows]
        names = (*map(str, range(DEEPEST)), f"{DEEPEST}-or-more")
        members = (*((f"{STATISTICS}depth/{name}",) for name in names), (ABSENT,))
        place = np.where(depth == ON_A_CYCLE, len(names), np.minimum(depth, DEEPEST))
        yield self._outcomes(
            "depth", "by-depth", Facet(("byDepth",), members, self.rows, place), {}
        )
        kinds = self.works["kind"].combine_chunks().dictionary_encode()
        of_work = kinds.indices.to_numpy()
        for number, kind in enumerate(kinds.dictionary.to_pylist()):
            rows = self._roots(edges, of_work == number)
            yield _slice(
                "roots", f"{kind}s", {"byKind": CLASSES[kind]}, ("byRoot",), rows, "of-one-kind"
            )

    def _roots(self, edges: Edges, among: np.ndarray) -> list[Row]:
        """Return the descendants of the works that have the most noncompliant ones."""
        verdict = np.where(self.in_graph, self.any_of_work, 0)
        roots = most_descendants(edges, verdict == VIOLATED, among, ROOTS)
        against = {
            license_: column == VIOLATED
            for (metric, license_), column in zip(
                self.verdicts.cells, self.verdicts.of_situation.T, strict=True
            )
            if metric == ANY_ERROR and license_
        }
        of_work = self.outcome.situations.of_work
        iris = work_iris(self.works.take(roots))
        licenses = self.works["licenses"].take(roots).to_pylist()
        rows: list[Row] = []
        for start in range(0, len(roots), AT_ONCE):
            for i, below in enumerate(descendants(edges, roots[start : start + AT_ONCE]), start):
                levels = np.bincount(verdict[below], minlength=4)
                theirs = [against[license_] for license_ in licenses[i] if license_ in against]
                violating = of_work[below[verdict[below] == VIOLATED]]
                owned = int(np.logical_or.reduce(theirs)[violating].sum()) if theirs else 0
                total = int(levels[1:].sum())
                measured = (total, int(levels[VIOLATED]), int(levels[UNKNOWN]), owned)
                rows.append(((iris[i],), measured))
        return rows


def _noncompliance_slice(
    dimensions: tuple[str, ...], licensed: bool, only: str, rows: Iterable[Row]
) -> Slice:
    free = (*dimensions, *(("byLicense",) if licensed else ()))
    fixed = {d: TOTAL for d in NONCOMPLIANCE_DIMENSIONS if d not in free}
    named = "-and-".join(
        d.removeprefix("by").lower() for d in sorted(free, key=NONCOMPLIANCE_DIMENSIONS.index)
    )
    name = f"by-{named}" if named else "overall"
    if only:
        fixed["metric"] = metric_iri(only)
        return _slice("noncompliance", f"{only}-{name}", fixed, free, rows)
    return _slice("noncompliance", name, fixed, ("metric", *free), rows)


def _slice(
    dataset: str,
    name: str,
    fixed: Mapping[str, str],
    dimensions: tuple[str, ...],
    rows: Iterable[Row],
    key: str = "",
) -> Slice:
    return Slice(
        dataset, key or name, name, tuple(sorted(fixed.items())), dimensions, tuple(sorted(rows))
    )


def _spread(
    first: np.ndarray, codes: np.ndarray, works: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each work and each of its codes the work's position, and the code."""
    starts, ends = first[works], first[works + 1]
    lengths = ends - starts
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.repeat(np.arange(len(works)), lengths), codes[np.arange(len(offsets)) + offsets]
