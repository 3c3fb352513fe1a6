"""YAML of strangers is read within bounds, and its scalars are what they look like."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.untrusted_yaml import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_YAML_CHARS,
    UnreadableYamlError,
    read_yaml,
)


def one(text: str) -> Any:
    read = read_yaml(text)
    assert read.faults == ()
    [document] = read.documents
    return document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("language: no", {"language": "no"}),  # Norwegian, which YAML 1.1 reads as false
        ("a: [yes, on, off, Y]", {"a": ["yes", "on", "off", "Y"]}),
        ("a: [true, False, null, ~, ]", {"a": [True, False, None, None]}),
        ("a: ['true', 'null', \"~\"]", {"a": ["true", "null", "~"]}),
        ("license_name: 1.10", {"license_name": "1.10"}),
        ("a: [0x1F, 1:30, 1e9, .nan]", {"a": ["0x1F", "1:30", "1e9", ".nan"]}),
        ("a: 2024-13-45", {"a": "2024-13-45"}),  # no date, and none is made of it
        ("a: " + "9" * 10_000, {"a": "9" * 10_000}),
        ("a: !!int five", {"a": "five"}),
        ("a:", {"a": None}),
        ("yes: 1", {"yes": "1"}),
        ("a: &x [b]\nc: *x", {"a": ["b"], "c": ["b"]}),
        ("a: &x {b: c}\nd: {<<: *x, e: f}", {"a": {"b": "c"}, "d": {"b": "c", "e": "f"}}),
        ("- a\n- {b: [c]}", ["a", {"b": ["c"]}]),
        ("text", "text"),
    ],
)
def test_scalars_are_texts_but_for_null_true_and_false(text: str, value: object) -> None:
    assert one(text) == value


def test_documents_come_in_their_order() -> None:
    assert read_yaml("a: b\n---\nc: d\n").documents == ({"a": "b"}, {"c": "d"})


def test_an_empty_text_has_no_document() -> None:
    assert read_yaml("# nothing\n").documents == ()


def test_a_key_that_stands_twice_keeps_all_its_values() -> None:
    read = read_yaml("license: mit\nlicense: [gpl-3.0, other]\nlicense: mit\n")
    assert read.documents == ({"license": ["mit", "gpl-3.0", "other", "mit"]},)
    assert read.faults == ("has the key 'license' twice; both values are kept",)


def test_a_repeated_key_leaves_what_an_alias_shares_as_it_was() -> None:
    assert read_yaml("a: &x [b]\na: c\nd: *x").documents == ({"a": ["b", "c"], "d": ["b"]},)


def test_a_key_that_is_no_text_is_left_out() -> None:
    read = read_yaml("{[a]: b, c: d}")
    assert read.documents == ({"c": "d"},)
    assert read.faults == ("has a key that is not text, which was left out",)


def test_tabs_are_read_as_spaces_where_yaml_allows_none() -> None:
    read = read_yaml("base_model:\n\t- o/a\n\t- o/b\n")
    assert read.documents == ({"base_model": ["o/a", "o/b"]},)
    assert read.faults == ("holds tabs where YAML allows none; they are read as two spaces",)


def test_control_characters_leave_a_mark() -> None:
    read = read_yaml("license: apa\x00che\x1b-2.0")
    assert read.documents == ({"license": "apa\ufffdche\ufffd-2.0"},)
    assert read.faults == ("holds characters that YAML forbids",)


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bomb(9), f"has more than {MAX_NODES} nodes, aliases written out"),
        ("- x\n" * (MAX_NODES + 1), f"has more than {MAX_NODES} nodes, aliases written out"),
        ("[" * 100_000, f"is nested more than {MAX_DEPTH} deep"),
        ("{a: " * 100_000, f"is nested more than {MAX_DEPTH} deep"),
        (
            "\n".join(
                ["a0: &a0 x", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MAX_DEPTH + 2))]
            ),
            f"is nested more than {MAX_DEPTH} deep",
        ),
        ("a" * (MAX_YAML_CHARS + 1), f"is longer than {MAX_YAML_CHARS} characters"),
        ("a: &x [*x]", "has an alias of what is not there, or of what holds it"),
        ("a: *nothing", "has an alias of what is not there, or of what holds it"),
        ("a: !!python/object/apply:os.system [id]", "tag:yaml.org,2002:python/object/apply"),
        ("a: !include /etc/passwd", "has the tag '!include'"),
        ("a: !!binary aGk=", "has the tag 'tag:yaml.org,2002:binary'"),
        ("a: [b", "is not YAML: "),
        ("a: b: c", "is not YAML: mapping values are not allowed in this context in line 1"),
        ("a:\n\t{b: [", "is not YAML: "),
        ('a: "\\ud800"', "is not YAML: "),
    ],
)
def test_what_exceeds_a_bound_or_is_no_yaml_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableYamlError) as refused:
        read_yaml(text)
    assert reason in str(refused.value)


def test_a_text_at_the_bound_of_depth_is_read() -> None:
    value = one("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        [value] = value
    assert value == []


@given(
    st.text(
        alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%@`,?<\n\t \x00\u202e\ufeff~01"), max_size=80
    )
)
def test_no_text_leads_to_another_error(text: str) -> None:
    with suppress(UnreadableYamlError):
        assert repr(read_yaml(text))
