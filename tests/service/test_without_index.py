"""While records are being taken over there is no index: what needs it says so, the rest answers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from licet_reasoning.search_index import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi.testclient import TestClient


def test_without_an_index_lists_are_refused_with_the_reason_and_pages_answer(
    client_with: Callable[..., TestClient], data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy, symlinks=True)
    shutil.rmtree((copy / "current" / FOLDER).resolve())
    client = client_with(data=copy)
    for path in ("/api/models", "/api/statistics"):
        refused = client.get(path)
        assert refused.status_code == 503, (path, refused.text)
        assert "Newer records are being taken over" in refused.json()["detail"]
    page = client.get("/search", params={"q": "mistral"}, headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Newer records are being taken over" in page.text
    work = "/model/mlabonne/NeuralDaredevil-8B-abliterated"
    for path in ("/", work):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path
