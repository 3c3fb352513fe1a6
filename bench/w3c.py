"""The W3C's SPARQL tests against a running service: ``python -m bench.w3c CHECKOUT``.

CHECKOUT is a clone of https://github.com/w3c/rdf-tests. Every test gets a snapshot of its own in
one data folder, so one service answers all of them and takes up hundreds of snapshots meanwhile.
An evaluation must give over HTTP, as JSON, XML and TSV, what the engine gives in this process;
whether that is what the W3C expects is counted beside it. Tests of updates are left out: the
service reads. Of the graph store tests, what they write is put into the snapshot, and what they
read is asked over HTTP.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
import tempfile
import urllib.parse
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from bench.server import serving
from licet_ontology.terms import BASE as LICET
from licet_ontology.terms import GRAPH_HUB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SD = "http://www.w3.org/ns/sparql-service-description#"
FILES = "https://w3c.github.io/rdf-tests/"
SUITES = ("sparql10", "sparql11", "sparql12")
LEFT_OUT = {"entailment", "service", "syntax-fed"}
"""Entailment regimes and federation, which the service does not offer."""

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".nt": RdfFormat.N_TRIPLES,
    ".trig": RdfFormat.TRIG,
    ".nq": RdfFormat.N_QUADS,
}
RESULTS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
ASKED = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}


class World:
    """A data folder whose snapshots hold what a test needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self.path = folder

    def put(self, graphs: dict[str, list[Quad]]) -> Store:
        """Put a snapshot in force that holds some graphs, and return its store."""
        self._count += 1
        self.path = self.folder / "snapshots" / f"{self._count:06}"
        (self.path / "store").mkdir(parents=True)
        store = Store(str(self.path / "store"))
        for name, quads in graphs.items():
            graph = NamedNode(name)
            store.add_graph(graph)
            store.extend(Quad(q.subject, q.predicate, q.object, graph) for q in quads)
        store.flush()
        del store
        counts = {name: len(set(quads)) for name, quads in graphs.items()}
        manifest = {"format": 1, "finished": "2026-01-01T00:00:00Z", "triples": counts}
        (self.path / "manifest.json").write_text(json.dumps(manifest))
        link = self.folder / "current.new"
        link.unlink(missing_ok=True)
        link.symlink_to(self.path.relative_to(self.folder), target_is_directory=True)
        link.replace(self.folder / "current")
        return Store.read_only(str(self.path / "store"))


@dataclass
class Manifest:
    """A manifest, as a graph to walk on.

    Attributes:
        root: The folder of the checkout.
        path: Its file.
        store: Its triples.
    """

    root: Path
    path: Path
    store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        self.store.load(path=str(self.path), base_iri=self.iri(self.path), format=RdfFormat.TURTLE)

    def iri(self, path: Path) -> str:
        return FILES + path.relative_to(self.root).as_posix()

    def file(self, node: Any) -> Path:
        return self.root / urllib.parse.unquote(node.value.removeprefix(FILES))

    def values(self, node: Any, predicate: str) -> list[Any]:
        return [q.object for q in self.store.quads_for_pattern(node, NamedNode(predicate), None)]

    def value(self, node: Any, predicate: str) -> Any:
        return next(iter(self.values(node, predicate)), None)

    def members(self, node: Any) -> Iterator[Any]:
        while node is not None and node.value != RDF + "nil":
            yield self.value(node, RDF + "first")
            node = self.value(node, RDF + "rest")

    def entries(self) -> Iterator[Any]:
        for lists in self.store.quads_for_pattern(None, NamedNode(MF + "entries"), None):
            yield from self.members(lists.object)


@dataclass
class Report:
    """How many tests of each kind passed, and what went wrong."""

    passed: Counter[str] = field(default_factory=Counter)
    failed: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, test: str, problem: str | None) -> None:
        if problem is None:
            self.passed[kind] += 1
        else:
            self.failed[kind].append(f"{test}: {problem}")


def quads(path: Path, base: str) -> list[Quad]:
    kind = FORMATS[path.suffix]
    return list(parse(path=str(path), format=kind, base_iri=base, rename_blank_nodes=True))


