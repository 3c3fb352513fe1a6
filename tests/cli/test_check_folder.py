"""A repository on disk, from a red report to a green one, and nothing fine that is not known."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from licet_ingest.snapshot import current
from licet_ontology.errors import SourceError
from licet_ontology.terms import local_name, term
from licet_reasoning.compiled import compiled
from licet_reasoning.hypothesis import Ground
from licet_service.check import check_folder
from licet_service.dataset import Dataset
from licet_service.fix import fixed
from licet_service.patch import apply_edits

if TYPE_CHECKING:
    from tests.cli.conftest import Licet

LICENSE = (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")
LLAMA = (
    Path(__file__).parents[3]
    / "shared/data/license-texts/meta-llama_llama-models__models_llama3_1_LICENSE"
)
MISTRAL = "---\nlicense: apache-2.0\nbase_model: mistralai/Mistral-7B-v0.1\n"


@pytest.fixture(scope="session")
def ground(data: Path) -> Ground:
    """The sample, for hypothetical works to stand on."""
    return Ground(compiled(data / "cache"), Dataset(data).latest().store)


def repository(folder: Path, card: str = "", **files: str) -> Path:
    """Return a folder with a card, weights and other files."""
    folder.mkdir(parents=True, exist_ok=True)
    if card:
        (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def asked(licet: Licet, folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Return status and report of a check."""
    answer = licet("check", str(folder), "--format", "json", *more)
    return answer.status, json.loads(answer.out)


def states(report: dict[str, Any]) -> dict[str, str]:
    """Return the state of each duty, by license and kind of clause."""
    return {
        f"{duty['clause']['iri'].split('/clause/')[1]}": duty["state"] for duty in report["duties"]
    }


################################################################ the story


def test_who_does_what_the_report_says_gets_from_red_to_green(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "kitchen-7b", "# Kitchen\n\nMistral that cooks.\n")

    # 1. It is red or unknown, and says that nothing names a base.
    status, report = asked(licet, folder, "--id", "me/kitchen-7b")
    assert status == 3
    assert "no-base-model" in {note["code"] for note in report["notes"]}

    # 2. The publisher names the base, the relation and the license.
    card = f"{MISTRAL}base_model_relation: finetune\n---\n# Kitchen\n\nMistral that cooks.\n"
    repository(folder, card)
    status, report = asked(licet, folder, "--id", "me/kitchen-7b")
    assert status == 1
    assert states(report) == {
        "apache-2.0/license-copy": "missing",
        "apache-2.0/state-changes": "missing",
        "apache-2.0/attribution": "unseen",
        "apache-2.0/notice-file": "unseen",
    }

    # 3. What can be written is written, and says what is left.
    answer = licet("check", str(folder), "--id", "me/kitchen-7b", "--fix", "--apply")
    assert answer.status == 1
    assert "left to you: put the text of Apache License 2.0 in LICENSE" in answer.err
    assert (folder / "README.md").read_text().startswith(card)

    # 4. The publisher adds the text and fills in the blanks.
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    filled = {
        "README.md": {"[FILL IN: what you changed": "On 2026-03-01 I trained it on 3,000 recipes."},
        "ATTRIBUTION.md": {
            "[FILL IN: copy the copyright": "it comes with none.",
            "[FILL IN: how it is done": "does not apply, the base has no NOTICE file.",
        },
    }
    for name, blanks in filled.items():
        text = (folder / name).read_text()
        for begins, words in blanks.items():
            start = text.index(begins)
            text = text[:start] + words + text[text.index("]\n", start) + 1 :]
        (folder / name).write_text(text, encoding="utf-8")

    # 5. It is green, and says what rests on the publisher's word alone.
    status, report = asked(licet, folder, "--id", "me/kitchen-7b")
    assert states(report) == {
        "apache-2.0/attribution": "fulfilled",
        "apache-2.0/license-copy": "fulfilled",
        "apache-2.0/notice-file": "unseen",
        "apache-2.0/state-changes": "fulfilled",
    }
    assert [d["answer"]["file"] for d in report["duties"] if d["answer"]] == ["ATTRIBUTION.md"]
    assert status == 0
    assert "(1 by the publisher's word)" in licet("check", str(folder)).out


