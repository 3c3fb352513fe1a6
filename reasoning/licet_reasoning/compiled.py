"""Readings, rules and catalogue as one file that loads in milliseconds, without numpy or owlrl.

Judging a work that nobody has published yet must not cost more than reading its plan. What
ontology, catalogue and rules amount to is the same for every such question, so it is computed
once and kept beside the snapshots, under a name that changes with anything it was made from.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from mmap import ACCESS_READ, mmap
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from licet_ontology.errors import UsageError
from licet_ontology.names import know_names
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, NS, OWL, RDF, RDFS, SKOS, local_name, term
from licet_queries.library import SavedQuery
from licet_reasoning.axioms import Axioms
from licet_reasoning.explanation import PARAMETERS, Chain, Term
from licet_reasoning.kept import keep
from licet_reasoning.license_facts import LicenseFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from pyoxigraph import Triple

FORM = 4
"""Raised when the file says the same in another form."""

KEPT_SITUATIONS = 256
"""Situations of earlier questions of which a process keeps what it concluded."""

LICENSE_FACTS = (
    "adapters",
    "commercialUse",
    "extractedModels",
    "hostingIsDistribution",
    "patentGrant",
    "revocability",
    "separableRemix",
    "sublicensing",
    "targetWorkType",
)
"""Properties that say something of a license as a whole."""


@dataclass(frozen=True)
class CompiledReading:
    """A reading, ready to run on few works.

    Attributes:
        reading: Its name.
        axioms: Its axioms with those of the ontology.
        relations: What can be stated of two works: the alphabet of the automaton.
        moves: For each relation, the pairs of states that it leads between.
        accepts: The states from which a path may end where it is.
        starts: For each lineage relation, the state from which its paths begin.
    """

    reading: str
    axioms: Axioms
    relations: tuple[str, ...]
    moves: dict[str, tuple[tuple[int, int], ...]]
    accepts: tuple[bool, ...]
    starts: dict[str, int]

    @cached_property
    def step(self) -> dict[str, dict[int, int]]:
        """For each relation, the state that it leads to from each state."""
        return {relation: dict(pairs) for relation, pairs in self.moves.items()}


@dataclass(frozen=True)
class FindingKind:
    """What findings of one code have in common."""

    code: str
    severity: str
    label: str
    definition: str
    remedy: str


class Compiled:
    """What one file holds; parts are taken apart when they are asked for."""

    def __init__(self, content: bytes | mmap) -> None:
        self._content = _Sections(content)
        self._readings: dict[str, CompiledReading] = {}
        self.concluded = Recent(KEPT_SITUATIONS)
        self._chains: dict[tuple[str, str], list[Chain]] = {}

    def reading(self, name: str) -> CompiledReading:
        """Return a reading.

        Raises:
            UsageError: There is no such reading.
        """
        if name not in self._content["readings"]:
            known = ", ".join(sorted(self._content["readings"]))
            raise UsageError(f"no reading named {name!r}: choose one of {known}")
        if name not in self._readings:
            found = self._content["readings"][name]
            self._readings[name] = CompiledReading(
                reading=name,
                axioms=Axioms(**{field: _tuples(v) for field, v in found["axioms"].items()}),
                relations=tuple(found["relations"]),
                moves={relation: _tuples(pairs) for relation, pairs in found["moves"].items()},
                accepts=tuple(found["accepts"]),
                starts=found["starts"],
            )
        return self._readings[name]

    @cached_property
    def relations(self) -> frozenset[str]:
        """Every lineage relation that some reading knows, as IRIs."""
        return frozenset(
            r for found in self._content["readings"].values() for r in found["relations"]
        )

    @cached_property
    def rules(self) -> dict[str, tuple[SavedQuery, ...]]:
        """The rules by stage, and under ``findings`` those that judge."""
        return {
            stage: tuple(
                SavedQuery(rule["name"], rule["folder"], rule["text"], "", header=rule["header"])
                for rule in rules
            )
            for stage, rules in self._content["rules"].items()
        }

    @cached_property
    def findings(self) -> dict[str, FindingKind]:
        """The kinds of findings, by code."""
        return {kind["code"]: FindingKind(**kind) for kind in self._content["findings"]}

    @cached_property
    def pointing(self) -> frozenset[str]:
        """The codes of findings that point out a term and call none violated."""
        return frozenset(
            rule.header["code"] for rule in self.rules["findings"] if rule.header.get("points-out")
        )

    @property
    def licenses(self) -> list[str]:
        """IRIs of all licenses, sorted."""
        return list(self._content["licenses"])

    @cache  # noqa: B019 - as many as there are licenses, as long as the file is in use
    def license(self, iri: str) -> LicenseFacts | None:
        """Return what is said of a license, or None if it is not in the catalogue."""
        found = self._content["licenses"].get(iri)
        if found is None:
            return None
        return LicenseFacts(
            iri=iri,
            id=local_name(iri).removeprefix("license/"),
            label=found["label"],
            read=found["read"],
            families=tuple(found["families"]),
            facts={name: tuple(values) for name, values in found["facts"].items()},
            evidence={name: _tuples(places) for name, places in found["evidence"].items()},
            scopes={name: tuple(clauses) for name, clauses in found["scopes"].items()},
        )

    @cache  # noqa: B019
    def term(self, iri: str) -> Term:
        """Return a clause, license, gap or circumstance in the words of the catalogue."""
        found = self._content["terms"].get(iri)
        if found is None:
            return Term(
                iri,
                "license" if iri.startswith(BASE + "license/") else "circumstance",
                label=local_name(iri),
            )
        return Term(iri, **{**found, "parameters": _tuples(found.get("parameters", ()))})

    def kinds(self, iri: str) -> frozenset[str]:
        """Return the names of the classes a clause belongs to."""
        return frozenset(self._content["kinds"].get(iri, ()))

    def owners(self, clause: str) -> dict[str, list[str]]:
        """Return the licenses that attach a clause, by scope."""
        found: dict[str, list[str]] = self._content["owners"].get(clause, {})
        return found

    def links(self, clause: str, property_: str) -> tuple[str, ...]:
        """Return the licenses that a clause names by a property, such as ``acceptsLicense``."""
        return tuple(self._content["links"].get(clause, {}).get(property_, ()))

    def chains(self, reading: str, clause: str) -> list[Chain]:
        """Return the ways by which a clause may come to a work, certain ones first."""
        if (reading, clause) not in self._chains:
            owners = self.owners(clause)
            axioms = self.reading(reading).axioms
            doubtful = frozenset(axioms.consequences_in_doubt)
            found = [
                Chain.by(
                    (property_, relation, terms, scope),
                    license_,
                    in_doubt=(property_, relation, scope) in doubtful,
                )
                for property_, relation, terms, scope in axioms.consequence_chains
                for license_ in owners.get(scope, ())
            ]
            found.sort(key=lambda chain: (chain.in_doubt, str(tuple(chain))))
            self._chains[reading, clause] = found
        return self._chains[reading, clause]

    def facts(self, licenses: Iterable[str], stage: str = "findings") -> str:
        """Return, as N-Triples, what can matter to works under the stated licenses.

        Args:
            licenses: Their IRIs.
            stage: The rules that it may matter to: ``work``, ``lineage`` or ``findings``.
        """
        wanted: dict[str, None] = {}
        known = self._content["facts" if stage == "findings" else f"facts-{stage}"]
        for license_ in sorted({*licenses, *self._content["always"]}):
            wanted[license_] = None
            wanted.update(dict.fromkeys(self._content["clauses"].get(license_, ())))
        return "".join(known.get(subject, "") for subject in wanted)

    @property
    def beginnings(self) -> list[dict[str, Any]]:
        """The words with which clauses prescribe that names begin."""
        found: list[dict[str, Any]] = self._content["beginnings"]
        return found

    def tell_names(self) -> None:
        """Let the names of licenses be looked up in this process without the catalogue."""
        know_names(self._content["names"], self._content["family_names"])

    def license_named(self, normalized: str) -> str | None:
        """Return the IRI of the license that a normalized name stands for, if any."""
        names: dict[str, str] = self._content["names"]
        return names.get(normalized)


class Recent:
    """What was concluded last of situations, by their IRIs, for all threads of a process.

    The IRI of a situation tells its reading and all that its conclusions rest on, beside the
    catalogue and rules that this is kept with.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, situation: str) -> Any:
        """Return what was concluded of a situation, or None."""
        with self._lock:
            if situation in self._kept:
                self._kept.move_to_end(situation)
            return self._kept.get(situation)

    def keep(self, concluded: Mapping[str, Any]) -> None:
        """Keep what was concluded of situations, and forget what was asked for longest ago."""
        with self._lock:
            self._kept.update(concluded)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


