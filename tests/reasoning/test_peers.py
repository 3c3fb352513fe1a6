"""Every code that docs/peers.md maps a peer's report to exists, and every report is mapped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licet_ontology.modules import ontology
from licet_ontology.nodes import text_of
from licet_ontology.terms import term
from licet_reasoning import rights
from licet_reasoning.rights import RIGHTS

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
REPORTS = [
    "include license",
    "include notice",
    "state changes",
    "impact report",
    "type mismatch",
    "revocable",
    "possibly revocable",
    "right not granted",
    "disclose source",
    "unmodified source",
    "use behaviour",
    "runtime control",
    "wrong type or form",
    "right reserved",
    "not allowed to share",
    "not allowed to sublicense",
    "non-commercial",
    "cannot be relicensed",
    "GNU freedom",
    "CC freedom",
    "Llama exclusive",
    "exclusive license",
]


def rows() -> dict[str, list[set[str]]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: [set(re.findall(r"`([a-z-]+)`", cell)) for cell in row[1:4]] for row in cells}


def test_every_report_of_the_peers_is_mapped() -> None:
    assert list(rows()) == REPORTS
    assert all(any(codes) for codes in rows().values())


@pytest.mark.parametrize("report", REPORTS)
def test_every_code_it_is_mapped_to_exists(prepared: Compiled, report: str) -> None:
    findings, clauses, needed = rows()[report]
    statuses = {rights.GRANTED, rights.RESERVED, rights.CONDITIONAL, rights.NOT_STATED}
    assert findings <= set(prepared.findings)
    assert clauses <= {text_of(t.object) for t in ontology() if t.predicate.value == term("code")}
    assert needed <= statuses | set(RIGHTS)
