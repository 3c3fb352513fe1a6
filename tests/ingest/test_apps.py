"""Links from applications to models become services, and each bad row says which and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.collect import Accounting, Collection, collect
from licet_ingest.records import Derivation
from licet_ingest.sources.apps import MAX_APP_CHARS, MAX_LINE_CHARS, AppLinks, service_id
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "app,model,how\n"


def links(tmp_path: Path, text: str | bytes, name: str = "x.apps.csv") -> AppLinks:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return AppLinks(path)


def read(tmp_path: Path, text: str | bytes) -> tuple[Collection, Accounting]:
    collection = collect([links(tmp_path, text)])
    [account] = collection.accounting
    return collection, account


@pytest.mark.parametrize(
    ("how", "relation"),
    [
        ("uses", "combines"),
        ("SERVES", "combines"),
        ("calls", "combines"),
        ("", "combines"),
        ("ships", "bundles"),
        ("bundles", "bundles"),
    ],
)
def test_what_an_app_does_with_a_model_is_a_relation(
    tmp_path: Path, how: str, relation: str
) -> None:
    collection, account = read(tmp_path, f"{HEAD}o/app,o/m,{how}\n")
    service = ("service", "o/app")
    assert collection.derivations == [Derivation(service, relation, ("model", "o/m"), "x.apps.csv")]
    assert collection.works[service].gaps == ()
    assert account == Accounting(read=1, ingested=1)


def test_an_app_of_several_rows_keeps_all_its_models(tmp_path: Path) -> None:
    rows = "o/app,o/a,uses\nother/app,o/a,uses\no/app,o/b,serves\no/app,o/a,uses\n"
    collection, account = read(tmp_path, HEAD + rows)
    found = [(d.child[1], d.parent[1]) for d in collection.derivations]
    assert found == [("o/app", "o/a"), ("o/app", "o/b"), ("other/app", "o/a")]
    assert account == Accounting(read=4, ingested=3, merged=1)


def test_an_app_of_two_files_keeps_the_models_of_both(tmp_path: Path) -> None:
    sources = [links(tmp_path, f"{HEAD}o/app,o/{m},uses\n", f"{m}.apps.csv") for m in "ab"]
    collection = collect(sources)
    assert [(d.parent[1], d.source) for d in collection.derivations] == [
        ("o/a", "a.apps.csv"),
        ("o/b", "b.apps.csv"),
    ]


@pytest.mark.parametrize(
    ("row", "field", "value", "reason"),
    [
        (",o/m,uses", "app", "", "is empty"),
        (
            "two words,o/m,uses",
            "app",
            "two words",
            "is neither an address nor of the form owner/name",
        ),
        ("https://me:pw@x.org/app,o/m,uses", "app", None, "holds the name of a user"),
        ("o/app,,uses", "model", "", "is empty"),
        ("o/app,/models/x,uses", "model", "/models/x", "is a path on somebody's machine"),
        ("o/app", "model", "", "is empty"),
        ("o/app,o/m,hugs", "how", "hugs", "is none of uses, serves, calls, ships, bundles"),
        ("o/app,o/m,uses,x,y", "", None, "has more cells than there are columns"),
        ("o/app," + "m" * MAX_LINE_CHARS, "", None, f"is longer than {MAX_LINE_CHARS} characters"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(
    tmp_path: Path, row: str, field: str, value: str | None, reason: str
) -> None:
    collection, account = read(tmp_path, f"{HEAD}\n{row}\no/app,o/m,uses\n")
    assert account == Accounting(read=2, ingested=1, rejected=1)
    [(source, fault)] = collection.faults
    assert (source, fault.record, fault.record_rejected) == (
        "x.apps.csv",
        "x.apps.csv line 3",
        True,
    )
    assert (fault.field, fault.reason) == (field, reason)
    assert value is None or fault.value == value


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    collection, _ = read(tmp_path, f"{HEAD}https://me:pw@x.org/app,o/m,uses\n")
    assert "pw" not in repr(collection.faults)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffapp,model,how\r\no/app,o/m,uses\r\n",
        " App , MODEL ,how,notes\no/app,o/m,uses,of my own\n",
        "model,app\no/m,o/app\n",
        'app,model,how,note\n"o/app","o/m",uses,"a, b"\n',
        "app,model\no/app,https://huggingface.co/o/m\n",
    ],
)
def test_heads_and_quotes_are_read_as_people_write_them(tmp_path: Path, text: str) -> None:
    collection, account = read(tmp_path, text)
    assert account == Accounting(read=1, ingested=1)
    assert [d.parent for d in collection.derivations] == [("model", "o/m")]


def test_a_quote_that_is_not_closed_costs_one_row(tmp_path: Path) -> None:
    _, account = read(tmp_path, HEAD + '"o/app,o/m,uses\no/app,o/m,uses\n')
    assert account == Accounting(read=2, ingested=1, rejected=1)


@pytest.mark.parametrize("text", ["", "app,how\n", "o/app,o/m\n"])
def test_a_file_without_its_columns_is_no_source(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"names no column"):
        list(links(tmp_path, text).items())


def test_a_file_that_is_not_there_is_no_source(tmp_path: Path) -> None:
    source = AppLinks(tmp_path / "gone.apps.csv")
    with pytest.raises(SourceError, match=r"cannot read"):
        list(source.items())
    with pytest.raises(SourceError, match=r"cannot read"):
        source.describe()


def test_a_description_has_the_hash_of_the_file(tmp_path: Path) -> None:
    described = links(tmp_path, HEAD).describe()
    assert (described["name"], described["bytes"]) == ("x.apps.csv", 14)
    assert len(str(described["sha256"])) == 64


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("o/app", "o/app"),
        ("https://GitHub.com/Org/App/", "github.com/Org/App"),
        ("http://x.org/app?utm=1#top", "x.org/app"),
        ("https://x.org:8080/~me/app", "x.org:8080/~me/app"),
        ("x" * (MAX_APP_CHARS + 1), None),
        ("o/../app", None),
        ("o//app", None),
        ("/o/app", None),
        ("javascript:alert(1)", None),
        ("o/\u202eapp", None),
    ],
)
def test_an_app_is_named_by_its_address_or_by_owner_and_name(text: str, id_: str | None) -> None:
    found, reason = service_id(text)
    assert found == id_
    assert bool(reason) == (id_ is None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(rows=st.binary(max_size=200))
def test_whatever_the_rows_are_the_counts_add_up(tmp_path: Path, rows: bytes) -> None:
    _, account = read(tmp_path, HEAD.encode() + rows)
    assert account.read == account.ingested + account.merged + account.rejected
