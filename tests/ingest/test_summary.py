"""Faults and gaps are counted in bounded memory, the most frequent first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.records import Fault
from licet_ingest.summary import LISTED, MAX_EXAMPLE_CHARS, MAX_GROUPS, FaultSummary


def fault(field: str, reason: str, value: str = "x", *, record_rejected: bool = False) -> Fault:
    return Fault("o/a", field, value, reason, record_rejected)


def summary(*faults: Fault) -> FaultSummary:
    counted = FaultSummary()
    for one in faults:
        counted.add("hub.jsonl", one)
    return counted


def test_faults_are_grouped_by_field_and_reason_with_the_first_as_example() -> None:
    groups = summary(
        fault("likes", "is not a count", "many"),
        fault("gated", "is odd"),
        fault("likes", "is not a count", "more"),
    ).groups()
    assert [(group.field, group.reason, group.count) for group in groups] == [
        ("likes", "is not a count", 2),
        ("gated", "is odd", 1),
    ]
    assert (groups[0].source, groups[0].record, groups[0].value) == ("hub.jsonl", "o/a", "many")


def test_reasons_that_differ_in_numbers_alone_are_one_group() -> None:
    [group] = summary(fault("tags", "has 10001 values"), fault("tags", "has 20000 values")).groups()
    assert (group.count, group.reason) == (2, "has 10001 values")


def test_a_rejected_record_is_not_in_a_group_with_a_dropped_value() -> None:
    both = summary(fault("id", "is odd"), fault("id", "is odd", record_rejected=True))
    assert len(both.groups()) == 2


def test_long_texts_are_cut() -> None:
    [group] = summary(fault("f" * 9_999, "r" * 9_999, "v" * 9_999)).groups()
    assert {len(group.field), len(group.reason), len(group.value)} == {MAX_EXAMPLE_CHARS}


def test_more_reasons_than_are_told_apart_are_counted_and_said() -> None:
    letters = [chr(0x4E00 + number) for number in range(MAX_GROUPS + 7)]
    described = summary(*(fault(letter, "is odd") for letter in letters)).described()
    assert described["capped"] is True
    assert described["total"] == MAX_GROUPS + 7
    assert len(described["groups"]) == LISTED
    assert described["in_no_listed_group"] == MAX_GROUPS + 7 - LISTED


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=3), st.booleans())))
def test_every_fault_is_counted_once(given_faults: list[tuple[str, str, bool]]) -> None:
    counted = summary(*(fault(f, r, record_rejected=rejected) for f, r, rejected in given_faults))
    assert sum(group.count for group in counted.groups()) == len(given_faults)
    assert counted.described()["in_no_listed_group"] == len(given_faults) - sum(
        group["count"] for group in counted.described()["groups"]
    )
