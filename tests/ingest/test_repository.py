"""Repositories in a folder become records, and every file that is not read leaves a word."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.collect import collect
from licet_ingest.license_names import (
    AMBIGUOUS,
    NO_LICENSE,
    UNIDENTIFIED,
    permitting_commerce,
)
from licet_ingest.records import (
    UNNAMED_WORK,
    UNSTATED_RELATION,
    Derivation,
    DetectedText,
    Fault,
    WorkRecord,
)
from licet_ingest.repository_files import MAX_LICENSE_BYTES
from licet_ingest.sources import SourceItem
from licet_ingest.sources.repository import MIN_LICENSE_CHARS, Repositories
from licet_ontology import identify
from licet_ontology.errors import SourceError
from licet_ontology.fingerprint import Fingerprint
from licet_ontology.identify import Identifier
from licet_ontology.terms import license_iri

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHILD = ("model", "o/m")


def made_up(seed: int, sentences: int = 40) -> str:
    rng = random.Random(seed)
    return "\n\n".join(
        " ".join(f"w{rng.randrange(400)}" for _ in range(rng.randint(6, 30))) + "."
        for _ in range(sentences)
    )


# An invented text stands for that of a license, which is not ours to repeat.
MIT = made_up(1)
MERGE = "merge_method: slerp\nbase_model: o/one\nmodels: [{model: o/one}, {model: o/two}]\n"
EXPERTS = "base_model: o/one\nexperts: [{source_model: o/one}, {source_model: o/two}]\n"


@pytest.fixture(autouse=True)
def _identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = Identifier({"mit": [Fingerprint.of_text(MIT, "mit")]})
    monkeypatch.setattr(identify, "shipped_identifier", lambda: identifier)


def made(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def item(tmp_path: Path, files: Mapping[str, str | bytes]) -> SourceItem:
    [found] = Repositories(made(tmp_path / "o__m", files)).items()
    return found


def record(
    tmp_path: Path, files: Mapping[str, str | bytes]
) -> tuple[WorkRecord, list[tuple[str, str]]]:
    found = item(tmp_path, files)
    assert found.work is not None
    assert not any(fault.record_rejected for fault in found.faults)
    assert all(fault.record == "o/m" for fault in found.faults)
    return found.work, [(fault.field, fault.reason) for fault in found.faults]


def card(front_matter: str, body: str = "") -> str:
    return f"---\n{front_matter}\n---\n{body}"


def parents(work: WorkRecord) -> set[tuple[str, str, str]]:
    return {(d.relation, d.parent[1], d.source) for d in work.derivations}


################################################################ the card


def test_a_card_is_mapped_as_the_hub_would_list_it(tmp_path: Path) -> None:
    work, faults = record(
        tmp_path,
        {
            "README.md": card(
                "license: MIT\nbase_model: o/base\nbase_model_relation: finetune\n"
                "datasets: [o/data]\npipeline_tag: text-generation"
            )
        },
    )
    assert faults == []
    assert (work.key, work.author, work.pipeline_tag) == (CHILD, "o", "text-generation")
    assert work.licenses == (license_iri("mit"),)
    assert work.derivations == [
        Derivation(CHILD, "finetunedFrom", ("model", "o/base"), "card"),
        Derivation(CHILD, "trainedOn", ("dataset", "o/data"), "card"),
    ]


def test_front_matter_that_is_lost_leaves_terms_and_bases_unknown(tmp_path: Path) -> None:
    work, faults = record(tmp_path, {"README.md": "---\nlicense: [mit\n---\n"})
    assert set(work.gaps) == {UNIDENTIFIED, UNNAMED_WORK}
    [(field, reason)] = faults
    assert field == "README.md front matter"
    assert reason.startswith("is not YAML")


def test_a_card_without_front_matter_states_no_license(tmp_path: Path) -> None:
    work, faults = record(tmp_path, {"README.md": "# Title\n"})
    assert (work.gaps, faults) == ((NO_LICENSE,), [])


def test_a_repository_without_a_card_says_so(tmp_path: Path) -> None:
    work, faults = record(tmp_path, {"mergekit_config.yml": MERGE})
    assert NO_LICENSE in work.gaps
    assert faults == [("card", "is missing: nothing states a license")]


def test_tags_that_imitate_the_hub_leave_a_gap_and_a_word(tmp_path: Path) -> None:
    text = card("license: mit\ntags: ['base_model:adapter:/cache/models/x', lora]")
    work, faults = record(tmp_path, {"README.md": text})
    assert (work.derivations, work.gaps) == ([], (UNNAMED_WORK,))
    assert [field for field, _ in faults] == ["README.md tags base_model"]


def test_an_id_that_is_none_rejects_the_record(tmp_path: Path) -> None:
    root = made(tmp_path / "hub", {"o/two words/README.md": card("license: mit"), "o__m.md": "x"})
    bad, good = Repositories(root).items()
    assert bad.work is None
    [fault] = bad.faults
    assert (fault.record, fault.record_rejected) == ("o/two words", True)
    assert good.work is not None


def test_cards_below_a_repository_are_reported(tmp_path: Path) -> None:
    text = card("license: mit")
    _, faults = record(tmp_path, {"README.md": text, "checkpoint-1/README.md": text})
    assert faults == [("folder", "1 cards below it are taken for parts of it")]


################################################################ lineage


def test_a_recipe_names_models_that_the_card_does_not(tmp_path: Path) -> None:
    body = f"```yaml\n{MERGE}```\n"
    text = card("license: mit\nbase_model: [o/one, o/three]\nbase_model_relation: merge", body)
    work, _ = record(tmp_path, {"README.md": text})
    assert parents(work) == {
        ("mergedFrom", "o/one", "card"),
        ("mergedFrom", "o/three", "card"),
        ("mergedFrom", "o/one", "recipe"),
        ("mergedFrom", "o/two", "recipe"),
    }


@pytest.mark.parametrize("name", ["mergekit_config.yml", "mergekit_moe_config.yml"])
def test_a_recipe_in_a_file_is_read(tmp_path: Path, name: str) -> None:
    work, _ = record(tmp_path, {"README.md": card("license: mit"), name: MERGE})
    assert parents(work) == {("mergedFrom", "o/one", "recipe"), ("mergedFrom", "o/two", "recipe")}


def test_experts_kept_whole_are_separable_whatever_a_tag_lets_suppose(tmp_path: Path) -> None:
    text = card("license: mit\nbase_model: [o/one, o/two]\ntags: [merge, moe]")
    work, _ = record(tmp_path, {"README.md": text, "mergekit_moe_config.yml": EXPERTS})
    assert parents(work) == {
        ("bundles", "o/one", "recipe"),
        ("bundles", "o/two", "recipe"),
        ("mergedFrom", "o/one", "recipe"),
    }
    assert UNSTATED_RELATION not in work.gaps


def test_a_relation_that_the_card_states_stays_beside_that_of_the_recipe(tmp_path: Path) -> None:
    text = card("license: mit\nbase_model: o/two\nbase_model_relation: merge")
    work, _ = record(tmp_path, {"README.md": text, "mergekit_moe_config.yml": EXPERTS})
    assert {("mergedFrom", "o/two", "card"), ("bundles", "o/two", "recipe")} <= parents(work)


def test_a_recipe_that_names_a_folder_leaves_a_gap(tmp_path: Path) -> None:
    recipe = "merge_method: linear\nmodels: [{model: ./mine}, {model: o/two}]\n"
    work, faults = record(
        tmp_path, {"README.md": card("license: mit"), "mergekit_config.yml": recipe}
    )
    assert UNNAMED_WORK in work.gaps
    assert faults == [("mergekit_config.yml", "is a path on somebody's machine")]


def test_a_recipe_that_names_the_model_itself_leaves_a_gap(tmp_path: Path) -> None:
    recipe = "merge_method: linear\nmodels: [{model: O/M}, {model: o/two}]\n"
    work, faults = record(
        tmp_path, {"README.md": card("license: mit"), "mergekit_config.yml": recipe}
    )
    assert parents(work) == {("mergedFrom", "o/two", "recipe")}
    assert UNNAMED_WORK in work.gaps
    assert faults == [("recipe", "names the model itself")]


def test_one_parent_is_spelled_in_one_way(tmp_path: Path) -> None:
    text = card("license: mit\nbase_model: O/One")
    work, _ = record(tmp_path, {"README.md": text, "mergekit_config.yml": MERGE})
    assert {parent for _, parent, _ in parents(work)} == {"O/One", "o/two"}


@pytest.mark.parametrize(
    ("front_matter", "base", "expected", "gaps"),
    [
        ("", '"o/one"', {("adapterFor", "o/one", "adapter_config.json")}, set()),
        ("base_model: o/one", '"o/one"', {("adapterFor", "o/one", "adapter_config.json")}, set()),
        (
            "base_model: o/one",
            '"/cache/x"',
            {("adapterFor", "o/one", "adapter_config.json")},
            set(),
        ),
        (
            "base_model: o/one\nbase_model_relation: finetune",
            '"o/one"',
            {
                ("finetunedFrom", "o/one", "card"),
                ("adapterFor", "o/one", "adapter_config.json"),
            },
            set(),
        ),
        ("", '"/cache/x"', set(), {UNNAMED_WORK}),
        ("", "null", set(), {UNNAMED_WORK}),
    ],
)
def test_an_adapter_is_for_the_base_that_its_configuration_or_its_card_names(
    tmp_path: Path, front_matter: str, base: str, expected: set[Any], gaps: set[str]
) -> None:
    config = f'{{"peft_type": "LORA", "base_model_name_or_path": {base}}}'
    text = card(f"license: mit\n{front_matter}")
    work, _ = record(tmp_path, {"README.md": text, "adapter_config.json": config})
    assert (parents(work), set(work.gaps)) == (expected, gaps)


def test_the_path_in_a_configuration_of_a_model_is_no_fact(tmp_path: Path) -> None:
    config = '{"_name_or_path": "o/base"}'
    work, faults = record(tmp_path, {"README.md": card("license: mit"), "config.json": config})
    assert (work.derivations, faults) == ([], [])


def test_a_table_of_lineage_says_what_the_card_leaves_open(tmp_path: Path) -> None:
    table = "| Role | Model |\n|---|---|\n| Fine-tuned from | o/one |\n| Teacher | o/two |\n"
    text = card("license: mit\nbase_model: o/one")
    work, _ = record(tmp_path, {"README.md": text, "MODEL_LINEAGE.md": table})
    assert parents(work) == {
        ("finetunedFrom", "o/one", "MODEL_LINEAGE.md"),
        ("distilledFrom", "o/two", "MODEL_LINEAGE.md"),
    }
    assert work.gaps == ()


def test_a_base_of_a_table_whose_relation_is_open_stays_open(tmp_path: Path) -> None:
    work, _ = record(
        tmp_path, {"README.md": card("license: mit"), "MODEL_LINEAGE.md": "- Base: o/one\n"}
    )
    assert parents(work) == {("basedOn", "o/one", "MODEL_LINEAGE.md")}
    assert work.gaps == (UNSTATED_RELATION,)


################################################################ license texts


def test_a_license_text_is_identified(tmp_path: Path) -> None:
    work, faults = record(tmp_path, {"README.md": card("license: mit"), "LICENSE": MIT})
    assert faults == []
    assert work.detected_licenses == (DetectedText("LICENSE", "identified", (license_iri("mit"),)),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_license_text_is_identified_in_any_encoding_with_a_mark(
    tmp_path: Path, encoding: str
) -> None:
    text = MIT.replace("\n", "\r\n").encode(encoding)
    work, _ = record(tmp_path, {"README.md": card("license: mit"), "LICENSE.txt": text})
    assert [one.status for one in work.detected_licenses] == ["identified"]


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        (
            MIT + "\nYou may not use the Software to train other models, whatever they are for.\n",
            "extended",
            "holds other words beside those of mit",
        ),
        (
            MIT.replace(". ", ".").replace(".", ", but not.", 1),
            "nearest",
            "holds some words of mit",
        ),
    ],
)
def test_of_a_text_that_is_not_the_license_alone_nothing_is_concluded(
    tmp_path: Path, text: str, status: str, reason: str
) -> None:
    work, faults = record(tmp_path, {"README.md": "# Title\n", "LICENSE": text})
    assert work.detected_licenses == (DetectedText("LICENSE", status),)
    assert work.licenses == ()
    assert UNIDENTIFIED in work.gaps
    assert faults == [("LICENSE", reason)]


@pytest.mark.parametrize(
    ("front", "gap"),
    [
        ("licence: cc-by-nc-4.0", UNIDENTIFIED),
        ("lic\u0435nse: cc-by-nc-4.0", UNIDENTIFIED),
        ("license: |\n  mit\n  but not for sale", UNIDENTIFIED),
        ("license: MIT (non-commercial)", UNIDENTIFIED),
        ("license: other\nlicense_name: acme_nc", UNIDENTIFIED),
        ("tags: ['license:cc-by-nc-4.0']", AMBIGUOUS),
    ],
)
def test_a_text_settles_nothing_that_a_card_says_against_it(
    tmp_path: Path, front: str, gap: str
) -> None:
    work, _ = record(tmp_path, {"README.md": card(front), "LICENSE": MIT})
    assert gap in work.gaps


@pytest.mark.parametrize("front", ["licence: mit", "license: other\nlicense_name: ours"])
def test_a_text_settles_what_a_card_leaves_open(tmp_path: Path, front: str) -> None:
    work, _ = record(tmp_path, {"README.md": card(front), "LICENSE": MIT})
    assert (work.licenses, work.gaps) == ((license_iri("mit"),), ())


@pytest.mark.parametrize("name", ["LICENSE.pdf", "ours.pdf", "EULA.txt", "TERMS_OF_USE.md"])
def test_terms_that_nobody_has_read_leave_the_license_open(tmp_path: Path, name: str) -> None:
    front = card("license: mit\nlicense_link: ours.pdf")
    files = {"README.md": front, "LICENSE": MIT, name: "You shall not sell it."}
    work, _ = record(tmp_path, files)
    assert UNIDENTIFIED in work.gaps


def test_a_license_text_behind_a_gate_is_identified(tmp_path: Path) -> None:
    indented = "".join(f"  {line}\n" for line in MIT.splitlines())
    text = card(f"license: other\nextra_gated_prompt: |\n{indented}")
    work, _ = record(tmp_path, {"README.md": text})
    assert work.detected_licenses == (
        DetectedText("README.md extra_gated_prompt", "identified", (license_iri("mit"),)),
    )


@pytest.mark.parametrize("words", ["Tell us who you are. ", "You agree. " * MIN_LICENSE_CHARS])
def test_a_gate_without_a_license_text_is_none(tmp_path: Path, words: str) -> None:
    text = card(f"license: mit\nextra_gated_prompt: '{words}'")
    work, _ = record(tmp_path, {"README.md": text})
    assert work.detected_licenses == ()


def test_a_notice_that_quotes_a_license_is_not_under_it(tmp_path: Path) -> None:
    notice = f"This model contains a tokenizer by somebody else, which is under:\n\n{MIT}"
    work, faults = record(tmp_path, {"README.md": card("license: apache-2.0"), "NOTICE": notice})
    assert work.detected_licenses == ()
    assert work.licenses == (license_iri("apache-2.0"),)
    assert faults == [("NOTICE", "holds other words beside those of mit")]


def test_a_license_text_that_the_card_links_is_read(tmp_path: Path) -> None:
    text = card("license: other\nlicense_link: legal/terms")
    work, _ = record(tmp_path, {"README.md": text, "legal/terms": MIT})
    assert [one.file for one in work.detected_licenses] == ["legal/terms"]


def test_a_link_to_a_license_text_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    text = card("license: other\nlicense_link: legal/terms")
    work, faults = record(tmp_path, {"README.md": text})
    assert work.detected_licenses == ()
    assert ("legal/terms", "cannot be read: No such file or directory") in faults


def test_a_license_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    data = b"%PDF-1.7\x00\x01"
    work, faults = record(tmp_path, {"README.md": card("license: mit"), "LICENSE": data})
    assert faults == [("LICENSE", "is not text")]
    assert work.detected_licenses == (DetectedText("LICENSE", "unknown"),)
    assert (work.licenses, work.gaps) == ((license_iri("mit"),), (UNIDENTIFIED,))


def test_of_a_license_file_that_is_read_in_part_nothing_is_concluded(tmp_path: Path) -> None:
    data = MIT + " " * MAX_LICENSE_BYTES + "Not for commercial use."
    work, _ = record(tmp_path, {"README.md": card("license: other"), "LICENSE": data})
    assert work.detected_licenses == (DetectedText("LICENSE", "unknown"),)
    assert (work.licenses, work.gaps) == ((), (UNIDENTIFIED,))


@pytest.mark.parametrize(
    "name", ["NOTICE", "THIRD_PARTY_LICENSES.txt", "LICENSE-THIRD-PARTY", "LICENSE-CODE"]
)
def test_a_license_of_something_in_the_work_is_not_that_of_the_work(
    tmp_path: Path, name: str
) -> None:
    work, faults = record(tmp_path, {"README.md": card("tags: [x]"), name: MIT})
    assert (work.licenses, work.detected_licenses, work.gaps) == ((), (), (NO_LICENSE,))
    assert faults == [(name, "may be of something in the work")]


def test_license_files_are_bounded_in_size_and_number(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"LICENSE-{n:02}": "short" for n in range(25)}
    files |= {"README.md": card("license: mit"), "LICENSE-00": "word " * 500_000}
    work, faults = record(tmp_path, files)
    assert len(work.detected_licenses) == 20
    assert ("LICENSE-00", "has 2500000 bytes; 2000000 are read") in faults
    assert ("LICENSE-24", "is beyond the first 20 license files") in faults


################################################################ prose


def test_prose_against_commerce_is_a_warning_and_no_fact(tmp_path: Path) -> None:
    text = card("license: apache-2.0", "# Title\n\nFor non-commercial use only.\n")
    work, faults = record(tmp_path, {"README.md": text})
    assert work.prose_warnings == ("README.md line 6: For non-commercial use only.",)
    assert work.licenses == (license_iri("apache-2.0"),)
    assert (work.gaps, faults) == ((), [])


@pytest.mark.parametrize("license_", ["cc-by-nc-4.0", "other"])
def test_prose_that_agrees_with_the_license_is_no_warning(tmp_path: Path, license_: str) -> None:
    text = card(f"license: {license_}", "For non-commercial use only.\n")
    assert record(tmp_path, {"README.md": text})[0].prose_warnings == ()


def test_licenses_that_permit_commerce_are_known_by_the_catalogue() -> None:
    permitting = permitting_commerce()
    assert license_iri("apache-2.0") in permitting
    assert license_iri("cc-by-nc-4.0") not in permitting


################################################################ files that are not what they seem


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(MIT, encoding="utf-8")
    folder = made(tmp_path / "o__m", {"README.md": card("license: apache-2.0")})
    (folder / "LICENSE").symlink_to(secret)
    (folder / "COPYING").symlink_to("COPYING")
    (folder / "NOTICE").symlink_to("gone")
    [found] = Repositories(folder).items()
    assert found.work is not None
    assert found.work.licenses == (license_iri("apache-2.0"),)
    assert {(one.file, one.status) for one in found.work.detected_licenses} == {
        ("LICENSE", "unknown"),
        ("COPYING", "unknown"),
    }
    assert {(fault.field, fault.reason) for fault in found.faults} == {
        ("LICENSE", "is a link that leads out of the folder"),
        ("COPYING", "cannot be read: RuntimeError"),
        ("NOTICE", "cannot be read: No such file or directory"),
    }


def test_a_card_that_is_a_link_out_of_the_folder_is_lost(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(card("license: mit"), encoding="utf-8")
    folder = made(tmp_path / "o__m", {"adapter_config.json": "{}"})
    (folder / "README.md").symlink_to(outside)
    [found] = Repositories(folder).items()
    assert found.work is not None
    assert found.work.licenses == ()
    assert "is a link that leads out of the folder" in {f.reason for f in found.faults}


def test_links_within_the_cache_of_the_hub_are_followed(tmp_path: Path) -> None:
    cache = made(tmp_path / "hub", {"models--o--m/blobs/0a": card("license: mit")})
    snapshot = cache / "models--o--m" / "snapshots" / "1b"
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").symlink_to("../../blobs/0a")
    [found] = Repositories(cache).items()
    assert found.work is not None
    assert (found.work.id, found.work.licenses) == ("o/m", (license_iri("mit"),))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = made(tmp_path / "o__m", {"README.md": card("license: mit")})
    os.mkfifo(folder / "LICENSE")
    [found] = Repositories(folder).items()
    assert [(f.field, f.reason) for f in found.faults] == [("LICENSE", "is no regular file")]


def test_names_that_do_not_print_are_made_printable(tmp_path: Path) -> None:
    work, faults = record(
        tmp_path, {"README.md": card("license: mit"), "LICENSE-\x1b[31m\u202e": b"\x00"}
    )
    assert work.detected_licenses == ()
    assert all(field.isprintable() for field, _ in faults)


def test_a_folder_without_cards_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no card"):
        list(Repositories(tmp_path).items())


def test_what_is_no_folder_is_no_source(tmp_path: Path) -> None:
    source = Repositories(tmp_path / "gone")
    with pytest.raises(SourceError, match=r"is no folder"):
        list(source.items())
    with pytest.raises(SourceError, match=r"is no folder"):
        source.describe()


def test_a_description_changes_with_what_is_read_and_with_nothing_else(tmp_path: Path) -> None:
    folder = made(tmp_path / "o__m", {"README.md": card("license: mit"), "weights.bin": b"1"})
    first = Repositories(folder).describe()
    assert (first["name"], first["bytes"]) == ("o__m", 21)
    (folder / "weights.bin").write_bytes(b"2")
    assert Repositories(folder).describe() == first
    (folder / "LICENSE").write_text(MIT, encoding="utf-8")
    assert Repositories(folder).describe()["sha256"] != first["sha256"]


################################################################ nothing is lost


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(cards=st.lists(st.binary(max_size=120), min_size=1, max_size=5))
def test_every_card_ends_as_a_record(tmp_path: Path, cards: list[bytes]) -> None:
    root = tmp_path / "hub"
    for number in range(5):
        (root / f"o__m{number}.md").unlink(missing_ok=True)
    made(root, {f"o__m{number}.md": data for number, data in enumerate(cards)})
    collection = collect([Repositories(root)])
    [account] = collection.accounting
    assert (account.read, account.ingested) == (len(cards), len(cards))


def test_a_folder_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    deep = "/".join("x" * 13)
    root = made(tmp_path / "hub", {"o/m/README.md": "x", f"{deep}/README.md": "x"})
    collection = collect([Repositories(root)])
    [account] = collection.accounting
    assert (account.ingested, account.rejected) == (1, 1)
    [(_, fault)] = collection.faults
    assert fault == Fault(deep, "folder", "", "lies more than 12 folders deep", True)


def test_two_repositories_of_one_id_are_merged(tmp_path: Path) -> None:
    root = made(tmp_path / "hub", {"a/o/m/README.md": card("license: mit"), "b/o/m/README.md": "x"})
    [account] = collect([Repositories(root)]).accounting
    assert (account.read, account.ingested, account.merged) == (2, 1, 1)


def test_a_rejected_record_is_counted(tmp_path: Path) -> None:
    root = made(tmp_path / "hub", {"o/a b/README.md": "x", "o/m/README.md": "x"})
    collection = collect([Repositories(root)])
    [account] = collection.accounting
    assert (account.ingested, account.rejected) == (1, 1)
    reason = "is not of the form owner/name"
    assert collection.faults == [("hub", Fault("o/a b", "id", "o/a b", reason, True))]
