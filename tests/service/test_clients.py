"""Clients that people use, against a real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

if TYPE_CHECKING:
    from typing import Literal

LICENSES = """PREFIX licet: <https://w3id.org/licet/ns#>
SELECT ?license WHERE { ?license a licet:License } ORDER BY ?license LIMIT 3"""
CONSTRUCT = """PREFIX licet: <https://w3id.org/licet/ns#>
CONSTRUCT { ?l a licet:License } WHERE { ?l a licet:License }"""
MIT = "https://w3id.org/licet/license/mit"


def wrapper(address: str, query: str, format_: str) -> SPARQLWrapper:
    asked = SPARQLWrapper(f"{address}/sparql")
    asked.setQuery(query)
    asked.setReturnFormat(format_)
    return asked


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_selects_as_json(address: str, method: str) -> None:
    asked = wrapper(address, LICENSES, JSON)
    asked.setMethod(method)
    found = asked.queryAndConvert()
    assert isinstance(found, dict)
    assert len(found["results"]["bindings"]) == 3


def test_sparqlwrapper_selects_as_xml_and_csv(address: str) -> None:
    xml = wrapper(address, LICENSES, XML).query().convert()
    assert len(xml.getElementsByTagName("result")) == 3  # type: ignore[union-attr]
    assert len(bytes(wrapper(address, LICENSES, CSV).queryAndConvert()).splitlines()) == 4  # type: ignore[arg-type]


# SPARQLWrapper 2.0 makes a graph of a class that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("format_", [XML, TURTLE, JSONLD])
def test_sparqlwrapper_constructs(address: str, format_: str) -> None:
    found = wrapper(address, CONSTRUCT, format_).queryAndConvert()
    if not isinstance(found, Graph):
        assert isinstance(found, bytes)
        found = Graph().parse(data=found, format=format_)
    assert (URIRef(MIT), None, None) in found


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_the_store_of_rdflib_asks(
    address: str, method: Literal["GET", "POST", "POST_FORM"]
) -> None:
    graph = Graph(SPARQLStore(f"{address}/sparql", method=method))
    rows = graph.query(LICENSES)
    assert len(list(rows)) == 3
    assert "MIT" in str(
        graph.value(URIRef(MIT), URIRef("http://www.w3.org/2000/01/rdf-schema#label"))
    )
    assert len(graph.query(CONSTRUCT).graph or ()) > 10


def test_a_client_without_an_accept_header_gets_json(address: str) -> None:
    asked = urllib.request.Request(f"{address}/sparql", data=b"ASK {}")
    asked.add_header("Content-Type", "application/sparql-query")
    with urllib.request.urlopen(asked) as response:
        assert json.load(response)["boolean"] is True


def test_rdflib_follows_a_resource(address: str) -> None:
    graph = Graph().parse(f"{address}/license/mit")
    assert (URIRef(MIT), None, None) in graph


def test_head_works_on_the_wire(address: str) -> None:
    asked = urllib.request.Request(f"{address}/license/mit", method="HEAD")
    with urllib.request.urlopen(asked) as response:
        assert response.status == 200
        assert response.read() == b""


def test_pandas_reads_a_result(address: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(f"{address}/sparql?{urlencode({'query': LICENSES, 'format': 'csv'})}")
    assert list(frame.columns) == ["license"]
    assert len(frame) == 3


def test_sparql_dataframe_asks_by_post(address: str) -> None:
    """What sparql-dataframe 0.4, of 2020, sends; by GET it is SPARQLWrapper's CSV."""
    asked = wrapper(address, LICENSES, CSV)
    asked.setOnlyConneg(True)
    asked.addCustomHttpHeader("Content-type", "application/sparql-query")
    asked.addCustomHttpHeader("Accept", "text/csv")
    asked.setMethod(POST)
    asked.setRequestMethod(POSTDIRECTLY)
    assert len(bytes(asked.query().convert()).splitlines()) == 4  # type: ignore[arg-type]


def run(*command: str, needs: str | None = None) -> str:
    """Return what a program of some package says, if it is there."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed (Debian: {needs or command[0]})")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_r_reads_a_result(address: str) -> None:
    asked = f"{address}/sparql?{urlencode({'query': LICENSES, 'format': 'csv'})}"
    program = f"frame <- read.csv('{asked}'); cat(names(frame), nrow(frame))"
    assert run("Rscript", "-e", program, needs="r-base-core") == "license 3"


def test_roqet_asks(address: str) -> None:
    asked = ["roqet", "-q", "-p", f"{address}/sparql", "-r", "csv", "-e", LICENSES]
    assert len(run(*asked, needs="rasqal-utils").split()) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["--get", "--data-urlencode", f"query={LICENSES}"],
        ["--data-urlencode", f"query={LICENSES}"],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", LICENSES],
        ["--compressed", "--data-urlencode", f"query={LICENSES}"],
        ["--http1.0", "--data-urlencode", f"query={LICENSES}"],
    ],
)
def test_curl_asks(address: str, arguments: list[str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = ["curl", "-sS", "-f", "-H", "Accept: text/csv", f"{address}/sparql", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) == 4


COMUNICA = """
import { QueryEngine } from '@comunica/query-sparql';
const [endpoint, query] = process.argv.slice(2);
const sources = [{ type: 'sparql', value: endpoint }];
const stream = await new QueryEngine().queryBindings(query, { sources });
console.log((await stream.toArray()).map(row => row.get('license').value).join('\\n'));
"""


FETCH_SPARQL_ENDPOINT = """
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint';
const [endpoint, select, construct] = process.argv.slice(2);
const rows = [];
for (const method of ['GET', 'POST']) {
  const fetcher = new SparqlEndpointFetcher({ method });
  for await (const row of await fetcher.fetchBindings(endpoint, select))
    rows.push(row.license.value);
  for await (const quad of await fetcher.fetchTriples(endpoint, construct))
    if (quad.subject.value === 'MIT') rows.push('construct');
  rows.push(await fetcher.fetchAsk(endpoint, 'ASK {}'));
}
console.log(rows.join('\\n'));
"""


def of_node(program: str, *arguments: str) -> str:
    """Return what a program for Node says, run where Comunica is installed."""
    installed = os.environ.get("LICET_COMUNICA")
    if not installed:
        pytest.skip(
            "LICET_COMUNICA must name a folder in which `npm install @comunica/query-sparql@4` ran"
        )
    script = Path(installed) / "licet-ask.mjs"
    script.write_text(program)
    return run("node", str(script), *arguments, needs="nodejs")


def test_comunica_joins_over_the_service(address: str) -> None:
    """Comunica takes the query apart and asks for its patterns, as it does over several sources."""
    assert len(of_node(COMUNICA, f"{address}/sparql", LICENSES).split()) == 3


def test_fetch_sparql_endpoint_asks(address: str) -> None:
    """Comunica brings it along."""
    program = FETCH_SPARQL_ENDPOINT.replace("MIT", MIT)
    found = of_node(program, f"{address}/sparql", LICENSES, CONSTRUCT).split()
    assert found[3:5] == found[8:10] == ["construct", "true"]
    assert found[:5] == found[5:]
