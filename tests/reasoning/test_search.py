"""The index of works: text, facets, pages and lineage."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.snapshot import NoSnapshotError, current
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology.errors import UsageError
from licet_reasoning import search
from licet_reasoning.build import build
from licet_reasoning.search import SearchIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODELS = 130
"""More than one facet list can hold sparsely."""


def record(number: int) -> dict[str, object]:
    """A chain with a loop at its top, of which every second model is also made from the first."""
    bases = [name(number - 1 if number else 2)] + ([name(0)] if number % 2 else [])
    return {
        "id": name(number),
        "author": f"o{number // 10}",
        "downloads": 1000 - number,
        "cardData": {"license": "mit" if number % 2 else "llama3"},
        "baseModels": {"relation": "finetune", "models": [{"id": base} for base in bases]},
    }


def name(number: int) -> str:
    return f"o{number // 10}/{'Llama' if number % 3 else 'Qwen'}-{number}"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, kept_catalogue: Path) -> Path:
    folder = tmp_path_factory.mktemp("indexed")
    shutil.copytree(kept_catalogue, folder / "data" / "cache")
    dump = folder / "dump.jsonl"
    dump.write_text("\n".join(json.dumps(record(number)) for number in range(MODELS)))
    build(folder / "data", [JsonLinesDump(dump)])
    return current(folder / "data").path


@pytest.fixture
def index(snapshot: Path) -> Iterator[SearchIndex]:
    with SearchIndex(snapshot) as opened:
        yield opened


def ids(index: SearchIndex, text: str = "", **facets: str) -> list[str]:
    found = index.search(text, facets, None, MODELS)
    assert found.total == len(found.ranks)
    assert not found.more
    return [work.id for work in index.works(found.ranks)]


def test_the_most_downloaded_come_first(index: SearchIndex) -> None:
    assert ids(index) == [name(number) for number in range(MODELS)]


@pytest.mark.parametrize("text", ["qwen", "QWEN", "wen-"])
def test_words_are_found_anywhere_in_an_id(index: SearchIndex, text: str) -> None:
    assert ids(index, text) == [name(number) for number in range(0, MODELS, 3)]


def test_every_word_must_be_there_short_ones_too(index: SearchIndex) -> None:
    assert ids(index, "llama 7") == [n for n in map(name, range(MODELS)) if "Lla" in n and "7" in n]
    with pytest.raises(UsageError, match="at least 3 characters"):
        index.search("7", {}, None, 10)


@pytest.mark.parametrize(
    "text", ['""""', 'zzz" OR "Llama', "id:llama*", "NEAR(a b)", "%", "llama' --"]
)
def test_words_are_never_part_of_a_query(index: SearchIndex, text: str) -> None:
    text = text.ljust(3, "z")
    assert ids(index, text) == []


def test_facets_narrow_a_search(index: SearchIndex) -> None:
    odd = [name(number) for number in range(1, MODELS, 2)]
    assert ids(index, license="mit") == odd
    assert ids(index, license="mit", author="o3") == [n for n in odd if n.startswith("o3/")]
    assert ids(index, "qwen", license="mit") == [n for n in odd if "Qwen" in n]
    assert ids(index, license="none") == []
    assert index.count({"license": "mit", "kind": "model"}) == len(odd)
    assert index.facet("license", 5) == [("llama3", 65), ("mit", 65)]


def test_what_is_found_is_a_facet_of_each_reading(index: SearchIndex) -> None:
    for code in ("pass-through", "naming"):
        having = {"finding/cautious": code}
        found = index.search("", having, None, MODELS).ranks
        expected = [
            rank
            for rank in range(MODELS)
            if (code, "error", False) in index.findings(rank, "cautious")
        ]
        assert found == expected
    assert any(index.findings(rank, "cautious") for rank in range(MODELS))


@given(
    st.integers(1, 40),
    st.sampled_from(["", "qwen", "lla 1", "o1/", "llama-1"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 60, 10_000]),
)
def test_pages_hold_together_what_one_page_holds(
    snapshot: Path, limit: int, text: str, narrowed: bool, one_by_one: bool, rare: int
) -> None:
    facets = {"license": "mit"} if narrowed else {}
    with SearchIndex(snapshot) as index, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MAX_CANDIDATES", 20)
        patch.setattr(search, "RARE", rare)
        patch.setattr(search, "FEW", 2_000 if one_by_one else 0)
        whole = [
            rank
            for rank, work in enumerate(index.works(range(MODELS)))
            if all(word in work.id.lower() for word in text.split())
            and (not narrowed or "mit" in work.licenses)
        ]
        found, after = list[int](), None
        while True:
            page = index.search(text, facets, after, limit)
            assert len(page.ranks) <= limit
            assert page.total in {None, len(whole)}
            found += page.ranks
            if not page.more:
                break
            after = page.last
    assert found == whole


def test_a_place_in_the_order_is_found_again(index: SearchIndex) -> None:
    for work in index.works(range(0, MODELS, 7)):
        assert index.position(work.downloads or 0, work.kind, work.id) == work.rank
    assert index.position(10**9, "model", "a/b") == -1
    assert index.position(0, "zzz", "z/z") == MODELS - 1


def test_a_lineage_is_counted_whole_and_ends_in_cycles(index: SearchIndex) -> None:
    last = index.rank("model", name(MODELS - 1))
    assert last is not None
    up = index.lineage(last, "up")
    assert sorted(rank for level in up.levels for rank in level) == [*range(MODELS)]
    assert up.levels[1].tolist() == [0, MODELS - 2]
    assert index.links(up, 0, 5) == ([("finetunedFrom", last)], 1)
    down = index.lineage(0, "down")
    assert sum(map(len, down.levels)) == MODELS
    assert index.links(down, 3, 5) == ([("finetunedFrom", 0)], 1)
    assert index.links(index.lineage(last, "down"), last, 5) == ([], 0)
    assert index.edges(1, "up") == [("finetunedFrom", 0)]
    assert index.edges(0, "up") == [("finetunedFrom", 2)]


def test_a_snapshot_without_an_index_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(
        NoSnapshotError, match="made when the records of licet update end, or by a build"
    ):
        SearchIndex(tmp_path)