_BY_KEY = frozenset(
    {"facts", "facts-lineage", "facts-work", "kinds", "licenses", "owners", "terms"}
)
"""Sections of which few entries are asked for, so that each is read by itself."""


class _Sections:
    """Sections of a file; each, or each of its entries, is taken apart when it is asked for."""

    def __init__(self, content: bytes | mmap) -> None:
        self._content = content
        begin = content.find(b"\n") + 1
        index: dict[str, dict[str, tuple[int, int]]] = orjson.loads(content[:begin])
        self._unread = {name: _Entries(content, begin, index[name]) for name in index}
        self._read: dict[str, Any] = {name: self._unread.pop(name) for name in _BY_KEY}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            self._read[name] = self._unread.pop(name).get("")
        return self._read[name]


class _Entries:
    """The entries of a section, by key, each at its place in the file."""

    def __init__(
        self, content: bytes | mmap, begin: int, places: dict[str, tuple[int, int]]
    ) -> None:
        self._content = content
        self._begin = begin
        self._places = places
        self._read: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self._read:
            if key not in self._places:
                return default
            start, length = self._places[key]
            start += self._begin
            self._read[key] = orjson.loads(self._content[start : start + length])
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)


def _with_index(content: dict[str, Any]) -> bytes:
    """Return sections as JSON, one after the other, behind a line that says where each is."""
    index: dict[str, dict[str, tuple[int, int]]] = {}
    parts: list[bytes] = []
    length = 0
    for name, section in content.items():
        index[name] = {}
        for key, value in section.items() if name in _BY_KEY else (("", section),):
            parts.append(orjson.dumps(value))
            index[name][key] = length, len(parts[-1])
            length += len(parts[-1])
    return b"".join((orjson.dumps(index), b"\n", *parts))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def compiled(kept: Path | None = None) -> Compiled:
    """Return all that hypothetical works are judged by; made once per process and folder.

    Args:
        kept: A folder to keep the result in; it is found there again as long as nothing it was
            made from has changed. None to keep it in the process alone.
    """
    return _compiled(kept)