def request(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    parts = urllib.parse.urlsplit(url)
    # urllib.request would name a content type where a test sends none.
    connection = http.client.HTTPConnection(parts.netloc, timeout=120)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("content-type", ""), answer.read()
    finally:
        connection.close()


def canonical(rows: Iterable[Quad]) -> frozenset[str]:
    dataset = Dataset(rows)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def comparable(result: Any) -> object:
    """Return what two equal results share, whatever their blank nodes are called."""
    if isinstance(result, QueryBoolean):
        return bool(result)
    if isinstance(result, QuerySolutions):
        names = [v.value for v in result.variables]
        found: list[Quad] = []
        for row in result:
            node = BlankNode()
            found.append(Quad(node, NamedNode(RS + "row"), Literal("")))
            for name in names:
                if row[name] is not None:
                    found.append(Quad(node, NamedNode("urn:var:" + name), row[name]))
        return (tuple(sorted(names)), canonical(found))
    triples = (t if isinstance(t, Quad) else Quad(*t) for t in result)
    return canonical(Quad(t.subject, t.predicate, t.object) for t in triples)


def expected_result(path: Path, base: str) -> object:
    """Return an expected result in the form of ``comparable``; None where it is only text."""
    if path.suffix in RESULTS:
        return comparable(parse_query_results(path=str(path), format=RESULTS[path.suffix]))
    if path.suffix == ".csv":
        return None
    store = Store()
    store.extend(quads(path, base))

    def value(node: Any, name: str) -> Any:
        found = store.quads_for_pattern(node, NamedNode(RS + name), None)
        return next((q.object for q in found), None)

    root = next(
        (q.subject for q in store.quads_for_pattern(None, None, NamedNode(RS + "ResultSet"))), None
    )
    if root is None:
        return comparable(list(store))
    if (boolean := value(root, "boolean")) is not None:
        return boolean.value == "true"
    names = [
        q.object.value
        for q in store.quads_for_pattern(root, NamedNode(RS + "resultVariable"), None)
        if isinstance(q.object, Literal)
    ]
    rows: list[Quad] = []
    for solution in store.quads_for_pattern(root, NamedNode(RS + "solution"), None):
        node = BlankNode()
        rows.append(Quad(node, NamedNode(RS + "row"), Literal("")))
        bindings = store.quads_for_pattern(solution.object, NamedNode(RS + "binding"), None)  # type: ignore[arg-type]
        for binding in bindings:
            name = value(binding.object, "variable").value
            rows.append(Quad(node, NamedNode("urn:var:" + name), value(binding.object, "value")))
    return (tuple(sorted(names)), canonical(rows))


class Suite:
    """All tests, on one service."""

    def __init__(self, root: Path, world: World, url: str, only: str) -> None:
        self.root = root
        self.only = re.compile(only)
        self.world = world
        self.url = url
        self.report = Report()

    def run(self) -> None:
        for suite in SUITES:
            for path in sorted((self.root / "sparql" / suite).glob("*/manifest*.ttl")):
                if path.parent.name in LEFT_OUT or not self.only.search(str(path)):
                    continue
                manifest = Manifest(self.root, path)
                for test in manifest.entries():
                    self.one(manifest, test)
        self.service_description()

    def one(self, manifest: Manifest, test: Any) -> None:
        kinds = {t.value.removeprefix(MF) for t in manifest.values(test, RDF + "type")}
        name = f"{manifest.path.parent.name}/{test.value.rpartition('#')[2]}"
        rejected = any("Rejected" in v.value for v in manifest.values(test, _APPROVAL))
        if rejected or any("Update" in kind for kind in kinds):
            return
        if kinds & {"QueryEvaluationTest", "CSVResultFormatTest"}:
            self.evaluation(manifest, test, name)
        elif any(kind.startswith("PositiveSyntaxTest") for kind in kinds):
            self.syntax(manifest, test, name, 200)
        elif any(kind.startswith("NegativeSyntaxTest") for kind in kinds):
            self.syntax(manifest, test, name, 400)
        elif "ProtocolTest" in kinds:
            self.protocol(manifest, test, name)
        elif "GraphStoreProtocolTest" in kinds and manifest.value(test, MF + "action"):
            self.graph_store(manifest, test, name)

    def ask(self, query: str, accept: str, dataset: list[tuple[str, str]]) -> tuple[int, bytes]:
        body = urllib.parse.urlencode([("query", query), *dataset]).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        status, _, answer = request(self.url + "/sparql", "POST", body, headers)
        return status, answer

    def evaluation(self, manifest: Manifest, test: Any, name: str) -> None:
        action = manifest.value(test, MF + "action")
        path = manifest.file(manifest.value(action, QT + "query"))
        query = f"BASE <{manifest.iri(path)}>\n" + path.read_text(encoding="utf-8")
        graphs: dict[str, list[Quad]] = {GRAPH_HUB: []}
        for node in manifest.values(action, QT + "data"):
            for quad in quads(manifest.file(node), node.value):
                graph = quad.graph_name
                where = GRAPH_HUB if isinstance(graph, DefaultGraph) else graph.value
                graphs.setdefault(where, []).append(quad)
        for node in manifest.values(action, QT + "graphData"):
            label = manifest.value(node, RDFS + "label")
            source = manifest.value(node, QT + "graph") or node
            where = label.value if label else source.value
            graphs.setdefault(where, []).extend(quads(manifest.file(source), source.value))
        parameters: list[tuple[str, str]] = []
        if re.search(r"^\s*FROM\s", query, re.IGNORECASE | re.MULTILINE):
            for data in sorted(path.parent.glob("*.ttl")):
                graphs.setdefault(manifest.iri(data), quads(data, manifest.iri(data)))
            default: list[NamedNode | BlankNode | DefaultGraph] | None = None
            named: list[NamedNode | BlankNode] | None = None
        else:
            others = [g for g in graphs if g != GRAPH_HUB]
            parameters = [("default-graph-uri", GRAPH_HUB)]
            parameters += [("named-graph-uri", g) for g in others]
            default, named = [NamedNode(GRAPH_HUB)], [NamedNode(g) for g in others]
        store = self.world.put(graphs)

        def own() -> Any:
            return store.query(query, default_graph=default, named_graphs=named)

        try:
            result = own()
        except SyntaxError as error:
            status, _ = self.ask(query, "*/*", parameters)
            problem = None if status == 400 else f"status {status} for what the engine refuses"
            self.report.add("evaluation over HTTP = engine's", name, problem)
            self.report.add("evaluation as the W3C expects (engine)", name, str(error)[:200])
            return
        is_graph = isinstance(result, QueryTriples)
        mine = comparable(result)
        volatile = any(word in query.upper() for word in ("RAND", "UUID", "NOW()"))
        for media_type in ("application/n-triples", "text/turtle") if is_graph else ASKED:
            if isinstance(result, QueryBoolean) and media_type.startswith("text/"):
                continue
            status, body = self.ask(query, media_type, parameters)
            problem = None
            if status != 200:
                problem = f"{media_type}: status {status} {body[:200]!r}"
            else:
                try:
                    theirs = comparable(
                        list(parse(body, format=RdfFormat.from_media_type(media_type)))
                        if is_graph
                        else parse_query_results(body, format=ASKED[media_type])
                    )
                    if theirs != mine and not volatile:
                        problem = f"{media_type}: other than the engine's"
                except SyntaxError as error:
                    problem = f"{media_type}: {error}"
            self.report.add("evaluation over HTTP = engine's", name, problem)
        if (expected := manifest.value(test, MF + "result")) is not None:
            file = manifest.file(expected)
            wanted = expected_result(file, expected.value)
            if wanted is None:
                status, body = self.ask(query, "text/csv", parameters)
                wanted, mine = (sorted(t.splitlines()) for t in (file.read_bytes(), body))
            problem = None if wanted == mine or volatile else "another result"
            self.report.add("evaluation as the W3C expects (engine)", name, problem)

    def syntax(self, manifest: Manifest, test: Any, name: str, wanted: int) -> None:
        path = manifest.file(manifest.value(test, MF + "action"))
        query = path.read_bytes()
        headers = {"Content-Type": "application/sparql-query"}
        base = f"BASE <{manifest.iri(path)}>\n".encode()
        status, _, body = request(self.url + "/sparql", "POST", base + query, headers)
        try:
            Store().query((base + query).decode())
            own = 200
        except (SyntaxError, UnicodeDecodeError, RuntimeError):
            own = 400
        problem = None if status == own else f"status {status}, engine {own}: {body[:200]!r}"
        self.report.add("syntax over HTTP = engine's", name, problem)
        problem = None if own == wanted else f"the engine says {own}"
        self.report.add("syntax as the W3C expects (engine)", name, problem)

    def exchanges(self, manifest: Manifest, test: Any) -> Iterator[Any]:
        action = manifest.value(test, MF + "action")
        yield from manifest.members(manifest.value(action, HT + "requests"))

    def message(self, manifest: Manifest, node: Any) -> tuple[dict[str, str], bytes | None]:
        headers = {
            manifest.value(h, HT + "fieldName").value: manifest.value(h, HT + "fieldValue").value
            for h in manifest.members(manifest.value(node, HT + "headers"))
        }
        body = manifest.value(node, HT + "body")
        if body is None:
            return headers, None
        encoding = manifest.value(body, CNT + "characterEncoding")
        text = manifest.value(body, CNT + "chars").value
        return headers, text.encode(encoding.value if encoding else "utf-8")

    def protocol(self, manifest: Manifest, test: Any, name: str) -> None:
        exchanges = list(self.exchanges(manifest, test))
        if "update" in name:
            return
        graphs: dict[str, list[Quad]] = {GRAPH_HUB: []}
        for node in manifest.values(test, UT + "graphData"):
            file = manifest.value(node, UT + "graph")
            label = manifest.value(node, RDFS + "label").value
            graphs[label] = quads(manifest.file(file), label)
        self.world.put(graphs)
        for node in exchanges:
            path = manifest.value(node, HT + "absolutePath").value
            target = self.url + "/sparql" + path.removeprefix("/sparql").removeprefix("/")
            headers, body = self.message(manifest, node)
            method = manifest.value(node, HT + "methodName").value
            status, content_type, answer = request(target, method, body, headers)
            response = manifest.value(node, HT + "resp")
            problem = _unexpected(manifest, response, status)
            kind = content_type.split(";")[0]
            shape = manifest.value(response, MF + "expectedFormat")
            if problem is None and shape is not None and status < 300:
                tables = kind in {*ASKED, "text/csv"}
                if (shape.value == "RDF") == tables:
                    problem = f"{shape.value} came as {kind}"
            boolean = manifest.value(response, MF + "expectedBoolean")
            if problem is None and boolean is not None:
                found = comparable(parse_query_results(answer, format=ASKED[kind]))
                if found != (boolean.value == "true"):
                    problem = f"the answer is {found}"
            self.report.add("protocol, queries", name, problem)

    def graph_store(self, manifest: Manifest, test: Any, name: str) -> None:
        """Write by snapshots, read by HTTP; a path names the graph that the service has there."""
        graphs: dict[str, list[Quad]] = {GRAPH_HUB: []}
        created = 0
        last = ""
        for node in self.exchanges(manifest, test):
            path = manifest.value(node, HT + "absolutePath").value
            path = path.replace("$LOCATION$", last).replace("$NEWPATH$", last)
            method = manifest.value(node, HT + "methodName").value
            headers, body = self.message(manifest, node)
            address, _, query = path.partition("?")
            given = urllib.parse.parse_qs(query, keep_blank_values=True)
            if "default" in given:
                graph, target = GRAPH_HUB, "/graphs?default"
            elif "graph" in given:
                graph = given["graph"][0]
                if graph.startswith("/gsp/"):
                    graph = LICET + "graph" + graph.removeprefix("/gsp")
                target = "/graphs?" + urllib.parse.urlencode({"graph": graph})
            else:
                if method == "POST" and address.rstrip("/") == "/gsp":
                    created += 1
                    address = last = f"/gsp/new/{created}"
                graph = LICET + "graph" + address.removeprefix("/gsp")
                target = "/graph" + address.removeprefix("/gsp")
            if method in {"GET", "HEAD"}:
                status, _, answer = request(self.url + target, method, None, headers)
                response = manifest.value(node, HT + "resp")
                problem = _unexpected(manifest, response, status)
                _, wanted = self.message(manifest, response)
                if problem is None and wanted and method == "GET":
                    base = "http://www.example/"
                    read = [
                        comparable(list(parse(t, format=RdfFormat.TURTLE, base_iri=base)))
                        for t in (wanted, answer)
                    ]
                    problem = None if read[0] == read[1] else "another graph"
                self.report.add("graph store, reads", name, problem)
            else:
                if method == "DELETE":
                    graphs.pop(graph, None)
                else:
                    kind = headers.get("content-type", "text/turtle")
                    if "multipart" in kind:
                        sent = list(_multipart(body or b""))
                    else:
                        base = "http://www.example/"
                        sent = list(parse(body or b"", format=RdfFormat.TURTLE, base_iri=base))
                    if method == "PUT":
                        graphs[graph] = sent
                    else:
                        graphs.setdefault(graph, []).extend(sent)
                self.world.put(graphs)

    def service_description(self) -> None:
        self.world.put({GRAPH_HUB: []})
        status, content_type, body = request(
            self.url + "/sparql", headers={"Accept": "text/turtle"}
        )
        is_rdf = status == 200 and content_type.startswith("text/turtle")
        kind = "service description"
        self.report.add(kind, "returns-rdf", None if is_rdf else f"status {status}")
        store = Store()
        store.extend(parse(body, format=RdfFormat.TURTLE))
        here = NamedNode(f"{self.url}/sparql")
        endpoint = Quad(here, NamedNode(SD + "endpoint"), here)
        problem = None if endpoint in store else "no sd:endpoint of this address"
        self.report.add(kind, "has-endpoint-triple", problem)
        self.report.add(kind, "conforms-to-schema", _schema_fault(store))


_APPROVAL = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#approval"
_CODES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404, "BadRequest": 400}


