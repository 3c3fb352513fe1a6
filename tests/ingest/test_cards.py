"""Cards as people and programs write them: what is read, and what is said of the rest."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licet_ingest.cards import MAX_CARD_BYTES, Card, hub_item, read_card
from licet_ingest.hub_json import work_record

PLAIN = b"---\nlicense: mit\nbase_model: o/base\n---\n# Title\n"
FIELDS = {"license": "mit", "base_model": "o/base"}


def reasons(card: Card) -> list[str]:
    return [reason for _, _, reason in card.faults]


def test_front_matter_and_body_are_parted() -> None:
    assert read_card(PLAIN) == Card(FIELDS, "# Title\n", body_line=5)


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        PLAIN.decode().encode("utf-32"),
    ],
)
def test_line_ends_and_byte_order_marks_make_no_difference(data: bytes) -> None:
    assert read_card(data) == read_card(PLAIN)


@pytest.mark.parametrize(
    "data", [b"\n\n" + PLAIN, b"  " + PLAIN, PLAIN.replace(b"---\n", b"---  \n")]
)
def test_blanks_around_the_hyphens_make_no_difference(data: bytes) -> None:
    assert read_card(data).data == FIELDS


@pytest.mark.parametrize("data", [b"", b"\n", b"# Title\n", b"text --- text", b"- list\n- list"])
def test_a_card_without_front_matter_states_nothing(data: bytes) -> None:
    card = read_card(data)
    assert (card.data, card.faults, card.is_lost) == ({}, (), False)
    assert card.body == data.decode()


@pytest.mark.parametrize("data", [b"---\n---\n# T", b"---\n\n---\n# T", b"---\n# none\n---\n# T"])
def test_empty_front_matter_states_nothing(data: bytes) -> None:
    card = read_card(data)
    assert (card.data, card.body, card.faults, card.is_lost) == ({}, "# T", (), False)


def test_of_two_front_matters_the_first_holds_and_the_second_is_reported() -> None:
    card = read_card(PLAIN.replace(b"# Title", b"\n---\nlicense: gpl-3.0\n---\n# Title"))
    assert card.data == FIELDS
    assert card.faults == (
        ("front matter", "license: gpl-3.0", "is a second one; the Hub reads the first"),
    )


def test_prose_between_ruled_lines_is_no_second_front_matter() -> None:
    assert read_card(PLAIN + b"\n---\nNote: read this\n---\n").faults == ()


def test_front_matter_below_other_text_counts_as_lost() -> None:
    card = read_card(b"<!-- made by a tool -->\n" + PLAIN)
    assert (card.data, card.is_lost) == ({}, True)
    assert reasons(card) == ["does not stand at the beginning, so that the Hub does not read it"]


def test_a_card_that_begins_with_a_ruled_line_has_no_front_matter() -> None:
    card = read_card(b"---\n\nThis model is a test.\n")
    assert (card.faults, card.is_lost) == ((), False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"---\nlicense: mit\n# Title\n", "has no end"),
        (b"---\n- license\n---\n", "is list, not a mapping"),
        (b"---\nlicense\n---\n", "is str, not a mapping"),
        (b"---\nlicense: [mit\n---\n", "is not YAML: "),
        (b"---\nlicense: !!python/name:os.system\n---\n", "has the tag "),
        (b"---\na: " + b"[" * 5_000 + b"\n---\n", "is nested more than 50 deep"),
        (b"---\n" + b"- x\n" * 1_100_000 + b"---\n", "is longer than 4000000 characters"),
    ],
)
def test_front_matter_that_cannot_be_read_is_lost_and_reported(data: bytes, reason: str) -> None:
    card = read_card(data)
    assert (card.data, card.is_lost) == ({}, True)
    assert reason in reasons(card)[0]


def test_of_a_card_of_50_megabytes_the_beginning_is_read() -> None:
    card = read_card(PLAIN + b"a word " * 7_500_000)
    assert card.data == FIELDS
    assert len(card.body) < MAX_CARD_BYTES
    assert reasons(card) == [f"has {len(PLAIN) + 52_500_000} bytes; {MAX_CARD_BYTES} are read"]


def test_a_character_that_the_limit_cuts_is_no_fault_of_encoding() -> None:
    data = PLAIN + "é".encode() * (MAX_CARD_BYTES // 2)
    assert len(reasons(read_card(data))) == 1
    assert len(reasons(read_card(b"x" + data))) == 1


def test_bytes_that_are_not_utf_8_leave_the_rest_readable() -> None:
    card = read_card(b"---\nlicense: mit\nauthors: caf\xe9\n---\n")
    assert card.data == {"license": "mit", "authors": "caf\ufffd"}
    assert reasons(card) == ["is not UTF-8 throughout"]


def test_what_is_no_text_counts_as_lost() -> None:
    card = read_card(b"GGUF\x03\x00\x00\x00")
    assert (card.is_lost, reasons(card)) == (True, ["is not text"])


def test_a_language_code_of_norwegian_stays_what_it_is() -> None:
    assert read_card(b"---\nlanguage: no\n---\n").data == {"language": "no"}


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b", "\u200b"])
def test_a_name_with_hidden_characters_names_nothing(hidden: str) -> None:
    card = read_card(f"---\nlicense: ap{hidden}ache-2.0\n---\n".encode())
    record, faults = work_record(hub_item("o/m", card)[0], "model", "here")
    assert record is not None
    assert record.licenses == ()
    assert faults or card.faults


################################################################ as the Hub would list it


def test_a_card_becomes_an_object_of_the_hub() -> None:
    card = read_card(
        b"---\nlicense: mit\ntags: [merge, text]\npipeline_tag: text-generation\n---\n"
    )
    item, imitations = hub_item("o/m", card)
    assert imitations == ()
    assert item == {
        "id": "o/m",
        "cardData": card.data,
        "tags": ["merge", "text"],
        "pipeline_tag": "text-generation",
    }


@pytest.mark.parametrize(
    "tag",
    ["base_model:o/other", "base_model:adapter:o/other", "license:gpl-3.0", "dataset:o/data"],
)
def test_a_tag_of_an_author_that_imitates_the_hub_is_no_fact(tag: str) -> None:
    card = Card({"license": "mit", "base_model": "o/base", "tags": ["lora", tag]})
    item, imitations = hub_item("o/m", card)
    assert item["tags"] == ["lora"]
    [(field, value, reason)] = imitations
    assert (field, value) == (f"tags {tag.split(':', maxsplit=1)[0]}", tag)
    assert reason == "imitates a tag of the Hub, and no field of the card says the same"


@pytest.mark.parametrize(
    "tag", ["base_model:O/Base", "base_model:adapter:o/base", "license:mit", "dataset:o/data"]
)
def test_such_a_tag_loses_nothing_where_a_field_says_the_same(tag: str) -> None:
    card = Card({"license": "mit", "base_model": ["o/base"], "datasets": "o/data", "tags": tag})
    item, imitations = hub_item("o/m", card)
    assert (item["tags"], imitations) == ([], ())


def test_of_very_many_tags_each_is_compared_once() -> None:
    bases = [f"o/b{number}" for number in range(50_000)]
    card = Card({"base_model": bases, "tags": [f"base_model:{base}" for base in bases]})
    assert hub_item("o/m", card) == ({"id": "o/m", "cardData": card.data, "tags": []}, ())


################################################################ any bytes at all

pieces = st.sampled_from(
    [
        b"---",
        b"\n",
        b"\r\n",
        b": ",
        b"license",
        b"base_model",
        b"tags",
        b"- ",
        b"[",
        b"{",
        b"*a",
        b"&a ",
        b"\t",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        "\u202e".encode(),
        b"mit",
        b"o/m",
        b"!!int ",
        b"<<",
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(pieces, max_size=40).map(b"".join)))
@example(b"---\ntags: {a: b}\nlicense: {}\nbase_model: [[o/m]]\n---\n")
@example(b"\xff\xfe-\x00-\x00-\x00\n\x00a")
def test_any_bytes_end_as_a_record(data: bytes) -> None:
    card = read_card(data)
    record, _ = work_record(hub_item("o/m", card)[0], "model", "here")
    assert record is not None
    assert record.licenses or record.gaps
    assert record.licenses == () or card.data
