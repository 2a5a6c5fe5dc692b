"""Every router under /api/v1."""

from typing import Final

from fastapi import Depends, FastAPI

from app.catalog.importers.router import router as importers_router
from app.catalog.router import router as catalog_router
from app.catalog.suite_documents.router import router as suite_documents_router
from app.contexts.router import router as contexts_router
from app.hooks.router import router as hooks_router
from app.realtime.router import router as realtime_router
from app.runs.router import router as runs_router
from app.trials.router import router as trials_router
from app.web.json_bodies import check_json_body
from app.workspaces.access_tokens.router import router as access_tokens_router
from app.workspaces.router import router as workspaces_router

PREFIX: Final = "/api/v1"

# The routes are tried one after the other: those of machines, which call most, come first.
_ROUTERS: Final = (
    runs_router,
    hooks_router,
    catalog_router,
    importers_router,
    suite_documents_router,
    contexts_router,
    trials_router,
    realtime_router,
    access_tokens_router,
    workspaces_router,
)


def include_api(app: FastAPI) -> None:
    """Add every route under `PREFIX` to the application."""
    # One by one: the framework builds the routes of a router again for each one that it is in, and
    # looks through all of them in every request.
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(check_json_body)])