def _unexpected(manifest: Manifest, response: Any, status: int) -> str | None:
    names = [n.value.rpartition("#")[2] for n in manifest.values(response, MF + "expectedStatus")]
    for name in names:
        if name.startswith("StatusCode") and status // 100 == int(name[10]):
            return None
        if _CODES.get(name) == status:
            return None
    return f"status {status}, not {' or '.join(names)}"


def _multipart(body: bytes) -> Iterator[Quad]:
    boundary = body.strip().split(b"\n")[0].strip()
    for part in body.split(boundary)[1:-1]:
        text = part.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
        yield from parse(text, format=RdfFormat.TURTLE, base_iri="http://www.example/")


def _schema_fault(store: Store) -> str | None:
    """Return what a Service Description lacks of section 3 of its recommendation."""
    query = f"""PREFIX sd: <{SD}> ASK {{
        ?service a sd:Service ; sd:endpoint ?endpoint .
        FILTER NOT EXISTS {{ ?service sd:endpoint ?other FILTER(?other != ?endpoint) }}
        FILTER NOT EXISTS {{ ?s sd:defaultDataset ?d FILTER NOT EXISTS {{ ?d a sd:Dataset }} }}
        FILTER NOT EXISTS {{ ?s sd:namedGraph ?n FILTER NOT EXISTS {{ ?n sd:name ?name }} }}
        FILTER NOT EXISTS {{ ?s sd:resultFormat ?f FILTER(!isIRI(?f)) }}
        FILTER NOT EXISTS {{ ?s sd:supportedLanguage ?l FILTER(!isIRI(?l)) }}
    }}"""
    return None if bool(store.query(query)) else "it does not conform"


def main() -> int:
    """Run the suite, and print what passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--only", default="", help="manifests whose path this is found in")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.put({GRAPH_HUB: []})
        with serving(world.folder, {"client_burst_s": 100_000}) as served:
            suite = Suite(arguments.checkout.resolve(), world, served.url, arguments.only)
            suite.run()
    report = suite.report
    for kind in sorted({*report.passed, *report.failed}):
        failed = report.failed[kind]
        print(f"{kind}: {report.passed[kind]} passed, {len(failed)} failed")
        for line in failed:
            print(f"    {line}")
    ours = [kind for kind, failed in report.failed.items() if failed and "(engine)" not in kind]
    return 1 if ours else 0


if __name__ == "__main__":
    sys.exit(main())
