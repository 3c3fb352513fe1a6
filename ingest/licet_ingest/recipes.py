"""Recipes of merges as mergekit reads them: which models went into a work, and how; pure.

In a weight average, and in whatever else mergekit computes from layers, the sources cannot be
told apart afterwards: they are ``mergedFrom``. A mixture of experts keeps the feed-forward
layers of each expert as they were, so the experts are ``bundles``; the base, whose other layers
every expert is made to work with, is ``mergedFrom`` there as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from licet_ingest.fences import lines_of
from licet_ingest.identifiers import named_work
from licet_ingest.untrusted_yaml import UnreadableYamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECIPE_FILES = ("mergekit_config.yml", "mergekit_config.yaml", "mergekit_moe_config.yml")
MAX_RECIPES = 50
"""Blocks of one card that are read; the longest chains of merges have about ten."""
MAX_REFERENCES = 1_000

_RECIPE_WORD = re.compile(r"^[ -]{0,40}(?:merge_method|source_model) *:", re.MULTILINE)
_REFERENCE_LINE = re.compile(
    r"^[ \t-]{0,40}(?:base_model|model|source_model) *: *[\"']?([\w.-]{1,96}/[\w.-]{1,96})",
    re.MULTILINE | re.ASCII,
)
_CODE = frozenset({"bash", "console", "js", "json", "py", "python", "sh", "shell", "zsh"})
_NOT_WEIGHTS = frozenset({"chat_template", "parameters", "tokenizer", "tokenizer_source"})
_REFERENCE_KEYS = frozenset({"base_model", "model", "source_model"})


@dataclass(frozen=True)
class Recipe:
    """What recipes of one work name.

    Attributes:
        parents: (relation, id) of each model, in order of first mention.
        faults: (field, value, reason) of names that lead to no model.
    """

    parents: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()


def is_recipe(text: str) -> bool:
    """Tell whether a text looks like a recipe."""
    return _RECIPE_WORD.search(text) is not None


def recipe_blocks(body: str) -> Iterator[str]:
    """Yield the fenced blocks of a card's body that look like recipes."""
    if not any(word in body for word in ("merge_method", "source_model")):
        return
    code = (line for line in lines_of(body) if line[2])
    found = 0
    for (_, language), lines in groupby(code, key=lambda line: (line[2], line[3])):
        is_code = language.strip(".:{}").casefold() in _CODE
        block = "" if is_code else "\n".join(line for _, line, _, _ in lines)
        if is_recipe(block):
            yield block
            found += 1
            if found == MAX_RECIPES:
                return


def names_outside(body: str) -> list[str]:
    """Return the ids in what looks like a recipe and stands in no block that is read as one."""
    if "merge_method" not in body and "source_model" not in body:
        return []
    for block in recipe_blocks(body):
        body = body.replace(block, "", 1)
    return list(dict.fromkeys(_REFERENCE_LINE.findall(body))) if _RECIPE_WORD.search(body) else []


def read_recipes(texts: Iterable[tuple[str, str]]) -> Recipe:
    """Return what recipes name.

    A name that another of them gives to its result is a step on the way, not a model.

    Args:
        texts: (field, YAML) of each recipe, with the field to name in faults.
    """
    faults: list[tuple[str, str, str]] = []
    documents: list[tuple[str, dict[str, Any]]] = []
    for field, text in texts:
        try:
            read = read_yaml(_undented(text))
        except UnreadableYamlError as error:
            faults.append((field, text.strip()[:200], str(error)))
            continue
        faults += [(field, "", reason) for reason in read.faults]
        for document in read.documents:
            each = document if isinstance(document, list) else [document]
            documents += [(field, one) for one in each if isinstance(one, dict)]
    steps = {one["name"] for _, one in documents if isinstance(one.get("name"), str)}
    parents: dict[tuple[str, str], None] = {}
    for field, document in documents:
        for relation, name in _named(document):
            if name in steps:
                continue
            if len(parents) == MAX_REFERENCES:
                faults.append((field, name, f"is beyond the first {MAX_REFERENCES} models"))
                return Recipe(tuple(parents), tuple(faults))
            work_id, reason = named_work(name)
            if work_id is None or "/" not in work_id:
                # The Hub's oldest models have no owner, but mergekit takes folders as well.
                faults.append((field, name, reason or "names no owner: it may be a folder"))
            else:
                parents[relation, work_id] = None
    return Recipe(tuple(parents), tuple(dict.fromkeys(faults)))


def _undented(text: str) -> str:
    """Return a text without the margin that all its lines share, as in a block within a list."""
    lines = text.split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines)


def _named(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (relation, id) for each model that one recipe names."""
    if isinstance(document.get("experts"), list):
        for key in ("experts", "shared_experts"):
            for expert in _dicts(document.get(key)):
                for name in references(expert.get("source_model")):
                    yield "bundles", name
        for name in references(document.get("base_model")):
            yield "mergedFrom", name
    else:
        for name in _references_below(document):
            yield "mergedFrom", name


def _dicts(value: object) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else []
    return [one for one in values if isinstance(one, dict)]


def _references_below(value: Any) -> Iterator[str]:
    """Yield the references in models, slices and modules; depth is bounded by the YAML's."""
    if isinstance(value, list):
        for one in value:
            yield from _references_below(one)
    elif isinstance(value, dict):
        for key, below in value.items():
            if key in _REFERENCE_KEYS:
                yield from references(below)
            elif key == "models" and isinstance(below, list):
                for one in below:
                    yield from references(one) if isinstance(one, str) else _references_below(one)
            elif key not in _NOT_WEIGHTS:
                yield from _references_below(below)


def references(value: object) -> list[str]:
    """Return the ids in a reference of mergekit.

    They come as ``model``, ``model@revision``, ``model+lora``, or as a mapping of these
    (mergekit's ``ModelReference``).
    """
    if isinstance(value, dict):
        parts = [value.get(key) for key in ("model", "path", "lora")]
        return [name for part in parts for name in references(part)]
    if not isinstance(value, str):
        return []
    return [part.strip() for part in value.split("+") if part.strip()]
