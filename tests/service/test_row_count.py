"""Rows are counted in what is written of them, however it is cut into parts."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, serialize

from licet_service.formats import RESULT_FORMATS
from licet_service.row_count import row_count

TEXTS = st.text(alphabet="a\"\\{}[],:\n\r\t<>&'; é😀", max_size=12)


def counted(format_: str, body: bytes, size: int) -> int:
    count = row_count(format_)
    return sum(count(body[i : i + size]) for i in range(0, len(body), size))


@given(texts=st.lists(TEXTS, unique=True, max_size=8), size=st.integers(1, 40))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("format_", ["json", "xml", "csv", "tsv"])
def test_the_rows_of_a_result_are_counted(format_: str, texts: list[str], size: int) -> None:
    store = Store()
    for i, text in enumerate(texts):
        store.add(Quad(NamedNode(f"a:{i}"), NamedNode("a:p"), Literal(text)))
    for text in ("SELECT * { ?s ?p ?o }", "SELECT ?o ?none { ?s ?p ?o }"):
        output = BytesIO()
        store.query(text).serialize(output, RESULT_FORMATS[format_])  # type: ignore[arg-type]
        body = output.getvalue()
        if format_ == "xml":
            size = max(size, 8)
        assert counted(format_, body, size) == len(texts)


def test_the_lines_of_a_graph_are_counted() -> None:
    store = Store()
    for i in range(5):
        store.add(Quad(NamedNode(f"a:{i}"), NamedNode("a:p"), Literal("x\ny")))
    body = serialize(
        store.query("CONSTRUCT WHERE { ?s ?p ?o }"),  # type: ignore[arg-type]
        format=RdfFormat.N_TRIPLES,
    )
    assert counted("nt", body or b"", 7) == 5


def test_a_boolean_has_no_rows() -> None:
    assert counted("json", b'{"head":{},"boolean":true}', 10) == 0