def test_of_a_fine_tune_of_llama_the_text_of_its_license_alone_is_left_to_the_publisher(
    licet: Licet, tmp_path: Path
) -> None:
    front = "base_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune\n"
    folder = repository(tmp_path / "Llama-Cook-8B", f"---\nlicense: llama3.1\n{front}---\n# Cook\n")
    named = ("--id", "me/Llama-Cook-8B")
    status, report = asked(licet, folder, *named)
    assert status == 1
    assert states(report)["llama3.1/naming"] == "fulfilled"
    assert states(report)["llama3.1/display-notice"] == "missing"
    mended = licet("check", str(folder), *named, "--fix", "--apply")
    text = "Llama 3.1 Community License Agreement in LICENSE"
    [left] = [line for line in mended.err.splitlines() if line.startswith("left to you: ")]
    assert text in left
    assert "https://github.com/meta-llama/llama-models/" in left
    status, report = asked(licet, folder, *named)
    assert status == 1  # As long as it does not lie there.
    missing = {name for name, state in states(report).items() if state != "fulfilled"}
    assert missing == {"llama3.1/license-copy"}
    assert not [f for f in report["findings"] if f["severity"] == "error"]


@pytest.mark.skipif(not LLAMA.exists(), reason="needs the license texts of ../shared")
@pytest.mark.parametrize(
    ("relation", "state"),
    [
        ("base_model_relation: quantized\n", "unseen"),
        ("", "unseen"),
        ("base_model_relation: finetune\n", "fulfilled"),
    ],
)
def test_the_notice_is_asked_for_where_a_gguf_may_be_a_copy(
    licet: Licet, tmp_path: Path, relation: str, state: str
) -> None:
    front = f"license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n{relation}"
    folder = repository(tmp_path / "Llama-Cook", f"---\n{front}---\n# Cook\n")
    (folder / "model.safetensors").rename(folder / "model.Q4_K_M.gguf")
    named = ("--id", "me/Llama-Cook")
    assert states(asked(licet, folder, *named)[1])["llama3.1/notice-file-variant"] == state
    licet("check", str(folder), *named, "--fix", "--apply")
    assert (folder / "NOTICE").exists() == (state == "unseen")
    after = asked(licet, folder, *named)[1]
    assert states(after)["llama3.1/notice-file-variant"] == "fulfilled"


def test_a_fine_tune_of_llama_gets_to_green_too(licet: Licet, tmp_path: Path) -> None:
    front = "base_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune\n"
    card = f"---\nlicense: apache-2.0\n{front}---\n# Cook\n"
    folder = repository(tmp_path / "Cook-8B", card)
    upstream = repository(tmp_path / "upstream", LICENSE=LLAMA.read_text(encoding="utf-8"))
    shown = ("--upstream", f"meta-llama/Llama-3.1-8B={upstream}")
    status, report = asked(licet, folder, "--id", "me/Cook-8B", *shown)
    assert status == 1
    assert "naming" in {f["code"] for f in report["findings"] if f["severity"] == "error"}
    assert states(report)["llama3.1/naming"] == "missing"
    folder = repository(tmp_path / "Llama-Cook-8B", card.replace("apache-2.0", "llama3.1"))
    named = ("--id", "me/Llama-Cook-8B", *shown)
    fixed = licet("check", str(folder), *named, "--fix", "--apply")
    assert "wrote LICENSE" in fixed.err
    status, report = asked(licet, folder, *named)
    assert set(states(report).values()) == {"fulfilled"}
    assert status == 0
    assert (folder / "README.md").read_text().splitlines()[6] == "**Built with Llama**"


################################################################ what seed scripts look for


def test_all_that_a_simple_script_would_miss_is_said(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "bare")
    _, report = asked(licet, folder)
    codes = {note["code"] for note in report["notes"]}
    assert {"no-card", "no-license-file", "no-base-model"} <= codes
    assert "no-license" in {finding["code"] for finding in report["findings"]}


