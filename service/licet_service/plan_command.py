"""The command ``licet plan``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from licet_reasoning.assessment import assess
from licet_reasoning.plan import read_plan
from licet_service.dataset import Dataset
from licet_service.plan_files import plan_file
from licet_service.plan_report import plan_lines
from licet_service.planning import report_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def run(
    file: Path, data: Path, reading: str, *, as_json: bool, emit: Callable[[Iterable[str]], None]
) -> int:
    """Judge the plan in a file, and return the exit status that its findings ask for."""
    plan = read_plan(plan_file(file))
    opened = Dataset(data).latest()
    report = assess(plan, opened.ground(reading), reading)
    if as_json:
        emit([json.dumps(report_json(report, opened.snapshot.id), indent=2, ensure_ascii=False)])
    else:
        emit(plan_lines(report))
    return 1 if "error" in report.severities else 3 if "unknown" in report.severities else 0