def is_kept(folder: Path) -> bool:
    """Return whether a folder keeps the result for `compiled` to find."""
    return _file_in(folder).exists()


def _file_in(folder: Path) -> Path:
    return folder / f"compiled-{_made_from()}.parts"


@cache
def _compiled(kept: Path | None) -> Compiled:
    file = _file_in(kept) if kept else None
    if file and file.exists():
        with file.open("rb") as opened:
            return Compiled(mmap(opened.fileno(), 0, access=ACCESS_READ))
    content = _with_index(_content(kept))
    if file:
        keep(file, content)
    return Compiled(content)


def _made_from() -> str:
    """Return a digest of all files that the result depends on."""
    digest = hashlib.sha256(f"{FORM}".encode())
    made_from = [*_files(files("licet_ontology")), *_files(files("licet_queries"))]
    made_from += [files("licet_reasoning").joinpath(f"{name}.py") for name in _MADE_BY]
    for file in made_from:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:20]


_MADE_BY = ("automaton", "axioms", "beginnings", "compiled", "materialize", "quotient", "rules")
"""Modules that decide what is in the file."""


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith((".ttl", ".rq")):
            yield entry


def _content(kept: Path | None) -> dict[str, Any]:
    from pyoxigraph import NamedNode

    from licet_ontology import modules
    from licet_ontology.names import names_of_families, names_of_licenses
    from licet_queries.library import folder_queries
    from licet_reasoning.beginnings import prescribed_beginnings
    from licet_reasoning.quotient import compile_reading, shipped_catalogue, told_facts
    from licet_reasoning.rules import finding_severities, stage_rules

    closed = shipped_catalogue(kept)
    programs = {name: compile_reading(name) for name in modules.readings()}
    told = dict.fromkeys(t for p in programs.values() for t in told_facts(closed, p.axioms))
    facts: defaultdict[str, list[Triple]] = defaultdict(list)
    for t in told:
        if isinstance(t.subject, NamedNode):
            facts[t.subject.value].append(t)
    index = _Index(closed)
    licenses = sorted(
        {
            *index.subjects(RDF + "type", term("License")),
            *index.subjects(RDF + "type", term("UnreadLicense")),
        }
    )
    clauses = {iri: sorted(index.objects(iri, term("hasClause"))) for iri in licenses}
    scopes = [
        s
        for s in index.subjects(RDFS + "subPropertyOf", term("hasClause"))
        if s != term("hasClause")
    ]
    stated = _Index(modules.catalogue())
    severity = finding_severities()
    return {
        "readings": {
            name: {
                "axioms": asdict(program.axioms),
                "relations": program.automaton.relations,
                "moves": {
                    relation: [
                        (state, target)
                        for state, target in enumerate(program.automaton.step[:, i].tolist())
                        if target
                    ]
                    for i, relation in enumerate(program.automaton.relations)
                },
                "accepts": program.automaton.accepts.tolist(),
                "starts": program.automaton.starts,
            }
            for name, program in programs.items()
        },
        "rules": {
            "work": _rules("rules", "work"),
            "lineage": _rules("rules", "lineage"),
            "findings": _rules("findings", None),
        },
        "findings": [
            {
                "code": code,
                "severity": severity[code],
                "label": index.text(iri, RDFS + "label"),
                "definition": index.text(iri, SKOS + "definition"),
                "remedy": index.text(iri, term("remedy")),
            }
            for code in sorted(query.header["code"] for query in folder_queries("findings"))
            for iri in (term(f"finding-{code}"),)
        ],
        "licenses": {iri: _license(iri, index, scopes) for iri in licenses},
        "terms": _terms(index, stated, licenses, clauses, scopes),
        "kinds": {
            clause: sorted(
                local_name(kind)
                for kind in index.objects(clause, RDF + "type")
                if kind != OWL + "Thing"
            )
            for iri in licenses
            for clause in clauses[iri]
        },
        "owners": _owners(index, scopes),
        "links": _links(index, {c for found in clauses.values() for c in found}),
        "facts": {subject: _lines(triples) for subject, triples in facts.items()},
        **{
            f"facts-{stage}": {
                subject: _lines(seen)
                for subject, triples in facts.items()
                if (seen := [t for t in triples if _mentions(stage_rules(stage), t)])
            }
            for stage in ("work", "lineage")
        },
        "always": sorted(
            {text_of(t.object) for t in closed if t.predicate.value == term("exemptsLicense")}
        ),
        "clauses": clauses,
        "beginnings": [asdict(beginning) for beginning in prescribed_beginnings()],
        "names": names_of_licenses(),
        "family_names": names_of_families(),
    }