def test_of_two_licenses_one_in_the_card_and_one_in_the_file_none_is_taken_to_hold(
    licet: Licet, tmp_path: Path
) -> None:
    card = MISTRAL.replace("apache-2.0", "mit") + "base_model_relation: finetune\n---\n# Two\n"
    folder = repository(tmp_path / "two", card, LICENSE=LICENSE)  # which is the Apache License
    status, report = asked(licet, folder, "--id", "me/two")
    assert status != 0
    assert report["licenses"] == ["Apache License 2.0", "MIT License"]
    [mismatch] = [f for f in report["findings"] if f["code"] == "license-mismatch"]
    assert [a["term"]["label"] for a in mismatch["against"]] == report["licenses"]
    [open_] = [f for f in report["findings"] if f["code"] == "ambiguous-license"]
    assert open_["severity"] == "unknown"

    # The same license in both is no such thing.
    repository(folder, card.replace("license: mit", "license: apache-2.0"))
    _, report = asked(licet, folder, "--id", "me/two")
    codes = {f["code"] for f in report["findings"]}
    assert not codes & {"license-mismatch", "ambiguous-license"}


def test_a_base_that_only_an_adapter_file_names_is_found(licet: Licet, tmp_path: Path) -> None:
    config = json.dumps({"base_model_name_or_path": "mistralai/Mistral-7B-v0.1"})
    card = "---\nlicense: mit\n---\n# Adapter\n"
    folder = repository(tmp_path / "lora", card, **{"adapter_config.json": config})
    _, report = asked(licet, folder)
    assert "apache-2.0/license-copy" in states(report)
    patch = licet("check", str(folder), "--fix").out
    assert "+- mistralai/Mistral-7B-v0.1" in patch
    assert "+base_model_relation: adapter" in patch


def test_a_model_made_from_nothing_must_say_so(licet: Licet, tmp_path: Path) -> None:
    card = "---\nlicense: apache-2.0\n---\n# Model\n"
    folder = repository(tmp_path / "own", card, LICENSE=LICENSE)
    assert asked(licet, folder)[0] == 3
    (folder / "MODEL_LINEAGE.md").write_text("- **Trained from scratch:** yes\n", encoding="utf-8")
    assert asked(licet, folder)[0] == 0


FROM_SCRATCH = "- Trained from scratch: yes\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", "It was fine-tuned from Llama 3.1.\n"),
        ("README.md", "It is based on [this](https://huggingface.co/nobody/nothing).\n"),
        ("README.md", "Built on mistralai/Mistral-7B-v0.1 by us.\n"),
        ("README.md", "Built on MistralAI/mistral-7b-v0.1 by us.\n"),
        ("README.md", "base_model = 'mistralai/Mistral-7B-v0.1'\n"),
        ("README.md", "It is based on Llama 3.1 and can be used by all.\n"),
        ("README.md", "Das Modell basiert auf Llama-3.1-8B von Meta.\n"),
        ("README.md", "Ce modèle est un fine-tuning de Mistral.\n"),
        ("README.md", "本模型基于 Qwen2.5-3B 训练。\n"),
        ("README.md", "Llama-3.1-8B をファインチューニングしたものです。\n"),
        ("config.json", '{"_name_or_path": "mistralai/Mistral-7B-v0.1"}'),
        ("last/adapter_config.json", '{"base_model_name_or_path": "mistralai/Mistral-7B-v0.1"}'),
        ("merge.yaml", "merge_method: linear\nmodels: [{model: mistralai/Mistral-7B-v0.1}]\n"),
    ],
)
def test_who_says_that_a_model_is_made_from_nothing_is_not_believed_against_its_files(
    licet: Licet, tmp_path: Path, file: str, text: str
) -> None:
    card = "---\nlicense: apache-2.0\n---\n# Model\n\n"
    folder = repository(tmp_path / "own", card, **{"MODEL_LINEAGE.md": FROM_SCRATCH})
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(card + text if file == "README.md" else text, encoding="utf-8")
    status, report = asked(licet, folder)
    assert status == 3
    (note,) = [note for note in report["notes"] if note["severity"] == "unknown"]
    assert note["code"] in {"not-from-scratch", "unstated-base"}
    assert note["file"] == file


