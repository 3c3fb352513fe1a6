"""What counts as a change of a work between two snapshots, and when it is said to have been."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet_ingest.changes import change_lines, changes_table, merged, since_lines
from licet_ingest.comparison import Comparison, compare, first_comparison
from licet_ingest.records import MISSING_WORK, UNSTATED_RELATION
from licet_ingest.snapshot_pair import (
    DERIVATION_COLUMNS,
    SINCE_COLUMNS,
    WORK_COLUMNS,
    AsOf,
    State,
)
from licet_ontology.terms import license_iri, term, work_iri

MIT, APACHE, LLAMA = (license_iri(name) for name in ("mit", "apache-2.0", "llama3"))
NO_LICENSE, UNIDENTIFIED = term("NoLicense"), term("UnidentifiedLicense")
TUNED, MERGED = term("finetunedFrom"), term("mergedFrom")

OLD = AsOf("2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z")
NEW = AsOf("2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z")
JAN, APR, MAY = (f"2025-0{month}-10T12:00:00.000Z" for month in (1, 4, 5))

TYPES: dict[str, Any] = {
    "in_graph": pa.bool_(),
    "removed": pa.bool_(),
    **dict.fromkeys(("stated_licenses", "licenses", "families", "gaps"), pa.list_(pa.string())),
}
Edge = tuple[str, str, str, str]


def work(work_id: str, **fields: Any) -> dict[str, Any]:
    """Return a row of works: present, undated and silent but for what is given."""
    row: dict[str, Any] = dict.fromkeys((*WORK_COLUMNS, *SINCE_COLUMNS))
    row |= {name: [] for name, kind in TYPES.items() if pa.types.is_list(kind)}
    return row | {"kind": "model", "id": work_id, "in_graph": True, "removed": False} | fields


def state(as_of: AsOf, works: list[dict[str, Any]], *edges: Edge) -> State:
    """Return a state; edges are child, relation, parent and source, their ends works by id."""
    ids = [row["id"] for row in works]
    named = sorted({end for edge in edges for end in (edge[0], edge[2])} - set(ids))
    rows = sorted(
        [*works, *(work(name, in_graph=False, gaps=[MISSING_WORK]) for name in named)],
        key=lambda row: (row["kind"], row["id"]),
    )
    place = {row["id"]: number for number, row in enumerate(rows)}
    table = pa.table(
        {
            name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string()))
            for name in (*WORK_COLUMNS, *SINCE_COLUMNS)
        }
    )
    columns = ([place[c] for c, *_ in edges], [e[1] for e in edges], [place[e[2]] for e in edges])
    kinds = (pa.int32(), pa.string(), pa.int32(), pa.string())
    derivations = pa.table(
        {
            name: pa.array(values, kind)
            for name, values, kind in zip(
                DERIVATION_COLUMNS, (*columns, [e[3] for e in edges]), kinds, strict=True
            )
        }
    )
    return State(table, derivations, as_of)


def found(old: State, new: State, **how: Any) -> list[dict[str, Any]]:
    """Return the changes between two states, the first as it was built."""
    changes: list[dict[str, Any]] = compared(old, new, **how).changes.to_pylist()
    return changes


def built(first: State) -> State:
    """Return a state with what the first snapshot hands on."""
    comparison = first_comparison(first)
    return replace(first, works=handed_on(first.works, comparison))


def handed_on(works: pa.Table, comparison: Comparison) -> pa.Table:
    values = (comparison.first_seen, comparison.license_since)
    for name, column in zip(SINCE_COLUMNS, values, strict=True):
        works = works.drop_columns([name]).append_column(name, column)
    return works


def compared(old: State, new: State, **how: Any) -> Comparison:
    return compare(built(old), new, how.pop("history", changes_table([])), **how)


def one(old: dict[str, Any], new: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    """Return the changes between two states of one work."""
    return found(state(OLD, [work("o/a", **old)]), state(NEW, [work("o/a", **new)]), **how)


def iri(work_id: str) -> str:
    return work_iri("model", work_id)


################################################################ licenses


def test_a_license_that_is_another_now_is_a_change_with_both_of_them() -> None:
    [change] = one({"licenses": [MIT]}, {"licenses": [APACHE]})
    assert change["change"] == "LicenseChange"
    assert change["work"] == iri("o/a")
    assert (change["before"], change["after"]) == ([MIT], [APACHE])


def test_a_license_that_is_no_longer_stated_changes_to_the_gap() -> None:
    [change] = one({"licenses": [MIT]}, {"gaps": [NO_LICENSE, UNSTATED_RELATION]})
    assert change["after"] == [NO_LICENSE]


def test_the_order_of_licenses_is_no_change() -> None:
    assert one({"licenses": [MIT, APACHE]}, {"licenses": [APACHE, MIT]}) == []


def test_a_license_that_is_written_in_another_way_is_no_change() -> None:
    old = {"licenses": [MIT], "stated_licenses": ["mit"], "modified": JAN}
    assert one(old, old | {"stated_licenses": ["MIT"], "modified": APR}) == []


def test_a_change_is_dated_by_the_last_change_of_the_repository() -> None:
    [change] = one({"licenses": [MIT], "modified": JAN}, {"licenses": [APACHE], "modified": APR})
    assert change["held_since"] == "2025-01-10T12:00:00Z"
    assert change["unchanged_at"] == OLD.earliest
    assert change["date"] == "2025-04-10T12:00:00Z"
    assert change["seen_at"] == NEW.latest


def test_a_change_of_unknown_date_lies_between_the_two_snapshots() -> None:
    [change] = one({"licenses": [MIT]}, {"licenses": [APACHE]})
    assert (change["unchanged_at"], change["date"]) == (OLD.earliest, NEW.latest)
    assert change["held_since"] == OLD.earliest


def test_a_record_that_was_old_in_the_last_snapshot_says_nothing_of_its_date() -> None:
    # Another work made the last snapshot look younger than the list with this one.
    late = AsOf("2025-05-01T00:00:00Z", "2025-05-02T00:00:00Z")
    old = state(late, [work("o/a", licenses=[MIT], modified=JAN)])
    new = state(NEW, [work("o/a", licenses=[APACHE], modified=APR)])
    [change] = found(old, new)
    assert (change["unchanged_at"], change["date"]) == (
        "2025-01-10T12:00:00Z",
        "2025-04-10T12:00:00Z",
    )


def test_an_older_record_is_no_change_back() -> None:
    old = state(OLD, [work("o/a", licenses=[APACHE], modified=APR)])
    new = state(NEW, [work("o/a", licenses=[MIT], modified=JAN)])
    comparison = compared(old, new)
    assert comparison.changes.num_rows == 0
    assert comparison.older == 1


def test_undated_records_of_an_older_source_are_no_change_back() -> None:
    assert (
        found(
            state(NEW, [work("o/a", licenses=[MIT])]), state(OLD, [work("o/a", licenses=[APACHE])])
        )
        == []
    )


def test_a_name_that_only_a_newer_catalogue_knows_is_no_change_of_the_work() -> None:
    words = {"stated_licenses": ["other"], "license_name": "kimi-k3"}
    old = state(OLD, [work("o/a", gaps=[UNIDENTIFIED], modified=JAN, **words)])
    new = state(NEW, [work("o/a", licenses=[MIT], modified=APR, **words)])
    comparison = compared(old, new, read_alike=False)
    assert comparison.changes.num_rows == 0
    assert comparison.read_otherwise == 1
    assert comparison.license_since.to_pylist() == ["2025-01-10T12:00:00Z"]


def test_a_license_file_that_changed_beside_the_same_words_is_a_change() -> None:
    words = {"stated_licenses": ["other"]}
    [change] = one(
        {"licenses": [LLAMA], "modified": JAN, **words},
        {"licenses": [MIT], "modified": APR, **words},
    )
    assert change["after"] == [MIT]


@pytest.mark.parametrize("other", [{"gaps": [NO_LICENSE]}, {"gaps": [UNIDENTIFIED]}])
def test_a_source_that_says_less_of_the_same_repository_shows_no_change(
    other: dict[str, Any],
) -> None:
    full = {"licenses": [MIT], "stated_licenses": ["mit"], "modified": JAN}
    assert one(full, {"modified": JAN, **other}) == []
    assert one({"modified": JAN, **other}, full) == []


def test_two_known_licenses_that_differ_are_a_change_even_of_one_date() -> None:
    old = {"licenses": [MIT], "stated_licenses": ["mit"], "modified": JAN}
    new = {"licenses": [APACHE], "stated_licenses": ["apache-2.0"], "modified": JAN}
    assert [change["change"] for change in one(old, new)] == ["LicenseChange"]


################################################################ gating and presence


def test_gating_that_changed_is_dated_by_the_snapshots_alone() -> None:
    [change] = one({"gated": "no", "modified": JAN}, {"gated": "manual", "modified": APR})
    assert (change["change"], change["before"], change["after"]) == (
        "GatingChange",
        ["no"],
        ["manual"],
    )
    assert change["date"] == NEW.latest


@pytest.mark.parametrize(
    ("before", "after"), [(None, "yes"), ("no", None), ("yes", "auto"), ("manual", "yes")]
)
def test_gating_that_a_source_does_not_tell_is_no_change(
    before: str | None, after: str | None
) -> None:
    assert one({"gated": before}, {"gated": after}) == []


def test_a_work_that_a_source_marks_as_removed_is_removed_when_it_says() -> None:
    [change] = one({}, {"removed": True, "removed_at": MAY})
    assert (change["change"], change["date"]) == ("Removal", "2025-05-10T12:00:00Z")


def test_a_work_that_is_not_in_the_sources_is_not_removed() -> None:
    old = state(OLD, [work("o/a"), work("o/b", removed=True)])
    comparison = compared(old, state(NEW, [work("o/c")]))
    assert comparison.changes.num_rows == 0
    assert (comparison.appeared, comparison.unseen) == (1, 1)


def test_a_work_that_is_only_named_by_others_has_not_appeared() -> None:
    comparison = compared(
        state(OLD, [work("o/a")]),
        state(NEW, [work("o/a")], ("o/a", TUNED, "o/gone", "https://example.org/a")),
    )
    assert comparison.appeared == 0


def test_a_work_that_is_no_longer_marked_as_removed_is_back() -> None:
    assert [c["change"] for c in one({"removed": True}, {})] == ["Reappearance"]


def test_a_work_that_was_removed_and_is_in_the_sources_again_is_back() -> None:
    removed = compared(state(OLD, [work("o/a")]), state(OLD, [work("o/a", removed=True)])).changes
    between, again = state(OLD, [work("o/b")]), state(NEW, [work("o/a")])
    [change] = found(between, again, history=removed)
    assert (change["change"], change["work"]) == ("Reappearance", iri("o/a"))
    assert found(between, again, history=merged(removed, changes_table([]))) == [change]


################################################################ lineage

PAIR = [work("o/child"), work("o/base"), work("o/other")]


def test_a_base_that_was_added_has_no_relation_before() -> None:
    [change] = found(state(OLD, PAIR), state(NEW, PAIR, ("o/child", TUNED, "o/base", "hub")))
    assert change["change"] == "LineageChange"
    assert (change["work"], change["parent"]) == (iri("o/child"), iri("o/base"))
    assert (change["before"], change["after"]) == ([], [TUNED])


def test_a_base_that_was_taken_out_has_no_relation_after() -> None:
    old = state(OLD, PAIR, ("o/child", TUNED, "o/gone", "card"))
    [change] = found(old, state(NEW, PAIR))
    assert (change["parent"], change["before"], change["after"]) == (iri("o/gone"), [TUNED], [])


def test_another_relation_to_the_same_base_is_one_change() -> None:
    [change] = found(
        state(OLD, PAIR, ("o/child", TUNED, "o/base", "hub")),
        state(NEW, PAIR, ("o/child", MERGED, "o/base", "hub")),
    )
    assert (change["before"], change["after"]) == ([TUNED], [MERGED])


def test_a_base_that_another_source_states_too_is_no_change() -> None:
    assert (
        found(
            state(OLD, PAIR, ("o/child", TUNED, "o/base", "card")),
            state(NEW, PAIR, ("o/child", TUNED, "o/base", "hub")),
        )
        == []
    )


def test_what_a_third_party_states_of_a_work_is_no_change_of_it() -> None:
    curated = ("o/child", MERGED, "o/base", "https://example.org/paper")
    by_hub = ("o/child", TUNED, "o/base", "hub")
    assert found(state(OLD, PAIR, curated), state(NEW, PAIR, by_hub)) == []
    assert found(state(OLD, PAIR), state(NEW, PAIR, curated)) == []


def test_of_one_date_only_what_the_hub_resolves_changes() -> None:
    dated = [work("o/child", modified=JAN), work("o/base")]
    by_card = state(OLD, dated, ("o/child", TUNED, "o/base", "card"))
    by_hub = state(OLD, dated, ("o/child", TUNED, "o/base", "hub"))
    assert found(by_card, state(NEW, dated)) == []
    assert len(found(by_hub, state(NEW, dated))) == 1
    assert found(by_hub, state(NEW, dated), read_alike=False) == []


def test_the_bases_of_a_work_that_is_new_are_no_changes() -> None:
    assert (
        found(state(OLD, [work("o/base")]), state(NEW, PAIR, ("o/child", TUNED, "o/base", "hub")))
        == []
    )


################################################################ what is handed on


def test_a_license_is_known_since_the_last_change_of_the_repository() -> None:
    first = state(OLD, [work("o/a", licenses=[MIT], modified=JAN), work("o/b", licenses=[MIT])])
    assert first_comparison(first).license_since.to_pylist() == [
        "2025-01-10T12:00:00Z",
        OLD.earliest,
    ]


def test_a_license_is_known_for_longer_when_the_repository_changes_without_it() -> None:
    comparison = compared(
        state(OLD, [work("o/a", licenses=[MIT], modified=JAN)]),
        state(NEW, [work("o/a", licenses=[MIT], modified=APR)]),
    )
    assert comparison.license_since.to_pylist() == ["2025-01-10T12:00:00Z"]
    new = state(NEW, [work("o/a", licenses=[MIT], modified=APR)])
    [line] = since_lines(handed_on(new.works, comparison))
    assert line.startswith(f'<{iri("o/a")}> <{term("licenseSince")}> "2025-01-10T12:00:00Z"')


def test_a_license_is_known_since_it_changed() -> None:
    comparison = compared(
        state(OLD, [work("o/a", licenses=[MIT], modified=JAN)]),
        state(NEW, [work("o/a", licenses=[APACHE], modified=APR)]),
    )
    assert comparison.license_since.to_pylist() == ["2025-04-10T12:00:00Z"]


def test_a_date_in_the_future_does_not_outlive_its_snapshot() -> None:
    first = state(OLD, [work("o/a", licenses=[MIT], modified="9999-12-31T00:00:00Z")])
    assert first_comparison(first).license_since.to_pylist() == [OLD.latest]


def test_a_work_is_first_seen_in_the_snapshot_that_it_was_not_in_before() -> None:
    comparison = compared(state(OLD, [work("o/a")]), state(NEW, [work("o/a"), work("o/b")]))
    assert comparison.first_seen.to_pylist() == [None, NEW.latest]
    later = replace(NEW, latest="2025-09-02T00:00:00Z")
    both = state(NEW, [work("o/a"), work("o/b")])
    second = replace(both, works=handed_on(both.works, comparison))
    third = compare(second, replace(both, as_of=later), changes_table([]))
    assert third.first_seen.to_pylist() == [None, NEW.latest]


################################################################ the table and its lines


def test_a_history_holds_each_change_once_in_order() -> None:
    first = compared(
        state(OLD, [work("o/a", licenses=[MIT])]), state(NEW, [work("o/a", licenses=[APACHE])])
    ).changes
    removal = compared(
        state(OLD, [work("o/b")]), state(OLD, [work("o/b", removed=True, removed_at=JAN)])
    ).changes
    both = merged(merged(first, removal), first)
    assert both["change"].to_pylist() == ["Removal", "LicenseChange"]
    assert merged(removal, first) == both


def test_the_lines_of_a_change_say_what_it_holds() -> None:
    changes = compared(
        state(OLD, [work("o/a", gated="no")]), state(NEW, [work("o/a", gated="auto")])
    ).changes
    text = "".join(change_lines(changes))
    assert f"<{term('changeOf')}> <{iri('o/a')}>" in text
    assert f'<{term("gatedBefore")}> "no"' in text
    assert f'<{term("gatedAfter")}> "auto"' in text
    assert text.count("XMLSchema#dateTime") == 3


################################################################ laws

IDS = ("o/a", "o/b", "o/c", "o/d")
LICENSES = st.lists(st.sampled_from([MIT, APACHE, LLAMA]), unique=True, max_size=2)


@st.composite
def states(draw: st.DrawFn, as_of: AsOf, month: int) -> State:
    """Return any state; of the records of one month only those of others differ in date."""
    works = []
    for work_id in draw(st.sets(st.sampled_from(IDS), min_size=1)):
        licenses = draw(LICENSES)
        works.append(
            work(
                work_id,
                licenses=licenses,
                gaps=[] if licenses else [NO_LICENSE],
                gated=draw(st.sampled_from(["no", "auto", "manual"])),
                removed=draw(st.booleans()),
                modified=draw(st.sampled_from([None, f"2025-0{month}-11T00:00:00Z"])),
            )
        )
    present = sorted(row["id"] for row in works)
    edges = draw(
        st.sets(
            st.tuples(
                st.sampled_from(present),
                st.sampled_from([TUNED, MERGED]),
                st.sampled_from([*IDS, "o/gone"]),
                st.sampled_from(["hub", "card"]),
            ),
            max_size=5,
        )
    )
    return state(as_of, works, *sorted(edges))


Tracked = dict[str, dict[str, Any]]


def tracked(of: State) -> Tracked:
    """Return what is tracked of each work that is present."""
    rows = of.works.to_pylist()
    told: Tracked = {
        iri(row["id"]): {
            "license": {*row["licenses"], *row["families"], *row["gaps"]},
            "gated": row["gated"],
            "removed": row["removed"],
            "relations": {},
        }
        for row in rows
        if row["in_graph"]
    }
    for edge in of.derivations.to_pylist():
        parent = iri(rows[edge["parent"]]["id"])
        relations = told[iri(rows[edge["child"]]["id"])]["relations"]
        relations.setdefault(parent, set()).add(edge["relation"])
    return told


def applied(told: Tracked, changes: list[dict[str, Any]]) -> Tracked:
    """Return what is tracked after changes, each of which must fit what was before."""
    for change in changes:
        one_work = told[change["work"]]
        before, after = set(change["before"]), set(change["after"])
        match change["change"]:
            case "LicenseChange":
                assert one_work["license"] == before
                one_work["license"] = after
            case "GatingChange":
                assert {one_work["gated"]} == before
                (one_work["gated"],) = after
            case "LineageChange":
                assert one_work["relations"].pop(change["parent"], set()) == before
                if after:
                    one_work["relations"][change["parent"]] = after
            case kind:
                assert one_work["removed"] == (kind == "Reappearance")
                one_work["removed"] = kind == "Removal"
    return told


@settings(deadline=None)
@given(states(OLD, 1), states(NEW, 4))
def test_what_changed_applied_to_what_was_gives_what_is(old: State, new: State) -> None:
    was, now = tracked(old), tracked(new)
    both = was.keys() & now.keys()
    after = applied(was, found(old, new))
    assert {work_: after[work_] for work_ in both} == {work_: now[work_] for work_ in both}


@settings(deadline=None)
@given(states(OLD, 1), st.booleans())
def test_nothing_changes_from_a_state_to_itself(one_state: State, read_alike: bool) -> None:
    comparison = compared(one_state, replace(one_state, as_of=NEW), read_alike=read_alike)
    assert comparison.changes.num_rows == 0
    assert comparison.appeared == comparison.unseen == comparison.older == 0


@settings(deadline=None)
@given(states(OLD, 1), states(NEW, 4))
def test_the_dates_of_a_change_are_in_order(old: State, new: State) -> None:
    for change in found(old, new):
        held = change["held_since"] or change["unchanged_at"]
        assert held <= change["unchanged_at"] <= change["date"] <= change["seen_at"]
