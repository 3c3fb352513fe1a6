"""What can go wrong while the Hub is read: it passes, or the reading ends and says why."""

from __future__ import annotations

import time

import pytest
from huggingface_hub import constants
from tests.ingest import fake_hub
from tests.ingest.fake_hub import status
from tests.ingest.hub_readings import CURABLE, Reading, asked, ids, lines_of, some

from licet_ingest.sources import hub_client, hub_listing
from licet_ingest.sources.hub_client import HubUnavailableError, Timeouts
from licet_ontology.errors import SourceError

################################################################ what goes wrong and passes


@pytest.mark.parametrize("at", [0, 1], ids=["first page", "second page"])
@pytest.mark.parametrize(("fault", "waits"), CURABLE.values(), ids=CURABLE.keys())
def test_what_may_pass_is_asked_again(
    reading: Reading, fault: fake_hub.Fault, waits: list[float], at: int
) -> None:
    reading.hub.models = some(5)
    reading.hub.script("/api/models", *[fake_hub.work] * at, fault)
    collection = reading.read()
    assert ids(collection) == ["o/m0", "o/m1", "o/m2", "o/m3", "o/m4"]
    assert collection.accounting[0].merged == 0
    assert reading.clock.waits == waits
    assert f"asking again in {waits[0]:.0f} s" in "\n".join(reading.said)


def test_a_trickle_ends_though_no_wait_is_long(reading: Reading) -> None:
    reading.hub.models = some(1)
    reading.hub.script("/api/models", fake_hub.trickle)
    reading.timeouts = Timeouts(1.0, 0.3, 0.2)
    assert ids(reading.read(monotonic=time.monotonic)) == ["o/m0"]
    assert "did not end within 0.2 s" in "\n".join(reading.said)


def test_waits_at_the_limit_outlast_its_window(reading: Reading) -> None:
    reading.hub.models = some(1)
    reading.hub.script("/api/models", *[status(429)] * 5)
    reading.read()
    assert reading.clock.waits == [10, 20, 40, 80, 160]


def test_no_question_is_asked_when_none_is_left(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.hub.script("/api/models", fake_hub.with_headers(RateLimit='"api";r=0;t=20'))
    reading.read()
    assert reading.clock.waits == [21.0]


def test_nobody_waits_when_questions_are_left(reading: Reading) -> None:
    reading.hub.models = some(3)
    reading.hub.script("/api/models", fake_hub.with_headers(RateLimit='"api";r=1;t=20'))
    reading.read()
    assert reading.clock.waits == []


def test_a_repeated_page_gives_each_model_once(reading: Reading) -> None:
    reading.hub.models = some(6)
    reading.hub.script("/api/models", fake_hub.work, fake_hub.same_page_again(1))
    collection = reading.read()
    assert len(ids(collection)) == 6
    account = collection.accounting[0]
    assert account.read == account.ingested + account.merged


def test_one_record_that_is_no_json_leaves_the_others(reading: Reading) -> None:
    page = b'[{"id": "o/a", "x": [1, {"y": "],["}]},\n {"id": "o/b", "n": ' + b"[" * 2000
    page += b"]" * 2000 + b'}, {"id": "o/c\xff"}, {"id":\n "o/d", "tags": ["\\ud800"]}, 7]'
    reading.hub.script("/api/models", fake_hub.body(page))
    collection = reading.read()
    assert ids(collection) == ["o/a", "o/d"]
    account = collection.accounting[0]
    assert (account.read, account.rejected) == (5, 3)
    reasons = [fault.reason for _, fault in collection.faults if fault.record_rejected]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "is not JSON",
        "is not JSON",
        "is not an object",
    ]


def test_records_reach_the_mapping_unchanged(reading: Reading) -> None:
    strange = {"id": "o/a", "cardData": {"license": ["mit", None, 1.5, 10**18], "é": "\u202e\n"}}
    reading.hub.script("/api/models", status(200, [strange, {"id": "../x"}, None, 7]))
    collection = reading.read()
    [page] = reading.folder.rglob("models/*.gz")
    assert lines_of(page) == [strange, {"id": "../x"}, None, 7]
    assert collection.accounting[0].rejected == 3


################################################################ what goes wrong and stays

FATAL = {
    "503": (status(503), "gave no usable answer in 6 tries: status 503"),
    "429": (status(429, RateLimit='"api";r=0;t=1'), "in 6 tries: status 429"),
    "a stall": (fake_hub.stall, "in 6 tries: "),
    "no answer": (fake_hub.no_answer, "in 6 tries: "),
    "cut JSON": (fake_hub.cut_json, "in 6 tries: answered a page that is not whole"),
    "401 without a code": (status(401), r"answered 401 \(no\)"),
    "401 with a code": (status(401, X_Error_Code="RepoNotFound"), r"401 \(RepoNotFound\)"),
    "403": (status(403), "answered 403"),
    "403 with a code": (status(403, X_Error_Code="GatedRepo"), r"403 \(GatedRepo\)"),
    "404": (status(404), "answered 404"),
    "400": (status(400, X_Error_Message="bad \u2028cursor".encode().decode("latin-1")), "400"),
    "a long wait": (status(429, Retry_After="86400"), "asks to wait 86400 s"),
    "an absurd wait": (status(429, RateLimit=f'"api";r=0;t=1{"0" * 400}'), "asks to wait"),
    "no number": (status(429, RateLimit=f'"api";r=0;t=1{"0" * 5000}'), "in 6 tries"),
    "a redirect to itself": (status(307, Location="/api/models"), "cannot be asked"),
    "a redirect to nowhere": (status(307, Location="ftp://hub/"), "cannot be asked"),
    "a circle": (fake_hub.link_to(2), "goes in a circle after page 2"),
}


@pytest.mark.parametrize(("fault", "message"), FATAL.values(), ids=FATAL.keys())
def test_what_stays_wrong_ends_the_reading_and_keeps_what_was_read(
    reading: Reading, fault: fake_hub.Fault, message: str
) -> None:
    reading.hub.models = some(5)
    reading.hub.script("/api/models", fake_hub.work, *[fault] * 40)
    with pytest.raises(SourceError, match=message) as error:
        reading.read()
    assert "\n" not in str(error.value)
    reading.hub.faults.clear()
    before = asked(reading.hub)
    assert len(ids(reading.read())) == 5
    assert asked(reading.hub) == before + 2  # and not the first page once more


def test_a_server_that_is_not_there_is_a_source_that_cannot_be_read(reading: Reading) -> None:
    reading.hub.url = "http://127.0.0.1:1"
    with pytest.raises(HubUnavailableError, match="in 6 tries"):
        reading.read()


def test_offline_mode_is_heeded(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceError, match="offline mode"):
        reading.read()
    assert reading.hub.requests == []


def test_an_endless_answer_is_given_up(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_client, "MAX_ANSWER_BYTES", 1000)
    reading.hub.models = some(5)
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        reading.read(page_items=5)


def test_pages_that_repeat_for_ever_are_given_up(reading: Reading) -> None:
    reading.hub.models = some(5)
    again = [fake_hub.same_page_again(time) for time in range(9)]
    reading.hub.script("/api/models", fake_hub.work, *again)
    with pytest.raises(SourceError, match="repeats itself after page 4"):
        reading.read()


def test_a_list_without_an_end_is_given_up(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_listing, "MAX_PAGES", 3)
    reading.hub.models = some(9)
    with pytest.raises(SourceError, match="circle after page 4"):
        reading.read()
