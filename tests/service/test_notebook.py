"""The notebook for those who build dashboards runs against a service, and draws its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.monkeypatch import MonkeyPatch

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (group examples)")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (group examples)")
for needed in ("ipykernel", "matplotlib", "pandas"):
    pytest.importorskip(needed, reason=f"{needed} is not installed (group examples)")

NOTEBOOK = Path(__file__).parents[2] / "examples/statistics_and_lineage.ipynb"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_draws_three_figures(address: str, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_ENDPOINT", f"{address}/sparql")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    figures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(figures) == 3
    tables = [output["data"]["text/plain"] for output in outputs if "data" in output]
    assert any("finetunedFrom" in text or "fine-tuned from" in text for text in tables)


def test_the_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not [cell for cell in notebook.cells if cell.get("outputs")]
