"""The live Hub: its lists, whom they are asked of, and with what token."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants
from tests.ingest import fake_hub
from tests.ingest.fake_hub import FakeHub
from tests.ingest.hub_readings import Reading, asked, ids, lines_of, model, parents, some

from licet_ingest.collect import collect
from licet_ingest.hub_json import work_record
from licet_ingest.sources.hub import HubSource
from licet_ingest.sources.hub_listing import Selection
from licet_ontology.errors import SourceError, UsageError

################################################################ lists


def test_all_pages_are_read(reading: Reading) -> None:
    reading.hub.models = some(5)
    assert ids(reading.read()) == ["o/m0", "o/m1", "o/m2", "o/m3", "o/m4"]
    assert asked(reading.hub) == 3


def test_an_empty_hub_has_no_models(reading: Reading) -> None:
    assert ids(reading.read()) == []


def test_what_the_mapping_needs_is_asked_for_and_no_more(reading: Reading) -> None:
    reading.hub.models = [
        model("o/m", 3, "o/base", pipeline_tag="text-generation", library_name="peft", gated="auto")
    ]
    reading.hub.models[0]["cardData"] = {"license": "mit", "base_model": "o/base"}
    reading.hub.models[0]["baseModels"] = {
        "relation": "finetune",
        "models": [{"_id": "1", "id": "o/base"}],
    }
    collection = reading.read()
    whole, faults = work_record(reading.hub.models[0], "model", "")
    assert whole is not None
    assert faults == []
    found = collection.works["model", "o/m"]
    for name in ("author", "created", "modified", "downloads", "gated", "pipeline_tag", "licenses"):
        assert getattr(found, name) == getattr(whole, name), name
    assert parents(collection, "o/m") == ["o/base"]
    [kept] = [line for path in reading.folder.rglob("models/*.gz") for line in lines_of(path)]
    assert "baseModels" in kept
    assert "siblings" not in kept


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(author="a"), ["a/x", "a/y"]),
        (Selection(search="x"), ["a/x", "b/x"]),
        (Selection(author="b", search="x"), ["b/x"]),
        (Selection(limit=1), ["b/x"]),
        (Selection(limit=3), ["a/x", "a/y", "b/x"]),
        (Selection(author="a", limit=1), ["a/y"]),
        (Selection(limit=9), ["a/x", "a/y", "b/x"]),
    ],
    ids=lambda value: value.name if isinstance(value, Selection) else "",
)
def test_a_selection_is_read(reading: Reading, selection: Selection, found: list[str]) -> None:
    reading.hub.models = [model("a/x", 1), model("a/y", 2), model("b/x", 3)]
    assert ids(reading.read(selection)) == found


def test_no_more_pages_are_read_than_a_limit_needs(reading: Reading) -> None:
    reading.hub.models = some(9)
    assert len(ids(reading.read(Selection(limit=3)))) == 3
    assert asked(reading.hub) == 2


@pytest.mark.parametrize(
    "selection",
    [Selection(), Selection("o"), Selection(search="a&b=c"), Selection("o", "é x", 7)],
    ids=lambda selection: selection.name,
)
def test_the_name_of_a_selection_says_all_of_it(selection: Selection) -> None:
    assert Selection.named(selection.name) == selection


@pytest.mark.parametrize("name", ["hub", "hub:?owner=o", "hub:?limit=0", "hub:?limit=x", "hub:o"])
def test_other_names_are_no_selections(name: str) -> None:
    with pytest.raises(UsageError):
        Selection.named(name)


def test_a_name_that_the_listing_repeats_is_one_model(reading: Reading) -> None:
    reading.hub.models = [model("o/a", 1), model("o/b", 2), model("o/a", 1), model("o/c", 0)]
    collection = reading.read()
    assert ids(collection) == ["o/a", "o/b", "o/c"]
    assert collection.accounting[0].merged == 1


def test_the_source_is_described_by_address_hash_and_dates(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.hub.date = "Sun, 01 Nov 2026 10:00:00 GMT"
    source = reading.source()
    list(source.items())
    described = source.describe()
    assert described["name"] == "hub:"
    assert described["address"] == reading.hub.url
    assert described["modified"] == "2026-11-01T10:00:00Z"
    assert described["lists_all"] == "model"
    assert described == reading.source().describe()


def test_a_server_whose_clock_is_ahead_is_not_believed(reading: Reading) -> None:
    reading.hub.models = some(1)
    reading.hub.date = "Thu, 01 Jan 2099 10:00:00 GMT"
    source = reading.source()
    assert source.describe()["modified"] == "2026-11-01T12:00:00Z"


################################################################ token and endpoint


def authorization(hub: FakeHub) -> set[str | None]:
    return {request.headers.get("authorization") for request in hub.requests}


def test_the_token_comes_from_the_environment(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    reading.hub.models = some(3)
    reading.read()
    assert authorization(reading.hub) == {"Bearer hf_secret"}


def test_without_a_token_none_is_sent(reading: Reading) -> None:
    reading.read()
    assert authorization(reading.hub) == {None}


def test_the_address_is_that_of_the_environment(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)  # what HF_ENDPOINT sets at import
    hub.models = some(1)
    assert ids(collect([HubSource(tmp_path)])) == ["o/m0"]


def test_a_link_to_another_host_is_followed_on_the_own_one(reading: Reading) -> None:
    reading.hub.models = some(3)
    elsewhere = '<http://127.0.0.1:1/api/models?sort=createdAt&limit=2&cursor=Mg%3D%3D>; rel="next"'
    reading.hub.script("/api/models", fake_hub.with_headers(Link=elsewhere))
    assert len(ids(reading.read())) == 3


def test_a_wrong_token_is_said_so(reading: Reading) -> None:
    reading.hub.token = "right"
    with pytest.raises(SourceError, match=r"401 \(Invalid credentials.*is the token right"):
        reading.read(token="wrong")


def test_a_token_that_ends_meanwhile_is_no_verdict_on_works(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, "x/gone")]
    said = {"X-Error-Message": "Invalid credentials in Authorization header"}
    reading.hub.hidden["x/gone"] = (401, said)
    with pytest.raises(SourceError, match="401"):
        reading.read(token="once right")