def test_a_base_that_others_only_name_is_one_too(
    licet: Licet, tmp_path: Path, ground: Ground
) -> None:
    assert ground.store
    missing = (NamedNode(term("gap")), NamedNode(term("MissingWork")))
    named = [local_name(q.subject.value) for q in ground.store.quads_for_pattern(None, *missing)]  # type: ignore[union-attr]
    base = next(name for name in sorted(named) if name.startswith("model/") and "/" in name[6:])[6:]
    card = f"---\nlicense: apache-2.0\n---\n# Model\n\nBuilt on {base} by us.\n"
    folder = repository(tmp_path / "own", card, **{"MODEL_LINEAGE.md": FROM_SCRATCH})
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    status, report = asked(licet, folder)
    assert status == 3
    assert "not-from-scratch" in {note["code"] for note in report["notes"]}


def test_what_a_card_says_beyond_what_is_read_is_not_known(licet: Licet, tmp_path: Path) -> None:
    card = "---\nlicense: apache-2.0\n---\n# Model\n\n" + "Words.\n" * 150_000
    folder = repository(tmp_path / "own", card, **{"MODEL_LINEAGE.md": FROM_SCRATCH})
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    assert asked(licet, folder)[0] == 3


def test_an_adapter_below_that_is_of_the_stated_base_says_nothing_new(
    licet: Licet, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "m", f"{MISTRAL}---\n# M\n")
    (folder / "last").mkdir()
    config = '{"base_model_name_or_path": "mistralai/mistral-7b-v0.1"}'
    (folder / "last/adapter_config.json").write_text(config, encoding="utf-8")
    assert not [n for n in asked(licet, folder)[1]["notes"] if n["code"] == "unstated-base"]


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("This model may not be used commercially.", "prose"),
        ("The model weights are released under the [MIT](LICENSE) license.", "license-in-prose"),
        ("Our models are licensed under GPL-3.0.", "license-in-prose"),
        ("The model is released under the Apache 2.0 license.", ""),
        ("The model code is released under the MIT license.", ""),
        ("The base model is available under the MIT license.", ""),
        ("You can fine-tune it, and train it on input/output pairs.", ""),
        ("It is not based on Llama 3.1. The layers follow the GPT-2 architecture.", ""),
        ("Trained on 8 A100 GPUs with PyTorch 2.4, on text of our own.", ""),
    ],
)
def test_a_sentence_on_the_license_that_the_card_does_not_bear_out_leaves_it_open(
    licet: Licet, tmp_path: Path, sentence: str, code: str
) -> None:
    card = f"---\nlicense: apache-2.0\n---\n# Model\n\n{sentence}\n"
    folder = repository(tmp_path / "own", card, **{"MODEL_LINEAGE.md": FROM_SCRATCH})
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    status, report = asked(licet, folder)
    notes = {note["code"] for note in report["notes"] if note["severity"] == "unknown"}
    assert (status, notes) == ((3, {code}) if code else (0, set()))


@pytest.mark.parametrize(
    ("linked", "is_open"),
    [
        ("meta-llama/Llama-3.1-8B", True),
        ("Meta-Llama/llama-3.1-8b", True),
        ("mistralai/Mistral-7B-v0.1", False),
        ("nobody/x", False),
    ],
)
def test_a_link_to_the_license_of_a_work_under_another_leaves_it_open(
    licet: Licet, tmp_path: Path, linked: str, is_open: bool
) -> None:
    link = f"https://huggingface.co/{linked}/blob/main/LICENSE"
    card = f"---\nlicense: other\nlicense_name: apache-2.0\nlicense_link: {link}\n---\n# M\n"
    _, report = asked(licet, repository(tmp_path / "m", card))
    notes = [note for note in report["notes"] if note["code"] == "license-link"]
    assert [note["severity"] for note in notes] == ["unknown"] * is_open


