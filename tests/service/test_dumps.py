"""Dumps on disk and under /dumps/."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import Graph, Namespace, URIRef

from licet_service.dataset import Dataset
from licet_service.dump_layout import DumpFormat, dumps_in
from licet_service.export import export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi.testclient import TestClient

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def dump(data: Path) -> Path:
    return export(Dataset(data).latest(), data / "dumps")


@pytest.fixture
def newest(client: TestClient, dump: Path) -> str:
    response = client.get("/dumps/latest", follow_redirects=False)
    assert response.headers["location"] == f"/dumps/{dump.name}"
    return response.headers["location"]


def decompressed(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    return bytes(pa.input_stream(path, compression="zstd").read())


@pytest.mark.parametrize("compression", ["gz", "zst"])
@pytest.mark.parametrize(
    ("suffix", "rdf_format"), [("nq", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)]
)
def test_the_graphs_of_a_dump_are_the_graphs_of_the_snapshot(
    dump: Path, data: Path, suffix: str, rdf_format: RdfFormat, compression: str
) -> None:
    store = Store()
    for path in sorted(dump.glob(f"*.{suffix}.{compression}")):
        store.load(decompressed(path), rdf_format)
    counts = {
        graph.value: sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
        for graph in store.named_graphs()
    }
    assert counts == json.loads((data / "current" / "manifest.json").read_bytes())["triples"]


def test_the_tables_of_a_dump_hold_what_is_concluded(dump: Path) -> None:
    tables = {path.stem: pq.read_table(path).to_pylist() for path in dump.glob("*.parquet")}
    assert {"models", "derivations", "situations", "obligations", "findings"} <= set(tables)
    [model] = [row for row in tables["models"] if row["id"] == "leveldevai/TurdusBeagle-7B"]
    situation = model["situation_cautious"]
    codes = {
        row["code"]
        for row in tables["findings"]
        if row["reading"] == "cautious" and row["situation"] == situation
    }
    assert "no-derivatives" in codes
    bound = {r["clause"] for r in tables["obligations"] if r["situation"] == situation}
    quoted = {r["clause"] for r in tables["clauses"] if r["quote"]}
    assert bound
    assert bound <= quoted


def test_checksums_cover_every_file(dump: Path) -> None:
    lines = (dump / "SHA256SUMS").read_text().splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    assert set(sums) == {p.name for p in dump.iterdir()} - {"SHA256SUMS", "index.json"}
    for name, digest in sums.items():
        assert hashlib.sha256((dump / name).read_bytes()).hexdigest() == digest


def test_the_same_snapshot_gives_the_same_files(dump: Path, data: Path, tmp_path: Path) -> None:
    again = export(Dataset(data).latest(), tmp_path, [DumpFormat.nquads])
    for path in again.glob("licenses.nq.*"):
        assert path.read_bytes() == (dump / path.name).read_bytes()


def test_a_catalogue_gives_addresses_where_it_is_found(client: TestClient, newest: str) -> None:
    here = f"http://testserver{newest}/"
    turtle = client.get(newest, headers={"Accept": "text/turtle"})
    assert str(turtle.url) == f"{here}dcat.ttl"
    as_turtle = Graph().parse(data=turtle.text, format="turtle", publicID=str(turtle.url))
    as_json = Graph().parse(
        data=client.get(f"{newest}/dcat.jsonld").text, format="json-ld", publicID=str(turtle.url)
    )
    assert set(as_json) == set(as_turtle)
    files = {str(file) for file in as_turtle.objects(None, DCAT.downloadURL)}
    assert f"{here}hub.nq.zst" in files
    assert all(client.head(file).status_code == 200 for file in files)


def test_the_dataset_says_where_its_graphs_can_be_downloaded(
    client: TestClient, newest: str
) -> None:
    described = Graph().parse(
        data=client.get("/.well-known/void", headers={"Accept": "text/turtle"}).text
    )
    void = Namespace("http://rdfs.org/ns/void#")
    licenses = URIRef("https://w3id.org/licet/graph/licenses")
    links = [str(link) for link in described.objects(licenses, void.dataDump)]
    assert sorted(link.rpartition("/")[2] for link in links) == [
        f"licenses.{suffix}" for suffix in ("nq.gz", "nq.zst", "trig.gz", "trig.zst")
    ]
    for link in links:
        assert link.startswith(f"http://testserver{newest}/")
        assert client.head(link).status_code == 200
    whole = URIRef("http://testserver/.well-known/void#licet")
    assert set(links) < {str(link) for link in described.objects(whole, void.dataDump)}


def test_what_others_stated_is_under_no_license_of_ours(client: TestClient, newest: str) -> None:
    here = f"http://testserver{newest}/"
    graph = Graph().parse(
        data=client.get(f"{newest}/dcat.ttl").text, format="turtle", publicID=here
    )
    licensed = {str(file).removeprefix(here) for file in graph.subjects(DCTERMS.license)}
    assert "licenses.nq.gz" in licensed
    assert not {"hub.nq.gz", "hub.trig.zst", "models.parquet", "changes.nq.gz"} & licensed
    assert "Licet claims no rights" in client.get(f"{newest}/ATTRIBUTION.md").text


def test_a_download_can_be_resumed(client: TestClient, newest: str) -> None:
    file = f"{newest}/licenses.nq.zst"
    whole = client.get(file)
    tag = whole.headers["etag"]
    assert tag == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    assert whole.headers["accept-ranges"] == "bytes"
    rest = client.get(file, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert rest.status_code == 206
    assert whole.content[:1000] + rest.content == whole.content
    another = client.get(file, headers={"Range": "bytes=1000-", "If-Range": '"other"'})
    assert another.status_code == 200
    assert another.content == whole.content


def test_a_file_that_did_not_change_is_not_sent_again(client: TestClient, newest: str) -> None:
    tag = client.head(f"{newest}/hub.nq.gz").headers["etag"]
    again = client.get(f"{newest}/hub.nq.gz", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_range_outside_of_a_file_is_a_problem(client: TestClient, newest: str) -> None:
    response = client.get(f"{newest}/hub.nq.gz", headers={"Range": "bytes=999999999-"})
    assert response.status_code == 416
    assert response.headers["content-range"].startswith("bytes */")
    assert response.json()["type"].endswith("/range-not-satisfiable")


@pytest.mark.parametrize("range_", ["bytes=9-2", "lines=1-2", "bytes=a-", "bytes=1-2,3-4"])
def test_a_range_that_is_not_understood_is_passed_over(
    client: TestClient, newest: str, range_: str
) -> None:
    response = client.get(f"{newest}/hub.nq.gz", headers={"Range": range_})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/none/hub.nq.gz",
        "/dumps/latest/none",
        "/dumps/../manifest.json",
        "/dumps/%2e%2e/hub.nq.gz",
        "/dumps/latest/..%2f..%2fcurrent%2fmanifest.json",
        "/dumps/latest/%2fetc%2fpasswd",
    ],
)
def test_nothing_but_files_of_dumps_is_served(client: TestClient, dump: Path, path: str) -> None:
    assert dump.exists()
    assert client.get(path).status_code == 404


def test_people_see_the_dumps_as_a_page(client: TestClient, newest: str) -> None:
    page = client.get("/dumps/", headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="{newest}/hub.nq.zst"' in page.text
    assert client.get("/dumps/").json()[0]["url"] == newest


def test_a_redirect_does_not_follow_the_host_that_a_client_sends(
    client: TestClient, newest: str
) -> None:
    response = client.get(
        "/dumps/latest/hub.nq.gz", headers={"Host": "evil.example"}, follow_redirects=False
    )
    assert response.headers["location"] == f"{newest}/hub.nq.gz"


def test_a_service_without_dumps_says_so(
    client_with: Callable[..., TestClient], tmp_path: Path, data: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "current").symlink_to((data / "current").resolve())
    client = client_with(data=str(tmp_path / "data"))
    assert client.get("/dumps/").json() == []
    assert client.get("/dumps/latest").json()["detail"] == "No dump has been written here yet."


def test_old_dumps_are_removed_but_the_last(data: Path, tmp_path: Path) -> None:
    for day in ("20260101", "20260102"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "index.json").write_text("{}")
    (tmp_path / "mine").mkdir()
    written = export(Dataset(data).latest(), tmp_path, [])
    assert [path.name for path in dumps_in(tmp_path)] == [written.name, "20260102"]
    assert (tmp_path / "mine").exists()
