"""The page on metrics names what the cube holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from licet_queries.library import folder_queries
from licet_reasoning.cube import DATASETS
from licet_reasoning.facets import AUTHORS
from licet_reasoning.metric_codes import ANY_ERROR, GAP_CODES
from licet_reasoning.statistics import DEEPEST, ROOTS
from licet_reasoning.verdicts import COPYLEFT_STYLE

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_data_set_is_defined(dataset: str) -> None:
    assert f"`{dataset}`" in PAGE or f"## {dataset.capitalize()}" in PAGE


def test_each_dimension_and_measure_of_noncompliance_is_defined() -> None:
    _, dimensions, measures = DATASETS["noncompliance"]
    for name in (*dimensions, *measures):
        assert name == "metric" or f"`licet:{name}`" in PAGE, name


def test_each_metric_that_is_no_finding_code_is_defined() -> None:
    for metric in (ANY_ERROR, COPYLEFT_STYLE, *GAP_CODES):
        assert f"`{metric}`" in PAGE, metric


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"the {AUTHORS} with the most works" in PAGE
    assert f"the {ROOTS} models and the {ROOTS} datasets" in PAGE
    assert f"{DEEPEST} and more together" in PAGE


def test_each_query_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`licet query ([\w-]+)`", PAGE))
    assert named
    assert named <= {query.name for query in folder_queries("statistics")}
