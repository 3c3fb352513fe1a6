"""Bases and datasets that models name, asked for one by one."""

from __future__ import annotations

import re
import threading
import time

import pytest
from tests.ingest import fake_hub
from tests.ingest.hub_readings import CURABLE, Reading, ids, model, parents

from licet_ingest.collect import collect
from licet_ingest.sources import hub_lookup
from licet_ingest.sources.hub_client import HubUnavailableError
from licet_ingest.sources.hub_listing import Selection


def test_bases_that_a_selection_lacks_are_asked_for_in_turn(reading: Reading) -> None:
    reading.hub.models = [
        model("o/m", 3, "x/base"),
        model("x/base", 2, "y/root"),
        model("y/root", 1),
        model("z/other", 1),
    ]
    collection = reading.read(Selection("o"))
    assert ids(collection) == ["o/m", "x/base", "y/root"]
    assert parents(collection, "x/base") == ["y/root"]


def test_the_datasets_that_models_name_are_read(reading: Reading) -> None:
    reading.hub.models = [model("o/m", tags=["dataset:d/one"]), model("o/n", tags=["dataset:d/x"])]
    reading.hub.datasets = [
        model("d/one", cardData={"license": "cc-by-4.0"}, tags=["license:cc-by-4.0"]),
        model("d/two"),
    ]
    for selection in (Selection("o"), Selection()):
        collection = reading.read(selection)
        assert ids(collection) == ["d/one", "o/m", "o/n"]
        [license_iri] = collection.works["dataset", "d/one"].licenses
        assert license_iri.endswith("cc-by-4.0")
        assert collection.works["dataset", "d/x"].gaps


def test_the_datasets_of_all_models_are_read_from_the_list(reading: Reading) -> None:
    reading.hub.models = [model("o/m", tags=[f"dataset:d/{n}" for n in range(9)])]
    reading.hub.datasets = [model(f"d/{n}", n) for n in range(20)]
    assert len(ids(reading.read(page_items=10))) == 10
    assert [p for p in reading.hub.paths() if p.startswith("/api/datasets")] == [
        "/api/datasets"
    ] * 2


def test_a_former_name_leads_to_the_present_one(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, cardData={"base_model": "x/former"}), model("x/now", 2)]
    reading.hub.renamed = {"x/former": "x/now"}
    for selection in (Selection("o"), Selection()):
        source = reading.source(selection)
        collection = collect([source])
        assert ids(collection) == ["o/m", "x/now"]
        assert parents(collection, "o/m") == ["x/now"]
        assert source.aliases() == {("model", "x/former"): "x/now"}


def test_other_case_leads_to_the_work_and_is_not_asked_for_if_it_was_read(
    reading: Reading,
) -> None:
    reading.hub.models = [model("o/m", 1, cardData={"base_model": "x/BASE"}), model("x/Base", 2)]
    assert parents(reading.read(Selection("o")), "o/m") == ["x/Base"]
    reading.hub.requests.clear()
    assert parents(reading.read(), "o/m") == ["x/Base"]
    assert not any(path.startswith("/api/models/") for path in reading.hub.paths())


def test_a_former_name_of_the_model_itself_is_no_base(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, cardData={"base_model": "o/old"})]
    reading.hub.renamed = {"o/old": "o/m"}
    collection = reading.read()
    assert parents(collection, "o/m") == []
    assert any(gap.endswith("UnnamedWork") for gap in collection.works["model", "o/m"].gaps)
    assert "leads to o/m, the model itself" in [fault.reason for _, fault in collection.faults]


REFUSED = {
    "404 with a code": ((404, {"X-Error-Code": "RepoNotFound"}), r"404 \(RepoNotFound\)"),
    "404 without a code": ((404, {}), "404"),
    "401 with a code": ((401, {"X-Error-Code": "RepoNotFound"}), r"401 \(RepoNotFound\)"),
    "401 without a code": ((401, {}), "401"),
    "403 with a code": ((403, {"X-Error-Code": "GatedRepo"}), r"403 \(GatedRepo\)"),
    "403 without a code": ((403, {}), "403"),
    "disabled": (
        (403, {"X-Error-Message": "Access to this resource is disabled."}),
        "403 .Access to this resource is disabled",
    ),
    "500": ((500, {}), "in 6 tries: status 500"),
    "a redirect to itself": ((307, {"Location": "/api/models/x/base"}), "cannot be asked"),
}


