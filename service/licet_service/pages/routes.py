"""All pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from licet_service.pages import (
    about,
    check_page,
    dashboard,
    home,
    license_pages,
    plan_page,
    query_page,
    search_page,
    work_page,
)

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings


def routes(evaluator: Evaluator, settings: Settings) -> APIRouter:
    """Return the routes of all pages but those of resources, which are with linked data."""
    router = APIRouter()
    router.include_router(home.routes(evaluator))
    router.include_router(dashboard.routes(evaluator))
    router.include_router(license_pages.routes(evaluator))
    router.include_router(check_page.routes(evaluator))
    router.include_router(plan_page.routes(evaluator))
    router.include_router(query_page.routes(evaluator, settings))
    router.include_router(search_page.routes(evaluator))
    router.include_router(about.routes(evaluator))
    router.include_router(work_page.routes(evaluator))
    return router
