"""Plans with output of works whose license covers output only under a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.reasoning.planned import codes, items, judged

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

DISTILLED = "[{do: distill, of: big, makes: small, license: apache-2.0}]"
TRAINED = """
  - {do: generate, by: big, makes: text, license: mit}
  - {do: train, on: text, makes: small, license: apache-2.0}
"""
ALSO_TUNED = """
  - {do: distill, of: big, makes: student}
  - {do: finetune, of: gnu, makes: tuned}
  - {do: merge, of: [student, tuned], makes: small, license: apache-2.0}
"""
DUTIES = {"attribution", "license-copy", "share-alike", "source-disclosure", "state-changes"}


def plan(license_: str, actions: str) -> str:
    return f"""
works:
  big: {{license: {license_}}}
  gnu: {{license: gpl-3.0}}
actions: {actions}
publish: {{work: small, how: share, form: weights}}
"""


@pytest.mark.parametrize("license_", ["gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl-3.0"])
@pytest.mark.parametrize("actions", [DISTILLED, TRAINED])
def test_whether_a_model_made_from_output_is_bound_stays_open(
    prepared: Compiled, license_: str, actions: str
) -> None:
    small = judged(prepared, plan(license_, actions))
    assert codes(small) == set()
    assert {"share-alike", "source-disclosure"} <= codes(small, "unknown")
    in_doubt = {i.clause.kind for i in items(small, "in-doubt") if license_ in i.clause.iri}
    assert in_doubt >= DUTIES
    assert small.is_open
    assert any("bind at all" in text for text in small.unknowns)


def test_a_license_that_binds_for_certain_still_errs_beside_it(prepared: Compiled) -> None:
    small = judged(prepared, plan("agpl-3.0", ALSO_TUNED))
    found = {f.because.term.license for f in small.findings if f.severity == "error"}
    assert "share-alike" in codes(small)
    assert found == {"GNU General Public License v3.0"}


def test_by_the_text_nothing_is_said_to_bind(prepared: Compiled) -> None:
    small = judged(prepared, plan("gpl-3.0", DISTILLED), "text")
    assert "share-alike" not in codes(small) | codes(small, "unknown")


@pytest.mark.parametrize("reading", ["cautious", "text"])
def test_a_condition_on_output_is_named_among_what_is_not_known(
    prepared: Compiled, reading: str
) -> None:
    big = "Right to share its output big (GNU General Public License v3.0, section 2)"
    text = "[{do: generate, by: big, makes: small, license: mit}]"
    generated = judged(prepared, plan("gpl-3.0", text).replace("weights", "data"), reading)
    assert any(unknown.startswith(big) for unknown in generated.unknowns)
