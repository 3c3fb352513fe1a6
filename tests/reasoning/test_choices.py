"""A repository made from a work under a choice of licenses lacks what it would under each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

from licet_reasoning.assessment import assess
from licet_reasoning.discharge import MISSING, UNSEEN
from licet_reasoning.hypothesis import Ground
from licet_reasoning.plan import read_plan
from licet_service.check import check_folder, check_work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reasoning.conftest import Built

    from licet_ingest.snapshot import Snapshot
    from licet_reasoning.compiled import Compiled

EITHER = "LicenseChoice"


@pytest.fixture(scope="module")
def offered(built: Built) -> Snapshot:
    works = {
        "model/o/base": [EITHER, "mit", "cc-by-nc-4.0"],
        "model/o/child": "apache-2.0",
        "model/o/shared": [EITHER, "gpl-3.0", "cc-by-sa-4.0"],
        "model/o/sure": "cc-by-nc-4.0",
    }
    return built(works, [("model/o/child", "finetunedFrom", "model/o/base")])


@pytest.fixture
def ground(offered: Snapshot, prepared: Compiled) -> Ground:
    return Ground(prepared, Store.read_only(str(offered.store)))


@pytest.mark.parametrize(
    ("bases", "license_", "has_error", "missing"),
    [
        ("o/base", "apache-2.0", False, set[str]()),
        # Whichever is taken demands itself.
        ("o/shared", "mit", True, {"share-alike"}),
        ("o/shared", "gpl-3.0", False, set[str]()),
        # What another work imposes for certain is not open.
        ("[o/base, o/sure]", "apache-2.0", True, {"license-copy", "state-changes"}),
    ],
)
def test_a_repository_lacks_what_it_would_lack_whichever_license_is_taken(
    ground: Ground, tmp_path: Path, bases: str, license_: str, has_error: bool, missing: set[str]
) -> None:
    relation = "merge" if "," in bases else "finetune"
    card = f"license: {license_}\nbase_model: {bases}\nbase_model_relation: {relation}\n"
    (tmp_path / "README.md").write_text(f"---\n{card}---\n# Mine\n", encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    report = check_folder(ground, tmp_path, work_id="me/mine").report
    severities = {finding.severity for finding in report.explanation.findings}
    assert ("error" in severities) == has_error
    assert "unknown" in severities or has_error
    found = {duty.term.kind for duty in report.duties if duty.discharge.state == MISSING}
    assert found >= missing
    assert bool(found) == bool(missing)
    unseen = [duty for duty in report.duties if duty.discharge.state == UNSEEN]
    assert any("if this license is taken" in duty.discharge.why for duty in unseen)


def test_a_work_of_the_snapshot_is_checked_likewise(ground: Ground) -> None:
    report = check_work(ground, "o/child")
    codes = {f.code: f.severity for f in report.explanation.findings}
    assert codes["non-commercial"] == "unknown"


@pytest.mark.parametrize(
    ("base", "license_", "has_error"),
    [("base", "apache-2.0", False), ("shared", "mit", True), ("shared", "gpl-3.0", False)],
)
def test_a_plan_leaves_open_what_the_choice_leaves_open(
    ground: Ground, base: str, license_: str, has_error: bool
) -> None:
    plan = {
        "actions": [{"do": "fine-tune", "of": f"o/{base}", "makes": "mine"}],
        "publish": {"work": "mine", "license": license_},
    }
    [assessment] = assess(read_plan(plan), ground, "cautious").assessments
    severities = {finding.severity for finding in assessment.findings}
    assert ("error" in severities) == has_error
    assert "unknown" in severities