@pytest.mark.skipif(not LLAMA.exists(), reason="needs the license texts of ../shared")
@pytest.mark.parametrize("name", ["weights/LICENSE", "LICENSES/other.txt"])
def test_a_license_of_which_nobody_knows_what_it_is_of_leaves_that_open(
    licet: Licet, tmp_path: Path, name: str
) -> None:
    card = "---\nlicense: mit\nsource_datasets: original\n---\n# D\n"
    folder = repository(tmp_path / "d", card)
    (folder / name).parent.mkdir()
    (folder / name).write_text(LLAMA.read_text(encoding="utf-8"), encoding="utf-8")
    status, report = asked(licet, folder, "--id", "datasets/me/d")
    assert status == 3
    assert [n["file"] for n in report["notes"] if n["code"] == "license-of-what"] == [name]


def test_what_is_agreed_to_at_the_gate_counts(licet: Licet, tmp_path: Path) -> None:
    gate = "extra_gated_prompt: You agree to not use the model for commercial purposes.\n"
    card = f"---\nlicense: apache-2.0\n{gate}---\n# M\n"
    folder = repository(tmp_path / "m", card, LICENSE=LICENSE)
    (folder / "MODEL_LINEAGE.md").write_text(FROM_SCRATCH, encoding="utf-8")
    status, report = asked(licet, folder)
    assert status == 3
    assert [n["code"] for n in report["notes"] if n["severity"] == "unknown"] == ["prose"]


def test_a_claim_that_says_more_than_yes_is_none(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "m", "---\nlicense: apache-2.0\n---\n# M\n", LICENSE=LICENSE)
    claim = FROM_SCRATCH.replace("yes", "yes, from the weights of Llama-3.1-8B")
    (folder / "MODEL_LINEAGE.md").write_text(claim, encoding="utf-8")
    assert asked(licet, folder)[0] == 3


def test_a_configuration_that_names_another_model_leaves_the_lineage_open(
    licet: Licet, tmp_path: Path
) -> None:
    card = f"{MISTRAL}base_model_relation: finetune\n---\n# M\n"
    for base, count in (("microsoft/phi-4", 1), ("mistralai/Mistral-7B-v0.1", 0)):
        config = json.dumps({"_name_or_path": base})
        folder = repository(tmp_path / str(count), card, **{"config.json": config})
        notes = asked(licet, folder)[1]["notes"]
        assert [n["code"] for n in notes].count("unstated-base") == count


def test_a_dataset_that_a_model_wrote_is_not_original(licet: Licet, tmp_path: Path) -> None:
    card = "---\nlicense: mit\nsource_datasets: original\ntags: [synthetic]\n---\n# D\n"
    status, report = asked(licet, repository(tmp_path / "d", card), "--id", "datasets/me/d")
    assert status == 3
    assert "not-from-scratch" in {note["code"] for note in report["notes"]}


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("All answers were generated with meta-llama/Llama-2-70b-chat-hf.", 3),
        ("The questions were written by GPT-4.", 3),
        ("A cleaned version of tatsu-lab/alpaca.", 3),
        ("The questions were written by twelve students, none by a machine.", 0),
        ("It can be used to train models.", 0),
    ],
)
def test_a_dataset_is_not_original_against_its_own_card(
    licet: Licet, tmp_path: Path, sentence: str, status: int
) -> None:
    card = f"---\nlicense: mit\nsource_datasets: original\n---\n# D\n\n{sentence}\n"
    folder = repository(tmp_path / "d", card)
    assert asked(licet, folder, "--id", "datasets/me/d")[0] == status


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Distilled from microsoft/phi-4 outputs.", True),
        ("A merge of mistralai/Mistral-7B-v0.1 and [p](https://hf.co/microsoft/phi-4).", True),
        ("Fine-tuned from mistralai/Mistral-7B-v0.1, and better than microsoft/phi-2.", False),
        ("It was not distilled from microsoft/phi-4.", False),
        ("A merge of input/output pairs.", False),
    ],
)
def test_a_base_that_the_card_names_in_a_sentence_alone_leaves_the_lineage_open(
    licet: Licet, tmp_path: Path, sentence: str, named: bool
) -> None:
    card = f"{MISTRAL}base_model_relation: merge\n---\n# M\n\n{sentence}\n"
    _, report = asked(licet, repository(tmp_path / "m", card))
    notes = [note for note in report["notes"] if note["code"] == "unstated-base"]
    assert bool(notes) == named
    assert all(note["severity"] == "unknown" for note in notes)


