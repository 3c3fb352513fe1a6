"""What is written by several calls at once is what would be written by one after the other."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from licet_reasoning import delta
from licet_reasoning.delta import Delta

GRAPH = "urn:graph"


def line(subject: int, value: int) -> str:
    return f"<urn:subject:{subject}> <urn:value> <urn:value:{value}> <{GRAPH}> .\n"


@pytest.mark.parametrize("held", [100, 1_000_000], ids=["many calls", "no thread"])
def test_what_is_removed_and_said_anew_is_said(monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    remove = delta._remove  # pyright: ignore[reportPrivateUsage]

    def remove_late(*given: Any) -> None:
        time.sleep(0.05)  # So long that whoever did not wait would be first.
        remove(*given)

    monkeypatch.setattr(delta, "_HELD_LINES", held)
    monkeypatch.setattr(delta, "_remove", remove_late)
    store = Store()
    store.extend(parse("".join(line(s, 0) for s in range(300)), format=RdfFormat.N_QUADS))
    changes = Delta(store)
    changes.remove(GRAPH, (line(subject, 0) for subject in range(300)))
    changes.add(GRAPH, (line(subject, subject % 2) for subject in range(300)))
    changes.write()
    assert set(store) == {
        Quad(
            NamedNode(f"urn:subject:{subject}"),
            NamedNode("urn:value"),
            NamedNode(f"urn:value:{subject % 2}"),
            NamedNode(GRAPH),
        )
        for subject in range(300)
    }
    assert changes.grown == {GRAPH: 0}
