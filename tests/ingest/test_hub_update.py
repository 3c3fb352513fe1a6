"""What changed on the Hub since it was read, and what is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ingest import fake_hub
from tests.ingest.fake_hub import status
from tests.ingest.hub_readings import (
    Reading,
    asked,
    changed,
    exported,
    ids,
    licenses,
    model,
    parents,
    refused_at,
    some,
    world,
)

from licet_ingest.collect import Collection
from licet_ingest.sources.hub_listing import Selection
from licet_ingest.sources.hub_state import FULL, UPDATE
from licet_ontology.errors import SourceError

################################################################ what changed since


def test_an_update_reads_what_changed_and_keeps_the_rest(reading: Reading) -> None:
    reading.hub.models = some(9)
    reading.read()
    reading.hub.requests.clear()
    changed(reading.hub, "o/m3", 2, tags=["license:apache-2.0"])
    reading.hub.models.append(model("o/new"))
    changed(reading.hub, "o/new", 3)
    reading.clock.seconds = 4 * 3600
    collection = reading.read(mode=UPDATE)
    assert len(ids(collection)) == 10
    assert licenses(collection)["o/m3"] == ["apache-2.0"]
    assert licenses(collection)["o/m4"] == ["mit"]
    assert asked(reading.hub) == 2  # two that changed, then one page that is old


def test_an_update_reads_again_what_changed_while_the_last_list_was_read(
    reading: Reading,
) -> None:
    reading.hub.models = some(6)

    def meanwhile(_: fake_hub.Handler) -> bool:
        changed(reading.hub, "o/m5", 0.1, tags=["license:apache-2.0"])  # after its page was read
        changed(reading.hub, "o/m0", 0.2)
        reading.clock.seconds += 3600
        return False

    reading.hub.script("/api/models", fake_hub.work, meanwhile)
    assert licenses(reading.read())["o/m5"] == ["mit"]
    assert licenses(reading.read(mode=UPDATE))["o/m5"] == ["apache-2.0"]


def test_updates_follow_each_other_until_all_is_read_anew(reading: Reading) -> None:
    reading.hub.models = some(4)
    reading.read()
    for number, day in ((0, 1), (1, 2), (2, 3)):
        reading.clock.seconds = day * 86_400
        changed(reading.hub, f"o/m{number}", day * 24 - 1, tags=[f"license:bsd-{number}-clause"])
        reading.read(mode=UPDATE)
    collection = reading.read(mode=UPDATE)
    fresh = reading.read()
    assert licenses(collection) == licenses(fresh)
    [selection] = (reading.folder / "hub").iterdir()
    assert len(list(selection.iterdir())) == 1  # what is not needed any more is not kept


def test_an_update_gives_what_a_full_reading_gives(reading: Reading) -> None:
    world(reading.hub)
    reading.read(Selection("o"))
    changed(reading.hub, "o/m4", 2, tags=["license:mit", "base_model:z/last"])
    reading.hub.models.append(model("z/last"))
    reading.clock.seconds = 3 * 3600
    updated = reading.read(Selection("o"), mode=UPDATE)
    elsewhere = replace(reading, folder=reading.folder / "elsewhere")
    assert exported(updated) == exported(elsewhere.read(Selection("o")))


def test_an_update_reads_again_what_was_asked_for_one_by_one(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base", 1)]
    reading.read(Selection("o"))
    reading.hub.models[1]["tags"] = ["license:apache-2.0"]
    assert licenses(reading.read(Selection("o"), mode=UPDATE))["x/base"] == ["apache-2.0"]


def test_an_update_of_nothing_reads_all(reading: Reading) -> None:
    reading.hub.models = some(3)
    assert len(ids(reading.read(mode=UPDATE))) == 3
    assert "hub: nothing is kept of hub:, so all of it is read" in reading.said


def test_an_update_of_the_most_downloaded_reads_them_again(reading: Reading) -> None:
    reading.hub.models = some(5)
    assert ids(reading.read(Selection(limit=2))) == ["o/m3", "o/m4"]
    reading.hub.models[0]["downloads"] = 99
    assert ids(reading.read(Selection(limit=2), mode=UPDATE)) == ["o/m0", "o/m3", "o/m4"]


def test_an_update_that_broke_off_goes_on(reading: Reading) -> None:
    reading.hub.models = some(9)
    reading.read()
    for number in range(9):
        changed(reading.hub, f"o/m{number}", 2 + number, tags=["license:apache-2.0"])
    reading.hub.requests.clear()
    refused_at(reading.hub, 2)
    with pytest.raises(SourceError):
        reading.read(mode=UPDATE)
    reading.hub.refuse = None
    assert set(map(tuple, licenses(reading.read(mode=UPDATE)).values())) == {("apache-2.0",)}


def test_a_full_reading_does_not_go_on_with_an_update(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    changed(reading.hub, "o/m1", 2)
    reading.hub.requests.clear()
    refused_at(reading.hub, 0)
    with pytest.raises(SourceError):
        reading.read(mode=UPDATE)
    reading.hub.refuse = None
    reading.read()
    assert reading.hub.requests[-2].query["sort"] == ["createdAt"]


def test_an_update_from_a_hub_that_does_not_sort_is_none(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    changed(reading.hub, "o/m2", 2)
    unsorted = [reading.hub.models[0], reading.hub.models[2]]
    reading.hub.script("/api/models", status(200, unsorted))
    with pytest.raises(SourceError, match="does not list the newest changes first"):
        reading.read(mode=UPDATE)


################################################################ what is gone


def removed(collection: Collection) -> dict[str, str | None]:
    return {key[1]: work.removed_at for key, work in collection.works.items() if work.removed}


def test_a_model_that_a_full_list_lacks_is_removed_with_its_date(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    del reading.hub.models[1]
    reading.clock.seconds = 86_400
    collection = reading.read()
    assert ids(collection) == ["o/m0", "o/m1", "o/m2"]
    assert removed(collection) == {"o/m1": "2026-11-02T12:00:00Z"}
    assert licenses(collection)["o/m1"] == ["mit"]
    assert collection.faults == []


def test_what_is_removed_stays_so_with_its_first_date(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    del reading.hub.models[1]
    for mode in (FULL, UPDATE, FULL, FULL):
        reading.clock.seconds += 86_400
        assert removed(reading.read(mode=mode)) == {"o/m1": "2026-11-02T12:00:00Z"}


def test_a_removal_does_not_hang_on_being_asked_for(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    del reading.hub.models[1]
    assert list(removed(reading.read(lookups=0))) == ["o/m1"]


def test_a_model_that_comes_back_is_not_removed(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    gone = reading.hub.models.pop(1)
    assert removed(reading.read())
    reading.hub.models.append(gone)
    assert not removed(reading.read())


def test_a_model_that_came_back_is_seen_by_an_update(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read()
    gone = reading.hub.models.pop(1)
    reading.read()
    reading.hub.models.append(gone)
    changed(reading.hub, "o/m1", 2)
    assert not removed(reading.read(mode=UPDATE))


@pytest.mark.parametrize("lookups", [0, 9])
def test_a_renamed_model_is_not_removed(reading: Reading, lookups: int) -> None:
    reading.hub.models = [model("o/m", 1, "x/old"), model("x/old", 2)]
    reading.read()
    reading.hub.models[1]["id"] = "x/new"  # its number stays
    reading.hub.renamed = {"x/old": "x/new"}
    collection = reading.read(lookups=lookups)
    assert ids(collection) == ["o/m", "x/new"]
    assert removed(collection) == {}
    assert parents(collection, "o/m") == ["x/new"]


def test_a_model_that_left_a_selection_is_kept_under_its_new_name(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1), model("o/n", 2)]
    reading.read(Selection("o"))
    reading.hub.models[1].update(id="p/n", author="p")
    reading.hub.renamed = {"o/n": "p/n"}
    collection = reading.read(Selection("o"))
    assert ids(collection) == ["o/m", "p/n"]
    assert removed(collection) == {}


@pytest.mark.parametrize("answer", [(403, {"X-Error-Code": "GatedRepo"}), (503, {})])
def test_a_base_that_cannot_be_read_now_is_kept_as_it_was(
    reading: Reading, answer: tuple[int, dict[str, str]]
) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base", 2)]
    reading.read(Selection("o"))
    reading.hub.hidden["x/base"] = answer
    for mode in (FULL, UPDATE):
        collection = reading.read(Selection("o"), mode=mode)
        assert ids(collection) == ["o/m", "x/base"]
        assert removed(collection) == {}


@pytest.mark.parametrize("mode", [FULL, UPDATE])
def test_a_base_that_is_gone_is_removed(reading: Reading, mode: str) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base", 2)]
    reading.read(Selection("o"))
    del reading.hub.models[1]
    reading.clock.seconds = 86_400
    collection = reading.read(Selection("o"), mode=mode)
    assert ids(collection) == ["o/m", "x/base"]
    assert removed(collection) == {"x/base": "2026-11-02T12:00:00Z"}


def test_what_leaves_the_most_downloaded_is_not_removed(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.read(Selection(limit=1))
    reading.hub.models[0]["downloads"] = 9
    collection = reading.read(Selection(limit=1), lookups=0)
    assert ids(collection) == ["o/m0", "o/m2"]
    assert removed(collection) == {}


def test_a_base_of_another_account_is_not_gone_because_the_list_lacks_it(
    reading: Reading,
) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base", 2)]
    reading.read(Selection("o"))
    for mode in (FULL, UPDATE, FULL):
        collection = reading.read(Selection("o"), mode=mode, lookups=0)
        assert ids(collection) == ["o/m", "x/base"]
        assert removed(collection) == {}