@pytest.mark.parametrize(
    ("field", "status"),
    [("", 3), ("source_datasets: original\n", 0), ("source_datasets: [extended|squad]\n", 3)],
)
def test_a_dataset_without_known_sources_is_unknown(
    licet: Licet, tmp_path: Path, field: str, status: int
) -> None:
    folder = repository(tmp_path / "d", f"---\nlicense: apache-2.0\n{field}---\n# D\n")
    assert asked(licet, folder, "--id", "datasets/me/d")[0] == status


def test_a_base_that_the_snapshot_lacks_is_unknown(licet: Licet, tmp_path: Path) -> None:
    card = "---\nlicense: mit\nbase_model: nobody/nothing\nbase_model_relation: finetune\n---\n"
    status, report = asked(licet, repository(tmp_path / "m", card))
    assert status == 3
    assert "missing-parent" in {finding["code"] for finding in report["findings"]}


def test_evidence_is_shown_with_file_and_line(licet: Licet, tmp_path: Path) -> None:
    card = (
        f"{MISTRAL}base_model_relation: finetune\n---\n# M\n\n## Changes\n\nTrained on recipes.\n"
    )
    out = licet("check", str(repository(tmp_path / "m", card, LICENSE=LICENSE))).out
    assert "README.md:10 “Trained on recipes.”: states changes" in out
    assert "LICENSE: holds the whole text of Apache License 2.0" in out
    assert "Apache License 2.0, section 4(b): “You must cause any modified files to carry" in out


def test_text_of_a_repository_cannot_steer_the_terminal(licet: Licet, tmp_path: Path) -> None:
    card = f"{MISTRAL}base_model_relation: finetune\n---\n## Changes\n\nA \x1b[2J trick here.\n"
    assert "\x1b" not in licet("check", str(repository(tmp_path / "m", card))).out


