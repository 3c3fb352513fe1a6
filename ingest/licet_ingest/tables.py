"""Works and derivations as Arrow tables: what closure, graph and Parquet files are made from.

The columns of works are the fields of `records.WorkRecord`: a field that is added there is a
column here.
"""

from __future__ import annotations

import types
from dataclasses import asdict, fields, is_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from licet_ingest.records import MISSING_WORK, WorkRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HINTS = get_type_hints(WorkRecord)
_STATED = tuple(field.name for field in fields(WorkRecord) if field.name != "derivations")
"""The fields that are columns as they are."""


def _arrow_type(hint: Any) -> pa.DataType:
    """Return the type of a column for the type of a field.

    Raises:
        TypeError: No column holds such values.
    """
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) in {Union, types.UnionType}:
        [inner] = (part for part in get_args(hint) if part is not types.NoneType)
        return _arrow_type(inner)
    if get_origin(hint) is tuple:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return pa.struct([(part.name, _arrow_type(hints[part.name])) for part in fields(hint)])
    raise TypeError(f"no column holds values of {hint}")


_PLAIN: Final = {str: pa.string(), bool: pa.bool_(), int: pa.int64()}


def _field(name: str) -> pa.Field:
    return pa.field(name, _arrow_type(_HINTS[name]), nullable=_HINTS[name] not in _PLAIN)


WORKS_SCHEMA: Final = pa.schema(
    [
        *map(_field, _STATED[:2]),
        pa.field("in_graph", pa.bool_(), nullable=False),
        *map(_field, _STATED[2:]),
    ],
    metadata={"description": "One row per work; in_graph is false for works only named by others."},
)
"""Works: see `records.WorkRecord`; IRIs in licenses, families and gaps."""

DERIVATIONS_SCHEMA: Final = pa.schema(
    [
        pa.field("child", pa.int32(), nullable=False),
        pa.field("relation", pa.string(), nullable=False),
        pa.field("parent", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ],
    metadata={"description": "One row per stated derivation; child and parent are rows of works."},
)
"""Derivations: relations are IRIs."""

_values = attrgetter(*_STATED)
_HOLD_OBJECTS = tuple(name for name in _STATED if "struct" in str(WORKS_SCHEMA.field(name).type))


def works_batch(works: Sequence[WorkRecord]) -> pa.RecordBatch:
    """Return works as a batch of ``WORKS_SCHEMA``, in the order given."""
    columns: dict[str, Sequence[Any]] = dict.fromkeys(_STATED, ())
    columns |= zip(_STATED, zip(*map(_values, works), strict=True), strict=False)
    for name in _HOLD_OBJECTS:
        columns[name] = [found and [asdict(one) for one in found] for found in columns[name]]
    columns["in_graph"] = [MISSING_WORK not in gaps for gaps in columns["gaps"]]
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], field.type) for field in WORKS_SCHEMA], schema=WORKS_SCHEMA
    )


def work_records(works: pa.Table) -> Iterator[WorkRecord]:
    """Yield the rows of a table of works as records, without their derivations."""
    for row in works.select(_STATED).to_pylist():
        yield WorkRecord(**{name: _field_value(_HINTS[name], row[name]) for name in _STATED})


def record_of(fields_by_name: Mapping[str, Any]) -> WorkRecord:
    """Return a record from what `asdict` made of it, derivations included."""
    values: dict[str, Any] = {
        name: _field_value(_HINTS[name], value) for name, value in fields_by_name.items()
    }
    values["derivations"] = list(values["derivations"])
    return WorkRecord(**values)


def _field_value(hint: Any, value: Any) -> Any:
    """Return what `asdict` and Arrow have made lists and dictionaries of."""
    if isinstance(value, list):
        return tuple(_field_value(get_args(hint)[0], one) for one in value)
    if isinstance(value, dict):
        hints = get_type_hints(hint)
        return hint(**{name: _field_value(hints[name], one) for name, one in value.items()})
    return value