@pytest.mark.parametrize(("answer", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_base_that_cannot_be_read_is_a_gap_and_a_reject(
    reading: Reading, answer: tuple[int, dict[str, str]], reason: str
) -> None:
    reading.hub.models = [model("o/m", 1, "x/base")]
    reading.hub.hidden["x/base"] = answer
    collection = reading.read()
    assert ids(collection) == ["o/m"]
    assert parents(collection, "o/m") == ["x/base"]
    [gap] = collection.works["model", "x/base"].gaps
    assert gap.endswith("MissingWork")
    [(_, fault)] = collection.faults
    assert (fault.record, fault.field, fault.record_rejected) == ("x/base", "id", True)
    assert re.search(reason, fault.reason)
    account = collection.accounting[0]
    assert (account.read, account.ingested, account.rejected) == (2, 1, 1)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [given for name, given in CURABLE.items() if name != "an object"],
    ids=[name for name in CURABLE if name != "an object"],
)
def test_a_base_is_asked_for_again_where_that_may_help(
    reading: Reading, fault: fake_hub.Fault, waits: list[float]
) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base")]
    reading.hub.script("/api/models/x/base", fault)
    assert ids(reading.read(Selection("o"))) == ["o/m", "x/base"]
    assert reading.clock.waits == waits


@pytest.mark.parametrize("content", [b"[]", b"7", b"null", b'{"id": "', b'{"id": 7}', b"{}", b""])
def test_an_answer_that_is_no_work_is_a_reject(reading: Reading, content: bytes) -> None:
    reading.hub.models = [model("o/m", 1, "x/base"), model("x/base")]
    reading.hub.script("/api/models/x/base", *[fake_hub.body(content)] * 6)
    collection = reading.read(Selection("o"))
    assert ids(collection) == ["o/m"]
    assert [fault.record for _, fault in collection.faults] == ["x/base"]


def test_a_server_that_is_gone_meanwhile_is_no_verdict_on_works(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, *(f"x/b{number}" for number in range(20)))]
    reading.hub.hidden = {f"x/b{number}": (503, {}) for number in range(20)}
    with pytest.raises(HubUnavailableError, match="20 of 20 works could not be read"):
        reading.read()
    reading.hub.hidden = {}
    reading.hub.models += [model(f"x/b{number}") for number in range(20)]
    assert len(ids(reading.read())) == 21


def test_no_more_works_are_asked_for_than_allowed_the_most_named_first(reading: Reading) -> None:
    reading.hub.models = [
        model("o/a", 1, "x/once", "x/twice"),
        model("o/b", 1, "x/twice"),
        model("x/once"),
        model("x/twice"),
    ]
    assert ids(reading.read(Selection("o"), lookups=1)) == ["o/a", "o/b", "x/twice"]
    assert "hub: 1 works that models name were not asked for" in "\n".join(reading.said)
    assert ids(reading.read(Selection("o"), lookups=0)) == ["o/a", "o/b", "x/twice"]
    assert ids(reading.read(Selection("o"), lookups=2)) == ["o/a", "o/b", "x/once", "x/twice"]


def test_only_so_many_questions_are_asked_at_a_time(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, *(f"x/b{number}" for number in range(30)))]
    reading.hub.models += [model(f"x/b{number}") for number in range(30)]
    under_way: list[int] = []
    most = [0]
    lock = threading.Lock()

    def slowly(_: fake_hub.Handler) -> bool:
        with lock:
            under_way.append(1)
            most[0] = max(most[0], len(under_way))
        time.sleep(0.005)
        with lock:
            under_way.pop()
        return False

    for number in range(30):
        reading.hub.script(f"/api/models/x/b{number}", slowly)
    assert len(ids(reading.read(Selection("o")))) == 31
    assert 1 < most[0] <= hub_lookup.AT_A_TIME


def test_a_gated_base_is_read_as_the_hub_shows_it(reading: Reading) -> None:
    reading.hub.models = [model("o/m", 1, "meta/llama"), model("meta/llama", 1, gated="manual")]
    collection = reading.read(Selection("o"))
    assert collection.works["model", "meta/llama"].gated == "manual"
