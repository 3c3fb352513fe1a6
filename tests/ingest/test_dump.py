"""Dumps of the Hub's lists: each line becomes a work or a fault with its place."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest

from licet_ingest.collect import Accounting, collect
from licet_ingest.sources import dump
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology.errors import SourceError

# Real data is not shipped: it is read where a copy stands beside the checkout.
REAL_DUMP = Path(__file__).parents[3] / "shared" / "data" / "hub" / "hub-models-2026-08-22.jsonl.gz"

A = b'{"id": "o/a"}'
B = b'{"id": "o/b"}'


def dump_of(folder: Path, content: bytes, name: str = "dump.jsonl") -> JsonLinesDump:
    path = folder / name
    path.write_bytes(content)
    return JsonLinesDump(path)


def ids(source: JsonLinesDump) -> list[str]:
    return [item.work.id for item in source.items() if item.work]


def rejected(source: JsonLinesDump) -> list[tuple[str, str, str]]:
    return [
        (fault.record, fault.value, fault.reason)
        for item in source.items()
        for fault in item.faults
        if fault.record_rejected
    ]


@pytest.mark.parametrize(
    "content",
    [
        A + b"\n" + B + b"\n",
        A + b"\n" + B,
        A + b"\r\n" + B + b"\r\n",
        b"\xef\xbb\xbf" + A + b"\n" + B + b"\n",
        b"\n" + A + b"\n\n  \t\r\n" + B + b"\n\n",
    ],
    ids=["plain", "no newline at the end", "CRLF", "byte order mark", "blank lines"],
)
@pytest.mark.parametrize("compress", [False, True], ids=["plain file", "gzip"])
def test_each_line_that_is_not_blank_is_one_work(
    tmp_path: Path, content: bytes, compress: bool
) -> None:
    source = dump_of(tmp_path, gzip.compress(content) if compress else content)
    assert ids(source) == ["o/a", "o/b"]
    assert rejected(source) == []


def test_the_content_of_a_file_says_if_it_is_gzip_and_not_its_name(tmp_path: Path) -> None:
    assert ids(dump_of(tmp_path, A, "plain.jsonl.gz")) == ["o/a"]
    assert ids(dump_of(tmp_path, gzip.compress(A), "packed.jsonl")) == ["o/a"]


def test_an_empty_file_holds_no_work(tmp_path: Path) -> None:
    assert list(dump_of(tmp_path, b"").items()) == []


def test_a_dump_of_datasets_holds_datasets(tmp_path: Path) -> None:
    path = tmp_path / "datasets.jsonl"
    path.write_bytes(A)
    works = [item.work for item in JsonLinesDump(path, "dataset").items()]
    assert [work.kind for work in works if work] == ["dataset"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "o/a"',
        b"{'id': 'o/a'}",
        b'{"id": "o/a"} {"id": "o/b"}',
        b'{"id": "\xff\xfe"}',
        b"[" * 2000,
    ],
    ids=["cut", "other quotes", "two in a line", "not UTF-8", "nested too deep"],
)
def test_a_line_that_is_not_json_is_rejected_with_its_place(tmp_path: Path, line: bytes) -> None:
    source = dump_of(tmp_path, A + b"\n\n" + line + b"\n" + B + b"\n")
    assert ids(source) == ["o/a", "o/b"]
    [(place, _, reason)] = rejected(source)
    assert place == "dump.jsonl line 3"
    assert reason.startswith("is not JSON: ")


@pytest.mark.parametrize("value", [b"NaN", b"-Infinity", b"1e999", b"1" * 400, rb'"\ud800"'])
def test_a_value_that_is_no_json_to_the_letter_spoils_no_record(
    tmp_path: Path, value: bytes
) -> None:
    line = b'{"id": "o/c", "cardData": {"license": "mit", "metric": ' + value + b"}}"
    [item] = dump_of(tmp_path, line).items()
    assert item.work is not None
    assert (item.work.stated_licenses, item.faults) == (("mit",), ())


@pytest.mark.parametrize("as_text", [False, True])
def test_of_a_field_that_stands_twice_both_values_are_kept(tmp_path: Path, as_text: bool) -> None:
    card = '{"license": "mit", "base_model": "o/a", "license": "gpl-3.0", "base_model": ["o/b"]}'
    line = f'{{"id": "o/c", "cardData": {json.dumps(card) if as_text else card}}}'
    [item] = dump_of(tmp_path, line.encode()).items()
    assert item.work is not None
    assert item.work.stated_licenses == ("mit", "gpl-3.0")
    assert [d.parent[1] for d in item.work.derivations] == ["o/a", "o/b"]


def test_values_nested_deeper_than_python_writes_are_left_out(tmp_path: Path) -> None:
    line = b'{"id": "o/c", "gated": ' + b"[" * 1020 + b"]" * 1020 + b"}"
    [item] = dump_of(tmp_path, line).items()
    assert [fault.value for fault in item.faults] == ["a deeply nested list"]


def test_a_file_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"du\xffmp.jsonl")
    path.write_bytes(A + b"\n5\n")
    source = JsonLinesDump(path)
    assert source.name == source.describe()["name"] == "du\N{REPLACEMENT CHARACTER}mp.jsonl"
    [(place, _, _)] = rejected(source)
    assert place.encode()


def test_the_beginning_of_a_broken_line_is_kept_as_text(tmp_path: Path) -> None:
    [(_, value, _)] = rejected(dump_of(tmp_path, b'{"id": "o/a", \n'))
    assert value == '{"id": "o/a",'


def test_a_line_over_the_limit_is_rejected_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "MAX_LINE_BYTES", 20)
    long = b'{"id": "o/' + b"x" * 95 + b'"}'
    source = dump_of(tmp_path, A + b"\n" + long + b"\n" + B + b"\n{\n")
    assert ids(source) == ["o/a", "o/b"]
    assert [(place, reason) for place, _, reason in rejected(source)] == [
        ("dump.jsonl line 2", "is longer than 20 bytes"),
        ("dump.jsonl line 4", "is not JSON: unexpected end of data: line 2 column 1 (char 2)"),
    ]


@pytest.mark.parametrize("length", range(15, 64))
def test_lines_of_every_length_around_the_limit_are_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(dump, "MAX_LINE_BYTES", 20)
    line = b'{"id": "' + b"x" * (length - 10) + b'"}'
    items = list(dump_of(tmp_path, line + b"\n" + line + b"\n" + A).items())
    assert len(items) == 3
    assert items[2].work is not None


def test_a_long_last_line_without_a_newline_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "MAX_LINE_BYTES", 20)
    source = dump_of(tmp_path, A + b"\n" + b"x" * 100)
    assert ids(source) == ["o/a"]
    assert [place for place, _, _ in rejected(source)] == ["dump.jsonl line 2"]


@pytest.mark.parametrize("kept_bytes", [2, 10, 20, -9, -1])
def test_a_truncated_gzip_file_is_a_source_that_cannot_be_read(
    tmp_path: Path, kept_bytes: int
) -> None:
    source = dump_of(tmp_path, gzip.compress(A + b"\n" + B + b"\n")[:kept_bytes])
    with pytest.raises(SourceError, match=r"cannot read .*dump\.jsonl"):
        list(source.items())


def test_a_gzip_file_with_broken_content_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(A * 100))
    packed[12:20] = b"\xff" * 8
    with pytest.raises(SourceError, match="cannot read"):
        list(dump_of(tmp_path, bytes(packed)).items())


def test_a_file_that_is_not_there_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    source = JsonLinesDump(tmp_path / "absent.jsonl")
    with pytest.raises(SourceError, match="No such file"):
        list(source.items())
    with pytest.raises(SourceError, match="No such file"):
        source.describe()


def test_a_folder_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Is a directory"):
        list(JsonLinesDump(tmp_path).items())


def test_a_dump_is_described_by_name_hash_size_and_date(tmp_path: Path) -> None:
    source = dump_of(tmp_path, A)
    os.utime(source.path, (1_704_164_645, 1_704_164_645))
    assert source.describe() == {
        "name": "dump.jsonl",
        "sha256": hashlib.sha256(b'{"id": "o/a"}').hexdigest(),
        "bytes": 13,
        "modified": "2024-01-02T03:04:05+00:00",
    }


@pytest.mark.skipif(not REAL_DUMP.exists(), reason="no copy of the dump beside the checkout")
def test_every_record_of_a_real_dump_is_ingested() -> None:
    collection = collect([JsonLinesDump(REAL_DUMP)])
    [account] = collection.accounting
    assert account == Accounting(
        read=15_904,
        ingested=15_904,
        merged=0,
        rejected=0,
        values_dropped=len(collection.faults),
    )
