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
_IDS = re.compile(rf"(?:huggingface\.co/|hf\.co/|(?<![\w./-]))({_ID})", re.ASCII)
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
_RESTS_ON_NAME = re.compile(
    r"\b(?:[Bb]ased|[Bb]uilt) (?:up)?on (?:top of )?(?:the |an? )?(?:[A-Za-z][\w’'-]* ){0,3}?"
    r"(?!Python|PyTorch|CUDA|TensorFlow|Keras|JAX)[A-Z][A-Za-z-]*[- ]?v?\d(?![^.]*\barchitectur)"
)
"""A base by its name alone, such as Llama 3.1."""
_SAID_ELSEWHERE = re.compile(
    "feinabgestimmt|(?:nach|weiter|vor)trainiert|feintuning|abgeleitet von|quantisiert|destilliert"
    "|affinée?|fine-tuning d|dérivée? d|quantifiée? d|ajuste fino|afinad[oa] |derivad[oa] d"
    "|affinat[oa] |derivat[oa] d|дообуч|квантов|дистилл"
    "|微调|微調|精调|蒸馏|蒸餾|量化|继续预训练|二次预训练"
    "|ファインチューン|ファインチューニング|追加学習|継続事前学習|量子化|蒸留|マージ"
    "|파인\\s?튜닝|미세\\s?조정|양자화|증류|병합",
    re.IGNORECASE,
)
"""In other languages: fine-tuned, quantized, distilled, merged and the like."""
_RESTS_ELSEWHERE = re.compile(
    r"(?:basier|beruh)\w* auf|auf (?:der )?(?:basis|grundlage) von|basée? sur|à partir d"
    r"|basad[oa] en|basead[oa] e|a partir d|basat[oa] su|на (?:основе|базе)|основан\w* на"
    "|基于|基於|ベース|に基づ|기반",
    re.IGNORECASE,
)
"""In other languages: based on, which needs a name beside it to be about a model."""
_NAMES_MODEL = re.compile(rf"(?<![\w./-]){_ID}|\b[A-Za-z][A-Za-z-]*[-_ ]?v?\d", re.ASCII)
_WRITTEN_BY = re.compile(
    r"\b(?:generated|synthesi[sz]ed|written|produced|created|annotated|translated|label+ed|answered"
    r"|rewritten|augmented|distilled|paraphrased|rephrased|collected|sampled)\b[^.!?]{0,80}?"
    r"\b(?:by|with|using|from|via|through)\b[^.!?]{0,60}?"
    r"(?:\b(?:chatgpt|gpt-?\d|claude|gemini|gemma|llama|mi[sx]tral|qwen|deepseek|phi-?\d"
    r"|(?:large )?language models?|llms?)\b|huggingface\.co/|hf\.co/)",
    re.IGNORECASE,
)
"""Of data: that a model wrote them, or whence they come."""
_PART_OF = re.compile(
    rf"\b(?:subset|subsample|split|translation|(?:cleaned|filtered|extended|modified) version"
    rf"|filtered|derived|sampled|adapted|built|based) (?:up)?(?:of|from|on)\b[^.!?]{{0,60}}?"
    rf"(?:(?:huggingface|hf)\.co/(?:datasets/)?|(?<![\w./-]))({_ID})",
    re.IGNORECASE | re.ASCII,
)
_FIELD = re.compile(r"\W{0,8}base_model\W{0,4}[:=]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;]\s+")
_COMPARED = re.compile(
    r"\b(?:than|vs|versus|unlike|like|compar\w+|outperform\w*|against|similar)\b", re.IGNORECASE
)
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
        rests = _stated(_RESTS_ON, line)
        if _stated(_RESTS_ON_NAME, line) or _said_elsewhere(line):
            yield Hint(file, number, "", line.strip()[:160])
        elif _stated(_MADE_FROM, line) or _FIELD.match(line) or rests:
            yield Hint(file, number, rests[1] if rests else "", line.strip()[:160])


def sentences_on_data(lines: Sequence[tuple[int, str]], file: str) -> Iterator[Hint]:
    """Yield the lines of a card that say what a dataset was made from, or by which model."""
    for number, line in lines:
        part = _stated(_PART_OF, line)
        if _stated(_WRITTEN_BY, line):
            yield Hint(file, number, "", line.strip()[:160])
        elif part:
            yield Hint(file, number, part[1], line.strip()[:160])


def works_of_origin(line: str) -> list[str]:
    """Return the ids that a line names after words that say that a model was made from them."""
    made, rests = _stated(_MADE_FROM, line), _stated(_RESTS_ON, line)
    starts = [made.end()] if made and not made[0].lower().endswith("for") else []
    starts += [rests.start(1)] if rests else []
    if not starts:
        return []
    said = _COMPARED.split(_SENTENCE_END.split(line[min(starts) :])[0])[0]
    named = (named_work(one)[0] for one in _IDS.findall(said))
    return list(dict.fromkeys(one for one in named if one))


def _stated(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    """Return where a line says something, if no word before it in the sentence takes it back."""
    for found in pattern.finditer(line):
        sentence = _SENTENCE_END.split(line[: found.start()])[-1]
        if not _NOT.search(sentence + found[0]):
            return found
    return None


def _said_elsewhere(line: str) -> bool:
    """Tell whether a line says in another language that something was made from a model."""
    return _SAID_ELSEWHERE.search(line) is not None or (
        _RESTS_ELSEWHERE.search(line) is not None and _NAMES_MODEL.search(line) is not None
    )


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
