"""Readings, rules and catalogue as one file that loads in milliseconds, without numpy or owlrl.

Judging a work that nobody has published yet must not cost more than reading its plan. What
ontology, catalogue and rules amount to is the same for every such question, so it is computed
once and kept beside the snapshots, under a name that changes with anything it was made from.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from pyoxigraph import RdfFormat, parse

import licet_ontology
import licet_queries
import licet_reasoning
from licet_ontology.errors import UsageError
from licet_ontology.names import know_names
from licet_ontology.terms import BASE, local_name, term
from licet_queries.library import SavedQuery
from licet_reasoning.axioms import Axioms
from licet_reasoning.beginnings import Beginning
from licet_reasoning.explanation import Chain, Term
from licet_reasoning.kept import keep
from licet_reasoning.license_facts import LicenseFacts
from licet_reasoning.recent import Recent
from licet_reasoning.sight import Sight
from licet_reasoning.strands import Strands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

FORM = 8
"""Raised when the file says the same in another form."""

STAGES = ("work", "lineage", "inputs", "findings")
"""When rules are asked; those of ``inputs`` are among those of ``findings``."""

KEPT_VIEWS = 1024
"""How many of the works of earlier questions, as a rule saw them, a process remembers."""

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
        self._chains: dict[tuple[str, str], list[Chain]] = {}
        self._strands: dict[str, Strands] = {}
        self._quads: dict[tuple[str, str], list[Quad]] = {}
        self.forget()

    def forget(self, kept_views: int = KEPT_VIEWS) -> None:
        """Forget what rules said, and remember no more than so many views from now on."""
        self.said = defaultdict[tuple[str, str], Recent](lambda: Recent(kept_views))

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
        """The rules by stage; ``findings`` judge, and of these ``inputs`` what is only used."""
        rules = {
            stage: tuple(
                SavedQuery(rule["name"], rule["folder"], rule["text"], "", header=rule["header"])
                for rule in rules
            )
            for stage, rules in self._content["rules"].items()
        }
        inputs = (rule for rule in rules["findings"] if rule.header["code"] in ABOUT_INPUTS)
        return {**rules, "inputs": tuple(inputs)}

    @cache  # noqa: B019
    def sight(self, rule: str) -> Sight:
        """Return what a rule sees, by its name."""
        found = self._content["sights"][rule]
        return Sight(
            frozenset(found["properties"]),
            {
                name: None if behind is None else frozenset(behind)
                for name, behind in found["behind"].items()
            },
            {name: frozenset(kinds) for name, kinds in found["kinds"].items()},
            frozenset(found["first"]),
        )

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

    @cache  # noqa: B019
    def kinds(self, iri: str) -> frozenset[str]:
        """Return the names of the classes a clause belongs to."""
        return frozenset(self._content["kinds"].get(iri, ()))

    def owners(self, clause: str) -> dict[str, list[str]]:
        """Return the licenses that attach a clause, by scope."""
        found: dict[str, list[str]] = self._content["owners"].get(clause, {})
        return found

    @cache  # noqa: B019
    def owning(self, clause: str) -> frozenset[str]:
        """Return the licenses that attach a clause in any scope."""
        return frozenset(license_ for found in self.owners(clause).values() for license_ in found)

    @cache  # noqa: B019
    def only_if_modified(self, clause: str) -> bool:
        """Return whether licenses attach a clause to what was made from a work, but to no copy."""
        scopes = self.owners(clause)
        changed = term("onDerivative") in scopes or term("onAdaptation") in scopes
        return changed and term("onCopy") not in scopes

    def links(self, clause: str, property_: str) -> tuple[str, ...]:
        """Return the licenses that a clause names by a property, such as ``acceptsLicense``."""
        return tuple(self._content["links"].get(clause, {}).get(property_, ()))

    @cache  # noqa: B019
    def accepted_by(self, clause: str) -> frozenset[str]:
        """Return the licenses that a clause accepts or requires."""
        names = "acceptsLicense", "requiresLicense"
        return frozenset(iri for name in names for iri in self.links(clause, name))

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

    def strands(self, reading: str) -> Strands:
        """Return what follows from single facts under a reading."""
        if reading not in self._strands:
            self._strands.setdefault(reading, Strands(self, self.reading(reading).axioms))
        return self._strands[reading]

    def facts(self, licenses: Iterable[str], stage: str) -> list[Quad]:
        """Return what rules of a stage see of licenses and of those that matter to every work.

        Args:
            licenses: Their IRIs.
            stage: ``work``, ``lineage``, ``inputs`` or ``findings``.
        """
        wanted = sorted({*licenses, *self._content["always"]})
        return [quad for license_ in wanted for quad in self._facts(license_, stage)]

    def _facts(self, license_: str, stage: str) -> list[Quad]:
        """Return what rules of a stage see of a license and its clauses; read once."""
        if (license_, stage) not in self._quads:
            known = self._content[f"facts-{stage}"]
            subjects = [license_, *self._content["clauses"].get(license_, ())]
            text = "".join(known.get(subject, "") for subject in subjects)
            self._quads[license_, stage] = list(parse(text, format=RdfFormat.N_TRIPLES))
        return self._quads[license_, stage]

    @cached_property
    def beginnings(self) -> tuple[Beginning, ...]:
        """The words with which clauses prescribe that names begin."""
        return tuple(
            Beginning(found["words"], found["licensor"], _tuples(found["clauses"]))
            for found in self._content["beginnings"]
        )

    def tell_names(self) -> None:
        """Let the names of licenses be looked up in this process without the catalogue."""
        know_names(self._content["names"], self._content["family_names"])

    def license_named(self, normalized: str) -> str | None:
        """Return the IRI of the license that a normalized name stands for, if any."""
        names: dict[str, str] = self._content["names"]
        return names.get(normalized)


BY_KEY = frozenset(
    {*(f"facts-{stage}" for stage in STAGES), "kinds", "licenses", "owners", "terms"}
)
"""Sections of which few entries are asked for, so that each is read by itself."""


class _Sections:
    """Sections of a file; each, or each of its entries, is taken apart when it is asked for."""

    def __init__(self, content: bytes | mmap) -> None:
        self._content = content
        begin = content.find(b"\n") + 1
        index: dict[str, dict[str, tuple[int, int]]] = orjson.loads(content[:begin])
        self._unread = {name: _Entries(content, begin, index[name]) for name in index}
        self._read: dict[str, Any] = {name: self._unread.pop(name) for name in BY_KEY}

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
    """Return the file for what the sources say now; they are read anew if one was touched."""
    sources = [file for package in _PACKAGES for file in _sources(package.__path__[0])]
    seen = folder / f"sources-{_digest(repr(_touched(file)).encode() for file in sources)}"
    try:
        made_from = seen.read_text()
    except OSError:
        made_from = _digest(f.name.encode() + Path(f.path).read_bytes() for f in sources)
        keep(seen, made_from.encode())
    return folder / f"compiled-{made_from}.parts"


@cache
def _compiled(kept: Path | None) -> Compiled:
    file = _file_in(kept) if kept else None
    if file and file.exists():
        with file.open("rb") as opened:
            return Compiled(mmap(opened.fileno(), 0, access=ACCESS_READ))
    from licet_reasoning.compiling import content_of

    content = content_of(kept)
    if file:
        keep(file, content)
    return Compiled(content)


def _touched(file: os.DirEntry[str]) -> tuple[str, int, int, int]:
    """Return what changes when a file is written; packagers set one time of writing for all."""
    seen = file.stat()
    return file.name, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _sources(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files that the result depends on; each command looks, and `Path` takes longer."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry.path)
        elif entry.name.endswith((".ttl", ".rq")) or entry.name in _MADE_BY:
            yield entry


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256(f"{FORM}".encode())
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:20]


_PACKAGES = (licet_ontology, licet_queries, licet_reasoning)
_MADE_BY = frozenset(
    {
        "automaton.py",
        "axioms.py",
        "beginnings.py",
        "compiled.py",
        "compiling.py",
        "materialize.py",
        "quotient.py",
        "rules.py",
        "sight.py",
    }
)
"""Modules that decide what is in the file."""
