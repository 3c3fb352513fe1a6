"""What the processes that hold the store do for the web process, by name.

A task is a function of an open snapshot and of JSON values; it returns a JSON value, or raises
``UsageError`` or ``ProblemError``. The web process, which never opens a store, asks for it by
``await evaluator.call(name, **arguments)``; the command line calls the function itself.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from licet_service.dataset import OpenSnapshot

TASKS: Final[Mapping[str, str]] = {
    "plan": "licet_service.planning:plan",
    "suggest": "licet_service.planning:suggest",
    "explain": "licet_service.explanations:explain",
    "check": "licet_service.check_task:check",
    "bill-of-materials": "licet_service.bom_command:bill_of_materials",
    "check-repository": "licet_service.check_task:check_repository",
    "describe-dataset": "licet_service.descriptions:describe_dataset",
    "query-rows": "licet_service.query_rows:query_rows",
    "unknown-iris": "licet_service.query_rows:unknown_iris",
    "search-works": "licet_service.rest_tasks:search_works",
    "facet-values": "licet_service.rest_tasks:facet_values",
    "lineage": "licet_service.rest_tasks:lineage",
    "work-summary": "licet_service.rest_tasks:work_summary",
    "work-obligations": "licet_service.rest_tasks:work_obligations",
    "work-findings": "licet_service.rest_tasks:work_findings",
    "licenses": "licet_service.rest_tasks:licenses",
    "license": "licet_service.rest_tasks:license_details",
    "statistics": "licet_service.rest_tasks:snapshot_statistics",
    "describe-resource": "licet_service.resources:describe_resource",
    "ontology": "licet_service.resources:ontology_text",
    "vocabulary": "licet_service.resources:vocabulary",
    "describe-service": "licet_service.descriptions:describe_service",
    "snapshot-id": "licet_service.descriptions:snapshot_id",
    "page-check": "licet_service.pages.check_answers:check_page",
    "page-comparison": "licet_service.pages.license_answers:license_comparison",
    "page-completion": "licet_service.pages.ontology_answers:completion",
    "page-license": "licet_service.pages.license_answers:license_page",
    "page-licenses": "licet_service.pages.license_answers:license_list",
    "page-overview": "licet_service.pages.overview_answers:overview",
    "page-vocabulary": "licet_service.pages.ontology_answers:vocabulary",
    "page-work": "licet_service.pages.work_answers:work_page",
}
"""The module and the function of each task; imported where and when it is first run."""


@cache
def task(name: str) -> Callable[..., Any]:
    """Return the function of a task.

    Raises:
        KeyError: There is no task of that name.
    """
    module, _, function = TASKS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def run(opened: OpenSnapshot, name: str, arguments: Mapping[str, Any]) -> Any:
    """Return what a task returns for a snapshot and some arguments."""
    return task(name)(opened, **arguments)
