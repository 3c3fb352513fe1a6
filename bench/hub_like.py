"""A generated Hub of the shape that was measured on the real one, from a fixed seed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Shares of 20,067 real models (August 2026).
WITH_BASE = 0.54
WITHOUT_LICENSE = 0.28
DANGLING = 0.38
RELATIONS = (("finetune", 51), ("quantized", 29), ("adapter", 17), ("merge", 3))
LICENSES = (
    ("apache-2.0", 836),
    ("mit", 253),
    ("other", 146),
    ("cc-by-4.0", 34),
    ("gemma", 30),
    ("llama3.1", 21),
    ("bsd-3-clause", 19),
    ("cc-by-nc-4.0", 15),
    ("llama3.2", 14),
    ("llama3", 14),
    ("creativeml-openrail-m", 6),
    ("agpl-3.0", 6),
    ("openrail", 4),
    ("gpl-3.0", 3),
    ("cc-by-sa-4.0", 3),
)


def models(count: int, seed: int = 20261121) -> Iterator[dict[str, object]]:
    """Yield Hub objects: parents precede children, and early models have most of them."""
    rng = random.Random(seed)
    for i in range(count):
        tags = ["region:us"]
        if rng.random() >= WITHOUT_LICENSE:
            tags.append(f"license:{_pick(rng, LICENSES)}")
        if i and rng.random() < WITH_BASE:
            relation = _pick(rng, RELATIONS)
            parents = rng.randint(2, 5) if relation == "merge" else 1
            for _ in range(parents):
                known = rng.random() >= DANGLING
                base = f"o{int(i * rng.random() ** 3)}/m" if known else f"gone{rng.randrange(i)}/m"
                tags += [f"base_model:{base}", f"base_model:{relation}:{base}"]
        yield {
            "id": f"o{i}/m",
            "author": f"o{i}",
            "createdAt": "2026-08-18T06:09:20.000Z",
            "lastModified": "2026-08-18T06:21:48.000Z",
            "tags": tags,
            "downloads": rng.randrange(1000),
            "likes": 0,
            "pipeline_tag": "text-generation",
            "library_name": "transformers",
            "gated": False,
        }


def write(path: Path, count: int) -> Path:
    """Write a generated Hub as JSON lines and return the file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(model) + "\n" for model in models(count))
    return path


def _pick(rng: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([w[0] for w in weighted], [w[1] for w in weighted])[0]
