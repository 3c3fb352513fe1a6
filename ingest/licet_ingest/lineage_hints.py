"""What a repository shows of its lineage in places where lineage is not stated.

Folders below the repository, the name that a script loaded last, and sentences of the card:
nothing of it is read as lineage, but whoever says that a model was made from no other, or from
another, should not be believed against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from licet_ingest.decoding import decoded, is_binary, parsed_json
from licet_ingest.identifiers import named_work
from licet_ingest.lineage_files import ADAPTER_FILE, adapter_lineage
from licet_ingest.recipes import RECIPE_FILES, is_recipe, read_recipes
from licet_ingest.repository_files import MAX_CONFIG_BYTES, UnreadableFileError, read_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from licet_ingest.repository_files import Folder

MAX_HINT_FILES = 50
MAX_HINTS = 20
_YAML = re.compile(r"\.ya?ml\Z", re.IGNORECASE)
_ID = r"[A-Za-z0-9][\w.-]*/[\w.-]*\w"
_MADE_FROM = re.compile(
    r"\b(?:fine-?\s?tuned|quantized|quantised|pruned|distilled|abliterated|merged?|derived|"
    r"initiali[sz]ed|converted|adapted|further trained|continu\w+ (?:pre-?)?train\w+)"
    r"(?: \w+){0,2} (?:of|from)\b"
    r"|\b(?:lora|adapter|quantization|gguf|fine-?\s?tune|merge|distillation) (?:\w+ )?(?:of|for)\b",
    re.IGNORECASE,
)
_RESTS_ON = re.compile(
    rf"\b(?:based|built|trained|fine-?\s?tuned)\b[^.!?]{{0,60}}?"
    rf"(?:huggingface\.co/|(?<![\w./-]))({_ID})",
    re.IGNORECASE | re.ASCII,
)
_FIELD = re.compile(r"\W{0,8}base_model\W{0,4}[:=]", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no|can|could|may|might|never|without)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Hint:
    """A place that shows what a work may have been made from.

    Attributes:
        file: The path of the file in the repository.
        line: The number of the line, or 0 for the whole file.
        work: Id of the model that it names, or empty.
        excerpt: The words that stand there, cut.
        is_recipe: Whether it is a recipe or the configuration of an adapter, which name bases;
            else it says something only against the claim that there is none.
    """

    file: str
    line: int
    work: str
    excerpt: str
    is_recipe: bool = False


def lineage_hints(root: Folder, names: Iterable[str]) -> tuple[Hint, ...]:
    """Return what recipes, adapters and a configuration show that are not read as lineage."""
    found: list[Hint] = []
    wanted = [name for name in names if _may_hint(name)]
    for name in wanted[:MAX_HINT_FILES]:
        try:
            data = read_inside(root / name, root, MAX_CONFIG_BYTES).data
        except UnreadableFileError:
            continue
        found += (Hint(name, 0, work, work, name != "config.json") for work in _named(name, data))
    return tuple(dict.fromkeys(found))[:MAX_HINTS]


def sentences_on_origin(lines: Sequence[tuple[int, str]], file: str) -> Iterator[Hint]:
    """Yield the lines of a card that say from what a model was made."""
    for number, line in lines:
        if _NOT.search(line):
            continue
        rests = _RESTS_ON.search(line)
        if _MADE_FROM.search(line) or _FIELD.match(line) or rests:
            yield Hint(file, number, rests[1] if rests else "", line.strip()[:160])


def _may_hint(name: str) -> bool:
    folder, _, base = name.rpartition("/")
    if base == ADAPTER_FILE:
        return bool(folder)
    return name == "config.json" or (
        bool(_YAML.search(base)) and (bool(folder) or base not in RECIPE_FILES)
    )


def _named(name: str, data: bytes) -> list[str]:
    """Return the ids of the models that a file names."""
    if name.endswith(ADAPTER_FILE):
        return [id_ for _, _, id_ in adapter_lineage(data).parents]
    if name == "config.json":
        try:
            config: Any = parsed_json(data)
        except ValueError:
            return []
        stated = config.get("_name_or_path") if isinstance(config, dict) else None
        work = named_work(stated)[0] if isinstance(stated, str) else None
        return [work] if work and "/" in work else []
    if is_binary(data):
        return []
    text, _ = decoded(data, is_whole=True)
    return [id_ for _, id_ in read_recipes([(name, text)]).parents] if is_recipe(text) else []
