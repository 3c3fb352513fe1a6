"""What files beside a card say of lineage: adapter_config.json and MODEL_LINEAGE.md; pure.

The ``_name_or_path`` of a config.json is no statement of lineage (it is whatever folder a
script loaded last) and is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from licet_ingest.decoding import parsed_json
from licet_ingest.fields import bounded
from licet_ingest.identifiers import named_work

if TYPE_CHECKING:
    from collections.abc import Iterator

ADAPTER_FILE = "adapter_config.json"
LINEAGE_FILE = "MODEL_LINEAGE.md"
MAX_ROWS = 1_000

_ROLES = (
    # The first that matches holds: a "merge component" may be called a LoRA.
    ("merge", "mergedFrom"),
    ("ablit|uncensor", "abliteratedFrom"),
    ("prun", "prunedFrom"),
    ("quant", "quantizedFrom"),
    ("convert|conversion", "convertedFrom"),
    ("distil|teacher", "distilledFrom"),
    ("expert", "bundles"),
    ("dataset|training data|trained on", "trainedOn"),
    ("fine[ -]?tun", "finetunedFrom"),
    ("adapter|lora", "adapterFor"),
    ("base|parent|upstream|source|foundation", "basedOn"),
)
_NO_ROLE = re.compile(
    r"method|techni|tool|credit|licen|author|citation|paper|code|version|date|note|contact",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s{0,8}[-*+] +\W{0,4}([^:*|\n]{1,80})\W{0,2}:\W{0,2}(.*)")
_ROLE_COLUMN = re.compile(r"role|relation|stage|step|component|type|how|use", re.IGNORECASE)
_MODEL_COLUMN = re.compile(r"model|upstream|parent|repo|name|work|id\b", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]]{0,300})\]\(([^)\s]{0,500})[^)]{0,200}\)")
_HUB_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?huggingface\.co/(?:datasets/)?([\w.-]+/[\w.-]+)"
)
_LEADING_ID = re.compile(
    r"\W{0,4}?([A-Za-z0-9_][\w.-]*/[\w.-]*[A-Za-z0-9_])(?=$|[\s`*|,;()\]])", re.ASCII
)


@dataclass(frozen=True)
class StatedLineage:
    """What one file says of lineage.

    Attributes:
        parents: (relation, kind, id), in order of first mention.
        faults: (field, value, reason) of what leads to no work.
        is_adapter: Whether it says that the work is an adapter.
    """

    parents: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()
    is_adapter: bool = False


def adapter_lineage(data: bytes) -> StatedLineage:
    """Return what an adapter_config.json says of the model it was trained against."""
    try:
        config: Any = parsed_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        return StatedLineage(faults=((ADAPTER_FILE, "", f"is not JSON: {error}"),))
    if not isinstance(config, dict):
        return StatedLineage(faults=((ADAPTER_FILE, "", "is not an object"),))
    base = config.get("base_model_name_or_path")
    work_id, reason = named_work(base) if isinstance(base, str) else (None, "is not text")
    if work_id is None:
        field = f"{ADAPTER_FILE} base_model_name_or_path"
        return StatedLineage(faults=((field, bounded(base), reason),), is_adapter=True)
    return StatedLineage((("adapterFor", "model", work_id),), is_adapter=True)


def table_lineage(text: str) -> StatedLineage:
    """Return what a MODEL_LINEAGE.md says, in bullets ``Role: owner/name`` or in tables.

    A role that names a way of derivation and is followed by no id is a fault; a line that
    names no role, a technique or a person is prose.
    """
    parents: dict[tuple[str, str, str], None] = {}
    faults: list[tuple[str, str, str]] = []
    for number, (role, value) in enumerate(_rows(text)):
        if number == MAX_ROWS:
            faults.append((LINEAGE_FILE, role, f"is beyond the first {MAX_ROWS} rows"))
            break
        if _NO_ROLE.search(role):
            continue
        relation = next((r for words, r in _ROLES if re.search(words, role, re.IGNORECASE)), None)
        kind = "dataset" if relation == "trainedOn" else "model"
        named = _leading_id(value)
        work_id, reason = named_work(named, kind) if named else (None, "names no work by its id")
        if work_id is not None:
            parents[relation or "basedOn", kind, work_id] = None
        elif named is not None or relation is not None:
            faults.append((LINEAGE_FILE, f"{role}: {value}"[:300], reason))
    return StatedLineage(tuple(parents), tuple(faults))


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """Yield (role, value) for each bullet and each row of a table."""
    header: list[str] | None = None
    for line in text.split("\n"):
        stripped = line.strip()[:2_000]
        if stripped.startswith("|"):
            cells = [cell.strip() for cell in stripped.strip("|").split("|")]
            if header is None:
                header = cells
            elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                yield _of_table(header, cells)
            continue
        header = None
        if bullet := _BULLET.match(line[:2_000]):
            yield bullet[1].strip(), bullet[2]


def _of_table(header: list[str], cells: list[str]) -> tuple[str, str]:
    """Return role and value of a row, by the heads of its columns or else by their order."""
    named = dict(zip(header, cells, strict=False))
    role = next((h for h in header if _ROLE_COLUMN.search(h)), header[0])
    others = [h for h in header if h != role]
    model = next((h for h in others if _MODEL_COLUMN.search(h)), others[0] if others else role)
    return named.get(role, ""), named.get(model, "")


def _leading_id(value: str) -> str | None:
    """Return the id that a value begins with, as a link, an address or bare."""
    text = value.strip().lstrip("*`\"' ")
    if link := _LINK.match(text):
        address = _HUB_ADDRESS.match(link[2])
        text = address[1] if address else link[1]
    elif address := _HUB_ADDRESS.match(text):
        text = address[1]
    found = _LEADING_ID.match(text)
    return found[1] if found else None