def _lines(triples: Iterable[Triple]) -> str:
    from pyoxigraph import RdfFormat, serialize

    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def _mentions(rules: Iterable[SavedQuery], triple: Triple) -> bool:
    """Return whether a rule could ask for a triple; of types, for those that it names."""
    predicate = triple.predicate.value
    asked = text_of(triple.object) if predicate == RDF + "type" else predicate
    return any(f"licet:{asked.removeprefix(NS)}" in rule.text for rule in rules)


def _rules(folder: str, stage: str | None) -> list[dict[str, Any]]:
    from licet_queries.library import folder_queries

    return [
        {
            "name": rule.name,
            "folder": rule.folder,
            "text": rule.text,
            "header": {
                key: rule.header[key] for key in ("code", "points-out") if key in rule.header
            },
        }
        for rule in folder_queries(folder)
        if stage is None or rule.header.get("stage") == stage
    ]


class _Index:
    """Triples by subject and predicate, and by predicate and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._subjects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for t in triples:
            subject, predicate, object_ = text_of(t.subject), t.predicate.value, text_of(t.object)
            self._objects[subject, predicate].append(object_)
            self._subjects[predicate, object_].append(subject)

    def objects(self, subject: str, predicate: str) -> list[str]:
        return sorted(set(self._objects.get((subject, predicate), ())))

    def subjects(self, predicate: str, object_: str) -> list[str]:
        return sorted(set(self._subjects.get((predicate, object_), ())))

    def text(self, subject: str, predicate: str) -> str:
        return next(iter(self.objects(subject, predicate)), "")


def _license(iri: str, index: _Index, scopes: Sequence[str]) -> dict[str, Any]:
    evidence: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for node in index.objects(iri, term("evidence")):
        for about in index.objects(node, term("about")):
            evidence[about].append(
                (index.text(node, term("section")), index.text(node, term("quote")))
            )
    return {
        "label": index.text(iri, RDFS + "label"),
        "read": term("UnreadLicense") not in index.objects(iri, RDF + "type"),
        "families": [index.text(f, RDFS + "label") for f in index.objects(iri, term("family"))],
        "facts": {
            name: [local_name(value) for value in values]
            for name in LICENSE_FACTS
            if (values := index.objects(iri, term(name)))
        },
        "evidence": {name: sorted(places) for name, places in evidence.items()},
        "scopes": {
            local_name(scope): found for scope in scopes if (found := index.objects(iri, scope))
        },
    }


def _owners(index: _Index, scopes: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    owners: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for license_ in sorted(
        {
            *index.subjects(RDF + "type", term("License")),
        }
    ):
        for scope in scopes:
            for clause in index.objects(license_, scope):
                owners[clause][scope].append(license_)
    return {clause: dict(found) for clause, found in owners.items()}


def _links(index: _Index, clauses: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    names = (
        "acceptsLicense",
        "acceptsLicenseInCombination",
        "acceptsLicenseIfStated",
        "requiresLicense",
        "exemptsLicense",
        "satisfiableUnder",
    )
    return {
        clause: found
        for clause in sorted(clauses)
        if (found := {n: iris for n in names if (iris := index.objects(clause, term(n)))})
    }


def _terms(
    index: _Index,
    stated: _Index,
    licenses: Sequence[str],
    clauses: dict[str, list[str]],
    scopes: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """Return what is shown of each clause, license, gap and circumstance."""
    found: dict[str, dict[str, Any]] = {}
    for iri in licenses:
        found[iri] = {"type": "license", "label": index.text(iri, RDFS + "label")}
        for clause in clauses[iri]:
            kind = stated.objects(clause, RDF + "type")[0]
            found.setdefault(
                clause,
                {
                    "type": "clause",
                    "kind": index.text(kind, term("code")),
                    "label": index.text(clause, RDFS + "label"),
                    "definition": index.text(kind, SKOS + "definition"),
                    "license": index.text(iri, RDFS + "label"),
                    "section": index.text(clause, term("section")),
                    "quote": index.text(clause, term("quote")),
                    "text_sha256": index.text(iri, term("textSha256")),
                    "remedy": index.text(kind, term("remedy")),
                    "parameters": [
                        (name, text)
                        for name in PARAMETERS
                        for text in stated.objects(clause, term(name))
                    ],
                },
            )
    for class_ in ("Gap", "Circumstance"):
        for iri in index.subjects(RDF + "type", term(class_)):
            found[iri] = {
                "type": "circumstance",
                "label": index.text(iri, RDFS + "label"),
                "definition": index.text(iri, SKOS + "definition"),
            }
    return found