################################################################ usage


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--apply",), 2),
        (("--fix", "--apply", "--patch", "p"), 2),
        (("--upstream", "acme/base"), 2),
        (("--upstream", "acme/base=/absent"), 2),
        (("--id", "not an id"), 2),
        (("--format", "pdf"), 2),
        (("--reading", "hopeful"), 2),
    ],
)
def test_what_makes_no_sense_is_2(
    licet: Licet, tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    answer = licet("check", str(repository(tmp_path / "m", "# M\n")), *arguments)
    assert answer.status == status
    assert answer.out == ""


def test_a_folder_that_is_not_there_is_4(licet: Licet, tmp_path: Path) -> None:
    assert licet("check", str(tmp_path / "absent")).status == 4
    assert licet("check", "./absent").status == 4


def test_without_a_snapshot_nothing_is_concluded(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "m", "# M\n")
    assert licet("check", str(folder), "--data", str(tmp_path / "none")).status == 4


################################################################ the fix

MERGE = """models:
  - model: mistralai/Mistral-7B-v0.1
  - model: 01-ai/Yi-34B
merge_method: slerp
"""
CARDS = {
    "none": "",
    "no front matter": "# Model\n\nText without end",
    "scalar": f"{MISTRAL}---\n# M\n",
    "quoted": MISTRAL.replace("mistralai/Mistral-7B-v0.1", '"mistralai/Mistral-7B-v0.1"') + "---\n",
    "commented": MISTRAL.replace("v0.1\n", "v0.1  # the base\n") + "---\n# M\n",
    "list": "---\nlicense: mit\nbase_model:\n  - 01-ai/Yi-34B\ntags: [a]\n---\n# M\n",
    "flow": "---\nbase_model: [01-ai/Yi-34B]\nlicense: mit\n---\n# M\n",
    "empty flow": "---\nbase_model: []\nlicense: mit\n---\n# M\n",
    "windows": f"{MISTRAL}---\n# M\n".replace("\n", "\r\n"),
    "sections": f"{MISTRAL}---\n# M\n\n## Attribution\n\nThanks.\n\n## Changes\n\n## More\n\nx\n",
    "llama": "---\nlicense: llama2\nbase_model: meta-llama/Llama-2-13b-hf\n---\n# M\n",
    "broken": "---\nlicense: [mit\n---\n# M\n",
}


@pytest.mark.parametrize("card", CARDS, ids=str)
@pytest.mark.parametrize("recipe", [False, True])
def test_what_is_written_once_is_not_written_again(
    ground: Ground, tmp_path: Path, card: str, recipe: bool
) -> None:
    files = {"mergekit_config.yml": MERGE} if recipe else {}
    folder = repository(tmp_path / "m", CARDS[card], **files)
    before = check_folder(ground, folder, work_id="me/m")
    first = fixed(folder, before)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    written = list(apply_edits(folder, first.edits))
    after = check_folder(ground, folder, work_id="me/m")
    assert fixed(folder, after).edits == ()

    # Nothing is taken away: what stood there stands there still, in its order.
    for name, data in kept.items():
        lines = iter((folder / name).read_bytes().decode().splitlines())
        had = [line for line in data.decode().splitlines() if "base_model:" not in line]
        assert all(line in lines for line in had), name
    # No duty is worse off, no base is lost, and no question is opened.
    was = {d.term.iri: d.discharge.state for d in before.report.duties}
    order = ("missing", "unseen", "fulfilled")
    for duty in after.report.duties:
        assert order.index(duty.discharge.state) >= order.index(was[duty.term.iri])
    upstream = {d.parent for d in before.record.derivations}
    assert {d.parent for d in after.record.derivations} == upstream
    assert set(after.record.gaps) <= set(before.record.gaps)
    assert written == [edit.path for edit in first.edits]


def test_the_sources_of_a_dataset_are_written_where_they_are_read(
    licet: Licet, tmp_path: Path
) -> None:
    said = "source_datasets:\n- extended|Tatsu-lab/alpaca\n"
    tags = "tags: ['source_datasets:extended|databricks/databricks-dolly-15k']\n"
    card = f"---\nlicense: cc-by-nc-4.0\n{said}{tags}---\n# D\n"
    folder = repository(tmp_path / "d", card)
    named = ("--id", "datasets/me/d")
    before = asked(licet, folder, *named)[1]
    assert states(before)["cc-by-nc-4.0/license-copy"] == "missing"
    licet("check", str(folder), *named, "--fix", "--apply")
    front = (folder / "README.md").read_text(encoding="utf-8").split("---")[1]
    assert front.splitlines()[1:] == [
        *("license: cc-by-nc-4.0", *said.splitlines(), "- databricks/databricks-dolly-15k"),
        tags.strip(),
    ]
    # Of the datasets that were named, the duties are now as far as they can be written.
    _, after = asked(licet, folder, *named)
    assert states(after)["cc-by-nc-4.0/license-copy"] == "fulfilled"
    assert set(states(after)) == set(states(before))
    assert {note["code"] for note in after["notes"]} == {
        "blank",
        "no-license-file",
        "spelled-otherwise",
    }
    [spelled] = [note for note in before["notes"] if note["code"] == "spelled-otherwise"]
    assert (spelled["file"], spelled["line"]) == ("README.md", 3)


def test_no_base_is_put_under_a_relation_that_is_not_its_own(licet: Licet, tmp_path: Path) -> None:
    card = f"{MISTRAL}base_model_relation: quantized\n---\n# M\n"
    config = '{"base_model_name_or_path": "microsoft/phi-4"}'
    folder = repository(tmp_path / "m", card, **{"adapter_config.json": config})
    answer = licet("check", str(folder), "--fix", "--apply")
    front = (folder / "README.md").read_text(encoding="utf-8").split("---")[1]
    assert "microsoft/phi-4" not in front
    assert "how the work derives from microsoft/phi-4" in answer.out + answer.err


def test_the_patch_is_one_that_git_applies(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "m", CARDS["no front matter"], **{"mergekit_config.yml": MERGE})
    patch = tmp_path / "fix.patch"
    answer = licet("check", str(folder), "--id", "me/m", "--fix", "--patch", str(patch))
    assert answer.status != 0
    assert (folder / "README.md").read_text() == CARDS["no front matter"]
    subprocess.run(["git", "apply", str(patch)], cwd=folder, check=True)
    other = repository(tmp_path / "other" / "m", CARDS["no front matter"])
    (other / "mergekit_config.yml").write_text(MERGE)
    licet("check", str(other), "--id", "me/m", "--fix", "--apply")
    for path in other.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_a_patch_is_never_written_over_a_file(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "m", CARDS["scalar"])
    patch = tmp_path / "fix.patch"
    patch.write_text("mine")
    assert licet("check", str(folder), "--fix", "--patch", str(patch)).status == 2
    assert patch.read_text() == "mine"


def test_a_card_that_leads_elsewhere_is_not_written_to(ground: Ground, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(CARDS["scalar"])
    folder = repository(tmp_path / "m")
    (folder / "README.md").symlink_to(outside)
    checked = check_folder(ground, folder, work_id="me/m")
    assert checked.report.status != 0
    for edit in fixed(folder, checked).edits:
        assert edit.path != "README.md"
    assert outside.read_text() == CARDS["scalar"]


def test_a_file_that_changed_in_the_meantime_is_left_alone(ground: Ground, tmp_path: Path) -> None:
    folder = repository(tmp_path / "m", CARDS["scalar"])
    edits = fixed(folder, check_folder(ground, folder, work_id="me/m")).edits
    (folder / "README.md").write_text("mine")
    with pytest.raises(SourceError, match="has changed"):
        list(apply_edits(folder, [e for e in edits if e.path == "README.md"]))
    assert (folder / "README.md").read_text() == "mine"


################################################################ nothing is fine that is not known

PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            *(text.encode() for text in CARDS.values()),
            LICENSE.encode(),
            LICENSE[:5000].encode(),
            b"---\n",
            b"license: mit\n",
            b"license: other\nlicense_name: mine\n",
            b"base_model: a/b\n",
            b"base_model: [x, {y: z}]\n",
            b"&a [*a]\n",
            b"## Attribution\n\nthanks to all\n",
            b"\xff\xfe\0\0",
            b"{" * 2000,
            b"[" * 5000,
            b"<!--",
        ]
    ),
)
NAMES = st.sampled_from(
    [
        *("README.md", "LICENSE", "NOTICE", "MODEL_LINEAGE.md", "ATTRIBUTION.md", "USE_POLICY.md"),
        *("adapter_config.json", "mergekit_config.yml", "config.json", "LICENSES.txt", "CHANGES"),
    ]
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, st.lists(PIECES, max_size=5).map(b"".join), max_size=6))
def test_no_repository_however_broken_is_fine_without_a_known_lineage(
    ground: Ground, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("m")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    checked = check_folder(ground, folder, work_id="me/m")
    report = checked.report
    if report.status == 0:  # Only with a license whose terms are known, and a lineage that is.
        assert checked.record.licenses
        assert not checked.record.gaps
        assert checked.record.derivations
        assert all(d.discharge.state == "fulfilled" or d.discharge.answer for d in report.duties)
    for edit in fixed(folder, checked).edits:
        assert edit.after != edit.before
    assert json.dumps(report.as_json())


def test_the_sample_is_what_these_tests_stand_on(data: Path) -> None:
    assert current(data).manifest["sources"][0]["name"] == "sample"
    assert os.environ.get("LICET_DATA") is None
