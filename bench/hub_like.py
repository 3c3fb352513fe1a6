"""A generated Hub of the shape that was measured on the real one, from a fixed seed.

``python -m bench.hub_like FILE COUNT`` writes one: JSON lines, or Parquet with the columns of
the public dumps where the name ends in ``.parquet``. Memory does not grow with the count, but
for three bytes a model.
"""

from __future__ import annotations

import random
import sys
from array import array
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from licet_ingest.hub_json import work_record
from licet_ingest.sources import SourceItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Shares of 20,067 real models (August 2026).
WITH_BASE = 0.54
WITHOUT_LICENSE = 0.33
"""Of those whose parent's license is not known either; with those below it is 28 % of all."""
DANGLING = 0.38
# Of 3,775 edges between 15,904 real models (22 August 2026): children without license, and those
# with the license of their parent. The others have one of their own choice.
LICENSE_OF_CHILD = {
    "finetune": (0.15, 0.74),
    "quantized": (0.07, 0.87),
    "adapter": (0.49, 0.34),
    "merge": (0.13, 0.65),
}
MERGED_UNDER_ONE_LICENSE = 0.6
"""Share of the further parents of merges that have the license of the first."""
# By models; the merges' many parents make 29 % of the edges.
RELATIONS = (("finetune", 47), ("quantized", 27), ("adapter", 15), ("merge", 11))
MAX_PARENTS = 65
MAX_DEPTH = 75
# By models of 15,904 real ones (22 August 2026), where 71 % have a license tag; the Llama and
# Gemma licenses by the 20,067, among which there were more of them.
LICENSES = (
    ("apache-2.0", 8360),
    ("mit", 2530),
    ("other", 1460),
    ("cc-by-4.0", 340),
    ("gemma", 300),
    ("llama3.1", 210),
    ("bsd-3-clause", 190),
    ("cc-by-nc-4.0", 150),
    ("llama3.2", 140),
    ("llama3", 140),
    ("agpl-3.0", 63),
    ("creativeml-openrail-m", 60),
    ("unknown", 51),
    ("openrail", 40),
    ("gpl-3.0", 30),
    ("cc-by-sa-4.0", 30),
    ("openrail++", 19),
    ("afl-3.0", 16),
    ("openmdw-1.1", 15),
    ("cc0-1.0", 11),
    ("llama3.3", 10),
    ("unlicense", 7),
    ("cc-by-nc-sa-4.0", 7),
    ("bigcode-openrail-m", 7),
    ("bigscience-openrail-m", 6),
    ("cc", 5),
    ("osl-3.0", 5),
    ("wtfpl", 4),
    ("artistic-2.0", 3),
    ("cdla-sharing-1.0", 3),
    ("bsd-2-clause", 3),
    ("apple-amlr", 3),
    ("llama2", 3),
    ("gpl-2.0", 2),
    ("cc-by-sa-3.0", 2),
    ("bsd", 2),
    ("bsd-3-clause-clear", 2),
    ("grok2-community", 2),
    ("llama4", 2),
    ("postgresql", 1),
    ("h-research", 1),
    ("isc", 1),
    ("cdla-permissive-2.0", 1),
    ("openmdw-1.0", 1),
    ("deepfloyd-if-license", 1),
    ("pddl", 1),
    ("lgpl-3.0", 1),
    ("mpl-2.0", 1),
    ("ecl-2.0", 1),
    ("bsl-1.0", 1),
    ("cc-by-2.0", 1),
    ("cc-by-nc-nd-4.0", 1),
)
# Of the cards with "other", 39 % name nothing; the last stands for the hundred odd names that
# no catalogue holds.
NAMES = (
    (None, 415),
    ("lfm1.0", 79),
    ("minimax-h3-community-license-agreement", 51),
    ("openmdw-1.1", 46),
    ("ltx-2-community-license-agreement", 27),
    ("nvidia-open-model-license", 24),
    ("qwen-research", 22),
    ("krea-2-community-license", 21),
    ("qwen", 15),
    ("kimi-k3", 15),
    ("nvidia-nemotron-open-model-license", 8),
    ("deepseek", 7),
    ("flux-non-commercial-license", 6),
    ("stabilityai-ai-community", 5),
    ("falcon-llm-license", 5),
    ("exaone", 4),
    ("modified-mit", 4),
    ("llama4", 3),
    ("glm-4", 3),
    ("my-own-license", 313),
)
TASKS = (
    (None, 43),
    ("text-generation", 25),
    ("image-text-to-text", 10),
    ("robotics", 3),
    ("text-to-image", 2),
)
LIBRARIES = (
    (None, 34),
    ("transformers", 33),
    ("peft", 8),
    ("mlx", 5),
    ("lerobot", 3),
    ("diffusers", 2),
)
# 8.8 tags a model beside those of license, bases and datasets.
IDLE_TAGS = (
    ("region:us", "safetensors"),
    ("region:us", "safetensors", "endpoints_compatible", "conversational", "en"),
    ("region:us", "gguf", "llama.cpp", "imatrix", "quantized", "4-bit", "conversational", "en"),
    (
        *("region:us", "safetensors", "text-generation-inference", "unsloth", "trl", "sft"),
        *("generated_from_trainer", "endpoints_compatible", "conversational", "en", "zh"),
        *("arxiv:1910.09700", "model-index"),
    ),
    (
        *("region:us", "pytorch", "tensorboard", "feature-extraction", "sentence-similarity"),
        *("generated_from_trainer", "dataset_size:100K<n<1M", "autotrain_compatible", "qwen3"),
        *("en", "de", "fr", "es", "it", "pt", "arxiv:1908.10084"),
    ),
)
WITH_DATASET = 0.1
TO_ROOT = 0.1
"""Share of the edges that lead to the first model, from which a tenth of all models descends."""
FROM_ROOT_ITSELF = 0.7
"""Share of the descendants of a family that derive from its root and not from one another."""
ROWS_PER_GROUP = 122_880
"""Rows of one row group, as DuckDB writes them."""

