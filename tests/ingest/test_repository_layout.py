"""How folders are told apart: one repository, many, or cards by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from licet_ingest import repository_layout
from licet_ingest.repository_files import (
    MAX_FOLDER_DEPTH,
    UnreadableFolderError,
    entries,
    license_files,
)
from licet_ingest.repository_layout import named_by_path, places

if TYPE_CHECKING:
    from pathlib import Path

CARD = "---\nlicense: mit\n---\n"
BARE = "# Title\n"


def lay(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def ids(root: Path) -> list[tuple[str, str]]:
    return [(place.kind, place.work_id) for place in places(root)]


def test_a_folder_with_a_card_is_one_repository(tmp_path: Path) -> None:
    root = lay(tmp_path / "o__m", {"README.md": CARD, "docs/guide.md": BARE, "LICENSE": "x"})
    assert ids(root) == [("model", "o/m")]


def test_a_folder_with_a_configuration_and_no_card_is_one_repository(tmp_path: Path) -> None:
    root = lay(tmp_path / "o__m", {"adapter_config.json": "{}"})
    [place] = places(root)
    assert (place.work_id, place.card) == ("o/m", None)


def test_the_id_of_one_repository_can_be_given(tmp_path: Path) -> None:
    root = lay(tmp_path / "x", {"README.md": CARD, "o/m/README.md": CARD})
    assert [p.work_id for p in places(root, "me/mine")] == ["me/mine"]
    assert [(p.kind, p.work_id) for p in places(root, "datasets/me/mine")] == [
        ("dataset", "me/mine")
    ]


@pytest.mark.parametrize(
    ("path", "kind", "work_id"),
    [
        ("o/m/README.md", "model", "o/m"),
        ("models/o/m/README.md", "model", "o/m"),
        ("datasets/o/d/README.md", "dataset", "o/d"),
        ("datasets/d/README.md", "dataset", "d"),
        ("2026/august/o/m/README.md", "model", "o/m"),
        ("o__m/README.md", "model", "o/m"),
        ("m/README.md", "model", "m"),
        ("o/m/readme.MD", "model", "o/m"),
        ("o/m/MODEL_CARD.md", "model", "o/m"),
        ("models--o--m/snapshots/0a1b/README.md", "model", "o/m"),
        ("datasets--o--d/snapshots/0a1b/README.md", "dataset", "o/d"),
        ("models--gpt2/snapshots/0a1b/README.md", "model", "gpt2"),
        ("o/m.md", "model", "o/m"),
        ("o__m.md", "model", "o/m"),
        ("m.md", "model", "m"),
        ("0001.MD", "model", "0001"),
    ],
)
def test_of_many_the_path_is_the_id(tmp_path: Path, path: str, kind: str, work_id: str) -> None:
    root = lay(tmp_path / "hub", {path: CARD, "other/x/README.md": CARD})
    assert (kind, work_id) in ids(root)
    assert len(ids(root)) == 2


def test_a_folder_named_datasets_holds_datasets(tmp_path: Path) -> None:
    root = lay(tmp_path / "datasets", {"o/d/README.md": CARD, "squad/README.md": CARD})
    assert ids(root) == [("dataset", "o/d"), ("dataset", "squad")]


def test_what_lies_below_a_repository_is_part_of_it_and_counted(tmp_path: Path) -> None:
    nested = {f"o/m/checkpoint-{n}/README.md": CARD for n in (1, 2)}
    root = lay(tmp_path / "hub", {"o/m/README.md": CARD, "o/m/old.md": CARD} | nested)
    [place] = places(root)
    assert (place.work_id, place.cards_below) == ("o/m", 3)


def test_a_readme_about_a_folder_of_cards_does_not_hide_them(tmp_path: Path) -> None:
    files = {"README.md": BARE, "o/README.md": BARE, "o/a/README.md": CARD, "p__b.md": CARD}
    assert ids(lay(tmp_path / "hub", files)) == [
        ("model", "hub"),
        ("model", "o"),
        ("model", "o/a"),
        ("model", "p/b"),
    ]


def test_cards_without_front_matter_are_cards(tmp_path: Path) -> None:
    root = lay(tmp_path / "hub", {"o/a/README.md": BARE, "o/b/README.md": BARE, "o__c.md": BARE})
    assert ids(root) == [("model", "o/a"), ("model", "o/b"), ("model", "o/c")]


@pytest.mark.parametrize(
    "name",
    ["LICENSE.md", "USE_POLICY.md", "NOTICE.md", "CHANGELOG.md", "MODEL_LINEAGE.md", "x.txt"],
)
def test_files_that_are_known_to_be_something_else_are_no_cards(tmp_path: Path, name: str) -> None:
    root = lay(tmp_path / "hub", {name: BARE, "o__m.md": CARD})
    assert ids(root) == [("model", "o/m")]


def test_hidden_folders_and_links_to_folders_are_left_alone(tmp_path: Path) -> None:
    elsewhere = lay(tmp_path / "elsewhere", {"o/x/README.md": CARD})
    root = lay(tmp_path / "hub", {"o/m/README.md": CARD, ".cache/o/y/README.md": CARD})
    (root / "link").symlink_to(elsewhere)
    (root / "o" / "loop").symlink_to(root)
    assert ids(root) == [("model", "o/m")]


def test_a_folder_that_cannot_be_listed_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> tuple[list[str], list[str]]:
        if folder.name == "closed":
            raise UnreadableFolderError("cannot be listed")
        return entries(folder)

    root = lay(tmp_path / "hub", {"closed/m/README.md": CARD, "o/m/README.md": CARD})
    monkeypatch.setattr(repository_layout, "entries", refuse)
    assert [(p.path, p.fault) for p in places(root)] == [
        ("closed", "cannot be listed"),
        ("o/m", ""),
    ]


def test_what_lies_too_deep_is_reported(tmp_path: Path) -> None:
    deep = "/".join("x" * (MAX_FOLDER_DEPTH + 1))
    root = lay(tmp_path / "hub", {f"{deep}/README.md": CARD, "o/m/README.md": CARD})
    assert [p.fault for p in places(root)] == [
        "",
        f"lies more than {MAX_FOLDER_DEPTH} folders deep",
    ]


def test_the_order_is_that_of_the_paths(tmp_path: Path) -> None:
    root = lay(tmp_path / "hub", {f"{o}/{m}/README.md": CARD for o in "ba" for m in "yx"})
    assert [place.path for place in places(root)] == ["a/x", "a/y", "b/x", "b/y"]


def test_a_name_of_two_hyphens_in_the_cache_is_the_name_of_a_model() -> None:
    assert named_by_path("hub", ("models--o--a--b", "snapshots", "1")) == ("model", "o/a--b")


@pytest.mark.parametrize(
    "name",
    [
        "LICENSE",
        "LICENCE",
        "LICENSE.txt",
        "LICENSE.md",
        "license",
        "LICENSE-MODEL",
        "LICENSE_MODELS.txt",
        "MODEL_LICENSE",
        "COPYING",
        "COPYING.LESSER",
        "NOTICE",
        "NOTICE.txt",
        "USE_POLICY.md",
        "use-policy.txt",
        "LICENSES.md",
        "LICENSE.APACHE2",
        "LLAMA_LICENSE.txt",
    ],
)
def test_files_of_license_texts_are_known_by_their_names(name: str) -> None:
    assert license_files([name]) == [name]


@pytest.mark.parametrize(
    "name",
    ["README.md", "license.py", "LICENSE.pdf", "licenses.json", "relicensed.txt", "LICENSE.html"],
)
def test_other_files_are_not(name: str) -> None:
    assert license_files([name]) == []


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("AGREED", ["AGREED"]),
        ("./AGREED#part", ["AGREED"]),
        ("legal/AGREED.txt", ["legal/AGREED.txt"]),
        ("missing", []),
        ("https://example.org/AGREED", []),
        ("/etc/passwd", []),
        ("../../secret", []),
        ("legal/../../secret", []),
        ("AGREED.pdf", []),
    ],
)
def test_a_license_link_can_name_a_file_of_the_repository(link: str, found: list[str]) -> None:
    assert license_files(["AGREED", "AGREED.pdf"], link) == found
