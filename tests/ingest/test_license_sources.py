"""Licenses as card, Hub and files have them, what is taken for true, and where they differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.hub_json import work_record
from licet_ingest.license_names import (
    AMBIGUOUS,
    NO_LICENSE,
    UNIDENTIFIED,
    license_at,
    resolve,
)
from licet_ingest.license_sources import with_detected
from licet_ingest.records import (
    LICENSE_MISMATCH,
    UNREAD_TEXT,
    DetectedText,
    Fault,
    LicenseStatement,
    WorkRecord,
)
from licet_ontology.terms import license_iri

LLAMA_TEXT = "https://github.com/meta-llama/llama-models/blob/main/models/llama3/LICENSE"


def read(tags: list[str] | None = None, **card: Any) -> tuple[WorkRecord, list[Fault]]:
    item: dict[str, Any] = {"id": "o/m", "cardData": card}
    if tags is not None:
        item["tags"] = tags
    record, faults = work_record(item, "model", "line 1")
    assert record is not None
    return record, faults


def ids(record: WorkRecord) -> list[str]:
    assert set(record.declared_licenses) <= set(record.licenses)
    return [iri.removeprefix(license_iri("")) for iri in record.licenses]


def iris(*names: str) -> tuple[str, ...]:
    return tuple(license_iri(name) for name in names)


def known(record: WorkRecord) -> tuple[list[str], list[str], list[str]]:
    """Return licenses, gaps and circumstances of a record by their local names."""
    return (
        ids(record),
        [gap.partition("#")[2] for gap in record.gaps],
        [circumstance.partition("#")[2] for circumstance in record.circumstances],
    )


################################################################ the fields of a card


@pytest.mark.parametrize(
    ("card", "licenses", "gaps"),
    [
        ({"license": "mit"}, ["mit"], []),
        ({"license": "MIT"}, ["mit"], []),
        ({"license": "Apache 2.0"}, ["apache-2.0"], []),
        ({"license": ["mit"]}, ["mit"], []),
        ({"license": ["mit", "MIT"]}, ["mit"], []),
        ({"license": ["llama2", "other"]}, ["llama2"], ["UnidentifiedLicense"]),
        ({"license": ["mit", "apache-2.0"]}, ["apache-2.0", "mit"], ["AmbiguousLicense"]),
        ({"license": ["mit", "openrail"]}, ["mit"], ["AmbiguousLicense"]),
        ({"licenses": "mit"}, ["mit"], []),
        ({"licenses": ["mit"], "license": "mit"}, ["mit"], []),
        (
            {"licenses": "gpl-3.0", "license": "mit"},
            ["gpl-3.0", "mit"],
            ["AmbiguousLicense"],
        ),
        ({}, [], ["NoLicense"]),
        ({"license": None}, [], ["NoLicense"]),
        ({"license": []}, [], ["NoLicense"]),
        ({"license": "other"}, [], ["UnidentifiedLicense"]),
        ({"license": "other", "license_name": "llama3"}, ["llama3"], []),
        ({"license": "other", "license_name": "ours"}, [], ["UnidentifiedLicense"]),
        ({"license": "other", "license_link": LLAMA_TEXT}, ["llama3"], []),
        (
            {"license": "other", "license_name": "llama3", "license_link": LLAMA_TEXT},
            ["llama3"],
            [],
        ),
        (
            {"license": "other", "license_name": "our copy", "license_link": LLAMA_TEXT},
            ["llama3"],
            [],
        ),
        ({"license_name": "llama3"}, ["llama3"], []),
        ({"license_name": "ours"}, [], ["UnidentifiedLicense"]),
        (
            {"license": "gpl", "license_link": "http://www.gnu.org/licenses/gpl-3.0.txt"},
            ["gpl-3.0"],
            [],
        ),
        ({"license": "gpl", "license_link": LLAMA_TEXT}, ["llama3"], ["AmbiguousLicense"]),
        # A YAML `no` is false, a number is none, and an object may say anything.
        ({"license": False}, [], ["UnidentifiedLicense"]),
        ({"license": 2.0}, [], ["UnidentifiedLicense"]),
        ({"license": {"name": "mit"}}, [], ["UnidentifiedLicense"]),
        ({"license": ["mit", {"name": "gpl"}]}, ["mit"], ["UnidentifiedLicense"]),
        ({"license": ["mit", None]}, ["mit"], ["UnidentifiedLicense"]),
        ({"license": "mi\u202et"}, [], ["UnidentifiedLicense"]),
        ({"license": "m\x00it"}, [], ["UnidentifiedLicense"]),
        ({"license": "other", "license_name": "llama3\u202e"}, [], ["UnidentifiedLicense"]),
        ({"license": "other", "license_name": ["llama3"]}, [], ["UnidentifiedLicense"]),
    ],
)
def test_the_fields_of_a_card_are_read_together(
    card: dict[str, Any], licenses: list[str], gaps: list[str]
) -> None:
    record, _ = read(**card)
    assert known(record)[:2] == (licenses, gaps)


def test_of_a_list_of_licenses_that_has_no_end_the_rest_is_unknown() -> None:
    record, faults = read(license=[f"license-{n}" for n in range(101)])
    assert len(record.stated_licenses) == 100
    assert [(f.value, f.reason) for f in faults] == [
        ("license-100", "has 101 values; 100 are read")
    ]
    record, _ = read(license=["mit"] + [f"mit{' ' * n}x" for n in range(100)])
    assert record.gaps == (UNIDENTIFIED,)


@pytest.mark.parametrize(
    "link",
    [
        "LICENSE",
        "./LICENSE.md",
        "blob/main/LICENSE",
        "https://huggingface.co/o/gone/blob/main/LICENSE",
        "https://example.org/license.pdf",
        "ftp://www.gnu.org/licenses/gpl-3.0.txt",
        "javascript:alert(1)",
        "https://",
        "//www.gnu.org/licenses/gpl-3.0.txt",
    ],
)
def test_a_link_that_is_no_address_of_a_known_text_is_kept_as_stated(link: str) -> None:
    record, faults = read(license="other", license_link=link)
    assert known(record) == ([], ["UnidentifiedLicense"], [])
    assert record.license_link == link
    assert not faults
    record, _ = read(license="mit", license_link=link)
    assert known(record) == (["mit"], [], [])


@pytest.mark.parametrize(
    "link",
    [
        LLAMA_TEXT,
        LLAMA_TEXT.replace("/blob/", "/raw/"),
        LLAMA_TEXT + "?plain=1#L5",
        LLAMA_TEXT.replace("https://", "http://www."),
        LLAMA_TEXT.replace("github.com", "raw.githubusercontent.com").replace("/blob/", "/"),
        LLAMA_TEXT.replace("github.com", "raw.githubusercontent.com").replace(
            "/blob/", "/refs/heads/"
        ),
    ],
)
def test_a_text_has_one_address_as_page_and_as_file(link: str) -> None:
    assert license_at(link) == license_iri("llama3")


def test_an_address_of_several_licenses_names_none() -> None:
    shared = (
        "https://www.nvidia.com/en-us/agreements/enterprise-software/nvidia-open-model-license/"
    )
    assert license_at(shared) is None


def test_a_link_on_the_hub_is_one_in_every_view() -> None:
    page = "https://huggingface.co/moonshotai/Kimi-K3/blob/main/LICENSE"
    assert license_at(page) is not None
    for view in ("raw", "resolve"):
        assert license_at(page.replace("blob", view)) == license_at(page)
    assert license_at(page.replace("huggingface.co", "hf.co")) == license_at(page)


################################################################ card, name, link and Hub differ


@pytest.mark.parametrize(
    "card",
    [
        {"license": "apache-2.0", "license_name": "cc-by-nc-4.0"},
        {"license": "apache-2.0", "license_link": LLAMA_TEXT},
        {"license": "other", "license_name": "mit", "license_link": LLAMA_TEXT},
    ],
)
def test_a_name_or_link_of_another_license_is_a_mismatch(card: dict[str, Any]) -> None:
    record, _ = read(**card)
    assert len(record.licenses) == 2
    assert record.gaps == (AMBIGUOUS,)
    assert record.circumstances == (LICENSE_MISMATCH,)
    assert {s.source for s in record.license_statements} >= {"card"}


@pytest.mark.parametrize(
    "card",
    [
        {"license": "apache-2.0", "license_name": "apache-2.0"},
        {"license": "apache-2.0", "license_name": "our terms"},
        {"license": "llama3", "license_link": LLAMA_TEXT},
        {"license": ["mit", "apache-2.0"], "license_name": "mit"},
    ],
)
def test_a_name_or_link_that_says_no_other_license_is_none(card: dict[str, Any]) -> None:
    record, _ = read(**card)
    assert record.circumstances == ()
    assert record.license_statements == ()


def test_a_tag_of_another_license_than_the_cards_is_a_mismatch() -> None:
    record, _ = read(["license:mit"], license="apache-2.0")
    assert known(record) == (["apache-2.0", "mit"], ["AmbiguousLicense"], ["LicenseMismatch"])
    assert record.license_statements == (
        LicenseStatement("hub", "mit", iris("mit")),
        LicenseStatement("card", "apache-2.0", iris("apache-2.0")),
    )


@pytest.mark.parametrize(
    ("tags", "card"),
    [
        (["license:mit"], {"license": "MIT"}),
        (["license:mit"], {}),
        (["license:other"], {"license": ["llama2", "other"]}),
        (["license:other"], {"license": "other", "license_name": "llama3"}),
        (["license:mit"], {"license": ["mit", "apache-2.0"]}),
    ],
)
def test_a_card_that_says_more_than_the_tag_contradicts_nothing(
    tags: list[str], card: dict[str, Any]
) -> None:
    assert read(tags, **card)[0].circumstances == ()


################################################################ texts among the files


def text(status: str, *licenses: str, file: str = "LICENSE") -> DetectedText:
    return DetectedText(file, status, iris(*licenses))


@pytest.mark.parametrize(
    ("card", "texts", "expected"),
    [
        # The text says what card and Hub leave open.
        ({}, [text("identified", "mit")], (["mit"], [], [])),
        ({"license": "other"}, [text("identified", "llama3")], (["llama3"], [], [])),
        (
            {"license": "other", "license_name": "ours"},
            [text("identified", "llama3")],
            (["llama3"], [], []),
        ),
        ({"license": "gpl"}, [text("identified", "gpl-3.0")], (["gpl-3.0"], [], [])),
        # It confirms what they name.
        ({"license": "mit"}, [text("identified", "mit")], (["mit"], [], [])),
        (
            {"license": "MIT AND Apache-2.0"},
            [text("identified", "mit")],
            (["apache-2.0", "mit"], [], []),
        ),
        # It contradicts what they name: both bind, neither is known to hold.
        (
            {"license": "mit"},
            [text("identified", "apache-2.0")],
            (["apache-2.0", "mit"], ["AmbiguousLicense"], ["LicenseMismatch"]),
        ),
        (
            {"license": "mit"},
            [text("identified", "mit"), text("identified", "llama3", file="LICENSE-MODEL")],
            (["llama3", "mit"], ["AmbiguousLicense"], ["LicenseMismatch"]),
        ),
        (
            {"license": "gpl"},
            [text("identified", "mit")],
            (["mit"], ["AmbiguousLicense"], ["LicenseMismatch"]),
        ),
        # Several texts do not say what each covers.
        (
            {},
            [text("identified", "mit"), text("identified", "llama3", file="LICENSE-MODEL")],
            (["llama3", "mit"], ["AmbiguousLicense"], []),
        ),
        # One of two licenses of the card is not named; the text may be that one.
        (
            {"license": ["llama2", "other"]},
            [text("identified", "mit")],
            (["llama2", "mit"], ["UnidentifiedLicense", "AmbiguousLicense"], []),
        ),
        # Two licenses without a word on which covers what stay so.
        (
            {"license": ["mit", "apache-2.0"]},
            [text("identified", "mit")],
            (["apache-2.0", "mit"], ["AmbiguousLicense"], []),
        ),
        # More words than those of the license may be a condition.
        (
            {"license": "mit"},
            [text("extended", "mit")],
            (["mit"], ["UnidentifiedLicense"], ["UnreadText"]),
        ),
        ({}, [text("extended", "mit")], (["mit"], ["UnidentifiedLicense"], [])),
        # A text that nobody has identified may be anything.
        (
            {"license": "mit"},
            [text("nearest")],
            (["mit"], ["UnidentifiedLicense"], ["UnreadText"]),
        ),
        (
            {"license": "mit"},
            [text("unknown")],
            (["mit"], ["UnidentifiedLicense"], ["UnreadText"]),
        ),
        ({}, [text("unknown")], ([], ["UnidentifiedLicense"], [])),
        # What is a part of a license, such as a use policy, is no license.
        ({"license": "gemma"}, [text("identified", file="USE_POLICY")], (["gemma"], [], [])),
        ({}, [text("identified", file="USE_POLICY")], ([], ["NoLicense"], [])),
        ({"license": "mit"}, [], (["mit"], [], [])),
    ],
)
def test_a_text_settles_what_is_open_and_overrules_nothing(
    card: dict[str, Any],
    texts: list[DetectedText],
    expected: tuple[list[str], list[str], list[str]],
) -> None:
    record = with_detected(read(**card)[0], texts)
    assert known(record) == expected


def test_what_each_source_says_is_kept() -> None:
    record = with_detected(read(license="mit")[0], [text("identified", "apache-2.0")])
    assert record.declared_licenses == iris("mit")
    assert record.detected_licenses == (text("identified", "apache-2.0"),)
    assert record.license_statements == (
        LicenseStatement("card", "mit", iris("mit")),
        LicenseStatement("file LICENSE", "identified", iris("apache-2.0")),
    )


LICENSES = st.sampled_from(["mit", "apache-2.0", "gpl-3.0", "llama3", "cc-by-nc-4.0"])
TEXTS = st.lists(
    st.builds(
        lambda status, licenses: text(status, *licenses),
        st.sampled_from(["identified", "extended"]),
        st.lists(LICENSES, max_size=2, unique=True),
    )
    | st.sampled_from([text("nearest"), text("unknown")]),
    max_size=3,
)
NAMES = LICENSES | st.sampled_from(["gpl", "cc", "other", "ours", "unknown", ""])


@given(st.lists(NAMES, max_size=3), NAMES, st.sampled_from([None, LLAMA_TEXT, "LICENSE"]), TEXTS)
def test_every_license_that_is_named_binds_and_what_differs_is_never_certain(
    stated: list[str], name: str, link: str | None, texts: list[DetectedText]
) -> None:
    record = with_detected(read(license=stated, license_name=name, license_link=link)[0], texts)
    named = {iri for text in texts for iri in text.licenses}
    for value in stated:
        named |= set(resolve([value], None).licenses)
    assert named <= set(record.licenses)
    assert record.licenses or record.gaps
    if len(record.licenses) > 1 or LICENSE_MISMATCH in record.circumstances:
        assert {AMBIGUOUS, UNIDENTIFIED}.intersection(record.gaps)
    if UNREAD_TEXT in record.circumstances:
        assert UNIDENTIFIED in record.gaps
    if record.licenses:
        assert NO_LICENSE not in record.gaps
    for statement in record.license_statements:
        assert set(statement.licenses) <= set(record.licenses)
