"""Dumps as Parquet: the columns of the public files, read in stretches, wrong files refused."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from licet_ingest.collect import Accounting, collect
from licet_ingest.records import Fault, WorkRecord
from licet_ingest.sources import parquet
from licet_ingest.sources.dump import JsonLinesDump
from licet_ingest.sources.parquet import ParquetDump
from licet_ontology.errors import SourceError

BASE_MODELS = pa.struct(
    [
        ("relation", pa.string()),
        ("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())]))),
    ]
)
# One model as the Hub's JSON has it; the public dumps have the card as text.
TUNED: dict[str, Any] = {
    "id": "o/tuned",
    "author": "o",
    "createdAt": "2026-08-18T06:09:20.000Z",
    "lastModified": "2026-08-18T06:21:48.500Z",
    "downloads": 430,
    "likes": 3,
    "tags": ["license:mit", "base_model:o/base", "base_model:finetune:o/base", "region:us"],
    "cardData": {"license": "mit", "base_model": "o/base"},
    "baseModels": {"relation": "finetune", "models": [{"_id": "62", "id": "o/base"}]},
    "pipeline_tag": "text-generation",
    "library_name": "transformers",
}
TYPES = {
    "createdAt": pa.timestamp("us", tz="UTC"),
    "lastModified": pa.timestamp("us", tz="UTC"),
    "tags": pa.list_(pa.string()),
    "baseModels": BASE_MODELS,
}


def dump_of(folder: Path, table: pa.Table, **options: Any) -> ParquetDump:
    path = folder / "models.parquet"
    pq.write_table(table, path, **options)
    return ParquetDump(path)


def table_of(*models: dict[str, Any], **types: pa.DataType) -> pa.Table:
    """Return models as the public dumps have them."""
    columns: dict[str, pa.Array] = {}
    for name in TUNED:
        values = [model.get(name) for model in models]
        if name == "cardData":
            values = [value and orjson.dumps(value).decode() for value in values]
        if name in {"createdAt", "lastModified"}:
            values = [value and datetime.fromisoformat(value) for value in values]
        type_ = (TYPES | types).get(name)
        columns[name] = pa.array(values, type_)
    return pa.table(columns)


def minimal(*ids: str) -> pa.Table:
    return pa.table({"id": list(ids), "tags": [["license:mit"]] * len(ids)})


def works(source: ParquetDump | JsonLinesDump) -> list[WorkRecord]:
    return [item.work for item in source.items() if item.work]


def faults(source: ParquetDump) -> list[Fault]:
    return [fault for item in source.items() for fault in item.faults]


def as_lines(folder: Path, *models: dict[str, Any]) -> JsonLinesDump:
    path = folder / "models.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, models)))
    return JsonLinesDump(path)


################################################################ what is read


def test_a_row_is_read_as_the_same_object_of_the_hubs_json_is(tmp_path: Path) -> None:
    bare: dict[str, Any] = {"id": "gpt2", "tags": [], "cardData": None}
    source = dump_of(tmp_path, table_of(TUNED, bare))
    assert works(source) == works(as_lines(tmp_path, TUNED, bare))
    assert faults(source) == []


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (pa.timestamp("s", tz="UTC"), "2026-08-18T06:21:48.000Z"),
        (pa.timestamp("ms"), "2026-08-18T06:21:48.500Z"),
        (pa.timestamp("ns"), "2026-08-18T06:21:48.500Z"),
        (pa.timestamp("us", tz="Europe/Berlin"), "2026-08-18T06:21:48.500Z"),
    ],
)
def test_a_date_of_any_unit_and_zone_is_one_in_utc(
    tmp_path: Path, type_: pa.DataType, text: str
) -> None:
    moment = pa.array([datetime(2026, 8, 18, 6, 21, 48, 500_000, tzinfo=UTC)])
    if type_.tz is None:
        moment = moment.cast(pa.timestamp("us"))
    dates = moment.cast(type_, safe=False)
    source = dump_of(tmp_path, minimal("o/a").append_column("lastModified", dates))
    assert [work.modified for work in works(source)] == [text]


def test_dates_may_be_text_as_in_the_hubs_json(tmp_path: Path) -> None:
    table = minimal("o/a").append_column("lastModified", [["2026-08-18T06:21:48.000Z"]])
    assert works(dump_of(tmp_path, table))[0].modified == "2026-08-18T06:21:48.000Z"


def test_columns_that_say_nothing_here_are_not_read(tmp_path: Path) -> None:
    huge = pa.array(["x" * 1_000], pa.string())
    table = minimal("o/a").append_column("gguf", huge).append_column("safetensors", huge)
    [chunk] = dump_of(tmp_path, table).chunks()
    assert chunk.rows.schema.names == ["id", "tags"]


def test_texts_may_be_encoded_as_dictionaries_or_large(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array(["o/a"], pa.dictionary(pa.int32(), pa.string())),
            "tags": pa.array([["license:mit"]], pa.large_list(pa.large_string())),
        }
    )
    assert [work.stated_licenses for work in works(dump_of(tmp_path, table))] == [("mit",)]


def test_a_dump_of_datasets_holds_datasets(tmp_path: Path) -> None:
    path = dump_of(tmp_path, minimal("o/d")).path
    assert [work.kind for work in works(ParquetDump(path, "dataset"))] == ["dataset"]


def test_a_file_of_no_rows_holds_no_work(tmp_path: Path) -> None:
    assert list(dump_of(tmp_path, minimal("o/a").slice(0, 0)).items()) == []


def test_it_is_read_in_stretches_however_large_its_row_groups_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "CHUNK_ROWS", 3)
    ids = [f"o/m{i}" for i in range(10)]
    for row_group_size in (10, 4, 1):
        source = dump_of(tmp_path, minimal(*ids), row_group_size=row_group_size)
        chunks = list(source.chunks())
        assert max(len(chunk.rows) for chunk in chunks) <= 3
        assert chunks[0].first == 1
        assert [work.id for work in works(source)] == ids


def test_a_stretch_sent_to_another_process_takes_nothing_else_along(tmp_path: Path) -> None:
    source = dump_of(tmp_path, minimal(*(f"o/m{i}" for i in range(5_000))))
    [chunk] = source.chunks()
    few = parquet.RowsChunk(chunk.source, chunk.kind, 7, chunk.rows.slice(7, 2))
    packed = pickle.dumps(few)
    assert len(packed) < 2_000
    assert list(pickle.loads(packed).items()) == list(few.items())


################################################################ what is not


def test_a_row_without_a_valid_id_is_rejected_with_its_number(tmp_path: Path) -> None:
    table = pa.table({"id": ["o/a", "not an id", None], "tags": [["license:mit"]] * 3})
    source = dump_of(tmp_path, table)
    assert [(f.record, f.field, f.record_rejected) for f in faults(source)] == [
        ("models.parquet row 2", "id", True),
        ("models.parquet row 3", "id", True),
    ]
    assert collect([source]).accounting == [Accounting(read=3, ingested=1, rejected=2)]


def test_rows_keep_their_numbers_across_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "CHUNK_ROWS", 2)
    ids = [f"o/m{i}" for i in range(7)] + ["no id"]
    [fault] = faults(dump_of(tmp_path, minimal(*ids), row_group_size=3))
    assert fault.record == "models.parquet row 8"


def test_a_row_whose_text_is_not_utf_8_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    broken = pa.array([b"fine", b"\xff\xfe", b"fine"], pa.binary()).view(pa.string())
    table = minimal("o/a", "o/b", "o/c").append_column("author", broken)
    source = dump_of(tmp_path, table)
    assert [work.id for work in works(source)] == ["o/a", "o/c"]
    [fault] = faults(source)
    assert (fault.record, fault.field) == ("models.parquet row 2", "author")
    assert fault.record_rejected


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"name": ["o/a"], "tags": [["x"]]}), "needs the columns id and tags"),
        (pa.table({"id": ["o/a"]}), "needs the columns id and tags"),
        (pa.table({"id": [1], "tags": [["x"]]}), "its column id holds int64, not text"),
        (pa.table({"id": ["o/a"], "tags": [[1]]}), "its column tags holds .*, not lists of texts"),
        (pa.table({"id": ["o/a"], "tags": [{"a": 1}]}), "its column tags holds struct"),
    ],
    ids=["no id", "nothing but ids", "ids are numbers", "tags are numbers", "tags are objects"],
)
def test_a_file_with_other_columns_is_a_source_that_cannot_be_read(
    tmp_path: Path, table: pa.Table, message: str
) -> None:
    with pytest.raises(SourceError, match=f"cannot read .*models.parquet: .*{message}"):
        list(dump_of(tmp_path, table).items())


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b'{"id": "o/a"}\n' * 9], ids=["empty", "cut", "JSON lines"]
)
def test_a_file_that_is_not_parquet_is_a_source_that_cannot_be_read(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "models.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read .*models\.parquet"):
        list(ParquetDump(path).items())


def test_a_file_whose_pages_are_broken_says_after_which_row(tmp_path: Path) -> None:
    ids = [f"owner-{i * 7919}/model-{i}" for i in range(20_000)]
    source = dump_of(tmp_path, minimal(*ids), row_group_size=10_000, write_page_checksum=True)
    content = bytearray(source.path.read_bytes())
    at = len(content) // 2 + 1_000
    content[at : at + 400] = b"\xff" * 400
    source.path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read .*models\.parquet after row \d+"):
        list(source.items())


def test_an_absent_file_and_a_folder_are_sources_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.parquet", tmp_path):
        with pytest.raises(SourceError, match="cannot read"):
            list(ParquetDump(path).items())


def test_a_file_with_two_columns_of_one_name_is_a_source_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    table = minimal("o/a")
    path = dump_of(tmp_path, table.append_column("tags", table["tags"])).path
    with pytest.raises(SourceError, match="two columns tags"):
        list(ParquetDump(path).items())


class PlainKeys(encryption.KmsClient):  # type: ignore[misc]
    """Keys that wrap nothing, as good as any for a file that nobody can open."""

    def __init__(self, _: object) -> None:
        super().__init__()

    def wrap_key(self, key_bytes: bytes, _: str) -> bytes:
        return key_bytes

    def unwrap_key(self, wrapped_key: bytes, _: str) -> bytes:
        return wrapped_key


def test_an_encrypted_file_is_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    properties = encryption.CryptoFactory(PlainKeys).file_encryption_properties(
        encryption.KmsConnectionConfig(),
        encryption.EncryptionConfiguration(footer_key="k", column_keys={"k": ["id"]}),
    )
    path = tmp_path / "models.parquet"
    with pq.ParquetWriter(path, minimal("o/a").schema, encryption_properties=properties) as writer:
        writer.write_table(minimal("o/a"))
    with pytest.raises(SourceError, match="encrypt"):
        list(ParquetDump(path).items())


def test_a_dump_is_described_by_name_hash_size_and_date(tmp_path: Path) -> None:
    source = dump_of(tmp_path, minimal("o/a"))
    assert set(source.describe()) == {"name", "sha256", "bytes", "modified"}
    assert source.describe()["bytes"] == source.path.stat().st_size