SCHEMA = pa.schema(
    [
        ("_id", pa.string()),
        ("id", pa.string()),
        ("author", pa.string()),
        ("createdAt", pa.timestamp("us", tz="UTC")),
        ("lastModified", pa.timestamp("us", tz="UTC")),
        ("downloads", pa.int64()),
        ("downloadsAllTime", pa.int64()),
        ("likes", pa.int64()),
        ("trendingScore", pa.float64()),
        ("tags", pa.list_(pa.string())),
        ("cardData", pa.string()),
        (
            "baseModels",
            pa.struct(
                [
                    ("relation", pa.string()),
                    (
                        "models",
                        pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())])),
                    ),
                ]
            ),
        ),
        ("pipeline_tag", pa.string()),
        ("library_name", pa.string()),
    ]
)
"""The columns of the public hub-stats dumps that matter here, and some that do not."""


def models(count: int, seed: int = 20261121) -> Iterator[dict[str, Any]]:
    """Yield Hub objects: parents precede children, and early models have most of them."""
    rng = random.Random(seed)
    draw = rng.random
    relations, tasks, libraries = map(_Weighted, (RELATIONS, TASKS, LIBRARIES))
    terms = _Terms(draw)
    term_of = array("H", bytes(2 * count))
    depth = bytearray(count)
    # One line of descent as long as the longest on the Hub.
    stride = max(1, count // (MAX_DEPTH + 1))
    for i in range(count):
        in_line = i and i % stride == 0 and i // stride <= MAX_DEPTH
        bases: list[str] = []
        first = -1
        relation = ""
        if in_line:
            relation, bases, first = "finetune", [_name(i - stride)], i - stride
            depth[i] = depth[i - stride] + 1
        elif i and draw() < WITH_BASE:
            relation = str(relations.pick(draw()))
            wanted = 1
            if relation == "merge":
                wanted = MAX_PARENTS if draw() < 0.001 else 2
                while wanted < MAX_PARENTS and draw() < 0.55:
                    wanted += 1
            for _ in range(2 * wanted):  # some are drawn twice
                if len(bases) == wanted:
                    break
                if draw() < DANGLING:
                    base = f"gone{int(draw() * i)}/model-{int(draw() * 5)}"
                else:
                    parent = 0 if draw() < TO_ROOT else int(i * draw() ** 3)
                    if first >= 0 and draw() < MERGED_UNDER_ONE_LICENSE:
                        for _ in range(20):
                            if term_of[parent] == term_of[first]:
                                break
                            parent = int(i * draw() ** 3)
                    if depth[parent] >= MAX_DEPTH:
                        parent = 0
                    first = parent if first < 0 else first
                    depth[i] = max(depth[i], depth[parent] + 1)
                    base = _name(parent)
                if base not in bases:
                    bases.append(base)
        term_of[i] = terms.pick(relation, term_of[first] if first >= 0 else None)
        yield _model(i, relation, bases, terms.of(term_of[i]), draw, tasks, libraries)


def family(count: int, seed: int = 20261122) -> Iterator[dict[str, Any]]:
    """Yield a model and so many that descend from it, none merged, most from itself."""
    draw = random.Random(seed).random
    relations = _Weighted(tuple(pair for pair in RELATIONS if pair[0] != "merge"))
    tasks, libraries, terms = _Weighted(TASKS), _Weighted(LIBRARIES), _Terms(draw)
    term_of = array("H", [terms.pick("", None) or 1])
    yield _model(0, "", [], terms.of(term_of[0]), draw, tasks, libraries)
    for i in range(1, count + 1):
        relation = str(relations.pick(draw()))
        parent = 0 if draw() < FROM_ROOT_ITSELF else int(i * draw())
        term_of.append(terms.pick(relation, term_of[parent]))
        stated = terms.of(term_of[i])
        yield _model(i, relation, [_name(parent)], stated, draw, tasks, libraries)


class _Terms:
    """Licenses with the names beside them, by number; 0 for none."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._licenses, self._names = _Weighted(LICENSES), _Weighted(NAMES)
        names: list[str | None] = [name for name, _ in NAMES]
        self._all: list[tuple[str | None, str | None]] = [
            (None, None),
            *((license_, None) for license_, _ in LICENSES if license_ != "other"),
            *(("other", name) for name in names),
        ]
        self._number = {terms: i for i, terms in enumerate(self._all)}

    def of(self, number: int) -> tuple[str | None, str | None]:
        return self._all[number]

    def pick(self, relation: str, of_parent: int | None) -> int:
        if of_parent is None:
            if self._draw() < WITHOUT_LICENSE:
                return 0
        else:
            chance = self._draw()
            without, same = LICENSE_OF_CHILD[relation]
            if chance < without:
                return 0
            if of_parent and chance < without + same:
                return of_parent
        license_ = self._licenses.pick(self._draw())
        name = self._names.pick(self._draw()) if license_ == "other" else None
        return self._number[license_, name]


class _Weighted:
    """Values with weights, of which a number between 0 and 1 picks one."""

    def __init__(self, weighted: tuple[tuple[str | None, int], ...]) -> None:
        total = sum(weight for _, weight in weighted)
        bounds = accumulate(weight / total for _, weight in weighted)
        self._bounds = [*zip(bounds, (value for value, _ in weighted), strict=True)]

    def pick(self, number: float) -> str | None:
        for bound, value in self._bounds:
            if number < bound:
                return value
        return self._bounds[-1][1]


class Generated:
    """A source of generated models."""

    name = "generated"

    def __init__(self, items: Iterable[dict[str, Any]]) -> None:
        self._items = items

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name}

    def items(self) -> Iterator[SourceItem]:
        for number, item in enumerate(self._items):
            work, faults = work_record(item, "model", str(number))
            yield SourceItem(work=work, faults=tuple(faults))


def _name(number: int) -> str:
    return f"owner-{number // 3}/model-{number}"


def _model(
    i: int,
    relation: str,
    bases: list[str],
    terms: tuple[str | None, str | None],
    draw: Callable[[], float],
    tasks: _Weighted,
    libraries: _Weighted,
) -> dict[str, Any]:
    task, library = tasks.pick(draw()), libraries.pick(draw())
    tags = [tag for tag in (library, task) if tag]
    tags += IDLE_TAGS[int(draw() * len(IDLE_TAGS))]
    card: dict[str, Any] = {}
    license_, name = terms
    if license_:
        card["license"] = license_
        tags.append(f"license:{license_}")
        if name:
            card["license_name"] = name
            card["license_link"] = "LICENSE"
    for base in bases:
        tags += (f"base_model:{base}", f"base_model:{relation}:{base}")
    if bases:
        card["base_model"] = bases[0] if len(bases) == 1 else bases
    if draw() < WITH_DATASET:
        dataset = f"data-{int(draw() * 2000)}/set"
        tags.append(f"dataset:{dataset}")
        card["datasets"] = [dataset]
    second = int(draw() * 100_000_000)
    model: dict[str, Any] = {
        "id": _name(i),
        "author": f"owner-{i // 3}",
        "createdAt": _date(i * 40),
        "lastModified": _date(i * 40 + second),
        "tags": tags,
        "downloads": int(draw() ** 8 * 1e6),
        "likes": int(draw() ** 12 * 1000),
        "pipeline_tag": task,
        "library_name": library,
        "gated": draw() < 0.03,
    }
    if card:
        model["cardData"] = card
    if bases:
        model["baseModels"] = {
            "relation": relation,
            "models": [{"_id": "62" * 12, "id": base} for base in bases],
        }
    return model


def _date(second: int) -> str:
    day, second = divmod(second, 86_400)
    month, day = divmod(day, 28)
    year, month = divmod(month, 12)
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{2018 + year}-{month + 1:02}-{day + 1:02}T{clock}.000Z"


def write(path: Path, count: int) -> Path:
    """Write a generated Hub as JSON lines and return the file."""
    with path.open("wb") as file:
        file.writelines(orjson.dumps(model) + b"\n" for model in models(count))
    return path


def write_parquet(path: Path, count: int) -> Path:
    """Write a generated Hub with the columns of the public dumps and return the file."""
    as_text = pa.schema(
        [
            field.with_type(pa.string()) if pa.types.is_timestamp(field.type) else field
            for field in SCHEMA
        ]
    )
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        generated = models(count)
        while rows := list(islice(generated, ROWS_PER_GROUP)):
            for row in rows:
                row["cardData"] = orjson.dumps(row.get("cardData")).decode()
                row["_id"] = "62" * 12
                row["downloadsAllTime"] = 10 * row["downloads"]
            writer.write_table(pa.Table.from_pylist(rows, schema=as_text).cast(SCHEMA))
    return path


def main() -> None:
    """Write the file that the arguments name."""
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    (write_parquet if path.suffix == ".parquet" else write)(path, count)


if __name__ == "__main__":
    main()
