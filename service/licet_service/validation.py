"""What is wrong with ontology, catalogue or snapshot, in sentences."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import pyshacl
import rdflib
from pyoxigraph import QuerySolutions, RdfFormat, serialize

from licet_ontology import modules
from licet_ontology.fingerprint import load
from licet_ontology.nodes import text_of
from licet_ontology.profile import owl_rl_violations
from licet_ontology.terms import BASE, NS, local_name, term
from licet_queries.library import folder_queries
from licet_reasoning.materialize import InconsistentGraphError
from licet_reasoning.quotient import compile_reading, shipped_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Triple

    from licet_service.dataset import OpenSnapshot

_EVIDENCE = term("evidence")
_SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
_QUOTED = (term("quote"), term("phrase"))


def catalogue_faults(say: Callable[[str], None]) -> list[str]:
    """Return what is wrong with the shipped ontology and catalogue.

    Checked: the OWL 2 RL profile under each reading, that the lineage axioms compile,
    consistency, the SHACL shapes, and that every quote stands in the text it is from.
    """
    faults: list[str] = []
    for reading in modules.readings():
        say(f"profile and axioms with the reading {reading}")
        faults += owl_rl_violations([*modules.ontology(), *modules.reading(reading)])
        compile_reading(reading)
    say("consistency of ontology and catalogue")
    try:
        closed = shipped_catalogue()
    except InconsistentGraphError as error:
        return [*faults, *error.explanations]
    say("shapes")
    faults += shape_faults(closed)
    say("quotes")
    return faults + quote_faults()


def shape_faults(triples: Iterable[Triple]) -> list[str]:
    """Return the SHACL violations of triples."""
    _, report, _ = pyshacl.validate(
        _rdflib_graph(triples), shacl_graph=_rdflib_graph(modules.shapes()), inference="none"
    )
    if not isinstance(report, rdflib.Graph):
        return [str(report)]
    return sorted(
        f"{local_name(str(report.value(result, _SHACL.focusNode)))}: "
        f"{report.value(result, _SHACL.resultMessage)}"
        for result in report.subjects(rdflib.RDF.type, _SHACL.ValidationResult)
    )


def quote_faults() -> list[str]:
    """Return the quotes that the fingerprint of their license's text does not hold."""
    faults: list[str] = []
    for license_, quotes in sorted(_quotes_by_license().items()):
        resource = files("licet_ontology").joinpath("fingerprints", f"{license_}.json")
        if not resource.is_file():
            faults.append(f"{license_}: there is no fingerprint to prove its quotes by")
            continue
        with as_file(resource) as path:
            fingerprints = load(path)
        for quote in quotes:
            try:
                proved = any(fingerprint.contains(quote) for fingerprint in fingerprints)
            except ValueError as error:
                faults.append(f"{license_}: {error}")
                continue
            if not proved:
                faults.append(f"{license_}: these words are not in its text: {quote}")
    return faults


def _quotes_by_license() -> dict[str, list[str]]:
    """Return all quotes of clauses and evidence, by license id."""
    owner = {t.object: t.subject for t in modules.catalogue() if t.predicate.value == _EVIDENCE}
    found: dict[str, list[str]] = {}
    for t in modules.catalogue():
        if t.predicate.value != NS + "quote":
            continue
        carrier = text_of(owner.get(t.subject, t.subject))
        license_ = carrier.removeprefix(BASE).split("/")[1]  # of license/ID or clause/ID/slug
        found.setdefault(license_, []).append(t.object.value)  # type: ignore[union-attr]
    return found


def snapshot_faults(snapshot: OpenSnapshot, say: Callable[[str], None]) -> list[str]:
    """Return what the quality queries find in a snapshot, one sentence a row."""
    faults: list[str] = []
    for query in folder_queries("quality"):
        say(f"quality query {query.name}")
        answer = snapshot.query(query.text)
        if isinstance(answer, QuerySolutions):
            names = [variable.value for variable in answer.variables]
            faults += [
                f"{query.name}: "
                + ", ".join(f"{name} {row[name].value}" for name in names if row[name] is not None)
                for row in answer
            ]
    return faults


def _rdflib_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return graph
